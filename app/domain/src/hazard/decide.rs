//! What may follow what in a hazard's life, and at whose word: nothing else knows.

use super::{CureDetails, Event, EventData, Hazard, Life, Severity, check_text, codes};
use crate::{
    Problem,
    action::Action,
    fold::clean_lines,
    id::PersonId,
    person::{DepartmentCode, Role},
    time::{Date, Timestamp, plus_days},
};

codes! {
    /// What can be done with a hazard; the word is the one on its button.
    Act {
        /// Record a cure, in part or whole.
        Cure "cure" "提交整改",
        /// Add what was seen.
        Add "add" "补充",
        /// Take the second look.
        Review "review" "复核",
        /// Name another officer (Q26).
        Reassign "reassign" "变更责任人",
        /// Allow more time.
        Extend "extend" "延期",
        /// Make another department responsible.
        Transfer "transfer" "移交",
        /// Change the severity.
        ChangeSeverity "change_severity" "变更级别",
        /// Demand the cure by a date.
        OrderSupervision "order_supervision" "督办",
        /// Demand it no more.
        LiftSupervision "lift_supervision" "解除督办",
        /// Void what should never have been recorded.
        Void "void" "作废",
        /// Take up again what is closed or voided.
        Reopen "reopen" "重新打开",
    }
}

impl Act {
    /// The line in the table of rights that a post needs for it; nothing where no screen asks for it yet.
    pub fn action(self) -> Option<Action> {
        Some(match self {
            Self::Cure | Self::Add => Action::CloseHazard,
            Self::Review => Action::ReviewHazard,
            Self::Reassign => Action::ReassignHazard,
            Self::Extend => Action::ExtendHazard,
            Self::Transfer => Action::TransferHazard,
            Self::ChangeSeverity => Action::ChangeSeverity,
            Self::Void => Action::VoidHazard,
            Self::Reopen => Action::ReopenHazard,
            Self::OrderSupervision | Self::LiftSupervision => return None,
        })
    }
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// 补充: what was seen.
    Add {
        /// 补充说明, 1 to [`LONGEST_TEXT`](super::LONGEST_TEXT) characters.
        text: String,
    },
    /// 整改, checked by [`Rectification::checked`](super::Rectification::checked).
    Cure {
        /// Whether something is still to be done.
        is_partial: bool,
        /// 整改情况
        text: String,
        /// What was done beyond the words.
        details: CureDetails,
    },
    /// 变更责任人
    Reassign {
        /// Who shall be it.
        to: PersonId,
    },
    /// 变更级别
    ChangeSeverity {
        /// What it shall be.
        to: Severity,
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 延期
    Extend {
        /// The later date.
        to: Date,
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 移交, to a department of the dictionary.
    Transfer {
        /// Another than the present one.
        to: DepartmentCode,
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 督办
    OrderSupervision {
        /// 办结时限: from today to a year on.
        due_on: Date,
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 解除督办
    LiftSupervision {
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 复核
    Review {
        /// Passed, or sent back.
        is_passed: bool,
        /// 复核意见; needed where it is sent back.
        reason: String,
    },
    /// 作废
    Void {
        /// Needed; the timeline shows it.
        reason: String,
    },
    /// 重新打开
    Reopen {
        /// Needed; the timeline shows it.
        reason: String,
    },
}

impl Change {
    /// Which act it is.
    pub fn act(&self) -> Act {
        match self {
            Self::Add { .. } => Act::Add,
            Self::Cure { .. } => Act::Cure,
            Self::Reassign { .. } => Act::Reassign,
            Self::ChangeSeverity { .. } => Act::ChangeSeverity,
            Self::Extend { .. } => Act::Extend,
            Self::Transfer { .. } => Act::Transfer,
            Self::OrderSupervision { .. } => Act::OrderSupervision,
            Self::LiftSupervision { .. } => Act::LiftSupervision,
            Self::Review { .. } => Act::Review,
            Self::Void { .. } => Act::Void,
            Self::Reopen { .. } => Act::Reopen,
        }
    }

    /// Whether this event is what came of it at a desk: under its id nothing else may be asked for.
    pub fn became(&self, event: &Event) -> bool {
        let (is_same, said) = match (self, &event.data) {
            (Self::Reassign { to }, EventData::Reassigned { to: done, .. }) => (to == done, ""),
            (Self::ChangeSeverity { to, reason }, EventData::SeverityChanged { to: done, .. }) => {
                (to == done, reason.as_str())
            }
            (Self::Extend { to, reason }, EventData::Extended { to: done, .. }) => (to == done, reason.as_str()),
            (Self::Transfer { to, reason }, EventData::Transferred { to: done, .. }) => (to == done, reason.as_str()),
            (Self::OrderSupervision { due_on, reason }, EventData::SupervisionOrdered { due_on: done }) => {
                (due_on == done, reason.as_str())
            }
            (Self::Review { is_passed, reason }, EventData::Reviewed { is_passed: done }) => {
                (is_passed == done, reason.as_str())
            }
            (Self::LiftSupervision { reason }, EventData::SupervisionLifted)
            | (Self::Void { reason }, EventData::Voided)
            | (Self::Reopen { reason }, EventData::Reopened) => (true, reason.as_str()),
            _ => (false, ""),
        };
        is_same && clean_lines(said) == event.text
    }
}

codes! {
    /// Which cures a region wants a second look at: its setting `review`.
    ReviewRule {
        /// None: the cure closes the hazard, as the requirements have it (Q10).
        Never "never" "不复核",
        /// Those of major hazards.
        Major "major" "仅重大",
        /// Those of every hazard, 一般 and 重大.
        All "all" "全部复核",
    }
}

impl ReviewRule {
    /// Whether the cure of a hazard of this severity waits for a second look.
    pub fn demands(self, severity: Severity) -> bool {
        match self {
            Self::Never => false,
            Self::Major => severity == Severity::Major,
            Self::All => true,
        }
    }
}

/// What is known of whoever asks, and of the hazard's surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts, each true or false whatever the others are")]
pub struct Facts {
    /// The author of an operation, whoever delivered it; at a desk, whoever is signed in.
    pub actor: PersonId,
    /// The role of the post from which it is asked.
    pub role: Role,
    /// Whether the hazard lies in the region of that post, or below it.
    pub is_in_area: bool,
    /// Whether that post is at the hazard's place: where the visit's team holds its posts, or the hazard's county.
    pub is_of_place: bool,
    /// Whether the actor took part in finding it.
    pub is_participant: bool,
    /// Whether the actor was officer when it was made, be it another now.
    pub was_officer: bool,
    /// Whether all who did are gone: deleted, or without a post as inspector at the visit's place.
    pub are_all_gone: bool,
    /// Whether the person to be named is an inspector of the hazard's place, and not deleted.
    pub may_be_officer: bool,
    /// Whether the office vouches for it, having been asked: then it is no question who cured or saw.
    pub is_vouched_for: bool,
    /// The region's setting.
    pub review: ReviewRule,
    /// When it was done, in the field or at the desk.
    pub made_at: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
}

impl Facts {
    fn is_inspector_of_place(&self) -> bool {
        self.role == Role::Inspector && self.is_of_place
    }

    fn is_administrator_of_area(&self) -> bool {
        self.role == Role::Administrator && self.is_in_area
    }

    fn has_part_in(&self, hazard: &Hazard) -> bool {
        self.is_participant || self.was_officer || hazard.officer == self.actor
    }
}

/// What this person may do with this hazard now, in the order of the buttons: the rules of [`decide`] themselves, and no
/// second copy of them.
pub fn may(hazard: &Hazard, facts: &Facts) -> Vec<Act> {
    let is_allowed = |act: &Act| check_who(hazard, *act, facts).is_ok() && check_stage(hazard, *act, facts).is_ok();
    Act::ALL.iter().copied().filter(is_allowed).collect()
}

/// Decides on a change: what happens, or why it may not.
///
/// # Errors
/// [`Problem::Conflict`] with the next step, where the person or the state does not allow it; [`Problem::Invalid`] on the
/// field that is wrong.
pub fn decide(hazard: &Hazard, change: &Change, facts: &Facts) -> Result<Event, Problem> {
    check_who(hazard, change.act(), facts)?;
    // A cure is a fact of the field, which cannot be refused because somebody else was quicker.
    let is_late_cure = change.act() == Act::Cure && hazard.life != Life::Open;
    if !is_late_cure {
        check_stage(hazard, change.act(), facts)?;
    }
    let today = facts.received_at.date();
    let (data, text) = match change {
        Change::Add { text } => {
            check_made_at(facts)?;
            (EventData::Added { cure: None }, check_text("补充说明", text)?)
        }
        Change::Cure { is_partial, text, details } => {
            check_made_at(facts)?;
            let details = details.clone();
            let data = match (is_late_cure, is_partial) {
                (true, _) => EventData::Added { cure: Some(details) },
                (false, true) => EventData::CuredInPart(details),
                (false, false) => EventData::Cured { details, needs_review: facts.review.demands(hazard.severity) },
            };
            (data, text.clone())
        }
        Change::Reassign { to } => {
            check_differs("整治责任人", &hazard.officer, to)?;
            if !facts.may_be_officer {
                return Err(Problem::invalid("整治责任人", "整治责任人应是本地在岗的检查员，请重新选择"));
            }
            (EventData::Reassigned { from: hazard.officer, to: *to }, String::new())
        }
        Change::ChangeSeverity { to, reason } => {
            check_differs("隐患级别", &hazard.severity, to)?;
            (EventData::SeverityChanged { from: hazard.severity, to: *to }, check_text(REASON, reason)?)
        }
        Change::Extend { to, reason } => {
            if *to <= hazard.due_on || *to < today || *to > plus_days(today, YEAR) {
                return Err(Problem::invalid("整改期限", "新的整改期限应晚于原期限，不早于今天，并在一年之内"));
            }
            (EventData::Extended { from: hazard.due_on, to: *to }, check_text(REASON, reason)?)
        }
        Change::Transfer { to, reason } => {
            check_differs("责任部门", &hazard.department, to)?;
            (EventData::Transferred { from: hazard.department.clone(), to: to.clone() }, check_text(REASON, reason)?)
        }
        Change::OrderSupervision { due_on, reason } => {
            if *due_on < today || *due_on > plus_days(today, YEAR) {
                return Err(Problem::invalid("办结时限", "办结时限应不早于今天，并在一年之内"));
            }
            (EventData::SupervisionOrdered { due_on: *due_on }, check_text(REASON, reason)?)
        }
        Change::LiftSupervision { reason } => (EventData::SupervisionLifted, check_text(REASON, reason)?),
        Change::Review { is_passed, reason } => {
            let is_silent = *is_passed && reason.trim().is_empty();
            let text = if is_silent { String::new() } else { check_text("复核意见", reason)? };
            (EventData::Reviewed { is_passed: *is_passed }, text)
        }
        Change::Void { reason } => (EventData::Voided, check_text(REASON, reason)?),
        Change::Reopen { reason } => (EventData::Reopened, check_text(REASON, reason)?),
    };
    Ok(Event { data, text })
}

/// The field of a reason.
const REASON: &str = "原因";
/// The days within which a date is set.
const YEAR: i32 = 366;

fn check_differs<T: PartialEq>(field: &str, old: &T, new: &T) -> Result<(), Problem> {
    if old == new { Err(Problem::invalid(field, format!("与原{field}相同，请重新选择"))) } else { Ok(()) }
}

/// A phone's clock may be off, but not by more than a day ahead; offline work may be as old as any other.
fn check_made_at(facts: &Facts) -> Result<(), Problem> {
    let ahead_s = facts.made_at.seconds_since(facts.received_at);
    if !(-crate::operation::OLD_S..=86_400).contains(&ahead_s) {
        return Err(Problem::invalid("整改时间", "手机时间不正确，请校准手机时间后重新提交"));
    }
    Ok(())
}

/// Whether this person may do it, in whatever state the hazard is.
///
/// Severity and due date are the office's to change, not the officer's, whose own work both measure: more time is asked for
/// and granted (申请延期→同意), and a lower severity would spare the second look.
fn check_who(hazard: &Hazard, act: Act, facts: &Facts) -> Result<(), Problem> {
    let (is_allowed, refusal) = match act {
        Act::Cure => (
            facts.is_vouched_for || facts.has_part_in(hazard) || facts.are_all_gone && facts.is_inspector_of_place(),
            "参加该次检查的人员和整治责任人可以提交整改，请联系他们；他们都已不在岗的，由本地检查员提交",
        ),
        Act::Add => (
            facts.is_vouched_for || facts.has_part_in(hazard) || facts.role == Role::Inspector && facts.is_in_area,
            "参加该次检查的人员、整治责任人和本地区检查员可以补充，请联系他们",
        ),
        Act::Reassign => (
            facts.has_part_in(hazard) || facts.is_administrator_of_area(),
            "参加该次检查的人员、整治责任人和本地区管理员可以变更整治责任人，请联系他们",
        ),
        Act::Review => {
            if matches!(hazard.life, Life::UnderReview(cured) if cured.by == facts.actor) {
                return Err(Problem::conflict("提交整改的人不能复核自己的整改，请由其他检查员或本地区管理员复核"));
            }
            (
                facts.is_administrator_of_area() || facts.is_inspector_of_place(),
                "本地区管理员和本地检查员可以复核，请联系他们",
            )
        }
        Act::Extend
        | Act::Transfer
        | Act::ChangeSeverity
        | Act::OrderSupervision
        | Act::LiftSupervision
        | Act::Void
        | Act::Reopen => (facts.is_administrator_of_area(), "只有本地区管理员可以办理，请联系本地区管理员"),
    };
    if is_allowed { Ok(()) } else { Err(Problem::conflict(refusal)) }
}

/// Whether the hazard's state allows it, whoever asks.
fn check_stage(hazard: &Hazard, act: Act, facts: &Facts) -> Result<(), Problem> {
    let refusal = match (hazard.life, act) {
        (Life::Open, Act::Extend) if hazard.due_on >= plus_days(facts.received_at.date(), YEAR) => {
            "整改期限已在一年之后，不能再延期"
        }
        (_, Act::Add)
        | (Life::Open, Act::Cure | Act::Extend)
        | (Life::UnderReview(_), Act::Review)
        | (Life::Closed(_) | Life::Voided { .. }, Act::Reopen) => return Ok(()),
        (Life::Open | Life::UnderReview(_), Act::OrderSupervision) => match hazard.supervised_until {
            None => return Ok(()),
            Some(_) => "该隐患已在督办中，请先解除督办",
        },
        (Life::Open | Life::UnderReview(_), Act::LiftSupervision) => match hazard.supervised_until {
            Some(_) => return Ok(()),
            None => "该隐患没有督办，不需要解除",
        },
        (Life::Open | Life::UnderReview(_), Act::Reassign | Act::Transfer | Act::ChangeSeverity | Act::Void) => {
            return Ok(());
        }
        (Life::Open, Act::Review) => "该隐患还没有提交整改，不能复核",
        (Life::Open | Life::UnderReview(_), Act::Reopen) => "该隐患没有销号或作废，不需要重新打开",
        (Life::UnderReview(_), Act::Cure) => "该隐患已提交整改，正在等待复核",
        (Life::UnderReview(_), Act::Extend) => "该隐患已提交整改，正在等待复核；复核退回后可以延期",
        (Life::Closed(_), _) => "该隐患已销号。需要更改的，请本地区管理员先写明原因“重新打开”",
        (Life::Voided { .. }, _) => "该隐患已作废。需要更改的，请本地区管理员先写明原因“重新打开”",
    };
    Err(Problem::conflict(refusal))
}

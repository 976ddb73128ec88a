//! What a hazard is now: the fold of its events.

use super::{EventData, HazardState, Record, Severity, codes};
use crate::{
    id::PersonId,
    person::DepartmentCode,
    time::{Date, Timestamp},
};

codes! {
    /// Where a hazard stands in its life, as stored. What is shown, 逾期 included, is [`HazardState`].
    Stage {
        /// Something is to be done.
        Open "open" "待整改",
        /// Cured, and waiting for a second look, where the region's setting asks for one. Not closed.
        UnderReview "under_review" "待复核",
        /// Cured, and passed where a second look was asked for.
        Closed "closed" "已销号",
        /// It should never have been recorded; counted nowhere.
        Voided "voided" "已作废",
    }
}

impl Stage {
    /// What a hazard of this stage shows as today; the due day itself still counts as in time.
    pub(crate) fn state(self, due_on: Date, today: Date) -> HazardState {
        match self {
            Self::Open if today > due_on => HazardState::Overdue,
            Self::Open => HazardState::Open,
            Self::UnderReview => HazardState::UnderReview,
            Self::Closed => HazardState::Closed,
            Self::Voided => HazardState::Voided,
        }
    }
}

/// Who cured a hazard, and when that was in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cured {
    /// Whoever recorded the cure, be another officer now.
    pub by: PersonId,
    /// When it was made; never later than the server received it.
    pub at: Timestamp,
}

/// Where a hazard stands, with what only then is known: nothing that is open has a cure, nothing closed is without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// 待整改
    Open,
    /// 待复核
    UnderReview(Cured),
    /// 已销号
    Closed(Cured),
    /// 已作废
    Voided {
        /// When the server received the act that voided it.
        at: Timestamp,
    },
}

impl Life {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Open => Stage::Open,
            Self::UnderReview(_) => Stage::UnderReview,
            Self::Closed(_) => Stage::Closed,
            Self::Voided { .. } => Stage::Voided,
        }
    }

    /// When it ended: the cure was made, or it was voided. Nothing while something is still to be done.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Open | Self::UnderReview(_) => None,
            Self::Closed(cured) => Some(cured.at),
            Self::Voided { at } => Some(*at),
        }
    }
}

/// All of a hazard that its events decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Where it stands.
    pub life: Life,
    /// 隐患级别
    pub severity: Severity,
    /// 责任部门
    pub department: DepartmentCode,
    /// 整治责任人
    pub officer: PersonId,
    /// 整改期限: the last day that is in time
    pub due_on: Date,
    /// 督办: the day by which an upper office demands the cure.
    pub supervised_until: Option<Date>,
}

impl Hazard {
    /// What it is after one more event. Total: what was decided is never argued with.
    #[must_use]
    pub fn after(self, record: &Record) -> Self {
        let cured = Cured { by: record.actor, at: record.made_at.min(record.at) };
        match &record.event.data {
            EventData::Found { .. } | EventData::Added { .. } | EventData::CuredInPart(_) => self,
            EventData::Reassigned { to, .. } => Self { officer: *to, ..self },
            EventData::SeverityChanged { to, .. } => Self { severity: *to, ..self },
            EventData::Extended { to, .. } => Self { due_on: *to, ..self },
            EventData::Transferred { to, .. } => Self { department: to.clone(), ..self },
            EventData::SupervisionOrdered { due_on } => Self { supervised_until: Some(*due_on), ..self },
            EventData::SupervisionLifted => Self { supervised_until: None, ..self },
            EventData::Cured { needs_review: true, .. } => Self { life: Life::UnderReview(cured), ..self },
            EventData::Cured { .. } => Self { life: Life::Closed(cured), ..self },
            EventData::Reviewed { is_passed } => match (self.life, is_passed) {
                (Life::UnderReview(cured), true) => Self { life: Life::Closed(cured), ..self },
                _ => Self { life: Life::Open, ..self },
            },
            EventData::Voided => Self { life: Life::Voided { at: record.at }, ..self },
            EventData::Reopened => Self { life: Life::Open, ..self },
        }
    }
}

/// What a hazard is after these events, the oldest first; nothing unless the first says how it was found.
pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Option<Hazard> {
    let mut records = records.into_iter();
    let EventData::Found { severity, department, officer, due_on } = &records.next()?.event.data else { return None };
    let found = Hazard {
        life: Life::Open,
        severity: *severity,
        department: department.clone(),
        officer: *officer,
        due_on: *due_on,
        supervised_until: None,
    };
    Some(records.fold(found, Hazard::after))
}

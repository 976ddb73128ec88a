//! Hazards as lists and screens show them.

use super::{Act, ControlMeasure, CureDetails, EnforcementAction, EventKind, Severity, Stage, codes};
use crate::{
    checklist::ItemCode,
    code::Lenient,
    enterprise::EnterpriseType,
    id::{EnterpriseId, EventId, HazardId, InspectionId, PersonId},
    inspection::InspectionRow,
    person::{Colleague, Department},
    photo::PhotoHash,
    region::RegionCode,
    time::{Date, Timestamp, days_between},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What a hazard shows as on a day, and what the ledger can be narrowed to. 逾期 is derived, never stored; what was cured
    /// and waits for a second look is not overdue any more.
    HazardState {
        /// To be cured.
        Open "open" "待整改",
        /// To be cured, and past its date.
        Overdue "overdue" "逾期",
        /// Cured, and waiting for a second look.
        UnderReview "under_review" "待复核",
        /// Cured, and passed where a second look was asked for.
        Closed "closed" "已销号",
        /// Counted nowhere, and listed only when asked for.
        Voided "voided" "已作废",
    }
}

/// A hazard as lists and the ledger show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HazardRow {
    /// Made by whoever recorded it: the phone, or the desk of a 检查补录.
    pub id: HazardId,
    /// The inspection that found it.
    pub inspection: InspectionId,
    /// Where it was found.
    pub enterprise: EnterpriseId,
    /// 企业名称
    pub enterprise_name: String,
    /// 企业类型
    pub enterprise_type: Lenient<EnterpriseType>,
    /// 企业住所
    pub address: String,
    /// The enterprise's region.
    pub region: RegionCode,
    /// The region's name.
    pub region_name: String,
    /// The failed item.
    pub item: ItemCode,
    /// The failed item's text.
    pub item_text: String,
    /// 隐患描述
    pub description: String,
    /// 隐患级别
    pub severity: Lenient<Severity>,
    /// The department responsible.
    pub department: Department,
    /// 整治责任人: its name.
    pub officer_name: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// 整改期限: the last day that is in time
    pub due_on: Date,
    /// Where it stands in its life; a row that says nothing of it is open.
    #[serde(default = "unsaid")]
    pub stage: Lenient<Stage>,
    /// When the cure that closed it was made, once it is closed.
    pub closed_at: Option<Timestamp>,
}

fn unsaid() -> Lenient<Stage> {
    Stage::Open.into()
}

impl HazardRow {
    /// What it shows as today; the due day itself still counts as in time.
    pub fn state(&self, today: Date) -> Lenient<HazardState> {
        match &self.stage {
            Lenient::Known(stage) => Lenient::Known(stage.state(self.due_on, today)),
            Lenient::Unknown(code) => Lenient::Unknown(code.clone()),
        }
    }

    /// Whether something is still to be done: it is neither closed nor voided. Of a stage that this version does not know,
    /// there is.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Lenient::Known(Stage::Closed | Stage::Voided))
    }

    /// Whether a cure is what it waits for.
    pub fn awaits_cure(&self) -> bool {
        self.is_open() && self.stage != Stage::UnderReview
    }

    /// Days left until the due day; negative when overdue.
    pub fn days_left(&self, today: Date) -> i32 {
        days_between(today, self.due_on)
    }
}

/// One line of a hazard's timeline (隐患经过), in words. Flat, so that any kind is read by the same reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardEvent {
    /// Its id within the hazard.
    pub id: EventId,
    /// What happened.
    pub kind: Lenient<EventKind>,
    /// When the server received it.
    pub at: Timestamp,
    /// When it was done, in the field or at the desk.
    pub made_at: Timestamp,
    /// Who did it: the name as it was.
    pub actor: String,
    /// From which post, as it was called.
    pub title: String,
    /// Who delivered it for them (代传); empty where they did so themselves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// 隐患描述, 整改情况 or the reason; empty where there is none.
    pub text: String,
    /// What was changed, in words: the old officer, severity, date or department. Of a review, how it ended.
    pub from: String,
    /// What it was changed to.
    pub to: String,
    /// What a cure did.
    pub cure: Option<CureRow>,
    /// Its photos: those the server holds.
    pub photos: Vec<PhotoHash>,
}

/// What a cure did beyond its words, as it is shown: [`CureDetails`] is what is decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CureRow {
    /// 管控措施
    #[serde(default)]
    pub measures: Vec<Lenient<ControlMeasure>>,
    /// 处罚方式
    #[serde(default)]
    pub enforcement: Vec<Lenient<EnforcementAction>>,
    /// The fine in fen.
    #[serde(default)]
    pub fine_fen: Option<i64>,
}

impl From<CureDetails> for CureRow {
    fn from(details: CureDetails) -> Self {
        Self {
            measures: details.measures.into_iter().map(Lenient::Known).collect(),
            enforcement: details.enforcement.into_iter().map(Lenient::Known).collect(),
            fine_fen: details.fine_fen,
        }
    }
}

impl HazardEvent {
    /// `变更整治责任人：检查乙 → 检查甲；原因`: one line for the audit log.
    pub fn sentence(&self) -> String {
        let mut line = self.kind.name().into_owned();
        match (self.from.as_str(), self.to.as_str()) {
            ("", "") => {}
            ("", to) => line = format!("{line}：{to}"),
            (from, to) => line = format!("{line}：{from} → {to}"),
        }
        if self.text.is_empty() { line } else { format!("{line}；{}", self.text) }
    }
}

/// Who may become officer of a hazard: some of those whose names fit, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officers {
    /// The first of them, by name.
    pub people: Vec<Colleague>,
    /// All whose names fit.
    pub total: i64,
}

/// Everything about one hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HazardDetail {
    /// As lists show it.
    pub hazard: HazardRow,
    /// The legal basis of the failed item.
    pub basis: String,
    /// Why the severity differed from the item's when it was found, where it did.
    pub severity_reason: Option<String>,
    /// The visit that found it.
    pub inspection: InspectionRow,
    /// All who took part: each of them may record the cure (Q26, Q30), wherever they are now.
    pub participants: Vec<Colleague>,
    /// 整治责任人, whose name is in the row; one of the participants, or named since (Q26).
    pub officer: PersonId,
    /// 整改前照片: those the server holds.
    pub photos: Vec<PhotoHash>,
    /// Photos announced but not yet on the server, of all events.
    pub photos_expected: Vec<PhotoHash>,
    /// 隐患经过: what happened, the oldest first.
    pub events: Vec<HazardEvent>,
    /// What the caller may do now.
    pub may: Vec<Lenient<Act>>,
}

impl HazardDetail {
    /// The cure in force: the last one, while the hazard is closed by it or waits for the second look at it.
    pub fn cure(&self) -> Option<&HazardEvent> {
        let is_cured = matches!(self.hazard.stage, Lenient::Known(Stage::UnderReview | Stage::Closed));
        self.events.iter().rev().find(|event| is_cured && event.kind == EventKind::Cured)
    }

    /// Whether the caller may do this now.
    pub fn may(&self, act: Act) -> bool {
        self.may.iter().any(|allowed| *allowed == act)
    }
}

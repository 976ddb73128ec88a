//! What can happen to a hazard.

use super::{CureDetails, Severity, codes};
use crate::{
    id::PersonId,
    person::DepartmentCode,
    time::{Date, Timestamp},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What happened, in a word.
    EventKind {
        /// The first of every hazard.
        Found "found" "发现隐患",
        /// Seen again, added to, or cured once more after it was closed.
        Added "added" "补充",
        /// Somebody else is 整治责任人 from now on; cures made before stay the other's.
        Reassigned "reassigned" "变更整治责任人",
        /// 一般 became 重大, or the other way.
        SeverityChanged "severity_changed" "变更隐患级别",
        /// A later due date.
        Extended "extended" "延期",
        /// Another department is responsible.
        Transferred "transferred" "移交",
        /// An upper office demands the cure by a date.
        SupervisionOrdered "supervision_ordered" "督办",
        /// It demands it no more.
        SupervisionLifted "supervision_lifted" "解除督办",
        /// Something was cured, and something is still to be done.
        CuredInPart "cured_in_part" "部分整改",
        /// All is cured: closed by it, or waiting for a second look.
        Cured "cured" "整改完成",
        /// A second look was taken.
        Reviewed "reviewed" "复核",
        /// It should never have been recorded.
        Voided "voided" "作废",
        /// Taken up again.
        Reopened "reopened" "重新打开",
    }
}

/// What happened, as decided: its data, and the words of whoever did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What [`fold`](fn@super::fold) needs of it.
    pub data: EventData,
    /// 隐患描述 of what was found or seen, 整改情况 of a cure, the reason of everything else; empty where none is asked for.
    pub text: String,
}

/// The data of an event, complete enough to fold. Ids, not names: names are looked up when it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventData {
    /// As it was found.
    Found {
        /// 隐患级别
        severity: Severity,
        /// 责任部门
        department: DepartmentCode,
        /// 整治责任人
        officer: PersonId,
        /// 整改期限: the last day that is in time
        due_on: Date,
    },
    /// Something was added; with `cure`, a cure that came when none was asked for any more.
    Added {
        /// What that cure did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cure: Option<CureDetails>,
    },
    /// Somebody else is 整治责任人.
    Reassigned {
        /// Who it was.
        from: PersonId,
        /// Who it is.
        to: PersonId,
    },
    /// 一般 became 重大, or the other way.
    SeverityChanged {
        /// What it was.
        from: Severity,
        /// What it is.
        to: Severity,
    },
    /// A later due date.
    Extended {
        /// What it was.
        from: Date,
        /// What it is.
        to: Date,
    },
    /// Another department is responsible; the officer stays.
    Transferred {
        /// Which it was.
        from: DepartmentCode,
        /// Which it is.
        to: DepartmentCode,
    },
    /// Cured by this day, an upper office demands.
    SupervisionOrdered {
        /// 办结时限; it does not move the due date.
        due_on: Date,
    },
    /// It demands it no more.
    SupervisionLifted,
    /// Cured in part.
    CuredInPart(CureDetails),
    /// All is cured: closed, unless it `needs_review`.
    Cured {
        /// What was done.
        #[serde(flatten)]
        details: CureDetails,
        /// Whether it waits for a second look.
        #[serde(default)]
        needs_review: bool,
    },
    /// A second look.
    Reviewed {
        /// Passed, or sent back.
        is_passed: bool,
    },
    /// It should never have been recorded: counted nowhere from now on.
    Voided,
    /// Taken up again.
    Reopened,
}

impl EventData {
    /// What happened, in a word.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Found { .. } => EventKind::Found,
            Self::Added { .. } => EventKind::Added,
            Self::Reassigned { .. } => EventKind::Reassigned,
            Self::SeverityChanged { .. } => EventKind::SeverityChanged,
            Self::Extended { .. } => EventKind::Extended,
            Self::Transferred { .. } => EventKind::Transferred,
            Self::SupervisionOrdered { .. } => EventKind::SupervisionOrdered,
            Self::SupervisionLifted => EventKind::SupervisionLifted,
            Self::CuredInPart(_) => EventKind::CuredInPart,
            Self::Cured { .. } => EventKind::Cured,
            Self::Reviewed { .. } => EventKind::Reviewed,
            Self::Voided => EventKind::Voided,
            Self::Reopened => EventKind::Reopened,
        }
    }

    /// What a cure did, where this is one.
    pub fn cure(&self) -> Option<&CureDetails> {
        match self {
            Self::CuredInPart(details) | Self::Cured { details, .. } => Some(details),
            Self::Added { cure } => cure.as_ref(),
            _ => None,
        }
    }
}

/// An event with who did it and when: what is folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who did it.
    pub actor: PersonId,
    /// When it was done, in the field or at the desk.
    pub made_at: Timestamp,
    /// When the server received it.
    pub at: Timestamp,
    /// What it did.
    pub event: Event,
}

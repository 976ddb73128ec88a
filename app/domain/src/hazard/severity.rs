//! How bad a hazard is, and how long its cure may take.

use crate::time::{Date, plus_days};
use serde::{Deserialize, Serialize};

/// 隐患级别. The default comes from the checklist item; changing it needs a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 一般
    General,
    /// 重大
    Major,
}

impl Severity {
    /// 一般 or 重大.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "一般",
            Self::Major => "重大",
        }
    }

    /// Days suggested for the cure: 15, or 30 for major. No national figure exists.
    pub fn suggested_days(self) -> i32 {
        match self {
            Self::General => 15,
            Self::Major => 30,
        }
    }

    /// The suggested 整改期限 of a hazard found on that day.
    pub fn suggested_due_on(self, found_on: Date) -> Date {
        plus_days(found_on, self.suggested_days())
    }
}

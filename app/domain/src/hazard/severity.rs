//! How bad a hazard is, and how long its cure may take.

use super::codes;
use crate::time::{Date, plus_days};

codes! {
    /// 隐患级别. The default comes from the checklist item; changing it needs a reason.
    Severity {
        /// 一般
        General "general" "一般",
        /// 重大
        Major "major" "重大",
    }
}

impl Severity {
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

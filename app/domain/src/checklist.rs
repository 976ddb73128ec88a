//! Checklists (检查清单): versioned, so that each inspection keeps the one it was made with.

use crate::{code::Lenient, enterprise::EnterpriseType, hazard::Severity, person::DepartmentCode};
use serde::{Deserialize, Serialize};

/// The code of a checklist item, such as `CY-03`; unique within a type and stable across versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemCode(pub String);

/// 检查项
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// Under which answers and hazards name it.
    pub code: ItemCode,
    /// What must be so.
    pub text: String,
    /// The law or standard behind it; empty where not verified.
    pub basis: String,
    /// The severity of a hazard found here, unless changed with a reason.
    pub severity: Lenient<Severity>,
    /// The department responsible for curing it (Q30).
    pub department: DepartmentCode,
}

impl ChecklistItem {
    /// The severity that a hazard found here begins with. One that this version does not know counts as major, until
    /// somebody chooses and says why.
    pub fn preset(&self) -> Severity {
        self.severity.known().unwrap_or(Severity::Major)
    }
}

/// One version of a type's checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Whom it is for.
    pub enterprise_type: Lenient<EnterpriseType>,
    /// 1, 2, …; never changed once used.
    pub version: i32,
    /// The items, in the order of asking.
    pub items: Vec<ChecklistItem>,
}

impl Checklist {
    /// The item with this code.
    pub fn item(&self, code: &ItemCode) -> Option<&ChecklistItem> {
        self.items.iter().find(|item| &item.code == code)
    }
}

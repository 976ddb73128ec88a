//! The hazard ledger (隐患台账): what it can be narrowed to, and its sums.

use crate::{
    enterprise::EnterpriseType,
    hazard::{CureDetails, HazardRow, HazardState, Severity},
    person::DepartmentCode,
    region::RegionCode,
    time::Date,
};
use serde::{Deserialize, Serialize};

/// What the ledger is narrowed to. Absent means all. It lives in the page's address, so a view can be shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HazardFilter {
    /// Only this region's subtree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Only this type of enterprise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise_type: Option<EnterpriseType>,
    /// Only this severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Only this state; 待整改 includes 逾期. What was voided is listed and counted only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<HazardState>,
    /// Only this responsible department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
    /// Found on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Found on this day or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Words in the enterprise's name or the description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The sums above the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerSummary {
    /// 条数: all that the filter leaves
    pub total: i64,
    /// 重大 among these
    pub major: i64,
    /// 逾期 among these: open, and past their date today
    pub overdue: i64,
    /// 已销号 among these
    pub closed: i64,
}

/// A line of the exported ledger (隐患台账.xlsx).
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerLine {
    /// As the ledger shows it.
    pub hazard: HazardRow,
    /// 检查人员, as they were named, the author first.
    pub inspectors: String,
    /// 整改情况; empty while open.
    pub cure_text: String,
    /// What the cure did beyond its words; nothing while open.
    pub cure: CureDetails,
}

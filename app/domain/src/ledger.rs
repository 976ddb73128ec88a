//! The hazard ledger (隐患台账): what it can be narrowed to, and its sums.

use crate::{
    enterprise::{EnterpriseFilter, EnterpriseType},
    fold::clean,
    hazard::{CureDetails, HazardState, Severity, Stage},
    person::DepartmentCode,
    region::RegionCode,
    time::{Date, Timestamp},
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

impl HazardFilter {
    /// What it narrows to, in the words of the filters on the screen; blank when nothing. The names of the region and the
    /// department are the caller's to look up.
    pub fn in_words(&self, region: Option<&str>, department: Option<&str>) -> String {
        let found = match (self.from, self.to) {
            (Some(from), Some(to)) => Some(format!("发现时间：{from} 至 {to}")),
            (Some(from), None) => Some(format!("发现时间：{from} 起")),
            (None, Some(to)) => Some(format!("发现时间：至 {to}")),
            (None, None) => None,
        };
        joined([
            region.map(|name| format!("区划：{name}")),
            self.enterprise_type.map(|kind| format!("企业类型：{}", kind.name())),
            self.severity.map(|severity| format!("隐患级别：{}", severity.name())),
            self.state.map(|state| format!("状态：{}", state.name())),
            department.map(|name| format!("责任部门：{name}")),
            found,
            keyword(&self.text),
        ])
    }
}

impl EnterpriseFilter {
    /// What it narrows to, as [`HazardFilter::in_words`] says it.
    pub fn in_words(&self, region: Option<&str>) -> String {
        joined([
            region.map(|name| format!("区划：{name}")),
            self.enterprise_type.map(|kind| format!("企业类型：{}", kind.name())),
            self.is_inspected.map(|is_inspected| if is_inspected { "已检查" } else { "未检查" }.to_owned()),
            keyword(&self.text),
        ])
    }
}

fn keyword(text: &str) -> Option<String> {
    let text = clean(text);
    (!text.is_empty()).then(|| format!("关键字：{text}"))
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("　")
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

/// A line of the exported ledger (隐患台账.xlsx): what its columns show, and nothing else, for there may be millions.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerLine {
    /// 企业名称, as it is now.
    pub enterprise_name: String,
    /// 企业类型, as it was inspected.
    pub enterprise_type: EnterpriseType,
    /// 企业住所, as it is now.
    pub address: String,
    /// The county; its name and those above it come from the dictionary.
    pub region: RegionCode,
    /// 检查项, in the words of the version that was answered.
    pub item_text: String,
    /// 隐患描述
    pub description: String,
    /// 隐患级别
    pub severity: Severity,
    /// 责任部门, by its name.
    pub department: String,
    /// 整治责任人
    pub officer_name: String,
    /// 检查人员, as they were named, the author first.
    pub inspectors: String,
    /// 发现时间
    pub found_at: Timestamp,
    /// 整改期限
    pub due_on: Date,
    /// Where it is in its life.
    pub stage: Stage,
    /// 整改时间; none unless 已销号.
    pub closed_at: Option<Timestamp>,
    /// 整改情况; empty while open.
    pub cure_text: String,
    /// What the cure did beyond its words; nothing while open.
    pub cure: CureDetails,
}

impl LedgerLine {
    /// What it shows as today.
    pub fn state(&self, today: Date) -> HazardState {
        self.stage.state(self.due_on, today)
    }
}

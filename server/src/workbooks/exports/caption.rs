//! The line above an exported ledger: what it was narrowed to, in the words of the filters on the screen.

use domain::{
    enterprise::{EnterpriseFilter, EnterpriseType},
    ledger::HazardFilter,
    person::Department,
    region::RegionCode,
    time::Date,
};
use sheets::RegionNames;

/// What the hazard ledger was narrowed to; blank when it was not.
pub(super) fn of_hazards(filter: &HazardFilter, names: &RegionNames, departments: &[Department]) -> String {
    let department = filter.department.as_ref().and_then(|code| departments.iter().find(|known| known.code == *code));
    joined([
        region(filter.region, names),
        kind(filter.enterprise_type),
        filter.severity.map(|severity| format!("隐患级别：{}", severity.name())),
        filter.state.map(|state| format!("状态：{}", state.name())),
        department.map(|department| format!("责任部门：{}", department.name)),
        found(filter.from, filter.to),
        words(&filter.text),
    ])
}

/// What the enterprise register was narrowed to; blank when it was not.
pub(super) fn of_enterprises(filter: &EnterpriseFilter, names: &RegionNames) -> String {
    let inspected = filter.is_inspected.map(|is_inspected| if is_inspected { "已检查" } else { "未检查" }.to_owned());
    joined([region(filter.region, names), kind(filter.enterprise_type), inspected, words(&filter.text)])
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("筛选条件　{}", parts.join("　")) }
}

fn region(region: Option<RegionCode>, names: &RegionNames) -> Option<String> {
    region.map(|code| format!("区划：{}", names.get(&code).cloned().unwrap_or_else(|| code.to_string())))
}

fn kind(kind: Option<EnterpriseType>) -> Option<String> {
    kind.map(|kind| format!("企业类型：{}", kind.name()))
}

fn found(from: Option<Date>, to: Option<Date>) -> Option<String> {
    match (from, to) {
        (Some(from), Some(to)) => Some(format!("发现时间：{from} 至 {to}")),
        (Some(from), None) => Some(format!("发现时间：{from} 起")),
        (None, Some(to)) => Some(format!("发现时间：至 {to}")),
        (None, None) => None,
    }
}

fn words(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| format!("关键字：{}", text.trim()))
}

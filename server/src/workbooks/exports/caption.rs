//! The line above an exported ledger: what it was narrowed to, in the words of the filters on the screen.

use domain::{enterprise::EnterpriseFilter, ledger::HazardFilter, person::Department, region::RegionCode};
use sheets::RegionNames;

/// What the hazard ledger was narrowed to; blank when it was not.
pub(super) fn of_hazards(filter: &HazardFilter, names: &RegionNames, departments: &[Department]) -> String {
    let department = filter.department.as_ref().and_then(|code| departments.iter().find(|known| known.code == *code));
    let department = department.map(|department| department.name.as_str());
    caption(&filter.in_words(name(filter.region, names).as_deref(), department))
}

/// What the enterprise register was narrowed to; blank when it was not.
pub(super) fn of_enterprises(filter: &EnterpriseFilter, names: &RegionNames) -> String {
    caption(&filter.in_words(name(filter.region, names).as_deref()))
}

fn caption(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("筛选条件　{words}") }
}

fn name(region: Option<RegionCode>, names: &RegionNames) -> Option<String> {
    region.map(|code| names.get(&code).cloned().unwrap_or_else(|| code.to_string()))
}

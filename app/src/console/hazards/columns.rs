//! The ledger's columns.

use crate::ui::{
    badge::{DueOn, SeverityBadge, StateBadge},
    sheet::ViewLink,
    table::Column,
};
use domain::hazard::HazardRow;
use leptos::prelude::*;

/// All of them, in the order of the requirements.
pub fn columns() -> Vec<Column<HazardRow>> {
    vec![
        Column::text("企业名称", |row: &HazardRow| row.enterprise_name.clone()),
        Column::new("企业类型", |row: &HazardRow| row.enterprise_type.name()).wider(),
        Column::new("区划", |row: &HazardRow| row.region_name.clone()).short(),
        Column::text("隐患描述", |row: &HazardRow| row.description.clone()).broad(),
        Column::new("级别", |row: &HazardRow| view! { <SeverityBadge severity=row.severity.clone() /> }),
        Column::new("责任部门", |row: &HazardRow| row.department.name.clone()).wide(),
        Column::new("整治责任人", |row: &HazardRow| row.officer_name.clone()),
        Column::new("发现日期", |row: &HazardRow| row.found_at.date().to_string()).wide(),
        Column::new("整改期限", |row: &HazardRow| view! { <DueOn hazard=row.clone() /> }),
        Column::new("状态", |row: &HazardRow| view! { <StateBadge hazard=row.clone() /> }),
        Column::new("操作", |row: &HazardRow| view! { <ViewLink id=row.id.to_string() /> }),
    ]
}

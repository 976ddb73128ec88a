//! `/console/inspections` 检查记录, and `/console/inspections/{id}` with one inspection in the side sheet.

mod detail;

use super::head::PageHead;
use crate::{
    api::inspections::list_inspections,
    ui::{
        badge::UnmatchedBadge,
        filters::{FilterInput, FilterRegion, FilterSelect, Filters},
        listing::Listing,
        options::types,
        query::use_filter,
        sheet::{SheetRows, ViewLink},
        table::{Column, NothingFound, Table},
    },
};
pub use detail::InspectionSheet;
use domain::inspection::{InspectionFilter, InspectionRow};
use leptos::prelude::*;
use leptos_router::components::Outlet;

const PATH: &str = "/console/inspections";

/// 检查记录: the visits of the area, newest first.
#[component]
pub fn Inspections() -> impl IntoView {
    let listing = Listing::new(use_filter::<InspectionFilter>(), list_inspections);
    let rows = SheetRows::provide(PATH, listing, |row| row.id.to_string());
    view! {
        <PageHead title="检查记录" />
        <Filters path=PATH>
            <FilterRegion />
            <FilterSelect name="enterprise_type" label="企业类型" options=types() />
            <FilterInput name="from" label="检查日期从" kind="date" />
            <FilterInput name="to" label="检查日期至" kind="date" />
            <FilterSelect
                name="unmatched_only"
                label="定位"
                options=vec![("true".to_owned(), "定位未匹配".to_owned())]
            />
            <FilterInput name="text" label="关键字" placeholder="企业名称" />
        </Filters>
        <Table
            name="检查记录"
            columns=columns()
            listing
            row_id=|row: &InspectionRow| row.id.to_string()
            selected=rows.selected()
            empty=|| view! { <NothingFound /> }.into_any()
        />
        <Outlet />
    }
}

fn columns() -> Vec<Column<InspectionRow>> {
    vec![
        Column::text("企业名称", |row: &InspectionRow| row.enterprise_name.clone()),
        Column::new("企业类型", |row: &InspectionRow| row.enterprise_type.name()).wide(),
        Column::new("区划", |row: &InspectionRow| row.region_name.clone()).short(),
        Column::text("检查人员", |row: &InspectionRow| row.inspectors.join("、")),
        Column::new("检查时间", |row: &InspectionRow| row.started_at.to_string()),
        Column::new("上传时间", |row: &InspectionRow| row.received_at.to_string()).wider(),
        Column::new("检查项", |row: &InspectionRow| row.items).number().wide(),
        Column::new("不合格", |row: &InspectionRow| row.failed).number(),
        Column::new("定位", |row: &InspectionRow| {
            if row.is_unmatched() {
                view! { <UnmatchedBadge /> }.into_any()
            } else {
                view! { <span class="mark mark-good">"已匹配"</span> }.into_any()
            }
        }),
        Column::new("操作", |row: &InspectionRow| view! { <ViewLink id=row.id.to_string() /> }),
    ]
}

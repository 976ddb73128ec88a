//! `/console/held` 待处理: what phones handed in and the server could not file by itself; `/console/held/{id}` shows one.

mod decide;
mod detail;

use super::head::PageHead;
use crate::{
    api::operations::list_held_operations,
    ui::{
        carry::CarryFile,
        listing::Listing,
        page::Empty,
        sheet::{SheetRows, ViewLink},
        table::{Column, Table},
    },
};
pub use detail::HeldSheet;
use domain::operation::HeldRow;
use leptos::prelude::*;
use leptos_router::components::Outlet;

const PATH: &str = "/console/held";

/// Asks for the list again, once something of it was decided.
#[derive(Clone, Copy)]
struct Refresh(Callback<()>);

/// 待处理: what waits for the office, oldest first.
#[component]
pub fn Held() -> impl IntoView {
    let listing = Listing::new(Memo::new(|_| ()), |(), after| list_held_operations(after));
    let rows = SheetRows::provide(PATH, listing, |row| row.operation.to_string());
    provide_context(Refresh(Callback::new(move |()| listing.reload())));
    view! {
        <PageHead title="待处理" />
        <p class="summary">
            "手机上传的记录都已保存；系统不能自行入账的在这里等待处理，可以采纳、改归属或退回给填写人。"
        </p>
        <CarryFile />
        <Table
            name="待处理"
            columns=columns()
            listing
            row_id=|row: &HeldRow| row.operation.to_string()
            selected=rows.selected()
            empty=|| {
                view! {
                    <Empty text="没有待处理的记录。检查员上传的记录如与企业、人员或清单对不上，会出现在这里，由本级管理员决定。" />
                }
                    .into_any()
            }
        />
        <Outlet />
    }
}

fn columns() -> Vec<Column<HeldRow>> {
    vec![
        Column::new("类型", |row: &HeldRow| row.kind_name().to_owned()),
        Column::text("企业名称", |row: &HeldRow| row.title.clone()),
        Column::new("区划", |row: &HeldRow| row.region_name.clone()).short(),
        Column::new("填写人", |row: &HeldRow| row.author.clone()).short(),
        Column::text("待处理原因", |row: &HeldRow| row.reason.text.clone()).broad(),
        Column::new("填写时间", |row: &HeldRow| row.made_at.to_string()),
        Column::new("上传时间", |row: &HeldRow| row.received_at.to_string()).wide(),
        Column::new("上传人", |row: &HeldRow| row.deliverer.clone()).wider(),
        Column::new("操作", |row: &HeldRow| view! { <ViewLink id=row.operation.to_string() /> }),
    ]
}

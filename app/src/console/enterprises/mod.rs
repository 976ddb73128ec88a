//! `/console/enterprises` 企业信息配置: the register, and `/console/enterprises/{id}` with one enterprise in the sheet.

mod detail;
mod form;
mod position;
mod remove;

use super::head::{Download, PageHead};
use crate::{
    api::enterprises::list_enterprises,
    ui::{
        filters::{FilterInput, FilterRegion, FilterSelect, Filters},
        format::count,
        listing::Listing,
        options::{Choices, types},
        page::Empty,
        query::{query_of, use_filter},
        session::Session,
        sheet::{SheetRows, ViewLink},
        table::{Column, Table},
    },
};
pub use detail::EnterpriseSheet;
use domain::{
    action::Action,
    enterprise::{EnterpriseFilter, EnterpriseRow},
};
use form::{AddEnterprise, EditEnterprise};
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};
use remove::{CloseEnterprise, DeleteEnterprise};

const PATH: &str = "/console/enterprises";

/// What is being done to which enterprise.
#[derive(Clone)]
enum Task {
    Add,
    Edit(EnterpriseRow),
    Delete(EnterpriseRow),
    Close(EnterpriseRow),
}

/// 企业信息配置: the register, filtered by the address.
#[component]
pub fn Enterprises() -> impl IntoView {
    let filter = use_filter::<EnterpriseFilter>();
    let listing = Listing::new(filter, list_enterprises);
    let rows = SheetRows::provide(PATH, listing, |row| row.id.to_string());
    let task = RwSignal::new(None::<Task>);
    let done = Callback::new(move |()| listing.reload());
    let close = Callback::new(move |()| task.set(None));
    let form = move || {
        task.get().map(|task| match task {
            Task::Add => view! { <AddEnterprise on_done=done on_close=close /> }.into_any(),
            Task::Edit(row) => view! { <EditEnterprise row on_done=done on_close=close /> }.into_any(),
            Task::Delete(row) => view! { <DeleteEnterprise row on_done=done on_close=close /> }.into_any(),
            Task::Close(row) => view! { <CloseEnterprise row on_done=done on_close=close /> }.into_any(),
        })
    };
    view! {
        <PageHead title="企业信息配置">
            <Actions filter task />
        </PageHead>
        <Filters path=PATH>
            <FilterRegion />
            <FilterSelect name="enterprise_type" label="企业类型" options=types() />
            <FilterSelect name="is_inspected" label="检查情况" options=inspected() />
            <FilterInput name="text" label="关键字" placeholder="企业名称、住所、信用代码" />
        </Filters>
        <Table
            name="企业信息配置"
            columns=columns(Session::expect(), task)
            listing
            row_id=|row: &EnterpriseRow| row.id.to_string()
            selected=rows.selected()
            empty=|| {
                view! {
                    <Empty text="没有符合条件的企业。可以放宽查询条件；企业台账由县级管理员导入或增加，也可由检查员在现场新增。" />
                }
                    .into_any()
            }
        />
        {form}
        <Outlet />
    }
}

#[component]
fn Actions(filter: Memo<EnterpriseFilter>, task: RwSignal<Option<Task>>) -> impl IntoView {
    let session = Session::expect();
    let export = Signal::derive(move || filter.with(|filter| format!("/exports/enterprises.xlsx{}", query_of(filter))));
    view! {
        <Show when=move || session.may(Action::ImportEnterprises)>
            <Download href="/templates/enterprises.xlsx".to_owned() label="下载模板" />
            <A href="/console/imports/enterprises" attr:class="btn">
                "导入"
            </A>
        </Show>
        <Show when=move || session.may(Action::ExportEnterprises)>
            <Download href=export label="导出" />
        </Show>
        <Show when=move || session.is_administrator() && session.may(Action::AddEnterprise)>
            <button type="button" class="btn btn-primary" on:click=move |_| task.set(Some(Task::Add))>
                "增加"
            </button>
        </Show>
    }
}

fn inspected() -> Choices {
    vec![("true".into(), "已检查".into()), ("false".into(), "未检查".into())]
}

fn columns(session: Session, task: RwSignal<Option<Task>>) -> Vec<Column<EnterpriseRow>> {
    vec![
        Column::text("企业名称", |row: &EnterpriseRow| row.name.clone()),
        Column::new("企业类型", |row: &EnterpriseRow| row.enterprise_type.name()),
        Column::new("区划", |row: &EnterpriseRow| row.region_name.clone()).short().wide(),
        Column::text("企业住所", |row: &EnterpriseRow| row.address.clone()),
        Column::new("法人代表", |row: &EnterpriseRow| row.legal_representative.clone()).wider(),
        Column::new("社会统一信用代码", |row: &EnterpriseRow| row.credit_code.clone()),
        Column::new("许可证名称", |row: &EnterpriseRow| row.licence_name.clone()).wider(),
        Column::new("许可证编号", |row: &EnterpriseRow| row.licence_number.clone()).wider(),
        Column::new("未整改隐患", |row: &EnterpriseRow| count(row.open_hazards)).number(),
        Column::new("最近检查", |row: &EnterpriseRow| {
            row.last_inspected_at.map_or_else(|| "未检查".to_owned(), |at| at.date().to_string())
        }),
        Column::new("状态", |row: &EnterpriseRow| if row.closed_at.is_some() { "停业" } else { "正常" }),
        Column::new("操作", move |row: &EnterpriseRow| actions(session, row, task)),
    ]
}

fn actions(session: Session, row: &EnterpriseRow, task: RwSignal<Option<Task>>) -> impl IntoView + use<> {
    let button = |action: Action, word: &'static str, next: Task| {
        untrack(|| session.may(action)).then(|| {
            view! {
                <button type="button" class="btn btn-link" on:click=move |_| task.set(Some(next.clone()))>
                    {word}
                </button>
            }
        })
    };
    let closing = if row.closed_at.is_some() { "恢复" } else { "停业" };
    view! {
        <ViewLink id=row.id.to_string() />
        {button(Action::EditEnterprise, "编辑", Task::Edit(row.clone()))}
        {button(Action::CloseEnterprise, closing, Task::Close(row.clone()))}
        {button(Action::DeleteEnterprise, "删除", Task::Delete(row.clone()))}
    }
}

//! `/console/audit` 操作日志: every write made from posts in one's area.

use super::head::PageHead;
use crate::{
    api::audit::list_audit_rows,
    ui::{
        listing::Listing,
        page::Empty,
        table::{Column, Table},
    },
};
use domain::{action::Action, audit::AuditRow, job::JobKind};
use leptos::prelude::*;

/// 操作日志: who wrote what in the area of the post, newest first.
#[component]
pub fn AuditLog() -> impl IntoView {
    let listing = Listing::new(Memo::new(|_| ()), |(), after| list_audit_rows(after));
    let columns = vec![
        Column::new("时间", |row: &AuditRow| row.at.to_string()),
        Column::new("操作人", |row: &AuditRow| row.person_name.clone()),
        Column::new("岗位", |row: &AuditRow| row.post_title.clone()),
        Column::new("操作", |row: &AuditRow| verb(&row.action).to_owned()),
        Column::new("内容", content),
        Column::text("对象编号", |row: &AuditRow| row.subject.clone()).wider(),
    ];
    view! {
        <PageHead title="操作日志" />
        <p class="summary">"按时间倒序，记录本辖区各岗位的每一次写入和登录；日志只能查看，不能修改。"</p>
        <Table
            name="操作日志"
            columns
            listing
            row_id=|row: &AuditRow| row.sequence.to_string()
            empty=|| view! { <Empty text="还没有操作记录。" /> }.into_any()
        />
    }
}

/// What was done, and to whom or what: by name, where the subject is one and the words do not say it already.
fn content(row: &AuditRow) -> String {
    let AuditRow { subject, detail, .. } = row;
    let is_name = subject.chars().any(|c| !c.is_ascii_hexdigit() && c != '-');
    match (is_name && !detail.contains(subject.as_str()), detail.is_empty()) {
        (true, true) => subject.clone(),
        (true, false) => format!("{subject}：{detail}"),
        (false, _) => detail.clone(),
    }
}

/// The action in words; an action of a newer server keeps its dotted name.
fn verb(name: &str) -> &str {
    let of_a_person = Action::ALL.iter().find(|action| action.name() == name).map(|action| action.verb());
    let verb = of_a_person.or_else(|| JobKind::parse(name).map(JobKind::name));
    verb.unwrap_or(match name {
        "person.create_administrator" => "开通管理员",
        "session.sign_in" => "登录",
        "session.sign_in_refused" => "登录被拒绝",
        name => name,
    })
}

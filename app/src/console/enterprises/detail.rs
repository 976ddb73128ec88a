//! One enterprise in the side sheet: its fields, open hazards and history (Q23).

use crate::{
    api::enterprises::read_enterprise,
    ui::{
        badge::{SeverityBadge, StateBadge, UnmatchedBadge},
        facts::fact,
        page::loaded,
        sheet::{SideSheet, use_sheet_id},
    },
};
use domain::{
    Problem,
    enterprise::{EnterpriseDetail, EnterpriseRow},
    hazard::HazardRow,
    id::EnterpriseId,
    inspection::InspectionRow,
};
use leptos::prelude::*;

/// One enterprise beside its list, with its open hazards and visits.
#[component]
pub fn EnterpriseSheet() -> impl IntoView {
    let id = use_sheet_id();
    let resource = LocalResource::new(move || {
        let id = id.with(|id| id.parse::<EnterpriseId>());
        async move { read_enterprise(id.map_err(|_| Problem::not_found("企业"))?).await }
    });
    view! { <SideSheet title="企业详情">{loaded(resource, detail_view)}</SideSheet> }
}

fn detail_view(detail: EnterpriseDetail) -> impl IntoView {
    view! {
        {facts(&detail.enterprise)}
        {hazards_view(detail.open_hazards)}
        {history_view(detail.inspections)}
    }
}

fn facts(row: &EnterpriseRow) -> impl IntoView + use<> {
    let position = row.position.map_or_else(
        || "未确定，由首次现场检查确定".to_owned(),
        |at| format!("经度 {:.6}，纬度 {:.6}（WGS-84）", at.longitude, at.latitude),
    );
    view! {
        <dl class="facts">
            {fact("企业名称", row.name.clone())} {fact("企业类型", row.enterprise_type.name())}
            {fact("区划", row.region_name.clone())} {fact("企业住所", row.address.clone())}
            {fact("法人代表", row.legal_representative.clone())} {fact("社会统一信用代码", row.credit_code.clone())}
            {fact("许可证名称", row.licence_name.clone())} {fact("许可证编号", row.licence_number.clone())}
            {fact("位置", position)}
            {fact("停业时间", row.closed_at.map(|at| at.to_string()).unwrap_or_default())}
        </dl>
    }
}

fn hazards_view(hazards: Vec<HazardRow>) -> impl IntoView {
    let is_empty = hazards.is_empty();
    let items = hazards.into_iter().map(|hazard| {
        view! {
            <li>
                <a class="entry" href=format!("/console/hazards/{}", hazard.id)>
                    <span class="entry-title">{hazard.description.clone()}</span>
                    <span class="entry-note">{format!("期限 {} · {}", hazard.due_on, hazard.officer_name)}</span>
                    <span class="entry-end">
                        <SeverityBadge severity=hazard.severity.clone() />
                        " "
                        <StateBadge hazard=hazard.clone() />
                    </span>
                </a>
            </li>
        }
    });
    view! {
        <section>
            <h3 class="section-title">"未整改隐患"</h3>
            <ul class="entries">{items.collect_view()}</ul>
            {is_empty.then(|| view! { <p class="muted">"没有未整改的隐患。"</p> })}
        </section>
    }
}

fn history_view(inspections: Vec<InspectionRow>) -> impl IntoView {
    let is_empty = inspections.is_empty();
    let items = inspections.into_iter().map(|row| {
        let note = format!("{} · {} 项不合格", row.inspectors.join("、"), row.failed);
        view! {
            <li>
                <a class="entry" href=format!("/console/inspections/{}", row.id)>
                    <span class="entry-title">{row.started_at.to_string()}</span>
                    <span class="entry-note">{note}</span>
                    <span class="entry-end">{row.is_unmatched().then(|| view! { <UnmatchedBadge /> })}</span>
                </a>
            </li>
        }
    });
    view! {
        <section>
            <h3 class="section-title">"检查历史"</h3>
            <ul class="entries">{items.collect_view()}</ul>
            {is_empty.then(|| view! { <p class="muted">"还没有检查过。"</p> })}
        </section>
    }
}

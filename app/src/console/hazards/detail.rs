//! One hazard in the side sheet (查看): what was found, where and by whom, what may be done
//! with it now, and what happened to it.

use crate::{
    api::hazards::read_hazard,
    ui::{
        acts::Acts,
        badge::{DueOn, SeverityBadge, StateBadge, UnmatchedBadge},
        facts::{fact, fact_view},
        listing::Listing,
        page::loaded,
        photos::Photos,
        sheet::{SideSheet, use_sheet_id},
        timeline::Timeline,
    },
};
use domain::{
    Problem,
    hazard::{HazardDetail, HazardRow},
    id::HazardId,
};
use leptos::prelude::*;

/// One hazard beside the ledger: what it is, what happened to it, and what may be done.
#[component]
pub fn HazardSheet() -> impl IntoView {
    let id = use_sheet_id();
    let resource = LocalResource::new(move || {
        let id = id.with(|id| id.parse::<HazardId>());
        async move { read_hazard(id.map_err(|_| Problem::not_found("隐患"))?).await }
    });
    view! {
        <SideSheet title="隐患详情">
            {loaded(resource, move |detail| detail_view(detail, Callback::new(move |()| resource.refetch())))}
        </SideSheet>
    }
}

fn detail_view(detail: HazardDetail, on_change: Callback<()>) -> impl IntoView {
    let listing = use_context::<Listing<HazardRow>>();
    let again = Callback::new(move |()| {
        on_change.run(());
        if let Some(listing) = listing {
            listing.reload();
        }
    });
    let hazard = detail.hazard.clone();
    let before = format!("{} {}", hazard.found_at, hazard.region_name);
    let cure = detail.cure();
    let after = cure.map(|cure| (cure.photos.clone(), format!("{} {}", cure.made_at, cure.actor)));
    // What stands in the pair is not shown a second time.
    let mut events = detail.events.clone();
    for event in &mut events {
        event.photos.retain(|photo| after.as_ref().is_none_or(|(shown, _)| !shown.contains(photo)));
    }
    view! {
        <dl class="facts">
            {fact("企业名称", hazard.enterprise_name.clone())} {fact("企业类型", hazard.enterprise_type.name())}
            {fact("企业住所", hazard.address.clone())} {fact("区划", hazard.region_name.clone())}
            {fact("隐患描述", hazard.description.clone())}
            {fact_view("隐患级别", view! { <SeverityBadge severity=hazard.severity.clone() /> })}
            {fact("改变级别的原因", detail.severity_reason.clone().unwrap_or_default())}
            {fact_view("状态", view! { <StateBadge hazard=hazard.clone() /> })}
            {fact_view("整改期限", view! { <DueOn hazard=hazard.clone() /> })}
            {fact("整改时间", hazard.closed_at.map(|at| at.to_string()).unwrap_or_default())}
            {fact("责任部门", hazard.department.name.clone())} {fact("检查项", hazard.item_text.clone())}
            {fact("检查依据", detail.basis.clone())} {fact("整治责任人", hazard.officer_name.clone())}
        </dl>
        <Acts detail=detail.clone() on_change=Callback::new(move |_| again.run(())) on_refused=again />
        <div class="photo-pair">
            <Photos title="整改前照片" photos=detail.photos.clone() caption=before />
            {after.map(|(photos, caption)| view! { <Photos title="整改后照片" photos caption /> })}
        </div>
        {(!detail.photos_expected.is_empty())
            .then(|| {
                let text = format!("还有 {} 张照片在检查人员的手机上，等待上传。", detail.photos_expected.len());
                view! { <p class="notice notice-warn">{text}</p> }
            })}
        <Timeline events />
        {inspection_view(&detail)}
    }
}

/// The visit that found it.
fn inspection_view(detail: &HazardDetail) -> impl IntoView + use<> {
    let inspection = detail.inspection.clone();
    let people: Vec<_> =
        detail.participants.iter().map(|person| format!("{}（{}）", person.name, person.department.name)).collect();
    let reason = inspection.exception_reason.clone();
    view! {
        <section>
            <h3 class="section-title">"检查情况"</h3>
            <dl class="facts">
                {fact("检查时间", inspection.started_at.to_string())} {fact("检查人员", people.join("、"))}
                {fact("检查结果", format!("{} 项中 {} 项不合格", inspection.items, inspection.failed))}
                {reason.map(|reason| fact_view("定位", view! { <UnmatchedBadge /> " " {reason} }))}
            </dl>
            <a class="link" href=format!("/console/inspections/{}", inspection.id)>
                "打开检查记录"
            </a>
        </section>
    }
}

//! One inspection in the side sheet (查看): who, where, every answer, and the hazards found.

use crate::{
    api::inspections::read_inspection,
    ui::{
        badge::{SeverityBadge, StateBadge, UnmatchedBadge},
        facts::{fact, fact_view},
        format::{carried, distance},
        page::loaded,
        photos::Photos,
        sheet::{SideSheet, use_sheet_id},
    },
};
use domain::{
    Problem,
    code::Lenient,
    geo::PositionVerdict,
    hazard::HazardRow,
    id::InspectionId,
    inspection::{Answer, InspectionDetail},
};
use leptos::prelude::*;

/// One inspection beside its list: answers, people, hazards.
#[component]
pub fn InspectionSheet() -> impl IntoView {
    let id = use_sheet_id();
    let resource = LocalResource::new(move || {
        let id = id.with(|id| id.parse::<InspectionId>());
        async move { read_inspection(id.map_err(|_| Problem::not_found("检查记录"))?).await }
    });
    view! { <SideSheet title="检查详情">{loaded(resource, detail_view)}</SideSheet> }
}

fn detail_view(detail: InspectionDetail) -> impl IntoView {
    let row = detail.inspection.clone();
    let people: Vec<_> = row
        .inspectors
        .iter()
        .zip(&detail.departments)
        .map(|(name, department)| format!("{name}（{}）", department.name))
        .collect();
    let reason = row.exception_reason.clone();
    view! {
        <dl class="facts">
            {fact("企业名称", row.enterprise_name.clone())} {fact("企业类型", row.enterprise_type.name())}
            {fact("区划", row.region_name.clone())} {fact("检查人员", people.join("、"))}
            {fact("检查时间", row.started_at.to_string())} {fact("上传时间", format!("{}{}", row.received_at, carried(&detail.carrier)))}
            {fact("定位", position(&row.position))}
            {reason.map(|reason| fact_view("定位未匹配的原因", view! { <UnmatchedBadge /> " " {reason} }))}
        </dl>
        {detail
            .exception_photo
            .map(|photo| {
                view! { <Photos title="现场照片" photos=vec![photo] caption=row.started_at.to_string() /> }
            })}
        {hazards_view(detail.hazards.clone())}
        {answers_view(&detail)}
    }
}

/// How the position compared, in words.
fn position(verdict: &Lenient<PositionVerdict>) -> String {
    match verdict {
        Lenient::Known(PositionVerdict::First) => "首次检查，已记为企业位置".into(),
        Lenient::Known(PositionVerdict::Match { distance_m }) => format!("已匹配，距企业 {}", distance(*distance_m)),
        Lenient::Known(PositionVerdict::Mismatch { distance_m, allowed_m }) => {
            format!("距企业 {}，超出允许的 {}", distance(*distance_m), distance(*allowed_m))
        }
        Lenient::Known(PositionVerdict::TooCoarse { accuracy_m, needed_m }) => {
            format!("定位精度 {}，不足 {}，未记为企业位置", distance(*accuracy_m), distance(*needed_m))
        }
        Lenient::Known(PositionVerdict::NoFix) => "没有取得定位".into(),
        Lenient::Unknown(code) => format!("本版本不认识的结果（{code}）"),
    }
}

fn hazards_view(hazards: Vec<HazardRow>) -> impl IntoView {
    let is_empty = hazards.is_empty();
    let items = hazards.into_iter().map(|hazard| {
        view! {
            <li>
                <a class="entry" href=format!("/console/hazards/{}", hazard.id)>
                    <span class="entry-title">{hazard.description.clone()}</span>
                    <span class="entry-note">{hazard.item_text.clone()}</span>
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
            <h3 class="section-title">"发现的隐患"</h3>
            <ul class="entries">{items.collect_view()}</ul>
            {is_empty.then(|| view! { <p class="muted">"本次检查没有发现新的隐患。"</p> })}
        </section>
    }
}

/// Every item with its answer; failed ones first, as they are what one looks for.
fn answers_view(detail: &InspectionDetail) -> impl IntoView + use<> {
    let mut items: Vec<_> = detail
        .checklist
        .items
        .iter()
        .map(|item| (detail.answers.get(&item.code).cloned(), item.text.clone()))
        .collect();
    items.sort_by_key(|(answer, _)| answer.as_ref().is_none_or(|answer| *answer != Answer::Fail));
    let rows = items.into_iter().map(|(answer, text)| {
        let class = match answer.as_ref().and_then(Lenient::known) {
            Some(Answer::Pass) => "mark mark-good",
            Some(Answer::Fail) => "mark mark-plain",
            _ => "muted",
        };
        view! {
            <tr>
                <td>{text}</td>
                <td>
                    <span class=class>{answer.map_or("未填写".into(), |answer| answer.name())}</span>
                </td>
            </tr>
        }
    });
    view! {
        <section>
            <h3 class="section-title">{format!("检查清单（第 {} 版）", detail.checklist.version)}</h3>
            <table class="table" aria-label="检查结果">
                <thead>
                    <tr>
                        <th scope="col">"检查项"</th>
                        <th scope="col">"检查结果"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}

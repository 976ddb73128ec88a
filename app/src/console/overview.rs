//! `/console` 概览: where one's own area stands, and what to do next.

use super::{
    head::{Download, PageHead},
    statistics::total,
};
use crate::{
    api::{
        disk::read_disk_space,
        hazards::{list_hazards, read_hazard_summary},
        statistics::read_statistics,
    },
    ui::{
        badge::{DueOn, SeverityBadge},
        format::{count, per_cent},
        page::loaded,
        session::Session,
    },
};
use domain::{
    action::Action,
    hazard::HazardState,
    ledger::{HazardFilter, LedgerSummary},
    region::RegionCode,
    space::Space,
    statistics::RegionStatistics,
};
use leptos::prelude::*;
use leptos_router::components::A;

/// So many overdue hazards are shown here.
const OVERDUE_ROWS: usize = 8;

/// 概览: what is open, what is late, and how the regions below stand.
#[component]
pub fn Overview() -> impl IntoView {
    let session = Session::expect();
    let post = Memo::new(move |_| session.post().map(|post| (post.region, session.may(Action::ReadStatistics))));
    let reads_disk = Memo::new(move |_| session.may(Action::ReadDisk));
    view! {
        <PageHead title="概览" />
        {move || reads_disk.get().then(|| view! { <DiskWarning /> })}
        {move || {
            post.get()
                .map(|(region, has_statistics)| {
                    if has_statistics {
                        view! { <AreaOverview region /> }.into_any()
                    } else {
                        view! { <HazardOverview /> }.into_any()
                    }
                })
        }}
    }
}

/// That the server's disk fills up. Where it cannot be asked, the rest of the page tells so.
#[component]
fn DiskWarning() -> impl IntoView {
    let space = LocalResource::new(read_disk_space);
    move || {
        let warning = space.get().and_then(Result::ok).and_then(Space::warning)?;
        Some(view! { <p class="notice notice-bad" role="status">{warning}</p> })
    }
}

/// For administrators: all sums of the area.
#[component]
fn AreaOverview(region: RegionCode) -> impl IntoView {
    let resource = LocalResource::new(move || read_statistics(region, None, None));
    loaded(resource, move |rows| {
        let sums = total(&rows, Some(region));
        let is_new = sums.as_ref().is_none_or(|sums| sums.enterprises == 0);
        view! {
            {is_new.then(|| view! { <FirstSteps /> })}
            {sums.map(|sums| area_panels(&sums))}
            <Overdue />
        }
    })
}

fn area_panels(sums: &RegionStatistics) -> impl IntoView + use<> {
    let open = sums.hazards - sums.closed;
    view! {
        <div class="panels">
            {panel("企业数", count(sums.enterprises), "家", "/console/enterprises")}
            {panel("已检查", count(sums.inspected), "家", "/console/enterprises?is_inspected=true")}
            {panel("覆盖率", per_cent(sums.coverage()), "", "/console/statistics")}
            {panel("检查次数", count(sums.inspections), "次", "/console/inspections")}
            {panel("待整改", count(open), "条", "/console/hazards?state=open")}
            {panel("逾期", count(sums.overdue), "条", "/console/hazards?state=overdue")}
            {panel("重大隐患", count(sums.major), "条", "/console/hazards?severity=major")}
            {panel("整改率", per_cent(sums.cure_rate()), "", "/console/statistics")}
        </div>
    }
}

/// For inspectors, who read no statistics: the ledger's sums.
#[component]
fn HazardOverview() -> impl IntoView {
    let resource = LocalResource::new(|| read_hazard_summary(HazardFilter::default()));
    loaded(resource, |sums: LedgerSummary| {
        view! {
            <div class="panels">
                {panel("隐患数", count(sums.total), "条", "/console/hazards")}
                {panel("待整改", count(sums.total - sums.closed), "条", "/console/hazards?state=open")}
                {panel("逾期", count(sums.overdue), "条", "/console/hazards?state=overdue")}
                {panel("重大隐患", count(sums.major), "条", "/console/hazards?severity=major")}
            </div>
        }
    })
}

/// The newest of what is overdue: the first thing an office asks about.
#[component]
fn Overdue() -> impl IntoView {
    let filter = HazardFilter { state: Some(HazardState::Overdue), ..HazardFilter::default() };
    let resource = LocalResource::new(move || list_hazards(filter.clone(), None));
    loaded(resource, |page| {
        let rows = page.rows.into_iter().take(OVERDUE_ROWS).map(|hazard| {
            let address = format!("/console/hazards/{}?state=overdue", hazard.id);
            let note = format!("{} · {} · {}", hazard.region_name, hazard.enterprise_name, hazard.officer_name);
            view! {
                <li>
                    <a class="entry" href=address>
                        <span class="entry-title">{hazard.description.clone()}</span>
                        <span class="entry-note">{note}</span>
                        <span class="entry-end">
                            <span>
                                <SeverityBadge severity=hazard.severity.clone() /> " " <DueOn hazard=hazard.clone() />
                            </span>
                        </span>
                    </a>
                </li>
            }
        });
        let rows = rows.collect_view();
        (!rows.is_empty()).then(|| {
            view! {
                <section>
                    <h2 class="section-title">"逾期未整改"</h2>
                    <ul class="entries">{rows}</ul>
                    <p>
                        <A href="/console/hazards?state=overdue" attr:class="link">
                            "查看全部逾期隐患"
                        </A>
                    </p>
                </section>
            }
        })
    })
}

/// A big number that leads to its rows.
fn panel(name: &'static str, figure: String, unit: &'static str, rows: &'static str) -> impl IntoView {
    view! {
        <A href=rows attr:class="panel">
            <span class="muted">{name}</span>
            <p class="figure">{figure} <small>{unit}</small></p>
        </A>
    }
}

/// What to do where there is no enterprise yet; each level has its own first step.
#[component]
fn FirstSteps() -> impl IntoView {
    let session = Session::expect();
    move || {
        if session.may(Action::ImportEnterprises) {
            view! {
                <section class="notice">
                    <h2>"从这里开始"</h2>
                    <p>"本县还没有企业。下载模板，用电子表格软件填写后导入；再导入检查员，他们就能用手机开展检查。"</p>
                    <div class="page-actions">
                        <Download href="/templates/enterprises.xlsx".to_owned() label="下载模板" />
                        <A href="/console/imports/enterprises" attr:class="btn btn-primary">
                            "导入企业"
                        </A>
                        <A href="/console/imports/people" attr:class="btn">
                            "导入人员"
                        </A>
                    </div>
                </section>
            }
            .into_any()
        } else {
            view! {
                <section class="notice">
                    <h2>"从这里开始"</h2>
                    <p>"辖区内还没有企业。请先在“人员配置”中增加或导入下一级管理员，由县级管理员导入企业和检查员。"</p>
                    <div class="page-actions">
                        <A href="/console/people" attr:class="btn btn-primary">
                            "打开人员配置"
                        </A>
                    </div>
                </section>
            }
            .into_any()
        }
    }
}

//! `/console/hazards` 隐患台账, and `/console/hazards/{id}` with one hazard in the side sheet.

mod columns;
mod detail;

use super::head::{Download, PageHead};
use crate::{
    api::hazards::{list_hazards, read_hazard_summary},
    ui::{
        filters::{FilterInput, FilterRegion, FilterSelect, Filters},
        format::{count, per_cent},
        listing::Listing,
        options::{severities, states, types, use_departments},
        query::{query_of, use_filter},
        session::Session,
        sheet::SheetRows,
        table::{NothingFound, Table},
    },
};
pub use detail::HazardSheet;
use domain::{
    action::Action,
    hazard::HazardRow,
    ledger::{HazardFilter, LedgerSummary},
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The list's address.
const PATH: &str = "/console/hazards";

/// 隐患台账: the ledger and its sums under one filter.
#[component]
pub fn Hazards() -> impl IntoView {
    let session = Session::expect();
    let filter = use_filter::<HazardFilter>();
    let listing = Listing::new(filter, list_hazards);
    provide_context(listing);
    let rows = SheetRows::provide(PATH, listing, |row| row.id.to_string());
    let export = Signal::derive(move || filter.with(|filter| format!("/exports/hazards.xlsx{}", query_of(filter))));
    view! {
        <PageHead title="隐患台账">
            <Show when=move || session.may(Action::ExportHazards)>
                <Download href=export label="导出" />
            </Show>
        </PageHead>
        <LedgerFilters />
        <Summary filter listing />
        <Table
            name="隐患台账"
            columns=columns::columns()
            listing
            row_id=|row: &HazardRow| row.id.to_string()
            selected=rows.selected()
            empty=|| view! { <NothingFound /> }.into_any()
        />
        <Outlet />
    }
}

#[component]
fn LedgerFilters() -> impl IntoView {
    view! {
        <Filters path=PATH>
            <FilterRegion />
            <FilterSelect name="enterprise_type" label="企业类型" options=types() />
            <FilterSelect name="severity" label="隐患级别" options=severities() />
            <FilterSelect name="state" label="状态" options=states() />
            <FilterSelect name="department" label="责任部门" options=use_departments() />
            <FilterInput name="from" label="发现日期从" kind="date" />
            <FilterInput name="to" label="发现日期至" kind="date" />
            <FilterInput name="text" label="关键字" placeholder="企业名称、隐患描述" />
        </Filters>
    }
}

/// 共 1,284 条 · 重大 96 · 逾期 12 · 整改率 91.3%, under the same filter as the rows.
#[component]
fn Summary(filter: Memo<HazardFilter>, listing: Listing<HazardRow>) -> impl IntoView {
    let summary = LocalResource::new(move || {
        // A change in the list changes its sums.
        listing.generation.track();
        read_hazard_summary(filter.get())
    });
    let text = move || summary.get().and_then(Result::ok).map(|sums| sentence(&sums)).unwrap_or_default();
    view! {
        <p class="summary" role="status">
            {text}
        </p>
    }
}

fn sentence(sums: &LedgerSummary) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let rate = (sums.total > 0).then(|| sums.closed as f64 * 100.0 / sums.total as f64);
    format!(
        "共 {} 条 · 重大 {} · 逾期 {} · 整改率 {}",
        count(sums.total),
        count(sums.major),
        count(sums.overdue),
        per_cent(rate)
    )
}

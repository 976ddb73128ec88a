//! Hazards that are open at an item already: adding to one instead of reporting it twice (Q23).

use super::Editing;
use crate::ui::badge::DueOn;
use domain::{checklist::ItemCode, hazard::HazardRow};
use leptos::prelude::*;

/// Under an item: what is open there since an earlier visit.
#[component]
pub fn OpenAtItem(code: ItemCode) -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let open: Vec<HazardRow> = draft.with_untracked(|draft| draft.open_at(&code).into_iter().cloned().collect());
    let lines = open.into_iter().map(|hazard| {
        view! {
            <p class="notice notice-warn open-at-item">
                "此项已有未整改隐患：" {hazard.description.clone()} " " <DueOn hazard />
            </p>
        }
    });
    lines.collect_view()
}

//! Marks: always a word, coloured by what it means.

use crate::ui::format::{days_left, today};
use domain::{
    code::Lenient,
    hazard::{HazardRow, HazardState, Severity},
};
use leptos::prelude::*;

/// Days before the due date from which on a hazard counts as due soon.
const SOON_DAYS: i32 = 3;

/// 重大 in red, 一般 in grey.
#[component]
pub fn SeverityBadge(
    /// Which.
    severity: Lenient<Severity>,
) -> impl IntoView {
    let class = if severity == Severity::Major { "mark mark-major" } else { "mark mark-plain" };
    view! { <span class=class>{severity.name()}</span> }
}

fn class_of(hazard: &HazardRow) -> &'static str {
    let today = today();
    match hazard.state(today).known() {
        Some(HazardState::Overdue) => "mark mark-overdue",
        Some(HazardState::Closed) => "mark mark-good",
        Some(HazardState::Open) if hazard.days_left(today) <= SOON_DAYS => "mark mark-soon",
        Some(HazardState::UnderReview) => "mark mark-soon",
        Some(HazardState::Open | HazardState::Voided) | None => "mark mark-plain",
    }
}

/// 待整改, 逾期 in red, 已销号 in green; amber when due within three days, and for 待复核.
#[component]
pub fn StateBadge(hazard: HazardRow) -> impl IntoView {
    view! { <span class=class_of(&hazard)>{hazard.state(today()).name()}</span> }
}

/// The due date, and beside it how long that is: `2026-11-23 还剩 3 天`.
#[component]
pub fn DueOn(hazard: HazardRow) -> impl IntoView {
    let left = days_left(&hazard, today());
    let mark = (!left.is_empty()).then(|| view! { <span class=class_of(&hazard)>{left}</span> });
    view! {
        {hazard.due_on.to_string()}
        " "
        {mark}
    }
}

/// 定位未匹配, in amber.
#[component]
pub fn UnmatchedBadge() -> impl IntoView {
    view! { <span class="mark mark-soon">"定位未匹配"</span> }
}

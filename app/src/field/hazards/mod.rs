//! `/field/hazards` 待整改隐患: the open hazards that the person took part in finding, overdue first.

mod cure;
mod detail;
mod note;

use super::layout::{ForInspectors, TabPage};
use crate::{
    offline::{copy::LocalCopy, outbox::Outbox, source::Sources},
    ui::{
        badge::{DueOn, SeverityBadge},
        page::{Loading, ProblemView},
        session::Session,
        title::Title,
    },
};
pub use detail::HazardPage;
use domain::hazard::HazardRow;
use leptos::prelude::*;

/// 待整改隐患: what the person has to cure, overdue first.
#[component]
pub fn Hazards() -> impl IntoView {
    view! {
        <Title text="待整改隐患" />
        <TabPage>
            <h1>"待整改隐患"</h1>
            <ForInspectors>
                <MyHazards />
            </ForInspectors>
        </TabPage>
    }
}

#[component]
fn MyHazards() -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let copy = LocalCopy::new(sources.my_hazards());
    let is_first_load = move || copy.value.with(Option::is_none);
    let as_of = move || copy.at.get().map(|at| format!("截至 {at}"));
    view! {
        <ul class="entries">
            <For
                each=move || copy.value.get().unwrap_or_default()
                key=|hazard| (hazard.id, hazard.due_on, hazard.severity.clone(), hazard.stage.clone())
                let:hazard
            >
                <HazardEntry hazard />
            </For>
        </ul>
        <Show when=move || copy.value.with(|value| value.as_ref().is_some_and(Vec::is_empty))>
            <p class="empty">"没有待您整改的隐患。检查中发现的隐患，参加检查的每个人都能在这里看到并反馈整改。"</p>
        </Show>
        {move || match (is_first_load(), copy.problem.get()) {
            (true, None) => view! { <Loading /> }.into_any(),
            (_, Some(problem)) => view! { <ProblemView problem retry=move || copy.refresh() /> }.into_any(),
            (false, None) => ().into_any(),
        }}
        <p class="muted">{as_of}</p>
    }
    .into_any()
}

/// A hazard in a list: how bad, how urgent, what and where.
#[component]
pub fn HazardEntry(
    /// Marked where this phone's outbox still holds something of it.
    hazard: HazardRow,
) -> impl IntoView {
    let outbox = Outbox::expect();
    let id = hazard.id;
    view! {
        <li>
            <a class="entry" href=format!("/field/hazards/{id}")>
                <span class="entry-title">{hazard.description.clone()}</span>
                <span class="entry-note">{hazard.enterprise_name.clone()} " · " <DueOn hazard=hazard.clone() /></span>
                <span class="entry-end">
                    <SeverityBadge severity=hazard.severity.clone() />
                    <Show when=move || !outbox.cures_of(id).is_empty()>
                        <span class="mark mark-plain">"整改待上传"</span>
                    </Show>
                </span>
            </a>
        </li>
    }
}

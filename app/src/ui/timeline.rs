//! 隐患经过: what happened to a hazard, the oldest first, the same on both faces.

use crate::ui::{
    facts::fact,
    format::{carried, yuan},
    photos::Photos,
};
use domain::{
    code::Lenient,
    hazard::{CureRow, EventKind, HazardEvent},
};
use leptos::prelude::*;

/// The section with the timeline.
#[component]
pub fn Timeline(
    /// The oldest first.
    events: Vec<HazardEvent>,
) -> impl IntoView {
    view! {
        <section>
            <h3 class="section-title">"隐患经过"</h3>
            <ol class="trail">{events.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
}

fn entry(event: HazardEvent) -> AnyView {
    let caption = format!("{} {}", event.made_at, event.actor);
    let change = match (event.from.as_str(), event.to.as_str()) {
        ("", to) => to.to_owned(),
        (from, to) => format!("{from} → {to}"),
    };
    // What was done offline is received later; which of the two counts is told by both.
    let is_late = event.at.seconds_since(event.made_at) >= 60;
    let received = if is_late { format!("{} 上传", event.at) } else { String::new() };
    let class = match event.kind {
        Lenient::Known(EventKind::Cured) => "mark mark-good",
        Lenient::Known(EventKind::Voided | EventKind::Reopened) => "mark mark-soon",
        _ => "mark mark-plain",
    };
    // 整改前照片 stand above the timeline already.
    let photos = if event.kind == EventKind::Found { Vec::new() } else { event.photos };
    view! {
        <li>
            <p>
                <span class=class>{event.kind.name()}</span>
                " "
                <strong>{change}</strong>
            </p>
            <p class="muted">{caption.clone()} " " {event.title} " " {received} {carried(&event.carrier)}</p>
            {(!event.text.is_empty()).then(|| view! { <p>{event.text}</p> })}
            {event.cure.as_ref().map(cure_view)}
            {(!photos.is_empty()).then(|| view! { <Photos title=title_of(&event.kind) photos caption /> })}
        </li>
    }
    .into_any()
}

fn title_of(kind: &Lenient<EventKind>) -> &'static str {
    if matches!(kind, Lenient::Known(EventKind::Cured | EventKind::CuredInPart)) {
        "整改后照片"
    } else {
        "补充照片"
    }
}

/// What a cure did beyond its words.
fn cure_view(cure: &CureRow) -> AnyView {
    let measures: Vec<_> = cure.measures.iter().map(Lenient::name).collect();
    let enforcement: Vec<_> = cure.enforcement.iter().map(Lenient::name).collect();
    view! {
        <dl class="facts">
            {fact("管控措施", measures.join("；"))} {fact("处罚方式", enforcement.join("；"))}
            {fact("罚款金额", cure.fine_fen.map(yuan).unwrap_or_default())}
        </dl>
    }
    .into_any()
}

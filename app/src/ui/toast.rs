//! Short messages that say what was done, and go by themselves.

use leptos::prelude::*;
use std::time::Duration;

/// The messages on show.
#[derive(Clone, Copy)]
struct Messages(RwSignal<Vec<(u32, String)>>);

/// Puts the messages into the context.
pub fn provide_toasts() {
    provide_context(Messages(RwSignal::new(Vec::new())));
}

/// A function that shows a message for five seconds.
pub fn use_toast() -> impl Fn(&str) + Copy {
    let Messages(messages) = expect_context();
    move |text: &str| {
        let id = messages.with_untracked(|shown| shown.last().map_or(0, |(id, _)| id + 1));
        messages.update(|shown| shown.push((id, text.to_owned())));
        set_timeout(move || messages.update(|shown| shown.retain(|(shown, _)| *shown != id)), Duration::from_secs(5));
    }
}

/// Where the messages appear; once per app.
#[component]
pub fn Toasts() -> impl IntoView {
    let Messages(messages) = expect_context();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || messages.get() key=|(id, _)| *id let:message>
                <div class="toast">{message.1}</div>
            </For>
        </div>
    }
}

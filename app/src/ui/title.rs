//! The window's title.

use leptos::prelude::*;

/// Names the page in the window's title: `隐患台账 · 燃安`.
#[component]
pub fn Title(
    /// The page's name.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    Effect::new(move || document().set_title(&format!("{} · 燃安", text.get())));
}

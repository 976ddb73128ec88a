//! The head of a console page: its title, and what can be done on it.

use crate::ui::title::Title;
use leptos::prelude::*;

/// The heading, which is the window's title too, and the page's actions at its right.
#[component]
pub fn PageHead(
    /// The page's name in the menu.
    title: &'static str,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title />
        <header class="page-head">
            <h1>{title}</h1>
            <div class="page-actions">{children.map(|children| children())}</div>
        </header>
    }
}

/// A link that saves what it leads to.
#[component]
pub fn Download(
    /// Where it is.
    #[prop(into)]
    href: Signal<String>,
    /// The link's word.
    label: &'static str,
) -> impl IntoView {
    view! {
        <a class="btn" href=move || href.get() download="">
            {label}
        </a>
    }
}

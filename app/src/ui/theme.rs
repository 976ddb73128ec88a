//! Light or dark, and the width of the window.

use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;

const KEY: &str = "ranan.theme";
/// Below this width, in CSS pixels, a window counts as a phone.
const NARROW_PX: f64 = 768.0;

/// Whether the window is as narrow as a phone's.
pub fn is_narrow() -> bool {
    width_px() < NARROW_PX
}

/// The window's width in CSS pixels.
pub fn width_px() -> f64 {
    window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(NARROW_PX)
}

/// The theme in use; until the person chooses, the system's.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<Option<bool>>);

impl Theme {
    /// Puts the theme into the context and onto the document.
    pub fn provide() {
        let theme = Self(RwSignal::new(LocalStorage::get(KEY).ok()));
        provide_context(theme);
        Effect::new(move || {
            let Some(root) = document().document_element() else { return };
            // An attribute set on an element that exists cannot fail: its name is valid.
            let _ = match theme.0.get() {
                Some(is_dark) => root.set_attribute("data-theme", if is_dark { "ranan-dark" } else { "ranan-light" }),
                None => root.remove_attribute("data-theme"),
            };
        });
    }

    fn is_dark(self) -> bool {
        self.0.get().unwrap_or_else(|| {
            window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
        })
    }
}

/// Changes between light and dark, and remembers it.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = expect_context::<Theme>();
    let toggle = move |_| {
        let is_dark = !theme.is_dark();
        // A choice that cannot be kept still holds until the page is closed.
        let _ = LocalStorage::set(KEY, is_dark);
        theme.0.set(Some(is_dark));
    };
    view! {
        <button type="button" class="btn btn-ghost" on:click=toggle>
            {move || if theme.is_dark() { "浅色" } else { "深色" }}
        </button>
    }
}

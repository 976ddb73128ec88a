//! The offer of a new version. It is taken only when the person says so: a reload must never cost an entry.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Offers 更新 once the service worker has a new version waiting (window event `ranan-update`).
#[component]
pub fn UpdateBanner() -> impl IntoView {
    // It may have come before the app did.
    let waits = js_sys::Reflect::get(&window(), &JsValue::from_str("rananUpdateWaiting"));
    let is_waiting = RwSignal::new(waits.is_ok_and(|waits| waits.is_truthy()));
    let listener = window_event_listener_untyped("ranan-update", move |_| is_waiting.set(true));
    on_cleanup(move || listener.remove());
    view! {
        <Show when=move || is_waiting.get()>
            <div class="notice" role="status">
                <span>"有新版本可用，已填写的内容会保留。"</span>
                <button type="button" class="btn btn-primary" on:click=move |_| take_update()>
                    "更新"
                </button>
                <button type="button" class="btn btn-ghost" on:click=move |_| is_waiting.set(false)>
                    "稍后"
                </button>
            </div>
        </Show>
    }
}

/// Loads the page anew, in the new version where one is waiting: calls `window.rananUpdate()`, which the page's script
/// defines.
pub fn take_update() {
    let update = js_sys::Reflect::get(&window(), &JsValue::from_str("rananUpdate"));
    // A failure of either is a page that is going away already, or the script's own to report.
    let _ = match update.ok().and_then(|update| update.dyn_into::<js_sys::Function>().ok()) {
        Some(update) => update.call0(&JsValue::NULL).map(drop),
        None => window().location().reload(),
    };
}

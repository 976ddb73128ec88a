//! The browser's storage: asked to keep it, and how full it is.

use js_sys::Reflect;
use std::cell::Cell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Asks the browser once per page not to clear what lies on this phone. It may refuse; nothing depends on it.
pub async fn persist() {
    if IS_ASKED.replace(true) || !is_there() {
        return;
    }
    if let Ok(promise) = leptos::prelude::window().navigator().storage().persist() {
        let _ = JsFuture::from(promise).await;
    }
}

/// How much the app keeps on this phone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Bytes in use.
    pub used_bytes: f64,
    /// Bytes that the browser grants.
    pub quota_bytes: f64,
}

/// How much is in use; `None` where the browser does not say.
pub async fn usage() -> Option<Usage> {
    if !is_there() {
        return None;
    }
    let promise = leptos::prelude::window().navigator().storage().estimate().ok()?;
    let estimate = JsFuture::from(promise).await.ok()?;
    let number = |name: &str| Reflect::get(&estimate, &JsValue::from_str(name)).ok()?.as_f64();
    Some(Usage { used_bytes: number("usage")?, quota_bytes: number("quota")? })
}

/// Outside a secure context there is no storage manager.
fn is_there() -> bool {
    let navigator = leptos::prelude::window().navigator();
    Reflect::get(&navigator, &JsValue::from_str("storage")).is_ok_and(|storage| storage.is_object())
}

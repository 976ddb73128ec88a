//! One page at a time: a Web Lock shared by all tabs of this browser.

use js_sys::{Function, Object, Promise, Reflect};
use std::{cell::Cell, future::Future, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Does the work while holding the lock; `false`, and nothing done, when another page holds it.
///
/// Where the browser has no locks the work is done: then only the caller's own flag keeps it single.
pub async fn exclusively(name: &str, work: impl Future<Output = ()> + 'static) -> bool {
    let navigator = leptos::prelude::window().navigator();
    let locks = Reflect::get(&navigator, &JsValue::from_str("locks")).unwrap_or(JsValue::UNDEFINED);
    let request = Reflect::get(&locks, &JsValue::from_str("request")).ok().and_then(|f| f.dyn_into::<Function>().ok());
    let Some(request) = request else {
        work.await;
        return true;
    };
    let is_held = Rc::new(Cell::new(false));
    let noted = is_held.clone();
    let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
        if lock.is_null() {
            return Promise::resolve(&JsValue::NULL);
        }
        noted.set(true);
        future_to_promise(async move {
            work.await;
            Ok(JsValue::NULL)
        })
    });
    let options = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&options, &JsValue::from_str("ifAvailable"), &JsValue::TRUE);
    let done = request.call3(&locks, &JsValue::from_str(name), &options, &granted);
    if let Ok(done) = done {
        let _ = JsFuture::from(Promise::from(done)).await;
    }
    is_held.get()
}

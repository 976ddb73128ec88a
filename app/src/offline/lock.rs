//! Web Locks, shared by all windows of this browser: one sender at a time, one window on a draft.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::{GetUntracked, RwSignal, Set, StoredValue, UpdateValue, on_cleanup};
use std::{cell::Cell, future::Future, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::AbortController;

/// So long a page that was left may take to let go of its lock, in milliseconds.
const LETTING_GO_MS: u32 = 500;

/// The browser's lock manager and its `request`; `None` where there is none.
fn manager() -> Option<(JsValue, Function)> {
    let navigator = leptos::prelude::window().navigator();
    let locks = Reflect::get(&navigator, &JsValue::from_str("locks")).ok()?;
    let request = Reflect::get(&locks, &JsValue::from_str("request")).ok()?.dyn_into().ok()?;
    Some((locks, request))
}

fn options(steal: bool) -> Object {
    let options = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&options, &JsValue::from_str(if steal { "steal" } else { "ifAvailable" }), &JsValue::TRUE);
    options
}

/// Does the work while holding the lock; `false`, and nothing done, when another window holds it and it is not stolen.
///
/// Where the browser has no locks the work is done: then only the caller's own flag keeps it single.
pub async fn exclusively(name: &str, steal: bool, work: impl Future<Output = ()> + 'static) -> bool {
    let Some((locks, request)) = manager() else {
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
    if let Ok(done) = request.call3(&locks, &JsValue::from_str(name), &options(steal), &granted) {
        // Rejected when it was stolen meanwhile: then another window does the work.
        let _ = JsFuture::from(Promise::from(done)).await;
    }
    is_held.get()
}

/// Whose a lock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Being asked for.
    Unknown,
    /// This window's: it may write.
    Us,
    /// Another window's: this one only shows.
    Other,
}

/// A lock held as long as its owner lives, unless another window takes it.
#[derive(Clone, Copy)]
pub struct Held {
    /// Whose it is; reactive.
    pub holder: RwSignal<Holder>,
    release: StoredValue<Option<Function>, leptos::prelude::LocalStorage>,
}

impl Held {
    /// Asks for the lock, and goes on waiting for it behind another window; `steal` takes it from there.
    pub fn request(name: &str, steal: bool) -> Self {
        let held = Self { holder: RwSignal::new(Holder::Unknown), release: StoredValue::new_local(None) };
        let Some((locks, request)) = manager() else {
            held.holder.set(Holder::Us);
            return held;
        };
        let granted = Closure::once_into_js(move |_: JsValue| -> Promise {
            held.holder.set(Holder::Us);
            Promise::new(&mut |resolve: Function, _| {
                if held.release.try_update_value(|release| *release = Some(resolve.clone())).is_none() {
                    // The page was left while it was asked for.
                    let _ = resolve.call0(&JsValue::NULL);
                }
            })
        });
        let options = Object::new();
        let waiting = AbortController::new().ok().filter(|_| !steal);
        // Setting a property of a fresh object cannot fail.
        let _ = match &waiting {
            Some(waiting) => Reflect::set(&options, &JsValue::from_str("signal"), &waiting.signal()),
            None => Reflect::set(&options, &JsValue::from_str("steal"), &JsValue::from_bool(steal)),
        };
        if let Ok(done) = request.call3(&locks, &JsValue::from_str(name), &options, &granted) {
            spawn_local(async move {
                // Rejected when another window took it.
                if JsFuture::from(Promise::from(done)).await.is_err() {
                    held.holder.set(Holder::Other);
                }
            });
        }
        // Whoever has just left the page, or is loading it anew, still lets go.
        spawn_local(async move {
            TimeoutFuture::new(LETTING_GO_MS).await;
            if held.holder.try_get_untracked() == Some(Holder::Unknown) {
                held.holder.set(Holder::Other);
            }
        });
        on_cleanup(move || {
            if let Some(resolve) = held.release.try_update_value(Option::take).flatten() {
                let _ = resolve.call0(&JsValue::NULL);
            } else if let Some(waiting) = &waiting {
                waiting.abort();
            }
        });
        held
    }
}

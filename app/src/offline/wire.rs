//! Requests of the phone, each with a deadline by its size. [`read_answer`] says what their answers mean.

use super::operation::{Answer, Trouble, read_answer};
use crate::ui::format::note_server_time;
use domain::{
    id::OperationId,
    operation::{PhotoRef, Receipt},
    photo::PhotoHash,
};
use gloo_net::http::{Request, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, Blob};

/// Every request may take so long, in milliseconds.
const PATIENCE_MS: u32 = 20_000;
/// And so much longer for what it carries: 8 bytes a millisecond is a bad line.
const BYTES_A_MS: u32 = 8;

thread_local! {
    /// The requests under way, to give them up when a person wants a new round.
    static UNDER_WAY: RefCell<Vec<(AbortController, f64)>> = const { RefCell::new(Vec::new()) };
}

/// Gives up requests that have been under way for longer than `ms`.
pub fn give_up_after(ms: f64) {
    let now = monotonic_ms();
    UNDER_WAY.with_borrow(|all| {
        for (controller, begun) in all {
            if now - begun > ms {
                controller.abort();
            }
        }
    });
}

/// Milliseconds by a clock that nobody sets.
pub fn monotonic_ms() -> f64 {
    leptos::prelude::window().performance().map_or(0.0, |performance| performance.now())
}

/// Ends a request when it is dropped, or when its time is up.
struct Deadline {
    controller: AbortController,
    _timer: Timeout,
}

impl Deadline {
    fn new(size_bytes: u32) -> Option<Self> {
        let controller = AbortController::new().ok()?;
        let late = controller.clone();
        let timer = Timeout::new(PATIENCE_MS + size_bytes / BYTES_A_MS, move || late.abort());
        UNDER_WAY.with_borrow_mut(|all| all.push((controller.clone(), monotonic_ms())));
        Some(Self { controller, _timer: timer })
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        UNDER_WAY.with_borrow_mut(|all| all.retain(|(other, _)| *other != self.controller));
        self.controller.abort();
    }
}

/// Sends, and reads the whole answer, within the time that the size allows.
async fn ask<T>(
    request: RequestBuilder,
    body: Option<JsValue>,
    size_bytes: u32,
    good: impl FnOnce(&[u8]) -> Option<T>,
) -> Answer<T> {
    let later = || Answer::Later(Trouble::Network, None);
    let Some(deadline) = Deadline::new(size_bytes) else { return later() };
    let request = request.abort_signal(Some(&deadline.controller.signal()));
    let request = match body {
        Some(body) => request.body(body),
        None => request.build(),
    };
    let Ok(request) = request else { return later() };
    let Ok(response) = request.send().await else { return later() };
    let status = response.status();
    note_date(&response);
    let Ok(body) = response.binary().await else { return later() };
    read_answer(status, &body, good)
}

/// Every answer of our server names its time.
fn note_date(response: &Response) {
    if let Some(date) = response.headers().get("date") {
        let at = js_sys::Date::parse(&date);
        if at.is_finite() {
            note_server_time(at);
        }
    }
}

fn address(id: OperationId) -> String {
    format!("/operations/{id}")
}

/// Hands an operation in: its bytes as they are.
pub async fn put_operation(id: OperationId, bytes: &str, is_carried: bool) -> Answer<Receipt> {
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let query = if is_carried { "?carried=true" } else { "" };
    let request = Request::put(&format!("{}{query}", address(id))).header("content-type", "application/json");
    ask(request, Some(JsValue::from_str(bytes)), size, |body| serde_json::from_slice(body).ok()).await
}

/// The bytes that the server keeps of an operation.
pub async fn stored_operation(id: OperationId) -> Answer<String> {
    ask(Request::get(&address(id)), None, 0, |body| {
        // A gateway's page is no envelope.
        serde_json::from_slice::<Head>(body).ok().filter(|head| head.id == id)?;
        String::from_utf8(body.to_vec()).ok()
    })
    .await
}

#[derive(serde::Deserialize)]
struct Head {
    id: OperationId,
}

/// Hands a photo in. Only an answer that names it counts: a captive portal says 200 to everything.
pub async fn put_photo(photo: PhotoRef, blob: Blob) -> Answer<()> {
    #[derive(serde::Deserialize)]
    struct Held {
        hash: PhotoHash,
    }
    let request = Request::put(&format!("/photos/{}", photo.hash)).header("content-type", "image/jpeg");
    ask(request, Some(blob.into()), photo.size_bytes, |body| {
        serde_json::from_slice::<Held>(body).ok().filter(|held| held.hash == photo.hash).map(drop)
    })
    .await
}

/// Reads JSON by a plain route.
pub async fn get<T: serde::de::DeserializeOwned>(address: &str, size_bytes: u32) -> Answer<T> {
    ask(Request::get(address), None, size_bytes, |body| serde_json::from_slice(body).ok()).await
}

//! Requests by plain routes, each with a deadline by its size. [`read_reply`] says what their answers mean.

use super::operation::{Reply, Trouble, read_reply};
use crate::ui::{format::note_server_time, patience::carrying};
use domain::{
    id::OperationId,
    operation::{PhotoRef, Receipt},
    photo::PhotoHash,
};
use gloo_net::http::{Request, RequestBuilder, Response};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, Blob};

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

/// A request under way; it is aborted when this is dropped.
struct UnderWay(AbortController);

impl UnderWay {
    fn begin() -> Option<Self> {
        let controller = AbortController::new().ok()?;
        UNDER_WAY.with_borrow_mut(|all| all.push((controller.clone(), monotonic_ms())));
        Some(Self(controller))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.with_borrow_mut(|all| all.retain(|(other, _)| *other != self.0));
        self.0.abort();
    }
}

/// Sends, and reads the whole answer, within the time that the size allows.
async fn ask<T>(
    request: RequestBuilder,
    body: Option<JsValue>,
    size_bytes: u32,
    good: impl FnOnce(&[u8]) -> Option<T>,
) -> Reply<T> {
    let Some((response, body)) = carrying(size_bytes, send(request, body)).await.flatten() else {
        return Reply::Later(Trouble::Network, None);
    };
    let reply = read_reply(response.status(), &body, good);
    // A gateway has a clock of its own.
    if !matches!(reply, Reply::Later(Trouble::Network, _)) {
        note_date(&response);
    }
    reply
}

/// An answer and its whole body, if one comes.
async fn send(request: RequestBuilder, body: Option<JsValue>) -> Option<(Response, Vec<u8>)> {
    let under_way = UnderWay::begin()?;
    let request = request.abort_signal(Some(&under_way.0.signal()));
    let request = match body {
        Some(body) => request.body(body),
        None => request.build(),
    };
    let response = request.ok()?.send().await.ok()?;
    let body = response.binary().await.ok()?;
    Some((response, body))
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
pub async fn put_operation(id: OperationId, bytes: &str, is_carried: bool) -> Reply<Receipt> {
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let query = if is_carried { "?carried=true" } else { "" };
    let request = Request::put(&format!("{}{query}", address(id))).header("content-type", "application/json");
    ask(request, Some(JsValue::from_str(bytes)), size, |body| serde_json::from_slice(body).ok()).await
}

/// The bytes that the server keeps of an operation.
pub async fn stored_operation(id: OperationId) -> Reply<String> {
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
pub async fn put_photo(photo: PhotoRef, blob: Blob) -> Reply<()> {
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
pub async fn get<T: serde::de::DeserializeOwned>(address: &str, size_bytes: u32) -> Reply<T> {
    ask(Request::get(address), None, size_bytes, |body| serde_json::from_slice(body).ok()).await
}

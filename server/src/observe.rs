//! Around every request: an id, a span for the log, the count and the time, and a floor under panics.

use crate::answer::Refusal;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::Problem;
use futures::FutureExt;
use std::{
    any::Any,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};
use tracing::Instrument;

/// The header that tells the request's id; whoever reports a failure can quote it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Watches a request. Addresses are logged as routes, without what was filled in: that may name a person.
pub async fn watch(request: Request, next: Next) -> Response {
    let request_id = hex::encode(rand::random::<[u8; 8]>());
    let route = request.extensions().get::<MatchedPath>().map_or("site", MatchedPath::as_str).to_owned();
    let method = name(request.method());
    let span = tracing::info_span!("request", id = %request_id, method, route);
    async {
        let began = Instant::now();
        let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => {
                tracing::error!(panic = words(&*panic), "a request panicked");
                Refusal(Problem::Internal { request_id: request_id.clone() }).into_response()
            }
        };
        note(method, &route, &response, began.elapsed());
        response.headers_mut().insert(
            REQUEST_ID,
            HeaderValue::from_str(&request_id).expect("hexadecimal digits are allowed in a header"),
        );
        response
    }
    .instrument(span)
    .await
}

fn note(method: &'static str, route: &str, response: &Response, took: Duration) {
    let status = response.status();
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels[..2]).record(took);
    let took_ms = took.as_secs_f64() * 1000.0;
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), took_ms, "answered");
    } else if route == "site" {
        tracing::debug!(status = status.as_u16(), took_ms, "answered");
    } else {
        tracing::info!(status = status.as_u16(), took_ms, "answered");
    }
}

/// Only names that are known: a made-up method must not become a label.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "other",
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    async fn broken() -> &'static str {
        panic!("a secret")
    }

    #[tokio::test]
    async fn a_panic_becomes_a_problem_with_the_request_id_and_without_its_words() {
        let router = Router::new().route("/broken", get(broken)).layer(from_fn(watch));
        let request = Request::get("/broken").body(axum::body::Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), 500);
        let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
        let body = to_bytes(response.into_body(), 1000).await.expect("a body");
        let problem: Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem, Problem::Internal { request_id: id });
    }
}

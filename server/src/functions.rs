//! The server functions of `app::api`, each at its own fixed address.

use crate::{
    answer::Refusal,
    body::{Incoming, Memory},
    router::AppState,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::on,
};
use bytes::{Bytes, BytesMut};
use domain::Problem;
use leptos::prelude::provide_context;
use std::time::Duration;

/// The largest body of a call, in bytes.
const LARGEST_CALL: usize = 2 * 1024 * 1024;
/// The most of a body that is taken of whoever has no session: a number and a code are less.
const LARGEST_UNKNOWN: usize = 16 * 1024;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Calls that are waited for however long they take: the work is a task of its own and ends by itself.
const UNHURRIED: [&str; 2] = ["/api/imports/confirm_people", "/api/imports/confirm_enterprises"];

/// A route for each registered server function.
pub fn routes() -> Router<AppState> {
    let mut router = Router::new();
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        if let Ok(method) = method.try_into() {
            router = router.route(path, on(method, call));
        }
    }
    router
}

async fn call(State(state): State<AppState>, request: Request) -> Response {
    if UNHURRIED.contains(&request.uri().path()) {
        return answer(state, request).await;
    }
    if let Ok(response) = tokio::time::timeout(TIMEOUT, answer(state, request)).await {
        response
    } else {
        tracing::error!("a call took longer than {TIMEOUT:?}");
        Refusal(Problem::Unreachable).into_response()
    }
}

async fn answer(state: AppState, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut body = Incoming::new(body, &parts.headers, "请求内容", LARGEST_CALL);
    let read = read(&state, &parts.headers, &mut body).await;
    body.drain().await;
    let (body, _memory) = match read {
        Ok(read) => read,
        Err(problem) => return Refusal(problem).into_response(),
    };
    if has_nul(&body) {
        return Refusal(Problem::invalid("请求", "内容中有无法保存的字符，请删除后重试")).into_response();
    }
    // Whoever takes HTML would be redirected, as from a form without script. Our pages need script anyway.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let context = move || provide_context(state.gate.clone());
    let request = Request::from_parts(parts, Body::from(body));
    let response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    let mut response = with_status(response).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// All of a body, and the memory that it takes. What is more than little is taken of callers with a session only.
async fn read(state: &AppState, headers: &HeaderMap, body: &mut Incoming) -> Result<(Bytes, Option<Memory>), Problem> {
    let (mut bytes, mut memory) = (BytesMut::new(), None);
    loop {
        if memory.is_none() && body.size() > LARGEST_UNKNOWN {
            let token = app::api::session_token(headers);
            state.gate.check_session(token.as_deref()).await?;
            memory = Some(state.memory.memory(token.as_deref()));
        }
        let Some(chunk) = body.next().await? else { break };
        if let Some(memory) = &mut memory {
            memory.take(chunk.len()).await?;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), memory))
}

/// Whether a text of the JSON holds a NUL, which PostgreSQL does not store.
fn has_nul(json: &[u8]) -> bool {
    let is_escape = |at: usize| json[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0;
    json.windows(6).enumerate().any(|(at, six)| six == br"\u0000" && is_escape(at))
}

/// A call that cannot be read fails before the function could set the status: the problem says which it is.
async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_CALL).await.unwrap_or_default();
    if let Ok(problem) = serde_json::from_slice::<Problem>(&body) {
        parts.status = StatusCode::from_u16(problem.status()).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_and_a_backslash_before_its_letters_is_none() {
        assert!(has_nul(br#"{"text":"a\u0000b"}"#));
        assert!(has_nul(br#"{"text":"\\\u0000"}"#));
        assert!(!has_nul(br#"{"text":"\\u0000"}"#));
        assert!(!has_nul(br#"{"text":"u0000 \u0001"}"#));
    }
}

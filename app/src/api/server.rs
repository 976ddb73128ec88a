//! What every server function shares on the server: the gate from the context, the token from the cookie, and the
//! status of an answer.

use super::ApiError;
use domain::Problem;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use services::{Action, Gate, Permit};

/// The session cookie: host-only, secure, out of reach of scripts.
const COOKIE: &str = "__Host-ranan";

/// The session's token from a request's headers.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token.to_owned())
}

/// The gate to all services, which the router put into the context.
pub(super) fn gate() -> Gate {
    expect_context()
}

/// The caller's token, if there is one.
pub(super) fn token() -> Option<String> {
    use_context::<Parts>().and_then(|parts| session_token(&parts.headers))
}

/// A permit for the action that the service asks for.
pub(super) async fn permit<A: Action>() -> Result<Permit<A>, Problem> {
    gate().permit(token().as_deref()).await
}

/// Sends the session's token as a cookie; `None` ends it.
pub(super) fn set_session(token: Option<&str>) {
    let age = if token.is_some() { domain::login::SESSION_SECONDS } else { 0 };
    let cookie =
        format!("{COOKIE}={}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax", token.unwrap_or_default());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        expect_context::<ResponseOptions>().insert_header(header::SET_COOKIE, cookie);
    }
}

/// Gives an answer its HTTP status: 0.8 says 500 for every error unless told otherwise.
pub(super) async fn answer<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, ApiError> {
    work.await.map_err(|problem| {
        let response = expect_context::<ResponseOptions>();
        response.set_status(StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let Problem::TooMany { retry_after_s } = problem {
            response.insert_header(HeaderName::from_static("retry-after"), HeaderValue::from(retry_after_s));
        }
        ApiError(problem)
    })
}

//! What every server function shares on the server: the gate from the context, the token from the cookie, and the
//! status of an answer.

use super::ApiError;
use domain::Problem;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use services::{Action, Gate, Permit, login::Browser};

/// The session cookie: host-only, secure, out of reach of scripts.
const COOKIE: &str = "__Host-ranan";

/// The cookie by which codes and tries are counted for each browser.
const BROWSER_COOKIE: &str = "__Host-ranan-browser";

/// The session's token from a request's headers.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, COOKIE)
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The browser that asks, if it was given its cookie.
pub(super) fn browser() -> Option<Browser> {
    browser_secret().map(|(_, browser)| browser)
}

/// The browser that asks; gives it its cookie, or a longer life for it.
pub(super) fn lasting_browser() -> Browser {
    let (secret, browser) = browser_secret().unwrap_or_else(Browser::issue);
    set_cookie(BROWSER_COOKIE, &secret, domain::login::BROWSER_SECONDS, "Strict");
    browser
}

fn browser_secret() -> Option<(String, Browser)> {
    let secret = cookie(&use_context::<Parts>()?.headers, BROWSER_COOKIE)?;
    Browser::of(&secret).map(|browser| (secret, browser))
}

/// What the browser says that it is.
pub(super) fn user_agent() -> String {
    let header = |parts: Parts| Some(parts.headers.get(header::USER_AGENT)?.to_str().ok()?.to_owned());
    use_context::<Parts>().and_then(header).unwrap_or_default()
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
    set_cookie(COOKIE, token.unwrap_or_default(), age, "Lax");
}

fn set_cookie(name: &str, value: &str, age: i64, same_site: &str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite={same_site}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, cookie);
    }
}

/// Gives an answer its HTTP status: 0.8 says 500 for every error unless told otherwise.
pub(super) async fn answer<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, ApiError> {
    work.await.map_err(|problem| {
        let response = expect_context::<ResponseOptions>();
        response.set_status(StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let Some(retry_after_s) = problem.retry_after_s() {
            response.insert_header(HeaderName::from_static("retry-after"), HeaderValue::from(retry_after_s));
        }
        ApiError(problem)
    })
}

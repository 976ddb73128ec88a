//! CSRF: writes come from our own pages.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`. A program sends neither; it is
//! let through when it brings no cookie, for then nobody's session can be misused.

use crate::answer::Refusal;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::Problem;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses writes that another site's page asks for.
pub async fn check(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_read || is_own(request.headers()) {
        next.run(request).await
    } else {
        Refusal(Problem::CrossSite).into_response()
    }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(&FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    match text(&header::ORIGIN) {
        // HTTP/1.0 knows requests without a host; an origin that is none matches it as little as any other.
        Some(origin) => origin.split_once("://").is_some_and(|(_, host)| Some(host) == text(&header::HOST)),
        None => !headers.contains_key(header::COOKIE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn is_let_through(headers: &[(&'static str, &'static str)]) -> bool {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_own(&headers.collect())
    }

    #[test]
    fn own_pages_are_let_through_and_others_are_not() {
        assert!(is_let_through(&[("sec-fetch-site", "same-origin"), ("cookie", "a=b")]));
        assert!(is_let_through(&[("sec-fetch-site", "none"), ("cookie", "a=b")]));
        assert!(!is_let_through(&[("sec-fetch-site", "same-site"), ("cookie", "a=b")]));
        assert!(!is_let_through(&[("sec-fetch-site", "cross-site")]));
        assert!(is_let_through(&[("origin", "https://ranan.example"), ("host", "ranan.example"), ("cookie", "a=b")]));
        assert!(!is_let_through(&[("origin", "https://evil.example"), ("host", "ranan.example")]));
        assert!(!is_let_through(&[("origin", "null"), ("host", "ranan.example")]));
        assert!(!is_let_through(&[("origin", "null"), ("cookie", "a=b")]));
    }

    #[test]
    fn a_program_without_session_is_let_through() {
        assert!(is_let_through(&[("host", "ranan.example")]));
        assert!(!is_let_through(&[("host", "ranan.example"), ("cookie", "__Host-ranan=x")]));
    }
}

//! The pages: one shell for every address, and the files it loads, compressed in advance.

use crate::{answer::Refusal, router::AppState};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use domain::Problem;
use std::path::Path;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// First segments of addresses that are no pages.
const NO_PAGES: &[&str] = &["api", "exports", "healthz", "imports", "photos", "templates"];

/// Answers what no other route answers: a file of the site, the shell for a page, or that there is nothing.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let nothing = || Refusal(Problem::not_found("页面")).into_response();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return nothing();
    }
    let path = request.uri().path().to_owned();
    let (mut parts, _) = request.into_parts();
    if is_page(&path) {
        parts.uri = Uri::from_static("/index.html");
    } else if NO_PAGES.contains(&path.split('/').nth(1).unwrap_or_default()) {
        return nothing();
    }
    let files = ServeDir::new(&state.settings.site).append_index_html_on_directories(false);
    let files = files.precompressed_br().precompressed_gzip();
    let Ok(response) = files.oneshot(Request::from_parts(parts, Body::empty())).await;
    if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return nothing();
    }
    let mut response = response.map(Body::new);
    let caching = if is_hashed(&path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// A page has no dot in its last segment, and is none of the other routes.
fn is_page(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && !NO_PAGES.contains(&first)
}

/// Whether the name carries a hash of the content, so that it never changes: `app-0123456789abcdef.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split(['-', '.', '_']).skip(1).any(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_files_are_told_apart() {
        for page in ["/", "/login", "/console/hazards", "/field/inspections/0192-ab"] {
            assert!(is_page(page), "{page}");
        }
        for file in ["/app.js", "/api/unknown", "/photos/x", "/favicon.ico", "/console/style.css"] {
            assert!(!is_page(file), "{file}");
        }
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(is_hashed("/app-0123456789abcdef.wasm"));
        assert!(is_hashed("/pkg/charts.4f1e2d3c.js"));
        assert!(!is_hashed("/service-worker.js"));
        assert!(!is_hashed("/index.html"));
        assert!(!is_hashed("/manifest.webmanifest"));
    }
}

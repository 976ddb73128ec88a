//! What the plain routes share: a [`Problem`] with its status, as the server functions give it, what addresses name, and
//! files to keep.

use axum::{
    Json,
    extract::{FromRequestParts, Path},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::Problem;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::convert::Infallible;

/// A problem as an HTTP answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub Problem);

/// What a plain route answers.
pub type RouteResult = Result<Response, Refusal>;

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(&self.0)).into_response();
        if let Some(retry_after_s) = self.0.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
        }
        response
    }
}

/// What is filled in in an address. What is no text at all becomes empty, which names nothing, instead of axum's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(text.map_or_else(|_| String::new(), |text| text.0)))
    }
}

/// The headers of a workbook that the browser keeps under this name.
pub fn workbook_headers(name: &str) -> [(header::HeaderName, String); 3] {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"workbook.xlsx\"; filename*=UTF-8''{name}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ]
}

/// A failure inside, logged once; the person gets only an id to quote. A full disk is told as it is.
pub fn internal(what: &str, error: &(dyn std::error::Error + 'static)) -> Problem {
    if services::is_full(error) {
        tracing::error!(error, "the disk is full: {what}");
        return Problem::NoSpace;
    }
    let request_id = hex::encode(rand::random::<[u8; 4]>());
    tracing::error!(problem = %request_id, error, "{what}");
    Problem::Internal { request_id }
}

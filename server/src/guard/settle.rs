//! No answer leaves before everything is on disk that it may rest on.

use crate::answer::Refusal;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Waits where a transaction looked into what others had not committed yet, and wrote nothing itself.
pub async fn wait(request: Request, next: Next) -> Response {
    services::settled(next.run(request)).await.unwrap_or_else(|problem| Refusal(problem).into_response())
}

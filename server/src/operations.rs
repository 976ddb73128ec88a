//! `PUT` and `GET /operations/{id}`: work done in the field, as the bytes that the phone keeps.

use crate::{
    answer::{PathText, RouteResult},
    body::{content_length, drain},
    router::AppState,
    workbooks::query_fields,
};
use axum::{
    Json,
    body::{Body, BodyDataStream},
    extract::State,
    http::{HeaderMap, Uri, header},
    response::IntoResponse,
};
use domain::{Problem, id::OperationId, operation::LARGEST_OPERATION};
use futures::TryStreamExt;
use serde::Deserialize;
use services::operations::{self, FilePermit};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// A body must go on at least this often, and end within [`WHOLE`].
const PROGRESS: Duration = Duration::from_secs(20);
/// A megabyte at nine kilobytes a second.
const WHOLE: Duration = Duration::from_secs(120);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    carried: bool,
}

/// Files an operation: `?carried=true` for another person's. Answered only when it is on disk; a copy is answered alike.
pub async fn put(
    State(state): State<AppState>,
    PathText(id): PathText,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> RouteResult {
    let mut body = body.into_data_stream();
    let filed = async {
        let id = parse(&id)?;
        let bytes = read(&mut body, content_length(&headers)).await?;
        let permit: FilePermit = state.gate.permit(app::api::session_token(&headers).as_deref()).await?;
        let Query { carried } = query_fields(&uri, "参数")?;
        operations::file(permit, id, &bytes, carried).await
    }
    .await;
    if filed.is_err() {
        drop(timeout(PROGRESS, drain(&mut body, 2 * LARGEST_OPERATION)).await);
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(filed?)).into_response())
}

/// The bytes as they were filed.
pub async fn get(State(state): State<AppState>, PathText(id): PathText, headers: HeaderMap) -> RouteResult {
    let permit = state.gate.permit(app::api::session_token(&headers).as_deref()).await?;
    let envelope = operations::read(permit, parse(&id)?).await?;
    let described = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((described, envelope).into_response())
}

fn parse(id: &str) -> Result<OperationId, Problem> {
    id.parse().map_err(|_| Problem::invalid("编号", "记录编号应为 UUID"))
}

/// The whole body, as long as it goes on.
async fn read(body: &mut BodyDataStream, announced: Option<usize>) -> Result<Vec<u8>, Problem> {
    if announced.is_some_and(|size| size > LARGEST_OPERATION) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    let end = Instant::now() + WHOLE;
    loop {
        let next = timeout_at(end.min(Instant::now() + PROGRESS), body.try_next()).await;
        // The phone is gone, or as good as: it sends again.
        let Some(chunk) = next.map_err(|_| Problem::Unreachable)?.map_err(|_| Problem::Unreachable)? else {
            return Ok(bytes);
        };
        if bytes.len() + chunk.len() > LARGEST_OPERATION {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn too_large() -> Problem {
    Problem::TooLarge { what: "记录".into(), limit_mb: 1 }
}

//! `PUT` and `GET /operations/{id}`: work done in the field, as the bytes that the phone keeps.

use crate::{
    answer::{PathText, RouteResult},
    body::Incoming,
    router::AppState,
    workbooks::query_fields,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::IntoResponse,
};
use domain::{Problem, id::OperationId, operation::LARGEST_OPERATION};
use serde::Deserialize;
use services::operations::{self, FilePermit};
use std::time::Duration;
use tokio::time::timeout;

/// How long a copy waits for the one before it.
const TURN: Duration = Duration::from_secs(20);

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
    let mut body = Incoming::new(body, &headers, "记录", LARGEST_OPERATION);
    let filed = async {
        let id = parse(&id)?;
        let token = app::api::session_token(&headers);
        // Before the body is read, and let go of while it is: neither a stranger nor a slow upload takes anything.
        state.gate.check_session(token.as_deref()).await?;
        state.gate.config().reserve.check_record()?;
        let mut memory = state.memory.memory(token.as_deref());
        let bytes = body.read(&mut memory).await?;
        // Copies of one take turns here: in the database each would hold a connection, of which there are few.
        let turn = timeout(TURN, state.filing.of(id).acquire_owned()).await;
        let _turn = turn.map_err(|_| Problem::Unreachable)?;
        let permit: FilePermit = state.gate.permit(token.as_deref()).await?;
        let Query { carried } = query_fields(&uri, "参数")?;
        operations::file(permit, id, &bytes, carried).await
    }
    .await;
    body.drain().await;
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

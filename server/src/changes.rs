//! `GET /changes/{kind}?since=CURSOR&limit=N&post=ID`: what changed in the caller's area since a phone last asked, as long
//! as the session is at the post under which the phone keeps it.

use crate::{
    answer::{PathText, RouteResult},
    router::AppState,
    workbooks::query_fields,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use domain::{Problem, changes::MOST_CHANGES, id::PostId};
use serde::{Deserialize, Serialize};
use services::changes;

/// What a query that cannot be read is about.
const WHAT: &str = "参数";

#[derive(Deserialize)]
#[serde(default)]
struct Query {
    since: String,
    limit: u32,
    post: Option<PostId>,
}

impl Default for Query {
    fn default() -> Self {
        Self { since: String::new(), limit: MOST_CHANGES, post: None }
    }
}

/// Enterprises, open hazards or colleagues that changed.
pub async fn get(State(state): State<AppState>, PathText(kind): PathText, uri: Uri, headers: HeaderMap) -> RouteResult {
    let token = app::api::session_token(&headers);
    let (gate, token) = (&state.gate, token.as_deref());
    let Query { since, limit, post } = query_fields(&uri, WHAT)?;
    Ok(match kind.as_str() {
        "enterprises" => json(changes::enterprises(gate.permit(token).await?, post, &since, limit).await?),
        "hazards" => json(changes::hazards(gate.permit(token).await?, post, &since, limit).await?),
        "colleagues" => json(changes::colleagues(gate.permit(token).await?, post).await?),
        _ => return Err(Problem::not_found("页面").into()),
    })
}

fn json(changes: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(changes)).into_response()
}

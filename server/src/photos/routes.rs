//! `PUT` and `GET /photos/{hash}`, and the thumbnail. What is refused is answered as a [`Problem`], with its status.

use super::Kept;
use crate::{
    answer::{PathText, RouteResult},
    body::Incoming,
    router::AppState,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use domain::{
    Problem,
    photo::{LARGEST_PHOTO, PhotoHash},
};
use serde::Serialize;
use services::photos::{Expectation, StoredPhoto};

/// What a photo handed in is answered with.
#[derive(Debug, Serialize)]
struct Stored {
    hash: PhotoHash,
}

/// What is shown in place of a photo of which no picture can be made.
const UNREADABLE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" role="img">
<rect width="400" height="300" fill="#e5e7eb"/><text x="200" y="160" font-size="36" text-anchor="middle"
 fill="#374151" font-family="sans-serif">无法显示</text></svg>"##;

/// Takes a photo that an accepted operation names. Answered only when it is on disk; a copy is answered alike.
pub async fn put(
    State(state): State<AppState>,
    PathText(hash): PathText,
    headers: HeaderMap,
    body: Body,
) -> RouteResult {
    let mut body = Incoming::new(body, &headers, "照片", LARGEST_PHOTO);
    let stored = async {
        let hash: PhotoHash = hash.parse()?;
        body.check_size()?;
        let token = app::api::session_token(&headers);
        let permit = state.gate.permit(token.as_deref()).await?;
        if services::photos::expect(permit, hash).await? == Expectation::Held {
            return Ok(hash);
        }
        state.gate.config().reserve.check()?;
        let mut memory = state.photos.memory(token.as_deref());
        let bytes = body.read(&mut memory).await?;
        let Kept { size_bytes, kept_hash, media_type } = state.photos.keep(hash, bytes).await?;
        drop(memory);
        let permit = state.gate.permit(token.as_deref()).await?;
        services::photos::stored(permit, hash, size_bytes, kept_hash, media_type).await?;
        state.bell.ring();
        Ok::<_, Problem>(hash)
    }
    .await;
    body.drain().await;
    Ok(Json(Stored { hash: stored? }).into_response())
}

/// The photo itself, to those who may see the record it belongs to.
pub async fn get(State(state): State<AppState>, PathText(hash): PathText, headers: HeaderMap) -> RouteResult {
    let hash: PhotoHash = hash.parse()?;
    let media_type = visible(&state, hash, &headers).await?.media_type;
    if is_known(hash, &headers) {
        return Ok((StatusCode::NOT_MODIFIED, kept(hash)).into_response());
    }
    let photo = state.photos.get(hash).await?;
    let described = [(header::CONTENT_TYPE, media_type), (header::CONTENT_LENGTH, photo.meta.size.to_string())];
    Ok((kept(hash), described, Body::from_stream(photo.into_stream())).into_response())
}

/// The small picture for lists.
pub async fn get_thumbnail(State(state): State<AppState>, PathText(hash): PathText, headers: HeaderMap) -> RouteResult {
    let hash: PhotoHash = hash.parse()?;
    if visible(&state, hash, &headers).await?.is_unreadable {
        let described = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
        return Ok((described, UNREADABLE).into_response());
    }
    if is_known(hash, &headers) {
        return Ok((StatusCode::NOT_MODIFIED, kept(hash)).into_response());
    }
    let photo = state.photos.thumbnail(hash).await?;
    Ok((kept(hash), [(header::CONTENT_TYPE, "image/jpeg")], photo).into_response())
}

/// A photo that the caller may see.
async fn visible(state: &AppState, hash: PhotoHash, headers: &HeaderMap) -> Result<StoredPhoto, Problem> {
    let permit = state.gate.permit(app::api::session_token(headers).as_deref()).await?;
    services::photos::visible(permit, hash).await
}

/// Whether the browser has it already.
fn is_known(hash: PhotoHash, headers: &HeaderMap) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag(hash).as_bytes())
}

/// What a hash names never changes.
fn kept(hash: PhotoHash) -> [(header::HeaderName, String); 3] {
    [
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
        (header::ETAG, tag(hash)),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
    ]
}

fn tag(hash: PhotoHash) -> String {
    format!("\"{hash}\"")
}

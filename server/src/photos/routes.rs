//! `PUT` and `GET /photos/{hash}`, and the thumbnail.

use super::{Kept, Size};
use crate::{
    answer::{Answer, Filled},
    body::{content_length, drain},
    router::House,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use bytes::BytesMut;
use domain::{
    Problem,
    photo::{LARGEST_PHOTO, PhotoHash},
};
use futures::TryStreamExt;
use serde::Serialize;
use services::photos::Expectation;

/// What a photo handed in is answered with.
#[derive(Debug, Serialize)]
struct Stored {
    hash: PhotoHash,
}

/// Takes a photo that an accepted operation names. Answered only when it is on disk; a copy is answered alike.
pub async fn put(State(house): State<House>, Filled(hash): Filled, headers: HeaderMap, body: Body) -> Answer {
    let mut body = body.into_data_stream();
    let stored = async {
        let hash: PhotoHash = hash.parse()?;
        let size = content_length(&headers);
        if size.is_some_and(|size| size > LARGEST_PHOTO) {
            return Err(too_large());
        }
        let token = app::api::session_token(&headers);
        let permit = house.gate.permit(token.as_deref()).await?;
        if services::photos::expect(permit, hash).await? == Expectation::Held {
            return Ok(hash);
        }
        let memory = house.photos.reserve(size.unwrap_or(LARGEST_PHOTO)).await;
        let mut bytes = BytesMut::with_capacity(size.unwrap_or_default());
        while let Some(chunk) = body.try_next().await.map_err(|_| broken_off())? {
            if bytes.len() + chunk.len() > LARGEST_PHOTO {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        let Kept { size_bytes, media_type } = house.photos.keep(hash, bytes.freeze()).await?;
        drop(memory);
        let permit = house.gate.permit(token.as_deref()).await?;
        services::photos::stored(permit, hash, size_bytes, media_type).await?;
        Ok(hash)
    }
    .await;
    drain(&mut body, LARGEST_PHOTO).await;
    Ok(Json(Stored { hash: stored? }).into_response())
}

/// The photo itself, to those who may see the record it belongs to.
pub async fn get(State(house): State<House>, Filled(hash): Filled, headers: HeaderMap) -> Answer {
    send(&house, &hash, &headers, Size::Whole).await
}

/// The small picture for lists.
pub async fn get_thumbnail(State(house): State<House>, Filled(hash): Filled, headers: HeaderMap) -> Answer {
    send(&house, &hash, &headers, Size::Thumbnail).await
}

async fn send(house: &House, hash: &str, headers: &HeaderMap, size: Size) -> Answer {
    let hash: PhotoHash = hash.parse()?;
    let permit = house.gate.permit(app::api::session_token(headers).as_deref()).await?;
    let media_type = services::photos::visible(permit, hash).await?;
    let media_type = if size == Size::Thumbnail { "image/jpeg".to_owned() } else { media_type };
    // What a hash names never changes.
    let tag = format!("\"{hash}\"");
    let kept = [(header::CACHE_CONTROL, "private, max-age=31536000, immutable"), (header::ETAG, &tag)];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let photo = house.photos.get(hash, size).await?;
    let described = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, photo.meta.size.to_string()),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
    ];
    Ok((kept, described, Body::from_stream(photo.into_stream())).into_response())
}

fn too_large() -> Problem {
    Problem::TooLarge { what: "照片".into(), limit_mb: 8 }
}

/// The phone is gone, so nobody reads this.
fn broken_off() -> Problem {
    Problem::BadPhoto { message: "照片没有传完，请重新上传".into() }
}

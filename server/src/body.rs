//! Bodies that are streamed in.

use axum::{
    body::BodyDataStream,
    http::{HeaderMap, header},
};
use bytes::Bytes;
use futures::TryStreamExt;

/// The size of a body, as far as its sender tells.
pub fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads what is left of a body, up to `most` bytes, and throws it away: a connection that is cut while the other side
/// still sends loses the answer.
pub async fn drain(body: &mut BodyDataStream, most: usize) {
    let mut rest = most;
    while let Ok(Some(chunk)) = body.try_next().await {
        rest = rest.saturating_sub(Bytes::len(&chunk));
        if rest == 0 {
            break;
        }
    }
}

//! Photos on this phone: kept by hash, shown from disk, handed in one by one.

use super::local::{self, Change, Store};
use domain::{Problem, photo::PhotoHash};
use gloo_net::http::{Request, Response};
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Url};

/// Keeps a photo and returns its hash.
///
/// Its bytes are kept, not the blob: a browser may hold a blob's bytes in the page long after they seemed to be on disk,
/// and a crash of the tab would lose them.
///
/// # Errors
/// When it cannot be read or the disk does not work.
pub async fn keep(blob: Blob) -> Result<PhotoHash, Problem> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| unreadable())?;
    let hash = PhotoHash::of(&Uint8Array::new(&buffer).to_vec());
    local::write(vec![Change::Put(Store::Photos, hash.to_string(), buffer)]).await?;
    Ok(hash)
}

/// What a photo that cannot be read means to the person at the screen.
pub fn unreadable() -> Problem {
    Problem::BadPhoto { message: "无法读取这张照片，请重新拍摄".into() }
}

/// The address of a photo that lies on this phone, for an `<img>`; to be given back with [`release`].
pub async fn address(hash: PhotoHash) -> Option<String> {
    let blob = local::photo(&hash.to_string()).await.ok().flatten()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// Gives an address back.
pub fn release(address: &str) {
    // Fails only for addresses that were given back already.
    let _ = Url::revoke_object_url(address);
}

/// Hands in a photo that the server expects.
///
/// # Errors
/// [`Problem::BadPhoto`] when it is not on this phone any more; [`Problem::Unreachable`] or the server's own answer.
pub async fn upload(hash: PhotoHash) -> Result<(), Problem> {
    let Some(blob) = local::photo(&hash.to_string()).await? else {
        return Err(Problem::BadPhoto {
            message: "照片已不在本机（可能被系统清理），无法上传".into()
        });
    };
    let request = Request::put(&format!("/photos/{hash}")).header("content-type", "image/jpeg");
    let response = request.body(blob).map_err(|_| Problem::Unexpected)?.send().await;
    answer(response.map_err(|_| Problem::Unreachable)?, hash).await
}

/// Only an answer that names the photo counts: a captive portal says 200 to everything.
async fn answer(response: Response, hash: PhotoHash) -> Result<(), Problem> {
    #[derive(serde::Deserialize)]
    struct Held {
        hash: PhotoHash,
    }
    let body = response.binary().await.map_err(|_| Problem::Unreachable)?;
    if response.ok() {
        match serde_json::from_slice::<Held>(&body) {
            Ok(held) if held.hash == hash => Ok(()),
            _ => Err(Problem::Unexpected),
        }
    } else {
        Err(serde_json::from_slice(&body).unwrap_or(Problem::Unexpected))
    }
}

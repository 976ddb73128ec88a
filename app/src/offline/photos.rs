//! Photos on this phone: kept by hash together with the draft that names them, and shown from there.

use super::{
    autosave::Autosave,
    camera::{Camera, take_over},
    local::{self, Fault, Store, Tx},
};
use crate::inspection::stores::{self, Pending, PhotoStore};
use domain::{Problem, photo::PhotoHash};
use js_sys::Uint8Array;
use std::{cell::RefCell, collections::BTreeMap};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Url};

thread_local! {
    /// Photos that were taken and are not on disk yet: the next saving of their draft takes them along.
    static STAGED: RefCell<BTreeMap<PhotoHash, JsValue>> = const { RefCell::new(BTreeMap::new()) };
}

/// Takes a photo in and returns its hash. It goes to disk in one transaction with the draft that names it.
///
/// Its bytes are kept, not the blob: a browser may hold a blob's bytes in the page long after they seemed to be on disk,
/// and a crash of the tab would lose them.
///
/// # Errors
/// When it cannot be read.
pub async fn stage(blob: Blob) -> Result<PhotoHash, Problem> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| unreadable())?;
    let hash = PhotoHash::of(&Uint8Array::new(&buffer).to_vec());
    STAGED.with_borrow_mut(|staged| staged.insert(hash, buffer));
    Ok(hash)
}

/// Writes the photos of an owner that are not on disk yet, and who needs which.
///
/// Nothing is waited for: a page that is going away still gets this done.
///
/// # Errors
/// When the disk does not work.
pub fn put_with(tx: &Tx, owner: &str, photos: &[PhotoHash]) -> Result<(), Fault> {
    for hash in photos {
        if let Some(buffer) = STAGED.with_borrow(|staged| staged.get(hash).cloned()) {
            tx.put(Store::Photos, &hash.to_string(), &buffer)?;
        }
        tx.put(Store::PhotoRefs, &format!("{hash}/{owner}"), &JsValue::from_str(owner))?;
    }
    Ok(())
}

/// Forgets what was staged, once it is on disk.
pub fn unstage(photos: &[PhotoHash]) {
    STAGED.with_borrow_mut(|staged| staged.retain(|hash, _| !photos.contains(hash)));
}

/// Ends an owner's need of these photos, and removes those that nobody needs any more.
///
/// # Errors
/// When the disk does not work.
pub async fn release_from(tx: &Tx, owner: &str, photos: &[PhotoHash]) -> Result<(), Fault> {
    for hash in photos {
        let own = format!("{hash}/{owner}");
        let needed = tx.keys(Store::PhotoRefs, &format!("{hash}/")).await?;
        tx.delete(Store::PhotoRefs, &own)?;
        if needed.iter().all(|key| *key == own) {
            tx.delete(Store::Photos, &hash.to_string())?;
        }
    }
    Ok(())
}

/// Takes a photo out of a draft that does not name it any more.
///
/// # Errors
/// When the disk does not work.
pub async fn drop_one(owner: &str, hash: PhotoHash) -> Result<(), Problem> {
    unstage(&[hash]);
    local::transact(&[Store::Photos, Store::PhotoRefs], async |tx| release_from(tx, owner, &[hash]).await).await
}

/// Photos on this phone that no draft and no operation needs: offered back before they are removed.
///
/// # Errors
/// When the disk does not work.
pub async fn unclaimed() -> Result<Vec<PhotoHash>, Problem> {
    local::look(&[Store::Photos, Store::PhotoRefs], async |tx| {
        let needed: std::collections::BTreeSet<_> = tx
            .keys(Store::PhotoRefs, "")
            .await?
            .iter()
            .filter_map(|key| key.split('/').next().map(str::to_owned))
            .collect();
        let all = tx.keys(Store::Photos, "").await?;
        Ok(all.into_iter().filter(|hash| !needed.contains(hash)).filter_map(|hash| hash.parse().ok()).collect())
    })
    .await
}

/// Removes photos that nobody needs.
///
/// # Errors
/// When the disk does not work.
pub async fn sweep(photos: &[PhotoHash]) -> Result<(), Problem> {
    local::transact(&[Store::Photos, Store::PhotoRefs], async |tx| release_from(tx, "", photos).await).await
}

/// What a photo that cannot be read means to the person at the screen.
pub fn unreadable() -> Problem {
    Problem::BadPhoto { message: "无法读取这张照片，请重新拍摄".into() }
}

/// The bytes of a photo on this phone.
///
/// # Errors
/// When the disk does not work.
pub async fn bytes(hash: PhotoHash) -> Result<Option<JsValue>, Problem> {
    if let Some(buffer) = STAGED.with_borrow(|staged| staged.get(&hash).cloned()) {
        return Ok(Some(buffer));
    }
    local::get(Store::Photos, &hash.to_string()).await
}

/// A photo, as the browser handles one.
pub fn blob(bytes: &JsValue) -> Option<Blob> {
    Blob::new_with_buffer_source_sequence(&js_sys::Array::of1(bytes)).ok()
}

/// The address of a photo that lies on this phone, for an `<img>`; to be given back.
pub async fn address(hash: PhotoHash) -> Option<String> {
    let blob = blob(&bytes(hash).await.ok().flatten()?)?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// The photos of this phone, behind the screens; those of a draft that is being written belong to it.
pub struct PhonePhotos(pub Option<Autosave>);

impl PhotoStore for PhonePhotos {
    fn camera(&self) -> Pending<Result<Box<dyn stores::Camera>, String>> {
        Box::pin(async { Ok(Box::new(Camera::open().await?) as Box<dyn stores::Camera>) })
    }

    fn take_in(&self, picture: File) -> Pending<Result<PhotoHash, Problem>> {
        Box::pin(async { stage(take_over(picture).await?).await })
    }

    fn drop_one(&self, hash: PhotoHash) -> Pending<()> {
        let owner = self.0.map(Autosave::key).unwrap_or_default();
        Box::pin(async move {
            // What fails here only costs space.
            let _ = drop_one(&owner, hash).await;
        })
    }

    fn address(&self, hash: PhotoHash) -> Pending<Option<String>> {
        Box::pin(address(hash))
    }

    fn release(&self, address: &str) {
        // Fails only for addresses that were given back already.
        let _ = Url::revoke_object_url(address);
    }

    fn flush(&self) -> Pending<()> {
        let autosave = self.0;
        Box::pin(async move {
            if let Some(autosave) = autosave {
                autosave.flush().await;
            }
        })
    }
}

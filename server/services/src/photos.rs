//! Photos: which are expected, which are here, who may see them. The bytes are the server's business.

use crate::{
    Gate, Permit,
    actions::{ExpectPhoto, ProvePhoto, ReadPhoto, StorePhoto},
    permit::internal,
};
use domain::{Problem, job::JobKind, photo::PhotoHash, region::RegionCode};
use store::photos::{self, NewPhoto, PhotoStatus};

pub use store::photos::StoredPhoto;

/// Whether a photo still has to be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A record names it, and it is not here yet.
    Expected,
    /// It is here already: nothing is to be done.
    Held,
}

/// Whether a record that the caller may write names this photo. Asked before its bytes are read, without the writer.
///
/// # Errors
/// [`Problem::NotFound`] when none does: the operation that names it comes first.
pub async fn expect(mut permit: Permit<ExpectPhoto>, hash: PhotoHash) -> Result<Expectation, Problem> {
    let (area, person) = (permit.caller.post.as_ref().map(|post| post.region), permit.person());
    match photos::status(&mut permit.tx, hash, area, person).await.map_err(internal)? {
        PhotoStatus::Unknown => Err(Problem::not_found("照片所属的记录")),
        PhotoStatus::Expected => Ok(Expectation::Expected),
        PhotoStatus::Held => Ok(Expectation::Held),
    }
}

/// Notes that a photo is on disk, for every record that names it and that the caller may write; a second time, and
/// without such a record, changes nothing.
///
/// # Errors
/// [`Problem::Internal`] when the store fails.
pub async fn stored(
    mut permit: Permit<StorePhoto>,
    hash: PhotoHash,
    size_bytes: i64,
    kept_hash: PhotoHash,
    media_type: &str,
) -> Result<(), Problem> {
    let (area, person, at) = (permit.caller.post.as_ref().map(|post| post.region), permit.person(), permit.now);
    let photo = NewPhoto { hash, size_bytes, kept_hash, media_type, at };
    if !photos::keep(&mut permit.tx, &photo, area, person).await.map_err(internal)? {
        return permit.finish().await;
    }
    permit.commit(&hash.to_string(), &format!("{size_bytes} 字节")).await
}

/// What the proof of a photo found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It can be shown.
    Picture,
    /// It cannot (无法显示).
    Unreadable,
}

/// Notes what the proof of a photo found.
///
/// # Errors
/// Only when the store fails.
pub async fn proved(gate: &Gate, hash: PhotoHash, proof: Proof) -> Result<(), Problem> {
    if proof == Proof::Picture {
        return Ok(());
    }
    let mut permit = gate.system::<ProvePhoto>(JobKind::ProvePhoto.name()).await?;
    photos::mark_unreadable(&mut permit.tx, hash).await.map_err(internal)?;
    permit.commit_at(RegionCode::NATION, &hash.to_string(), "照片无法显示").await
}

/// A photo that the caller may see.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn visible(mut permit: Permit<ReadPhoto>, hash: PhotoHash) -> Result<StoredPhoto, Problem> {
    let (scope, person) = (permit.scope(None)?, permit.person());
    let photo = photos::visible(&mut permit.tx, hash, scope, person).await.map_err(internal)?;
    photo.ok_or_else(|| Problem::not_found("照片"))
}

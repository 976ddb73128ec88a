//! Photos: which are expected, which are here, who may see them. The bytes are the server's business.

use crate::{
    Gate, Permit,
    actions::{ProvePhoto, ReadPhoto, StorePhoto},
    permit::internal,
};
use domain::{Problem, job::JobKind, photo::PhotoHash, region::RegionCode};
use store::photos::{self, PhotoStatus};

/// Whether a photo still has to be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A record names it, and it is not here yet.
    Expected,
    /// It is here already: nothing is to be done.
    Held,
}

/// Whether a record that the caller may write names this photo.
///
/// # Errors
/// [`Problem::NotFound`] when none does: the operation that names it comes first.
pub async fn expect(mut permit: Permit<StorePhoto>, hash: PhotoHash) -> Result<Expectation, Problem> {
    let (scope, person) = (permit.caller.post.as_ref().map(|post| post.region), permit.person());
    match photos::status(&mut permit.tx, hash, scope, person).await.map_err(internal)? {
        PhotoStatus::Unknown => Err(Problem::not_found("照片所属的记录")),
        PhotoStatus::Expected => Ok(Expectation::Expected),
        PhotoStatus::Held => Ok(Expectation::Held),
    }
}

/// Notes that a photo is on disk; a second time changes nothing.
///
/// # Errors
/// [`Problem::NotFound`] when no record names it.
pub async fn stored(
    mut permit: Permit<StorePhoto>,
    hash: PhotoHash,
    size_bytes: i64,
    media_type: &str,
) -> Result<(), Problem> {
    let (scope, person) = (permit.caller.post.as_ref().map(|post| post.region), permit.person());
    let now = permit.now;
    match photos::status(&mut permit.tx, hash, scope, person).await.map_err(internal)? {
        PhotoStatus::Unknown => Err(Problem::not_found("照片所属的记录")),
        PhotoStatus::Held => Ok(()),
        PhotoStatus::Expected => {
            if !photos::mark_stored(&mut permit.tx, hash, size_bytes, media_type, now).await.map_err(internal)? {
                return permit.finish().await;
            }
            store::jobs::enqueue(&mut permit.tx, JobKind::ProvePhoto, &hash.to_string(), now)
                .await
                .map_err(internal)?;
            permit.commit(&hash.to_string(), &format!("{size_bytes} 字节")).await
        }
    }
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

/// The media type of a photo that the caller may see.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn visible(mut permit: Permit<ReadPhoto>, hash: PhotoHash) -> Result<String, Problem> {
    let (scope, person) = (permit.scope(None)?, permit.person());
    let media_type = photos::media_type(&mut permit.tx, hash, scope, person).await.map_err(internal)?;
    media_type.ok_or_else(|| Problem::not_found("照片"))
}

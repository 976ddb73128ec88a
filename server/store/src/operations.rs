//! Operations: what a phone asked for by an id of its own, done exactly once.

use crate::{Result, StoreError, Tx};
use domain::{
    id::{OperationId, PersonId},
    photo::PhotoHash,
    receipt::Receipt,
    time::Timestamp,
};

/// An operation that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Who asked.
    pub person: PersonId,
    /// SHA-256 of what was asked.
    pub content_hash: String,
    /// When it was written.
    pub received_at: Timestamp,
}

/// Claims an id: `true` for the one transaction that may do the work. A racing copy waits for that one's end.
///
/// # Errors
/// When the engine fails.
pub async fn claim(tx: &mut Tx, id: OperationId, kind: &str, operation: &Operation) -> Result<bool> {
    let claimed = execute!(
        tx,
        "insert into operations (id, kind, person_id, content_hash, received_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing",
        id.0,
        kind,
        operation.person.0,
        &operation.content_hash,
        operation.received_at.0,
    )?;
    Ok(claimed == 1)
}

/// The operation with this id, if it was done.
///
/// # Errors
/// When the engine fails.
pub async fn find(tx: &mut Tx, id: OperationId) -> Result<Option<Operation>> {
    let row = fetch_optional!(
        tx,
        (uuid::Uuid, String, i64),
        "select person_id, content_hash, received_at from operations where id = $1",
        id.0,
    )?;
    Ok(row.map(|(person, content_hash, at)| Operation {
        person: PersonId(person),
        content_hash,
        received_at: Timestamp(at),
    }))
}

/// The receipt of an operation: which of its photos are held, which are still expected.
///
/// # Errors
/// When the engine fails.
pub async fn receipt(tx: &mut Tx, id: OperationId, operation: &Operation) -> Result<Receipt> {
    let links = fetch_all!(
        tx,
        (String, bool),
        "select distinct l.hash, p.hash is not null from photo_links l left join photos p on p.hash = l.hash
         where l.operation_id = $1 order by l.hash",
        id.0,
    )?;
    let (mut photos_held, mut photos_expected) = (Vec::new(), Vec::new());
    for (hash, is_held) in links {
        let hash: PhotoHash = hash.parse().map_err(StoreError::inconsistent("photo_links.hash"))?;
        if is_held { photos_held.push(hash) } else { photos_expected.push(hash) }
    }
    Ok(Receipt {
        operation: id,
        received_at: operation.received_at,
        content_hash: operation.content_hash.clone(),
        photos_held,
        photos_expected,
    })
}

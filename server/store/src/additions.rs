//! What was added at a desk, and by which request: so that a copy of a request is told from one that only has its id.

use crate::{Result, Tx, error::expect_rows};
use domain::id::PersonId;
use sqlx::FromRow;
use uuid::Uuid;

/// A request that added something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The id that it brought.
    pub id: Uuid,
    /// Who made it.
    pub person: PersonId,
    /// The hash of all that it said.
    pub content_hash: String,
    /// What was added, or what it was added to.
    pub subject: Uuid,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    person_id: Uuid,
    content_hash: String,
    subject_id: Uuid,
}

/// Keeps what was added.
///
/// # Errors
/// When the engine fails; [`StoreError::is_duplicate`](crate::StoreError::is_duplicate) when another came under the id.
pub async fn keep(tx: &mut Tx, addition: &Addition) -> Result<()> {
    let kept = execute!(
        tx,
        "insert into additions (id, person_id, content_hash, subject_id) values ($1, $2, $3, $4)",
        addition.id,
        addition.person.0,
        &addition.content_hash,
        addition.subject,
    )?;
    expect_rows(kept, 1, "additions")
}

/// What was added under this id; by anybody, so the caller checks who asks.
///
/// # Errors
/// When the engine fails.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Addition>> {
    let sql = "select id, person_id, content_hash, subject_id from additions where id = $1";
    let row = fetch_optional!(tx, Row, sql, id)?;
    Ok(row.map(|Row { id, person_id, content_hash, subject_id }| Addition {
        id,
        person: PersonId(person_id),
        content_hash,
        subject: subject_id,
    }))
}

//! What changed since a phone last asked: the ids, in the order of their change. The rows are read by their own modules.

use crate::{
    Result, Scope, Tx,
    scope::{push_region, push_scope, push_types},
};
use domain::{id::PersonId, region::RegionCode, time::Timestamp};
use uuid::Uuid;

/// What a phone keeps copies of by difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Enterprises that are not deleted.
    Enterprises,
    /// Hazards that are open.
    Hazards,
}

impl Kept {
    fn table(self) -> &'static str {
        match self {
            Self::Enterprises => "enterprises",
            Self::Hazards => "hazards",
        }
    }

    /// The column that is empty while a row is there.
    fn gone(self) -> &'static str {
        match self {
            Self::Enterprises => "deleted_at",
            Self::Hazards => "closed_at",
        }
    }
}

/// A row that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The id of the enterprise or hazard, gone or not.
    pub id: Uuid,
    /// When it changed last.
    pub at: Timestamp,
    /// Whether it is still among what a phone keeps.
    pub is_there: bool,
}

/// What changed in a scope after this row at that time, in that order; at most `limit`. `is_first` leaves out what is gone,
/// for a phone that has nothing yet. A row of a type that the scope has not is told as gone, for it may have been of another
/// type before.
pub async fn after(
    tx: &mut Tx,
    kept: Kept,
    scope: Scope,
    (at, id): (Timestamp, Uuid),
    is_first: bool,
    limit: u32,
) -> Result<Vec<Change>> {
    let rows = build!(tx, (Uuid, i64, bool), |q| {
        q.push("select c.id, c.changed_at, c.").push(kept.gone()).push(" is null");
        push_types(&mut q, "c.", scope);
        q.push(" from ").push(kept.table());
        q.push(" c where (c.changed_at, c.id) > (").push_bind(at.0).push(", ").push_bind(id).push(")");
        if is_first {
            q.push(" and c.").push(kept.gone()).push(" is null");
            push_types(&mut q, "c.", scope);
        }
        push_region(&mut q, "c.", scope.region());
        q.push(" order by c.changed_at, c.id limit ").push_bind(i64::from(limit));
    })?;
    let change = |(id, at, is_there)| Change { id, at: Timestamp(at), is_there };
    Ok(rows.into_iter().map(change).collect())
}

/// How many rows a phone of this scope keeps.
pub async fn total(tx: &mut Tx, kept: Kept, scope: Scope) -> Result<i64> {
    let rows = build!(tx, (i64,), |q| {
        q.push("select count(*) from ").push(kept.table()).push(" c where c.").push(kept.gone()).push(" is null");
        push_scope(&mut q, "c.", scope);
    })?;
    Ok(rows.first().map_or(0, |(total,)| *total))
}

/// Inspectors of exactly this place whose post was withdrawn.
pub async fn former_colleagues(tx: &mut Tx, region: RegionCode) -> Result<Vec<PersonId>> {
    let rows = fetch_all!(
        tx,
        (Uuid,),
        "select person_id from posts where region = $1 and role = 'inspector' and withdrawn_at is not null",
        region.to_string(),
    )?;
    Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
}

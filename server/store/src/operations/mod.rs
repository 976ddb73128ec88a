//! Operations: what phones did and handed in, kept as it came, each done exactly once.

mod held;

pub use held::{Held, held, page};

use crate::{Result, StoreError, Tx, engine, error::expect_rows};
use domain::{
    enterprise::EnterpriseType,
    id::{EnterpriseId, OperationId, PersonId, PostId},
    operation::{HeldReason, Outcome, Receipt},
    photo::PhotoHash,
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// An operation as it is filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Made by whoever did it; the same id with other bytes is a conflict.
    pub id: OperationId,
    /// The kind's code, as the envelope says.
    pub kind: String,
    /// The envelope's format.
    pub format: u32,
    /// Who did it.
    pub author: PersonId,
    /// Who delivered it.
    pub deliverer: PersonId,
    /// The post at which it was made.
    pub post: PostId,
    /// The place that decides, should it be held.
    pub region: RegionCode,
    /// The type of enterprise that it is about, as far as that is known.
    pub enterprise_type: Option<EnterpriseType>,
    /// When, by the phone's clock.
    pub made_at: Timestamp,
    /// When it was received.
    pub received_at: Timestamp,
    /// SHA-256 of the envelope's bytes.
    pub content_hash: String,
    /// The envelope as it came.
    pub envelope: String,
}

/// An operation that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Filed {
    /// What was filed.
    pub operation: Operation,
    /// What became of it.
    pub outcome: Outcome,
}

/// Files an operation, as applied: `true` for the one transaction that may do the work. Whoever files a copy of it, or one
/// of those that it needs, waits for that one's end.
#[expect(clippy::missing_panics_doc, reason = "it never does: numbers are JSON")]
pub async fn claim(tx: &mut Tx, operation: &Operation, needs: &[OperationId]) -> Result<bool> {
    let keys = needs.iter().chain([&operation.id]).map(|id| id.0.as_u64_pair().1.cast_signed());
    let keys = serde_json::to_string(&keys.collect::<Vec<_>>()).expect("numbers are JSON");
    let sql = engine::claim_operation(tx);
    let claimed = execute!(
        tx,
        sql,
        operation.id.0,
        &operation.kind,
        i64::from(operation.format),
        operation.author.0,
        operation.deliverer.0,
        operation.post.0,
        operation.region.to_string(),
        operation.made_at.0,
        operation.received_at.0,
        &operation.content_hash,
        &operation.envelope,
        operation.enterprise_type.map(EnterpriseType::code),
        keys,
    )?;
    Ok(claimed == 1)
}

/// Waits for those that decide on what an operation needs at this moment, or it would be held by what is being applied.
pub async fn await_deciders(tx: &mut Tx, needs: &[OperationId]) -> Result<()> {
    engine::await_deciders(tx, needs).await
}

/// Keeps others from deciding on an operation, and on those that wait for nothing but it, or but one of these, until this
/// transaction ends: the nearest, and no more than `most`. Gives these others; `None` where nothing at all waits for it.
///
/// This is the one order of locks: operations, in the order of their ids; then people, an enterprise, its hazards. So it
/// comes before the operation is applied, for what waits for it will be applied in the same transaction.
pub async fn lock_with_waiting(tx: &mut Tx, id: OperationId, most: u32) -> Result<Option<Vec<OperationId>>> {
    let is_awaited = fetch_optional!(
        &mut *tx,
        (i64,),
        "select cast(1 as bigint) from operation_needs n join operations o on o.id = n.operation_id
         where n.needed_id = $1 and o.state = 'held' and o.reason_code = 'needs' limit 1",
        id.0,
    )?;
    if is_awaited.is_none() {
        return Ok(None);
    }
    let sql = engine::lock_operations(tx);
    let mut locked = Vec::new();
    loop {
        let rows = fetch_all!(&mut *tx, (Uuid,), sql, id.0, i64::from(most) + 1)?;
        let is_all = rows.len() <= locked.len();
        locked = rows;
        if is_all {
            break;
        }
        // Whoever filed what needs one of them while this waited for it is seen only now; from here on nobody does.
    }
    Ok(Some(locked.into_iter().map(|(locked,)| OperationId(locked)).filter(|locked| *locked != id).collect()))
}

/// Notes what became of an operation, what it is about (empty: as before), and who decided, where somebody did.
pub async fn settle(
    tx: &mut Tx,
    id: OperationId,
    outcome: &Outcome,
    title: &str,
    decided: Option<(PersonId, Timestamp)>,
) -> Result<()> {
    let (state, reason) = match outcome {
        Outcome::Applied => ("applied", None),
        Outcome::Held(reason) => ("held", Some(reason)),
        Outcome::Returned(reason) => ("returned", Some(reason)),
    };
    let settled = execute!(
        tx,
        "update operations set state = $2, reason_code = $3, reason_text = $4,
             title = case when $5 = '' then title else $5 end,
             decided_by = coalesce($6, decided_by), decided_at = coalesce($7, decided_at)
         where id = $1",
        id.0,
        state,
        reason.map_or("", |reason| reason.code.as_str()),
        reason.map_or("", |reason| reason.text.as_str()),
        title,
        decided.map(|(person, _)| person.0),
        decided.map(|(_, at)| at.0),
    )?;
    expect_rows(settled, 1, "operations")
}

/// Notes the enterprise that the office moved an operation to.
pub async fn set_enterprise(tx: &mut Tx, id: OperationId, enterprise: EnterpriseId) -> Result<()> {
    let moved = execute!(tx, "update operations set enterprise_id = $2 where id = $1", id.0, enterprise.0)?;
    expect_rows(moved, 1, "operations")
}

/// Notes of which type the enterprise is that an operation is about, where that was not known when it came.
pub async fn set_enterprise_type(tx: &mut Tx, id: OperationId, kind: EnterpriseType) -> Result<()> {
    let noted = execute!(tx, "update operations set enterprise_type = $2 where id = $1", id.0, kind.code())?;
    expect_rows(noted, 1, "operations")
}

/// Notes which operations a held one waits for.
pub async fn await_others(tx: &mut Tx, id: OperationId, needed: &[OperationId]) -> Result<()> {
    for needed in needed {
        execute!(
            tx,
            "insert into operation_needs (needed_id, operation_id) values ($1, $2) on conflict do nothing",
            needed.0,
            id.0,
        )?;
    }
    Ok(())
}

/// Those of these operations that are held for what they need, of which nothing is missing any more; in the order of their ids.
pub async fn ready_among(tx: &mut Tx, ids: &[OperationId]) -> Result<Vec<OperationId>> {
    let rows = build_prepared!(tx, (Uuid,), |q| {
        q.push(
            "select o.id from operations o where o.state = 'held' and o.reason_code = 'needs' and not exists (
                 select 1 from operation_needs m left join operations a on a.id = m.needed_id and a.state = 'applied'
                 where m.operation_id = o.id and a.id is null
             ) and o.id in (",
        );
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        q.push(") order by o.id");
    })?;
    Ok(rows.into_iter().map(|(id,)| OperationId(id)).collect())
}

/// Those of these operations that others still wait for.
pub async fn awaited_among(tx: &mut Tx, ids: &[OperationId]) -> Result<Vec<OperationId>> {
    let rows = build_prepared!(tx, (Uuid,), |q| {
        q.push(
            "select p.id from operations p where exists (
                 select 1 from operation_needs n join operations o on o.id = n.operation_id
                 where n.needed_id = p.id and o.state = 'held' and o.reason_code = 'needs'
             ) and p.id in (",
        );
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        q.push(") order by p.id");
    })?;
    Ok(rows.into_iter().map(|(id,)| OperationId(id)).collect())
}

/// Those of these operations that were applied.
pub async fn applied_among(tx: &mut Tx, ids: &[OperationId]) -> Result<Vec<OperationId>> {
    let rows = build_prepared!(tx, (Uuid,), |q| {
        q.push("select id from operations where state = 'applied' and id in (");
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(id,)| OperationId(id)).collect())
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    format: i64,
    author_id: Uuid,
    deliverer_id: Uuid,
    post_id: Uuid,
    region: String,
    enterprise_type: Option<String>,
    made_at: i64,
    received_at: i64,
    content_hash: String,
    envelope: String,
    state: String,
    reason_code: String,
    reason_text: String,
}

fn outcome(state: &str, code: String, text: String) -> Outcome {
    let reason = HeldReason { code, text };
    match state {
        "applied" => Outcome::Applied,
        "returned" => Outcome::Returned(reason),
        _ => Outcome::Held(reason),
    }
}

impl TryFrom<Row> for Filed {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let enterprise_type = row.enterprise_type.as_deref().map(str::parse::<EnterpriseType>);
        Ok(Self {
            operation: Operation {
                id: OperationId(row.id),
                kind: row.kind,
                format: u32::try_from(row.format).map_err(StoreError::inconsistent("operations.format"))?,
                author: PersonId(row.author_id),
                deliverer: PersonId(row.deliverer_id),
                post: PostId(row.post_id),
                region: row.region.parse().map_err(StoreError::inconsistent("operations.region"))?,
                enterprise_type: enterprise_type
                    .transpose()
                    .map_err(StoreError::inconsistent("operations.enterprise_type"))?,
                made_at: Timestamp(row.made_at),
                received_at: Timestamp(row.received_at),
                content_hash: row.content_hash,
                envelope: row.envelope,
            },
            outcome: outcome(&row.state, row.reason_code, row.reason_text),
        })
    }
}

/// The operation with this id, if it was filed; wherever it is, so the caller checks who asks.
pub async fn find(tx: &mut Tx, id: OperationId) -> Result<Option<Filed>> {
    let row = fetch_optional!(
        tx,
        Row,
        "select id, kind, format, author_id, deliverer_id, post_id, region, enterprise_type, made_at, received_at, content_hash, envelope,
             state, reason_code, reason_text
         from operations where id = $1",
        id.0,
    )?;
    row.map(TryInto::try_into).transpose()
}

/// The same, and no other transaction may decide on it until this one ends.
pub async fn lock(tx: &mut Tx, id: OperationId) -> Result<Option<Filed>> {
    execute!(tx, "update operations set state = state where id = $1", id.0)?;
    find(tx, id).await
}

/// The receipts of those of these operations that this person did or delivered.
pub async fn receipts(tx: &mut Tx, ids: &[OperationId], person: PersonId) -> Result<Vec<Receipt>> {
    let mut receipts = Vec::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, (Uuid, i64, String, String, String, String), |q| {
            q.push(
                "select id, received_at, content_hash, state, reason_code, reason_text from operations where id in (",
            );
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(") and (author_id = ").push_bind(person.0);
            q.push(" or deliverer_id = ").push_bind(person.0).push(")");
        })?;
        for (id, received_at, content_hash, state, code, text) in rows {
            let outcome = outcome(&state, code, text);
            receipts.push(receipt(tx, OperationId(id), Timestamp(received_at), content_hash, outcome).await?);
        }
    }
    Ok(receipts)
}

/// The receipt of an operation: which of its photos are held, which are still expected.
pub async fn receipt(
    tx: &mut Tx,
    operation: OperationId,
    received_at: Timestamp,
    content_hash: String,
    outcome: Outcome,
) -> Result<Receipt> {
    let (photos_held, photos_expected) = photos(tx, operation).await?;
    Ok(Receipt { operation, received_at, content_hash, photos_held, photos_expected, outcome })
}

/// The names of those who delivered these operations for their authors; nothing of those whose author did so.
///
/// # Errors
/// When the engine fails.
pub async fn carriers(tx: &mut Tx, ids: &[OperationId]) -> Result<HashMap<OperationId, String>> {
    let mut carriers = HashMap::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, (Uuid, String), |q| {
            q.push(
                "select o.id, p.name from operations o join people p on p.id = o.deliverer_id
                 where o.deliverer_id <> o.author_id and o.id in (",
            );
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        carriers.extend(rows.into_iter().map(|(id, name)| (OperationId(id), name)));
    }
    Ok(carriers)
}

/// The photos of these operations that the person did or delivered of which no picture can be made.
///
/// # Errors
/// When the engine fails.
pub async fn unreadable(tx: &mut Tx, ids: &[OperationId], person: PersonId) -> Result<Vec<(OperationId, PhotoHash)>> {
    let mut unreadable = Vec::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, (Uuid, String), |q| {
            q.push(
                "select distinct o.id, p.hash from operations o join photo_links l on l.operation_id = o.id
                 join photos p on p.hash = l.hash where p.is_unreadable and o.id in (",
            );
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(") and (o.author_id = ").push_bind(person.0);
            q.push(" or o.deliverer_id = ").push_bind(person.0).push(") order by o.id, p.hash");
        })?;
        for (id, hash) in rows {
            unreadable.push((OperationId(id), hash.parse().map_err(StoreError::inconsistent("photos.hash"))?));
        }
    }
    Ok(unreadable)
}

/// The photos that an operation names, each once: those that are here, and those that are expected.
pub async fn photos(tx: &mut Tx, operation: OperationId) -> Result<(Vec<PhotoHash>, Vec<PhotoHash>)> {
    let links = fetch_all!(
        tx,
        (String, bool),
        "select distinct l.hash, u.hash is not null from photo_links l
         left join photo_uploads u on u.hash = l.hash and u.operation_id = l.operation_id
         where l.operation_id = $1 order by l.hash",
        operation.0,
    )?;
    let (mut held, mut expected) = (Vec::new(), Vec::new());
    for (hash, is_held) in links {
        let hash: PhotoHash = hash.parse().map_err(StoreError::inconsistent("photo_links.hash"))?;
        if is_held { held.push(hash) } else { expected.push(hash) }
    }
    Ok((held, expected))
}

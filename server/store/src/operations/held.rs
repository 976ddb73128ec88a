//! What waits for the office (待处理).

use crate::{
    Result, Scope, StoreError, Tx,
    scope::{push_region, push_types_or_none},
};
use domain::{
    id::OperationId,
    operation::{HeldReason, HeldRow},
    page::{Cursor, Page},
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A held operation and its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// As its list shows it.
    pub row: HeldRow,
    /// As it came.
    pub envelope: String,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    title: String,
    author: String,
    deliverer: String,
    region: String,
    region_name: String,
    made_at: i64,
    received_at: i64,
    reason_code: String,
    reason_text: String,
    envelope: String,
}

impl TryFrom<Row> for Held {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            row: HeldRow {
                operation: OperationId(row.id),
                kind: row.kind,
                title: row.title,
                author: row.author,
                deliverer: row.deliverer,
                region: row.region.parse().map_err(StoreError::inconsistent("operations.region"))?,
                region_name: row.region_name,
                made_at: Timestamp(row.made_at),
                received_at: Timestamp(row.received_at),
                reason: HeldReason { code: row.reason_code, text: row.reason_text },
            },
            envelope: row.envelope,
        })
    }
}

const COLUMNS: &str = "select o.id, o.kind, o.title, coalesce(a.name, '') as author, d.name as deliverer, o.region,
    coalesce(r.name, '') as region_name, o.made_at, o.received_at, o.reason_code, o.reason_text, ";
const JOINS: &str = " from operations o left join people a on a.id = o.author_id join people d on d.id = o.deliverer_id
    left join regions r on r.code = o.region where o.state = 'held'";

/// A page of what waits in a scope, oldest first.
pub async fn page(tx: &mut Tx, scope: Scope, after: Option<&Cursor>, limit: u32) -> Result<Page<HeldRow>> {
    let after = after.and_then(|cursor| {
        let (at, id) = cursor.0.split_once('.')?;
        Some((at.parse::<i64>().ok()?, id.parse::<Uuid>().ok()?))
    });
    let rows = build!(tx, Row, |q| {
        q.push(COLUMNS).push("'' as envelope").push(JOINS);
        push_region(&mut q, "o.", scope.region());
        push_types_or_none(&mut q, "o.enterprise_type", scope);
        if let Some((at, id)) = after {
            q.push(" and (o.received_at, o.id) > (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" order by o.received_at, o.id limit ").push_bind(i64::from(limit) + 1);
    })?;
    let mut rows: Vec<HeldRow> =
        rows.into_iter().map(|row| Held::try_from(row).map(|held| held.row)).collect::<Result<_>>()?;
    let limit = limit as usize;
    let next = (rows.len() > limit).then(|| {
        rows.truncate(limit);
        let last = &rows[limit - 1];
        Cursor(format!("{}.{}", last.received_at.0, last.operation))
    });
    Ok(Page { rows, next })
}

/// One operation of a scope that waits.
pub async fn held(tx: &mut Tx, scope: Scope, id: OperationId) -> Result<Option<Held>> {
    let mut rows = build!(tx, Row, |q| {
        q.push(COLUMNS).push("o.envelope").push(JOINS).push(" and o.id = ").push_bind(id.0);
        push_region(&mut q, "o.", scope.region());
        push_types_or_none(&mut q, "o.enterprise_type", scope);
    })?;
    rows.pop().map(TryInto::try_into).transpose()
}

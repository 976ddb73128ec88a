//! Lists of enterprises, always within a scope.

use super::{parse_credit_code, parse_region, parse_type, position};
use crate::{
    Result, Scope, StoreError, Tx,
    engine::TextSearch,
    scope::{push_scope, push_types},
};
use domain::{
    enterprise::{EnterpriseFilter, EnterpriseRow},
    geo::Wgs84,
    id::EnterpriseId,
    page::{Cursor, Page},
    person::PhoneNumber,
    search::{Query, Word},
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// At most so many are shown as near.
const NEARBY_ROWS: usize = 30;
/// The first circle to look in; it grows fourfold, to 4096 km, until it holds enough.
const NEARBY_M: f64 = 1000.0;
/// Metres of a degree of latitude; a little short, so that the box never cuts the circle.
const DEGREE_M: f64 = 110_000.0;

#[derive(FromRow)]
struct Row {
    seq: i64,
    id: Uuid,
    name: String,
    enterprise_type: String,
    address: String,
    legal_representative: String,
    credit_code: String,
    licence_name: String,
    licence_number: String,
    region: String,
    region_name: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    closed_at: Option<i64>,
    open_hazards: i64,
    last_inspected_at: Option<i64>,
}

impl TryFrom<Row> for EnterpriseRow {
    type Error = StoreError;

    /// The one way out to a screen or workbook: a phone number is masked here.
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: EnterpriseId(row.id),
            name: row.name,
            enterprise_type: parse_type(&row.enterprise_type)?.into(),
            address: row.address,
            legal_representative: row.legal_representative,
            credit_code: parse_credit_code(&row.credit_code)?.masked(),
            licence_name: row.licence_name,
            licence_number: row.licence_number,
            region: parse_region(&row.region)?,
            region_name: row.region_name,
            position: position(row.latitude, row.longitude),
            closed_at: row.closed_at.map(Timestamp),
            open_hazards: row.open_hazards,
            last_inspected_at: row.last_inspected_at.map(Timestamp),
        })
    }
}

/// Which rows of a scope.
enum Which<'a> {
    Listed { filter: &'a EnterpriseFilter, query: Query, after: Option<i64>, limit: i64 },
    Ids(&'a [EnterpriseId]),
}

/// The rows are picked first, in an inner query, so that hazards are counted and regions joined for the page only.
const DECORATED: &str = "select e.seq, e.id, e.name, e.enterprise_type, e.address, e.legal_representative,
    e.credit_code, e.licence_name, e.licence_number, e.region, r.name as region_name, e.latitude, e.longitude,
    e.closed_at, e.last_inspected_at,
    (select count(*) from hazards h where h.enterprise_id = e.id and h.closed_at is null";
const PICKED: &str = ") as open_hazards
    from (select e.* from ";
const DECORATION: &str = ") e join regions r on r.code = e.region order by e.seq desc";

async fn rows(tx: &mut Tx, scope: Scope, which: Which<'_>) -> Result<Vec<Row>> {
    let query = if let Which::Listed { query, .. } = &which { query.clone() } else { Query::default() };
    let text = TextSearch::by_index(tx, scope.region(), query);
    let is_sqlite = matches!(tx, Tx::Sqlite(_));
    build!(tx, Row, |q| {
        q.push(DECORATED);
        push_types(&mut q, "h.", scope);
        q.push(PICKED);
        text.push_enterprises(&mut q);
        q.push(" and e.deleted_at is null");
        push_scope(&mut q, "e.", scope);
        match &which {
            Which::Listed { filter, after, limit, .. } => {
                // FTS5 gives its hits newest first by itself.
                let seq = if is_sqlite && text.expression.is_some() { "enterprise_words.rowid" } else { "e.seq" };
                if let Some(kind) = filter.enterprise_type {
                    q.push(" and e.enterprise_type = ").push_bind(kind.code());
                }
                match filter.is_inspected {
                    Some(true) => q.push(" and e.last_inspected_at is not null"),
                    Some(false) => q.push(" and e.last_inspected_at is null"),
                    None => &mut q,
                };
                if let Some(after) = after {
                    q.push(" and ").push(seq).push(" < ").push_bind(*after);
                }
                q.push(" order by ").push(seq).push(" desc limit ").push_bind(*limit);
            }
            Which::Ids(ids) => {
                q.push(" and e.id in (");
                let mut list = q.separated(", ");
                for id in *ids {
                    list.push_bind(id.0);
                }
                q.push(")");
            }
        }
        q.push(DECORATION);
    })
}

/// A page of the register of a scope, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn page(
    tx: &mut Tx,
    scope: Scope,
    filter: &EnterpriseFilter,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<EnterpriseRow>> {
    listed(tx, scope, filter, Query::parse(&filter.text), after, limit).await
}

/// The same of those whose operator has this number, which the filter's text is not read for.
///
/// # Errors
/// When the engine fails.
pub async fn page_of_phone(
    tx: &mut Tx,
    scope: Scope,
    phone: &PhoneNumber,
    filter: &EnterpriseFilter,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<EnterpriseRow>> {
    let query = Query { words: vec![Word::Whole(super::phone_word(phone))], terms: Vec::new() };
    listed(tx, scope, filter, query, after, limit).await
}

async fn listed(
    tx: &mut Tx,
    scope: Scope,
    filter: &EnterpriseFilter,
    query: Query,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<EnterpriseRow>> {
    let after = after.and_then(|cursor| cursor.0.parse().ok());
    let mut rows = rows(tx, scope, Which::Listed { filter, query, after, limit: i64::from(limit) + 1 }).await?;
    let limit = limit as usize;
    let next = (rows.len() > limit).then(|| {
        rows.truncate(limit);
        Cursor(rows[limit - 1].seq.to_string())
    });
    Ok(Page { rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, next })
}

/// One enterprise of a scope.
///
/// # Errors
/// When the engine fails.
pub async fn get(tx: &mut Tx, scope: Scope, id: EnterpriseId) -> Result<Option<EnterpriseRow>> {
    rows(tx, scope, Which::Ids(&[id])).await?.pop().map(TryInto::try_into).transpose()
}

/// Those of these enterprises that a scope has.
pub async fn among(tx: &mut Tx, scope: Scope, ids: &[EnterpriseId]) -> Result<Vec<EnterpriseRow>> {
    let mut among = Vec::new();
    for some in ids.chunks(500) {
        for row in rows(tx, scope, Which::Ids(some)).await? {
            among.push(row.try_into()?);
        }
    }
    Ok(among)
}

/// Enterprises in business with a position, nearest first, at most thirty.
///
/// # Errors
/// When the engine fails.
pub async fn nearby(tx: &mut Tx, scope: Scope, at: Wgs84) -> Result<Vec<EnterpriseRow>> {
    let mut near = Vec::new();
    for step in 0..7 {
        let radius_m = NEARBY_M * 4_f64.powi(step);
        near = within(tx, scope, at, radius_m).await?;
        if near.len() >= NEARBY_ROWS {
            break;
        }
    }
    near.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    near.truncate(NEARBY_ROWS);
    if near.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = near.into_iter().map(|(_, id)| id).collect();
    let rows = rows(tx, scope, Which::Ids(&ids)).await?;
    let mut rows: Vec<EnterpriseRow> = rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// What lies within a circle, with the distance: a box by index, then the exact distance.
async fn within(tx: &mut Tx, scope: Scope, at: Wgs84, radius_m: f64) -> Result<Vec<(f64, EnterpriseId)>> {
    let north = radius_m / DEGREE_M;
    let east = north / at.latitude.to_radians().cos().max(0.1);
    let rows = build!(tx, (Uuid, f64, f64), |q| {
        q.push("select e.id, e.latitude, e.longitude from enterprises e where e.closed_at is null and e.deleted_at is null and e.latitude >= ");
        q.push_bind(at.latitude - north).push(" and e.latitude <= ").push_bind(at.latitude + north);
        q.push(" and e.longitude >= ").push_bind(at.longitude - east);
        q.push(" and e.longitude <= ").push_bind(at.longitude + east);
        push_scope(&mut q, "e.", scope);
    })?;
    let near = rows
        .into_iter()
        .map(|(id, latitude, longitude)| (at.distance_m(Wgs84 { latitude, longitude }), EnterpriseId(id)));
    Ok(near.filter(|(distance_m, _)| *distance_m <= radius_m).collect())
}

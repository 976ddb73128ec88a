//! Enterprises: one row per credit code, type and address.

mod list;

pub use list::{among, get, nearby, page, page_of_phone};

use crate::{
    Result, StoreError, Tx,
    engine::{self, Searched},
    error::expect_rows,
    hazards,
};
use domain::{
    credit_code::CreditCode,
    enterprise::{EnterpriseEntry, EnterpriseType},
    geo::Wgs84,
    id::EnterpriseId,
    person::PhoneNumber,
    region::RegionCode,
    search::{self, Indexed},
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// An enterprise to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewEnterprise<'a> {
    /// Its id, made by the caller.
    pub id: EnterpriseId,
    /// The seven fields.
    pub entry: &'a EnterpriseEntry,
    /// The county whose ledger it enters; other levels have no enterprises of their own.
    pub region: RegionCode,
    /// When it was registered, by the server's clock.
    pub at: Timestamp,
}

/// Writes an enterprise. `false` when its id, or its key within the region, is there already: nothing was written.
///
/// # Errors
/// When the engine fails.
pub async fn insert(tx: &mut Tx, new: &NewEnterprise<'_>) -> Result<bool> {
    let entry = new.entry;
    let row = fetch_optional!(
        tx,
        (i64,),
        "insert into enterprises (id, name, enterprise_type, address, legal_representative, credit_code, licence_name,
             licence_number, region, unique_key, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict do nothing returning seq",
        new.id.0,
        &entry.name,
        entry.enterprise_type.code(),
        &entry.address,
        &entry.legal_representative,
        entry.credit_code.as_str(),
        &entry.licence_name,
        &entry.licence_number,
        new.region.to_string(),
        entry.unique_key(),
        new.at.0,
    )?;
    let Some((seq,)) = row else { return Ok(false) };
    engine::index_words(tx, Searched::Enterprises, seq, new.region, &search_words(entry)).await?;
    Ok(true)
}

/// What an enterprise is found by: any part of name, address and code; a phone number only by [`page_of_phone`], so that
/// searching cannot spell out a masked one.
pub(crate) fn search_words(entry: &EnterpriseEntry) -> Indexed {
    match &entry.credit_code {
        CreditCode::Uscc(code) => search::index(&[&entry.name, &entry.address, code]),
        CreditCode::Phone(phone) => {
            let Indexed { words, text } = search::index(&[&entry.name, &entry.address]);
            Indexed { words: format!("{words} {}", phone_word(phone)), text }
        }
    }
}

/// A number as a word of the index that no text of a search can be.
fn phone_word(phone: &PhoneNumber) -> String {
    format!("☎{}", phone.as_str())
}

/// The enterprise that has this key in the region: its id and name.
///
/// # Errors
/// When the engine fails.
pub async fn find_by_key(tx: &mut Tx, region: RegionCode, key: &str) -> Result<Option<(EnterpriseId, String)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String),
        "select id, name from enterprises where region = $1 and unique_key = $2 and deleted_at is null",
        region.to_string(),
        key,
    )?;
    Ok(row.map(|(id, name)| (EnterpriseId(id), name)))
}

#[derive(FromRow)]
struct EntryRow {
    name: String,
    enterprise_type: String,
    address: String,
    legal_representative: String,
    credit_code: String,
    licence_name: String,
    licence_number: String,
}

/// The seven fields as stored, the credit code unmasked: for editing, not for showing.
///
/// # Errors
/// When the engine fails.
pub async fn entry(tx: &mut Tx, id: EnterpriseId) -> Result<Option<EnterpriseEntry>> {
    let row = fetch_optional!(
        tx,
        EntryRow,
        "select name, enterprise_type, address, legal_representative, credit_code, licence_name, licence_number
         from enterprises where id = $1 and deleted_at is null",
        id.0,
    )?;
    row.map(|row| {
        Ok(EnterpriseEntry {
            name: row.name,
            enterprise_type: parse_type(&row.enterprise_type)?,
            address: row.address,
            legal_representative: row.legal_representative,
            credit_code: parse_credit_code(&row.credit_code)?,
            licence_name: row.licence_name,
            licence_number: row.licence_number,
        })
    })
    .transpose()
}

/// Corrects the seven fields; its hazards are found by the new name and address from then on. A key that another row of the region has is a [`StoreError::is_duplicate`].
///
/// # Errors
/// When the engine fails, or refuses the key.
pub async fn update(tx: &mut Tx, id: EnterpriseId, entry: &EnterpriseEntry, at: Timestamp) -> Result<()> {
    let (seq, region) = fetch_one!(
        tx,
        (i64, String),
        "update enterprises set name = $2, enterprise_type = $3, address = $4, legal_representative = $5,
             credit_code = $6, licence_name = $7, licence_number = $8, unique_key = $9,
             changed_at = $10
         where id = $1 and deleted_at is null returning seq, region",
        id.0,
        &entry.name,
        entry.enterprise_type.code(),
        &entry.address,
        &entry.legal_representative,
        entry.credit_code.as_str(),
        &entry.licence_name,
        &entry.licence_number,
        entry.unique_key(),
        at.0,
    )?;
    engine::index_words(tx, Searched::Enterprises, seq, parse_region(&region)?, &search_words(entry)).await?;
    hazards::index_of_enterprise(tx, id).await
}

/// Deletes an enterprise without inspections and hazards: `false` for one that has any (Q27). The row stays for a visit
/// that was made before and arrives later; its key is free.
pub async fn delete(tx: &mut Tx, id: EnterpriseId, at: Timestamp) -> Result<bool> {
    // First the row is locked, then its records are looked for: who files one locks it too, in `set_inspected`.
    lock(tx, id).await?;
    let deleted = execute!(
        tx,
        "update enterprises set deleted_at = $2, changed_at = $2
         where id = $1 and deleted_at is null
           and not exists (select 1 from inspections i where i.enterprise_id = $1)
           and not exists (select 1 from hazards h where h.enterprise_id = $1)",
        id.0,
        at.0,
    )?;
    Ok(deleted == 1)
}

/// Makes other transactions that change this enterprise, or file an inspection of it, wait for this one.
pub async fn lock(tx: &mut Tx, id: EnterpriseId) -> Result<()> {
    execute!(tx, "update enterprises set name = name where id = $1", id.0)?;
    Ok(())
}

/// Brings a deleted enterprise back. One whose key another has by now is a [`StoreError::is_duplicate`].
pub async fn revive(tx: &mut Tx, id: EnterpriseId, at: Timestamp) -> Result<()> {
    let sql = "update enterprises set deleted_at = null, changed_at = $2 where id = $1 and deleted_at is not null";
    expect_rows(execute!(tx, sql, id.0, at.0)?, 1, "enterprises")
}

/// Notes that an enterprise went out of business, or (`None`) that it is open again.
pub async fn set_closed(tx: &mut Tx, id: EnterpriseId, closed_at: Option<Timestamp>, at: Timestamp) -> Result<()> {
    let sql = "update enterprises set closed_at = $2, changed_at = $3 where id = $1 and deleted_at is null";
    expect_rows(execute!(tx, sql, id.0, closed_at.map(|at| at.0), at.0)?, 1, "enterprises")
}

/// Notes that what a phone's copy shows of an enterprise changed elsewhere: its open hazards.
pub async fn touch(tx: &mut Tx, id: EnterpriseId, at: Timestamp) -> Result<()> {
    let touched = execute!(tx, "update enterprises set changed_at = $2 where id = $1", id.0, at.0)?;
    expect_rows(touched, 1, "enterprises")
}

/// Keeps an id that a phone gave to an enterprise that is another one's.
pub async fn add_alias(tx: &mut Tx, id: EnterpriseId, enterprise: EnterpriseId) -> Result<()> {
    execute!(
        tx,
        "insert into enterprise_aliases (id, enterprise_id) values ($1, $2)
         on conflict (id) do update set enterprise_id = excluded.enterprise_id",
        id.0,
        enterprise.0,
    )?;
    Ok(())
}

/// The ids that phones gave to these enterprises, each with the enterprise that it is.
pub async fn aliases(tx: &mut Tx, enterprises: &[Uuid]) -> Result<Vec<(EnterpriseId, EnterpriseId)>> {
    let mut aliases = Vec::new();
    for some in enterprises.chunks(500) {
        let rows = build!(tx, (Uuid, Uuid), |q| {
            q.push("select id, enterprise_id from enterprise_aliases where enterprise_id in (");
            let mut ids = q.separated(", ");
            for id in some {
                ids.push_bind(*id);
            }
            q.push(") order by id");
        })?;
        aliases.extend(rows.into_iter().map(|(id, of)| (EnterpriseId(id), EnterpriseId(of))));
    }
    Ok(aliases)
}

/// What an inspection has to know of its enterprise.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The id under which it is registered.
    pub id: EnterpriseId,
    /// The county on whose register it is.
    pub region: RegionCode,
    /// Its type today.
    pub enterprise_type: EnterpriseType,
    /// Where exactly, once fixed.
    pub position: Option<Wgs84>,
    /// 企业名称
    pub name: String,
    /// 企业住所
    pub address: String,
    /// When it went out of business, if it did.
    pub closed_at: Option<Timestamp>,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

#[derive(FromRow)]
pub(crate) struct SiteRow {
    id: Uuid,
    region: String,
    enterprise_type: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    name: String,
    address: String,
    closed_at: Option<i64>,
    deleted_at: Option<i64>,
}

impl TryFrom<SiteRow> for Site {
    type Error = StoreError;

    fn try_from(row: SiteRow) -> Result<Self> {
        Ok(Self {
            id: EnterpriseId(row.id),
            region: parse_region(&row.region)?,
            enterprise_type: parse_type(&row.enterprise_type)?,
            position: position(row.latitude, row.longitude),
            name: row.name,
            address: row.address,
            closed_at: row.closed_at.map(Timestamp),
            deleted_at: row.deleted_at.map(Timestamp),
        })
    }
}

/// Where an enterprise is and what it is, also by the id that a phone gave it, also when deleted; in whatever scope, so
/// the caller checks the region.
pub async fn site(tx: &mut Tx, id: EnterpriseId) -> Result<Option<Site>> {
    let row = fetch_optional!(
        tx,
        SiteRow,
        "select id, region, enterprise_type, latitude, longitude, name, address, closed_at, deleted_at from enterprises
         where id = coalesce((select a.enterprise_id from enterprise_aliases a where a.id = $1), $1)",
        id.0,
    )?;
    row.map(TryInto::try_into).transpose()
}

/// By what an enterprise's position was fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionSource {
    /// The first inspection: an older position stays.
    Inspection,
    /// An administrator at the desk: replaces any older one.
    Console,
}

/// Fixes where an enterprise is, by a fix taken at `taken_at`.
pub async fn set_position(
    tx: &mut Tx,
    id: EnterpriseId,
    (position, accuracy_m): (Wgs84, Option<f64>),
    source: PositionSource,
    taken_at: Timestamp,
    at: Timestamp,
) -> Result<()> {
    let (code, is_first) = match source {
        PositionSource::Inspection => ("inspection", true),
        PositionSource::Console => ("console", false),
    };
    let fixed = execute!(
        tx,
        "update enterprises set latitude = $2, longitude = $3, position_accuracy_m = $4, position_source = $5,
             position_at = $6, changed_at = $7
         where id = $1 and (latitude is null or not $8)",
        id.0,
        position.latitude,
        position.longitude,
        accuracy_m,
        code,
        taken_at.0,
        at.0,
        is_first,
    )?;
    if is_first { Ok(()) } else { expect_rows(fixed, 1, "enterprises") }
}

/// Notes an inspection's time; an older one that arrives late leaves a later one. The row is locked by this, and must not
/// be deleted.
pub async fn set_inspected(tx: &mut Tx, id: EnterpriseId, inspected_at: Timestamp, at: Timestamp) -> Result<()> {
    let noted = execute!(
        tx,
        "update enterprises set changed_at = $3,
             last_inspected_at = case when last_inspected_at > $2 then last_inspected_at else $2 end
         where id = $1 and deleted_at is null",
        id.0,
        inspected_at.0,
        at.0,
    )?;
    expect_rows(noted, 1, "enterprises")
}

fn parse_region(code: &str) -> Result<RegionCode> {
    code.parse().map_err(StoreError::inconsistent("enterprises.region"))
}

fn parse_type(code: &str) -> Result<EnterpriseType> {
    code.parse().map_err(StoreError::inconsistent("enterprises.enterprise_type"))
}

fn parse_credit_code(code: &str) -> Result<CreditCode> {
    CreditCode::parse(code).map_err(StoreError::inconsistent("enterprises.credit_code"))
}

fn position(latitude: Option<f64>, longitude: Option<f64>) -> Option<Wgs84> {
    latitude.zip(longitude).map(|(latitude, longitude)| Wgs84 { latitude, longitude })
}

//! Enterprises: one row per credit code, type and address.

mod list;

pub use list::{LOCAL_ROWS, get, local_copy, nearby, page};

use crate::{
    Result, StoreError, Tx,
    engine::{self, Searched},
    hazards,
};
use domain::{
    credit_code::CreditCode,
    enterprise::{EnterpriseEntry, EnterpriseType},
    geo::Wgs84,
    id::EnterpriseId,
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
    /// Its county.
    pub region: RegionCode,
    /// Now.
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
             licence_number, region, unique_key, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning seq",
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

/// What an enterprise is found by: any part of name, address and code; a phone number only as a whole, so that searching
/// cannot spell out a masked one.
pub fn search_words(entry: &EnterpriseEntry) -> Indexed {
    match &entry.credit_code {
        CreditCode::Uscc(code) => search::index(&[&entry.name, &entry.address, code]),
        CreditCode::Phone(phone) => {
            let Indexed { words, text } = search::index(&[&entry.name, &entry.address]);
            Indexed { words: format!("{words} {}", phone.as_str()), text }
        }
    }
}

/// The enterprise that has this key in the region: its id and name.
///
/// # Errors
/// When the engine fails.
pub async fn find_by_key(tx: &mut Tx, region: RegionCode, key: &str) -> Result<Option<(EnterpriseId, String)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String),
        "select id, name from enterprises where region = $1 and unique_key = $2",
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
         from enterprises where id = $1",
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
pub async fn update(tx: &mut Tx, id: EnterpriseId, entry: &EnterpriseEntry) -> Result<()> {
    let (seq, region) = fetch_one!(
        tx,
        (i64, String),
        "update enterprises set name = $2, enterprise_type = $3, address = $4, legal_representative = $5,
             credit_code = $6, licence_name = $7, licence_number = $8, unique_key = $9
         where id = $1 returning seq, region",
        id.0,
        &entry.name,
        entry.enterprise_type.code(),
        &entry.address,
        &entry.legal_representative,
        entry.credit_code.as_str(),
        &entry.licence_name,
        &entry.licence_number,
        entry.unique_key(),
    )?;
    engine::index_words(tx, Searched::Enterprises, seq, parse_region(&region)?, &search_words(entry)).await?;
    hazards::index_of_enterprise(tx, id).await
}

/// Deletes an enterprise. One that inspections or hazards name is a [`StoreError::is_still_used`].
///
/// # Errors
/// When the engine fails, or refuses.
pub async fn delete(tx: &mut Tx, id: EnterpriseId) -> Result<()> {
    let (seq,) = fetch_one!(tx, (i64,), "delete from enterprises where id = $1 returning seq", id.0)?;
    engine::forget_words(tx, Searched::Enterprises, seq).await
}

/// Notes that an enterprise went out of business, or (`None`) that it is open again.
///
/// # Errors
/// When the engine fails.
pub async fn set_closed(tx: &mut Tx, id: EnterpriseId, closed_at: Option<Timestamp>) -> Result<()> {
    execute!(tx, "update enterprises set closed_at = $2 where id = $1", id.0, closed_at.map(|at| at.0))?;
    Ok(())
}

/// What an inspection has to know of its enterprise.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its county.
    pub region: RegionCode,
    /// Its type, which decides the checklist.
    pub enterprise_type: EnterpriseType,
    /// Where exactly, once fixed.
    pub position: Option<Wgs84>,
    /// 企业名称
    pub name: String,
    /// 企业住所
    pub address: String,
    /// When it went out of business, if it did.
    pub closed_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct SiteRow {
    region: String,
    enterprise_type: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    name: String,
    address: String,
    closed_at: Option<i64>,
}

/// Where an enterprise is and what it is; in whatever scope, so the caller checks the region.
///
/// # Errors
/// When the engine fails.
pub async fn position_of(tx: &mut Tx, id: EnterpriseId) -> Result<Option<Site>> {
    let row = fetch_optional!(
        tx,
        SiteRow,
        "select region, enterprise_type, latitude, longitude, name, address, closed_at from enterprises where id = $1",
        id.0,
    )?;
    row.map(|row| {
        Ok(Site {
            region: parse_region(&row.region)?,
            enterprise_type: parse_type(&row.enterprise_type)?,
            position: position(row.latitude, row.longitude),
            name: row.name,
            address: row.address,
            closed_at: row.closed_at.map(Timestamp),
        })
    })
    .transpose()
}

/// Fixes where an enterprise is; `source` says by what: `inspection`, `console` or `import`.
///
/// # Errors
/// When the engine fails.
pub async fn set_position(
    tx: &mut Tx,
    id: EnterpriseId,
    position: Wgs84,
    accuracy_m: Option<f64>,
    source: &str,
    at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "update enterprises set latitude = $2, longitude = $3, position_accuracy_m = $4, position_source = $5,
             position_at = $6
         where id = $1",
        id.0,
        position.latitude,
        position.longitude,
        accuracy_m,
        source,
        at.0,
    )?;
    Ok(())
}

/// Notes an inspection's time; an older one that arrives late changes nothing.
///
/// # Errors
/// When the engine fails.
pub async fn set_inspected(tx: &mut Tx, id: EnterpriseId, at: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update enterprises set last_inspected_at = $2
         where id = $1 and (last_inspected_at is null or last_inspected_at < $2)",
        id.0,
        at.0,
    )?;
    Ok(())
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

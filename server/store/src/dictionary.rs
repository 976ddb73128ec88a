//! The dictionaries: administrative divisions and member departments.

use crate::{Db, Result, StoreError, Tx, checklists};
use domain::{
    person::{Department, DepartmentCode},
    region::{Region, RegionCode},
};
use sqlx::FromRow;
use std::collections::HashMap;

/// `code,name,level,parent` of GB/T 2260; level and parent follow from the code.
const REGIONS: &str = include_str!("../data/regions.csv");
/// `code,name`; only a beginning, since places have other members.
const DEPARTMENTS: &str = include_str!("../data/departments.csv");
/// Rows of one insert: three values each stay far below both engines' limit of parameters.
const ROWS: usize = 1000;

/// Migrates, then loads the dictionaries and the first checklists: what a database needs before it serves.
///
/// # Errors
/// When a migration or the engine fails.
pub async fn prepare(db: &Db) -> Result<()> {
    db.migrate().await?;
    let mut tx = db.write().await?;
    load(&mut tx).await?;
    checklists::load(&mut tx).await?;
    tx.commit().await
}

/// Brings in regions that are missing or were renamed, and, into an empty dictionary, the departments.
///
/// # Errors
/// When the engine fails.
pub async fn load(tx: &mut Tx) -> Result<()> {
    load_regions(tx).await?;
    load_departments(tx).await
}

async fn load_regions(tx: &mut Tx) -> Result<()> {
    let stored = region_names(tx, RegionCode::NATION).await?;
    let mut missing = Vec::new();
    for line in REGIONS.lines().skip(1) {
        let (code, name) = columns(line)?;
        let code: RegionCode = code.parse().map_err(StoreError::inconsistent("regions.csv"))?;
        if stored.get(&code).is_none_or(|known| known != name) {
            missing.push((code, name));
        }
    }
    for rows in missing.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push("insert into regions (code, name, parent) ");
            q.push_values(rows, |mut row, (code, name)| {
                row.push_bind(code.to_string()).push_bind(*name);
                row.push_bind(code.parent().map(|parent| parent.to_string()));
            });
            q.push(" on conflict (code) do update set name = excluded.name");
        })?;
    }
    Ok(())
}

async fn load_departments(tx: &mut Tx) -> Result<()> {
    if !departments(tx).await?.is_empty() {
        return Ok(());
    }
    for (line, ordinal) in DEPARTMENTS.lines().skip(1).zip(1_i64..) {
        let (code, name) = columns(line)?;
        execute!(
            tx,
            "insert into departments (code, name, ordinal) values ($1, $2, $3) on conflict do nothing",
            code,
            name,
            ordinal,
        )?;
    }
    Ok(())
}

/// The first two columns; our own data holds no quotes.
fn columns(line: &str) -> Result<(&str, &str)> {
    let mut columns = line.split(',');
    columns
        .next()
        .zip(columns.next())
        .ok_or_else(|| StoreError::Inconsistent { what: "dictionary file", why: line.to_owned() })
}

#[derive(FromRow)]
struct RegionRow {
    code: String,
    name: String,
}

impl TryFrom<RegionRow> for Region {
    type Error = StoreError;

    fn try_from(row: RegionRow) -> Result<Self> {
        let code = row.code.parse().map_err(StoreError::inconsistent("regions.code"))?;
        Ok(Self { code, name: row.name })
    }
}

/// The regions directly below this one, by code.
///
/// # Errors
/// When the engine fails.
pub async fn regions(tx: &mut Tx, parent: RegionCode) -> Result<Vec<Region>> {
    let sql = "select code, name from regions where parent = $1 order by code";
    let rows = fetch_all!(tx, RegionRow, sql, parent.to_string())?;
    rows.into_iter().map(Region::try_from).collect()
}

/// One region.
///
/// # Errors
/// When the engine fails.
pub async fn region(tx: &mut Tx, code: RegionCode) -> Result<Option<Region>> {
    let row = fetch_optional!(tx, RegionRow, "select code, name from regions where code = $1", code.to_string())?;
    row.map(Region::try_from).transpose()
}

/// The regions from the nation down to this one; empty when there is no such region.
///
/// # Errors
/// When the engine fails.
pub async fn path(tx: &mut Tx, code: RegionCode) -> Result<Vec<Region>> {
    let mut path = Vec::new();
    for code in code.path() {
        path.extend(region(tx, code).await?);
    }
    if path.last().is_none_or(|last| last.code != code) {
        path.clear();
    }
    Ok(path)
}

/// The names of all regions of a subtree.
///
/// # Errors
/// When the engine fails.
pub async fn region_names(tx: &mut Tx, top: RegionCode) -> Result<HashMap<RegionCode, String>> {
    let (from, to) = top.range();
    let rows = fetch_all!(tx, RegionRow, "select code, name from regions where code >= $1 and code < $2", from, to)?;
    rows.into_iter().map(|row| Region::try_from(row).map(|region| (region.code, region.name))).collect()
}

#[derive(FromRow)]
struct DepartmentRow {
    code: String,
    name: String,
}

impl From<DepartmentRow> for Department {
    fn from(row: DepartmentRow) -> Self {
        Self { code: DepartmentCode(row.code), name: row.name }
    }
}

/// All departments, in the order of showing.
///
/// # Errors
/// When the engine fails.
pub async fn departments(tx: &mut Tx) -> Result<Vec<Department>> {
    let rows = fetch_all!(tx, DepartmentRow, "select code, name from departments order by ordinal, code")?;
    Ok(rows.into_iter().map(Department::from).collect())
}

/// One department.
///
/// # Errors
/// When the engine fails.
pub async fn department(tx: &mut Tx, code: &DepartmentCode) -> Result<Option<Department>> {
    let row = fetch_optional!(tx, DepartmentRow, "select code, name from departments where code = $1", &code.0)?;
    Ok(row.map(Department::from))
}

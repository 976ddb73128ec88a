//! Checklists: one row a type and version, its items as JSON; a version is never changed.

use crate::{Result, StoreError, Tx};
use domain::{
    checklist::{Checklist, ChecklistItem, ItemCode},
    code::Lenient,
    enterprise::EnterpriseType,
    hazard::Severity,
    person::DepartmentCode,
};
use serde::Deserialize;
use sqlx::FromRow;

/// The checklists of all sixteen types: version 1.
const FIRST: &str = include_str!("../data/checklists.json");

/// A type's checklist as the data file has it.
#[derive(Deserialize)]
struct FileChecklist {
    type_code: EnterpriseType,
    items: Vec<FileItem>,
}

#[derive(Deserialize)]
struct FileItem {
    code: ItemCode,
    text: String,
    basis: String,
    level: Severity,
    department: DepartmentCode,
}

impl From<FileItem> for ChecklistItem {
    fn from(item: FileItem) -> Self {
        let FileItem { code, text, basis, level, department } = item;
        Self { code, text, basis, severity: level.into(), department }
    }
}

/// Brings in version 1 of every type that has none.
///
/// # Errors
/// When the engine fails.
pub async fn load(tx: &mut Tx) -> Result<()> {
    let lists: Vec<FileChecklist> = serde_json::from_str(FIRST).map_err(StoreError::inconsistent("checklists.json"))?;
    for list in lists {
        let items = list.items.into_iter().map(ChecklistItem::from).collect();
        insert(tx, &Checklist { enterprise_type: list.type_code.into(), version: 1, items }).await?;
    }
    Ok(())
}

/// Adds a version; one that is there already stays as it is.
///
/// # Errors
/// When the engine fails, or the checklist names a type or a severity that this version does not know.
pub async fn insert(tx: &mut Tx, checklist: &Checklist) -> Result<()> {
    check(checklist)?;
    let items = serde_json::to_string(&checklist.items).map_err(StoreError::inconsistent("checklists.items"))?;
    execute!(
        tx,
        "insert into checklists (enterprise_type, version, items) values ($1, $2, $3) on conflict do nothing",
        checklist.enterprise_type.code(),
        i64::from(checklist.version),
        items,
    )?;
    Ok(())
}

/// A checklist is a row that phones are sent, and so reads what it does not know; here nothing is.
fn check(checklist: &Checklist) -> Result<()> {
    let severities = checklist.items.iter().filter(|item| item.severity.known().is_none());
    let unknown = severities.map(|item| item.severity.code()).next();
    let kind = &checklist.enterprise_type;
    match unknown.or(kind.known().is_none().then(|| kind.code())) {
        Some(code) => Err(StoreError::inconsistent("checklists")(code)),
        None => Ok(()),
    }
}

#[derive(FromRow)]
struct Row {
    enterprise_type: String,
    version: i64,
    items: String,
}

impl TryFrom<Row> for Checklist {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let checklist = Self {
            enterprise_type: Lenient::of(row.enterprise_type),
            version: row.version.try_into().map_err(StoreError::inconsistent("checklists.version"))?,
            items: serde_json::from_str(&row.items).map_err(StoreError::inconsistent("checklists.items"))?,
        };
        check(&checklist)?;
        Ok(checklist)
    }
}

/// The newest version of every type, in the order of the types.
///
/// # Errors
/// When the engine fails.
pub async fn current(tx: &mut Tx) -> Result<Vec<Checklist>> {
    let rows = fetch_all!(
        tx,
        Row,
        "select enterprise_type, version, items from checklists c
         where version = (select max(version) from checklists n where n.enterprise_type = c.enterprise_type)",
    )?;
    let mut checklists: Vec<_> = rows.into_iter().map(Checklist::try_from).collect::<Result<_>>()?;
    checklists.sort_by_key(|checklist| checklist.enterprise_type.known());
    Ok(checklists)
}

/// One version of a type's checklist.
///
/// # Errors
/// When the engine fails.
pub async fn get(tx: &mut Tx, enterprise_type: EnterpriseType, version: i32) -> Result<Option<Checklist>> {
    let row = fetch_optional!(
        tx,
        Row,
        "select enterprise_type, version, items from checklists where enterprise_type = $1 and version = $2",
        enterprise_type.code(),
        i64::from(version),
    )?;
    row.map(Checklist::try_from).transpose()
}

//! Imports: what the check of a workbook found, the ledger's keys it is compared with, and rows written by the hundred.

use crate::{Result, StoreError, Tx, engine::scoped_words, enterprises::search_words, people::PersonFields};
use domain::{
    enterprise::EnterpriseEntry,
    geo::Wgs84,
    id::{EnterpriseId, ImportId, PersonId},
    import::ImportReport,
    region::RegionCode,
    time::Timestamp,
};
use futures::TryStreamExt;
use sqlx::FromRow;
use uuid::Uuid;

/// Rows of one statement: sixteen values each stay far below both engines' limit of parameters.
const ROWS: usize = 500;

/// An import as kept: whose it is, and what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRecord {
    /// Who handed it in.
    pub person: PersonId,
    /// From which post's region.
    pub region: RegionCode,
    /// What was found.
    pub report: ImportReport,
}

#[derive(FromRow)]
struct Row {
    person_id: Uuid,
    region: String,
    report: String,
}

impl TryFrom<Row> for ImportRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            person: PersonId(row.person_id),
            region: row.region.parse().map_err(StoreError::inconsistent("imports.region"))?,
            report: serde_json::from_str(&row.report).map_err(StoreError::inconsistent("imports.report"))?,
        })
    }
}

/// An import for a transaction that will change it: others that want the same wait.
///
/// # Errors
/// When the engine fails.
pub async fn take(tx: &mut Tx, id: ImportId) -> Result<Option<ImportRecord>> {
    let row = fetch_optional!(
        tx,
        Row,
        "update imports set kind = kind where id = $1 returning person_id, region, report",
        id.0,
    )?;
    row.map(ImportRecord::try_from).transpose()
}

/// Keeps what was found, in place of what was found before.
///
/// # Errors
/// When the engine fails.
pub async fn keep(tx: &mut Tx, record: &ImportRecord) -> Result<()> {
    let report = serde_json::to_string(&record.report).map_err(StoreError::inconsistent("imports.report"))?;
    execute!(
        tx,
        "insert into imports (id, kind, person_id, region, created_at, report) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set report = excluded.report",
        record.report.id.0,
        record.report.kind.code(),
        record.person.0,
        record.region.to_string(),
        record.report.at.0,
        report,
    )?;
    Ok(())
}

/// The imports of a person, oldest first.
///
/// # Errors
/// When the engine fails.
pub async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<ImportRecord>> {
    let rows = fetch_all!(
        tx,
        Row,
        "select person_id, region, report from imports where person_id = $1 order by created_at, id",
        person.0,
    )?;
    rows.into_iter().map(ImportRecord::try_from).collect()
}

/// Whether there is an import of this id.
///
/// # Errors
/// When the engine fails.
pub async fn is_known(tx: &mut Tx, id: ImportId) -> Result<bool> {
    Ok(fetch_optional!(tx, (Uuid,), "select id from imports where id = $1", id.0)?.is_some())
}

/// Forgets the imports from before `before`, and says which.
///
/// # Errors
/// When the engine fails.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<Vec<ImportId>> {
    let rows = fetch_all!(tx, (Uuid,), "delete from imports where created_at < $1 returning id", before.0,)?;
    Ok(rows.into_iter().map(|(id,)| ImportId(id)).collect())
}

/// Hands out the unique key and the name of every enterprise of a county, one by one.
///
/// # Errors
/// When the engine fails.
pub async fn enterprise_keys(tx: &mut Tx, region: RegionCode, mut each: impl FnMut(&str, String)) -> Result<()> {
    let sql = "select unique_key, name from enterprises where region = $1 and deleted_at is null";
    match tx {
        Tx::Sqlite(tx) => {
            let mut rows = sqlx::query_as::<_, (String, String)>(sql).bind(region.to_string()).fetch(&mut **tx);
            while let Some((key, name)) = rows.try_next().await? {
                each(&key, name);
            }
        }
        Tx::Postgres(tx) => {
            let mut rows = sqlx::query_as::<_, (String, String)>(sql).bind(region.to_string()).fetch(&mut **tx);
            while let Some((key, name)) = rows.try_next().await? {
                each(&key, name);
            }
        }
    }
    Ok(())
}

/// An enterprise that a workbook brings.
#[derive(Clone, Debug)]
pub struct ImportedEnterprise {
    /// Made by the server; a workbook names none.
    pub id: EnterpriseId,
    /// The seven fields.
    pub entry: EnterpriseEntry,
    /// Where, if the workbook says so.
    pub position: Option<Wgs84>,
}

/// The values that both engines take, in the order of their columns.
macro_rules! push_enterprise {
    ($row:ident, $new:ident, $region:ident, $at:ident, $indexed:ident) => {{
        let (new, entry) = ($new, &$new.entry);
        $row.push_bind(new.id.0).push_bind(&entry.name).push_bind(entry.enterprise_type.code());
        $row.push_bind(&entry.address).push_bind(&entry.legal_representative).push_bind(entry.credit_code.as_str());
        $row.push_bind(&entry.licence_name).push_bind(&entry.licence_number).push_bind(&$region);
        $row.push_bind(entry.unique_key()).push_bind(new.position.map(|at| at.latitude));
        $row.push_bind(new.position.map(|at| at.longitude)).push_bind(new.position.map(|_| "import"));
        $row.push_bind(new.position.map(|_| $at.0)).push_bind($at.0).push_bind($at.0).push_bind(&$indexed.text);
    }};
}

/// Writes enterprises into a county, with the words under which they are found.
///
/// # Errors
/// When the engine fails; [`StoreError::is_duplicate`] when one of them is there already.
pub async fn insert_enterprises(
    tx: &mut Tx,
    region: RegionCode,
    enterprises: &[ImportedEnterprise],
    at: Timestamp,
) -> Result<()> {
    let county = region.to_string();
    for some in enterprises.chunks(ROWS) {
        let indexed: Vec<_> = some.iter().map(|new| search_words(&new.entry)).collect();
        let words = indexed.iter().map(|indexed| scoped_words(region, &indexed.words));
        match tx {
            Tx::Sqlite(tx) => {
                let mut rows = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
                    "insert into enterprises (id, name, enterprise_type, address, legal_representative, credit_code,
                     licence_name, licence_number, region, unique_key, latitude, longitude, position_source,
                     position_at, created_at, changed_at, search_text) ",
                );
                rows.push_values(some.iter().zip(&indexed), |mut row, (new, indexed)| {
                    push_enterprise!(row, new, county, at, indexed);
                });
                let last = rows.build().execute(&mut **tx).await?.last_insert_rowid();
                // One writer, one statement: its rows are numbered without a gap.
                let first = last + 1 - i64::try_from(some.len()).unwrap_or(i64::MAX);
                let mut index = sqlx::QueryBuilder::<sqlx::Sqlite>::new("insert into enterprise_words (rowid, words) ");
                index.push_values((first..).zip(words), |mut row, (seq, words)| {
                    row.push_bind(seq).push_bind(words);
                });
                index.build().execute(&mut **tx).await?;
            }
            Tx::Postgres(tx) => {
                let mut rows = sqlx::QueryBuilder::<sqlx::Postgres>::new(
                    "insert into enterprises (id, name, enterprise_type, address, legal_representative, credit_code,
                     licence_name, licence_number, region, unique_key, latitude, longitude, position_source,
                     position_at, created_at, changed_at, search_text, words) ",
                );
                rows.push_values(some.iter().zip(&indexed).zip(words), |mut row, ((new, indexed), words)| {
                    push_enterprise!(row, new, county, at, indexed);
                    row.push("array_to_tsvector(string_to_array(").push_bind_unseparated(words);
                    row.push_unseparated(", ' '))");
                });
                rows.build().execute(&mut **tx).await?;
            }
        }
    }
    Ok(())
}

/// Writes people.
///
/// # Errors
/// When the engine fails; [`StoreError::is_duplicate`] when a number is taken.
pub async fn insert_people(tx: &mut Tx, people: &[(PersonId, PersonFields<'_>)], at: Timestamp) -> Result<()> {
    for some in people.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push("insert into people (id, name, phone, department, is_internal, created_at) ");
            q.push_values(some, |mut row, (id, fields)| {
                row.push_bind(id.0).push_bind(fields.name).push_bind(fields.phone.as_str());
                row.push_bind(&fields.department.0).push_bind(fields.is_internal).push_bind(at.0);
            });
        })?;
    }
    Ok(())
}

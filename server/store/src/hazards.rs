//! Hazards: found, added to, cured. The ledger of them is in `ledger`.

use crate::{
    Result, StoreError, Tx,
    engine::{self, Searched},
};
use domain::{
    checklist::{ChecklistItem, ItemCode},
    hazard::{Cure, HazardNote, HazardRow, Rectification, Severity},
    id::{EnterpriseId, HazardId, InspectionId, OperationId, PersonId},
    inspection::NewHazard,
    person::{Department, DepartmentCode},
    region::RegionCode,
    search,
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A severity as stored.
pub(crate) fn severity_code(severity: Severity) -> &'static str {
    match severity {
        Severity::General => "general",
        Severity::Major => "major",
    }
}

/// The enterprise at which hazards were found.
#[derive(Debug)]
pub struct FoundAt<'a> {
    /// The visit.
    pub inspection: InspectionId,
    /// The enterprise.
    pub enterprise: EnterpriseId,
    /// Its name, for the search.
    pub name: &'a str,
    /// Its type code.
    pub enterprise_type: &'static str,
    /// Its region.
    pub region: RegionCode,
    /// When they were found.
    pub found_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// Writes a hazard that was found.
///
/// # Errors
/// When the engine fails.
pub async fn insert(tx: &mut Tx, hazard: &NewHazard, item: &ChecklistItem, place: &FoundAt<'_>) -> Result<()> {
    let (seq,) = fetch_one!(
        tx,
        (i64,),
        "insert into hazards (id, inspection_id, enterprise_id, enterprise_type, region, item_code, item_text, basis,
             description, severity, severity_reason, department, officer_id, found_at, due_on, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning seq",
        hazard.id.0,
        place.inspection.0,
        place.enterprise.0,
        place.enterprise_type,
        place.region.to_string(),
        &item.code.0,
        &item.text,
        &item.basis,
        &hazard.description,
        severity_code(hazard.severity),
        hazard.severity_reason.as_deref(),
        &item.department.0,
        hazard.officer.0,
        place.found_at.0,
        hazard.due_on.to_string(),
        place.at.0,
    )?;
    index(tx, &[(seq, place.region, hazard.description.clone())], place.enterprise).await
}

/// Lets the hazards of an enterprise be found by its name and address as they are now.
///
/// # Errors
/// When the engine fails.
pub async fn index_of_enterprise(tx: &mut Tx, enterprise: EnterpriseId) -> Result<()> {
    let rows = fetch_all!(
        tx,
        (i64, String, String),
        "select seq, region, description from hazards where enterprise_id = $1",
        enterprise.0,
    )?;
    let parse = |(seq, region, description): (i64, String, String)| {
        Ok((seq, region.parse().map_err(StoreError::inconsistent("hazards.region"))?, description))
    };
    let rows: Vec<_> = rows.into_iter().map(parse).collect::<Result<_>>()?;
    index(tx, &rows, enterprise).await
}

/// Indexes hazards of one enterprise: number, region and description.
async fn index(tx: &mut Tx, rows: &[(i64, RegionCode, String)], enterprise: EnterpriseId) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "select name, address from enterprises where id = $1";
    let (name, address) = fetch_one!(tx, (String, String), sql, enterprise.0)?;
    for (seq, region, description) in rows {
        let indexed = search::index(&[&name, &address, description]);
        engine::index_words(tx, Searched::Hazards, *seq, *region, &indexed).await?;
    }
    Ok(())
}

/// What was seen of a hazard after it was found.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// Its id, the same for every copy.
    pub id: Uuid,
    /// Of which hazard, open or closed.
    pub hazard: HazardId,
    /// At which visit, if at one.
    pub inspection: Option<InspectionId>,
    /// By whom.
    pub author: PersonId,
    /// When, by the phone's clock.
    pub noted_at: Timestamp,
    /// What was seen.
    pub text: &'a str,
}

/// Adds what was seen of a hazard.
///
/// # Errors
/// When the engine fails.
pub async fn add_note(tx: &mut Tx, note: &Note<'_>, at: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into hazard_notes (id, hazard_id, inspection_id, author_id, noted_at, text)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        note.id,
        note.hazard.0,
        note.inspection.map(|id| id.0),
        note.author.0,
        note.noted_at.0,
        note.text,
    )?;
    execute!(tx, "update hazards set changed_at = $2 where id = $1", note.hazard.0, at.0)?;
    Ok(())
}

/// Those of these ids that hazards have.
///
/// # Errors
/// When the engine fails.
pub async fn known_among(tx: &mut Tx, ids: &[HazardId]) -> Result<Vec<HazardId>> {
    let mut known = Vec::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, (Uuid,), |q| {
            q.push("select id from hazards where id in (");
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        known.extend(rows.into_iter().map(|(id,)| HazardId(id)));
    }
    Ok(known)
}

#[derive(FromRow)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    id: Uuid,
    inspection_id: Uuid,
    enterprise_id: Uuid,
    enterprise_name: String,
    enterprise_type: String,
    address: String,
    region: String,
    region_name: String,
    item_code: String,
    item_text: String,
    description: String,
    severity: String,
    department: String,
    department_name: String,
    officer_name: String,
    pub(crate) found_at: i64,
    due_on: String,
    closed_at: Option<i64>,
}

impl TryFrom<Row> for HazardRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: HazardId(row.id),
            inspection: InspectionId(row.inspection_id),
            enterprise: EnterpriseId(row.enterprise_id),
            enterprise_name: row.enterprise_name,
            enterprise_type: row
                .enterprise_type
                .parse()
                .map_err(StoreError::inconsistent("hazards.enterprise_type"))?,
            address: row.address,
            region: row.region.parse().map_err(StoreError::inconsistent("hazards.region"))?,
            region_name: row.region_name,
            item: ItemCode(row.item_code),
            item_text: row.item_text,
            description: row.description,
            severity: match row.severity.as_str() {
                "major" => Severity::Major,
                _ => Severity::General,
            },
            department: Department { code: DepartmentCode(row.department), name: row.department_name },
            officer_name: row.officer_name,
            found_at: Timestamp(row.found_at),
            due_on: row.due_on.parse().map_err(StoreError::inconsistent("hazards.due_on"))?,
            closed_at: row.closed_at.map(Timestamp),
        })
    }
}

/// Columns of a row; the rows themselves are picked first, in an inner query, so that the joins touch only the page.
pub(crate) const DECORATED: &str =
    "select h.seq, h.id, h.inspection_id, h.enterprise_id, e.name as enterprise_name, h.enterprise_type,
    e.address, h.region, r.name as region_name, h.item_code, h.item_text, h.description, h.severity, h.department,
    d.name as department_name, p.name as officer_name, h.found_at, h.due_on, h.closed_at from (select h.* from ";
pub(crate) const DECORATION: &str =
    ") h join enterprises e on e.id = h.enterprise_id join regions r on r.code = h.region
    join departments d on d.code = h.department join people p on p.id = h.officer_id
    order by h.found_at desc, h.seq desc";

/// Which hazards to list besides the ledger.
enum Which<'a> {
    Ids(&'a [HazardId]),
    One(HazardId),
    OpenOfEnterprise(EnterpriseId),
    OfInspection(InspectionId),
    OpenOfPerson(PersonId),
}

async fn rows(tx: &mut Tx, which: Which<'_>) -> Result<Vec<HazardRow>> {
    let rows = build!(tx, Row, |q| {
        q.push(DECORATED);
        match which {
            Which::Ids(ids) => {
                q.push("hazards h where h.id in (");
                let mut list = q.separated(", ");
                for id in ids {
                    list.push_bind(id.0);
                }
                q.push(")")
            }
            Which::One(id) => q.push("hazards h where h.id = ").push_bind(id.0),
            Which::OpenOfEnterprise(id) => {
                q.push("hazards h where h.closed_at is null and h.enterprise_id = ").push_bind(id.0)
            }
            Which::OfInspection(id) => q.push("hazards h where h.inspection_id = ").push_bind(id.0),
            Which::OpenOfPerson(id) => q
                .push(
                    "inspection_people i join hazards h on h.inspection_id = i.inspection_id
                     where h.closed_at is null and i.person_id = ",
                )
                .push_bind(id.0),
        };
        q.push(" limit 1000").push(DECORATION);
    })?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One hazard, wherever it is: the caller checks its region or its participants.
///
/// # Errors
/// When the engine fails.
pub async fn get(tx: &mut Tx, id: HazardId) -> Result<Option<HazardRow>> {
    Ok(rows(tx, Which::One(id)).await?.pop())
}

/// Those of these hazards that there are.
pub async fn among(tx: &mut Tx, ids: &[HazardId]) -> Result<Vec<HazardRow>> {
    let mut among = Vec::new();
    for some in ids.chunks(500) {
        among.extend(rows(tx, Which::Ids(some)).await?);
    }
    Ok(among)
}

/// 未整改隐患 of an enterprise.
///
/// # Errors
/// When the engine fails.
pub async fn open_of_enterprise(tx: &mut Tx, enterprise: EnterpriseId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OpenOfEnterprise(enterprise)).await
}

/// The hazards that an inspection found.
///
/// # Errors
/// When the engine fails.
pub async fn of_inspection(tx: &mut Tx, inspection: InspectionId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OfInspection(inspection)).await
}

/// 待整改隐患 of a person: all open hazards of inspections that the person took part in.
///
/// # Errors
/// When the engine fails.
pub async fn open_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OpenOfPerson(person)).await
}

/// The officer, the legal basis and the reason of a changed severity.
///
/// # Errors
/// When the engine fails.
pub async fn particulars(tx: &mut Tx, id: HazardId) -> Result<(PersonId, String, Option<String>)> {
    let (officer, basis, reason) = fetch_one!(
        tx,
        (Uuid, String, Option<String>),
        "select officer_id, basis, severity_reason from hazards where id = $1",
        id.0,
    )?;
    Ok((PersonId(officer), basis, reason))
}

/// What later visits added, in order.
///
/// # Errors
/// When the engine fails.
pub async fn notes(tx: &mut Tx, id: HazardId) -> Result<Vec<HazardNote>> {
    let rows = fetch_all!(
        tx,
        (i64, String, String),
        "select n.noted_at, p.name, n.text from hazard_notes n join people p on p.id = n.author_id
         where n.hazard_id = $1 order by n.noted_at",
        id.0,
    )?;
    Ok(rows.into_iter().map(|(at, author, text)| HazardNote { at: Timestamp(at), author, text }).collect())
}

/// Records the cure and closes the hazard. `false` when it was closed already: nothing was written.
///
/// # Errors
/// When the engine fails.
pub async fn close(tx: &mut Tx, cure: &Rectification, author: PersonId, at: Timestamp) -> Result<bool> {
    let closed = execute!(
        tx,
        "update hazards set closed_at = $2, changed_at = $3 where id = $1 and closed_at is null",
        cure.hazard.0,
        cure.recorded_at.0,
        at.0,
    )?;
    if closed == 0 {
        return Ok(false);
    }
    let json = |value: serde_json::Result<String>| value.map_err(StoreError::inconsistent("rectifications"));
    execute!(
        tx,
        "insert into rectifications (id, hazard_id, author_id, recorded_at, received_at, text, measures, enforcement, fine_fen)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        cure.id.0,
        cure.hazard.0,
        author.0,
        cure.recorded_at.0,
        at.0,
        &cure.text,
        json(serde_json::to_string(&cure.measures))?,
        json(serde_json::to_string(&cure.enforcement))?,
        cure.fine_fen,
    )?;
    Ok(true)
}

#[derive(FromRow)]
struct CureRow {
    id: Uuid,
    name: String,
    recorded_at: i64,
    received_at: i64,
    text: String,
    measures: String,
    enforcement: String,
    fine_fen: Option<i64>,
}

/// The cure of a closed hazard, without its photos.
///
/// # Errors
/// When the engine fails.
pub async fn cure(tx: &mut Tx, hazard: HazardId) -> Result<Option<Cure>> {
    let row = fetch_optional!(
        tx,
        CureRow,
        "select c.id, p.name, c.recorded_at, c.received_at, c.text, c.measures, c.enforcement, c.fine_fen
         from rectifications c join people p on p.id = c.author_id where c.hazard_id = $1",
        hazard.0,
    )?;
    row.map(|row| {
        Ok(Cure {
            at: Timestamp(row.received_at),
            author: row.name,
            rectification: Rectification {
                id: OperationId(row.id),
                hazard,
                recorded_at: Timestamp(row.recorded_at),
                text: row.text,
                measures: serde_json::from_str(&row.measures)
                    .map_err(StoreError::inconsistent("rectifications.measures"))?,
                enforcement: serde_json::from_str(&row.enforcement)
                    .map_err(StoreError::inconsistent("rectifications.enforcement"))?,
                fine_fen: row.fine_fen,
                photos: Vec::new(),
            },
        })
    })
    .transpose()
}

/// Names another officer.
///
/// # Errors
/// When the engine fails.
pub async fn set_officer(tx: &mut Tx, id: HazardId, officer: PersonId, at: Timestamp) -> Result<()> {
    execute!(tx, "update hazards set officer_id = $2, changed_at = $3 where id = $1", id.0, officer.0, at.0)?;
    Ok(())
}

//! Hazards: found, listed, and changed by events. The ledger of them is in `ledger`.

mod events;

use crate::{
    Result, Scope, StoreError, Tx,
    engine::{self, Searched},
    error::expect_rows,
    scope::{push_scope, push_types},
};
use domain::{
    checklist::{ChecklistItem, ItemCode},
    enterprise::EnterpriseType,
    hazard::{HazardRow, Severity, Stage},
    id::{EnterpriseId, HazardId, InspectionId, PersonId},
    inspection::NewHazard,
    person::{Department, DepartmentCode},
    region::RegionCode,
    search::{self, Indexed},
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) use events::cure_in_force;
pub use events::{Author, NewEvent, StoredEvent, StoredHazard, append, events, find, lock};

/// Something is still to be done: 待整改 or 待复核. The one meaning of "open" in this crate, and of the indexes `…_open_by_…`.
pub(crate) const OPEN: &str = "h.closed_at is null";
/// What was voided counts nowhere; in the words of the indexes that leave it out.
pub(crate) const COUNTED: &str = "h.state <> 'voided'";

/// A severity as stored.
pub(crate) fn severity_code(severity: Severity) -> &'static str {
    match severity {
        Severity::General => "general",
        Severity::Major => "major",
    }
}

/// A stored severity.
pub(crate) fn parse_severity(code: &str) -> Severity {
    if code == "major" { Severity::Major } else { Severity::General }
}

/// The visit at which hazards were found.
#[derive(Debug)]
pub struct FoundAt<'a> {
    /// Its id, which each of the hazards keeps.
    pub inspection: InspectionId,
    /// The one visited, by the id under which it is registered.
    pub enterprise: EnterpriseId,
    /// Its name, by which its hazards are found too.
    pub name: &'a str,
    /// And its address.
    pub address: &'a str,
    /// Its type code.
    pub enterprise_type: &'static str,
    /// Its county, and so the place of the hazards.
    pub region: RegionCode,
    /// When they were found.
    pub found_at: Timestamp,
    /// When the server received that.
    pub received_at: Timestamp,
    /// Who handed it in.
    pub author: Author<'a>,
}

/// Hazards of one statement: nineteen values each stay far below both engines' limit of parameters.
const ROWS: usize = 100;

/// Writes hazards that were found, each with the first event of its life.
///
/// # Errors
/// When the engine fails, or an id is taken: [`StoreError::RowsWritten`].
pub async fn insert(tx: &mut Tx, found: &[(&NewHazard, &ChecklistItem)], place: &FoundAt<'_>) -> Result<()> {
    for some in found.chunks(ROWS) {
        insert_some(tx, some, place).await?;
    }
    Ok(())
}

async fn insert_some(tx: &mut Tx, found: &[(&NewHazard, &ChecklistItem)], place: &FoundAt<'_>) -> Result<()> {
    let indexed: HashMap<Uuid, Indexed> = found
        .iter()
        .map(|(hazard, _)| (hazard.id.0, search::index(&[place.name, place.address, &hazard.description])))
        .collect();
    let rows = build_prepared!(tx, (Uuid, i64), |q| {
        q.push(
            "insert into hazards (id, inspection_id, enterprise_id, enterprise_type, region, item_code, item_text, basis,
             description, severity, severity_reason, department, officer_id, found_at, due_on, changed_at, search_text",
        );
        let words = engine::words_column(&q);
        q.push(words).push(") ");
        q.push_values(found, |mut row, (hazard, item)| {
            row.push_bind(hazard.id.0).push_bind(place.inspection.0).push_bind(place.enterprise.0);
            row.push_bind(place.enterprise_type).push_bind(place.region.to_string());
            row.push_bind(&item.code.0).push_bind(&item.text).push_bind(&item.basis).push_bind(&hazard.description);
            row.push_bind(severity_code(hazard.severity)).push_bind(hazard.severity_reason.as_deref());
            row.push_bind(&item.department.0).push_bind(hazard.officer.0).push_bind(place.found_at.0);
            row.push_bind(hazard.due_on.to_string()).push_bind(place.received_at.0);
            row.push_bind(&indexed[&hazard.id.0].text);
            engine::push_words(&mut row, place.region, &indexed[&hazard.id.0]);
        });
        q.push(" on conflict (id) do nothing returning id, seq");
    })?;
    expect_rows(rows.len() as u64, found.len(), "hazards")?;
    let words: Vec<_> = rows.iter().map(|(id, seq)| (*seq, place.region, &indexed[id])).collect();
    engine::insert_words(tx, &words).await?;
    events::insert_found(tx, found, place).await
}

/// Lets the hazards of an enterprise be found by its name and address as they are now.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn index_of_enterprise(tx: &mut Tx, enterprise: EnterpriseId) -> Result<()> {
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

/// Those of these ids that hazards have.
///
/// # Errors
/// When the engine fails.
pub async fn known_among(tx: &mut Tx, ids: &[HazardId]) -> Result<Vec<HazardId>> {
    let mut known = Vec::new();
    for some in ids.chunks(500) {
        let rows = build_prepared!(tx, (Uuid,), |q| {
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
    state: String,
    closed_at: Option<i64>,
}

impl TryFrom<Row> for HazardRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let stage = parse_stage(&row.state)?;
        Ok(Self {
            id: HazardId(row.id),
            inspection: InspectionId(row.inspection_id),
            enterprise: EnterpriseId(row.enterprise_id),
            enterprise_name: row.enterprise_name,
            enterprise_type: row
                .enterprise_type
                .parse::<EnterpriseType>()
                .map_err(StoreError::inconsistent("hazards.enterprise_type"))?
                .into(),
            address: row.address,
            region: row.region.parse().map_err(StoreError::inconsistent("hazards.region"))?,
            region_name: row.region_name,
            item: ItemCode(row.item_code),
            item_text: row.item_text,
            description: row.description,
            severity: parse_severity(&row.severity).into(),
            department: Department { code: DepartmentCode(row.department), name: row.department_name },
            officer_name: row.officer_name,
            found_at: Timestamp(row.found_at),
            due_on: row.due_on.parse().map_err(StoreError::inconsistent("hazards.due_on"))?,
            stage: stage.into(),
            closed_at: row.closed_at.filter(|_| stage == Stage::Closed).map(Timestamp),
        })
    }
}

pub(crate) fn parse_stage(code: &str) -> Result<Stage> {
    Stage::from_code(code).ok_or_else(|| StoreError::inconsistent("hazards.state")(code))
}

/// Columns of a row; the rows themselves are picked first, in an inner query, so that the joins touch only the page.
pub(crate) const DECORATED: &str =
    "select h.seq, h.id, h.inspection_id, h.enterprise_id, e.name as enterprise_name, h.enterprise_type,
    e.address, h.region, r.name as region_name, h.item_code, h.item_text, h.description, h.severity, h.department,
    d.name as department_name, p.name as officer_name, h.found_at, h.due_on, h.state, h.closed_at, h.cure from (select h.* from ";
pub(crate) const DECORATION: &str =
    ") h join enterprises e on e.id = h.enterprise_id join regions r on r.code = h.region
    join departments d on d.code = h.department join people p on p.id = h.officer_id
    order by h.found_at desc, h.seq desc";

/// Which hazards to list besides the ledger.
enum Which<'a> {
    Ids(&'a [HazardId]),
    One(HazardId),
    OpenOfEnterprise(Scope, EnterpriseId),
    OfInspection(InspectionId),
    OpenOfPerson(PersonId),
    Orphaned(Scope),
}

/// No inspector who took part in the visit `i` is left: all were deleted, or hold no such post at its place any more.
const ALL_GONE: &str = "not exists (
    select 1 from inspection_people t
    join people p on p.id = t.person_id and p.deleted_at is null
    join posts o on o.person_id = t.person_id and o.role = 'inspector' and o.withdrawn_at is null
        and o.region = i.post_region
    where t.inspection_id = i.id)";

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
            Which::OpenOfEnterprise(scope, id) => {
                q.push("hazards h where ").push(OPEN).push(" and h.enterprise_id = ").push_bind(id.0);
                push_types(&mut q, "h.", scope);
                &mut q
            }
            Which::OfInspection(id) => q.push("hazards h where h.inspection_id = ").push_bind(id.0),
            Which::OpenOfPerson(id) => {
                q.push("hazards h where h.id in (select h.id from hazards h where ").push(OPEN);
                q.push(" and h.officer_id = ").push_bind(id.0);
                q.push(" union select h.id from inspection_people t join hazards h on h.inspection_id = t.inspection_id where ");
                q.push(OPEN).push(" and t.person_id = ").push_bind(id.0).push(")")
            }
            Which::Orphaned(scope) => {
                let place = scope.region().to_string();
                q.push("hazards h join inspections i on i.id = h.inspection_id where ").push(OPEN);
                push_scope(&mut q, "h.", scope);
                q.push(" and (h.region = ").push_bind(place.clone());
                q.push(" or i.post_region = ").push_bind(place).push(") and ").push(ALL_GONE)
            }
        };
        q.push(DECORATION);
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

/// 未整改隐患 of an enterprise that the caller may see, those under review included.
///
/// # Errors
/// When the engine fails.
pub async fn open_of_enterprise(tx: &mut Tx, scope: Scope, enterprise: EnterpriseId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OpenOfEnterprise(scope, enterprise)).await
}

/// The hazards that an inspection found, voided ones included: they are part of what was recorded.
///
/// # Errors
/// When the engine fails.
pub async fn of_inspection(tx: &mut Tx, inspection: InspectionId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OfInspection(inspection)).await
}

/// 待整改隐患 of a person: what is open of the inspections that the person took part in, or that the person is officer of.
///
/// # Errors
/// When the engine fails.
pub async fn open_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<HazardRow>> {
    rows(tx, Which::OpenOfPerson(person)).await
}

/// Open hazards of the scope of a post at a place, found by its inspectors or in its county, of which no participant is left: any inspector of the
/// place may cure them.
///
/// # Errors
/// When the engine fails.
pub async fn orphaned(tx: &mut Tx, scope: Scope) -> Result<Vec<HazardRow>> {
    rows(tx, Which::Orphaned(scope)).await
}

/// The officer, the legal basis and the reason of a changed severity; nothing where there is no such hazard.
///
/// # Errors
/// When the engine fails.
pub async fn particulars(tx: &mut Tx, id: HazardId) -> Result<Option<(PersonId, String, Option<String>)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String, Option<String>),
        "select officer_id, basis, severity_reason from hazards where id = $1",
        id.0,
    )?;
    Ok(row.map(|(officer, basis, reason)| (PersonId(officer), basis, reason)))
}

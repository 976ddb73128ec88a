//! The events of a hazard's life, and the row that is their fold.

use super::{FoundAt, parse_severity, parse_stage, severity_code};
use crate::{Result, StoreError, Tx, engine, error::expect_rows};
use domain::{
    checklist::ChecklistItem,
    enterprise::EnterpriseType,
    hazard::{Cured, Event, EventData, Hazard, Life, Record, Stage},
    id::{EnterpriseId, EventId, HazardId, InspectionId, OperationId, PersonId},
    inspection::NewHazard,
    person::DepartmentCode,
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// Who did something to a hazard, as they were called then.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// By id: whoever made it, not who delivered it.
    pub person: PersonId,
    /// The real name, kept in the row.
    pub name: &'a str,
    /// The post's title.
    pub title: &'a str,
}

/// An event to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// Its id within the hazard, made by whoever causes it.
    pub id: EventId,
    /// As [`decide`](fn@domain::hazard::decide) made it.
    pub event: &'a Event,
    /// When it was done, in the field or at the desk.
    pub made_at: Timestamp,
    /// When the server received it.
    pub at: Timestamp,
    /// Whoever did it, with name and post as they are kept in the row.
    pub author: Author<'a>,
    /// The operation that brought it, whose photos of this hazard are the event's.
    pub operation: Option<OperationId>,
}

impl NewEvent<'_> {
    /// What is folded of it.
    pub(crate) fn record(&self) -> Record {
        Record { actor: self.author.person, made_at: self.made_at, at: self.at, event: self.event.clone() }
    }
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its id within the hazard.
    pub id: EventId,
    /// What is folded.
    pub record: Record,
    /// The actor's name as it was.
    pub actor_name: String,
    /// The actor's post as it was.
    pub actor_title: String,
    /// The operation that brought it.
    pub operation: Option<OperationId>,
}

/// What a hazard is, and what its life needs to know of its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHazard {
    /// The hazard whose events these were.
    pub id: HazardId,
    /// What it is.
    pub hazard: Hazard,
    /// How many events it had.
    pub version: i64,
    /// The county of its enterprise.
    pub region: RegionCode,
    /// The type of enterprise that it was found at.
    pub enterprise_type: EnterpriseType,
    /// The visit that found it.
    pub inspection: InspectionId,
    /// The region of the post from which that visit was made.
    pub visit_region: RegionCode,
    /// The one at which it was found.
    pub enterprise: EnterpriseId,
    /// The enterprise's name.
    pub enterprise_name: String,
    /// The ordinal of the cure in force.
    cure: Option<i64>,
}

#[derive(FromRow)]
struct FoldedRow {
    state: String,
    closed_at: Option<i64>,
    severity: String,
    department: String,
    officer_id: Uuid,
    due_on: String,
    supervised_until: Option<String>,
    version: i64,
    region: String,
    enterprise_type: String,
    inspection_id: Uuid,
    post_region: String,
    enterprise_id: Uuid,
    enterprise_name: String,
    cure: Option<i64>,
    cured_by: Option<Uuid>,
    cure_made_at: Option<i64>,
    cure_at: Option<i64>,
}

/// A hazard as it is now, kept from other writers until the transaction ends, so that of two acts at once the second is
/// decided on what the first made of it.
///
/// # Errors
/// When the engine fails.
pub async fn lock(tx: &mut Tx, id: HazardId) -> Result<Option<StoredHazard>> {
    engine::lock_hazard(tx, id).await?;
    find(tx, id).await
}

/// A hazard as it is now. To change it, take [`lock`].
///
/// # Errors
/// When the engine fails.
pub async fn find(tx: &mut Tx, id: HazardId) -> Result<Option<StoredHazard>> {
    let row = fetch_optional!(
        tx,
        FoldedRow,
        "select h.state, h.closed_at, h.severity, h.department, h.officer_id, h.due_on, h.supervised_until, h.version, h.region,
             h.enterprise_type, h.inspection_id, i.post_region, h.enterprise_id, n.name as enterprise_name, h.cure, c.actor_id as cured_by,
             c.made_at as cure_made_at, c.at as cure_at
         from hazards h join inspections i on i.id = h.inspection_id join enterprises n on n.id = h.enterprise_id
         left join hazard_events c on c.hazard_id = h.id and c.ordinal = h.cure
         where h.id = $1",
        id.0,
    )?;
    row.map(|row| row.stored(id)).transpose()
}

impl FoldedRow {
    fn stored(self, id: HazardId) -> Result<StoredHazard> {
        let inconsistent = |what| move || StoreError::Inconsistent { what, why: "missing".into() };
        let cured = match (self.cured_by, self.cure_made_at, self.cure_at) {
            (Some(by), Some(made_at), Some(at)) => Some(Cured { by: PersonId(by), at: Timestamp(made_at.min(at)) }),
            _ => None,
        };
        let cured = cured.ok_or_else(inconsistent("hazards.cure"));
        let life = match parse_stage(&self.state)? {
            Stage::Open => Life::Open,
            Stage::UnderReview => Life::UnderReview(cured?),
            Stage::Closed => Life::Closed(cured?),
            Stage::Voided => {
                Life::Voided { at: Timestamp(self.closed_at.ok_or_else(inconsistent("hazards.closed_at"))?) }
            }
        };
        let date = |text: &str| text.parse().map_err(StoreError::inconsistent("hazards.due_on"));
        Ok(StoredHazard {
            id,
            hazard: Hazard {
                life,
                severity: parse_severity(&self.severity),
                department: DepartmentCode(self.department),
                officer: PersonId(self.officer_id),
                due_on: date(&self.due_on)?,
                supervised_until: self.supervised_until.as_deref().map(date).transpose()?,
            },
            version: self.version,
            region: self.region.parse().map_err(StoreError::inconsistent("hazards.region"))?,
            enterprise_type: self
                .enterprise_type
                .parse()
                .map_err(StoreError::inconsistent("hazards.enterprise_type"))?,
            inspection: InspectionId(self.inspection_id),
            visit_region: self.post_region.parse().map_err(StoreError::inconsistent("inspections.post_region"))?,
            enterprise: EnterpriseId(self.enterprise_id),
            enterprise_name: self.enterprise_name,
            cure: self.cure,
        })
    }
}

/// Appends an event to a locked hazard and folds it into the row: what the hazard is then.
///
/// # Errors
/// When the engine fails, or the hazard was not locked after all.
pub async fn append(tx: &mut Tx, locked: StoredHazard, new: &NewEvent<'_>) -> Result<StoredHazard> {
    let record = new.record();
    let hazard = locked.hazard.after(&record);
    let version = locked.version + 1;
    let cure = cure_in_force(locked.cure, &hazard, &record, version);
    let changed = execute!(
        tx,
        "update hazards set state = $3, closed_at = $4, severity = $5, department = $6, officer_id = $7, due_on = $8,
             supervised_until = $9, cure = $10, changed_at = $11, version = version + 1
         where id = $1 and version = $2",
        locked.id.0,
        locked.version,
        hazard.life.stage().code(),
        hazard.life.ended_at().map(|at| at.0),
        severity_code(hazard.severity),
        &hazard.department.0,
        hazard.officer.0,
        hazard.due_on.to_string(),
        hazard.supervised_until.map(|day| day.to_string()),
        cure,
        new.at.0,
    )?;
    expect_rows(changed, 1, "hazards")?;
    // An enterprise is listed with what is open of it.
    crate::enterprises::touch(tx, locked.enterprise, new.at).await?;
    insert(tx, &[(locked.id, version, *new)]).await?;
    Ok(StoredHazard { hazard, version, cure, ..locked })
}

/// The ordinal of the cure that is in force after an event, which made the hazard what it is now.
pub(crate) fn cure_in_force(before: Option<i64>, hazard: &Hazard, record: &Record, ordinal: i64) -> Option<i64> {
    match (&hazard.life, &record.event.data) {
        (Life::Open | Life::Voided { .. }, _) => None,
        (_, EventData::Cured { .. }) => Some(ordinal),
        _ => before,
    }
}

/// Writes the first event of each of these hazards.
pub(super) async fn insert_found(
    tx: &mut Tx,
    found: &[(&NewHazard, &ChecklistItem)],
    place: &FoundAt<'_>,
) -> Result<()> {
    let first = |(hazard, item): &(&NewHazard, &ChecklistItem)| {
        let data = EventData::Found {
            severity: hazard.severity,
            department: item.department.clone(),
            officer: hazard.officer,
            due_on: hazard.due_on,
        };
        (hazard.id, Event { data, text: hazard.description.clone() })
    };
    let events: Vec<_> = found.iter().map(first).collect();
    let rows = events.iter().map(|(hazard, event)| {
        let (id, author) = (EventId(hazard.0), place.author);
        let (made_at, at, operation) = (place.found_at, place.received_at, Some(place.inspection.into()));
        (*hazard, 1, NewEvent { id, event, made_at, at, author, operation })
    });
    insert(tx, &rows.collect::<Vec<_>>()).await
}

/// Writes events, each with its hazard and its place among that one's.
async fn insert(tx: &mut Tx, events: &[(HazardId, i64, NewEvent<'_>)]) -> Result<()> {
    let data =
        |event: &Event| serde_json::to_string(&event.data).map_err(StoreError::inconsistent("hazard_events.data"));
    let data: Vec<String> = events.iter().map(|(_, _, new)| data(new.event)).collect::<Result<_>>()?;
    build_execute!(tx, |q| {
        q.push(
            "insert into hazard_events (hazard_id, ordinal, id, kind, at, made_at, actor_id, actor_name, actor_title, text,
             data, operation_id) ",
        );
        q.push_values(events.iter().zip(&data), |mut row, ((hazard, ordinal, new), data)| {
            row.push_bind(hazard.0).push_bind(*ordinal).push_bind(new.id.0).push_bind(new.event.data.kind().code());
            row.push_bind(new.at.0).push_bind(new.made_at.0).push_bind(new.author.person.0);
            row.push_bind(new.author.name).push_bind(new.author.title).push_bind(&new.event.text).push_bind(data);
            row.push_bind(new.operation.map(|operation| operation.0));
        });
    })?;
    Ok(())
}

#[derive(FromRow)]
struct EventRow {
    id: Uuid,
    at: i64,
    made_at: i64,
    actor_id: Uuid,
    actor_name: String,
    actor_title: String,
    text: String,
    data: String,
    operation_id: Option<Uuid>,
}

/// What happened to a hazard, the oldest first.
///
/// # Errors
/// When the engine fails.
pub async fn events(tx: &mut Tx, hazard: HazardId) -> Result<Vec<StoredEvent>> {
    let rows = fetch_all!(
        tx,
        EventRow,
        "select id, at, made_at, actor_id, actor_name, actor_title, text, data, operation_id
         from hazard_events where hazard_id = $1 order by ordinal",
        hazard.0,
    )?;
    let stored = |row: EventRow| {
        let data = serde_json::from_str(&row.data).map_err(StoreError::inconsistent("hazard_events.data"))?;
        Ok(StoredEvent {
            id: EventId(row.id),
            record: Record {
                actor: PersonId(row.actor_id),
                made_at: Timestamp(row.made_at),
                at: Timestamp(row.at),
                event: Event { data, text: row.text },
            },
            actor_name: row.actor_name,
            actor_title: row.actor_title,
            operation: row.operation_id.map(OperationId),
        })
    };
    rows.into_iter().map(stored).collect()
}

//! A hazard with its timeline, as both faces show it.

use super::{Context, Gathered, not_found};
use crate::permit::internal;
use domain::{
    Problem,
    code::Lenient,
    hazard::{CureRow, EventData, EventKind, HazardDetail, HazardEvent, may},
    id::{OperationId, PersonId},
    person::DepartmentCode,
    photo::PhotoHash,
};
use std::collections::HashMap;
use store::{
    Scope, Tx,
    hazards::{self, StoredEvent, StoredHazard},
    photos::{self, HazardPhoto},
};

/// Reads everything about a hazard, for a caller who may see it.
pub(super) async fn read(
    tx: &mut Tx,
    context: &Context,
    stored: &StoredHazard,
    known: Gathered,
) -> Result<HazardDetail, Problem> {
    let hazard = hazards::get(tx, stored.id).await.map_err(internal)?.ok_or_else(not_found)?;
    let everywhere = Scope::unrestricted("the visit that found a hazard is seen by whoever sees the hazard");
    let inspection = store::inspections::get(tx, everywhere, stored.inspection).await.map_err(internal)?;
    let (officer, basis, severity_reason) =
        hazards::particulars(tx, stored.id).await.map_err(internal)?.ok_or_else(not_found)?;
    let photos = photos::of_hazard(tx, stored.id).await.map_err(internal)?;
    let events = timeline(tx, stored, &photos).await?;
    let found = events.iter().find(|event| event.kind == EventKind::Found);
    let acts = may(&stored.hazard, &known.facts).into_iter();
    let is_of_post =
        |act: &domain::hazard::Act| act.action().is_some_and(|action| action.who().includes(Some(&context.post)));
    Ok(HazardDetail {
        hazard,
        basis,
        severity_reason,
        inspection: inspection.ok_or_else(not_found)?,
        participants: known.participants,
        officer,
        photos: found.map(|event| event.photos.clone()).unwrap_or_default(),
        photos_expected: photos.iter().filter(|photo| !photo.is_held).map(|photo| photo.hash).collect(),
        may: acts.filter(is_of_post).map(Lenient::Known).collect(),
        events,
    })
}

/// What happened to a hazard, in words.
pub(super) async fn timeline(
    tx: &mut Tx,
    stored: &StoredHazard,
    photos: &[HazardPhoto],
) -> Result<Vec<HazardEvent>, Problem> {
    let events = hazards::events(tx, stored.id).await.map_err(internal)?;
    let names = Names::read(tx, &events).await?;
    Ok(events.into_iter().map(|event| names.shown(event, photos)).collect())
}

/// The names behind the ids of events.
struct Names {
    people: HashMap<PersonId, String>,
    carriers: HashMap<OperationId, String>,
    departments: HashMap<DepartmentCode, String>,
}

impl Names {
    async fn read(tx: &mut Tx, events: &[StoredEvent]) -> Result<Self, Problem> {
        let (mut people, mut has_departments) = (Vec::new(), false);
        for event in events {
            match &event.record.event.data {
                EventData::Reassigned { from, to } => people.extend([*from, *to]),
                EventData::Transferred { .. } => has_departments = true,
                _ => {}
            }
        }
        let departments =
            if has_departments { store::dictionary::departments(tx).await.map_err(internal)? } else { Vec::new() };
        let operations: Vec<OperationId> = events.iter().filter_map(|event| event.operation).collect();
        Ok(Self {
            people: store::people::names(tx, &people).await.map_err(internal)?,
            carriers: store::operations::carriers(tx, &operations).await.map_err(internal)?,
            departments: departments.into_iter().map(|department| (department.code, department.name)).collect(),
        })
    }

    fn person(&self, id: PersonId) -> String {
        self.people.get(&id).cloned().unwrap_or_default()
    }

    /// The name of a department; of one that left the dictionary, its code.
    fn department(&self, code: &DepartmentCode) -> String {
        self.departments.get(code).unwrap_or(&code.0).clone()
    }

    fn shown(&self, event: StoredEvent, photos: &[HazardPhoto]) -> HazardEvent {
        let StoredEvent { id, record, actor_name, actor_title, operation } = event;
        let data = record.event.data;
        let (from, to) = match &data {
            EventData::Reassigned { from, to } => (self.person(*from), self.person(*to)),
            EventData::SeverityChanged { from, to } => (from.name().to_owned(), to.name().to_owned()),
            EventData::Extended { from, to } => (from.to_string(), to.to_string()),
            EventData::Transferred { from, to } => (self.department(from), self.department(to)),
            EventData::SupervisionOrdered { due_on } => (String::new(), due_on.to_string()),
            EventData::Reviewed { is_passed } => (String::new(), if *is_passed { "通过" } else { "退回" }.to_owned()),
            EventData::Cured { needs_review: true, .. } => (String::new(), "待复核".to_owned()),
            _ => (String::new(), String::new()),
        };
        let own = photos.iter().filter(|photo| photo.is_held && Some(photo.operation) == operation);
        HazardEvent {
            id,
            kind: data.kind().into(),
            at: record.at,
            made_at: record.made_at,
            actor: actor_name,
            title: actor_title,
            carrier: operation.and_then(|operation| self.carriers.get(&operation)).cloned().unwrap_or_default(),
            text: record.event.text,
            from,
            to,
            cure: data.cure().cloned().map(CureRow::from),
            photos: own.map(|photo| photo.hash).collect::<Vec<PhotoHash>>(),
        }
    }
}

//! Inspections, as they are read. They come in as [`operations`](crate::operations).

use crate::{Permit, actions::ReadInspections, checklists, permit::internal};
use domain::{
    Problem,
    id::{InspectionId, OperationId},
    inspection::{InspectionDetail, InspectionFilter, InspectionRow},
    page::{Cursor, PAGE_ROWS, Page},
};
use std::sync::Arc;
use store::{hazards, operations, photos};

/// A page of the inspections of the caller's area.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside.
pub async fn list(
    mut permit: Permit<ReadInspections>,
    filter: InspectionFilter,
    after: Option<Cursor>,
) -> Result<Page<InspectionRow>, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    store::inspections::page(&mut permit.tx, scope, &filter, after.as_ref(), PAGE_ROWS).await.map_err(internal)
}

/// Everything about one inspection of the caller's area.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(mut permit: Permit<ReadInspections>, id: InspectionId) -> Result<InspectionDetail, Problem> {
    let scope = permit.scope(None)?;
    let tx = &mut permit.tx;
    let inspection = store::inspections::get(tx, scope, id).await.map_err(internal)?;
    let inspection = inspection.ok_or_else(|| Problem::not_found("检查记录"))?;
    let (version, answers) = store::inspections::answers(tx, id).await.map_err(internal)?;
    let people = store::inspections::participants(tx, id).await.map_err(internal)?;
    // An inspection's id is that of the operation that brought it.
    let operation = OperationId(id.0);
    let carrier = operations::carriers(tx, &[operation]).await.map_err(internal)?.remove(&operation);
    let hazards = hazards::of_inspection(tx, id).await.map_err(internal)?;
    let exception_photo = photos::of_place(tx, id).await.map_err(internal)?;
    let no_checklist = || Problem::not_found("检查清单");
    let kind = inspection.enterprise_type.known().ok_or_else(no_checklist)?;
    let checklist = checklists::version(&mut permit, kind, version).await?.ok_or_else(no_checklist)?;
    Ok(InspectionDetail {
        checklist: Arc::unwrap_or_clone(checklist),
        answers: answers.into_iter().map(|(item, answer)| (item, answer.into())).collect(),
        departments: people.into_iter().map(|person| person.department).collect(),
        hazards,
        exception_photo,
        inspection,
        carrier: carrier.unwrap_or_default(),
    })
}

//! Inspections: comparing positions, looking up. They come in as [`operations`](crate::operations).

use crate::{
    Action, Permit,
    actions::{CheckPosition, ReadInspections},
    checklists,
    permit::internal,
};
use domain::{
    Problem,
    geo::{Fix, PositionVerdict, compare},
    id::{EnterpriseId, InspectionId},
    inspection::{InspectionDetail, InspectionFilter, InspectionRow},
    page::{Cursor, PAGE_ROWS, Page},
};
use std::sync::Arc;
use store::{enterprises::Site, hazards, photos};

/// Compares the caller's position with the enterprise's, as a submission would (Q32). Writes nothing.
///
/// # Errors
/// [`Problem::NotFound`], or [`Problem::Invalid`] for a forged fix.
pub async fn check_position(
    mut permit: Permit<CheckPosition>,
    enterprise: EnterpriseId,
    fix: Option<Fix>,
) -> Result<PositionVerdict, Problem> {
    let place = place_in_scope(&mut permit, enterprise).await?;
    // The phone's clock may be off; whether the fix belongs to the inspection is told by the submission's own times.
    let fix = fix.map(|fix| fix.checked(fix.taken_at)).transpose()?;
    let rule = store::settings::position_rule(&mut permit.tx, place.region).await.map_err(internal)?;
    Ok(compare(place.position, fix, rule))
}

async fn place_in_scope<A: Action>(permit: &mut Permit<A>, id: EnterpriseId) -> Result<Site, Problem> {
    let scope = permit.scope(None)?;
    let place = store::enterprises::site(&mut permit.tx, id).await.map_err(internal)?;
    let place = place.filter(|place| scope.includes(place.region) && place.deleted_at.is_none());
    place.ok_or_else(|| Problem::not_found("企业"))
}

/// A page of the inspections of the caller's area.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside.
pub async fn list(
    mut permit: Permit<ReadInspections>,
    filter: InspectionFilter,
    after: Option<Cursor>,
) -> Result<Page<InspectionRow>, Problem> {
    domain::search::check(&filter.text)?;
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
    let hazards = hazards::of_inspection(tx, id).await.map_err(internal)?;
    let exception_photo = photos::of_place(tx, id).await.map_err(internal)?;
    let checklist = checklists::version(&mut permit, inspection.enterprise_type, version).await?;
    let checklist = checklist.ok_or_else(|| Problem::not_found("检查清单"))?;
    Ok(InspectionDetail {
        checklist: Arc::unwrap_or_clone(checklist),
        answers,
        departments: people.into_iter().map(|person| person.department).collect(),
        hazards,
        exception_photo,
        inspection,
    })
}

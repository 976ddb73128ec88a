//! Inspections: comparing positions, handing in, looking up.

use crate::{
    Action, Permit,
    actions::{CheckPosition, ReadInspections, SubmitInspection},
    checklists,
    operation::{Claim, claim, receipt},
    permit::internal,
};
use domain::{
    Problem,
    checklist::{Checklist, ItemCode},
    geo::{Fix, PositionVerdict, compare},
    id::{EnterpriseId, HazardId, InspectionId, OperationId},
    inspection::{self, Accepted, Facts, InspectionDetail, InspectionFilter, InspectionRow, Submission},
    page::{Cursor, PAGE_ROWS, Page},
    person::Colleague,
    receipt::Receipt,
};
use std::sync::Arc;
use store::{
    enterprises::Site,
    hazards,
    inspections::Context,
    photos::{self, Link, PhotoPurpose},
};
use uuid::Uuid;

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

/// 提交检查: decides, and writes the inspection, its hazards, what it announces of photos, and the enterprise's position
/// where this was the first (Q33). A copy of it is answered with the same receipt.
///
/// # Errors
/// What [`inspection::submit`] refuses; [`Problem::NotFound`]; [`Problem::OperationConflict`].
pub async fn submit(mut permit: Permit<SubmitInspection>, submission: Submission) -> Result<Receipt, Problem> {
    let id = OperationId::from(submission.id);
    let operation = match claim(&mut permit, id, &submission).await? {
        Claim::Done(receipt) => return Ok(receipt),
        Claim::First(operation) => operation,
    };
    let place = place_in_scope(&mut permit, submission.enterprise).await?;
    if place.closed_at.is_some() {
        return Err(Problem::conflict("该企业已停业或注销，请县级管理员恢复后再检查"));
    }
    let checklist = checklist_of(&mut permit, &place, submission.checklist_version).await?;
    let region = permit.post()?.region;
    let people = store::people::colleagues_among(&mut permit.tx, region, &submission.participants).await;
    let people = people.map_err(internal)?;
    let accepted = decide(&mut permit, submission, &place, &checklist, &people).await?;
    write(&mut permit, &accepted, &place, &checklist, &people).await?;
    let has_photos = accepted.submission.photos().next().is_some();
    let receipt = receipt(&mut permit, id, operation, has_photos).await?;
    let detail = format!(
        "{}：检查 {} 项，隐患 {} 条，检查人员 {} 人",
        place.name,
        accepted.submission.answers.len(),
        accepted.submission.hazards.len(),
        people.len(),
    );
    permit.commit(&id.to_string(), &detail).await?;
    Ok(receipt)
}

async fn place_in_scope<A: Action>(permit: &mut Permit<A>, id: EnterpriseId) -> Result<Site, Problem> {
    let scope = permit.scope(None)?;
    let place = store::enterprises::position_of(&mut permit.tx, id).await.map_err(internal)?;
    place.filter(|place| scope.includes(place.region)).ok_or_else(|| Problem::not_found("企业"))
}

async fn checklist_of<A: Action>(
    permit: &mut Permit<A>,
    place: &Site,
    version: i32,
) -> Result<Arc<Checklist>, Problem> {
    let checklist = checklists::version(permit, place.enterprise_type, version).await?;
    checklist.ok_or_else(|| Problem::invalid("检查项", "检查清单的版本不存在，请刷新后重新检查"))
}

/// Gathers the facts and lets the domain decide.
async fn decide(
    permit: &mut Permit<SubmitInspection>,
    submission: Submission,
    place: &Site,
    checklist: &Checklist,
    people: &[Colleague],
) -> Result<Accepted, Problem> {
    let colleagues: Vec<_> = people.iter().map(|person| person.id).collect();
    let open_hazards: Vec<(HazardId, ItemCode)> = if submission.seen_again.is_empty() {
        Vec::new()
    } else {
        let open = hazards::open_of_enterprise(&mut permit.tx, submission.enterprise).await.map_err(internal)?;
        open.into_iter().map(|hazard| (hazard.id, hazard.item)).collect()
    };
    let rule = store::settings::position_rule(&mut permit.tx, place.region).await.map_err(internal)?;
    let facts = Facts {
        author: permit.person(),
        colleagues: &colleagues,
        checklist,
        position: place.position,
        rule,
        open_hazards: &open_hazards,
        now: permit.now,
    };
    inspection::submit(submission, &facts)
}

/// Writes what was decided.
async fn write(
    permit: &mut Permit<SubmitInspection>,
    accepted: &Accepted,
    place: &Site,
    checklist: &Checklist,
    people: &[Colleague],
) -> Result<(), Problem> {
    let submission = &accepted.submission;
    let (author, now, post_region) = (permit.person(), permit.now, permit.post()?.region);
    let tx = &mut permit.tx;
    let mut inspectors: Vec<_> = people.iter().collect();
    inspectors.sort_by_key(|person| person.id != author);
    let context = Context {
        author,
        post_region,
        region: place.region,
        enterprise_type: place.enterprise_type.code(),
        inspectors: &inspectors.iter().map(|person| person.name.clone()).collect::<Vec<_>>(),
        received_at: now,
    };
    store::inspections::insert(tx, accepted, &context).await.map_err(internal)?;
    let link = Link {
        operation: submission.id.into(),
        shows: PhotoPurpose::Found,
        hazard: None,
        inspection: Some(submission.id),
        region: place.region,
    };
    let found_at = hazards::FoundAt {
        inspection: submission.id,
        enterprise: submission.enterprise,
        name: &place.name,
        enterprise_type: place.enterprise_type.code(),
        region: place.region,
        found_at: submission.finished_at,
    };
    for hazard in &submission.hazards {
        let item = checklist.item(&hazard.item).ok_or_else(|| Problem::not_found("检查项"))?;
        hazards::insert(tx, hazard, item, &found_at).await.map_err(internal)?;
        let link = Link { hazard: Some(hazard.id), inspection: None, ..link };
        photos::announce(tx, &link, &hazard.photos).await.map_err(internal)?;
    }
    for seen in &submission.seen_again {
        let note = note_id(submission.id, seen.hazard);
        hazards::add_note(tx, note, seen, submission.id, author, submission.finished_at).await.map_err(internal)?;
        let link = Link { shows: PhotoPurpose::SeenAgain, hazard: Some(seen.hazard), inspection: None, ..link };
        photos::announce(tx, &link, &seen.photos).await.map_err(internal)?;
    }
    if let Some(exception) = &submission.exception {
        photos::announce(tx, &Link { shows: PhotoPurpose::Place, ..link }, &[exception.photo])
            .await
            .map_err(internal)?;
    }
    if let (PositionVerdict::First, Some(fix)) = (&accepted.verdict, &submission.fix) {
        store::enterprises::set_position(
            tx,
            submission.enterprise,
            fix.at,
            Some(fix.accuracy_m),
            "inspection",
            fix.taken_at,
        )
        .await
        .map_err(internal)?;
    }
    store::enterprises::set_inspected(tx, submission.enterprise, submission.finished_at).await.map_err(internal)
}

/// A note's id: made of the inspection's and the hazard's, so that it is the same for every copy.
fn note_id(inspection: InspectionId, hazard: HazardId) -> Uuid {
    Uuid::from_u128(inspection.0.as_u128() ^ hazard.0.as_u128().rotate_left(64))
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

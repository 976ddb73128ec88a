//! Hazards: who has to cure them. Cures come in as [`operations`](crate::operations).

use crate::{
    Action, Permit,
    actions::{ReadHazards, ReassignHazard},
    permit::internal,
};
use domain::{
    Problem,
    hazard::{HazardDetail, HazardRow},
    id::{HazardId, PersonId},
    inspection::InspectionRow,
    person::{Colleague, Role},
    region::RegionCode,
};
use store::{
    hazards,
    photos::{self, PhotoPurpose},
};

/// 待整改隐患 of the caller: overdue first, then by date.
///
/// # Errors
/// Only when the store fails.
pub async fn mine(mut permit: Permit<ReadHazards>) -> Result<Vec<HazardRow>, Problem> {
    let person = permit.person();
    let mut open = hazards::open_of_person(&mut permit.tx, person).await.map_err(internal)?;
    open.sort_by_key(|hazard| (hazard.due_on, std::cmp::Reverse(hazard.severity)));
    Ok(open)
}

/// A hazard that the caller may see: of the caller's area, or found with the caller's part.
async fn visible<A: Action>(
    permit: &mut Permit<A>,
    id: HazardId,
) -> Result<(HazardRow, InspectionRow, Vec<Colleague>), Problem> {
    let scope = permit.scope(None)?;
    let person = permit.person();
    let tx = &mut permit.tx;
    let not_found = || Problem::not_found("隐患");
    let hazard = hazards::get(tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let participants = store::inspections::participants(tx, hazard.inspection).await.map_err(internal)?;
    if !scope.includes(hazard.region) && participants.iter().all(|participant| participant.id != person) {
        return Err(not_found());
    }
    let inspection = store::inspections::get(tx, RegionCode::NATION, hazard.inspection).await.map_err(internal)?;
    Ok((hazard, inspection.ok_or_else(not_found)?, participants))
}

/// Everything about one hazard.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(mut permit: Permit<ReadHazards>, id: HazardId) -> Result<HazardDetail, Problem> {
    let (hazard, inspection, participants) = visible(&mut permit, id).await?;
    detail(&mut permit, hazard, inspection, participants).await
}

async fn detail<A: Action>(
    permit: &mut Permit<A>,
    hazard: HazardRow,
    inspection: InspectionRow,
    participants: Vec<Colleague>,
) -> Result<HazardDetail, Problem> {
    let id = hazard.id;
    let is_inspector = permit.post()?.role == Role::Inspector;
    let person = permit.person();
    let tx = &mut permit.tx;
    let (officer, basis, severity_reason) = hazards::particulars(tx, id).await.map_err(internal)?;
    let all = photos::of_hazard(tx, id).await.map_err(internal)?;
    let mut cure = hazards::cure(tx, id).await.map_err(internal)?;
    if let Some(cure) = &mut cure {
        cure.rectification.photos = all.iter().filter(|p| p.1 == PhotoPurpose::Cured && p.2).map(|p| p.0).collect();
    }
    Ok(HazardDetail {
        can_close: is_inspector && hazard.closed_at.is_none() && participants.iter().any(|p| p.id == person),
        basis,
        severity_reason,
        inspection,
        participants,
        officer,
        photos: all.iter().filter(|p| p.1 != PhotoPurpose::Cured && p.2).map(|p| p.0).collect(),
        photos_expected: all.iter().filter(|p| !p.2).map(|p| p.0).collect(),
        notes: hazards::notes(tx, id).await.map_err(internal)?,
        cure,
        hazard,
    })
}

/// Names another participant as officer (Q26), by a participant or an administrator of the area; leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Invalid`] when the new officer took no part; [`Problem::Conflict`] when closed.
pub async fn reassign(
    mut permit: Permit<ReassignHazard>,
    id: HazardId,
    officer: PersonId,
) -> Result<HazardDetail, Problem> {
    let (mut hazard, inspection, participants) = visible(&mut permit, id).await?;
    let person = permit.person();
    let is_administrator = permit.post()?.role == Role::Administrator;
    if !is_administrator && participants.iter().all(|participant| participant.id != person) {
        return Err(Problem::conflict("只有参加该次检查的人员或本地区管理员可以变更整治责任人"));
    }
    if hazard.closed_at.is_some() {
        return Err(Problem::conflict("该隐患已销号，不能再变更整治责任人"));
    }
    let name =
        participants.iter().find(|participant| participant.id == officer).map(|participant| participant.name.clone());
    let name = name.ok_or_else(|| Problem::invalid("整治责任人", "整治责任人应是该次检查的人员之一"))?;
    hazards::set_officer(&mut permit.tx, id, officer, permit.now).await.map_err(internal)?;
    let trace = format!("整治责任人由{}变更为{name}", hazard.officer_name);
    hazard.officer_name = name;
    let detail = detail(&mut permit, hazard, inspection, participants).await?;
    permit.commit(&id.to_string(), &trace).await?;
    Ok(detail)
}

//! Who takes over the open hazards of an inspector who goes (Q26).

use super::visible;
use crate::{Permit, actions::DeletePerson, permit::internal};
use domain::{
    Problem,
    id::{EventId, PersonId},
    person::Handover,
    region::RegionCode,
};

/// What would be left behind: how many open hazards the person is officer of at the caller's place, and who may take
/// them over.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn handover(mut permit: Permit<DeletePerson>, id: PersonId) -> Result<Handover, Problem> {
    let place = permit.post()?.region;
    visible(&mut permit.tx, place, id).await?;
    read(&mut permit, place, id).await
}

async fn read(permit: &mut Permit<DeletePerson>, place: RegionCode, id: PersonId) -> Result<Handover, Problem> {
    let hazards = store::people::open_hazards_of_officer(&mut permit.tx, place, id).await.map_err(internal)?;
    let mut candidates = store::people::colleagues(&mut permit.tx, place, "").await.map_err(internal)?;
    candidates.retain(|colleague| colleague.id != id);
    Ok(Handover { open: i64::try_from(hazards.len()).unwrap_or(i64::MAX), candidates })
}

/// Hands the hazards over; says so in words. Where nobody is left, they stay with who goes, and any inspector of the
/// place may cure them.
pub(super) async fn hand_over(
    permit: &mut Permit<DeletePerson>,
    event: EventId,
    place: RegionCode,
    id: PersonId,
    successor: Option<PersonId>,
) -> Result<String, Problem> {
    let hazards = store::people::open_hazards_of_officer(&mut permit.tx, place, id).await.map_err(internal)?;
    if hazards.is_empty() {
        return Ok(String::new());
    }
    let candidates = read(permit, place, id).await?.candidates;
    let successor = match successor {
        Some(id) => candidates.into_iter().find(|candidate| candidate.id == id),
        None if candidates.is_empty() => return Ok(String::new()),
        None => None,
    };
    let successor = successor.ok_or_else(|| {
        let message = format!("该人员是 {} 条未销号隐患的整治责任人，请选择由谁接手", hazards.len());
        Problem::invalid("接手人员", message)
    })?;
    for hazard in &hazards {
        crate::hazards::take_over(permit, event, *hazard, successor.id).await?;
    }
    Ok(format!("；{} 条未销号隐患由{}接手", hazards.len(), successor.name))
}

//! The cure of a hazard, and what was seen of one outside of an inspection.

use super::{Done, Filing, Stop};
use crate::{
    Permit, Work,
    hazards::{self, Context},
};
use domain::{
    Problem,
    hazard::{Addition, HazardRow, Rectification},
    id::HazardId,
    operation::is_plausible,
    person::{Post, Role},
    time::Timestamp,
};

/// 提交整改, at the time it was made in the field. A second cure of a closed hazard is an addition to its history.
pub(super) async fn cure<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    rectification: &Rectification,
) -> Result<Done, Stop> {
    let hazard = meant(permit, filing, rectification.hazard).await?;
    let recorded_at = cured_at(filing, rectification.recorded_at, &hazard)?;
    let context = context(permit, filing, recorded_at).await?;
    let cure = Rectification { id: filing.operation.id, recorded_at, ..rectification.clone() };
    let filed = hazards::cure(&mut permit.tx, &context, cure).await;
    let filed = filed.map_err(|problem| filing.about(stop(&problem), hazard.region, &hazard.enterprise_name))?;
    Ok(Done { title: hazard.enterprise_name, detail: filed.line, region: hazard.region })
}

/// What was seen of a hazard, open or closed, is added to its history (Q23).
pub(super) async fn add<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    addition: &Addition,
) -> Result<Done, Stop> {
    let hazard = meant(permit, filing, addition.hazard).await?;
    let context = context(permit, filing, made_at(filing, filing.operation.made_at)).await?;
    let filed = hazards::add(&mut permit.tx, &context, addition.clone()).await;
    let filed = filed.map_err(|problem| filing.about(stop(&problem), hazard.region, &hazard.enterprise_name))?;
    Ok(Done { title: hazard.enterprise_name, detail: filed.line, region: hazard.region })
}

async fn meant<W: Work>(permit: &mut Permit<W>, filing: &Filing<'_>, id: HazardId) -> Result<HazardRow, Stop> {
    let hazard = store::hazards::get(&mut permit.tx, id).await?;
    let hazard = hazard.ok_or_else(|| Stop::held("hazard", "系统中没有该隐患，只能退回"))?;
    filing.check_in_reach(
        hazard.region,
        hazard.enterprise_type.known(),
        "hazard",
        "该隐患不在本地区，只能退回，或由上级管理员采纳",
    )?;
    Ok(hazard)
}

/// The time of the field, or where the phone's clock cannot be believed, that of the upload.
fn made_at(filing: &Filing<'_>, told: Timestamp) -> Timestamp {
    let received_at = filing.operation.received_at;
    if is_plausible(told, received_at) { told } else { received_at }
}

/// When a cure was made: not before the hazard was found. Two phones' clocks may differ, but not by more than a day.
fn cured_at(filing: &Filing<'_>, told: Timestamp, hazard: &HazardRow) -> Result<Timestamp, Stop> {
    let at = made_at(filing, told);
    if hazard.found_at.seconds_since(at) > 86_400 {
        let words = "整改时间早于发现隐患的时间，请核实手机时间。采纳后按发现隐患的时间登记";
        filing.hold("clock", words).map_err(|stop| filing.about(stop, hazard.region, &hazard.enterprise_name))?;
    }
    Ok(at.max(hazard.found_at))
}

/// Who did it, at which post.
pub(super) async fn context<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    made_at: Timestamp,
) -> Result<Context, Stop> {
    let author = filing.author();
    let (name, post) = if let Some(held) = &filing.post {
        (held.person_name.clone(), held.post.clone())
    } else {
        let name = store::people::names(&mut permit.tx, &[author]).await?.remove(&author).unwrap_or_default();
        let region = store::dictionary::region(&mut permit.tx, filing.region).await?;
        let region_name = region.map(|region| region.name).unwrap_or_default();
        (name, Post { id: filing.operation.post, role: Role::Inspector.into(), region: filing.region, region_name })
    };
    Ok(Context {
        author,
        name,
        scope: Permit::<W>::reach_of(&post),
        post,
        made_at,
        received_at: filing.operation.received_at,
        operation: Some(filing.operation.id),
        vouching: filing.office,
    })
}

/// What the rules of hazards refused waits for the office: it may vouch for whoever did it, and send back what is incomplete.
pub(super) fn stop(problem: &Problem) -> Stop {
    match problem {
        Problem::Internal { .. } | Problem::NoSpace | Problem::Unreachable => Stop::Failed(problem.clone()),
        Problem::NotFound { .. } => Stop::held("hazard", "该隐患不在岗位所在的地区，作者也没有参加该次检查，请核实"),
        Problem::Conflict { message } => Stop::held("hazard", message.clone()),
        other => Stop::content(other),
    }
}

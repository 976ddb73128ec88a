//! The cure of a hazard, and what was seen of one outside of an inspection.

use super::{Done, Filing, Stop};
use crate::{Action, Permit};
use domain::{
    hazard::{Addition, HazardRow, Rectification, check_photos, check_text},
    id::HazardId,
    operation::is_plausible,
    photo::PhotoHash,
};
use store::{
    enterprises,
    hazards::{self, Note},
    photos::{self, Link, PhotoPurpose},
};

/// 提交整改, at the time it was made in the field. A second cure of a closed hazard is an addition to its history.
pub(super) async fn cure<A: Action>(
    permit: &mut Permit<A>,
    filing: &Filing<'_>,
    rectification: &Rectification,
) -> Result<Done, Stop> {
    let hazard = meant(permit, filing, rectification.hazard).await?;
    let about = |stop: Stop| stop.about(&hazard.enterprise_name);
    let checked = rectification.clone().checked().map_err(|problem| about(Stop::content(&problem)))?;
    let at =
        if is_plausible(checked.recorded_at, filing.now) { checked.recorded_at } else { filing.operation.received_at };
    let checked = Rectification { id: filing.operation.id, recorded_at: at, ..checked };
    let title = hazard.enterprise_name.clone();
    if hazards::close(&mut permit.tx, &checked, filing.author(), filing.now).await? {
        announce(permit, filing, &hazard, PhotoPurpose::Cured, &checked.photos).await?;
        enterprises::touch(&mut permit.tx, hazard.enterprise, filing.now).await?;
        return Ok(Done { detail: format!("{title}：隐患销号"), title });
    }
    note(permit, filing, &hazard, at, &checked.text, &checked.photos).await?;
    Ok(Done { detail: format!("{title}：隐患已销号，补充整改情况"), title })
}

/// What was seen of a hazard, open or closed, is added to its history (Q23).
pub(super) async fn add<A: Action>(
    permit: &mut Permit<A>,
    filing: &Filing<'_>,
    addition: &Addition,
) -> Result<Done, Stop> {
    let hazard = meant(permit, filing, addition.hazard).await?;
    let about = |problem| Stop::content(&problem).about(&hazard.enterprise_name);
    let text = check_text("补充说明", &addition.text).map_err(about)?;
    if !addition.photos.is_empty() {
        check_photos("照片", &addition.photos).map_err(about)?;
    }
    let made_at = filing.operation.made_at;
    let at = if is_plausible(made_at, filing.now) { made_at } else { filing.operation.received_at };
    note(permit, filing, &hazard, at, &text, &addition.photos).await?;
    let title = hazard.enterprise_name;
    Ok(Done { detail: format!("{title}：隐患补充"), title })
}

/// The hazard that is meant, if its author had to do with it: found it, or holds a post of its place.
async fn meant<A: Action>(permit: &mut Permit<A>, filing: &Filing<'_>, id: HazardId) -> Result<HazardRow, Stop> {
    let Some(hazard) = hazards::get(&mut permit.tx, id).await? else {
        return Err(Stop::held("hazard", "系统中没有该隐患，只能退回"));
    };
    let participants = store::inspections::participants(&mut permit.tx, hazard.inspection).await?;
    let took_part = participants.iter().any(|person| person.id == filing.author());
    if !took_part {
        filing.hold("hazard", "作者没有参加该次检查，请核实").map_err(|stop| stop.about(&hazard.enterprise_name))?;
    }
    Ok(hazard)
}

async fn note<A: Action>(
    permit: &mut Permit<A>,
    filing: &Filing<'_>,
    hazard: &HazardRow,
    noted_at: domain::time::Timestamp,
    text: &str,
    photos: &[PhotoHash],
) -> Result<(), Stop> {
    let (id, author) = (filing.operation.id.0, filing.author());
    let note = Note { id, hazard: hazard.id, inspection: None, author, noted_at, text };
    hazards::add_note(&mut permit.tx, &note, filing.now).await?;
    announce(permit, filing, hazard, PhotoPurpose::SeenAgain, photos).await
}

async fn announce<A: Action>(
    permit: &mut Permit<A>,
    filing: &Filing<'_>,
    hazard: &HazardRow,
    shows: PhotoPurpose,
    photos: &[PhotoHash],
) -> Result<(), Stop> {
    let link = Link { hazard: Some(hazard.id), ..filing.link(shows, hazard.region) };
    Ok(photos::announce(&mut permit.tx, &link, photos).await?)
}

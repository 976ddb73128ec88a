//! What comes from the field: cures and additions. None of it depends on who delivers it.

use super::{Context, gather, not_found};
use crate::permit::internal;
use domain::{
    Problem,
    hazard::{Addition, Change, EventKind, Rectification, check_photos, decide},
    id::{EventId, HazardId},
    inspection::SeenAgain,
    photo::PhotoHash,
};
use store::{
    Tx,
    hazards::{self, NewEvent},
    photos::{self, Link, PhotoPurpose},
};

/// What was filed of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filed {
    /// The one whose history grew.
    pub hazard: HazardId,
    /// What became of it: a cure that came too late is an addition.
    pub kind: EventKind,
    /// A line for the audit log.
    pub line: String,
}

/// 整改, in part or whole: by any participant of the inspection or the officer (Q26, Q30), or where none of the participants
/// is left, by any inspector of the place; wherever they are (Q32). Its time is that of the field. One that comes when none is
/// asked for any more is added to the hazard's history.
///
/// # Errors
/// [`Problem::NotFound`]; what [`Rectification::checked`] and [`decide`] refuse.
pub(crate) async fn cure(tx: &mut Tx, context: &Context, cure: Rectification) -> Result<Filed, Problem> {
    let cure = cure.checked()?;
    let context =
        Context { made_at: cure.recorded_at, operation: context.operation.or(Some(cure.id)), ..context.clone() };
    let change = Change::Cure { is_partial: cure.is_partial, details: cure.details(), text: cure.text };
    let shown = Shown { purpose: PhotoPurpose::Cured, photos: &cure.photos };
    record(tx, &context, cure.hazard, cure.id.into(), &change, &shown).await
}

/// 补充: what was seen of a hazard outside of an inspection (Q23).
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Invalid`] on the field; what [`decide`] refuses.
pub(crate) async fn add(tx: &mut Tx, context: &Context, addition: Addition) -> Result<Filed, Problem> {
    if !addition.photos.is_empty() {
        check_photos("照片", &addition.photos)?;
    }
    let operation = context.operation.ok_or_else(|| Problem::invalid("编号", "补充应由待传记录提交"))?;
    let shown = Shown { purpose: PhotoPurpose::SeenAgain, photos: &addition.photos };
    let change = Change::Add { text: addition.text };
    record(tx, context, addition.hazard, operation.into(), &change, &shown).await
}

/// Whether what a later inspection saw would be filed. It asks before it writes anything, and takes no lock, which is not its
/// turn yet then.
///
/// # Errors
/// As [`see_again`].
pub(crate) async fn check_seen_again(tx: &mut Tx, context: &Context, seen: &SeenAgain) -> Result<(), Problem> {
    let stored = hazards::find(tx, seen.hazard).await.map_err(internal)?.ok_or_else(not_found)?;
    let known = gather(tx, context, &stored, None).await?;
    decide(&stored.hazard, &Change::Add { text: seen.text.clone() }, &known.facts).map(drop)
}

/// What a later inspection saw of a hazard (Q23); one that was closed meanwhile keeps it in its history.
///
/// # Errors
/// [`Problem::NotFound`]; what [`decide`] refuses.
pub(crate) async fn see_again(tx: &mut Tx, context: &Context, seen: &SeenAgain) -> Result<Filed, Problem> {
    // The operation is the inspection's, which may have seen several: one event in the life of each.
    let id = context.operation.map(EventId::from).ok_or_else(|| Problem::invalid("编号", "补充应由检查提交"))?;
    let shown = Shown { purpose: PhotoPurpose::SeenAgain, photos: &seen.photos };
    record(tx, context, seen.hazard, id, &Change::Add { text: seen.text.clone() }, &shown).await
}

/// The photos of an event.
struct Shown<'a> {
    purpose: PhotoPurpose,
    photos: &'a [PhotoHash],
}

async fn record(
    tx: &mut Tx,
    context: &Context,
    id: HazardId,
    event: EventId,
    change: &Change,
    shown: &Shown<'_>,
) -> Result<Filed, Problem> {
    let stored = hazards::lock(tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let known = gather(tx, context, &stored, None).await?;
    let decided = decide(&stored.hazard, change, &known.facts)?;
    let title = context.post.title();
    let new = NewEvent {
        id: event,
        event: &decided,
        made_at: context.made_at,
        at: context.received_at,
        author: context.by(&title),
        operation: context.operation,
    };
    let stored = hazards::append(tx, stored, &new).await.map_err(internal)?;
    if let Some(operation) = context.operation {
        let link = Link { operation, shows: shown.purpose, hazard: Some(id), inspection: None, region: stored.region };
        photos::announce(tx, &[(link, shown.photos)]).await.map_err(internal)?;
    }
    let kind = decided.data.kind();
    Ok(Filed { hazard: id, kind, line: format!("{}：{}", stored.enterprise_name, kind.name()) })
}

//! What is done to hazards at a desk, each act under its own right and with its own line in the audit log. A copy that comes
//! again, by the event's id that its maker gave it, changes nothing and is answered as the first was.

use super::{Context, Gathered, detail, gather, not_found};
use crate::{
    Action, Permit,
    actions::{
        ChangeSeverity, ExtendHazard, ReadHazards, ReassignHazard, ReopenHazard, ReviewHazard, TransferHazard,
        VoidHazard,
    },
    permit::internal,
};
use domain::{
    Problem,
    hazard::{Change, HazardDetail, Officers, Severity, decide},
    id::{EventId, HazardId, PersonId},
    person::DepartmentCode,
    time::Date,
};
use store::{
    Tx,
    hazards::{self, NewEvent, StoredHazard},
};

/// Names another officer (Q26), an inspector of the hazard's place: by a participant, the officer, or an administrator of the
/// area.
///
/// # Errors
/// As [`act`].
pub async fn reassign(
    permit: Permit<ReassignHazard>,
    event: EventId,
    id: HazardId,
    to: PersonId,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::Reassign { to }).await
}

/// Changes the severity.
///
/// # Errors
/// As [`act`].
pub async fn change_severity(
    permit: Permit<ChangeSeverity>,
    event: EventId,
    id: HazardId,
    to: Severity,
    reason: String,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::ChangeSeverity { to, reason }).await
}

/// 延期
///
/// # Errors
/// As [`act`].
pub async fn extend(
    permit: Permit<ExtendHazard>,
    event: EventId,
    id: HazardId,
    to: Date,
    reason: String,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::Extend { to, reason }).await
}

/// 移交 to another department of the dictionary.
///
/// # Errors
/// As [`act`]; [`Problem::Invalid`] when there is no such department.
pub async fn transfer(
    mut permit: Permit<TransferHazard>,
    event: EventId,
    id: HazardId,
    to: DepartmentCode,
    reason: String,
) -> Result<HazardDetail, Problem> {
    let departments = store::dictionary::departments(&mut permit.tx).await.map_err(internal)?;
    if departments.iter().all(|department| department.code != to) {
        return Err(Problem::invalid("责任部门", "请选择责任部门"));
    }
    act(permit, event, id, Change::Transfer { to, reason }).await
}

/// 复核: the second look at a cure, passed or sent back.
///
/// # Errors
/// As [`act`].
pub async fn review(
    permit: Permit<ReviewHazard>,
    event: EventId,
    id: HazardId,
    is_passed: bool,
    reason: String,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::Review { is_passed, reason }).await
}

/// 作废
///
/// # Errors
/// As [`act`].
pub async fn void(
    permit: Permit<VoidHazard>,
    event: EventId,
    id: HazardId,
    reason: String,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::Void { reason }).await
}

/// 重新打开
///
/// # Errors
/// As [`act`].
pub async fn reopen(
    permit: Permit<ReopenHazard>,
    event: EventId,
    id: HazardId,
    reason: String,
) -> Result<HazardDetail, Problem> {
    act(permit, event, id, Change::Reopen { reason }).await
}

/// Does one of the acts above.
///
/// # Errors
/// [`Problem::NotFound`]; what [`decide`] refuses; [`Problem::OperationConflict`] when something else was done under the
/// event's id, or by somebody else.
async fn act<A: Action>(
    mut permit: Permit<A>,
    event: EventId,
    id: HazardId,
    change: Change,
) -> Result<HazardDetail, Problem> {
    let context = Context::of(&permit)?;
    let tx = &mut permit.tx;
    let candidate = if let Change::Reassign { to } = change { Some(to) } else { None };
    if let Some(candidate) = candidate {
        // Before the hazard, as whoever deletes a person does: a post that is looked at is held until this is written.
        store::people::lock(tx, candidate).await.map_err(internal)?;
    }
    let stored = hazards::lock(tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let known = gather(tx, &context, &stored, candidate).await?;
    let events = hazards::events(tx, id).await.map_err(internal)?;
    if let Some(done) = events.iter().find(|done| done.id == event) {
        if done.record.actor != context.author || !change.became(&done.record.event) {
            return Err(Problem::OperationConflict);
        }
        return detail::read(tx, &context, &stored, known).await;
    }
    let stored = append(tx, &context, event, stored, &change, &known).await?;
    let detail = detail::read(tx, &context, &stored, known).await?;
    let line = detail.events.last().map(domain::hazard::HazardEvent::sentence).unwrap_or_default();
    permit.commit(&id.to_string(), &format!("{}：{line}", stored.enterprise_name)).await?;
    Ok(detail)
}

async fn append(
    tx: &mut Tx,
    context: &Context,
    event: EventId,
    stored: StoredHazard,
    change: &Change,
    known: &Gathered,
) -> Result<StoredHazard, Problem> {
    let decided = decide(&stored.hazard, change, &known.facts)?;
    let title = context.post.title();
    let new = NewEvent {
        id: event,
        event: &decided,
        made_at: context.made_at,
        at: context.received_at,
        author: context.by(&title),
        operation: None,
    };
    hazards::append(tx, stored, &new).await.map_err(internal)
}

/// Makes another inspector officer of an open hazard whose own goes, as part of what the permit is for; both are locked.
/// `event` is the request's own id, one event in the life of each hazard.
///
/// # Errors
/// [`Problem::NotFound`]; what [`decide`] refuses.
pub(crate) async fn take_over<A: Action>(
    permit: &mut Permit<A>,
    event: EventId,
    id: HazardId,
    to: PersonId,
) -> Result<(), Problem> {
    let context = Context::of(permit)?;
    let tx = &mut permit.tx;
    let stored = hazards::lock(tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let known = gather(tx, &context, &stored, Some(to)).await?;
    append(tx, &context, event, stored, &Change::Reassign { to }, &known).await?;
    Ok(())
}

/// At most so many are offered at once; the text narrows them.
const OFFICERS: usize = 50;

/// Who may become officer of a hazard: inspectors of its place whose name contains the text, by name.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn officers(mut permit: Permit<ReadHazards>, id: HazardId, text: String) -> Result<Officers, Problem> {
    domain::search::check(&text)?;
    let context = Context::of(&permit)?;
    let tx = &mut permit.tx;
    let stored = hazards::find(tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    gather(tx, &context, &stored, None).await?;
    let mut officers = Vec::new();
    for place in super::places(&stored) {
        officers.extend(store::people::colleagues(tx, place, &text).await.map_err(internal)?);
    }
    officers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    officers.dedup_by_key(|officer| officer.id);
    let total = i64::try_from(officers.len()).unwrap_or(i64::MAX);
    officers.truncate(OFFICERS);
    Ok(Officers { total, people: officers })
}

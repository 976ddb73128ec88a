//! 待处理: what the office of a place does with operations that are held. Each leaves a trace.

use super::{
    Done, Filing, Stop, TOGETHER, announce_rest, apply, content, filed, letter::Letter, note, post_of, settle_waiting,
};
use crate::{
    Action, Permit,
    actions::{AcceptOperation, MoveOperation, ReadHeld, ReturnOperation},
    permit::internal,
};
use domain::{
    Problem,
    hazard::check_text,
    id::{EnterpriseId, OperationId},
    operation::{HeldDetail, HeldReason, HeldRow, OperationKind, Outcome},
    page::{Cursor, PAGE_ROWS, Page},
};
use store::operations::{Filed, Operation};

fn not_found() -> Problem {
    Problem::not_found("待处理记录")
}

/// A page of what waits in the caller's area, oldest first.
///
/// # Errors
/// Only when the store fails.
pub async fn list(mut permit: Permit<ReadHeld>, after: Option<Cursor>) -> Result<Page<HeldRow>, Problem> {
    let scope = permit.scope(None)?;
    filed::page(&mut permit.tx, scope, after.as_ref(), PAGE_ROWS).await.map_err(internal)
}

/// One that waits, with its content and photos.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(mut permit: Permit<ReadHeld>, id: OperationId) -> Result<HeldDetail, Problem> {
    let scope = permit.scope(None)?;
    let held = filed::held(&mut permit.tx, scope, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let letter = Letter::read(held.envelope.as_bytes())?;
    let content = content::lines(&mut permit.tx, scope, &letter).await.map_err(internal)?;
    let (photos, photos_expected) = filed::photos(&mut permit.tx, id).await.map_err(internal)?;
    Ok(HeldDetail { row: held.row, content, photos, photos_expected })
}

/// An operation of the caller's area that is still held, on which nobody else decides.
struct Locked {
    operation: Operation,
    reason: HeldReason,
    /// What waits for it and is filed with it, where anything does.
    waiting: Option<Vec<OperationId>>,
}

/// An operation of the caller's area that is still held.
async fn locked<A: Action>(permit: &mut Permit<A>, id: OperationId) -> Result<Locked, Problem> {
    let scope = permit.scope(None)?;
    let waiting = filed::lock_with_waiting(&mut permit.tx, id, TOGETHER).await.map_err(internal)?;
    let known = filed::lock(&mut permit.tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    match known {
        Filed { operation, .. } if !scope.admits(operation.region, operation.enterprise_type) => Err(not_found()),
        Filed { operation, outcome: Outcome::Held(reason) } => Ok(Locked { operation, reason, waiting }),
        Filed { .. } => Err(Problem::conflict("该记录已经处理过，请刷新")),
    }
}

/// 采纳: files it although something stands in the way that only the office can decide.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when it was decided on, or cannot be filed whatever the office decides:
/// what it is about lies in another area, say.
pub async fn accept(mut permit: Permit<AcceptOperation>, id: OperationId) -> Result<(), Problem> {
    let Locked { operation, reason, waiting } = locked(&mut permit, id).await?;
    let done = force(&mut permit, &operation, None, waiting).await?;
    note(&mut permit, &operation, done.region, &format!("采纳（{}）：{}", reason.text, done.detail)).await?;
    permit.finish().await
}

/// 改归属: files it as of another enterprise of the caller's area.
///
/// # Errors
/// As [`accept`]; [`Problem::Conflict`] for what belongs to a hazard.
pub async fn move_to(
    mut permit: Permit<MoveOperation>,
    id: OperationId,
    enterprise: EnterpriseId,
) -> Result<(), Problem> {
    use OperationKind::{Begun, Enterprise, Inspection};
    let Locked { operation, reason, waiting } = locked(&mut permit, id).await?;
    if !matches!(OperationKind::from_code(&operation.kind), Some(Enterprise | Begun | Inspection)) {
        return Err(Problem::conflict("整改和补充记录随隐患归属，不能改归属，请采纳或退回"));
    }
    let scope = permit.scope(None)?;
    let chosen = store::enterprises::get(&mut permit.tx, scope, enterprise).await.map_err(internal)?;
    let chosen = chosen.ok_or_else(|| Problem::not_found("企业"))?;
    filed::set_enterprise(&mut permit.tx, id, enterprise).await.map_err(internal)?;
    let done = force(&mut permit, &operation, Some(enterprise), waiting).await?;
    let trace = format!("改归属到{}（{}）：{}", chosen.name, reason.text, done.detail);
    note(&mut permit, &operation, done.region, &trace).await?;
    permit.finish().await
}

/// 退回: back to its author, whose draft opens again with the reason.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when it was decided on; [`Problem::Invalid`] without a reason.
pub async fn send_back(mut permit: Permit<ReturnOperation>, id: OperationId, reason: String) -> Result<(), Problem> {
    let held = locked(&mut permit, id).await?.reason;
    let text = check_text("退回原因", &reason)?;
    let outcome = Outcome::Returned(HeldReason::new("returned", text.clone()));
    let decided = (permit.person(), permit.now);
    filed::settle(&mut permit.tx, id, &outcome, "", Some(decided)).await.map_err(internal)?;
    permit.commit(&id.to_string(), &format!("退回（{}）：{text}", held.text)).await
}

/// Applies an operation as the office decided, and what waited for it.
async fn force<A: Action>(
    permit: &mut Permit<A>,
    operation: &Operation,
    enterprise: Option<EnterpriseId>,
    waiting: Option<Vec<OperationId>>,
) -> Result<Done, Problem> {
    let letter = Letter::read(operation.envelope.as_bytes())?;
    let post = post_of(permit, &letter).await.map_err(internal)?;
    let filing = Filing {
        operation,
        post: post.filter(|post| post.person == operation.author),
        region: operation.region,
        now: permit.now,
        office: Some(permit.scope(None)?),
        enterprise,
    };
    let done = match apply(permit, &filing, &letter, true).await {
        Ok(done) => done,
        Err(Stop::Held { reason, .. }) => return Err(Problem::conflict(format!("不能采纳：{}", reason.text))),
        Err(Stop::Failed(problem)) => return Err(problem),
    };
    announce_rest(permit, operation, &letter).await?;
    let decided = (permit.person(), permit.now);
    filed::settle(&mut permit.tx, operation.id, &Outcome::Applied, &done.title, Some(decided))
        .await
        .map_err(internal)?;
    if let Some(waiting) = waiting {
        settle_waiting(permit, operation.id, waiting).await?;
    }
    Ok(done)
}

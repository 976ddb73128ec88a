//! How a write of a phone is done exactly once: claimed by its id, answered with one receipt to all its copies.

use crate::{Action, Permit, permit::internal};
use domain::{
    Problem,
    id::OperationId,
    receipt::{Receipt, content_hash},
};
use serde::Serialize;
use store::operations::{self, Operation};

/// Whether the work is still to be done.
pub(crate) enum Claim {
    /// This transaction may do it.
    First(Operation),
    /// Another did it: here is its receipt.
    Done(Receipt),
}

/// Claims an operation, or finds the receipt of the one that was done.
///
/// # Errors
/// [`Problem::OperationConflict`] when the same id came from someone else or with other content.
pub(crate) async fn claim<A: Action>(
    permit: &mut Permit<A>,
    id: OperationId,
    content: &impl Serialize,
) -> Result<Claim, Problem> {
    let person = permit.person();
    let operation = Operation { person, content_hash: content_hash(content), received_at: permit.now };
    if operations::claim(&mut permit.tx, id, A::ACTION.name(), &operation).await.map_err(internal)? {
        return Ok(Claim::First(operation));
    }
    match operations::find(&mut permit.tx, id).await.map_err(internal)? {
        Some(done) if done.content_hash == operation.content_hash && done.person == person => {
            Ok(Claim::Done(receipt(permit, id, done, true).await?))
        }
        _ => Err(Problem::OperationConflict),
    }
}

/// The receipt of an operation that was done. One that names no photos needs no look at which are held.
pub(crate) async fn receipt<A: Action>(
    permit: &mut Permit<A>,
    id: OperationId,
    operation: Operation,
    has_photos: bool,
) -> Result<Receipt, Problem> {
    if has_photos {
        return operations::receipt(&mut permit.tx, id, &operation).await.map_err(internal);
    }
    let Operation { content_hash, received_at, .. } = operation;
    Ok(Receipt { operation: id, received_at, content_hash, photos_held: Vec::new(), photos_expected: Vec::new() })
}

//! Checklists.

use crate::{Permit, actions::ReadChecklists, permit::internal};
use domain::{Problem, checklist::Checklist};

/// The newest version of every type's checklist.
///
/// # Errors
/// Only when the store fails.
pub async fn current(mut permit: Permit<ReadChecklists>) -> Result<Vec<Checklist>, Problem> {
    store::checklists::current(&mut permit.tx).await.map_err(internal)
}

//! Checklists.

use crate::{Permit, Work, actions::ReadChecklists, permit::internal};
use domain::{Problem, checklist::Checklist, enterprise::EnterpriseType};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// The versions that were read so far: a version is never changed, so that each is read once.
#[derive(Default)]
pub(crate) struct ChecklistCache(RwLock<HashMap<(EnterpriseType, i32), Arc<Checklist>>>);

/// The newest version of every type's checklist.
///
/// # Errors
/// Only when the store fails.
pub async fn current(mut permit: Permit<ReadChecklists>) -> Result<Vec<Checklist>, Problem> {
    store::checklists::current(&mut permit.tx).await.map_err(internal)
}

/// One version of a type's checklist.
pub(crate) async fn version<W: Work>(
    permit: &mut Permit<W>,
    enterprise_type: EnterpriseType,
    version: i32,
) -> Result<Option<Arc<Checklist>>, Problem> {
    let known = permit.checklists.clone();
    if let Some(checklist) = known.0.read().unwrap_or_else(PoisonError::into_inner).get(&(enterprise_type, version)) {
        return Ok(Some(checklist.clone()));
    }
    let checklist = store::checklists::get(&mut permit.tx, enterprise_type, version).await.map_err(internal)?;
    Ok(checklist.map(|checklist| {
        let checklist = Arc::new(checklist);
        let mut known = known.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((enterprise_type, version), checklist.clone());
        checklist
    }))
}

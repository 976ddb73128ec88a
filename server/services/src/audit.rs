//! The audit log (操作日志) of the caller's area.

use crate::{Permit, actions::ReadAudit, permit::internal};
use domain::{
    Problem,
    audit::AuditRow,
    page::{Cursor, PAGE_ROWS, Page},
};

/// A page of what was written from posts of the caller's area, newest first.
///
/// # Errors
/// Only when the store fails.
pub async fn list(mut permit: Permit<ReadAudit>, after: Option<Cursor>) -> Result<Page<AuditRow>, Problem> {
    let scope = permit.scope(None)?;
    store::audit::page(&mut permit.tx, scope, after.as_ref(), PAGE_ROWS).await.map_err(internal)
}

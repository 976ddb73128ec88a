//! The audit log.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    audit::AuditRow,
    page::{Cursor, Page},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// Writes made from posts in the caller's area, newest first.
#[server(prefix = "/api", endpoint = "audit/list", input = Json, client = super::Patient)]
pub async fn list_audit_rows(after: Option<Cursor>) -> Result<Page<AuditRow>, ApiError> {
    answer(async { services::audit::list(permit().await?, after).await }).await
}

//! Checklists.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::checklist::Checklist;
use leptos::{prelude::*, server_fn::codec::Json};

/// The newest version of every type's checklist, for the phone's local copy and the console.
#[server(prefix = "/api", endpoint = "checklists/current", input = Json, client = super::Patient)]
pub async fn list_checklists() -> Result<Vec<Checklist>, ApiError> {
    answer(async { services::checklists::current(permit().await?).await }).await
}

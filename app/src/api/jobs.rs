//! What the server does outside of requests.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::job::JobList;
use leptos::{prelude::*, server_fn::codec::Json};

/// How many jobs there are, and the first of them: those that failed for ever come first.
#[server(prefix = "/api", endpoint = "jobs/list", input = Json, client = super::Patient)]
pub async fn list_jobs() -> Result<JobList, ApiError> {
    answer(async { services::jobs::list(permit().await?).await }).await
}

/// Has a job tried again.
#[server(prefix = "/api", endpoint = "jobs/retry", input = Json, client = super::Patient)]
pub async fn retry_job(kind: String, key: String) -> Result<(), ApiError> {
    answer(async { services::jobs::retry(permit().await?, &kind, &key).await }).await
}

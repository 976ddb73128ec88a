//! Hazards.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    hazard::{HazardDetail, HazardRow, Officers, Severity},
    id::{EventId, HazardId, PersonId, PostId},
    ledger::{HazardFilter, LedgerSummary},
    page::{Cursor, Page},
    person::DepartmentCode,
    time::Date,
};
use leptos::{prelude::*, server_fn::codec::Json};

/// 待整改隐患: open hazards that the caller is to cure, overdue first. `post` is the one under which a phone keeps them; an
/// older phone names none.
#[server(prefix = "/api", endpoint = "hazards/mine", input = Json, client = super::Patient)]
pub async fn list_my_hazards(post: Option<PostId>) -> Result<Vec<HazardRow>, ApiError> {
    answer(async { services::hazards::mine(permit().await?, post).await }).await
}

/// A page of the ledger, newest first.
#[server(prefix = "/api", endpoint = "hazards/list", input = Json, client = super::Patient)]
pub async fn list_hazards(filter: HazardFilter, after: Option<Cursor>) -> Result<Page<HazardRow>, ApiError> {
    answer(async { services::ledger::list(permit().await?, filter, after).await }).await
}

/// The ledger's sums under the same filter.
#[server(prefix = "/api", endpoint = "hazards/summary", input = Json, client = super::Patient)]
pub async fn read_hazard_summary(filter: HazardFilter) -> Result<LedgerSummary, ApiError> {
    answer(async { services::ledger::summary(permit().await?, filter).await }).await
}

/// Everything about one hazard (查看).
#[server(prefix = "/api", endpoint = "hazards/get", input = Json, client = super::Patient)]
pub async fn read_hazard(id: HazardId) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::get(permit().await?, id).await }).await
}

/// Names another officer (Q26). `event` is made by the caller, here and below: handed in twice, it happens once.
#[server(prefix = "/api", endpoint = "hazards/reassign", input = Json, client = super::Patient)]
pub async fn reassign_hazard(event: EventId, id: HazardId, to: PersonId) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::reassign(permit().await?, event, id, to).await }).await
}

/// Inspectors who may become officer of a hazard, by part of the name.
#[server(prefix = "/api", endpoint = "hazards/officers", input = Json, client = super::Patient)]
pub async fn search_officers(id: HazardId, text: String) -> Result<Officers, ApiError> {
    answer(async { services::hazards::officers(permit().await?, id, text).await }).await
}

/// Changes the severity.
#[server(prefix = "/api", endpoint = "hazards/change_severity", input = Json, client = super::Patient)]
pub async fn change_severity(
    event: EventId,
    id: HazardId,
    to: Severity,
    reason: String,
) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::change_severity(permit().await?, event, id, to, reason).await }).await
}

/// 延期
#[server(prefix = "/api", endpoint = "hazards/extend", input = Json, client = super::Patient)]
pub async fn extend_hazard(event: EventId, id: HazardId, to: Date, reason: String) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::extend(permit().await?, event, id, to, reason).await }).await
}

/// 移交
#[server(prefix = "/api", endpoint = "hazards/transfer", input = Json, client = super::Patient)]
pub async fn transfer_hazard(
    event: EventId,
    id: HazardId,
    to: DepartmentCode,
    reason: String,
) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::transfer(permit().await?, event, id, to, reason).await }).await
}

/// 复核
#[server(prefix = "/api", endpoint = "hazards/review", input = Json, client = super::Patient)]
pub async fn review_hazard(
    event: EventId,
    id: HazardId,
    is_passed: bool,
    reason: String,
) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::review(permit().await?, event, id, is_passed, reason).await }).await
}

/// 作废
#[server(prefix = "/api", endpoint = "hazards/void", input = Json, client = super::Patient)]
pub async fn void_hazard(event: EventId, id: HazardId, reason: String) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::void(permit().await?, event, id, reason).await }).await
}

/// 重新打开
#[server(prefix = "/api", endpoint = "hazards/reopen", input = Json, client = super::Patient)]
pub async fn reopen_hazard(event: EventId, id: HazardId, reason: String) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::reopen(permit().await?, event, id, reason).await }).await
}

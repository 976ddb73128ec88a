//! Hazards.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    hazard::{HazardDetail, HazardRow, Rectification},
    id::{HazardId, PersonId},
    ledger::{HazardFilter, LedgerSummary},
    page::{Cursor, Page},
    receipt::Receipt,
};
use leptos::{prelude::*, server_fn::codec::Json};

/// 待整改隐患: open hazards that the caller took part in finding, overdue first.
#[server(prefix = "/api", endpoint = "hazards/mine", input = Json)]
pub async fn my_hazards() -> Result<Vec<HazardRow>, ApiError> {
    answer(async { services::hazards::mine(permit().await?).await }).await
}

/// A page of the ledger, newest first.
#[server(prefix = "/api", endpoint = "hazards/list", input = Json)]
pub async fn hazards(filter: HazardFilter, after: Option<Cursor>) -> Result<Page<HazardRow>, ApiError> {
    answer(async { services::ledger::list(permit().await?, filter, after).await }).await
}

/// The ledger's sums under the same filter.
#[server(prefix = "/api", endpoint = "hazards/summary", input = Json)]
pub async fn hazard_summary(filter: HazardFilter) -> Result<LedgerSummary, ApiError> {
    answer(async { services::ledger::summary(permit().await?, filter).await }).await
}

/// Everything about one hazard (查看).
#[server(prefix = "/api", endpoint = "hazards/get", input = Json)]
pub async fn hazard(id: HazardId) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::get(permit().await?, id).await }).await
}

/// 提交整改. Handed in twice, it is done once and answered with the same receipt.
#[server(prefix = "/api", endpoint = "hazards/close", input = Json)]
pub async fn close_hazard(rectification: Rectification) -> Result<Receipt, ApiError> {
    answer(async {
        let hash = domain::receipt::content_hash(&rectification);
        let (id, made_at) = (rectification.id, rectification.recorded_at);
        let kind = domain::operation::OperationKind::Rectification;
        let receipt = services::operations::file_body(
            permit::<services::actions::CloseHazard>().await?,
            kind,
            id,
            made_at,
            rectification,
        )
        .await?;
        Ok(receipt.into_plain(hash))
    })
    .await
}

/// Names another participant as officer (Q26).
#[server(prefix = "/api", endpoint = "hazards/reassign", input = Json)]
pub async fn reassign_hazard(id: HazardId, officer: PersonId) -> Result<HazardDetail, ApiError> {
    answer(async { services::hazards::reassign(permit().await?, id, officer).await }).await
}

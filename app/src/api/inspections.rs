//! Inspections.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    geo::{Fix, PositionVerdict},
    id::{EnterpriseId, InspectionId},
    inspection::{InspectionDetail, InspectionFilter, InspectionRow, Submission},
    page::{Cursor, Page},
    receipt::Receipt,
};
use leptos::{prelude::*, server_fn::codec::Json};

/// Compares the caller's position with the enterprise's, before an inspection starts (Q32).
#[server(prefix = "/api", endpoint = "inspections/check_position", input = Json)]
pub async fn check_position(enterprise: EnterpriseId, fix: Option<Fix>) -> Result<PositionVerdict, ApiError> {
    answer(async { services::inspections::check_position(permit().await?, enterprise, fix).await }).await
}

/// 提交检查. Handed in twice, it is done once and answered with the same receipt.
#[server(prefix = "/api", endpoint = "inspections/submit", input = Json)]
pub async fn submit_inspection(submission: Submission) -> Result<Receipt, ApiError> {
    answer(async {
        let hash = domain::receipt::content_hash(&submission);
        let (id, made_at) = (submission.id.into(), submission.finished_at);
        let kind = domain::operation::OperationKind::Inspection;
        let receipt = services::operations::file_body(
            permit::<services::actions::SubmitInspection>().await?,
            kind,
            id,
            made_at,
            submission,
        )
        .await?;
        Ok(receipt.into_plain(hash))
    })
    .await
}

/// Inspections of the caller's area, newest first.
#[server(prefix = "/api", endpoint = "inspections/list", input = Json)]
pub async fn inspections(filter: InspectionFilter, after: Option<Cursor>) -> Result<Page<InspectionRow>, ApiError> {
    answer(async { services::inspections::list(permit().await?, filter, after).await }).await
}

/// Everything about one inspection.
#[server(prefix = "/api", endpoint = "inspections/get", input = Json)]
pub async fn inspection(id: InspectionId) -> Result<InspectionDetail, ApiError> {
    answer(async { services::inspections::get(permit().await?, id).await }).await
}

//! What became of operations, and what waits for the office (待处理). Operations themselves come in by `PUT /operations/{id}`.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    id::{EnterpriseId, OperationId},
    operation::{self, HeldDetail, HeldRow},
    page::{Cursor, Page},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// What the server knows of operations that the caller did or delivered, at most 500 at once, in the order asked.
#[server(prefix = "/api", endpoint = "operations/status", input = Json, client = super::Patient)]
pub async fn read_operation_status(ids: Vec<OperationId>) -> Result<Vec<operation::OperationStatus>, ApiError> {
    answer(async { services::operations::status(permit().await?, ids).await }).await
}

/// What waits in the caller's area, oldest first.
#[server(prefix = "/api", endpoint = "operations/held", input = Json, client = super::Patient)]
pub async fn list_held_operations(after: Option<Cursor>) -> Result<Page<HeldRow>, ApiError> {
    answer(async { services::operations::office::list(permit().await?, after).await }).await
}

/// One that waits, with its content and photos.
#[server(prefix = "/api", endpoint = "operations/held_one", input = Json, client = super::Patient)]
pub async fn read_held_operation(id: OperationId) -> Result<HeldDetail, ApiError> {
    answer(async { services::operations::office::get(permit().await?, id).await }).await
}

/// 采纳
#[server(prefix = "/api", endpoint = "operations/accept", input = Json, client = super::Patient)]
pub async fn accept_operation(id: OperationId) -> Result<(), ApiError> {
    answer(async { services::operations::office::accept(permit().await?, id).await }).await
}

/// 改归属: to another enterprise of the caller's area.
#[server(prefix = "/api", endpoint = "operations/move", input = Json, client = super::Patient)]
pub async fn move_operation(id: OperationId, enterprise: EnterpriseId) -> Result<(), ApiError> {
    answer(async { services::operations::office::move_to(permit().await?, id, enterprise).await }).await
}

/// 退回, with a reason for the author.
#[server(prefix = "/api", endpoint = "operations/return", input = Json, client = super::Patient)]
pub async fn return_operation(id: OperationId, reason: String) -> Result<(), ApiError> {
    answer(async { services::operations::office::send_back(permit().await?, id, reason).await }).await
}

//! Inspections, as they are read. They come in by `PUT /operations/{id}`.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    id::InspectionId,
    inspection::{InspectionDetail, InspectionFilter, InspectionRow},
    page::{Cursor, Page},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// Inspections of the caller's area, newest first.
#[server(prefix = "/api", endpoint = "inspections/list", input = Json, client = super::Patient)]
pub async fn list_inspections(
    filter: InspectionFilter,
    after: Option<Cursor>,
) -> Result<Page<InspectionRow>, ApiError> {
    answer(async { services::inspections::list(permit().await?, filter, after).await }).await
}

/// Everything about one inspection.
#[server(prefix = "/api", endpoint = "inspections/get", input = Json, client = super::Patient)]
pub async fn read_inspection(id: InspectionId) -> Result<InspectionDetail, ApiError> {
    answer(async { services::inspections::get(permit().await?, id).await }).await
}

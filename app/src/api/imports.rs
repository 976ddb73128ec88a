//! Imports. Workbooks themselves come by the plain route `POST /imports/{kind}`.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, gate, permit, token};
use domain::{id::ImportId, import::ImportReport};
use leptos::{prelude::*, server_fn::codec::Json};

/// What the check of an enterprise workbook found.
#[server(prefix = "/api", endpoint = "imports/enterprises", input = Json, client = super::Patient)]
pub async fn read_enterprise_import(id: ImportId) -> Result<ImportReport, ApiError> {
    answer(async { services::imports::get_enterprises(permit().await?, id).await }).await
}

/// What the check of a people workbook found.
#[server(prefix = "/api", endpoint = "imports/people", input = Json, client = super::Patient)]
pub async fn read_people_import(id: ImportId) -> Result<ImportReport, ApiError> {
    answer(async { services::imports::get_people(permit().await?, id).await }).await
}

/// 确认导入: writes all good rows in one transaction; a second call answers with the same report.
#[server(prefix = "/api", endpoint = "imports/confirm_enterprises", input = Json, client = super::MostPatient)]
pub async fn confirm_enterprise_import(id: ImportId) -> Result<ImportReport, ApiError> {
    answer(async { services::imports::confirm_enterprises(&gate(), token().as_deref(), id).await }).await
}

/// 确认导入 of people.
#[server(prefix = "/api", endpoint = "imports/confirm_people", input = Json, client = super::MostPatient)]
pub async fn confirm_people_import(id: ImportId) -> Result<ImportReport, ApiError> {
    answer(async { services::imports::confirm_people(&gate(), token().as_deref(), id).await }).await
}

//! Enterprises.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
#[cfg(feature = "ssr")]
use domain::{Problem, person::PhoneNumber};
use domain::{
    enterprise::{EnterpriseDetail, EnterpriseDraft, EnterpriseFilter, EnterpriseRow},
    geo::Wgs84,
    id::EnterpriseId,
    page::{Cursor, Page},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// Enterprises of the caller's area, newest first; by an operator's whole number only for who manages them, with a trace.
#[server(prefix = "/api", endpoint = "enterprises/list", input = Json, client = super::Patient)]
pub async fn list_enterprises(
    filter: EnterpriseFilter,
    after: Option<Cursor>,
) -> Result<Page<EnterpriseRow>, ApiError> {
    answer(async {
        if let Ok(phone) = PhoneNumber::parse(&filter.text) {
            match permit().await {
                Ok(permit) => return services::enterprises::find(permit, &phone, &filter, after).await,
                // Whoever may not look for a number looks for a text.
                Err(Problem::Forbidden { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        services::enterprises::list(permit().await?, filter, after).await
    })
    .await
}

/// 附近企业: enterprises of the caller's area with a position, nearest first, at most thirty.
#[server(prefix = "/api", endpoint = "enterprises/nearby", input = Json, client = super::Patient)]
pub async fn list_nearby_enterprises(at: Wgs84) -> Result<Vec<EnterpriseRow>, ApiError> {
    answer(async { services::enterprises::nearby(permit().await?, at).await }).await
}

/// One enterprise with its open hazards and history (Q23).
#[server(prefix = "/api", endpoint = "enterprises/get", input = Json, client = super::Patient)]
pub async fn read_enterprise(id: EnterpriseId) -> Result<EnterpriseDetail, ApiError> {
    answer(async { services::enterprises::get(permit().await?, id).await }).await
}

/// Adds an enterprise in the current post's county (Q17, Q18).
#[server(prefix = "/api", endpoint = "enterprises/add", input = Json, client = super::Patient)]
pub async fn add_enterprise(id: EnterpriseId, draft: EnterpriseDraft) -> Result<EnterpriseRow, ApiError> {
    answer(async { services::enterprises::add(permit().await?, id, draft).await }).await
}

/// Corrects an enterprise; an empty credit code stays as it is; `position` is in WGS-84, `None` leaves it; refused when
/// the enterprise is not as `seen` any more.
#[server(prefix = "/api", endpoint = "enterprises/edit", input = Json, client = super::Patient)]
pub async fn edit_enterprise(
    id: EnterpriseId,
    draft: EnterpriseDraft,
    position: Option<Wgs84>,
    seen: Option<EnterpriseRow>,
) -> Result<EnterpriseRow, ApiError> {
    answer(async { services::enterprises::edit(permit().await?, id, draft, position, seen).await }).await
}

/// Deletes an enterprise that has no inspection and no hazard (Q27).
#[server(prefix = "/api", endpoint = "enterprises/delete", input = Json, client = super::Patient)]
pub async fn delete_enterprise(id: EnterpriseId) -> Result<(), ApiError> {
    answer(async { services::enterprises::delete(permit().await?, id).await }).await
}

/// Marks an enterprise as out of business (停业/注销), or as open again.
#[server(prefix = "/api", endpoint = "enterprises/close", input = Json, client = super::Patient)]
pub async fn close_enterprise(id: EnterpriseId, is_closed: bool) -> Result<EnterpriseRow, ApiError> {
    answer(async { services::enterprises::close(permit().await?, id, is_closed).await }).await
}

//! Regions and departments.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{
    person::Department,
    region::{Region, RegionCode},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// The regions directly below this one.
#[server(prefix = "/api", endpoint = "dictionary/regions", input = Json, client = super::Patient)]
pub async fn list_regions(parent: RegionCode) -> Result<Vec<Region>, ApiError> {
    answer(async { services::dictionary::regions(permit().await?, parent).await }).await
}

/// The regions from the nation down to this one.
#[server(prefix = "/api", endpoint = "dictionary/path", input = Json, client = super::Patient)]
pub async fn read_region_path(region: RegionCode) -> Result<Vec<Region>, ApiError> {
    answer(async { services::dictionary::path(permit().await?, region).await }).await
}

/// The member departments.
#[server(prefix = "/api", endpoint = "dictionary/departments", input = Json, client = super::Patient)]
pub async fn list_departments() -> Result<Vec<Department>, ApiError> {
    answer(async { services::dictionary::departments(permit().await?).await }).await
}

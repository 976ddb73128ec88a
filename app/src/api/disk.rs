//! The server's disk.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::space::Space;
use leptos::{prelude::*, server_fn::codec::Json};

/// Whether it fills up.
#[server(prefix = "/api", endpoint = "disk/space", input = Json, client = super::Patient)]
pub async fn read_disk_space() -> Result<Space, ApiError> {
    answer(async { services::space::read(permit().await?).await }).await
}

//! Settings of the caller's region, as a phone needs them.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{geo, id::PostId};
use leptos::{prelude::*, server_fn::codec::Json};

/// How near an inspector must be, in the current post's region: for a phone that compares without a network. `post` is the
/// one under which it keeps the answer; an older phone names none.
#[server(prefix = "/api", endpoint = "settings/position_rule", input = Json, client = super::Patient)]
pub async fn read_position_rule(post: Option<PostId>) -> Result<geo::PositionRule, ApiError> {
    answer(async { services::changes::position_rule(permit().await?, post).await }).await
}

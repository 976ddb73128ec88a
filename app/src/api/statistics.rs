//! Statistics.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{answer, permit};
use domain::{region::RegionCode, statistics::RegionStatistics, time::Date};
use leptos::{prelude::*, server_fn::codec::Json};

/// Sums per region of the level below `region` (of a county: its own), of hazards found in the days given.
#[server(prefix = "/api", endpoint = "statistics/by_region", input = Json, client = super::Patient)]
pub async fn read_statistics(
    region: RegionCode,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<RegionStatistics>, ApiError> {
    answer(async { services::statistics::by_region(permit().await?, region, from, to).await }).await
}

//! Statistics of the caller's area: per region, never per person.

use crate::{Permit, actions::ReadStatistics, permit::internal};
use domain::{Problem, region::RegionCode, statistics::RegionStatistics, time::Date};
use store::statistics::Period;

/// The sums of the regions directly below `region` (of a county: its own). The days bound visits and hazards; what is
/// on the register, and what is overdue, is told as of today.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area; [`Problem::Invalid`] when the days are reversed.
pub async fn by_region(
    mut permit: Permit<ReadStatistics>,
    region: RegionCode,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<RegionStatistics>, Problem> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::invalid("时间", "开始日期不能晚于结束日期"));
    }
    let scope = permit.scope(Some(region))?;
    let today = permit.now.date();
    store::statistics::by_region(&mut permit.tx, scope, Period { from, to }, today).await.map_err(internal)
}

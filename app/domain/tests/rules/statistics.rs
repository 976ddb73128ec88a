//! Statistics: rates are of something, or there is none.

use crate::samples::region;
use domain::{region::Region, statistics::RegionStatistics};
use rstest::rstest;

#[rstest]
#[case::nothing_there(0, 0, 0, 0, None, None)]
#[case::nothing_done(10, 0, 4, 0, Some(0.0), Some(0.0))]
#[case::half_done(10, 5, 4, 2, Some(50.0), Some(50.0))]
#[case::all_done(10, 10, 4, 4, Some(100.0), Some(100.0))]
fn rates_are_per_cent_of_what_there_is(
    #[case] enterprises: i64,
    #[case] inspected: i64,
    #[case] hazards: i64,
    #[case] closed: i64,
    #[case] cure_rate: Option<f64>,
    #[case] coverage: Option<f64>,
) {
    let sums = RegionStatistics {
        region: Region { code: region("530111"), name: "官渡区".into() },
        enterprises,
        inspected,
        inspections: inspected,
        hazards,
        major: 0,
        closed,
        overdue: 0,
    };
    assert_eq!((sums.cure_rate(), sums.coverage()), (cure_rate, coverage));
}

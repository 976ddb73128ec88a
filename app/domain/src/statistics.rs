//! Statistics (统计报表): sums per region of the level below. Never per person.

use crate::region::Region;
use serde::{Deserialize, Serialize};

/// The sums of one region. What a rate is a rate of is said at each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionStatistics {
    /// The region summed up, its whole subtree.
    pub region: Region,
    /// 企业数: on the register, not closed.
    pub enterprises: i64,
    /// 已检查企业数: of these, inspected at least once.
    pub inspected: i64,
    /// 检查次数, by the day of their start
    pub inspections: i64,
    /// 隐患数, by the day on which they were found; voided ones are not counted
    pub hazards: i64,
    /// 其中重大, by their severity today
    pub major: i64,
    /// 已整改: of these, closed by now
    pub closed: i64,
    /// 逾期未整改: of these, open and past their date today
    pub overdue: i64,
}

impl RegionStatistics {
    /// 整改率 in per cent; none where there is no hazard.
    pub fn cure_rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        (self.hazards > 0).then(|| self.closed as f64 * 100.0 / self.hazards as f64)
    }

    /// 覆盖率 in per cent; none where there is no enterprise.
    pub fn coverage(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        (self.enterprises > 0).then(|| self.inspected as f64 * 100.0 / self.enterprises as f64)
    }
}

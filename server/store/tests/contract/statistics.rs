//! Sums per region.

use crate::support::{
    code, date, enterprise, entry, found_at, happen, hazard, inspect, noon, on_each_engine, person, uscc, within,
};
use domain::{
    hazard::{CureDetails, EventData, Severity},
    region::RegionCode,
    statistics::RegionStatistics,
    time::Date,
};
use store::{
    Tx, enterprises,
    statistics::{self, Period},
};

/// What a region's sums are, without its name.
async fn sums(tx: &mut Tx, scope: &str, period: Period, today: Date, of: &str) -> [i64; 7] {
    let all = statistics::by_region(tx, within(scope), period, today).await.unwrap();
    let RegionStatistics { enterprises, inspected, inspections, hazards, major, closed, overdue, .. } =
        all.into_iter().find(|sum| sum.region.code == code(of)).unwrap();
    [enterprises, inspected, inspections, hazards, major, closed, overdue]
}

/// In 官渡区 two enterprises and one closed; one inspected in October and November, with a cured major hazard and an
/// open general one. In 五华区 one, never inspected.
async fn records(tx: &mut Tx) {
    let author = person(tx, "王海", "13900000001").await;
    let id = enterprise(tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
    enterprise(tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(2))).await;
    let closed = enterprise(tx, "530111", &entry("旧街米线", "中心路 3 号", &uscc(3))).await;
    enterprises::set_closed(tx, closed, Some(noon("2026-10-02")), noon("2026-10-02")).await.unwrap();
    enterprise(tx, "530102", &entry("翠湖米线", "华山街道 8 号", &uscc(4))).await;
    for (day, severity, due_on, is_cured) in
        [("2026-10-31", Severity::Major, "2026-11-05", true), ("2026-11-02", Severity::General, "2026-11-10", false)]
    {
        let inspection = inspect(tx, "530111", id, author, noon(day)).await;
        enterprises::set_inspected(tx, id, noon(day), noon(day)).await.unwrap();
        let place = found_at(inspection, id, "530111", author, day);
        let hazard = hazard(tx, &place, author, severity, due_on).await;
        if is_cured {
            let cured = EventData::Cured { details: CureDetails::default(), needs_review: false };
            happen(tx, hazard, author, noon("2026-11-20"), cured).await;
        }
    }
}

#[tokio::test]
async fn each_level_sums_up_the_level_below() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        records(&mut tx).await;
        let (always, today) = (Period::default(), date("2026-11-23"));
        let guandu = [2, 1, 2, 2, 1, 1, 1];
        assert_eq!(sums(&mut tx, "530100", always, today, "530111").await, guandu);
        assert_eq!(sums(&mut tx, "530111", always, today, "530111").await, guandu, "a county sums up itself");
        assert_eq!(sums(&mut tx, "530100", always, today, "530102").await, [1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(sums(&mut tx, "530000", always, today, "530100").await, [3, 1, 2, 2, 1, 1, 1]);
        assert_eq!(sums(&mut tx, "000000", always, today, "530000").await, [3, 1, 2, 2, 1, 1, 1]);
        assert_eq!(sums(&mut tx, "000000", always, today, "110000").await, [0; 7], "regions without data appear");
        let provinces = statistics::by_region(&mut tx, within("000000"), always, today).await.unwrap();
        assert_eq!(provinces.len(), store::dictionary::regions(&mut tx, RegionCode::NATION).await.unwrap().len());
        assert!(provinces.is_sorted_by_key(|sum| sum.region.code));
    })
    .await;
}

#[tokio::test]
async fn days_bound_visits_and_hazards_and_today_decides_what_is_overdue() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        records(&mut tx).await;
        let today = date("2026-11-23");
        let october = Period { from: None, to: Some(date("2026-10-31")) };
        assert_eq!(sums(&mut tx, "530100", october, today, "530111").await, [2, 1, 1, 1, 1, 1, 0]);
        let november = Period { from: Some(date("2026-11-01")), to: Some(date("2026-11-30")) };
        assert_eq!(sums(&mut tx, "530100", november, today, "530111").await, [2, 1, 1, 1, 0, 0, 1]);
        let due_day = date("2026-11-10");
        assert_eq!(sums(&mut tx, "530100", november, due_day, "530111").await, [2, 1, 1, 1, 0, 0, 0]);
    })
    .await;
}

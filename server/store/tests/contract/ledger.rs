//! The hazard ledger within a scope.

use crate::support::{date, enterprise, entry, found_at, hazard, inspect, noon, on_each_engine, person, uscc, within};
use domain::{hazard::Severity, ledger::HazardFilter};
use store::{Tx, ledger};

/// Rows, sums and export lines of a scope under a text: as many of each.
async fn counts(tx: &mut Tx, scope: &str, text: &str) -> [i64; 3] {
    let (scope, today) = (within(scope), date("2026-11-24"));
    let filter = HazardFilter { text: text.to_owned(), ..HazardFilter::default() };
    let rows = ledger::page(tx, scope, &filter, today, None, 50).await.unwrap().rows.len();
    let sum = ledger::summary(tx, scope, &filter, today).await.unwrap().total;
    let lines = ledger::lines(tx, scope, &filter, today, None, 50).await.unwrap().rows.len();
    [i64::try_from(rows).unwrap(), sum, i64::try_from(lines).unwrap()]
}

#[tokio::test]
async fn a_scope_has_its_own_hazards_in_rows_sums_and_exports_with_a_text_and_without() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        for (number, region) in (1..).zip(["530111", "530102", "530302", "110101"]) {
            let name = format!("老街米线{region}");
            let id = enterprise(&mut tx, region, &entry(&name, "中心路 1 号", &uscc(number))).await;
            let inspection = inspect(&mut tx, region, id, author, noon("2026-11-02")).await;
            let place = found_at(inspection, id, region, author, "2026-11-02");
            hazard(&mut tx, &place, author, Severity::Major, "2026-12-02").await;
        }
        for text in ["", "报警", "米线 后厨"] {
            for (scope, count) in
                [("000000", 4), ("530000", 3), ("530100", 2), ("530111", 1), ("110000", 1), ("120000", 0)]
            {
                assert_eq!(counts(&mut tx, scope, text).await, [count; 3], "{text:?} in {scope}");
            }
        }
    })
    .await;
}

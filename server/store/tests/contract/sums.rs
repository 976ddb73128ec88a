//! The sums that triggers keep are what a count of the records gives, after every kind of change.

use crate::support::{code, enterprise, entry, hazard, inspect, noon, on_each_engine, person, uscc, within};
use domain::{
    enterprise::EnterpriseType,
    hazard::{HazardState, Severity},
    id::HazardId,
    ledger::{HazardFilter, LedgerSummary},
    person::DepartmentCode,
    time::Date,
};
use sqlx::AssertSqlSafe;
use store::{
    Tx, enterprises, ledger,
    statistics::{self, Period},
    sums,
};

const TODAY: Date = Date::constant(2026, 11, 24);

/// Runs a statement that no function of the store has yet.
async fn run(tx: &mut Tx, sql: &'static str) {
    match tx {
        Tx::Sqlite(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query(sql).execute(&mut **tx).await.map(drop),
    }
    .unwrap();
}

async fn number(tx: &mut Tx, table: &str, condition: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table} where region like '53%' and {condition}"));
    let (number,): (i64,) = match tx {
        Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
        Tx::Postgres(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
    };
    number
}

/// Compares everything that is read from the sums with a count.
async fn check(tx: &mut Tx, when: &str) {
    for (state, in_state) in [
        (None, "state <> 'voided'"),
        (Some(HazardState::Open), "state = 'open'"),
        (Some(HazardState::Overdue), "state = 'open' and due_on < '2026-11-24'"),
        (Some(HazardState::UnderReview), "state = 'under_review'"),
        (Some(HazardState::Closed), "state = 'closed'"),
        (Some(HazardState::Voided), "state = 'voided'"),
    ] {
        for (severity, of_severity) in [(None, "1 = 1"), (Some(Severity::Major), "severity = 'major'")] {
            for (kind, of_type) in [(None, "1 = 1"), (Some(EnterpriseType::Hospital), "enterprise_type = 'hospital'")] {
                for (department, of_department) in [(None, "1 = 1"), (Some("commerce"), "department = 'commerce'")] {
                    let filter = HazardFilter {
                        state,
                        severity,
                        enterprise_type: kind,
                        department: department.map(|code| DepartmentCode(code.to_owned())),
                        ..HazardFilter::default()
                    };
                    let all = format!("{in_state} and {of_severity} and {of_type} and {of_department}");
                    let counted = LedgerSummary {
                        total: number(tx, "hazards", &all).await,
                        major: number(tx, "hazards", &format!("{all} and severity = 'major'")).await,
                        overdue: number(tx, "hazards", &format!("{all} and state = 'open' and due_on < '2026-11-24'"))
                            .await,
                        closed: number(tx, "hazards", &format!("{all} and state = 'closed'")).await,
                    };
                    let kept = ledger::summary(tx, within("530000"), &filter, TODAY).await.unwrap();
                    assert_eq!(kept, counted, "{when}: {all}");
                }
            }
        }
    }
    let regions = statistics::by_region(tx, within("000000"), Period::default(), TODAY).await.unwrap();
    let kept = regions.into_iter().find(|sum| sum.region.code == code("530000")).unwrap();
    let counted = [
        number(tx, "enterprises", "closed_at is null and deleted_at is null").await,
        number(tx, "enterprises", "closed_at is null and deleted_at is null and last_inspected_at is not null").await,
        number(tx, "inspections", "1 = 1").await,
        number(tx, "hazards", "state <> 'voided'").await,
        number(tx, "hazards", "state <> 'voided' and severity = 'major'").await,
        number(tx, "hazards", "state = 'closed'").await,
        number(tx, "hazards", "state = 'open' and due_on < '2026-11-24'").await,
    ];
    let kept =
        [kept.enterprises, kept.inspected, kept.inspections, kept.hazards, kept.major, kept.closed, kept.overdue];
    assert_eq!(kept, counted, "{when}");
}

#[tokio::test]
async fn kept_sums_equal_a_recount_after_every_kind_of_change() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        check(&mut tx, "nothing").await;
        let author = person(&mut tx, "王海", "13900000001").await;
        let mut all = Vec::new();
        for (n, region) in (1..).zip(["530111", "530111", "530102", "530302"]) {
            all.push(enterprise(&mut tx, region, &entry(&format!("老街{n}"), "中心路 1 号", &uscc(n))).await);
        }
        check(&mut tx, "enterprises").await;
        let mut hazards: Vec<HazardId> = Vec::new();
        for (n, enterprise) in all[..3].iter().enumerate() {
            let region = ["530111", "530111", "530102"][n];
            let inspection = inspect(&mut tx, region, *enterprise, author, noon("2026-11-02")).await;
            enterprises::set_inspected(&mut tx, *enterprise, noon("2026-11-02"), noon("2026-11-02")).await.unwrap();
            let place = store::hazards::FoundAt {
                inspection,
                enterprise: *enterprise,
                name: "老街",
                address: "中心路 1 号",
                enterprise_type: [EnterpriseType::Catering, EnterpriseType::Hospital][n % 2].code(),
                region: code(region),
                found_at: noon("2026-11-02"),
                received_at: noon("2026-11-02"),
                author: store::hazards::Author { person: author, name: "王海", title: "官渡区 · 检查员" },
            };
            for (severity, due_on) in
                [(Severity::Major, "2026-11-05"), (Severity::General, "2026-11-24"), (Severity::Major, "2026-12-02")]
            {
                hazards.push(hazard(&mut tx, &place, author, severity, due_on).await);
                check(&mut tx, "a hazard was found").await;
            }
        }
        run(&mut tx, "update hazards set state = 'under_review' where due_on = '2026-12-02'").await;
        check(&mut tx, "hazards wait for a review").await;
        run(&mut tx, "update hazards set state = 'closed', closed_at = 1 where due_on = '2026-12-02'").await;
        check(&mut tx, "a hazard was cured").await;
        run(&mut tx, "update hazards set severity = 'general' where due_on = '2026-12-02'").await;
        check(&mut tx, "severities changed").await;
        run(&mut tx, "update hazards set department = 'fire' where due_on = '2026-11-24'").await;
        check(&mut tx, "hazards went to another department").await;
        run(&mut tx, "update hazards set due_on = '2027-01-01' where due_on = '2026-11-05'").await;
        check(&mut tx, "due dates were extended").await;
        run(&mut tx, "update hazards set state = 'voided', closed_at = 1 where due_on = '2027-01-01'").await;
        check(&mut tx, "hazards were voided").await;
        run(&mut tx, "update hazards set state = 'open', closed_at = null").await;
        check(&mut tx, "hazards were opened again").await;
        enterprises::set_closed(&mut tx, all[0], Some(noon("2026-11-21")), noon("2026-11-21")).await.unwrap();
        check(&mut tx, "an enterprise went out of business").await;
        enterprises::set_closed(&mut tx, all[0], None, noon("2026-11-22")).await.unwrap();
        check(&mut tx, "and is open again").await;
        assert!(enterprises::delete(&mut tx, all[3], noon("2026-11-23")).await.unwrap());
        check(&mut tx, "an enterprise was deleted").await;
        sums::fold(&mut tx).await.unwrap();
        check(&mut tx, "sums were folded").await;
        run(&mut tx, "delete from hazard_events").await;
        run(&mut tx, "delete from hazards").await;
        check(&mut tx, "hazards were deleted").await;
        sums::fold(&mut tx).await.unwrap();
        check(&mut tx, "and folded").await;
    })
    .await;
}

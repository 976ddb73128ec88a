//! Lists are read in the order of an index: no engine sorts or scans a table for a page.

use crate::support::{postgres, sqlite};
use store::Db;
use tempfile::TempDir;

/// The texts of lists with their scope, and the index that should give them both scope and order.
const LISTS: [(&str, &str); 9] = [
    ("select * from enterprises where region = '530111' order by seq desc limit 51", "enterprises_by_county"),
    (
        "select * from enterprises where substr(region, 1, 4) = '5301' order by seq desc limit 51",
        "enterprises_by_prefecture",
    ),
    (
        "select * from enterprises where substr(region, 1, 2) = '53' order by seq desc limit 51",
        "enterprises_by_province",
    ),
    ("select * from audit where substr(region, 1, 4) = '5301' order by seq desc limit 51", "audit_by_prefecture"),
    (
        "select * from hazards where substr(region, 1, 2) = '53' and department = 'fire' and state <> 'voided'
         order by found_at desc, seq desc limit 51",
        "hazards_by_province",
    ),
    (
        "select * from hazards where substr(region, 1, 4) = '5301' and closed_at is null and severity = 'major'
         order by found_at desc, seq desc limit 51",
        "hazards_open_by_prefecture",
    ),
    (
        "select * from hazards where region = '530111' and state = 'under_review' and closed_at is null
         order by found_at desc, seq desc limit 51",
        "hazards_open_by_county",
    ),
    ("select * from hazards where state = 'voided' order by found_at desc, seq desc limit 51", "hazards_voided"),
    ("select id from enterprises where latitude >= 25.0 and latitude <= 25.1", "enterprises_by_position"),
];

#[tokio::test]
async fn lists_are_read_in_the_order_of_an_index() {
    let folder = TempDir::new().unwrap();
    let Db::Sqlite { readers, .. } = sqlite(&folder).await else { unreachable!("it was opened as SQLite") };
    let postgres = postgres().await;
    for (sql, index) in LISTS {
        let explain = sqlx::AssertSqlSafe(format!("explain query plan {sql}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&readers).await.unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(.., step)| step).collect();
        assert!(plan.len() == 1 && plan[0].contains(index), "{sql}: {plan:?}");
        let Some(Db::Postgres(pool)) = &postgres else { continue };
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("set local enable_seqscan = off").execute(&mut *tx).await.unwrap();
        sqlx::query("set local enable_bitmapscan = off").execute(&mut *tx).await.unwrap();
        let explain = sqlx::AssertSqlSafe(format!("explain {sql}"));
        let plan: Vec<(String,)> = sqlx::query_as(explain).fetch_all(&mut *tx).await.unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(step,)| step).collect();
        let text = plan.join("\n");
        // An empty table gives PostgreSQL no reason to prefer the index of what is open to that of everything.
        let whole = index.replace("_open_by_", "_by_");
        assert!((text.contains(index) || text.contains(&whole)) && !text.contains("Sort"), "{sql}:\n{text}");
    }
}

#[tokio::test]
async fn what_is_open_is_counted_in_an_index_of_nothing_else() {
    let folder = TempDir::new().unwrap();
    let Db::Sqlite { readers, .. } = sqlite(&folder).await else { unreachable!("it was opened as SQLite") };
    let sql =
        "explain query plan select count(*), sum(case when h.state = 'open' and h.due_on < '2026-11-24' then 1 end)
        from hazards h where h.region >= '530000' and h.region < '540000' and h.closed_at is null";
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&readers).await.unwrap();
    assert!(plan.len() == 1 && plan[0].3.contains("COVERING INDEX hazards_open_by_county"), "{plan:?}");
}

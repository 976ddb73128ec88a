//! What changed in a scope, in the order of the change.

use crate::support::{code, enterprise, entry, noon, on_each_engine, uscc, within};
use domain::{id::EnterpriseId, time::Timestamp};
use store::{
    changes::{self, Kept},
    enterprises,
};
use uuid::Uuid;

#[tokio::test]
async fn changes_come_in_order_with_what_is_gone_and_the_total() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let mut ids = Vec::new();
        for (number, region) in (1..).zip(["530111", "530111", "530102"]) {
            ids.push(enterprise(&mut tx, region, &entry(&format!("米线{number}"), "路 1 号", &uscc(number))).await);
        }
        enterprises::touch(&mut tx, ids[0], noon("2026-11-02")).await.unwrap();
        assert!(enterprises::delete(&mut tx, ids[1], noon("2026-11-03")).await.unwrap());
        let begin = (Timestamp(i64::MIN), Uuid::nil());
        let county = within("530111");
        let all = changes::after(&mut tx, Kept::Enterprises, county, begin, false, 9).await.unwrap();
        let seen: Vec<_> = all.iter().map(|change| (EnterpriseId(change.id), change.is_there)).collect();
        assert_eq!(seen, [(ids[0], true), (ids[1], false)]);
        let first = changes::after(&mut tx, Kept::Enterprises, within("000000"), begin, true, 1).await.unwrap();
        assert_eq!(first.iter().map(|change| EnterpriseId(change.id)).collect::<Vec<_>>(), [ids[2]]);
        let later = (all[0].at, all[0].id);
        let rest = changes::after(&mut tx, Kept::Enterprises, county, later, false, 9).await.unwrap();
        assert_eq!(rest, all[1..]);
        assert_eq!(changes::total(&mut tx, Kept::Enterprises, county).await.unwrap(), 1);
        assert_eq!(changes::total(&mut tx, Kept::Hazards, county).await.unwrap(), 0);
        assert_eq!(changes::former_colleagues(&mut tx, code("530111")).await.unwrap(), []);
        let rows = enterprises::among(&mut tx, county, &ids).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[0]]);
        assert_eq!(store::hazards::among(&mut tx, &[]).await.unwrap(), []);
    })
    .await;
}

//! What one sender can make others wait for, and how much of what nobody can use is kept.

use crate::support::{Site, UploadQuery, World, handing_in, new_id, on_each_engine, until_async};
use domain::{
    Problem,
    id::OperationId,
    operation::{MOST_NEEDS, Outcome, Receipt},
};
use serde_json::{Value, json};
use store::{Db, Tx};

/// How many connections of this database wait for a lock.
async fn waiting(db: &Db) -> i64 {
    let Db::Postgres(pool) = db else { return 1 };
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn holding(world: &World, site: &Site) -> Tx {
    let mut tx = world.db.write().await.unwrap();
    store::enterprises::lock(&mut tx, site.enterprise.id).await.unwrap();
    tx
}

/// Else as many copies as there are connections would stop everybody, readers too.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_one_record_take_one_connection_and_all_are_answered_alike() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let tx = holding(world, &site).await;
        let envelope = site.sealed(&site.submission());
        let copies: Vec<_> =
            (0..40).map(|_| tokio::spawn(handing_in(&site.inspector, &envelope).content::<Receipt>())).collect();
        until_async(async || waiting(&world.db).await >= 1).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert_eq!(waiting(&world.db).await, 1);
        let reading: Value = site.inspector.call("checklists/current", &json!({})).await;
        assert!(reading.is_array());
        drop(tx);
        let mut receipts = Vec::new();
        for copy in copies {
            receipts.push(copy.await.unwrap());
        }
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0] && receipt.outcome == Outcome::Applied));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_waits_for_another_transaction_too_long_is_to_be_sent_again() {
    on_each_engine(async |world| {
        if world.db.has_one_writer() {
            return;
        }
        let site = Site::open(world).await;
        let tx = holding(world, &site).await;
        let envelope = site.sealed(&site.submission());
        let answer = handing_in(&site.inspector, &envelope).answer().await;
        assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
        assert_eq!(answer.json::<Problem>().await.unwrap(), Problem::Unreachable);
        drop(tx);
        let receipt: Receipt = handing_in(&site.inspector, &envelope).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn a_record_that_needs_more_than_any_phone_names_is_refused() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let mut envelope = site.sealed(&site.submission());
        envelope.needs = (0..=MOST_NEEDS).map(|_| OperationId(new_id())).collect();
        let refused = handing_in(&site.inspector, &envelope).problem().await;
        assert!(matches!(&refused, Problem::Invalid { .. }), "{refused:?}");
    })
    .await;
}

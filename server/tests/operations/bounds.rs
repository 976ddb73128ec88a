//! What one sender can make others wait for, and how much of what nobody can use is kept.

use crate::support::{GUANDU, Site, UploadQuery, World, handing_in, new_id, now, on_each_engine, sealed, until_async};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, OnSiteEnterprise},
    id::{EnterpriseId, OperationId},
    operation::{HeldDetail, LARGEST_OTHER, MOST_NEEDS, Outcome, Receipt},
    person::Role,
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
async fn what_nobody_has_looked_at_is_listed_in_a_bounded_line_without_unseen_characters() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let draft =
            EnterpriseDraft { name: format!("\u{202e}{}", "米线".repeat(10_000)), ..EnterpriseDraft::default() };
        let new = OnSiteEnterprise { id: EnterpriseId(new_id()), draft, fix: None };
        let kind = format!("\u{202e}{}", "x".repeat(1_000));
        for envelope in [
            sealed(&site.me, "enterprise", OperationId(new_id()), now(), new),
            sealed(&site.me, &kind, OperationId(new_id()), now(), json!({ "text": "\u{202e}" })),
        ] {
            let receipt: Receipt = handing_in(&site.inspector, &envelope).content().await;
            assert!(matches!(receipt.outcome, Outcome::Held(_)));
            let detail: HeldDetail = office.call("operations/held_one", &json!({ "id": envelope.id })).await;
            let row = detail.row;
            assert!(row.title.chars().count() <= 121 && row.kind.chars().count() <= 41, "{row:?}");
            assert!(row.reason.text.chars().count() <= 301, "{row:?}");
            let all = format!("{}{}{}{:?}", row.title, row.kind, row.reason.text, detail.content);
            assert!(!all.contains('\u{202e}') && !all.contains("u{202e}"), "{all}");
            assert!(all.chars().count() < 10_000);
        }
    })
    .await;
}

/// Where the database could do nothing more, nobody could make room.
#[tokio::test]
async fn a_record_is_told_that_there_is_no_space_before_the_last_of_it_is_gone() {
    let world = World::open().await;
    let at = rustix::fs::statvfs(world.folder.path()).unwrap();
    let free_mb = at.f_bavail * at.f_frsize / 1_048_576;
    for (reserve_mb, is_taken) in [(free_mb * 2, true), (free_mb * 8, false)] {
        let world = World::open_with(&["--disk-reserve-mb", &reserve_mb.to_string()]).await;
        let site = Site::open(&world).await;
        let envelope = site.sealed(&site.submission());
        if is_taken {
            let receipt: Receipt = handing_in(&site.inspector, &envelope).content().await;
            assert_eq!(receipt.outcome, Outcome::Applied);
        } else {
            assert_eq!(handing_in(&site.inspector, &envelope).problem().await, Problem::NoSpace);
        }
    }
}

#[tokio::test]
async fn a_record_that_needs_more_than_any_phone_names_or_is_larger_than_any_is_refused() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let mut envelope = site.sealed(&site.submission());
        envelope.needs = (0..=MOST_NEEDS).map(|_| OperationId(new_id())).collect();
        let large = json!({ "text": "x".repeat(LARGEST_OTHER) });
        for envelope in [envelope, sealed(&site.me, "teleport", OperationId(new_id()), now(), large)] {
            let refused = handing_in(&site.inspector, &envelope).problem().await;
            assert!(matches!(&refused, Problem::Invalid { .. }), "{refused:?}");
        }
    })
    .await;
}

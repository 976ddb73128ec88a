//! Many who write at once: committed together on the embedded engine, and each on its own terms all the same.

use crate::support::{on_each_engine, sqlite};
use domain::region::RegionCode;
use futures::future::join_all;
use sqlx::Executor;
use store::{Db, StoreError, Tx, settings};
use tempfile::TempDir;

/// Writes a mark that tests can find again.
async fn mark(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    settings::set(tx, RegionCode::NATION, name, "1").await
}

/// The marks that a reader sees.
async fn marks(db: &Db) -> Vec<String> {
    marks_in(&mut db.read().await.unwrap()).await
}

async fn marks_in(tx: &mut Tx) -> Vec<String> {
    let sql = "select name from settings where name like 'mark%' order by name";
    let rows: Vec<(String,)> = match tx {
        Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_all(&mut **tx).await.unwrap(),
        Tx::Postgres(tx) => sqlx::query_as(sql).fetch_all(&mut **tx).await.unwrap(),
    };
    rows.into_iter().map(|(name,)| name).collect()
}

/// Lets the writer's connection hold no more pages than it has; of SQLite only.
async fn fill_disk(tx: &mut Tx) {
    let Tx::Sqlite(tx) = tx else { unreachable!("the test is of SQLite") };
    tx.execute("pragma max_page_count = 1").await.unwrap();
}

/// Writes until the disk is full.
async fn write_until_full(tx: &mut Tx) -> StoreError {
    let value = "满".repeat(10_000);
    for number in 0..10_000 {
        if let Err(error) = settings::set(tx, RegionCode::NATION, &format!("long{number}"), &value).await {
            return error;
        }
    }
    unreachable!("the disk holds everything")
}

#[tokio::test]
async fn a_disk_that_was_full_for_a_moment_stops_nobody_afterwards() {
    let folder = TempDir::new().unwrap();
    let db = sqlite(&folder).await;
    let mut tx = db.write().await.unwrap();
    fill_disk(&mut tx).await;
    assert!(write_until_full(&mut tx).await.is_full());
    drop(tx);
    for number in 0..3 {
        let mut tx = db.write().await.unwrap();
        mark(&mut tx, &format!("mark{number}")).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(marks(&db).await, ["mark0", "mark1", "mark2"]);
}

#[tokio::test]
async fn who_was_done_before_the_disk_was_full_is_told_that_nothing_was_written() {
    let folder = TempDir::new().unwrap();
    let db = sqlite(&folder).await;
    let mut first = db.write().await.unwrap();
    let second = tokio::spawn({
        let db = db.clone();
        async move {
            let mut tx = db.write().await.unwrap();
            assert!(write_until_full(&mut tx).await.is_full());
            // Even a caller that does not look at errors cannot commit this.
            tx.commit().await.is_err()
        }
    });
    tokio::task::yield_now().await;
    fill_disk(&mut first).await;
    mark(&mut first, "mark").await.unwrap();
    let first = first.commit().await;
    assert!(second.await.unwrap());
    assert_eq!(marks(&db).await.is_empty(), first.is_err(), "told the truth: {first:?}");
    let mut tx = db.write().await.unwrap();
    mark(&mut tx, "mark").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(marks(&db).await, ["mark"]);
}

#[tokio::test]
async fn those_who_write_at_once_each_keep_their_own_and_a_dropped_one_leaves_nothing() {
    on_each_engine(async |db| {
        let all = (0..60).map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.write().await.unwrap();
                mark(&mut tx, &format!("mark{number:02}")).await.unwrap();
                if number % 3 == 0 {
                    drop(tx);
                } else {
                    tx.commit().await.unwrap();
                }
            })
        });
        for one in join_all(all).await {
            one.unwrap();
        }
        let expected: Vec<_> = (0..60).filter(|n| n % 3 != 0).map(|n| format!("mark{n:02}")).collect();
        assert_eq!(marks(db).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_refused_row_harms_only_its_own_transaction() {
    on_each_engine(async |db| {
        let duplicate = "insert into regions (code, name) values ('000000', '全国')";
        let all = (0..20).map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = db.write().await.unwrap();
                mark(&mut tx, &format!("mark{number:02}")).await.unwrap();
                if number % 2 == 0 {
                    let refused = match &mut tx {
                        Tx::Sqlite(tx) => tx.execute(duplicate).await.map(drop),
                        Tx::Postgres(tx) => tx.execute(duplicate).await.map(drop),
                    };
                    assert!(StoreError::from(refused.unwrap_err()).is_duplicate());
                } else {
                    tx.commit().await.unwrap();
                }
            })
        });
        for one in join_all(all).await {
            one.unwrap();
        }
        assert_eq!(marks(db).await.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_gone_in_the_middle_of_a_request_leaves_the_writer_usable() {
    on_each_engine(async |db| {
        let all: Vec<_> = (0..200_u64)
            .map(|number| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.write().await.unwrap();
                    for part in 0..5 {
                        mark(&mut tx, &format!("mark{number:03}.{part}")).await.unwrap();
                    }
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        for (number, task) in all.iter().enumerate() {
            for _ in 0..number % 7 {
                tokio::task::yield_now().await;
            }
            if number % 2 == 0 {
                task.abort();
            }
        }
        for (number, task) in all.into_iter().enumerate() {
            assert!(task.await.is_ok() || number % 2 == 0, "only those who were sent away are gone");
        }
        let mut tx = db.write().await.unwrap();
        mark(&mut tx, "mark999").await.unwrap();
        tx.commit().await.unwrap();
        let marks = marks(db).await;
        for number in 0..200 {
            let own = marks.iter().filter(|mark| mark.starts_with(&format!("mark{number:03}."))).count();
            assert!(own == 5 || number % 2 == 0 && own == 0, "{number} is whole or not there: {own}");
        }
        assert!(marks.contains(&"mark999".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_rests_on_what_another_wrote_waits_until_that_is_on_disk() {
    on_each_engine(async |db| {
        let mut first = db.write().await.unwrap();
        mark(&mut first, "mark").await.unwrap();
        let reading = tokio::spawn({
            let db = db.clone();
            store::settled(async move {
                let mut tx = db.write().await.unwrap();
                // A copy that came again: it finds the work done, and ends without writing.
                settings::administrators_per_place(&mut tx, RegionCode::NATION).await.unwrap();
            })
        });
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
        reading.await.unwrap().unwrap();
        assert_eq!(marks(db).await, ["mark"]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_rests_on_what_was_lost_is_not_given() {
    let folder = TempDir::new().unwrap();
    let db = sqlite(&folder).await;
    let mut first = db.write().await.unwrap();
    fill_disk(&mut first).await;
    let later = |is_filling: bool| {
        let db = db.clone();
        tokio::spawn(store::settled(async move {
            let mut tx = db.write().await.unwrap();
            if is_filling {
                assert!(write_until_full(&mut tx).await.is_full());
            }
        }))
    };
    // In line while the first still writes, so all three are in one group.
    let copy = later(false);
    tokio::task::yield_now().await;
    let filling = later(true);
    tokio::task::yield_now().await;
    mark(&mut first, "mark").await.unwrap();
    assert!(first.commit().await.is_err(), "it was in the transaction that the full disk ended");
    assert!(matches!(copy.await.unwrap(), Err(StoreError::NotCommitted(_))));
    assert!(filling.await.unwrap().is_err());
    assert!(marks(&db).await.is_empty());
}

#[tokio::test]
async fn a_long_one_lets_nobody_wait_who_was_done_before() {
    on_each_engine(async |db| {
        let mut first = db.write().await.unwrap();
        mark(&mut first, "mark1").await.unwrap();
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let long = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.write_alone().await.unwrap();
                gone.await.unwrap();
                mark(&mut tx, "mark2").await.unwrap();
                tx.commit().await.unwrap();
            }
        });
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
        assert_eq!(marks(db).await, ["mark1"]);
        go.send(()).unwrap();
        long.await.unwrap();
        assert_eq!(marks(db).await, ["mark1", "mark2"]);
    })
    .await;
}

#[tokio::test]
async fn closing_waits_for_those_in_line_and_takes_nobody_after() {
    let folder = TempDir::new().unwrap();
    let db = sqlite(&folder).await;
    let mut tx = db.write().await.unwrap();
    mark(&mut tx, "mark").await.unwrap();
    let closing = tokio::spawn({
        let db = db.clone();
        async move { db.close().await }
    });
    tokio::task::yield_now().await;
    tx.commit().await.unwrap();
    closing.await.unwrap();
    assert!(db.write().await.is_err());
    let again = Db::open(&format!("sqlite://{}", folder.path().join("test.db").display())).await.unwrap();
    assert_eq!(marks(&again).await, ["mark"]);
}

#[tokio::test]
async fn whoever_reads_in_pieces_sees_in_each_what_was_committed_until_then() {
    on_each_engine(async |db| {
        let mut reading = db.read_in_pieces().await.unwrap();
        assert_eq!(marks_in(&mut reading).await, [""; 0]);
        let mut tx = db.write().await.unwrap();
        mark(&mut tx, "mark1").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(marks_in(&mut reading).await, ["mark1"]);
        reading.commit().await.unwrap();
    })
    .await;
}

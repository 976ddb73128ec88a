//! A copy of a database in one file, made while others write, and a database made of it.

use crate::support::{person, postgres_url, prepared};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    task::Poll,
};
use store::{
    Db, Tx,
    copy::{self, Engine},
};
use tempfile::TempDir;

/// Two empty databases of each engine.
async fn pairs(folder: &TempDir) -> Vec<[String; 2]> {
    let file = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    let mut pairs = vec![[file("one.db"), file("other.db")]];
    if let (Some(one), Some(other)) = (postgres_url().await, postgres_url().await) {
        pairs.push([one, other]);
    }
    pairs
}

/// How many people there are.
async fn people(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let sql = "select count(*) from people";
    let (people,) = match &mut tx {
        Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
        Tx::Postgres(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
    };
    people
}

#[tokio::test]
async fn a_copy_holds_what_was_written_before_it_began_and_makes_a_database() {
    let folder = TempDir::new().unwrap();
    for [url, empty] in pairs(&folder).await {
        assert!(copy::is_empty(&url).await.unwrap() && copy::is_empty(&empty).await.unwrap());
        let engine = Engine::of(&url).unwrap();
        let file = folder.path().join(format!("copy.{}", engine.extension()));
        let db = prepared(&url).await;
        assert_eq!(engine.name(), db.engine_name());
        assert!(!copy::is_empty(&url).await.unwrap());
        let written = AtomicI64::new(0);
        let write = async || {
            let number = written.load(Ordering::Relaxed);
            let mut tx = db.write().await.unwrap();
            person(&mut tx, "王海", &format!("139{number:08}")).await;
            tx.commit().await.unwrap();
            written.store(number + 1, Ordering::Relaxed);
        };
        write().await;
        let before = written.load(Ordering::Relaxed);
        let mut copying = std::pin::pin!(copy::write(&url, &file));
        // Writes go on until it is done, each to its end.
        loop {
            let ((), done) = tokio::join!(write(), async { futures::poll!(&mut copying) });
            if let Poll::Ready(done) = done {
                break done.unwrap();
            }
        }
        assert!(copy::write(&url, &file).await.is_err() || engine == Engine::Postgres, "a copy is never written over");
        copy::read(&empty, &file).await.unwrap();
        let made = prepared(&empty).await;
        let (copied, all) = (people(&made).await, written.load(Ordering::Relaxed));
        assert!((before..=all).contains(&copied), "{before} {copied} {all}");
        made.close().await;
        db.close().await;
    }
}

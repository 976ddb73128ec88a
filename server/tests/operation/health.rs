//! `/healthz` tells the truth, and soon.

use crate::support::{GUANDU, NATION, UploadQuery, World, until_async};
use domain::{person::Role, space::Space};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::net::{TcpListener, TcpStream};

/// What it answers, which may never take longer than this.
async fn health(world: &World) -> (StatusCode, String) {
    let answer = world.stranger().get("/healthz").timeout(Duration::from_secs(2)).answer().await;
    (answer.status(), answer.text().await.unwrap())
}

async fn becomes(world: &World, status: StatusCode) {
    until_async(async || health(world).await.0 == status).await;
}

#[tokio::test]
async fn health_is_that_of_the_database() {
    let world = World::open().await;
    assert_eq!(health(&world).await, (StatusCode::OK, "ok".to_owned()));
    world.db.close().await;
    becomes(&world, StatusCode::SERVICE_UNAVAILABLE).await;
    let page = world.stranger().get("/console").answer().await;
    assert_eq!(page.status(), StatusCode::OK, "a page needs no database");
}

#[tokio::test]
async fn a_file_that_is_no_database_any_more_is_no_health() {
    let world = World::open().await;
    assert_eq!(health(&world).await.0, StatusCode::OK);
    let path = world.folder.path().join("ranan.db");
    let size = std::fs::metadata(&path).unwrap().len();
    std::fs::write(&path, vec![0x5A; usize::try_from(size).unwrap()]).unwrap();
    becomes(&world, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn a_writer_that_is_kept_out_is_no_health_and_one_that_is_busy_is() {
    let world = World::open().await;
    let address = format!("sqlite://{}", world.folder.path().join("ranan.db").display());
    let mut stranger = SqliteConnection::connect(&address).await.unwrap();
    stranger.execute("begin immediate").await.unwrap();
    becomes(&world, StatusCode::SERVICE_UNAVAILABLE).await;
    stranger.execute("rollback").await.unwrap();
    becomes(&world, StatusCode::OK).await;

    let busy = world.db.write().await.unwrap();
    for _ in 0..3 {
        assert_eq!(health(&world).await.0, StatusCode::OK);
        // The next one looks anew.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    drop(busy);
    assert_eq!(health(&world).await.0, StatusCode::OK);
}

/// A door to the server of an address: what passes through it stops when `is_shut`.
async fn door(address: &str, is_shut: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap();
    let (before, path) = address.rsplit_once('/').unwrap();
    let (account, host) = before.rsplit_once('@').unwrap_or_else(|| before.rsplit_once("//").unwrap());
    let (separator, host) = if before.contains('@') { ("@", host.to_owned()) } else { ("//", host.to_owned()) };
    let through = format!("{account}{separator}{own}/{path}");
    tokio::spawn(async move {
        while let Ok((mut inside, _)) = listener.accept().await {
            let (host, is_shut) = (host.clone(), is_shut.clone());
            tokio::spawn(async move {
                let mut outside = TcpStream::connect(&host).await.unwrap();
                let shut = async {
                    while !is_shut.load(Ordering::Relaxed) {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut inside, &mut outside) => {}
                    // Nobody says that it is shut: the connection stays, and nothing comes.
                    () = shut => std::future::pending().await,
                }
            });
        }
    });
    through
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the one setting of the tests, read where it is needed")]
async fn a_postgresql_that_is_gone_is_no_health() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(std::env::var_os("CI").is_none(), "TEST_POSTGRES_URL is not set: PostgreSQL is untested");
        return;
    };
    let is_shut = Arc::new(AtomicBool::new(false));
    let world = World::open_behind(&server, async |address| door(address, is_shut.clone()).await).await;
    assert_eq!(health(&world).await.0, StatusCode::OK);
    is_shut.store(true, Ordering::Relaxed);
    becomes(&world, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn a_disk_that_fills_up_is_told_before_and_after_it_is_full() {
    let reserve = |megabytes: u64| ["--disk-reserve-mb".to_owned(), megabytes.to_string()];
    let world = World::open().await;
    let at = rustix::fs::statvfs(world.folder.path()).unwrap();
    let free_mb = at.f_bavail * at.f_frsize / 1_048_576;
    for (reserve, told, space) in [
        (reserve(free_mb / 8), "ok", Space::Plenty),
        (reserve(free_mb * 3 / 4), "ok, but the disk fills up", Space::Low),
        (reserve(free_mb * 2), "ok, but the disk is full: only records are taken", Space::None),
    ] {
        let world = World::open_with(&reserve.each_ref().map(String::as_str)).await;
        assert_eq!(health(&world).await, (StatusCode::OK, told.to_owned()));
        let administrator = world.sign_in_as(Role::Administrator, NATION).await;
        assert_eq!(administrator.call::<Space>("disk/space", &json!({})).await, space);
        let importing = world.sign_in_as(Role::Administrator, GUANDU).await;
        let refused = importing.post("/imports/enterprises").body("no workbook").problem().await.code();
        assert_eq!(refused, if space == Space::None { "no_space" } else { "bad_workbook" });
    }
}

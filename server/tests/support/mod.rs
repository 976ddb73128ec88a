//! A world for tests: the real router on a port of its own, before a copy of the demonstration's data on either engine,
//! and people of the demonstration who sign in as in life.

mod field;
mod session;
pub mod workbook;

pub use field::{Site, commented_photo, cure, handing_in, held, photo, sealed};
pub use session::{Session, UploadQuery};

use clap::Parser;
use domain::{
    id::PersonId,
    person::{DepartmentCode, PersonFilter, PhoneNumber, Role},
    region::RegionCode,
    time::Timestamp,
};
use server::{
    cli::{Cli, Command, Serve},
    commands,
};
use services::{Gate, seed};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{path::Path, sync::Once, time::Duration};
use store::{Db, Scope, people::PersonFields};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OnceCell, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

/// Hazards of each world: more than one batch of an export.
pub const HAZARDS: u32 = 2_100;
/// An account that was added to the demonstration's: a person with no post.
pub const NO_POST: &str = "13000900001";

/// The demonstration's branch, and two places beside it.
pub const NATION: &str = "000000";
pub const YUNNAN: &str = "530000";
pub const KUNMING: &str = "530100";
pub const GUANDU: &str = "530111";
pub const WUHUA: &str = "530102";
pub const QUJING: &str = "530300";
pub const QILIN: &str = "530302";

/// Everything one test needs; each has a database of its own.
pub struct World {
    /// Where the site is, such as `http://127.0.0.1:40000`.
    pub address: String,
    /// The database behind it.
    pub db: Db,
    /// Its URL, as `DATABASE_URL` would have it.
    pub database: String,
    /// The way to all services, as its server has it.
    pub gate: Gate,
    /// Where files lie; removed with the world.
    pub folder: TempDir,
    http: reqwest::Client,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
}

/// Runs a test in a world of SQLite, then in one of PostgreSQL.
///
/// # Panics
/// Under CI, when `TEST_POSTGRES_URL` names no server: an engine that is missing there is a failure.
#[expect(clippy::disallowed_methods, reason = "the one setting of the tests, read where it is needed")]
pub async fn on_each_engine(test: impl AsyncFn(&World)) {
    test(&World::open().await).await;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let world = World::open_on(&seeded_database(&server).await, TempDir::new().unwrap(), &[]).await;
            test(&world).await;
            world.end().await;
        }
        Err(error) if std::env::var_os("CI").is_some() => panic!("TEST_POSTGRES_URL: {error}: PostgreSQL is untested"),
        Err(_) => {}
    }
}

/// The demonstration's data and a person with no post, written once per run and engine, and copied from there.
async fn fill(url: &str) {
    let db = Db::open(url).await.unwrap();
    store::prepare(&db).await.unwrap();
    seed::run(&db, HAZARDS, now()).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let phone = PhoneNumber::parse(NO_POST).unwrap();
    let department = DepartmentCode("housing".to_owned());
    let fields = PersonFields { name: "无岗", phone: &phone, department: &department, is_internal: true };
    store::people::insert(&mut tx, PersonId(new_id()), fields, now()).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

async fn seeded_file() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    FILE.get_or_init(async || {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ranan.db");
        fill(&format!("sqlite://{}", path.display())).await;
        std::fs::read(path).unwrap()
    })
    .await
}

/// A database of its own on the server, whose last path segment it takes the place of.
async fn seeded_database(server: &str) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(async || {
        let (name, url) = fresh_database(server, "template1").await;
        fill(&url).await;
        name
    });
    fresh_database(server, template.await).await.1
}

/// A copy of a database: its name and address.
async fn fresh_database(server: &str, template: &str) -> (String, String) {
    let name = format!("test_{}", new_id().simple());
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("create database {name} template {template}"))).await.unwrap();
    connection.close().await.unwrap();
    let (before, options) = server.split_once('?').unwrap_or((server, ""));
    let (base, _) = before.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}?{options}");
    (name, url)
}

/// An id, as phones make them.
#[expect(clippy::disallowed_methods, reason = "a test is a phone too")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Now, as the server under test sees it.
#[expect(clippy::disallowed_methods, reason = "the server under test keeps the time of the day")]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// A region's code.
pub fn code(region: &str) -> RegionCode {
    region.parse().unwrap()
}

impl World {
    /// A world of SQLite.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same of a server with these options beside.
    pub async fn open_with(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ranan.db");
        std::fs::write(&path, seeded_file().await).unwrap();
        Self::open_on(&format!("sqlite://{}", path.display()), folder, options).await
    }

    /// A world of PostgreSQL behind a door: the address is given to what opens it, which gives the door's.
    pub async fn open_behind(server: &str, door: impl AsyncFnOnce(&str) -> String) -> Self {
        let url = door(&seeded_database(server).await).await;
        Self::open_on(&url, TempDir::new().unwrap(), &[]).await
    }

    async fn open_on(database: &str, folder: TempDir, options: &[&str]) -> Self {
        choose_provider();
        build_site(&folder.path().join("site"));
        let options = serve_options(database, folder.path(), options);
        let (state, db) = commands::open_state(&options).await.unwrap();
        let gate = state.gate.clone();
        let listener = TcpListener::bind(options.listen).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(commands::answer(listener, state, async {
            drop(stopped.await);
        }));
        let database = database.to_owned();
        Self { address, db, database, gate, folder, http: reqwest::Client::new(), stop, ended }
    }

    /// Asks the server to stop, and waits until it has let running requests end.
    pub async fn end(self) {
        self.stop.send(()).unwrap();
        drop(self.http);
        self.ended.await.unwrap().unwrap();
        self.db.close().await;
    }

    /// The address of an empty database of the same engine.
    pub async fn empty_database(&self) -> String {
        match &self.db {
            Db::Sqlite { .. } => format!("sqlite://{}/{}.db", self.folder.path().display(), new_id()),
            Db::Postgres(_) => fresh_database(&self.database, "template1").await.1,
        }
    }

    /// Somebody without a session.
    pub fn stranger(&self) -> Session {
        Session::stranger(self.http.clone(), &self.address)
    }

    /// Signs in, once a minute for each number.
    pub async fn sign_in(&self, phone: &str) -> Session {
        Session::sign_in(self.http.clone(), &self.address, phone).await
    }

    /// Signs in as the first holder of such a post.
    pub async fn sign_in_as(&self, role: Role, region: &str) -> Session {
        let region = code(region);
        let mut tx = self.db.read().await.unwrap();
        let filter = PersonFilter { role: Some(role), ..PersonFilter::default() };
        let everywhere = Scope::unrestricted("a test looks for whom to sign in as");
        let scope = everywhere.within(region).unwrap();
        let records = store::people::list(&mut tx, scope, &filter, None, 5_000).await.unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.id).collect();
        let posts = store::people::posts_of(&mut tx, &ids).await.unwrap();
        drop(tx);
        let holds = |id| posts[&id].iter().any(|post| post.role == role && post.region == region);
        let phones = records.into_iter().filter(|record| holds(record.id)).map(|record| record.phone);
        self.sign_in(phones.min().unwrap().as_str()).await
    }
}

/// The options of `ranan serve`, as the command line reads them.
pub fn serve_options(database: &str, folder: &Path, options: &[&str]) -> Serve {
    let path = |name: &str| folder.join(name).display().to_string();
    let (photos, imports, site) = (path("photos"), path("imports"), path("site"));
    let words = ["ranan", "serve", "--demo", "--listen", "127.0.0.1:0", "--metrics-listen", "off"];
    let limits = ["--codes-per-hour", "10000", "--sign-ins-per-hour", "10000"];
    let places = ["--database-url", database, "--photos", &photos, "--imports", &imports, "--site", &site];
    match Cli::try_parse_from(words.into_iter().chain(limits).chain(places).chain(options.iter().copied()))
        .unwrap()
        .command
    {
        Command::Serve(options) => *options,
        other => panic!("{other:?}"),
    }
}

/// A site as the bundler leaves it, in miniature.
fn build_site(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, content) in [
        ("index.html", "<!doctype html><title>燃安</title>"),
        ("app-0123456789abcdef.js", "export default 1;"),
        ("service-worker.js", "self.skipWaiting();"),
        ("manifest.webmanifest", "{}"),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
}

/// The client of the tests has no cryptography of its own.
fn choose_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

/// Sends bytes as they are, and reads the answer to its end.
pub async fn raw(world: &World, request: &[u8]) -> String {
    let stream = TcpStream::connect(world.address.trim_start_matches("http://")).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let mut answer = Vec::new();
    // Both at once, as browsers do: an answer may come before the request has ended.
    let (sent, read) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut answer));
    sent.unwrap();
    read.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends the beginning of a request, waits until it is seen, and goes away.
pub async fn cut_off(world: &World, request: &[u8], is_seen: impl Fn() -> bool) {
    let mut stream = TcpStream::connect(world.address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request).await.unwrap();
    until(is_seen).await;
}

/// Waits until it is so, and fails when it is not within ten seconds.
pub async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap();
}

/// The same for what has to be asked for.
pub async fn until_async(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
}

/// The files in a folder and below it: their paths within it, in order.
pub fn files(folder: &Path) -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

//! A world for tests: a real gate to a fresh, prepared database of each engine, a clock that stands still until it is
//! moved, and a gateway that keeps the codes it was to send. People come in through the services, as in life.

use domain::{
    Problem,
    id::{OperationId, PersonId, PostId},
    inspection::Submission,
    login::Me,
    operation::{Envelope, FORMAT, OperationKind, Receipt},
    person::{DepartmentCode, NewPost, Person, PersonEntry, PhoneNumber, Role},
    region::RegionCode,
    time::Timestamp,
};
use serde::Serialize;
use services::{
    Action, Config, Gate, Permit,
    actions::FileOperation,
    login::{self, Browser},
    operations, people,
    sms::{Sending, SmsError, SmsGateway},
    space::Reserve,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicI64, Ordering},
};
use store::{Db, Scope};
use tempfile::TempDir;
use uuid::Uuid;

/// Everything one test needs; each has a database of its own.
pub struct World {
    /// The gate to the services.
    pub gate: Gate,
    /// The database behind it.
    pub db: Db,
    /// Where files lie; removed with the world.
    _folder: TempDir,
    sms: Arc<Recorder>,
    now: Arc<AtomicI64>,
}

/// A gateway that keeps what it was to send.
#[derive(Default)]
struct Recorder {
    sent: Mutex<Vec<(PhoneNumber, String)>>,
    is_broken: AtomicBool,
}

impl SmsGateway for Recorder {
    fn send_code<'a>(&'a self, phone: &'a PhoneNumber, code: &'a str) -> Sending<'a> {
        Box::pin(async move {
            if self.is_broken.load(Ordering::Relaxed) {
                return Err(SmsError("out of order".to_owned()));
            }
            self.sent.lock().unwrap().push((phone.clone(), code.to_owned()));
            Ok(())
        })
    }
}

/// Runs a test in a world of SQLite, then in one of PostgreSQL.
///
/// # Panics
/// Under CI, when `TEST_POSTGRES_URL` names no server: an engine that is missing there is a failure.
pub async fn on_each_engine(test: impl AsyncFn(&World)) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    test(&World::open(&url, folder).await).await;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let url = fresh_database(&server).await;
            let world = World::open(&url, TempDir::new().unwrap()).await;
            test(&world).await;
            world.db.close().await;
        }
        Err(error) if std::env::var_os("CI").is_some() => panic!("TEST_POSTGRES_URL: {error}: PostgreSQL is untested"),
        Err(_) => {}
    }
}

/// Makes a database of its own on the server, whose last path segment it takes the place of.
async fn fresh_database(server: &str) -> String {
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    connection.close().await.unwrap();
    let (before, options) = server.split_once('?').unwrap_or((server, ""));
    let (base, _) = before.rsplit_once('/').unwrap();
    format!("{base}/{name}?{options}")
}

impl World {
    async fn open(url: &str, folder: TempDir) -> Self {
        let db = Db::open(url).await.unwrap();
        store::prepare(&db).await.unwrap();
        let now = Arc::new(AtomicI64::new(Timestamp::start_of("2026-11-23".parse().unwrap()).plus_seconds(9 * 3600).0));
        let (sms, clock) = (Arc::new(Recorder::default()), now.clone());
        let config = Config { is_demo: false, imports: folder.path().join("imports"), reserve: Reserve::default() };
        std::fs::create_dir_all(&config.imports).unwrap();
        let gate =
            Gate::new(db.clone(), Arc::new(move || Timestamp(clock.load(Ordering::Relaxed))), sms.clone(), config);
        Self { gate, db, _folder: folder, sms, now }
    }

    /// Moves the clock.
    pub fn pass_seconds(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// The last code that went to a number.
    pub fn last_code(&self, phone: &str) -> Option<String> {
        let sent = self.sms.sent.lock().unwrap();
        sent.iter().rev().find(|(to, _)| to.as_str() == phone).map(|(_, code)| code.clone())
    }

    /// How many codes went out.
    pub fn codes_sent(&self) -> usize {
        self.sms.sent.lock().unwrap().len()
    }

    /// Breaks the gateway.
    pub fn break_sms(&self) {
        self.sms.is_broken.store(true, Ordering::Relaxed);
    }

    /// Signs in, a minute later, and gives the token.
    pub async fn sign_in(&self, phone: &str) -> String {
        self.sign_in_as(phone).await.0
    }

    /// Signs in, a minute later, and gives the token and who it is.
    pub async fn sign_in_as(&self, phone: &str) -> (String, Me) {
        self.pass_seconds(domain::login::RESEND_SECONDS);
        self.sign_in_with(&Browser::issue().1, phone).await.unwrap()
    }

    /// Signs in with this browser.
    pub async fn sign_in_with(&self, browser: &Browser, phone: &str) -> Result<(String, Me), Problem> {
        login::request_code(&self.gate, browser, phone).await?;
        self.try_code(browser, phone, &self.last_code(phone).unwrap()).await
    }

    /// Tries a code with this browser, which calls itself Chrome on a phone.
    pub async fn try_code(&self, browser: &Browser, phone: &str, code: &str) -> Result<(String, Me), Problem> {
        let user_agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
        login::sign_in(&self.gate, Some(browser), user_agent, phone, code).await
    }

    /// What the audit log says of all places, newest first: who, what, to what, and how.
    pub async fn audit(&self) -> Vec<[String; 4]> {
        let mut tx = self.db.read().await.unwrap();
        let page =
            store::audit::page(&mut tx, Scope::unrestricted("a test reads the whole log"), None, 1_000).await.unwrap();
        page.rows.into_iter().map(|row| [row.person_name, row.action, row.subject, row.detail]).collect()
    }

    /// A permit for the holder of a token.
    pub async fn permit<A: Action>(&self, token: &str) -> Permit<A> {
        self.try_permit(token).await.unwrap()
    }

    /// A permit for the holder of a token, or why there is none.
    pub async fn try_permit<A: Action>(&self, token: &str) -> Result<Permit<A>, Problem> {
        self.gate.permit(Some(token)).await
    }

    /// Makes an administrator out of nothing and signs them in: the token.
    pub async fn administrator(&self, phone: &str, name: &str, region: &str) -> String {
        let created = people::create_administrator(&self.gate, phone, name, code(region), "housing").await;
        created.unwrap();
        self.sign_in(phone).await
    }

    /// Adds an inspector through the administrator behind `token`, at that administrator's place.
    pub async fn add_inspector(&self, token: &str, phone: &str, name: &str, region: &str) -> Person {
        let post = NewPost { id: PostId(Uuid::now_v7()), role: Role::Inspector, region: code(region) };
        people::add(self.permit(token).await, PersonId(Uuid::now_v7()), entry(name, phone, "fire"), post, None)
            .await
            .unwrap()
    }

    /// Adds an inspector as above and signs them in: the token and the person.
    pub async fn inspector(&self, token: &str, phone: &str, name: &str, region: &str) -> (String, Person) {
        let person = self.add_inspector(token, phone, name, region).await;
        (self.sign_in(phone).await, person)
    }
}

/// Hands in what the holder of a token did at the current post, as a phone does: in an envelope.
pub async fn hand_in(
    gate: &Gate,
    token: &str,
    about: (OperationKind, OperationId, Timestamp),
    body: impl Serialize,
) -> Result<Receipt, Problem> {
    hand_in_after(gate, token, &[], about, body).await
}

/// The same of what needs others.
pub async fn hand_in_after(
    gate: &Gate,
    token: &str,
    needs: &[OperationId],
    (kind, id, made_at): (OperationKind, OperationId, Timestamp),
    body: impl Serialize,
) -> Result<Receipt, Problem> {
    let me = login::me(gate.permit(Some(token)).await?).await?;
    let envelope = Envelope {
        format: FORMAT,
        id,
        kind: kind.code().to_owned(),
        post: me.post.unwrap().id,
        author: me.id,
        made_at,
        needs: needs.to_vec(),
        photos: Vec::new(),
        body,
    };
    let bytes = serde_json::to_vec(&envelope).unwrap();
    operations::file(gate.permit::<FileOperation>(Some(token)).await?, id, &bytes, false).await
}

/// Hands in an inspection.
pub async fn submit(gate: &Gate, token: &str, submission: &Submission) -> Result<Receipt, Problem> {
    let about = (OperationKind::Inspection, submission.id.into(), submission.finished_at);
    hand_in(gate, token, about, submission).await
}

/// A region's code.
pub fn code(region: &str) -> RegionCode {
    region.parse().unwrap()
}

/// A person's entry, 是否内部人员 是.
pub fn entry(name: &str, phone: &str, department: &str) -> PersonEntry {
    PersonEntry {
        name: name.to_owned(),
        phone: phone.to_owned(),
        department: DepartmentCode(department.to_owned()),
        is_internal: true,
    }
}

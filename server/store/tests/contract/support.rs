//! A fresh, prepared database of each engine, and the records that tests begin with.

use domain::{
    checklist::{ChecklistItem, ItemCode},
    credit_code::check_character,
    enterprise::{EnterpriseDraft, EnterpriseEntry, EnterpriseType},
    geo::PositionVerdict,
    hazard::{Event, EventData, Severity},
    id::{EnterpriseId, EventId, HazardId, InspectionId, OperationId, PersonId, PostId},
    inspection::{Accepted, Answer, NewHazard, Submission},
    person::{DepartmentCode, PhoneNumber},
    region::RegionCode,
    time::{Date, Timestamp},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::collections::BTreeMap;
use store::{
    Db, Scope, Tx,
    enterprises::NewEnterprise,
    hazards::{Author, NewEvent, StoredHazard},
    operations::Operation,
    people::PersonFields,
};
use tempfile::TempDir;
use uuid::Uuid;

/// Runs a test on SQLite, then on PostgreSQL.
///
/// # Panics
/// Under CI, when `TEST_POSTGRES_URL` names no server: an engine that is missing there is a failure.
pub async fn on_each_engine(test: impl AsyncFn(&Db)) {
    let folder = TempDir::new().unwrap();
    test(&sqlite(&folder).await).await;
    if let Some(db) = postgres().await {
        test(&db).await;
        db.close().await;
    }
}

/// A prepared database in a folder of its own.
pub async fn sqlite(folder: &TempDir) -> Db {
    prepared(&format!("sqlite://{}", folder.path().join("test.db").display())).await
}

/// A prepared database of its own on the test server, if there is one.
pub async fn postgres() -> Option<Db> {
    Some(prepared(&postgres_url().await?).await)
}

/// The address of an empty database of its own on the test server, if there is one.
#[expect(clippy::disallowed_methods, reason = "a test binary has no command line of its own")]
pub async fn postgres_url() -> Option<String> {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(std::env::var_os("CI").is_none(), "TEST_POSTGRES_URL is not set: PostgreSQL is untested");
        return None;
    };
    let name = format!("test_{}", fresh_id().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    connection.close().await.unwrap();
    let (before, options) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = before.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}?{options}"))
}

/// Opens a database and prepares it.
pub async fn prepared(url: &str) -> Db {
    let db = Db::open(url).await.unwrap();
    store::prepare(&db).await.unwrap();
    db
}

/// An id that no other test has.
#[expect(clippy::disallowed_methods, reason = "the test is the caller who makes the ids")]
pub fn fresh_id() -> Uuid {
    Uuid::now_v7()
}

/// A region's code.
pub fn code(region: &str) -> RegionCode {
    region.parse().unwrap()
}

/// The scope of a post there.
pub fn within(region: &str) -> Scope {
    Scope::unrestricted("a contract test is nobody's view").within(code(region)).unwrap()
}

/// A day.
pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Noon of a day in China.
pub fn noon(text: &str) -> Timestamp {
    Timestamp::start_of(date(text)).plus_seconds(12 * 3600)
}

/// A valid credit code; another for every number.
pub fn uscc(number: u32) -> String {
    let body = format!("9153010{number:010}");
    let check = check_character(body.as_bytes()).unwrap();
    format!("{body}{}", char::from(check))
}

/// A restaurant's seven fields.
pub fn entry(name: &str, address: &str, credit_code: &str) -> EnterpriseEntry {
    let draft = EnterpriseDraft {
        name: name.to_owned(),
        enterprise_type: EnterpriseType::Catering.name().to_owned(),
        address: address.to_owned(),
        legal_representative: "李建国".to_owned(),
        credit_code: credit_code.to_owned(),
        licence_name: "食品经营许可证".to_owned(),
        licence_number: "JY25301110000001".to_owned(),
    };
    draft.parse().unwrap()
}

/// Writes an enterprise.
pub async fn enterprise(tx: &mut Tx, region: &str, entry: &EnterpriseEntry) -> EnterpriseId {
    let id = EnterpriseId(fresh_id());
    let new = NewEnterprise { id, entry, region: code(region), at: noon("2026-10-01") };
    assert!(store::enterprises::insert(tx, &new).await.unwrap());
    id
}

/// Writes a person of the fire brigade.
pub async fn person(tx: &mut Tx, name: &str, phone: &str) -> PersonId {
    let id = PersonId(fresh_id());
    let phone = PhoneNumber::parse(phone).unwrap();
    let department = DepartmentCode("fire".to_owned());
    let fields = PersonFields { name, phone: &phone, department: &department, is_internal: true };
    store::people::insert(tx, id, fields, noon("2026-10-01")).await.unwrap();
    id
}

/// An operation of this author that nobody filed yet.
pub fn operation(author: PersonId, region: &str) -> Operation {
    let at = noon("2026-11-02");
    Operation {
        id: OperationId(fresh_id()),
        kind: "inspection".to_owned(),
        format: 1,
        author,
        deliverer: author,
        post: PostId(fresh_id()),
        region: code(region),
        enterprise_type: None,
        made_at: at,
        received_at: at,
        content_hash: String::new(),
        envelope: "{}".to_owned(),
    }
}

/// The item that hazards of tests fail at.
pub fn item() -> ChecklistItem {
    ChecklistItem {
        code: ItemCode("CT-01".to_owned()),
        text: "安装可燃气体报警装置".to_owned(),
        basis: "安全生产法 第三十六条".to_owned(),
        severity: Severity::Major.into(),
        department: DepartmentCode("commerce".to_owned()),
    }
}

/// A visit by one inspector, with one failed item.
pub fn visit(enterprise: EnterpriseId, author: PersonId, at: Timestamp) -> Accepted {
    Accepted {
        submission: Submission {
            id: InspectionId(fresh_id()),
            enterprise,
            enterprise_type: EnterpriseType::Catering,
            checklist_version: 1,
            started_at: at,
            finished_at: at.plus_seconds(1800),
            participants: vec![author],
            fix: None,
            verdict: None,
            exception: None,
            answers: BTreeMap::from([(item().code, Answer::Fail)]),
            hazards: Vec::new(),
            seen_again: Vec::new(),
        },
        verdict: PositionVerdict::Match { distance_m: 12.0 },
    }
}

/// Writes a visit.
pub async fn inspect(
    tx: &mut Tx,
    region: &str,
    enterprise: EnterpriseId,
    author: PersonId,
    at: Timestamp,
) -> InspectionId {
    let id = InspectionId(fresh_id());
    handed_in(tx, id, region, enterprise, author, at).await;
    id
}

/// Writes the inspection of this id.
pub async fn handed_in(
    tx: &mut Tx,
    id: InspectionId,
    region: &str,
    enterprise: EnterpriseId,
    author: PersonId,
    at: Timestamp,
) {
    let mut accepted = visit(enterprise, author, at);
    accepted.submission.id = id;
    let context = store::inspections::Context {
        author,
        post_region: code(region),
        region: code(region),
        inspectors: &["王海".to_owned()],
        received_at: at.plus_seconds(3600),
    };
    store::inspections::insert(tx, &accepted, &context).await.unwrap();
}

/// Writes a hazard of a visit.
pub async fn hazard(
    tx: &mut Tx,
    place: &store::hazards::FoundAt<'_>,
    officer: PersonId,
    severity: Severity,
    due_on: &str,
) -> HazardId {
    let found = NewHazard {
        id: HazardId(fresh_id()),
        item: item().code,
        description: "后厨没有安装报警器".to_owned(),
        severity,
        severity_reason: (severity != Severity::Major).then(|| "备用报警器当日到货".to_owned()),
        officer,
        due_on: date(due_on),
        photos: Vec::new(),
    };
    store::hazards::insert(tx, &[(&found, &item())], place).await.unwrap();
    found.id
}

/// The visit at which hazards are found on that day, handed in an hour later.
pub fn found_at(
    inspection: InspectionId,
    enterprise: EnterpriseId,
    region: &str,
    author: PersonId,
    day: &str,
) -> store::hazards::FoundAt<'static> {
    store::hazards::FoundAt {
        inspection,
        enterprise,
        name: "老街米线",
        address: "中心路 1 号",
        enterprise_type: EnterpriseType::Catering.code(),
        region: code(region),
        found_at: noon(day),
        received_at: noon(day).plus_seconds(3600),
        author: Author { person: author, name: "王海", title: "官渡区 · 检查员" },
    }
}

/// Lets something happen to a hazard.
pub async fn happen(tx: &mut Tx, hazard: HazardId, actor: PersonId, at: Timestamp, data: EventData) -> StoredHazard {
    let event = Event { data, text: "说明".to_owned() };
    let new = NewEvent {
        id: EventId(fresh_id()),
        event: &event,
        made_at: at,
        at: at.plus_seconds(600),
        author: Author { person: actor, name: "王海", title: "官渡区 · 检查员" },
        operation: None,
    };
    let stored = store::hazards::lock(tx, hazard).await.unwrap().unwrap();
    store::hazards::append(tx, stored, &new).await.unwrap()
}

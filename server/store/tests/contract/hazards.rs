//! The life of hazards: events and their fold, whose they are, and that every list and sum counts as a recount does.

use crate::support::{
    code, date, enterprise, entry, found_at, fresh_id, happen, hazard, inspect, item, noon, on_each_engine, person,
    uscc, within,
};
use domain::{
    hazard::{CureDetails, Event, EventData, HazardRow, HazardState, Life, Severity, Stage, fold},
    id::{EventId, HazardId, InspectionId, PersonId, PostId},
    inspection::NewHazard,
    ledger::{HazardFilter, LedgerSummary},
    person::{DepartmentCode, NewPost, Role},
};
use store::{
    Db, Tx,
    hazards::{self, Author, NewEvent},
    ledger,
    statistics::{self, Period},
};

/// A visit to an enterprise in 官渡区 by one inspector.
struct Visit {
    inspection: InspectionId,
    enterprise: domain::id::EnterpriseId,
    author: PersonId,
}

async fn visit(tx: &mut Tx) -> Visit {
    let author = person(tx, "王海", "13900000001").await;
    let enterprise = enterprise(tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
    let inspection = inspect(tx, "530111", enterprise, author, noon("2026-11-02")).await;
    Visit { inspection, enterprise, author }
}

impl Visit {
    async fn find(&self, tx: &mut Tx, severity: Severity, due_on: &str) -> HazardId {
        let place = found_at(self.inspection, self.enterprise, "530111", self.author, "2026-11-02");
        hazard(tx, &place, self.author, severity, due_on).await
    }
}

async fn post(tx: &mut Tx, person: PersonId, region: &str) -> PostId {
    let post = NewPost { id: PostId(fresh_id()), role: Role::Inspector, region: code(region) };
    store::posts::grant(tx, &[(person, post)], noon("2026-10-01")).await.unwrap();
    post.id
}

fn cured(needs_review: bool) -> EventData {
    EventData::Cured { details: CureDetails::default(), needs_review }
}

/// Every kind of event that changes a hazard, the way back from it included.
fn lives(from: PersonId, to: PersonId) -> Vec<EventData> {
    let department = |code: &str| DepartmentCode(code.into());
    vec![
        EventData::Added { cure: None },
        EventData::Reassigned { from, to },
        EventData::SeverityChanged { from: Severity::Major, to: Severity::General },
        EventData::SeverityChanged { from: Severity::General, to: Severity::Major },
        EventData::Extended { from: date("2026-11-10"), to: date("2026-12-10") },
        EventData::Transferred { from: department("commerce"), to: department("fire") },
        EventData::SupervisionOrdered { due_on: date("2026-12-01") },
        EventData::SupervisionLifted,
        EventData::CuredInPart(CureDetails::default()),
        cured(true),
        EventData::Reviewed { is_passed: false },
        cured(true),
        EventData::Reviewed { is_passed: true },
        EventData::Added { cure: Some(CureDetails::default()) },
        EventData::Reopened,
        cured(false),
        EventData::Reopened,
        EventData::Voided,
        EventData::Reopened,
        cured(true),
        EventData::Voided,
    ]
}

/// All hazards of these, as read one by one.
async fn recount(tx: &mut Tx, ids: &[HazardId]) -> Vec<HazardRow> {
    let mut rows = Vec::new();
    for id in ids {
        rows.push(hazards::get(tx, *id).await.unwrap().unwrap());
    }
    rows
}

/// That page, sums, export and statistics count what a recount of the rows counts, under every state.
async fn assert_counted(tx: &mut Tx, ids: &[HazardId], what: &str) {
    let today = date("2026-11-24");
    let rows = recount(tx, ids).await;
    let is_listed = |row: &HazardRow, state: Option<HazardState>| match (state, row.state(today).known().unwrap()) {
        (None, shown) => shown != HazardState::Voided,
        (Some(HazardState::Open), shown) => matches!(shown, HazardState::Open | HazardState::Overdue),
        (Some(wanted), shown) => shown == wanted,
    };
    for state in HazardState::ALL.iter().copied().map(Some).chain([None]) {
        let listed: Vec<_> = rows.iter().filter(|row| is_listed(row, state)).collect();
        let count =
            |is: &dyn Fn(&HazardRow) -> bool| i64::try_from(listed.iter().filter(|row| is(row)).count()).unwrap();
        let expected = LedgerSummary {
            total: count(&|_| true),
            major: count(&|row| row.severity == Severity::Major),
            overdue: count(&|row| row.state(today) == HazardState::Overdue),
            closed: count(&|row| row.stage == Stage::Closed),
        };
        let filter = HazardFilter { state, ..HazardFilter::default() };
        for scope in ["000000", "530000", "530100", "530111"] {
            let scope = within(scope);
            let sums = ledger::summary(tx, scope, &filter, today).await.unwrap();
            assert_eq!(sums, expected, "{what}: sums of {state:?}");
            let page = ledger::page(tx, scope, &filter, today, None, 50).await.unwrap().rows;
            assert_eq!(page.len(), listed.len(), "{what}: page of {state:?}");
            assert!(page.iter().all(|row| rows.contains(row)), "{what}: rows of {state:?}");
            let lines = ledger::lines(tx, scope, &filter, today, None, 50).await.unwrap().rows;
            assert_eq!(lines.len(), listed.len(), "{what}: lines of {state:?}");
            let has_cure = lines
                .iter()
                .all(|line| line.cure_text.is_empty() == !matches!(line.stage, Stage::Closed | Stage::UnderReview));
            assert!(has_cure, "{what}: a cure in force, and no other, is exported");
        }
        if state.is_none() {
            let all = statistics::by_region(tx, within("530111"), Period::default(), today).await.unwrap();
            let all = all.into_iter().next().unwrap();
            let counted =
                LedgerSummary { total: all.hazards, major: all.major, overdue: all.overdue, closed: all.closed };
            assert_eq!(counted, expected, "{what}: statistics");
        }
    }
}

#[tokio::test]
async fn lists_sums_exports_and_statistics_equal_a_recount_after_every_kind_of_event() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let other = person(&mut tx, "李山", "13900000002").await;
        let mut ids = vec![
            visit.find(&mut tx, Severity::Major, "2026-11-10").await,
            visit.find(&mut tx, Severity::General, "2026-12-10").await,
        ];
        assert_counted(&mut tx, &ids, "found").await;
        let changed = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        ids.push(changed);
        let mut at = noon("2026-11-03");
        for data in lives(visit.author, other) {
            at = at.plus_seconds(3600);
            let what = format!("{data:?}");
            let stored = happen(&mut tx, changed, visit.author, at, data).await;
            assert_counted(&mut tx, &ids, &what).await;

            let events = hazards::events(&mut tx, changed).await.unwrap();
            let folded = fold(events.iter().map(|event| &event.record)).unwrap();
            assert_eq!(folded, stored.hazard, "{what}: what was appended to is the fold of all");
            assert_eq!(hazards::find(&mut tx, changed).await.unwrap().unwrap(), stored, "{what}: as read again");
            assert_eq!(usize::try_from(stored.version).unwrap(), events.len(), "{what}: the version counts events");
            let row = hazards::get(&mut tx, changed).await.unwrap().unwrap();
            let closed_at = if let Life::Closed(cured) = folded.life { Some(cured.at) } else { None };
            assert_eq!((row.stage, row.closed_at), (folded.life.stage().into(), closed_at), "{what}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cure_has_the_time_of_the_field_and_the_event_keeps_both() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let id = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        let made_at = noon("2026-11-05");
        happen(&mut tx, id, visit.author, made_at, cured(false)).await;
        assert_eq!(hazards::get(&mut tx, id).await.unwrap().unwrap().closed_at, Some(made_at));
        let event = hazards::events(&mut tx, id).await.unwrap().pop().unwrap();
        assert_eq!((event.record.made_at, event.record.at), (made_at, made_at.plus_seconds(600)));
        assert_eq!((event.actor_name.as_str(), event.actor_title.as_str()), ("王海", "官渡区 · 检查员"));
    })
    .await;
}

#[tokio::test]
async fn a_taken_id_is_told_and_writes_nothing() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let id = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        let again = NewHazard {
            id,
            item: item().code,
            description: "另一条".into(),
            severity: Severity::Major,
            severity_reason: None,
            officer: visit.author,
            due_on: date("2026-12-01"),
            photos: Vec::new(),
        };
        let place = found_at(visit.inspection, visit.enterprise, "530111", visit.author, "2026-11-02");
        assert!(hazards::insert(&mut tx, &[(&again, &item())], &place).await.is_err());
        let asked = [HazardId(fresh_id()), id];
        assert_eq!(hazards::known_among(&mut tx, &asked).await.unwrap(), [id]);
        assert_eq!(hazards::events(&mut tx, id).await.unwrap().len(), 1);
        assert_eq!(hazards::of_inspection(&mut tx, visit.inspection).await.unwrap().len(), 1);
        let (officer, basis, reason) = hazards::particulars(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((officer, basis, reason), (visit.author, item().basis, None));
        assert_eq!(hazards::particulars(&mut tx, HazardId(fresh_id())).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_person_has_to_cure_what_was_found_together_and_what_the_person_is_officer_of() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let other = person(&mut tx, "李山", "13900000002").await;
        let kept = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        let given = visit.find(&mut tx, Severity::Major, "2026-11-11").await;
        happen(
            &mut tx,
            given,
            visit.author,
            noon("2026-11-03"),
            EventData::Reassigned { from: visit.author, to: other },
        )
        .await;
        let ids = |rows: Vec<HazardRow>| {
            let mut ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(hazards::open_of_person(&mut tx, visit.author).await.unwrap()), [kept, given]);
        assert_eq!(ids(hazards::open_of_person(&mut tx, other).await.unwrap()), [given]);
        happen(&mut tx, given, other, noon("2026-11-04"), cured(true)).await;
        assert_eq!(ids(hazards::open_of_person(&mut tx, other).await.unwrap()), [given], "待复核 is not closed");
        happen(&mut tx, given, other, noon("2026-11-04"), EventData::Reviewed { is_passed: true }).await;
        assert_eq!(ids(hazards::open_of_person(&mut tx, other).await.unwrap()), []);
        happen(&mut tx, kept, visit.author, noon("2026-11-04"), EventData::Voided).await;
        assert_eq!(ids(hazards::open_of_person(&mut tx, visit.author).await.unwrap()), []);
        assert_eq!(ids(hazards::open_of_enterprise(&mut tx, within("530111"), visit.enterprise).await.unwrap()), []);
    })
    .await;
}

#[tokio::test]
async fn a_hazard_is_orphaned_when_no_participant_holds_a_post_at_the_place_any_more() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let id = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        let here = post(&mut tx, visit.author, "530111").await;
        let orphaned = async |tx: &mut Tx, place: &str| hazards::orphaned(tx, within(place)).await.unwrap().len();
        assert_eq!(orphaned(&mut tx, "530111").await, 0);
        post(&mut tx, visit.author, "530112").await;
        store::posts::withdraw(&mut tx, here, EventId(fresh_id()), noon("2026-11-04")).await.unwrap();
        assert_eq!(orphaned(&mut tx, "530111").await, 1, "a post elsewhere does not count");
        assert_eq!(orphaned(&mut tx, "530112").await, 0, "nor is it another county's");
        assert_eq!(orphaned(&mut tx, "530100").await, 0, "nor the prefecture's, whose team did not find it");
        post(&mut tx, visit.author, "530111").await;
        assert_eq!(orphaned(&mut tx, "530111").await, 0);
        store::people::delete(&mut tx, visit.author, noon("2026-11-05")).await.unwrap();
        assert_eq!(orphaned(&mut tx, "530111").await, 1);
        happen(&mut tx, id, visit.author, noon("2026-11-06"), cured(false)).await;
        assert_eq!(orphaned(&mut tx, "530111").await, 0);
        let names = store::people::names(&mut tx, &[visit.author]).await.unwrap();
        assert_eq!(names.get(&visit.author).map(String::as_str), Some("王海"), "a deleted person keeps the name");
    })
    .await;
}

#[tokio::test]
async fn an_officer_leaves_behind_what_no_other_post_of_theirs_is_for() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let left = async |tx: &mut Tx, place: &str| {
            store::people::open_hazards_of_officer(tx, code(place), visit.author).await.unwrap()
        };
        let here = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        let closed = visit.find(&mut tx, Severity::Major, "2026-11-10").await;
        happen(&mut tx, closed, visit.author, noon("2026-11-04"), cured(false)).await;
        // Found in the county by a team of the prefecture.
        let above = inspect(&mut tx, "530100", visit.enterprise, visit.author, noon("2026-11-03")).await;
        let place = found_at(above, visit.enterprise, "530111", visit.author, "2026-11-03");
        let there = hazard(&mut tx, &place, visit.author, Severity::Major, "2026-11-10").await;
        let mut both = [here, there];
        both.sort();
        assert_eq!(left(&mut tx, "530111").await, both);
        assert_eq!(left(&mut tx, "530100").await, [there]);
        assert_eq!(left(&mut tx, "530112").await, []);
        post(&mut tx, visit.author, "530100").await;
        assert_eq!(left(&mut tx, "530111").await, [here], "the post above is for the other");
    })
    .await;
}

/// Closes or voids a hazard in a transaction of its own, unless it was closed or voided before.
async fn end(db: &Db, id: HazardId, actor: PersonId, data: EventData) -> Stage {
    let mut tx = db.write().await.unwrap();
    let stored = hazards::lock(&mut tx, id).await.unwrap().unwrap();
    if stored.hazard.life != Life::Open {
        return stored.hazard.life.stage();
    }
    tokio::task::yield_now().await;
    let event = Event { data, text: String::new() };
    let at = noon("2026-11-06");
    let author = Author { person: actor, name: "王海", title: "" };
    let new = NewEvent { id: EventId(fresh_id()), event: &event, made_at: at, at, author, operation: None };
    let stage = hazards::append(&mut tx, stored, &new).await.unwrap().hazard.life.stage();
    tx.commit().await.unwrap();
    stage
}

#[tokio::test]
async fn of_two_acts_at_once_the_second_sees_what_the_first_did() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let visit = visit(&mut tx).await;
        let mut ids = Vec::new();
        for _ in 0..10 {
            ids.push(visit.find(&mut tx, Severity::Major, "2026-11-10").await);
        }
        tx.commit().await.unwrap();
        for id in ids {
            let (a, b) =
                tokio::join!(end(db, id, visit.author, cured(false)), end(db, id, visit.author, EventData::Voided));
            assert_eq!(a, b);
            let mut tx = db.read().await.unwrap();
            assert_eq!(hazards::events(&mut tx, id).await.unwrap().len(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn a_region_may_want_a_second_look_at_cures() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let rule = async |tx: &mut Tx| store::settings::review_rule(tx, code("530111")).await;
        assert_eq!(rule(&mut tx).await.unwrap().code(), "never");
        store::settings::set(&mut tx, code("530000"), "review", "all").await.unwrap();
        assert_eq!(rule(&mut tx).await.unwrap().code(), "all");
        store::settings::set(&mut tx, code("530111"), "review", "major").await.unwrap();
        assert_eq!(rule(&mut tx).await.unwrap().code(), "major");
        store::settings::set(&mut tx, code("530111"), "review", "perhaps").await.unwrap();
        assert!(rule(&mut tx).await.is_err());
    })
    .await;
}

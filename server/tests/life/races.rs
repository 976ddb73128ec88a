//! Acts at once, on two connections: the second sees what the first did, and is told; none waits for another for ever.

use super::{Caller, Team, set_review, whole_cure};
use crate::support::{
    KUNMING, UploadQuery, World, handing_in, held, new_id, on_each_engine, sealed, until_async, workbook,
};
use domain::{
    Problem,
    enterprise::{EnterpriseDetail, EnterpriseDraft, EnterpriseRow},
    geo::{Fix, Wgs84},
    hazard::{EventKind, HazardDetail, HazardRow},
    id::{EnterpriseId, HazardId, PersonId},
    import::ImportReport,
    inspection::InspectionRow,
    operation::{Outcome, Receipt},
    page::Page,
    person::{PhoneNumber, Role},
    photo::PhotoHash,
};
use reqwest::{RequestBuilder, Response};
use serde_json::json;
use sqlx::PgConnection;
use store::{Db, Tx};

/// How many connections of this database wait for a row.
async fn waiting(db: &Db) -> i64 {
    let Db::Postgres(pool) = db else { return i64::MAX };
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// Asks for both while `tx` holds what they need: the second once the first waits. Lets go once both do, or the second
/// needed nothing of it. SQLite's one writer is held by any `tx`, and both stand in its line.
async fn race(world: &World, tx: Tx, first: RequestBuilder, second: RequestBuilder) -> [Response; 2] {
    let first = tokio::spawn(first.answer());
    until_async(async || waiting(&world.db).await >= 1).await;
    let second = tokio::spawn(second.answer());
    until_async(async || waiting(&world.db).await >= 2 || second.is_finished()).await;
    drop(tx);
    [first.await.unwrap(), second.await.unwrap()]
}

async fn holding_enterprise(world: &World, id: EnterpriseId) -> Tx {
    let mut tx = world.db.write().await.unwrap();
    store::enterprises::lock(&mut tx, id).await.unwrap();
    tx
}

async fn holding_person(world: &World, id: PersonId) -> Tx {
    let mut tx = world.db.write().await.unwrap();
    store::people::lock(&mut tx, id).await.unwrap();
    tx
}

/// Keeps others from writing that this person had a part in something.
async fn holding_part(world: &World, id: PersonId) -> Tx {
    let mut tx = world.db.write().await.unwrap();
    if let Tx::Postgres(tx) = &mut tx {
        hold(tx, id).await;
    }
    tx
}

async fn hold(connection: &mut PgConnection, id: PersonId) {
    sqlx::query("select 1 from people where id = $1 for update").bind(id.0).execute(connection).await.unwrap();
}

async fn enterprise_of(team: &Team, hazard: HazardId) -> EnterpriseId {
    team.office.detail(hazard).await.hazard.enterprise
}

fn deletion(team: &Team, person: &Caller, successor: Option<PersonId>) -> RequestBuilder {
    let post = person.me.post.as_ref().unwrap().id;
    let input = json!({ "event": new_id(), "id": person.me.id, "posts": [post], "successor": successor });
    team.office.session.function("people/delete", &input)
}

/// Whether a person is there, and the posts held.
async fn state(world: &World, id: PersonId) -> (bool, usize) {
    let mut tx = world.db.read().await.unwrap();
    let person = store::people::get(&mut tx, id).await.unwrap();
    let posts = store::people::posts_of(&mut tx, &[id]).await.unwrap();
    (person.is_some(), posts.get(&id).map_or(0, Vec::len))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reassignment_against_a_cure_is_told_when_it_comes_second_and_the_cure_always_counts() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        for is_cure_first in [false, true] {
            let hazard = team.find().await;
            // By the person who shall be officer: both hold on to that one.
            let cure = team.partner.curing(&whole_cure(hazard));
            let reassign = team.office.act("reassign", hazard, json!({ "to": team.partner.me.id }));
            let tx = holding_enterprise(world, enterprise_of(&team, hazard).await).await;
            let (first, second) = if is_cure_first { (cure, reassign) } else { (reassign, cure) };
            let [first, second] = race(world, tx, first, second).await;
            let (cured, reassigned) = if is_cure_first { (first, second) } else { (second, first) };
            let receipt: Receipt = cured.json().await.unwrap();
            assert_eq!(receipt.outcome, Outcome::Applied);
            let kinds = team.kinds(hazard).await;
            assert!(kinds.contains(&EventKind::Cured), "{kinds:?}");
            let is_reassigned = kinds.len() == 4;
            assert_eq!(reassigned.status() == 200, is_reassigned, "{kinds:?}");
            assert!(is_reassigned || reassigned.status() == 409, "{}", reassigned.status());
            assert_eq!(is_reassigned, kinds[2] == EventKind::Reassigned, "never after it was closed: {kinds:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_cures_at_once_one_closes_the_hazard_and_the_other_is_in_its_history() {
    on_each_engine(async |world| {
        use EventKind::{Added, Cured, Found, Reassigned};
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let tx = holding_enterprise(world, enterprise_of(&team, hazard).await).await;
        let cures = [team.author.curing(&whole_cure(hazard)), team.partner.curing(&whole_cure(hazard))];
        let [first, second] = cures;
        for answer in race(world, tx, first, second).await {
            assert_eq!(answer.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
        }
        assert_eq!(team.kinds(hazard).await, [Found, Reassigned, Cured, Added]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reviews_at_once_one_counts_and_the_other_is_told() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        set_review(world, "all").await;
        let hazard = team.find().await;
        assert_eq!(team.partner.cure(&whole_cure(hazard)).await.outcome, Outcome::Applied);
        let tx = holding_enterprise(world, enterprise_of(&team, hazard).await).await;
        let passing = team.office.act("review", hazard, json!({ "is_passed": true }));
        let returning = team.other.act("review", hazard, json!({ "is_passed": false }));
        let answers = race(world, tx, passing, returning).await;
        let mut statuses = answers.map(|answer| answer.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(team.kinds(hazard).await.iter().filter(|kind| **kind == EventKind::Reviewed).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_becomes_officer_who_is_being_deleted() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        for (person, is_deletion_first) in [(&team.spare, false), (&team.other, true)] {
            let hazard = team.find().await;
            let reassign = team.office.act("reassign", hazard, json!({ "to": person.me.id }));
            let delete = deletion(&team, person, None);
            let (first, second, tx) = if is_deletion_first {
                (delete, reassign, holding_person(world, person.me.id).await)
            } else {
                (reassign, delete, holding_enterprise(world, enterprise_of(&team, hazard).await).await)
            };
            let mut statuses = race(world, tx, first, second).await.map(|answer| answer.status().as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 422], "one is done, and the other told");
            let is_officer = team.office.detail(hazard).await.officer == person.me.id;
            assert_eq!(state(world, person.me.id).await.0, is_officer, "deletion first: {is_deletion_first}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_are_deleted_do_not_take_over_from_each_other() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let (hazard, other) = (team.find().await, team.find().await);
        let to = json!({ "to": team.other.me.id });
        team.office.act("reassign", other, to).content::<HazardDetail>().await;
        let tx = holding_enterprise(world, enterprise_of(&team, hazard).await).await;
        let one = deletion(&team, &team.officer, Some(team.other.me.id));
        let two = deletion(&team, &team.other, Some(team.officer.me.id));
        let mut statuses = race(world, tx, one, two).await.map(|answer| answer.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        for id in [hazard, other] {
            let officer = team.office.detail(id).await.officer;
            assert!(state(world, officer).await.0, "an officer who is there");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deleted_while_their_inspection_is_filed_leaves_no_hazard_behind() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        for (person, is_deletion_first) in [(&team.other, false), (&team.spare, true)] {
            let mut visit = team.site.finding(&[PhotoHash::of(b"found")]);
            visit.participants = vec![person.me.id];
            visit.hazards[0].officer = person.me.id;
            let hazard = visit.hazards[0].id;
            let envelope = sealed(&person.me, "inspection", visit.id.into(), visit.finished_at, &visit);
            let filing = handing_in(&person.session, &envelope);
            let delete = deletion(&team, person, Some(team.partner.me.id));
            let (first, second, tx) = if is_deletion_first {
                (delete, filing, holding_person(world, person.me.id).await)
            } else {
                (filing, delete, holding_enterprise(world, visit.enterprise).await)
            };
            let [first, second] = race(world, tx, first, second).await;
            let (deleted, filed) = if is_deletion_first { (first, second) } else { (second, first) };
            assert_eq!(deleted.status(), 200, "deletion first: {is_deletion_first}");
            // Whichever the engine lets go first: no hazard stays behind.
            if filed.status() == 200 {
                assert_eq!(filed.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
                assert_eq!(team.office.detail(hazard).await.officer, team.partner.me.id);
            } else {
                assert_eq!(filed.status(), 401);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_against_a_deletion_leaves_no_post_on_a_deleted_person() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let above = Caller::at(world, Role::Administrator, KUNMING).await;
        for (person, is_deletion_first) in [(&team.spare, false), (&team.other, true)] {
            let mut tx = world.db.read().await.unwrap();
            let record = store::people::get(&mut tx, person.me.id).await.unwrap().unwrap();
            drop(tx);
            let row = [record.name.as_str(), record.phone.as_str(), record.department.name.as_str(), "是", "检查员"];
            let workbook = workbook::people(&[row]);
            let checked: ImportReport = above.session.post("/imports/people").body(workbook).content().await;
            assert_eq!(checked.good, 1, "{checked:?}");
            let confirm = above.session.function("imports/confirm_people", &json!({ "id": checked.id }));
            let delete = deletion(&team, person, None);
            let tx = holding_person(world, person.me.id).await;
            let (first, second) = if is_deletion_first { (delete, confirm) } else { (confirm, delete) };
            let answers = race(world, tx, first, second).await;
            assert!(answers.iter().all(|answer| answer.status().is_success()), "{answers:?}");
            // Imported first, the post above stays; deleted first, whoever is entered again is the same person.
            assert_eq!(state(world, person.me.id).await, (true, 1), "deletion first: {is_deletion_first}");
            assert_eq!(phone_owners(world, &record.phone).await, [person.me.id]);
        }
    })
    .await;
}

async fn phone_owners(world: &World, phone: &PhoneNumber) -> Vec<PersonId> {
    let mut tx = world.db.read().await.unwrap();
    store::people::by_phone(&mut tx, phone).await.unwrap().into_iter().map(|record| record.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_first_inspections_at_once_one_gives_the_position_and_the_other_is_marked() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let draft = EnterpriseDraft {
            name: "新开米线".into(),
            enterprise_type: team.site.enterprise.enterprise_type.code().into(),
            address: "关上街 950 号".into(),
            legal_representative: "王新开".into(),
            credit_code: "91360727MA38QC805G".into(),
            ..EnterpriseDraft::default()
        };
        let input = json!({ "id": new_id(), "draft": draft });
        let new: EnterpriseRow = team.office.session.call("enterprises/add", &input).await;
        let visits = [(&team.author, 25.015), (&team.partner, 25.035)].map(|(caller, latitude)| {
            let mut visit = team.site.submission();
            visit.enterprise = new.id;
            visit.participants = vec![caller.me.id];
            let at = Wgs84 { latitude, longitude: 102.744 };
            visit.fix = Some(Fix { at, accuracy_m: 10.0, taken_at: visit.started_at });
            let envelope = sealed(&caller.me, "inspection", visit.id.into(), visit.finished_at, &visit);
            (visit.id, at, handing_in(&caller.session, &envelope))
        });
        let ids = [(visits[0].0, visits[0].1), (visits[1].0, visits[1].1)];
        let [(.., first), (.., second)] = visits;
        let tx = holding_enterprise(world, new.id).await;
        for answer in race(world, tx, first, second).await {
            assert_eq!(answer.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
        }
        let detail: EnterpriseDetail = team.office.session.call("enterprises/get", &json!({ "id": new.id })).await;
        let filter = json!({ "filter": { "unmatched_only": true } });
        let marked: Page<InspectionRow> = team.office.session.call("inspections/list", &filter).await;
        let marked: Vec<_> = ids.iter().filter(|(id, _)| marked.rows.iter().any(|row| row.id == *id)).collect();
        let first = ids.iter().find(|(_, at)| detail.enterprise.position == Some(*at)).unwrap();
        assert_eq!(marked.len(), 1);
        assert_ne!(marked[0].0, first.0, "the one that is not where the position was fixed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_saw_hazards_again_waits_for_cures_of_them_and_they_for_it() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        for is_cure_first in [false, true] {
            let hazard = team.find().await;
            let row = team.office.detail(hazard).await.hazard;
            let mut visit = team.site.finding(&[]);
            visit.hazards.clear();
            visit.seen_again = vec![domain::inspection::SeenAgain {
                hazard,
                item: row.item,
                text: "仍未安装".into(),
                photos: Vec::new(),
            }];
            let visit = handing_in(&team.author.session, &team.site.sealed(&visit));
            let cure = team.partner.curing(&whole_cure(hazard));
            let tx = holding_enterprise(world, row.enterprise).await;
            let (first, second) = if is_cure_first { (cure, visit) } else { (visit, cure) };
            for answer in race(world, tx, first, second).await {
                assert_eq!(answer.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
            }
            let mut kinds = team.kinds(hazard).await.split_off(2);
            kinds.sort();
            assert_eq!(kinds, [EventKind::Added, EventKind::Cured]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hazards_are_found_by_the_name_of_today_whether_the_visit_or_the_new_name_came_first() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let enterprise = &team.site.enterprise;
        for (name, is_name_first) in [("改名在后火锅", false), ("改名在先火锅", true)] {
            let mut visit = team.site.finding(&[PhotoHash::of(b"found")]);
            visit.participants.push(team.partner.me.id);
            let filing = handing_in(&team.author.session, &team.site.sealed(&visit));
            let draft = EnterpriseDraft {
                name: name.into(),
                enterprise_type: enterprise.enterprise_type.code().into(),
                address: enterprise.address.clone(),
                legal_representative: "王老板".into(),
                ..EnterpriseDraft::default()
            };
            let input = json!({ "id": enterprise.id, "draft": draft, "position": null });
            let naming = team.office.session.function("enterprises/edit", &input);
            let (first, second, tx) = if is_name_first {
                (naming, filing, holding_enterprise(world, enterprise.id).await)
            } else {
                (filing, naming, holding_part(world, team.partner.me.id).await)
            };
            let answers = race(world, tx, first, second).await;
            assert!(answers.iter().all(|answer| answer.status().is_success()), "{answers:?}");
            let filter = json!({ "filter": { "text": name }, "after": null });
            let found: Page<HazardRow> = team.office.session.call("hazards/list", &filter).await;
            assert!(found.rows.iter().any(|row| row.id == visit.hazards[0].id), "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_and_whoever_files_what_a_held_record_waits_for_do_not_wait_for_each_other() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        for is_office_first in [false, true] {
            let hazard = team.find().await;
            let visit = team.site.sealed(&team.site.submission());
            let cure = whole_cure(hazard);
            let mut waiting = sealed(&team.partner.me, "rectification", cure.id, cure.recorded_at, &cure);
            waiting.needs = vec![visit.id];
            let receipt: Receipt = handing_in(&team.partner.session, &waiting).content().await;
            assert_eq!(held(&receipt), "needs");
            let filing = handing_in(&team.author.session, &visit);
            let accepting = team.office.session.function("operations/accept", &json!({ "id": waiting.id }));
            // Whoever is second waits with what it holds by then: it must not be the enterprise.
            let mut tx = world.db.write().await.unwrap();
            store::operations::lock(&mut tx, waiting.id).await.unwrap().unwrap();
            let (first, second) = if is_office_first { (accepting, filing) } else { (filing, accepting) };
            let [first, second] = race(world, tx, first, second).await;
            let (accepted, filed) = if is_office_first { (first, second) } else { (second, first) };
            assert_eq!(filed.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
            let status = accepted.status().as_u16();
            assert!([200, 409].contains(&status), "accepted, or decided on already: {status}");
            let kinds = team.kinds(hazard).await;
            assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Cured).count(), 1, "{kinds:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_undoes_for_the_sake_of_another_is_to_be_sent_again_and_then_taken() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let cure = whole_cure(hazard);
        let mut tx = holding_enterprise(world, enterprise_of(&team, hazard).await).await;
        let curing = tokio::spawn(team.partner.curing(&cure).answer());
        until_async(async || waiting(&world.db).await >= 1).await;
        if let Tx::Postgres(other) = &mut tx {
            // Now each waits for the other, and of the two this one does not look whether it does.
            sqlx::query("set local deadlock_timeout = '60s'").execute(&mut **other).await.unwrap();
            hold(other, team.partner.me.id).await;
            let undone = curing.await.unwrap();
            assert_eq!(undone.status(), 503);
            assert!(undone.headers().contains_key("retry-after"));
            assert_eq!(undone.json::<Problem>().await.unwrap(), Problem::Unreachable);
        }
        drop(tx);
        assert_eq!(team.partner.cure(&cure).await.outcome, Outcome::Applied);
    })
    .await;
}

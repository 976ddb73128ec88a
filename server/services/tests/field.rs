//! What inspectors do on site: hand in an inspection, be refused, cure, and find it all in the ledger.

use crate::support::{self, World, on_each_engine};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseType},
    geo::{Fix, Wgs84},
    hazard::{Act, ControlMeasure, EnforcementAction, EventKind, HazardState, Rectification, Severity},
    id::{EnterpriseId, EventId, HazardId, InspectionId, OperationId},
    inspection::{Answer, Begun, InspectionFilter, NewHazard, PositionException, SeenAgain, Submission},
    ledger::HazardFilter,
    operation::{OperationKind, Outcome, Receipt},
    person::Person,
    photo::PhotoHash,
    time::plus_days,
};
use services::{checklists, enterprises, hazards, inspections, ledger, operations, photos};
use uuid::Uuid;

const HERE: Wgs84 = Wgs84 { latitude: 25.015, longitude: 102.744 };

/// A county with an enterprise and two inspectors of it.
struct Site {
    administrator: String,
    author: String,
    author_person: Person,
    other: String,
    other_person: Person,
    enterprise: EnterpriseId,
}

async fn site(world: &World) -> Site {
    let administrator = world.administrator("13800000003", "县管甲", "530111").await;
    let (author, author_person) = world.inspector(&administrator, "13900000001", "检查甲", "530111").await;
    let (other, other_person) = world.inspector(&administrator, "13900000002", "检查乙", "530111").await;
    let enterprise = EnterpriseId(Uuid::now_v7());
    let draft = EnterpriseDraft {
        name: "老街过桥米线".into(),
        enterprise_type: "餐饮企业".into(),
        address: "官渡区关上街1号".into(),
        legal_representative: "王老街".into(),
        credit_code: "91360727MA38QC805G".into(),
        ..EnterpriseDraft::default()
    };
    enterprises::add(world.permit(&administrator).await, enterprise, draft).await.unwrap();
    Site { administrator, author, author_person, other, other_person, enterprise }
}

/// An inspection that found one hazard at the first item.
async fn submission(world: &World, site: &Site) -> Submission {
    let lists = checklists::current(world.permit(&site.author).await).await.unwrap();
    let list = lists.into_iter().find(|list| list.enterprise_type.code() == "catering").unwrap();
    let now = world.gate.now();
    let item = &list.items[0];
    let mut answers: std::collections::BTreeMap<_, _> =
        list.items.iter().map(|item| (item.code.clone(), Answer::Pass)).collect();
    answers.insert(item.code.clone(), Answer::Fail);
    Submission {
        id: InspectionId(Uuid::now_v7()),
        enterprise: site.enterprise,
        enterprise_type: list.enterprise_type.known().unwrap(),
        checklist_version: list.version,
        started_at: now,
        finished_at: now,
        participants: vec![site.author_person.id, site.other_person.id],
        fix: Some(Fix { at: HERE, accuracy_m: 20.0, taken_at: now }),
        verdict: None,
        exception: None,
        answers,
        hazards: vec![NewHazard {
            id: HazardId(Uuid::now_v7()),
            item: item.code.clone(),
            description: "后厨未安装燃气泄漏报警器".into(),
            severity: item.preset(),
            severity_reason: None,
            officer: site.other_person.id,
            due_on: plus_days(now.date(), 15),
            photos: vec![photo("before")],
        }],
        seen_again: Vec::new(),
    }
}

fn photo(name: &str) -> PhotoHash {
    PhotoHash::of(name.as_bytes())
}

fn cure(hazard: HazardId, world: &World) -> Rectification {
    Rectification {
        id: OperationId(Uuid::now_v7()),
        hazard,
        is_partial: false,
        recorded_at: world.gate.now(),
        text: "已安装并测试".into(),
        measures: vec![ControlMeasure::OnSite],
        enforcement: vec![EnforcementAction::None],
        fine_fen: None,
        photos: vec![photo("after")],
    }
}

async fn submit(world: &World, token: &str, submission: &Submission) -> Result<Receipt, Problem> {
    support::submit(&world.gate, token, submission).await
}

async fn close(world: &World, token: &str, cure: &Rectification) -> Result<Receipt, Problem> {
    support::hand_in(&world.gate, token, (OperationKind::Rectification, cure.id, cure.recorded_at), cure).await
}

/// Why an operation is held.
fn held(receipt: Result<Receipt, Problem>) -> String {
    match receipt.unwrap().outcome {
        Outcome::Held(reason) => reason.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_inspection_reaches_its_participants_and_the_ledger_and_is_cured_by_a_co_inspector() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let submission = submission(world, &site).await;
        let hazard = submission.hazards[0].id;
        let receipt = submit(world, &site.author, &submission).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Applied);
        assert_eq!((receipt.photos_held, receipt.photos_expected), (vec![], vec![photo("before")]));

        photos::stored(world.permit(&site.author).await, photo("before"), 9, photo("kept"), "image/jpeg")
            .await
            .unwrap();
        let again = submit(world, &site.author, &submission).await.unwrap();
        assert_eq!((again.photos_held, again.photos_expected), (vec![photo("before")], vec![]));
        assert_eq!(again.received_at, receipt.received_at);

        for token in [&site.author, &site.other] {
            let mine = hazards::mine(world.permit(token).await, None).await.unwrap();
            assert_eq!(mine.iter().map(|hazard| hazard.id).collect::<Vec<_>>(), [hazard]);
        }
        let detail = hazards::get(world.permit(&site.other).await, hazard).await.unwrap();
        assert_eq!(detail.photos, [photo("before")]);
        assert_eq!(detail.officer, site.other_person.id);
        assert_eq!(detail.may, [Act::Cure, Act::Add, Act::Reassign]);
        assert_eq!(detail.inspection.inspectors, ["检查甲", "检查乙"]);

        let cure = cure(hazard, world);
        let closed = close(world, &site.other, &cure).await.unwrap();
        assert_eq!(close(world, &site.other, &cure).await.unwrap(), closed);
        let second = Rectification { id: OperationId(Uuid::now_v7()), text: "又检查了一次".into(), ..cure };
        assert_eq!(close(world, &site.author, &second).await.unwrap().outcome, Outcome::Applied);

        let detail = hazards::get(world.permit(&site.administrator).await, hazard).await.unwrap();
        assert_eq!(detail.cure().unwrap().actor, "检查乙");
        let kinds: Vec<_> =
            detail.events.iter().map(|event| (event.kind.known().unwrap(), event.actor.as_str())).collect();
        assert_eq!(
            kinds,
            [(EventKind::Found, "检查甲"), (EventKind::Cured, "检查乙"), (EventKind::Added, "检查甲")],
            "a cure that comes second is added to the history"
        );
        assert_eq!(detail.may, [Act::Reopen]);
        assert!(hazards::mine(world.permit(&site.author).await, None).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn racing_copies_are_one_row_and_the_same_receipt() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let submission = submission(world, &site).await;
        let copies = (0..20).map(|_| {
            let (gate, token, submission) = (world.gate.clone(), site.author.clone(), submission.clone());
            tokio::spawn(async move { support::submit(&gate, &token, &submission).await })
        });
        let mut receipts = Vec::new();
        for copy in copies.collect::<Vec<_>>() {
            receipts.push(copy.await.unwrap().unwrap());
        }
        assert!(receipts.iter().all(|receipt| receipt == &receipts[0]));
        let filter = InspectionFilter::default();
        let list = inspections::list(world.permit(&site.author).await, filter, None).await.unwrap();
        assert_eq!(list.rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_id_with_other_content_or_from_someone_else_is_refused() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let first = submission(world, &site).await;
        submit(world, &site.author, &first).await.unwrap();
        let mut changed = first.clone();
        changed.hazards[0].description = "改了内容".into();
        assert_eq!(submit(world, &site.author, &changed).await, Err(Problem::OperationConflict));
        assert_eq!(submit(world, &site.other, &first).await, Err(Problem::OperationConflict));
    })
    .await;
}

#[tokio::test]
async fn an_incomplete_submission_is_held_and_may_be_accepted_by_nobody() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let good = submission(world, &site).await;
        let mut incomplete = good.clone();
        incomplete.answers.pop_last();
        assert_eq!(held(submit(world, &site.author, &incomplete).await), "content");
        assert_eq!(submit(world, &site.author, &good).await, Err(Problem::OperationConflict));
        let id = OperationId::from(good.id);
        let refused = operations::office::accept(world.permit(&site.administrator).await, id).await;
        assert!(matches!(refused, Err(Problem::Conflict { .. })), "{refused:?}");
        let reason = "漏填一项".to_owned();
        operations::office::send_back(world.permit(&site.administrator).await, id, reason).await.unwrap();
        let again = Submission { id: InspectionId(Uuid::now_v7()), ..good };
        assert_eq!(submit(world, &site.author, &again).await.unwrap().outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn the_first_position_becomes_the_enterprises_and_a_mismatch_is_marked() {
    on_each_engine(async |world| {
        let site = site(world).await;
        submit(world, &site.author, &submission(world, &site).await).await.unwrap();
        let detail = enterprises::get(world.permit(&site.author).await, site.enterprise).await.unwrap();
        assert_eq!(detail.enterprise.position, Some(HERE));

        let mut far = submission(world, &site).await;
        let fix = Fix { at: Wgs84 { latitude: 25.025, ..HERE }, accuracy_m: 20.0, taken_at: world.gate.now() };
        far.fix = Some(fix);
        far.exception = Some(PositionException { reason: "楼内没有信号".into(), photo: photo("place") });
        let receipt = submit(world, &site.author, &far).await.unwrap();
        assert!(receipt.photos_expected.contains(&photo("place")));
        let filter = InspectionFilter { unmatched_only: true, ..InspectionFilter::default() };
        let list = inspections::list(world.permit(&site.administrator).await, filter, None).await.unwrap();
        assert_eq!(list.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [far.id]);
        let detail = inspections::get(world.permit(&site.administrator).await, far.id).await.unwrap();
        assert_eq!(detail.exception_photo, Some(photo("place")));
        assert_eq!(detail.inspection.exception_reason.as_deref(), Some("楼内没有信号"));
    })
    .await;
}

#[tokio::test]
async fn another_countys_enterprise_hazard_and_photo_are_not_found() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let submission = submission(world, &site).await;
        submit(world, &site.author, &submission).await.unwrap();
        photos::stored(world.permit(&site.author).await, photo("before"), 9, photo("kept"), "image/jpeg")
            .await
            .unwrap();
        let elsewhere = world.administrator("13800000004", "县管乙", "530112").await;
        let (stranger, person) = world.inspector(&elsewhere, "13900000003", "检查丙", "530112").await;
        let mut theirs = submission.clone();
        theirs.id = InspectionId(Uuid::now_v7());
        theirs.participants = vec![person.id];
        let not_found =
            |result: Result<(), Problem>| assert!(matches!(result, Err(Problem::NotFound { .. })), "{result:?}");
        theirs.hazards[0].id = HazardId(Uuid::now_v7());
        theirs.hazards[0].officer = person.id;
        assert_eq!(held(submit(world, &stranger, &theirs).await), "enterprise");
        let hazard = submission.hazards[0].id;
        not_found(hazards::get(world.permit(&stranger).await, hazard).await.map(drop));
        let cure = cure(hazard, world);
        assert_eq!(held(close(world, &stranger, &cure).await), "hazard");
        let mut tx = world.db.read().await.unwrap();
        for held in [OperationId(theirs.id.0), cure.id] {
            let filed = store::operations::find(&mut tx, held).await.unwrap().unwrap().operation;
            assert_eq!(filed.enterprise_type, Some(EnterpriseType::Catering), "by which its office is found");
        }
        drop(tx);
        not_found(photos::visible(world.permit(&stranger).await, photo("before")).await.map(drop));
        let filter = HazardFilter { region: Some("530111".parse().unwrap()), ..HazardFilter::default() };
        not_found(ledger::list(world.permit(&elsewhere).await, filter, None).await.map(drop));
        let all = ledger::list(world.permit(&elsewhere).await, HazardFilter::default(), None).await.unwrap();
        assert!(all.rows.is_empty());
        let seen = photos::visible(world.permit(&site.administrator).await, photo("before")).await.unwrap();
        assert_eq!(seen.media_type, "image/jpeg");
    })
    .await;
}

#[tokio::test]
async fn a_hazard_seen_again_is_added_to_instead_of_reported_twice() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let first = submission(world, &site).await;
        submit(world, &site.author, &first).await.unwrap();
        let mut again = submission(world, &site).await;
        let item = again.hazards.pop().unwrap().item;
        let seen =
            SeenAgain { hazard: first.hazards[0].id, item, text: "仍未安装".into(), photos: vec![photo("again")] };
        again.seen_again = vec![seen];
        submit(world, &site.author, &again).await.unwrap();
        let detail = hazards::get(world.permit(&site.author).await, first.hazards[0].id).await.unwrap();
        let texts: Vec<_> = detail.events.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(texts, ["后厨未安装燃气泄漏报警器", "仍未安装"]);
        let open = enterprises::get(world.permit(&site.author).await, site.enterprise).await.unwrap().open_hazards;
        assert_eq!(open.len(), 1);
    })
    .await;
}

/// A phone's clock is a day and a half ahead, and what it handed in waits a day for another: by then its time is no longer
/// beyond all measure, but it is still after the time it came.
#[tokio::test]
async fn a_visit_that_waited_is_held_whole_where_its_time_is_wrong_and_can_be_accepted() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let first = submission(world, &site).await;
        submit(world, &site.author, &first).await.unwrap();
        let mut again = submission(world, &site).await;
        let ahead = world.gate.now().plus_seconds(129_600);
        (again.started_at, again.finished_at) = (ahead, ahead);
        let item = again.hazards.pop().unwrap().item;
        again.seen_again =
            vec![SeenAgain { hazard: first.hazards[0].id, item, text: "仍未安装".into(), photos: Vec::new() }];
        let (id, begun) = (OperationId::from(again.id), OperationId(Uuid::now_v7()));
        let about = (OperationKind::Inspection, id, ahead);
        assert_eq!(held(support::hand_in_after(&world.gate, &site.author, &[begun], about, &again).await), "needs");
        world.pass_seconds(86_400);
        let started_at = world.gate.now();
        let body = Begun { inspection: InspectionId(Uuid::now_v7()), enterprise: site.enterprise, started_at };
        let about = (OperationKind::Begun, begun, started_at);
        support::hand_in(&world.gate, &site.author, about, &body).await.unwrap();
        let visits = async || {
            let all = InspectionFilter::default();
            inspections::list(world.permit(&site.author).await, all, None).await.unwrap().rows.len()
        };
        let events = async || {
            let detail = hazards::get(world.permit(&site.author).await, first.hazards[0].id).await.unwrap();
            detail.events.len()
        };
        let known = operations::status(world.permit(&site.author).await, vec![id]).await.unwrap();
        assert_eq!(held(Ok(known[0].receipt.clone().unwrap())), "clock");
        assert_eq!((visits().await, events().await), (1, 1), "nothing of it is written");
        operations::office::accept(world.permit(&site.administrator).await, id).await.unwrap();
        assert_eq!((visits().await, events().await), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn the_officer_may_be_changed_to_any_inspector_of_the_place_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let submission = submission(world, &site).await;
        submit(world, &site.author, &submission).await.unwrap();
        let hazard = submission.hazards[0].id;
        let newcomer = world.add_inspector(&site.administrator, "13900000009", "新同事", "530111").await;
        for (to, name) in [(site.author_person.id, "检查甲"), (newcomer.id, "新同事")] {
            let event = EventId(Uuid::now_v7());
            let changed = hazards::reassign(world.permit(&site.administrator).await, event, hazard, to).await.unwrap();
            assert_eq!(changed.hazard.officer_name, name);
        }
        let log = services::audit::list(world.permit(&site.administrator).await, None).await.unwrap();
        assert!(log.rows.iter().any(|row| row.action == "hazard.reassign" && row.detail.contains("检查乙 → 检查甲")));
    })
    .await;
}

#[tokio::test]
async fn the_ledger_finds_by_every_filter_and_sums_what_it_shows() {
    on_each_engine(async |world| {
        let site = site(world).await;
        let submission = submission(world, &site).await;
        submit(world, &site.author, &submission).await.unwrap();
        world.pass_seconds(20 * 86_400);
        let token = world.sign_in("13800000003").await;
        let day = submission.finished_at.date();
        let severity = submission.hazards[0].severity;
        let other = if severity == Severity::Major { Severity::General } else { Severity::Major };
        let all = HazardFilter::default;
        let cases = [
            (all(), true),
            (HazardFilter { region: Some("530111".parse().unwrap()), ..all() }, true),
            (HazardFilter { severity: Some(severity), ..all() }, true),
            (HazardFilter { severity: Some(other), ..all() }, false),
            (HazardFilter { state: Some(HazardState::Open), ..all() }, true),
            (HazardFilter { state: Some(HazardState::Overdue), ..all() }, true),
            (HazardFilter { state: Some(HazardState::Closed), ..all() }, false),
            (HazardFilter { enterprise_type: Some("catering".parse().unwrap()), ..all() }, true),
            (HazardFilter { enterprise_type: Some("school".parse().unwrap()), ..all() }, false),
            (HazardFilter { from: Some(day), to: Some(day), ..all() }, true),
            (HazardFilter { from: Some(plus_days(day, 1)), ..all() }, false),
            (HazardFilter { to: Some(plus_days(day, -1)), ..all() }, false),
            (HazardFilter { text: "过桥米线".into(), ..all() }, true),
            (HazardFilter { text: "报警器 后厨".into(), ..all() }, true),
            (HazardFilter { text: "不存在的词".into(), ..all() }, false),
            (HazardFilter { text: "\" OR * ' & |".into(), ..all() }, false),
        ];
        for (filter, is_found) in cases {
            let page = ledger::list(world.permit(&token).await, filter.clone(), None).await.unwrap();
            let summary = ledger::summary(world.permit(&token).await, filter.clone()).await.unwrap();
            assert_eq!(page.rows.len(), usize::from(is_found), "{filter:?}");
            assert_eq!(summary.total, i64::from(is_found), "{filter:?}");
        }
        let summary = ledger::summary(world.permit(&token).await, all()).await.unwrap();
        assert_eq!((summary.overdue, summary.closed), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn pages_and_exports_give_every_hazard_of_the_seed_once_and_in_order() {
    on_each_engine(async |world| {
        services::seed::run(&world.db, 5_000, world.gate.now()).await.unwrap();
        let province = world.sign_in("13000000003").await;
        let total = ledger::summary(world.permit(&province).await, HazardFilter::default()).await.unwrap().total;
        assert!(total >= 5_000, "{total}");
        let mut export =
            ledger::export(&world.gate, world.permit(&province).await, HazardFilter::default()).await.unwrap();
        let mut exported = Vec::new();
        loop {
            let lines = export.next().await.unwrap();
            if lines.is_empty() {
                break;
            }
            // What one is told apart by in a workbook: an item fails once in an inspection.
            exported.extend(lines.into_iter().map(|line| (line.found_at, line.enterprise_name, line.item_text)));
        }
        assert_eq!(i64::try_from(exported.len()).unwrap(), total);
        assert!(exported.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        let (mut paged, mut after) = (Vec::new(), None);
        for _ in 0..5 {
            let page = ledger::list(world.permit(&province).await, HazardFilter::default(), after).await.unwrap();
            paged.extend(page.rows.into_iter().map(|row| (row.found_at, row.enterprise_name, row.item_text)));
            after = page.next;
        }
        assert_eq!(paged, exported[..250]);
        let distinct: std::collections::BTreeSet<_> = exported.iter().collect();
        assert_eq!(distinct.len(), exported.len());
    })
    .await;
}

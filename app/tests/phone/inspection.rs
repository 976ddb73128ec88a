//! The draft of an inspection: what it lacks, what it hands in, and that the domain takes just that.

use crate::samples::{
    author, began, blank, checklist, colleague, date, decide, department, enterprise, fix, fresh_ids, hazard_id,
    instant, item, now, open_hazard, person, photo, photos, team, today, verdict, visit,
};
use app::offline::{
    draft::{Draft, Missing, SavedDraft},
    inspection_draft::{HazardDraft, InspectionDraft, PositionStep, item_anchor},
};
use domain::{
    code::Lenient,
    geo::{Fix, PositionRule, PositionVerdict, Wgs84},
    hazard::Severity,
    id::{HazardId, InspectionId, PersonId},
    inspection::{Answer, NewHazard, PositionException, SeenAgain, Submission},
    time::{Date, Timestamp, plus_days},
};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

/// The hazard sheet of [`visit`] that is a new hazard.
const NEW: u128 = 2;
/// The hazard sheet of [`visit`] that adds to an open one.
const AGAIN: u128 = 3;

type Change = fn(&mut InspectionDraft);

fn edit(draft: &mut InspectionDraft, n: u128, change: impl FnOnce(&mut HazardDraft)) {
    draft.edit_hazard(hazard_id(n), change);
}

fn officer(draft: &InspectionDraft, n: u128) -> Option<PersonId> {
    draft.officer(draft.hazard(hazard_id(n)).expect("a sheet of the draft")).map(|person| person.id)
}

#[rstest]
#[case::started(|draft: &mut InspectionDraft| draft.start(now()))]
#[case::an_answer(|draft: &mut InspectionDraft| draft.answer(&item(1), Answer::Pass, hazard_id(1)))]
#[case::a_reason(|draft: &mut InspectionDraft| draft.position.reason = "无信号".into())]
#[case::a_photo(|draft: &mut InspectionDraft| draft.position.photo = Some(photo(8)))]
fn a_draft_is_untouched_until_anything_is_entered(#[case] enter: Change) {
    let mut draft = blank(4);
    draft.started_at = None;
    assert!(draft.is_untouched());
    enter(&mut draft);
    assert!(!draft.is_untouched());
}

#[test]
fn a_draft_begins_empty_with_its_author() {
    let draft = blank(4);
    assert_eq!(draft.progress(), (0, 4));
    assert_eq!(draft.participants, [team().remove(0)]);
    assert_eq!((draft.photos(), draft.reported().count()), (Vec::new(), 0));
    assert_eq!(InspectionDraft::key(draft.id), "inspection/00000000-0000-0000-0000-000000000001");
}

#[test]
fn a_draft_knows_its_key_title_address_and_photos() {
    let draft = Draft::Inspection(visit());
    assert_eq!(draft.key(), InspectionDraft::key(visit().id));
    assert_eq!(draft.title(), "春城饭店");
    assert_eq!(draft.address(), "/field/inspections/00000000-0000-0000-0000-000000000001");
    assert_eq!(draft.author(), &author());
    assert_eq!(draft.photos(), [9, 1, 2, 2, 3].map(photo), "those of sheets that are only kept are kept, too");
}

#[test]
fn the_photo_of_the_place_is_one_of_its_photos() {
    let mut draft = blank(1);
    draft.position.photo = Some(photo(8));
    assert_eq!(draft.photos(), [photo(8)]);
}

#[test]
fn items_are_grouped_by_department_in_the_order_of_asking() {
    let draft = blank(7);
    let groups: Vec<_> = draft
        .departments()
        .into_iter()
        .map(|code| {
            let items: Vec<_> = draft.items_of(&code).map(|item| item.code.0.as_str()).collect();
            (code.0.clone(), items.join(" "))
        })
        .collect();
    assert_eq!(
        groups,
        [("commerce".into(), "CY-01 CY-02 CY-04 CY-05 CY-07".into()), ("housing".to_owned(), "CY-03 CY-06".to_owned())]
    );
}

// The position.

fn mismatch() -> PositionVerdict {
    PositionVerdict::Mismatch { distance_m: 1234.5, allowed_m: 520.0 }
}

#[rstest]
#[case::not_compared_yet(None, "无信号", Some(1), false)]
#[case::first(Some(PositionVerdict::First), "", None, true)]
#[case::near(Some(PositionVerdict::Match { distance_m: 111.2 }), "", None, true)]
#[case::far(Some(mismatch()), "", None, false)]
#[case::far_with_a_reason(Some(mismatch()), "导航偏移", None, false)]
#[case::far_with_a_photo(Some(mismatch()), "", Some(1), false)]
#[case::far_with_a_blank_reason(Some(mismatch()), " \u{3000}", Some(1), false)]
#[case::far_with_both(Some(mismatch()), "导航偏移", Some(1), true)]
#[case::nowhere_with_both(Some(PositionVerdict::NoFix), "室内无信号", Some(1), true)]
#[case::coarse_with_both(
    Some(PositionVerdict::TooCoarse { accuracy_m: 800.0, needed_m: 200.0 }), "室内无信号", Some(1), true
)]
fn the_work_goes_on_near_enough_or_with_a_reason_and_a_photo(
    #[case] verdict: Option<PositionVerdict>,
    #[case] reason: &str,
    #[case] photo_n: Option<u8>,
    #[case] may_go_on: bool,
) {
    let step = PositionStep { fix: None, verdict, reason: reason.into(), photo: photo_n.map(photo) };
    assert_eq!(step.may_go_on(), may_go_on);
}

#[rstest]
#[case::the_longest(1000, true)]
#[case::a_novel(1001, false)]
fn a_reason_is_no_longer_than_the_server_takes(#[case] length: usize, #[case] may_go_on: bool) {
    let reason = format!(" {} ", "远".repeat(length));
    let step = PositionStep { fix: None, verdict: Some(PositionVerdict::NoFix), reason, photo: Some(photo(1)) };
    assert_eq!(step.may_go_on(), may_go_on);
}

#[test]
fn a_reason_goes_in_folded_and_only_where_it_was_needed() {
    let mut draft = visit();
    (draft.position.reason, draft.position.photo) = (" 室内\u{3000}无信号".into(), Some(photo(8)));
    assert_eq!((draft.submission(now()).and_then(|sent| sent.exception), draft.position.is_unmatched()), (None, false));
    draft.position.verdict = Some(PositionVerdict::NoFix);
    let exception = PositionException { reason: "室内 无信号".into(), photo: photo(8) };
    assert_eq!(draft.submission(now()).and_then(|sent| sent.exception), Some(exception));
    assert!(draft.position.is_unmatched());
}

/// A reason may take long to write, and a fix may belong to the start by half an hour at most.
#[rstest]
#[case::at_once(0)]
#[case::an_hour_later(3600)]
#[case::a_clock_set_back(-86_400)]
fn an_inspection_starts_when_its_position_was_taken(#[case] seconds: i64) {
    let mut draft = visit();
    draft.start(began().plus_seconds(seconds));
    assert_eq!(draft.started_at, Some(fix().taken_at));
    let handed_in = began().plus_seconds(seconds + 60);
    let submission = draft.submission(handed_in).expect("complete");
    assert!(submission.finished_at >= submission.started_at);
    assert!(decide(&draft, submission, now().max(handed_in)).is_ok());
}

#[test]
fn without_a_position_an_inspection_starts_now() {
    let mut draft = visit();
    draft.position.fix = None;
    draft.start(now());
    assert_eq!(draft.started_at, Some(now()));
}

#[test]
fn nothing_is_handed_in_before_the_position_step() {
    let mut draft = visit();
    draft.started_at = None;
    assert_eq!(draft.submission(now()), None);
}

// The answers.

#[test]
fn progress_counts_items_answered_however_often() {
    let mut draft = blank(4);
    draft.answer(&item(1), Answer::Pass, hazard_id(1));
    draft.answer(&item(1), Answer::NotApplicable, hazard_id(1));
    draft.answer(&item(3), Answer::Fail, hazard_id(3));
    assert_eq!(draft.progress(), (2, 4));
}

#[test]
fn passing_the_rest_fills_only_what_is_blank_in_the_group() {
    let mut draft = blank(6);
    draft.answer(&item(1), Answer::Fail, hazard_id(1));
    draft.answer(&item(2), Answer::NotApplicable, hazard_id(2));
    draft.pass_rest(&department("commerce"));
    draft.pass_rest(&department("fire"));
    let expected = [(1, Answer::Fail), (2, Answer::NotApplicable), (4, Answer::Pass), (5, Answer::Pass)]
        .map(|(n, a)| (item(n), a));
    assert_eq!(draft.answers, expected.into());
    assert_eq!(draft.hazards.len(), 1);
}

#[test]
fn a_failed_item_opens_one_sheet_of_its_severity() {
    let mut draft = blank(4);
    draft.answer(&item(2), Answer::Fail, hazard_id(1));
    draft.answer(&item(2), Answer::Fail, hazard_id(2));
    assert_eq!(draft.hazards, [HazardDraft::new(hazard_id(1), &checklist(4).items[1])]);
    assert_eq!(draft.hazards[0].severity, Severity::Major);
    draft.add_hazard(&item(2), hazard_id(3));
    draft.add_hazard(&item(99), hazard_id(4));
    let ids: Vec<_> = draft.reported().map(|sheet| sheet.id).collect();
    assert_eq!(ids, [hazard_id(1), hazard_id(3)]);
}

#[test]
fn an_item_of_a_newer_severity_begins_as_major_and_asks_why() {
    let newer = Lenient::of("of_a_newer_server".to_owned());
    let mut draft = visit();
    let place = draft.checklist.items.iter().position(|known| known.code == item(2)).expect("an item");
    draft.checklist.items[place].severity = newer.clone();
    let sheet = HazardDraft::new(hazard_id(7), &draft.checklist.items[place]);
    assert_eq!(sheet.severity, Severity::Major);
    assert_eq!(
        draft.missing(today()),
        [Missing::at(format!("hazard-{}-severity", hazard_id(NEW)), "改变隐患级别的原因没有填写")]
    );
    edit(&mut draft, NEW, |sheet| sheet.severity_reason = "燃气泄漏".into());
    let sent = draft.submission(now()).expect("complete");
    assert_eq!(
        (sent.hazards[0].severity, sent.hazards[0].severity_reason.as_deref()),
        (Severity::Major, Some("燃气泄漏"))
    );

    // What lies on the phone keeps the code until the phone has learnt it.
    let saved = SavedDraft::first(Draft::Inspection(draft.clone()), now());
    let json = serde_json::to_string(&saved).expect("writes");
    assert_eq!(serde_json::from_str::<SavedDraft>(&json).expect("reads"), saved);
    draft.checklist.enterprise_type = Lenient::of("of_a_newer_server".to_owned());
    assert_eq!(draft.submission(now()), None, "what is handed in is of a type that this version knows");
}

#[test]
fn a_hazard_once_written_comes_back_when_its_item_fails_again() {
    let mut draft = visit();
    let written = draft.hazards.clone();
    for between in [Answer::Pass, Answer::NotApplicable] {
        draft.answer(&item(2), between, hazard_id(50));
        let sent = draft.submission(now()).expect("complete without it");
        assert_eq!(sent.hazards, []);
        draft.answer(&item(2), Answer::Fail, hazard_id(51));
        assert_eq!(draft.hazards, written);
        assert_eq!(draft, visit());
    }
}

#[test]
fn only_hazards_of_failed_items_are_handed_in() {
    let sent = visit().submission(now()).expect("complete");
    let expected = Submission {
        id: InspectionId(Uuid::from_u128(1)),
        enterprise: enterprise().id,
        enterprise_type: visit().checklist.enterprise_type.known().expect("a known type"),
        checklist_version: 1,
        started_at: began(),
        finished_at: now(),
        participants: vec![person(0), person(1)],
        fix: Some(fix()),
        verdict: visit().position.verdict,
        exception: None,
        answers: visit().answers,
        hazards: vec![NewHazard {
            id: hazard_id(NEW),
            item: item(2),
            description: "燃气软管老化".into(),
            severity: Severity::Major,
            severity_reason: None,
            officer: person(0),
            due_on: date("2026-12-23"),
            photos: vec![photo(1), photo(2)],
        }],
        seen_again: vec![SeenAgain {
            hazard: hazard_id(90),
            item: item(3),
            text: "仍未更换".into(),
            photos: vec![photo(2), photo(3)],
        }],
    };
    assert_eq!(sent, expected);
    assert_eq!(decide(&visit(), sent, now()).expect("accepted").submission, expected);
}

#[test]
fn open_hazards_of_an_item_are_offered() {
    let mut draft = blank(4);
    let closed = domain::hazard::HazardRow {
        stage: domain::hazard::Stage::Closed.into(),
        closed_at: Some(now()),
        ..open_hazard(91, 3)
    };
    draft.open_hazards = vec![open_hazard(90, 3), closed, open_hazard(92, 1), open_hazard(93, 3)];
    let ids: Vec<_> = draft.open_at(&item(3)).into_iter().map(|hazard| hazard.id).collect();
    assert_eq!(ids, [hazard_id(90), hazard_id(93)]);
    assert!(draft.open_at(&item(2)).is_empty());
}

// The officer and the date.

#[test]
fn the_officer_is_of_the_responsible_department_until_another_is_chosen() {
    let mut draft = visit();
    draft.answer(&item(3), Answer::Fail, hazard_id(AGAIN));
    assert_eq!((officer(&draft, NEW), officer(&draft, AGAIN)), (Some(person(0)), Some(person(1))));
    edit(&mut draft, NEW, |sheet| sheet.officer = Some(person(1)));
    assert_eq!(officer(&draft, NEW), Some(person(1)));
}

#[test]
fn the_officer_falls_back_to_the_suggestion_when_the_chosen_one_leaves() {
    let mut draft = visit();
    draft.participants = team();
    edit(&mut draft, NEW, |sheet| sheet.officer = Some(person(3)));
    assert_eq!(officer(&draft, NEW), Some(person(3)));
    draft.participants.pop();
    assert_eq!(officer(&draft, NEW), Some(person(0)));
    draft.participants.push(team().remove(3));
    assert_eq!(officer(&draft, NEW), Some(person(3)), "and comes back with the person");
}

#[test]
fn where_nobody_of_the_department_took_part_one_has_to_be_chosen() {
    let mut draft = visit();
    edit(&mut draft, AGAIN, |sheet| sheet.adds_to = None);
    draft.participants[1] = team().remove(3);
    assert_eq!(officer(&draft, AGAIN), None);
    let missing = Missing::at(format!("hazard-{}-officer", hazard_id(AGAIN)), "整治责任人没有选择");
    assert_eq!(draft.missing(today()), [missing]);
    edit(&mut draft, AGAIN, |sheet| sheet.officer = Some(person(0)));
    assert_eq!(draft.missing(today()), []);
}

#[test]
fn an_expert_of_the_department_is_suggested_after_its_own_people() {
    let mut draft = visit();
    draft.participants = vec![colleague(2, "commerce", false), colleague(4, "commerce", true)];
    assert_eq!(officer(&draft, NEW), Some(person(4)));
    draft.participants.pop();
    assert_eq!(officer(&draft, NEW), Some(person(2)));
}

#[rstest]
#[case::general(Severity::General, None, "2026-12-08")]
#[case::major(Severity::Major, None, "2026-12-23")]
#[case::as_chosen(Severity::Major, Some("2026-11-24"), "2026-11-24")]
fn the_due_day_is_suggested_until_another_is_chosen(
    #[case] severity: Severity,
    #[case] chosen: Option<&str>,
    #[case] due_on: &str,
) {
    let mut draft = visit();
    edit(&mut draft, NEW, |sheet| {
        (sheet.severity, sheet.severity_reason) = (severity, "已采取措施".into());
        sheet.due_on = chosen.map(date);
    });
    let sent = draft.submission(now()).expect("complete");
    assert_eq!((sent.hazards[0].due_on, draft.hazards[1].due(today())), (date(due_on), date(due_on)));
}

/// Twenty to midnight in China: the suggestion counts from the day on which the server sees it found.
#[rstest]
#[case::before_midnight("2026-11-23T15:59:59Z", "2026-12-23")]
#[case::after_midnight("2026-11-23T16:00:00Z", "2026-12-24")]
fn the_suggested_date_counts_from_the_day_of_the_hand_in(#[case] at: &str, #[case] due_on: &str) {
    let sent = visit().submission(instant(at)).expect("complete");
    assert_eq!(sent.hazards[0].due_on, date(due_on));
    assert!(decide(&visit(), sent, instant(at)).is_ok());
}

#[test]
fn a_changed_severity_goes_in_with_its_reason_and_a_reason_without_need_does_not() {
    let mut draft = visit();
    edit(&mut draft, NEW, |sheet| sheet.severity_reason = "与清单一致".into());
    assert_eq!(draft.submission(now()).expect("complete").hazards[0].severity_reason, None);
    edit(&mut draft, NEW, |sheet| {
        (sheet.severity, sheet.severity_reason) = (Severity::General, " 已\u{3000}停用".into());
    });
    let sent = draft.submission(now()).expect("complete").hazards.remove(0);
    assert_eq!((sent.severity, sent.severity_reason), (Severity::General, Some("已 停用".into())));
}

// What is missing.

#[rstest]
#[case::an_answer(|draft: &mut InspectionDraft| { draft.answers.remove(&item(4)); }, "item", "还没有选择结果")]
#[case::a_sheet(
    |draft: &mut InspectionDraft| {
        draft.answers.insert(item(4), Answer::Fail);
    },
    "item", "不合格项还没有登记隐患"
)]
#[case::a_description(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.description = " \u{3000}".into()), "description", "隐患描述没有填写")]
#[case::a_short_description(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.description = "漏".repeat(1001)), "description", "隐患描述不能超过 1000 个字")]
#[case::a_photo(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.photos.clear()), "photos", "隐患照片没有拍摄")]
#[case::fewer_photos(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.photos = photos(10)), "photos", "隐患照片最多 9 张，且不能重复")]
#[case::different_photos(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.photos = vec![photo(1), photo(1)]), "photos", "隐患照片最多 9 张，且不能重复")]
#[case::a_reason(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.severity = Severity::General), "severity", "改变隐患级别的原因没有填写")]
#[case::more_than_a_blank_reason(
    |draft: &mut InspectionDraft| edit(draft, NEW, |sheet| {
        (sheet.severity, sheet.severity_reason) = (Severity::General, " ".into());
    }),
    "severity", "改变隐患级别的原因没有填写"
)]
#[case::a_short_reason(
    |draft: &mut InspectionDraft| edit(draft, NEW, |sheet| {
        (sheet.severity, sheet.severity_reason) = (Severity::General, "因".repeat(1001));
    }),
    "severity", "改变隐患级别的原因不能超过 1000 个字"
)]
#[case::a_date_to_come(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.due_on = Some(date("2026-11-22"))), "due", "整改期限应在今天至一年之内")]
#[case::a_date_within_a_year(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.due_on = Some(date("2027-11-25"))), "due", "整改期限应在今天至一年之内")]
fn what_is_missing_is_named_where_it_is(#[case] spoil: Change, #[case] part: &str, #[case] text: &str) {
    let mut draft = visit();
    spoil(&mut draft);
    let anchor = match part {
        "item" => item_anchor(&item(4)),
        part => draft.hazard(hazard_id(NEW)).expect("a sheet").anchor(part),
    };
    assert_eq!(draft.missing(today()), [Missing::at(anchor, text)]);
    assert_eq!(draft.submission(now()), None);
}

#[rstest]
#[case::due_today(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.due_on = Some(date("2026-11-23"))))]
#[case::due_in_a_year(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.due_on = Some(date("2027-11-24"))))]
#[case::nine_photos(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.photos = photos(9)))]
#[case::a_long_description(|draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.description = "漏".repeat(1000)))]
#[case::a_reason_too_long_that_is_not_needed(
    |draft: &mut InspectionDraft| edit(draft, NEW, |sheet| sheet.severity_reason = "因".repeat(1001))
)]
#[case::a_spoilt_sheet_of_an_item_that_passed(|draft: &mut InspectionDraft| edit(draft, 1, |sheet| {
    sheet.description.clear();
    sheet.photos.clear();
}))]
#[case::no_photo_where_it_adds_to_an_open_hazard(
    |draft: &mut InspectionDraft| edit(draft, AGAIN, |sheet| sheet.photos.clear())
)]
#[case::nothing_else_where_it_adds_to_an_open_hazard(|draft: &mut InspectionDraft| {
    draft.participants.pop();
    edit(draft, AGAIN, |sheet| {
        sheet.severity = Severity::Major;
        sheet.due_on = Some(date("2020-01-01"));
    });
})]
fn nothing_is_missing_in_a_complete_draft(#[case] change: Change) {
    let mut draft = visit();
    change(&mut draft);
    assert_eq!(draft.missing(today()), []);
    let sent = draft.submission(now()).expect("complete");
    assert_eq!(decide(&draft, sent.clone(), now()).map(|accepted| accepted.submission), Ok(sent));
}

#[rstest]
#[case::no_text(|sheet: &mut HazardDraft| sheet.description.clear(), "description", "隐患描述没有填写")]
#[case::ten_photos(|sheet: &mut HazardDraft| sheet.photos = photos(10), "photos", "隐患照片最多 9 张，且不能重复")]
#[case::one_photo_twice(|sheet: &mut HazardDraft| sheet.photos = vec![photo(1), photo(1)], "photos", "隐患照片最多 9 张，且不能重复")]
fn what_is_added_to_an_open_hazard_is_checked_too(
    #[case] spoil: fn(&mut HazardDraft),
    #[case] part: &str,
    #[case] text: &str,
) {
    let mut draft = visit();
    edit(&mut draft, AGAIN, spoil);
    let anchor = draft.hazard(hazard_id(AGAIN)).expect("a sheet").anchor(part);
    assert_eq!(draft.missing(today()), [Missing::at(anchor, text)]);
}

/// The server keeps one note of a visit at each hazard.
#[test]
fn one_open_hazard_is_added_to_once() {
    let mut draft = visit();
    draft.add_hazard(&item(3), hazard_id(4));
    edit(&mut draft, 4, |sheet| {
        (sheet.adds_to, sheet.description) = (Some(hazard_id(90)), "阀门也坏了".into());
    });
    let anchor = draft.hazard(hazard_id(4)).expect("a sheet").anchor("description");
    assert_eq!(draft.missing(today()), [Missing::at(anchor, "同一条隐患只能补充一次，请合并填写")]);
    draft.answer(&item(3), Answer::Pass, hazard_id(5));
    assert_eq!(draft.missing(today()), []);
}

#[test]
fn what_is_missing_comes_in_the_order_of_the_screen() {
    let mut draft = visit();
    draft.answers.remove(&item(1));
    draft.answers.remove(&item(4));
    edit(&mut draft, NEW, |sheet| {
        *sheet = HazardDraft { severity: Severity::General, ..HazardDraft::new(sheet.id, &checklist(2).items[1]) };
        sheet.due_on = Some(date("2020-01-01"));
    });
    draft.participants.clear();
    edit(&mut draft, AGAIN, |sheet| sheet.description.clear());
    let anchors: Vec<_> = draft.missing(today()).into_iter().map(|missing| missing.anchor).collect();
    let new = |part| format!("hazard-{}-{part}", hazard_id(NEW));
    let expected = [
        "item-CY-01".into(),
        new("description"),
        new("photos"),
        new("severity"),
        new("officer"),
        new("due"),
        "item-CY-04".into(),
        format!("hazard-{}-description", hazard_id(AGAIN)),
    ];
    assert_eq!(anchors, expected, "commerce first, then housing");
}

// After a refusal.

/// The phone decides by the rule it has, with no one to ask; a fix that cannot be one here counts as none.
#[rstest]
#[case::near(Some(fix()), 500.0, true)]
#[case::by_the_regions_own_rule(Some(fix()), 50.0, false)]
#[case::forged(Some(Fix { at: Wgs84 { latitude: 37.4, longitude: -122.1 }, ..fix() }), 500.0, false)]
#[case::none(None, 500.0, false)]
fn the_position_is_compared_on_the_phone(#[case] fix: Option<Fix>, #[case] radius_m: f64, #[case] is_accepted: bool) {
    let mut draft = blank(4);
    draft.rule = PositionRule { radius_m, accuracy_cap_m: 20.0 };
    assert_eq!(draft.compare(fix).is_accepted(), is_accepted);
    assert_eq!(draft.compare(None), PositionVerdict::NoFix);
}

#[test]
fn the_beginning_is_told_with_the_inspections_own_id() {
    let mut draft = blank(4);
    let begun = draft.begun().expect("it was started");
    assert_eq!(
        (begun.inspection, begun.enterprise, Some(begun.started_at)),
        (draft.id, enterprise().id, draft.started_at)
    );
    draft.started_at = None;
    assert_eq!(draft.begun(), None);
}

// Whatever is entered.

/// A hazard sheet: mostly filled well, now and then not.
fn sheets() -> impl Strategy<Value = HazardDraft> {
    let item = checklist(1).items.remove(0);
    let text = prop_oneof![
        20 => Just("软管 老化".to_owned()),
        5 => Just(" 软管\u{3000}老化\n".to_owned()),
        1 => Just(" \u{3000}".to_owned()),
        1 => Just("漏".repeat(1001)),
    ];
    let reason = prop_oneof![
        20 => Just("已采取措施".to_owned()),
        1 => Just("\u{200b}".to_owned()),
        1 => Just("因".repeat(1001)),
    ];
    let due_on = prop_oneof![20 => Just(None), 20 => (0..=366).prop_map(Some), 1 => (-3..400).prop_map(Some)];
    let shots = prop_oneof![
        30 => proptest::collection::btree_set(0..20_u8, 1..=9).prop_map(Vec::from_iter),
        1 => proptest::collection::vec(0..20_u8, 0..12),
    ];
    let officer = proptest::option::of((0..4_u128).prop_map(person));
    (text, any::<bool>(), reason, officer, due_on, shots).prop_map(
        move |(description, is_major, severity_reason, officer, due_on, shots)| HazardDraft {
            description,
            severity: if is_major { Severity::Major } else { Severity::General },
            severity_reason,
            officer,
            // Counted from the day of the hand-in, below.
            due_on: due_on.map(|days| plus_days(Date::constant(0, 1, 1), days + 1000)),
            photos: shots.into_iter().map(photo).collect(),
            ..HazardDraft::new(hazard_id(0), &item)
        },
    )
}

/// What is entered at one item: the answer, if any, and sheets, each new or added to an open hazard.
type AtItem = (Option<Answer>, Vec<(HazardDraft, bool)>);

fn entries() -> impl Strategy<Value = Vec<AtItem>> {
    let answer = prop_oneof![
        20 => Just(Some(Answer::Pass)),
        5 => Just(Some(Answer::NotApplicable)),
        15 => Just(Some(Answer::Fail)),
        1 => Just(None),
    ];
    let written = prop_oneof![
        10 => proptest::collection::vec((sheets(), any::<bool>()), 1..3),
        1 => Just(Vec::new()),
    ];
    proptest::collection::vec((answer, written), 1..6)
}

/// A position step: mostly at the enterprise, now and then elsewhere or nowhere, with and without a way out.
fn steps() -> impl Strategy<Value = (Option<Fix>, bool, String, Option<u8>)> {
    let metres = prop_oneof![6 => 0.0..0.004_f64, 1 => 0.0..0.02_f64];
    let place = (metres, 1.0..1000.0_f64).prop_map(|(north, accuracy_m)| Fix {
        at: Wgs84 { latitude: 25.015 + north, longitude: 102.744 },
        accuracy_m,
        taken_at: began(),
    });
    let reason = prop_oneof![
        4 => Just(" 室内\u{3000}无信号".to_owned()),
        1 => Just(String::new()),
        1 => Just("远".repeat(1001)),
    ];
    let place = proptest::option::weighted(0.9, place);
    (place, any::<bool>(), reason, proptest::option::weighted(0.8, 0..3_u8))
}

/// Drafts that are often, but not always, complete, and the time of their hand-in.
fn drafts() -> impl Strategy<Value = (InspectionDraft, Timestamp)> {
    let others = prop_oneof![
        3 => Just(vec![1]),
        1 => proptest::sample::subsequence(vec![1, 2, 3], 0..=3),
    ];
    (entries(), steps(), others, 0..400_000_i64).prop_map(
        |(entries, (fix, is_placed, reason, shot), others, seconds)| {
            let now = began().plus_seconds(seconds);
            let mut draft = blank(entries.len());
            draft.participants.extend(others.into_iter().map(|n| team().remove(n)));
            if !is_placed {
                draft.enterprise.position = None;
            }
            let verdict = Some(verdict(&draft, fix));
            draft.position = PositionStep { fix, verdict, reason, photo: shot.map(photo) };
            draft.start(began());
            draft.open_hazards.clear();
            let mut id = 0;
            for (n, (answer, sheets)) in (1..).zip(entries) {
                draft.answers.extend(answer.map(|answer| (item(n), answer)));
                for (sheet, is_seen_again) in sheets {
                    id += 1;
                    let open = open_hazard(1000 + id, n);
                    let due_on = sheet.due_on.map(|day| {
                        plus_days(now.date(), domain::time::days_between(Date::constant(0, 1, 1), day) - 1000)
                    });
                    let adds_to = is_seen_again.then_some(open.id);
                    draft.hazards.push(HazardDraft { id: hazard_id(id), item: item(n), adds_to, due_on, ..sheet });
                    draft.open_hazards.push(open);
                }
            }
            (draft, now)
        },
    )
}

/// What a phone would hand in that looks at nothing: every sheet of a failed item as it was typed.
fn unchecked(draft: &InspectionDraft, now: Timestamp) -> Submission {
    let (again, new): (Vec<_>, Vec<_>) = draft.reported().partition(|sheet| sheet.adds_to.is_some());
    let new = new.into_iter().map(|sheet| NewHazard {
        id: sheet.id,
        item: sheet.item.clone(),
        description: sheet.description.clone(),
        severity: sheet.severity,
        severity_reason: Some(sheet.severity_reason.clone()),
        officer: draft.officer(sheet).map_or(PersonId(Uuid::nil()), |person| person.id),
        due_on: sheet.due(now.date()),
        photos: sheet.photos.clone(),
    });
    let again = again.into_iter().map(|sheet| SeenAgain {
        hazard: sheet.adds_to.expect("parted above"),
        item: sheet.item.clone(),
        text: sheet.description.clone(),
        photos: sheet.photos.clone(),
    });
    let PositionStep { fix, reason, photo, .. } = draft.position.clone();
    Submission {
        id: draft.id,
        enterprise: draft.enterprise.id,
        enterprise_type: draft.checklist.enterprise_type.known().expect("a known type"),
        checklist_version: draft.checklist.version,
        started_at: draft.started_at.expect("it was started"),
        finished_at: now,
        participants: draft.participants.iter().map(|person| person.id).collect(),
        fix,
        verdict: draft.position.verdict,
        exception: photo.map(|photo| PositionException { reason, photo }),
        answers: draft.answers.clone(),
        hazards: new.collect(),
        seen_again: again.collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// The phone asks for neither more nor less than the server, and sends just what the server makes of it.
    #[test]
    fn what_nothing_is_missing_in_is_what_the_domain_accepts((draft, now) in drafts()) {
        let missing = draft.missing(now.date());
        let sent = draft.submission(now);
        prop_assert_eq!(sent.is_some(), missing.is_empty());
        let decision = decide(&draft, unchecked(&draft, now), now);
        prop_assert_eq!(decision.is_ok(), missing.is_empty(), "{:?} {:?}", decision.err(), missing);
        if let (Some(sent), Ok(accepted), true) = (sent, decision, draft.position.may_go_on()) {
            prop_assert_eq!(Some(accepted.verdict), draft.position.verdict);
            prop_assert_eq!(&accepted.submission, &sent);
            prop_assert_eq!(decide(&draft, sent, now), Ok(accepted), "and what is folded stays so");
        }
    }

    #[test]
    fn what_is_missing_is_at_an_item_or_at_a_sheet_of_a_failed_one((draft, now) in drafts()) {
        for missing in draft.missing(now.date()) {
            let is_item = draft.checklist.items.iter().any(|item| item_anchor(&item.code) == missing.anchor);
            let is_sheet = draft.reported().any(|sheet| missing.anchor.starts_with(&sheet.anchor("")));
            prop_assert!(is_item || is_sheet, "{:?}", missing);
        }
    }

    #[test]
    fn a_draft_comes_back_from_the_phone_as_it_went((draft, at) in drafts(), text in any::<String>()) {
        let mut draft = draft;
        draft.position.reason = text;
        let saved = SavedDraft::first(Draft::Inspection(draft), at);
        let json = serde_json::to_string(&saved).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<SavedDraft>(&json).expect("reads"), saved);
    }

    #[test]
    fn whatever_is_pressed_what_was_written_stays(
        presses in proptest::collection::vec((1..7_usize, proptest::option::of(0..3_usize)), 0..40),
    ) {
        let mut draft = visit();
        draft.checklist = checklist(6);
        let mut fresh = fresh_ids();
        for (n, press) in presses {
            let before = draft.clone();
            match press {
                Some(answer) => draft.answer(&item(n), Answer::ALL[answer], HazardId(fresh())),
                None => draft.pass_rest(&checklist(n).items[n - 1].department),
            }
            prop_assert!(draft.hazards.starts_with(&before.hazards));
            prop_assert!(draft.progress().0 >= before.progress().0 && draft.progress().0 <= 6);
            for (code, answer) in &draft.answers {
                let has_sheet = draft.hazards.iter().any(|sheet| &sheet.item == code);
                prop_assert!(*answer != Answer::Fail || has_sheet);
            }
        }
    }
}

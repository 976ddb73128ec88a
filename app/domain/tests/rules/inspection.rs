//! Inspections: what is accepted, and for which one reason each refusal stands.

use crate::samples::{Visit, checklist, date, hazard_id, item, new_hazard, person, photo, photos};
use domain::{
    Problem,
    geo::{PositionVerdict, Wgs84},
    hazard::Severity,
    inspection::{Answer, PositionException, SeenAgain, suggest_officer},
    person::{Colleague, Department, DepartmentCode},
    time::{days_between, plus_days},
};
use proptest::prelude::*;
use rstest::rstest;

const TIMES: &str = "检查结束时间早于开始时间，请核对";
const NOT_FAILED: &str = "隐患所属的检查项没有判为不合格";

#[expect(clippy::unnecessary_wraps, reason = "as a submission holds it")]
fn exception(reason: &str) -> Option<PositionException> {
    Some(PositionException { reason: reason.into(), photo: photo(1) })
}

fn hide_fix(visit: &mut Visit) {
    visit.submission.fix = None;
}

/// 12.8 km away, in the same city.
fn go_elsewhere(visit: &mut Visit) {
    let fix = visit.submission.fix.as_mut().expect("the sample has a fix");
    fix.at = Wgs84 { latitude: 24.9, longitude: 102.744 };
}

fn coarsen(visit: &mut Visit) {
    visit.submission.fix.as_mut().expect("the sample has a fix").accuracy_m = 800.0;
}

#[rstest]
#[case::as_is(|_: &mut Visit| ())]
#[case::finished_at_once(|visit: &mut Visit| visit.submission.finished_at = visit.submission.started_at)]
#[case::alone(|visit: &mut Visit| {
    visit.submission.participants = vec![person(0)];
    visit.submission.hazards[0].officer = person(0);
})]
#[case::whole_team(|visit: &mut Visit| visit.submission.participants = vec![person(2), person(1), person(0)])]
#[case::author_as_officer(|visit: &mut Visit| visit.submission.hazards[0].officer = person(0))]
#[case::due_the_same_day(|visit: &mut Visit| visit.submission.hazards[0].due_on = date("2026-11-23"))]
#[case::due_in_a_year(|visit: &mut Visit| visit.submission.hazards[0].due_on = plus_days(date("2026-11-23"), 366))]
#[case::nine_photos(|visit: &mut Visit| visit.submission.hazards[0].photos = photos(9))]
#[case::seen_again_with_photos(|visit: &mut Visit| visit.submission.seen_again[0].photos = photos(3))]
#[case::ten_hazards_at_one_item(|visit: &mut Visit| visit.submission.hazards = (2..12).map(|id| new_hazard(id, 2)).collect())]
#[case::two_hazards_at_one_item(|visit: &mut Visit| visit.submission.hazards.push(new_hazard(2, 2)))]
#[case::a_new_hazard_where_one_is_open(|visit: &mut Visit| visit.submission.hazards.push(new_hazard(3, 3)))]
#[case::lowered_with_a_reason(|visit: &mut Visit| {
    visit.submission.hazards[0].severity = Severity::General;
    visit.submission.hazards[0].severity_reason = Some("已采取措施".into());
})]
#[case::nothing_failed(|visit: &mut Visit| {
    visit.submission.answers = (1..=4).map(|n| (item(n), Answer::Pass)).collect();
    (visit.submission.hazards, visit.submission.seen_again) = (Vec::new(), Vec::new());
})]
fn a_complete_submission_is_accepted_as_it_is(#[case] change: fn(&mut Visit)) {
    let mut visit = Visit::sample();
    change(&mut visit);
    let accepted = visit.clone().submit().expect("nothing is wrong");
    assert_eq!(accepted.submission, visit.submission);
    assert!(matches!(accepted.verdict, PositionVerdict::Match { distance_m } if (distance_m - 111.2).abs() < 0.1));
}

#[rstest]
#[case::finished_before_it_started(
    |visit: &mut Visit| visit.submission.finished_at = visit.submission.started_at.plus_seconds(-1),
    Problem::invalid("检查时间", TIMES)
)]
#[case::no_participant(
    |visit: &mut Visit| visit.submission.participants.clear(),
    Problem::invalid("检查人员", "检查人员应包括本人，且不能重复")
)]
#[case::without_the_author(
    |visit: &mut Visit| visit.submission.participants = vec![person(1), person(2)],
    Problem::invalid("检查人员", "检查人员应包括本人，且不能重复")
)]
#[case::a_participant_twice(
    |visit: &mut Visit| visit.submission.participants.push(person(1)),
    Problem::invalid("检查人员", "检查人员应包括本人，且不能重复")
)]
#[case::a_participant_of_another_place(
    |visit: &mut Visit| visit.submission.participants.push(person(8)),
    Problem::invalid("检查人员", "只能选择与当前岗位同级、同地区的检查员")
)]
#[case::an_item_without_answer(
    |visit: &mut Visit| { visit.submission.answers.remove(&item(1)); },
    Problem::invalid("检查项", "还有 1 项没有填写")
)]
#[case::no_answer_at_all(
    |visit: &mut Visit| visit.submission.answers.clear(),
    Problem::invalid("检查项", "还有 4 项没有填写")
)]
#[case::an_answer_to_nothing(
    |visit: &mut Visit| { visit.submission.answers.insert(item(5), Answer::Pass); },
    Problem::invalid("检查项", "含有本清单没有的检查项，请刷新后重新检查")
)]
#[case::an_answer_to_nothing_instead_of_one(
    |visit: &mut Visit| {
        visit.submission.answers.remove(&item(1));
        visit.submission.answers.insert(item(5), Answer::Pass);
    },
    Problem::invalid("检查项", "还有 1 项没有填写")
)]
#[case::a_hazard_at_a_passed_item(
    |visit: &mut Visit| visit.submission.hazards.push(new_hazard(2, 1)),
    Problem::invalid("隐患", NOT_FAILED)
)]
#[case::a_hazard_at_an_item_that_does_not_apply(
    |visit: &mut Visit| visit.submission.hazards.push(new_hazard(2, 4)),
    Problem::invalid("隐患", NOT_FAILED)
)]
#[case::a_hazard_at_no_item(
    |visit: &mut Visit| visit.submission.hazards.push(new_hazard(2, 5)),
    Problem::invalid("隐患", NOT_FAILED)
)]
#[case::a_hazard_without_description(
    |visit: &mut Visit| visit.submission.hazards[0].description = "\u{3000}".into(),
    Problem::invalid("隐患描述", "请填写隐患描述")
)]
#[case::a_description_that_is_a_novel(
    |visit: &mut Visit| visit.submission.hazards[0].description = "漏".repeat(1001),
    Problem::invalid("隐患描述", "隐患描述不能超过 1000 个字")
)]
#[case::a_hazard_without_photo(
    |visit: &mut Visit| visit.submission.hazards[0].photos.clear(),
    Problem::invalid("隐患照片", "请至少拍摄一张照片")
)]
#[case::ten_photos(
    |visit: &mut Visit| visit.submission.hazards[0].photos = photos(10),
    Problem::invalid("隐患照片", "照片最多 9 张，且不能重复")
)]
#[case::one_photo_twice(
    |visit: &mut Visit| visit.submission.hazards[0].photos = vec![photo(1), photo(1)],
    Problem::invalid("隐患照片", "照片最多 9 张，且不能重复")
)]
#[case::another_severity_without_reason(
    |visit: &mut Visit| visit.submission.hazards[0].severity = Severity::General,
    Problem::invalid("隐患级别", "与清单默认级别不同，请填写原因")
)]
#[case::another_severity_with_a_blank_reason(
    |visit: &mut Visit| {
        visit.submission.hazards[0].severity = Severity::General;
        visit.submission.hazards[0].severity_reason = Some(" ".into());
    },
    Problem::invalid("改变级别的原因", "请填写改变级别的原因")
)]
#[case::an_officer_who_did_not_take_part(
    |visit: &mut Visit| visit.submission.hazards[0].officer = person(2),
    Problem::invalid("整治责任人", "整治责任人应是本次检查人员之一")
)]
#[case::due_before_it_was_found(
    |visit: &mut Visit| visit.submission.hazards[0].due_on = date("2026-11-22"),
    Problem::invalid("整改期限", "整改期限应在检查当日至一年之内")
)]
#[case::due_in_more_than_a_year(
    |visit: &mut Visit| visit.submission.hazards[0].due_on = plus_days(date("2026-11-23"), 367),
    Problem::invalid("整改期限", "整改期限应在检查当日至一年之内")
)]
#[case::seen_again_at_a_passed_item(
    |visit: &mut Visit| { visit.submission.answers.insert(item(3), Answer::Pass); },
    Problem::invalid("隐患", NOT_FAILED)
)]
#[case::seen_again_without_text(
    |visit: &mut Visit| visit.submission.seen_again[0].text.clear(),
    Problem::invalid("隐患描述", "请填写隐患描述")
)]
#[case::seen_again_with_ten_photos(
    |visit: &mut Visit| visit.submission.seen_again[0].photos = photos(10),
    Problem::invalid("隐患照片", "照片最多 9 张，且不能重复")
)]
#[case::seen_again_at_another_enterprise(
    |visit: &mut Visit| visit.known_hazards.clear(),
    Problem::invalid("隐患", "要补充的隐患不属于该企业的该检查项")
)]
#[case::seen_again_at_another_item(
    |visit: &mut Visit| visit.submission.seen_again[0].item = item(2),
    Problem::invalid("隐患", "要补充的隐患不属于该企业的该检查项")
)]
#[case::the_same_hazard_seen_again_twice(
    |visit: &mut Visit| {
        let again = visit.submission.seen_again[0].clone();
        visit.submission.seen_again.push(again);
    },
    Problem::invalid("隐患描述", "同一条隐患只能补充一次，请合并填写")
)]
#[case::two_hazards_with_one_id(
    |visit: &mut Visit| visit.submission.hazards.push(new_hazard(1, 2)),
    Problem::invalid("隐患", "隐患编号重复")
)]
#[case::a_failed_item_without_hazard(
    |visit: &mut Visit| visit.submission.hazards.clear(),
    Problem::invalid("隐患描述", "不合格项“第 2 项”还没有登记隐患")
)]
#[case::a_failed_item_no_longer_seen_again(
    |visit: &mut Visit| visit.submission.seen_again.clear(),
    Problem::invalid("隐患描述", "不合格项“第 3 项”还没有登记隐患")
)]
fn an_incomplete_submission_is_refused_with_the_reason(#[case] spoil: fn(&mut Visit), #[case] problem: Problem) {
    let mut visit = Visit::sample();
    spoil(&mut visit);
    assert_eq!(visit.submit(), Err(problem));
}

#[rstest]
#[case::no_fix(hide_fix, |verdict: PositionVerdict| verdict == PositionVerdict::NoFix)]
#[case::elsewhere(go_elsewhere, |verdict: PositionVerdict| matches!(verdict, PositionVerdict::Mismatch { .. }))]
#[case::too_coarse(
    |visit: &mut Visit| { coarsen(visit); visit.position = None; },
    |verdict: PositionVerdict| matches!(verdict, PositionVerdict::TooCoarse { .. })
)]
#[case::forged(
    |visit: &mut Visit| visit.submission.fix.as_mut().expect("a fix").at = Wgs84 { latitude: 37.4, longitude: -122.1 },
    |verdict: PositionVerdict| verdict == PositionVerdict::NoFix
)]
#[case::of_yesterday(
    |visit: &mut Visit| {
        let fix = visit.submission.fix.as_mut().expect("a fix");
        fix.taken_at = fix.taken_at.plus_seconds(-86_400);
    },
    |verdict: PositionVerdict| verdict == PositionVerdict::NoFix
)]
#[case::too_far_by_what_the_phone_knew(
    |visit: &mut Visit| {
        visit.submission.verdict = Some(PositionVerdict::Mismatch { distance_m: 900.0, allowed_m: 520.0 });
    },
    |verdict: PositionVerdict| verdict == PositionVerdict::Mismatch { distance_m: 900.0, allowed_m: 520.0 }
)]
#[case::near_by_what_the_phone_knew(
    |visit: &mut Visit| { go_elsewhere(visit); visit.submission.verdict = Some(PositionVerdict::First); },
    |verdict: PositionVerdict| matches!(verdict, PositionVerdict::Mismatch { .. })
)]
fn a_position_that_does_not_match_is_marked_and_never_refused(
    #[case] spoil: fn(&mut Visit),
    #[case] is_expected: fn(PositionVerdict) -> bool,
) {
    for reason in [None, exception(" 室内\u{3000}无信号 "), exception(" "), exception(&"远".repeat(1001))] {
        let mut visit = Visit::sample();
        spoil(&mut visit);
        visit.submission.exception = reason.clone();
        let accepted = visit.submit().expect("a position is no reason to refuse");
        assert!(is_expected(accepted.verdict), "{:?}", accepted.verdict);
        assert_eq!(accepted.submission.exception.is_some(), reason.is_some());
    }
}

#[rstest]
#[case::at_one_item(
    |visit: &mut Visit| visit.submission.hazards = (2..13).map(|id| new_hazard(id, 2)).collect(),
    Problem::invalid("隐患", "每个检查项最多登记 10 条隐患，请合并填写")
)]
#[case::in_all(
    |visit: &mut Visit| visit.submission.hazards = (2..103).map(|id| new_hazard(id, 2)).collect(),
    Problem::invalid("隐患", "一次检查最多登记 100 条隐患，请分次检查")
)]
#[case::people(
    |visit: &mut Visit| {
        visit.colleagues = (0..51).map(person).collect();
        visit.submission.participants = visit.colleagues.clone();
    },
    Problem::invalid("检查人员", "检查人员最多 50 人")
)]
fn no_list_goes_on_for_ever(#[case] spoil: fn(&mut Visit), #[case] problem: Problem) {
    let mut visit = Visit::sample();
    spoil(&mut visit);
    assert_eq!(visit.submit().err(), Some(problem));
}

#[test]
fn an_exception_that_was_not_needed_is_dropped() {
    let mut visit = Visit::sample();
    visit.submission.exception = exception("无信号");
    assert_eq!(visit.submit().expect("the position matches").submission.exception, None);
}

#[test]
fn the_first_visit_gives_an_enterprise_its_position() {
    let visit = Visit { position: None, ..Visit::sample() };
    assert_eq!(visit.submit().expect("a fine fix").verdict, PositionVerdict::First);
}

#[test]
fn texts_are_folded_and_a_reason_without_need_is_dropped() {
    let mut visit = Visit::sample();
    visit.submission.hazards[0].description = "　软管\t老化 ".into();
    visit.submission.hazards[0].severity_reason = Some("与清单一致".into());
    visit.submission.seen_again[0].text = "仍\u{200b}未更换\n".into();
    let submission = visit.submit().expect("complete").submission;
    assert_eq!(submission.hazards[0].description, "软管 老化");
    assert_eq!(submission.hazards[0].severity_reason, None);
    assert_eq!(submission.seen_again[0].text, "仍未更换");
}

#[test]
fn a_back_fill_needs_a_photo_of_the_paper() {
    assert!(Visit::sample().backfill(photos(2)).is_ok());
    let refused = Problem::invalid("纸质检查单照片", "请至少拍摄一张照片");
    assert_eq!(Visit::sample().backfill(Vec::new()), Err(refused));
}

#[test]
fn a_visit_of_a_wrong_clock_keeps_its_length_and_its_deadlines_when_it_is_moved() {
    let submission = Visit::sample().submission;
    let at = submission.finished_at.plus_seconds(-4 * 365 * 86_400);
    let moved = submission.clone().finished_by(at);
    assert_eq!((moved.finished_at, moved.started_at), (at, at.plus_seconds(-1800)));
    let days = |visit: &domain::inspection::Submission| days_between(visit.finished_at.date(), visit.hazards[0].due_on);
    assert_eq!(days(&moved), days(&submission));
    assert!(
        Visit { submission: moved, ..Visit::sample() }.submit().is_ok_and(|accepted| accepted.verdict.is_accepted())
    );
    let forever = domain::inspection::Submission {
        started_at: domain::time::Timestamp(i64::MIN),
        finished_at: domain::time::Timestamp(i64::MAX),
        ..submission
    };
    assert_eq!(forever.finished_by(at).started_at, at.plus_seconds(-86_400));
}

fn colleague(n: u128, department: &str, is_internal: bool) -> Colleague {
    let department = Department { code: DepartmentCode(department.into()), name: department.into() };
    Colleague { id: person(n), name: format!("人员{n}"), department, is_internal }
}

#[rstest]
#[case::nobody(&[], None)]
#[case::the_only_participant(&[("fire", true)], Some(0))]
#[case::nobody_responsible(&[("fire", true), ("housing", true)], None)]
#[case::the_only_one(&[("fire", true), ("commerce", true)], Some(1))]
#[case::the_first_of_two(&[("commerce", true), ("commerce", true)], Some(0))]
#[case::an_internal_one_before_an_expert(&[("commerce", false), ("fire", true), ("commerce", true)], Some(2))]
#[case::an_internal_one_after_two_experts(&[("commerce", false), ("commerce", false), ("commerce", true)], Some(2))]
#[case::the_first_expert_where_there_are_only_experts(&[("commerce", false), ("commerce", false)], Some(0))]
fn the_officer_suggested_is_of_the_responsible_department(
    #[case] team: &[(&str, bool)],
    #[case] suggested: Option<u128>,
) {
    let team: Vec<_> = (0..).zip(team).map(|(n, (department, internal))| colleague(n, department, *internal)).collect();
    let officer = suggest_officer(&team, &DepartmentCode("commerce".into()));
    assert_eq!(officer.map(|officer| officer.id), suggested.map(person));
}

/// What happened at one item: the answer, if any, and how many hazards were written down and seen again there.
type AtItem = (Option<Answer>, u8, u8);

fn at_items() -> impl Strategy<Value = Vec<AtItem>> {
    let one = prop_oneof![
        6 => Just((Some(Answer::Pass), 0, 0)),
        2 => Just((Some(Answer::NotApplicable), 0, 0)),
        4 => (1..3_u8, 0..2_u8).prop_map(|(new, again)| (Some(Answer::Fail), new, again)),
        2 => Just((Some(Answer::Fail), 0, 1)),
        1 => (proptest::option::of(proptest::sample::select(Answer::ALL.to_vec())), 0..2_u8, 0..2_u8),
    ];
    proptest::collection::vec(one, 1..6)
}

/// Visits that are often, but not always, complete.
fn visits() -> impl Strategy<Value = Visit> {
    let hazard = (
        prop_oneof![4 => Just("软管 老化"), 1 => Just(" 软管\u{3000}老化"), 1 => Just(" ")],
        any::<bool>(),
        proptest::option::of(Just("已采取措施")),
        prop_oneof![8 => 0..2_u128, 1 => 2..4_u128],
        prop_oneof![8 => 0..60_i64, 1 => -2..400_i64],
        prop_oneof![8 => 1..3_u8, 1 => 0..12_u8],
    );
    let hazards = proptest::collection::vec(hazard, 10);
    let team = prop_oneof![6 => Just(vec![0, 1]), 1 => proptest::collection::vec(0..4_u128, 0..4)];
    let metres = prop_oneof![6 => 0.0..0.004_f64, 1 => 0.0..0.02_f64];
    (at_items(), hazards, team, metres, any::<bool>(), 0..6_u8).prop_map(
        |(items, mut hazards, team, north, is_excused, without)| {
            let mut visit = Visit::sample();
            visit.checklist = checklist(items.len());
            visit.known_hazards = (1..=items.len()).map(|n| (hazard_id(90 + n as u128), item(n))).collect();
            let submission = &mut visit.submission;
            submission.participants = team.into_iter().map(person).collect();
            submission.fix.as_mut().expect("the sample has a fix").at.latitude += north;
            if without == 0 {
                submission.fix = None;
            }
            submission.exception = if is_excused { exception("无信号") } else { None };
            submission.answers.clear();
            (submission.hazards, submission.seen_again) = (Vec::new(), Vec::new());
            for (n, (answer, new, again)) in (1..).zip(items) {
                submission.answers.extend(answer.map(|answer| (item(n), answer)));
                for _ in 0..new {
                    let (text, is_changed, reason, officer, days, count) = hazards.pop().expect("ten are enough");
                    let mut hazard = new_hazard(hazards.len() as u128, n);
                    if is_changed {
                        hazard.severity = Severity::General;
                    }
                    hazard.description = text.into();
                    hazard.severity_reason = reason.map(Into::into);
                    hazard.officer = person(officer);
                    hazard.due_on = plus_days(date("2026-11-23"), i32::try_from(days).expect("small"));
                    hazard.photos = photos(count);
                    submission.hazards.push(hazard);
                }
                for _ in 0..again {
                    submission.seen_again.push(SeenAgain {
                        hazard: hazard_id(90 + n as u128),
                        item: item(n),
                        text: "仍未更换".into(),
                        photos: Vec::new(),
                    });
                }
            }
            visit
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_is_complete(visit in visits()) {
        let (checklist, author, colleagues) = (visit.checklist.clone(), visit.author, visit.colleagues.clone());
        let Ok(accepted) = visit.clone().submit() else { return Ok(()) };
        let submission = &accepted.submission;
        prop_assert_eq!(submission.answers.len(), checklist.items.len());
        for entry in &checklist.items {
            let reported = submission.hazards.iter().any(|hazard| hazard.item == entry.code)
                || submission.seen_again.iter().any(|seen| seen.item == entry.code);
            prop_assert_eq!(submission.answers.get(&entry.code) == Some(&Answer::Fail), reported, "{:?}", entry.code);
        }
        prop_assert!(submission.participants.contains(&author));
        prop_assert!(submission.participants.iter().all(|person| colleagues.contains(person)));
        prop_assert!(!(accepted.verdict.is_accepted() && submission.exception.is_some()));
        for hazard in &submission.hazards {
            let usual = checklist.item(&hazard.item).expect("an item of the checklist").preset();
            prop_assert_eq!(hazard.severity != usual, hazard.severity_reason.is_some());
            prop_assert!(submission.participants.contains(&hazard.officer));
            prop_assert!((1..=9).contains(&hazard.photos.len()));
            prop_assert!((0..=366).contains(&days_between(submission.finished_at.date(), hazard.due_on)));
            prop_assert_eq!(hazard.description.as_str(), "软管 老化");
        }
    }

    /// The desk enters by the phone's rules: only position and paper differ.
    #[test]
    fn a_back_fill_is_decided_as_the_visit_would_be(visit in visits()) {
        let decided = visit.clone().backfill(photos(1));
        prop_assert_eq!(decided.clone().err(), visit.clone().submit().err());
        if let (Ok(entered), Ok(accepted)) = (decided, visit.submit()) {
            prop_assert_eq!(entered.hazards, accepted.submission.hazards);
            prop_assert_eq!(entered.seen_again, accepted.submission.seen_again);
        }
    }

    #[test]
    fn what_was_accepted_is_accepted_again_unchanged(visit in visits()) {
        if let Ok(accepted) = visit.clone().submit() {
            let again = Visit { submission: accepted.submission.clone(), ..visit };
            prop_assert_eq!(again.submit(), Ok(accepted));
        }
    }
}

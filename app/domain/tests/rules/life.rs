//! A hazard's life: what may follow what and at whose word, as a table to be read; and what holds after any sequence of acts.

use crate::samples::{date, instant, person};
use domain::{
    Problem,
    hazard::{
        Act, Change, CureDetails, Cured, Event, EventData, EventKind, Facts, Hazard, Life, Record, ReviewRule,
        Severity, decide, fold, may,
    },
    id::PersonId,
    person::{DepartmentCode, Role},
    time::{Timestamp, plus_days},
};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::fmt::Write;

const OFFICER: u128 = 1;

fn now() -> Timestamp {
    instant("2026-11-25T06:00:00Z")
}

fn department(code: &str) -> DepartmentCode {
    DepartmentCode(code.into())
}

fn found() -> Record {
    let data = EventData::Found {
        severity: Severity::General,
        department: department("commerce"),
        officer: person(OFFICER),
        due_on: date("2026-12-08"),
    };
    let at = instant("2026-11-23T06:00:00Z");
    Record { actor: person(0), made_at: at, at, event: Event { data, text: "软管老化".into() } }
}

fn open() -> Hazard {
    fold([&found()]).expect("found")
}

fn cured_by(n: u128) -> Cured {
    Cured { by: person(n), at: instant("2026-11-24T06:00:00Z") }
}

/// A hazard in every state of its life.
fn states() -> [(&'static str, Hazard); 5] {
    let life = |life| Hazard { life, ..open() };
    [
        ("待整改", open()),
        ("待整改，督办中", Hazard { supervised_until: Some(date("2026-12-01")), ..open() }),
        ("待复核", life(Life::UnderReview(cured_by(0)))),
        ("已销号", life(Life::Closed(cured_by(0)))),
        ("已作废", life(Life::Voided { at: now() })),
    ]
}

/// Everybody who may ask, by what decides about them.
fn callers() -> Vec<(&'static str, Facts)> {
    let nobody = Facts {
        actor: person(9),
        role: Role::Inspector,
        is_in_area: false,
        is_of_place: false,
        is_participant: false,
        was_officer: false,
        are_all_gone: false,
        may_be_officer: true,
        is_vouched_for: false,
        review: ReviewRule::Never,
        made_at: now(),
        received_at: now(),
    };
    let here = Facts { is_in_area: true, is_of_place: true, ..nobody };
    let above = Facts { is_in_area: true, ..nobody };
    vec![
        ("参加人员", Facts { actor: person(0), is_participant: true, ..here }),
        ("参加人员，已调离", Facts { actor: person(0), is_participant: true, ..nobody }),
        ("责任人，未参加", Facts { actor: person(OFFICER), ..here }),
        ("当时的责任人，已调离", Facts { was_officer: true, ..nobody }),
        ("责任人，已调离", Facts { actor: person(OFFICER), ..nobody }),
        (
            "参加人员，现为本地管理员",
            Facts { actor: person(0), is_participant: true, role: Role::Administrator, ..here },
        ),
        ("本地其他检查员", here),
        ("本地其他检查员，参加人员都已不在岗", Facts { are_all_gone: true, ..here }),
        ("上级检查员", above),
        ("上级检查员，参加人员都已不在岗", Facts { are_all_gone: true, ..above }),
        ("本地管理员", Facts { role: Role::Administrator, ..here }),
        ("上级管理员", Facts { role: Role::Administrator, ..above }),
        ("外地检查员", nobody),
        ("外地检查员，由管理员采纳", Facts { is_vouched_for: true, ..nobody }),
        ("外地管理员", Facts { role: Role::Administrator, ..nobody }),
    ]
}

fn caller(name: &str) -> Facts {
    callers().into_iter().find(|(known, _)| *known == name).expect("a test names known callers").1
}

fn reason() -> String {
    "核对后更正".into()
}

/// Changes that are complete, of this hazard, and a few that are not.
fn changes(hazard: &Hazard, facts: &Facts) -> Vec<(&'static str, Change)> {
    let today = facts.received_at.date();
    let cure =
        |is_partial| Change::Cure { is_partial, text: "已更换软管".into(), details: CureDetails::default() };
    let other = if hazard.severity == Severity::Major { Severity::General } else { Severity::Major };
    let elsewhere = if hazard.department == department("fire") { "commerce" } else { "fire" };
    let next = if hazard.officer == person(2) { 3 } else { 2 };
    let later = plus_days(hazard.due_on.max(today), 1);
    vec![
        ("补充", Change::Add { text: "又有一处".into() }),
        ("部分整改", cure(true)),
        ("整改", cure(false)),
        ("变更责任人", Change::Reassign { to: person(next) }),
        ("变更责任人：同一人", Change::Reassign { to: hazard.officer }),
        ("变更级别", Change::ChangeSeverity { to: other, reason: reason() }),
        ("变更级别：相同", Change::ChangeSeverity { to: hazard.severity, reason: reason() }),
        ("变更级别：无原因", Change::ChangeSeverity { to: other, reason: " ".into() }),
        ("延期", Change::Extend { to: later, reason: reason() }),
        ("延期：最晚", Change::Extend { to: plus_days(today, 366), reason: reason() }),
        ("延期：原日期", Change::Extend { to: hazard.due_on, reason: reason() }),
        ("延期：一年以后", Change::Extend { to: plus_days(today, 367), reason: reason() }),
        ("延期：无原因", Change::Extend { to: later, reason: String::new() }),
        ("移交", Change::Transfer { to: department(elsewhere), reason: reason() }),
        ("移交：原部门", Change::Transfer { to: hazard.department.clone(), reason: reason() }),
        ("移交：无原因", Change::Transfer { to: department(elsewhere), reason: String::new() }),
        ("督办", Change::OrderSupervision { due_on: plus_days(today, 7), reason: reason() }),
        ("督办：过去的日期", Change::OrderSupervision { due_on: plus_days(today, -1), reason: reason() }),
        ("解除督办", Change::LiftSupervision { reason: reason() }),
        ("复核通过", Change::Review { is_passed: true, reason: String::new() }),
        ("复核退回", Change::Review { is_passed: false, reason: "照片不清".into() }),
        ("复核退回：无意见", Change::Review { is_passed: false, reason: String::new() }),
        ("作废", Change::Void { reason: reason() }),
        ("作废：无原因", Change::Void { reason: String::new() }),
        ("重新打开", Change::Reopen { reason: reason() }),
        ("重新打开：无原因", Change::Reopen { reason: String::new() }),
    ]
}

/// The event, and where the hazard stands after it; or the refusal.
fn told(hazard: &Hazard, change: &Change, facts: &Facts) -> String {
    match decide(hazard, change, facts) {
        Ok(event) => {
            let kind = event.data.kind().name();
            let record = Record { actor: facts.actor, made_at: facts.made_at, at: facts.received_at, event };
            format!("{kind} → {}", hazard.clone().after(&record).life.stage().name())
        }
        Err(Problem::Conflict { message }) => format!("× {message}"),
        Err(Problem::Invalid { field, message }) => format!("× [{field}] {message}"),
        Err(other) => panic!("no problem of a decision: {other:?}"),
    }
}

#[test]
fn every_change_in_every_state_is_as_reviewed() {
    let mut table = String::new();
    for (state, hazard) in states() {
        writeln!(table, "== {state}").expect("writes");
        // Whoever may do most: took part, and looks after the place now; another one reviews.
        let (doer, reviewer) = (caller("参加人员，现为本地管理员"), caller("上级管理员"));
        let mut plain = String::new();
        for (name, change) in changes(&hazard, &doer) {
            let facts = if change.act() == Act::Review { reviewer } else { doer };
            let told = told(&hazard, &change, &facts);
            // What is refused whatever it says is told once.
            if !name.contains('：') || told != plain {
                writeln!(table, "{name}：{told}").expect("writes");
            }
            if !name.contains('：') {
                plain = told;
            }
        }
    }
    writeln!(table, "== 待整改，按复核设置").expect("writes");
    for rule in ReviewRule::ALL {
        for severity in [Severity::General, Severity::Major] {
            let hazard = Hazard { severity, ..open() };
            let facts = Facts { review: *rule, ..caller("参加人员") };
            for (name, change) in changes(&hazard, &facts).into_iter().filter(|(_, change)| change.act() == Act::Cure) {
                let told = told(&hazard, &change, &facts);
                writeln!(table, "{}，{}，{name}：{told}", rule.name(), severity.name()).expect("writes");
            }
        }
    }
    assert_snapshot!(table);
}

#[test]
fn who_may_do_what_in_every_state_is_as_reviewed() {
    let mut table = String::new();
    for (name, facts) in callers() {
        writeln!(table, "== {name}").expect("writes");
        for (state, hazard) in states() {
            let acts: Vec<_> = may(&hazard, &facts).into_iter().map(Act::name).collect();
            writeln!(table, "{state}：{}", acts.join(" ")).expect("writes");
        }
    }
    writeln!(table, "== 不可以的，怎么说").expect("writes");
    for (name, change) in changes(&open(), &caller("外地检查员")) {
        if !name.contains('：') {
            writeln!(table, "{name}：{}", told(&open(), &change, &caller("外地检查员"))).expect("writes");
        }
    }
    assert_snapshot!(table);
}

#[test]
fn whoever_cured_it_does_not_review_it_whatever_the_post() {
    let waiting = Hazard { life: Life::UnderReview(cured_by(0)), ..open() };
    for name in ["参加人员", "参加人员，现为本地管理员"] {
        let facts = caller(name);
        assert!(!may(&waiting, &facts).contains(&Act::Review), "{name}");
        let refused = decide(&waiting, &Change::Review { is_passed: true, reason: String::new() }, &facts);
        assert!(matches!(refused, Err(Problem::Conflict { .. })), "{name}: {refused:?}");
    }
}

#[test]
fn only_who_may_be_officer_is_made_officer() {
    let facts = Facts { may_be_officer: false, ..caller("本地管理员") };
    let refused = decide(&open(), &Change::Reassign { to: person(2) }, &facts);
    assert_eq!(refused, Err(Problem::invalid("整治责任人", "整治责任人应是本地在岗的检查员，请重新选择")));
}

#[test]
fn a_cure_is_made_at_the_time_of_the_field_which_no_clock_puts_far_away() {
    let day = 86_400;
    for (ahead_s, is_taken) in
        [(0, true), (-30 * day, true), (-400 * day, true), (-401 * day, false), (day, true), (day + 1, false)]
    {
        let facts = Facts { made_at: now().plus_seconds(ahead_s), ..caller("参加人员") };
        for (name, change) in changes(&open(), &facts).into_iter().take(3) {
            let decided = decide(&open(), &change, &facts);
            assert_eq!(decided.is_ok(), is_taken, "{name} {ahead_s} s ahead: {decided:?}");
            let words = "手机时间不正确，请校准手机时间后重新提交";
            assert!(decided.is_ok() || decided == Err(Problem::invalid("整改时间", words)), "{name} {ahead_s}");
        }
    }
    let ahead = Facts { made_at: now().plus_seconds(3600), ..caller("参加人员") };
    let event = decide(&open(), &changes(&open(), &ahead)[2].1, &ahead).expect("within a day");
    let record = Record { actor: ahead.actor, made_at: ahead.made_at, at: ahead.received_at, event };
    assert_eq!(open().after(&record).life, Life::Closed(Cured { by: person(0), at: now() }), "never in the future");
}

/// One step of a life: who asks for what, how many seconds later, and how long before the server heard of it.
#[derive(Clone, Debug)]
struct Step {
    who: usize,
    what: usize,
    review: ReviewRule,
    later_s: i64,
    old_s: i64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let review = proptest::sample::select(ReviewRule::ALL.to_vec());
    // On the same day, or a month later, so that due dates pass, and lie a year ahead.
    let later_s = prop_oneof![1..600_i64, 1..2_600_000_i64];
    let step = (0..64_usize, 0..64_usize, review, later_s, 0..2_600_000_i64);
    let step = step.prop_map(|(who, what, review, later_s, old_s)| Step { who, what, review, later_s, old_s });
    proptest::collection::vec(step, 1..40)
}

/// What happened by these steps, and what the hazard was before each event and is at the end.
struct Lived {
    records: Vec<Record>,
    before: Vec<Hazard>,
    hazard: Hazard,
    asked: Vec<(Hazard, Facts)>,
}

fn live(steps: &[Step]) -> Lived {
    let mut lived = Lived { records: vec![found()], before: Vec::new(), hazard: open(), asked: Vec::new() };
    let mut at = now();
    for step in steps {
        at = at.plus_seconds(step.later_s);
        let callers = callers();
        let facts = callers[step.who % callers.len()].1;
        let facts = Facts { review: step.review, made_at: at.plus_seconds(-step.old_s), received_at: at, ..facts };
        let changes = changes(&lived.hazard, &facts);
        let change = &changes[step.what % changes.len()].1;
        lived.asked.push((lived.hazard.clone(), facts));
        let Ok(event) = decide(&lived.hazard, change, &facts) else { continue };
        let record = Record { actor: facts.actor, made_at: facts.made_at, at, event };
        lived.before.push(lived.hazard.clone());
        lived.hazard = lived.hazard.clone().after(&record);
        lived.records.push(record);
    }
    lived
}

/// What an event says it changed, and whether the hazard was so before and is so after.
fn is_told_truly(data: &EventData, before: &Hazard, after: &Hazard) -> bool {
    fn changed<T: PartialEq>(told: (&T, &T), was: &T, is: &T) -> bool {
        told.0 == was && told.1 == is && was != is
    }
    match data {
        EventData::Found { .. } => false,
        EventData::Added { .. } => before == after,
        EventData::CuredInPart(_) => before == after && before.life == Life::Open,
        EventData::Reassigned { from, to } => changed((from, to), &before.officer, &after.officer),
        EventData::SeverityChanged { from, to } => changed((from, to), &before.severity, &after.severity),
        EventData::Extended { from, to } => changed((from, to), &before.due_on, &after.due_on) && from < to,
        EventData::Transferred { from, to } => changed((from, to), &before.department, &after.department),
        EventData::SupervisionOrdered { due_on } => {
            before.supervised_until.is_none() && after.supervised_until == Some(*due_on)
        }
        EventData::SupervisionLifted => before.supervised_until.is_some() && after.supervised_until.is_none(),
        EventData::Cured { .. } => before.life == Life::Open && after.life != Life::Open,
        EventData::Reviewed { is_passed } => match (before.life, after.life, is_passed) {
            (Life::UnderReview(cured), Life::Closed(closed), true) => cured == closed,
            (Life::UnderReview(_), Life::Open, false) => true,
            _ => false,
        },
        EventData::Voided => {
            matches!((before.life, after.life), (Life::Open | Life::UnderReview(_), Life::Voided { .. }))
        }
        EventData::Reopened => {
            matches!((before.life, after.life), (Life::Closed(_) | Life::Voided { .. }, Life::Open))
        }
    }
}

/// The part of a hazard that an event may change; nothing where it changes none.
fn part(data: &EventData) -> Option<EventKind> {
    match data.kind() {
        EventKind::Added | EventKind::CuredInPart => None,
        EventKind::SupervisionLifted => Some(EventKind::SupervisionOrdered),
        EventKind::Cured | EventKind::Reviewed | EventKind::Voided | EventKind::Reopened => Some(EventKind::Cured),
        kind => Some(kind),
    }
}

proptest! {
    #[test]
    fn no_sequence_of_acts_contradicts_itself(steps in steps()) {
        let Lived { records, before, hazard, .. } = live(&steps);
        let after = before.iter().skip(1).chain([&hazard]);
        for ((record, before), after) in records[1..].iter().zip(&before).zip(after) {
            prop_assert!(is_told_truly(&record.event.data, before, after), "{record:?}: {before:?} → {after:?}");
        }
        prop_assert_eq!(fold(&records), Some(hazard));
    }

    #[test]
    fn a_hazard_has_ended_only_when_closed_by_a_cure_in_force_or_voided(steps in steps()) {
        let Lived { records, hazard, .. } = live(&steps);
        let last = |is: fn(&EventData) -> bool| records.iter().rev().find(|record| is(&record.event.data));
        let ended = last(|data| part(data) == Some(EventKind::Cured));
        match hazard.life {
            Life::Open => prop_assert_eq!(hazard.life.ended_at(), None),
            Life::UnderReview(cured) | Life::Closed(cured) => {
                let cure = last(|data| data.kind() == EventKind::Cured).expect("cured by an event");
                prop_assert_eq!(cured, Cured { by: cure.actor, at: cure.made_at.min(cure.at) });
                let is_closed = matches!(hazard.life, Life::Closed(_));
                prop_assert_eq!(hazard.life.ended_at(), is_closed.then_some(cured.at));
                let reviewer = ended.filter(|record| record.event.data.kind() == EventKind::Reviewed);
                prop_assert!(reviewer.is_none_or(|reviewer| reviewer.actor != cured.by), "two pairs of eyes");
            }
            Life::Voided { at } => {
                prop_assert_eq!(ended.map(|record| (record.event.data.kind(), record.at)), Some((EventKind::Voided, at)));
                prop_assert_eq!(hazard.life.ended_at(), Some(at));
            }
        }
    }

    #[test]
    fn may_offers_exactly_what_decide_accepts_for_that_caller(steps in steps()) {
        for (hazard, facts) in live(&steps).asked {
            let offered = may(&hazard, &facts);
            for act in Act::ALL {
                let mut asked = changes(&hazard, &facts).into_iter().filter(|(_, change)| change.act() == *act);
                // A cure that comes late is taken as a fact, and never asked for.
                let is_accepted = asked.any(|(_, change)| {
                    let event = decide(&hazard, &change, &facts);
                    event.is_ok_and(|event| *act != Act::Cure || event.data.kind() != EventKind::Added)
                });
                prop_assert_eq!(offered.contains(act), is_accepted, "{:?} by {:?} of {:?}", act, facts, hazard);
            }
        }
    }

    #[test]
    fn what_only_adds_and_what_changes_another_part_may_come_in_any_order(steps in steps(), at in any::<proptest::sample::Index>()) {
        let Lived { mut records, hazard, .. } = live(&steps);
        let changing: Vec<_> = records.iter().filter(|record| part(&record.event.data).is_some()).collect();
        prop_assert_eq!(fold(changing), Some(hazard.clone()), "additions and part cures decide nothing");
        if records.len() > 2 {
            let at = 1 + at.index(records.len() - 2);
            if part(&records[at].event.data) != part(&records[at + 1].event.data) {
                records.swap(at, at + 1);
                prop_assert_eq!(fold(&records), Some(hazard), "different parts are independent");
            }
        }
    }

    #[test]
    fn of_two_cures_either_may_come_first_and_none_is_lost(first_old_s in 0..1_000_000_i64, second_old_s in 0..1_000_000_i64) {
        let by = |actor: PersonId, old_s: i64| {
            Facts { actor, is_participant: true, made_at: now().plus_seconds(-old_s), ..caller("参加人员") }
        };
        let cures = [by(person(0), first_old_s), by(person(OFFICER), second_old_s)];
        for order in [[0, 1], [1, 0]] {
            let mut hazard = open();
            let mut told = Vec::new();
            for facts in order.map(|n| cures[n]) {
                let event = decide(&hazard, &changes(&hazard, &facts)[2].1, &facts).expect("a cure is a fact");
                told.push((event.data.kind(), event.data.cure().is_some()));
                hazard = hazard.after(&Record { actor: facts.actor, made_at: facts.made_at, at: now(), event });
            }
            prop_assert_eq!(told, [(EventKind::Cured, true), (EventKind::Added, true)]);
            prop_assert_eq!(hazard.life.stage().name(), "已销号");
        }
    }
}

//! Codes: a row of a newer server is read, shown and kept by an old phone; what is handed in, decided on or stored is strict.

use crate::{
    hazard::row,
    samples::{Visit, branch, checklist, date, instant, item, person, photo, photos, post},
};
use domain::{
    changes::Changes,
    code::{Code, Lenient},
    enterprise::{EnterpriseDetail, EnterpriseEntry, EnterpriseFilter, EnterpriseRow, EnterpriseType, LocalEnterprise},
    geo::{PositionVerdict, Wgs84},
    hazard::{
        Act, ControlMeasure, CureDetails, EnforcementAction, EventData, EventKind, HazardDetail, HazardEvent,
        HazardRow, HazardState, Rectification, ReviewRule, Severity, Stage,
    },
    id::{EnterpriseId, EventId, HazardId, InspectionId, OperationId, PersonId, PostId},
    inspection::{Answer, Begun, InspectionDetail, InspectionRow, Submission, UnderWay},
    job::{JobRow, JobState},
    ledger::HazardFilter,
    login::Me,
    page::Page,
    person::{Colleague, Department, DepartmentCode, NewPost, Person, Role},
    region::RegionLevel,
};
use rstest::rstest;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;
use uuid::Uuid;

const NEWER: &str = "of_a_newer_server";

/// Fields whose texts are no codes but have one form for ever: ids, places, days, times and hashes of photos.
const FORMS: [&str; 10] = [
    "id",
    "inspection",
    "enterprise",
    "region",
    "officer",
    "due_on",
    "at",
    "photos",
    "photos_expected",
    "exception_photo",
];

/// Where the texts of a JSON value are, with the name of the field that holds each.
fn texts(value: &Value, at: String, field: &str) -> Vec<(String, String)> {
    match value {
        Value::String(_) => vec![(at, field.to_owned())],
        Value::Array(all) => {
            all.iter().enumerate().flat_map(|(n, one)| texts(one, format!("{at}/{n}"), field)).collect()
        }
        Value::Object(all) => all.iter().flat_map(|(key, one)| texts(one, format!("{at}/{key}"), key)).collect(),
        _ => Vec::new(),
    }
}

fn spoilt(value: &Value, at: &str) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(at).expect("a text of it") = NEWER.into();
    value
}

/// Whatever a newer server may write into any text of a row that is no id, place, time or hash: the row is read, and what
/// an old phone keeps of it still says the same.
fn assert_reads<T: Serialize + DeserializeOwned + PartialEq + Debug>(row: &T) {
    let value = serde_json::to_value(row).expect("writes");
    for (at, field) in texts(&value, String::new(), "") {
        if FORMS.contains(&field.as_str()) || field.ends_with("_at") {
            continue;
        }
        let newer = spoilt(&value, &at);
        let read: T = serde_json::from_value(newer).unwrap_or_else(|error| panic!("{at} of {value}: {error}"));
        let kept = serde_json::to_value(&read).expect("writes");
        assert_eq!(kept.pointer(&at), Some(&NEWER.into()), "{at} is kept as it came");
        assert_eq!(serde_json::from_value::<T>(kept).expect("reads"), read, "{at}");
    }
}

/// What is read strictly refuses an unknown code at each of these places.
fn assert_refuses<T: Serialize + DeserializeOwned + Debug>(strict: &T, places: &[&str]) {
    let value = serde_json::to_value(strict).expect("writes");
    for at in places {
        let read = serde_json::from_value::<T>(spoilt(&value, at));
        assert!(read.is_err(), "{at}: {read:?}");
    }
}

fn department() -> Department {
    Department { code: DepartmentCode("commerce".into()), name: "商务".into() }
}

fn colleague() -> Colleague {
    Colleague { id: person(1), name: "王伟".into(), department: department(), is_internal: true }
}

fn enterprise() -> EnterpriseRow {
    EnterpriseRow {
        id: EnterpriseId(Uuid::from_u128(2)),
        name: "春城饭店".into(),
        enterprise_type: EnterpriseType::Catering.into(),
        address: "关上街 1 号".into(),
        legal_representative: "李娜".into(),
        credit_code: "91530111MA6K5TEL3K".into(),
        licence_name: "食品经营许可证".into(),
        licence_number: "JY25301110000001".into(),
        region: branch(RegionLevel::County),
        region_name: "官渡区".into(),
        position: Some(Wgs84 { latitude: 25.015, longitude: 102.744 }),
        closed_at: Some(instant("2026-11-23T06:00:00Z")),
        open_hazards: 1,
        last_inspected_at: None,
    }
}

fn inspection(position: PositionVerdict) -> InspectionRow {
    InspectionRow {
        id: InspectionId(Uuid::from_u128(1)),
        enterprise: enterprise().id,
        enterprise_name: enterprise().name,
        enterprise_type: EnterpriseType::Catering.into(),
        region: branch(RegionLevel::County),
        region_name: "官渡区".into(),
        inspectors: vec!["王伟".into(), "李娜".into()],
        started_at: instant("2026-11-23T06:00:00Z"),
        received_at: instant("2026-11-23T07:00:00Z"),
        position: position.into(),
        exception_reason: Some("室内无信号".into()),
        failed: 1,
        items: 4,
    }
}

fn cure() -> CureDetails {
    CureDetails {
        measures: vec![ControlMeasure::OnSite, ControlMeasure::GasOff],
        enforcement: vec![EnforcementAction::Fined],
        fine_fen: Some(100),
    }
}

fn hazard() -> HazardRow {
    row("2026-12-08", Stage::Closed)
}

fn hazard_detail() -> HazardDetail {
    let event = HazardEvent {
        carrier: String::new(),
        id: EventId(Uuid::from_u128(5)),
        kind: EventKind::Cured.into(),
        at: instant("2026-11-23T07:00:00Z"),
        made_at: instant("2026-11-23T06:00:00Z"),
        actor: "王伟".into(),
        title: "官渡区 · 检查员".into(),
        text: "已更换".into(),
        from: "一般".into(),
        to: "重大".into(),
        cure: Some(cure().into()),
        photos: photos(1),
    };
    HazardDetail {
        hazard: hazard(),
        basis: "安全生产法".into(),
        severity_reason: Some("已停用".into()),
        inspection: inspection(PositionVerdict::First),
        participants: vec![colleague()],
        officer: person(1),
        photos: photos(1),
        photos_expected: vec![photo(9)],
        events: vec![event],
        may: vec![Act::Reopen.into(), Act::Add.into()],
    }
}

fn verdicts() -> [PositionVerdict; 5] {
    [
        PositionVerdict::First,
        PositionVerdict::Match { distance_m: 12.0 },
        PositionVerdict::Mismatch { distance_m: 900.0, allowed_m: 700.0 },
        PositionVerdict::TooCoarse { accuracy_m: 900.0, needed_m: 200.0 },
        PositionVerdict::NoFix,
    ]
}

#[test]
fn every_row_is_read_whatever_code_a_newer_server_writes_into_it_and_keeps_that_code() {
    assert_reads(&enterprise());
    assert_reads(&LocalEnterprise { row: enterprise(), initials: "ccfd".into(), aliases: Vec::new() });
    assert_reads(&hazard());
    assert_reads(&hazard_detail());
    for verdict in verdicts() {
        assert_reads(&inspection(verdict));
    }
    assert_reads(&EnterpriseDetail {
        enterprise: enterprise(),
        open_hazards: vec![hazard()],
        inspections: vec![inspection(PositionVerdict::NoFix)],
        under_way: vec![UnderWay {
            inspection: InspectionId(Uuid::from_u128(1)),
            author: "王伟".into(),
            started_at: instant("2026-11-23T06:00:00Z"),
        }],
    });
    assert_reads(&InspectionDetail {
        carrier: String::new(),
        inspection: inspection(PositionVerdict::First),
        checklist: checklist(2),
        answers: [(item(1), Answer::Pass.into()), (item(2), Answer::Fail.into())].into(),
        departments: vec![department()],
        hazards: vec![hazard()],
        exception_photo: Some(photo(3)),
    });
    assert_reads(&checklist(3));
    assert_reads(&vec![checklist(1), checklist(2)]);
    assert_reads(&Page { rows: vec![hazard(), hazard()], next: None });
    let changes = Changes { rows: vec![enterprise()], removed: vec![], next: "d1".into(), has_more: true, total: 9 };
    assert_reads(&changes);
    let own = post(Role::Inspector, branch(RegionLevel::County));
    assert_reads(&Me {
        id: person(1),
        name: "王伟".into(),
        phone_masked: "139****0001".into(),
        department: department(),
        is_internal: true,
        posts: vec![own.clone(), post(Role::Administrator, branch(RegionLevel::Province))],
        post: Some(own.clone()),
        now: None,
    });
    assert_reads(&Person {
        id: person(1),
        name: "王伟".into(),
        phone_masked: "139****0001".into(),
        department: department(),
        is_internal: true,
        posts: vec![own],
    });
    assert_reads(&JobRow {
        kind: "photo.prove".into(),
        key: "k".into(),
        state: JobState::Waiting.into(),
        tries: 1,
        enqueued_at: instant("2026-11-23T06:00:00Z"),
        run_at: instant("2026-11-23T06:00:00Z"),
        error: "disk".into(),
    });
}

#[test]
fn what_is_handed_in_decided_on_or_stored_names_only_what_is_known() {
    let mut submission: Submission = Visit::sample().submission;
    submission.verdict = Some(PositionVerdict::First);
    let places = ["/enterprise_type", "/answers/CY-01", "/hazards/0/severity", "/verdict/verdict"];
    assert_refuses(&submission, &places);
    let rectification = Rectification {
        id: OperationId(Uuid::from_u128(6)),
        hazard: HazardId(Uuid::from_u128(7)),
        is_partial: false,
        recorded_at: instant("2026-11-23T06:00:00Z"),
        text: "已更换".into(),
        measures: cure().measures,
        enforcement: cure().enforcement,
        fine_fen: Some(100),
        photos: photos(1),
    };
    assert_refuses(&rectification, &["/measures/0", "/measures/1", "/enforcement/0"]);
    let new = NewPost { id: PostId(Uuid::nil()), role: Role::Inspector, region: branch(RegionLevel::County) };
    assert_refuses(&new, &["/role"]);
    for verdict in verdicts() {
        assert_refuses(&verdict, &["/verdict"]);
    }
    let found = EventData::Found {
        severity: Severity::Major,
        department: DepartmentCode("commerce".into()),
        officer: PersonId(Uuid::nil()),
        due_on: date("2026-12-08"),
    };
    assert_refuses(&found, &["/kind", "/severity"]);
    let cured = EventData::Cured { details: cure(), needs_review: false };
    assert_refuses(&cured, &["/kind", "/measures/0", "/enforcement/0"]);
    let changed = EventData::SeverityChanged { from: Severity::Major, to: Severity::General };
    assert_refuses(&changed, &["/from", "/to"]);
    let entry = EnterpriseEntry {
        name: "春城饭店".into(),
        enterprise_type: EnterpriseType::Catering,
        address: "关上街 1 号".into(),
        legal_representative: "李娜".into(),
        credit_code: domain::credit_code::CreditCode::parse("91350100M000100Y43").expect("a valid code"),
        licence_name: "无".into(),
        licence_number: String::new(),
    };
    assert_refuses(&entry, &["/enterprise_type"]);
    let filter = EnterpriseFilter { enterprise_type: Some(EnterpriseType::School), ..EnterpriseFilter::default() };
    assert_refuses(&filter, &["/enterprise_type"]);
    let filter = HazardFilter {
        enterprise_type: Some(EnterpriseType::School),
        severity: Some(Severity::Major),
        state: Some(HazardState::Open),
        ..HazardFilter::default()
    };
    assert_refuses(&filter, &["/enterprise_type", "/severity", "/state"]);
    let begun = Begun {
        inspection: InspectionId(Uuid::nil()),
        enterprise: EnterpriseId(Uuid::nil()),
        started_at: instant("2026-11-23T06:00:00Z"),
    };
    assert_refuses(&begun, &["/enterprise"]);
}

/// Every value of a type has one code, on the wire as in the store, and is read as itself, strictly and in a row.
fn assert_codes<T: Code + Serialize + DeserializeOwned + PartialEq + Debug>(all: &[T]) {
    for value in all {
        let code = json!(value.code());
        assert_eq!(serde_json::to_value(value).expect("writes"), code);
        assert_eq!(serde_json::from_value::<T>(code.clone()).expect("reads"), *value);
        let lenient: Lenient<T> = serde_json::from_value(code.clone()).expect("reads");
        assert_eq!((lenient.known(), lenient.code(), &*lenient.name()), (Some(*value), value.code(), value.name()));
        assert_eq!(serde_json::to_value(&lenient).expect("writes"), code);
        assert_eq!(lenient, *value);
    }
    assert_eq!(T::from_code(NEWER).map(T::code), None);
    let newer = Lenient::<T>::of(NEWER.to_owned());
    assert_eq!((newer.known(), newer.code(), &*newer.name()), (None, NEWER, NEWER));
    assert!(all.iter().all(|value| newer != *value), "none of those that are known");
}

#[test]
fn a_code_is_the_same_in_a_row_and_in_what_is_handed_in() {
    assert_codes(&EnterpriseType::ALL);
    assert_codes(Severity::ALL);
    assert_codes(Role::ALL);
    assert_codes(Answer::ALL);
    assert_codes(ControlMeasure::ALL);
    assert_codes(EnforcementAction::ALL);
    assert_codes(EventKind::ALL);
    assert_codes(Act::ALL);
    assert_codes(Stage::ALL);
    assert_codes(HazardState::ALL);
    assert_codes(ReviewRule::ALL);
    assert_codes(JobState::ALL);
}

#[rstest]
#[case::a_number("7")]
#[case::nothing("null")]
#[case::a_list("[]")]
fn a_code_is_a_text(#[case] json: &str) {
    assert!(serde_json::from_str::<Lenient<Severity>>(json).is_err());
    assert!(serde_json::from_str::<Lenient<PositionVerdict>>(json).is_err());
}

#[test]
fn what_is_not_known_gives_no_right_and_closes_nothing() {
    let mut own = post(Role::Administrator, branch(RegionLevel::Prefecture));
    assert!(own.manages(Role::Inspector, own.region));
    assert!(!own.manages(Lenient::of(NEWER.to_owned()), own.region));
    own.role = Lenient::of(NEWER.to_owned());
    assert!(!own.manages(Role::Inspector, own.region));
    assert_eq!(own.title(), format!("官渡区 · {NEWER}"));

    let mut hazard = row("2026-12-08", Stage::Open);
    hazard.stage = Lenient::of(NEWER.to_owned());
    assert!(hazard.is_open() && hazard.awaits_cure(), "there is something to do");
    assert_eq!(hazard.state(date("2027-01-01")), Lenient::of(NEWER.to_owned()));
    let mut unmatched = inspection(PositionVerdict::NoFix);
    assert!(unmatched.is_unmatched());
    unmatched.position = Lenient::Unknown(NEWER.to_owned());
    assert!(!unmatched.is_unmatched(), "nobody is called to look at what may be in order");
    let mut items = checklist(1).items;
    items[0].severity = Lenient::of(NEWER.to_owned());
    assert_eq!(items[0].preset(), Severity::Major);
}

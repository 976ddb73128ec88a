//! Sample values that several modules of tests start from, each complete until a test spoils it.

use app::offline::{
    draft::Author,
    inspection_draft::{InspectionDraft, PositionStep},
    rectification_draft::RectificationDraft,
};
use domain::{
    Problem,
    checklist::{Checklist, ChecklistItem, ItemCode},
    enterprise::{EnterpriseRow, EnterpriseType},
    geo::{Fix, PositionRule, PositionVerdict, Wgs84},
    hazard::{ControlMeasure, EnforcementAction, HazardRow, Severity},
    id::{EnterpriseId, HazardId, InspectionId, OperationId, PersonId, PostId},
    inspection::{Accepted, Answer, Facts, Submission, Whereabouts, submit},
    person::{Colleague, Department, DepartmentCode},
    photo::PhotoHash,
    region::RegionCode,
    time::{Date, Timestamp},
};
use uuid::Uuid;

/// The nth person.
pub fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x100 + n))
}

/// The nth hazard.
pub fn hazard_id(n: u128) -> HazardId {
    HazardId(Uuid::from_u128(0x200 + n))
}

/// The nth photo.
pub fn photo(n: u8) -> PhotoHash {
    PhotoHash::of(&[n])
}

/// That many different photos.
pub fn photos(count: u8) -> Vec<PhotoHash> {
    (0..count).map(photo).collect()
}

/// The code of the nth item of [`checklist`], from 1.
pub fn item(n: usize) -> ItemCode {
    ItemCode(format!("CY-{n:02}"))
}

/// A date as in JSON.
pub fn date(text: &str) -> Date {
    text.parse().expect("a test names real dates")
}

/// An instant as RFC 3339.
pub fn instant(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().expect("a test names real instants");
    Timestamp(at.as_microsecond())
}

/// When the sample inspection began: two in the afternoon in China.
pub fn began() -> Timestamp {
    instant("2026-11-23T06:00:00Z")
}

/// When it is handed in, half an hour later.
pub fn now() -> Timestamp {
    began().plus_seconds(1800)
}

/// The day of both.
pub fn today() -> Date {
    date("2026-11-23")
}

/// Who writes on this phone.
pub fn author() -> Author {
    Author {
        person: person(0),
        name: "王伟".into(),
        post: PostId(Uuid::from_u128(7)),
        post_title: "官渡区 · 检查员".into(),
    }
}

/// A department by its code, such as `housing`.
pub fn department(code: &str) -> DepartmentCode {
    DepartmentCode(code.into())
}

/// The nth colleague, of that department.
pub fn colleague(n: u128, code: &str, is_internal: bool) -> Colleague {
    let department = Department { code: department(code), name: code.into() };
    Colleague { id: person(n), name: format!("人员{n}"), department, is_internal }
}

/// Those who may take part, the author first: commerce, housing, an expert of commerce, fire.
pub fn team() -> Vec<Colleague> {
    let rows = [("commerce", true), ("housing", true), ("commerce", false), ("fire", true)];
    (0..).zip(rows).map(|(n, (code, is_internal))| colleague(n, code, is_internal)).collect()
}

/// A checklist of that many items: every second one is major, every third one is for housing, the others for commerce.
pub fn checklist(items: usize) -> Checklist {
    let items = (1..=items)
        .map(|n| ChecklistItem {
            code: item(n),
            text: format!("第 {n} 项"),
            basis: String::new(),
            severity: if n.is_multiple_of(2) { Severity::Major } else { Severity::General }.into(),
            department: department(if n.is_multiple_of(3) { "housing" } else { "commerce" }),
        })
        .collect();
    Checklist { enterprise_type: EnterpriseType::Catering.into(), version: 1, items }
}

fn region() -> RegionCode {
    "530111".parse().expect("官渡区 is a region")
}

/// The enterprise that is inspected.
pub fn enterprise() -> EnterpriseRow {
    EnterpriseRow {
        id: EnterpriseId(Uuid::from_u128(2)),
        name: "春城饭店".into(),
        enterprise_type: EnterpriseType::Catering.into(),
        address: "关上街 1 号".into(),
        legal_representative: "李娜".into(),
        credit_code: "91530111MA6K5TEL3K".into(),
        licence_name: "食品经营许可证".into(),
        licence_number: "JY25301110000001".into(),
        region: region(),
        region_name: "官渡区".into(),
        position: Some(Wgs84 { latitude: 25.015, longitude: 102.744 }),
        closed_at: None,
        open_hazards: 1,
        last_inspected_at: Some(instant("2026-08-01T02:30:00Z")),
    }
}

/// An open hazard of the enterprise at the nth item.
pub fn open_hazard(id: u128, n: usize) -> HazardRow {
    HazardRow {
        id: hazard_id(id),
        inspection: InspectionId(Uuid::from_u128(3)),
        enterprise: enterprise().id,
        enterprise_name: enterprise().name,
        enterprise_type: EnterpriseType::Catering.into(),
        address: enterprise().address,
        region: region(),
        region_name: "官渡区".into(),
        item: item(n),
        item_text: format!("第 {n} 项"),
        description: "软管老化".into(),
        severity: Severity::General.into(),
        department: Department { code: department("housing"), name: "住房城乡建设".into() },
        officer_name: "人员1".into(),
        found_at: instant("2026-08-01T02:30:00Z"),
        due_on: date("2026-08-16"),
        stage: domain::hazard::Stage::Open.into(),
        closed_at: None,
    }
}

/// A good fix, 111 m from the enterprise, as the sample inspection begins.
pub fn fix() -> Fix {
    let at = Wgs84 { latitude: 25.016, longitude: 102.744 };
    Fix { at, accuracy_m: 20.0, taken_at: began() }
}

/// What the phone makes of a fix.
pub fn verdict(draft: &InspectionDraft, fix: Option<Fix>) -> PositionVerdict {
    draft.compare(fix)
}

/// An inspection of that many items with nothing answered and nobody there but the author; item 3 has an open hazard.
pub fn blank(items: usize) -> InspectionDraft {
    let mut draft = InspectionDraft::new(
        InspectionId(Uuid::from_u128(1)),
        author(),
        team().remove(0),
        enterprise(),
        checklist(items),
        vec![open_hazard(90, 3)],
        PositionRule::default(),
    );
    let verdict = verdict(&draft, Some(fix()));
    draft.position = PositionStep { fix: Some(fix()), verdict: Some(verdict), ..PositionStep::default() };
    draft.start(began().plus_seconds(40));
    draft
}

/// A complete inspection by two: item 1 passes (and keeps a sheet that was written before), item 2 is a new hazard,
/// item 3 the open one seen again, item 4 does not apply. Three photos will go in, one of them shown twice.
pub fn visit() -> InspectionDraft {
    let mut draft = blank(4);
    draft.participants.push(team().remove(1));
    draft.answer(&item(1), Answer::Fail, hazard_id(1));
    draft.edit_hazard(hazard_id(1), |sheet| {
        sheet.description = "灶具无熄火保护".into();
        sheet.photos = vec![photo(9)];
    });
    draft.answer(&item(1), Answer::Pass, hazard_id(11));
    draft.answer(&item(2), Answer::Fail, hazard_id(2));
    draft.edit_hazard(hazard_id(2), |sheet| {
        sheet.description = "燃气软管老化".into();
        sheet.photos = vec![photo(1), photo(2)];
    });
    draft.answer(&item(3), Answer::Fail, hazard_id(3));
    draft.edit_hazard(hazard_id(3), |sheet| {
        sheet.adds_to = Some(hazard_id(90));
        sheet.description = "仍未更换".into();
        sheet.photos = vec![photo(2), photo(3)];
    });
    draft.answer(&item(4), Answer::NotApplicable, hazard_id(4));
    draft
}

/// The domain's decision, with the facts as the draft knows them: the whole [`team`] may take part.
pub fn decide(draft: &InspectionDraft, submission: Submission, _now: Timestamp) -> Result<Accepted, Problem> {
    let colleagues: Vec<_> = team().iter().map(|person| person.id).collect();
    let known_hazards: Vec<_> = draft.open_hazards.iter().map(|hazard| (hazard.id, hazard.item.clone())).collect();
    let facts = Facts {
        author: draft.author.person,
        colleagues: &colleagues,
        checklist: &draft.checklist,
        known_hazards: &known_hazards,
    };
    submit(submission, &facts, Whereabouts { position: draft.enterprise.position, rule: PositionRule::default() })
}

/// A complete cure.
pub fn cure() -> RectificationDraft {
    RectificationDraft {
        text: "已更换软管".into(),
        measures: vec![ControlMeasure::OnSite, ControlMeasure::Notified],
        enforcement: vec![EnforcementAction::Ordered, EnforcementAction::Fined],
        fine_yuan: "2,000.5".into(),
        photos: photos(2),
        ..RectificationDraft::new(OperationId(Uuid::from_u128(5)), author(), &open_hazard(90, 3))
    }
}

/// Fresh ids, one after the other.
pub fn fresh_ids() -> impl FnMut() -> Uuid {
    let mut last = 0xf000;
    move || {
        last += 1;
        Uuid::from_u128(last)
    }
}

//! Sample values that several modules of tests start from, each valid until a test spoils it.

use domain::{
    Problem,
    checklist::{Checklist, ChecklistItem, ItemCode},
    enterprise::EnterpriseType,
    geo::{Fix, PositionRule, Wgs84},
    hazard::Severity,
    id::{EnterpriseId, HazardId, InspectionId, PersonId, PostId},
    inspection::{Accepted, Answer, Backfill, Facts, NewHazard, SeenAgain, Submission, Whereabouts, backfill, submit},
    person::{DepartmentCode, Post, Role},
    photo::PhotoHash,
    region::{RegionCode, RegionLevel},
    time::{Date, Timestamp},
};
use uuid::Uuid;

/// The dictionary of regions as shipped, so that the rules are tested on every real code.
pub const REGIONS: &str = include_str!("../../../../server/store/data/regions.csv");
/// The dictionary of departments as shipped.
pub const DEPARTMENTS: &str = include_str!("../../../../server/store/data/departments.csv");
/// The checklists as shipped.
pub const CHECKLISTS: &str = include_str!("../../../../server/store/data/checklists.json");

/// The code of a region.
pub fn region(code: &str) -> RegionCode {
    code.parse().expect("a test names real regions")
}

/// The branch along which posts are tried: nation, 云南省, 昆明市, 官渡区.
pub fn branch(level: RegionLevel) -> RegionCode {
    region(match level {
        RegionLevel::Nation => "000000",
        RegionLevel::Province => "530000",
        RegionLevel::Prefecture => "530100",
        RegionLevel::County => "530111",
    })
}

/// A post of that role at that region.
pub fn post(role: Role, at: RegionCode) -> Post {
    Post { id: PostId(Uuid::from_u128(7)), role: role.into(), region: at, region_name: "官渡区".into() }
}

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

/// A checklist of that many items; every second one is major.
pub fn checklist(items: usize) -> Checklist {
    let items = (1..=items)
        .map(|n| ChecklistItem {
            code: item(n),
            text: format!("第 {n} 项"),
            basis: String::new(),
            severity: if n % 2 == 0 { Severity::Major } else { Severity::General }.into(),
            department: DepartmentCode("commerce".into()),
        })
        .collect();
    Checklist { enterprise_type: EnterpriseType::Catering.into(), version: 1, items }
}

/// A new hazard at the nth item of [`checklist`], with the item's own severity.
pub fn new_hazard(id: u128, n: usize) -> NewHazard {
    NewHazard {
        id: hazard_id(id),
        item: item(n),
        description: "燃气软管老化".into(),
        severity: if n.is_multiple_of(2) { Severity::Major } else { Severity::General },
        severity_reason: None,
        officer: person(1),
        due_on: date("2026-12-08"),
        photos: photos(1),
    }
}

/// An inspection about to be handed in, with all that the server knows about it.
#[derive(Clone, Debug)]
pub struct Visit {
    pub submission: Submission,
    pub author: PersonId,
    pub colleagues: Vec<PersonId>,
    pub checklist: Checklist,
    pub position: Option<Wgs84>,
    pub rule: PositionRule,
    pub known_hazards: Vec<(HazardId, ItemCode)>,
}

impl Visit {
    /// A visit that is accepted: item 1 passes, item 2 is a new hazard, item 3 an open one seen again, item 4 does not
    /// apply; two of three colleagues took part, 111 m from the enterprise.
    pub fn sample() -> Self {
        let started_at = instant("2026-11-23T06:00:00Z");
        let at = Wgs84 { latitude: 25.016, longitude: 102.744 };
        let submission = Submission {
            id: InspectionId(Uuid::from_u128(1)),
            enterprise: EnterpriseId(Uuid::from_u128(2)),
            enterprise_type: EnterpriseType::Catering,
            checklist_version: 1,
            started_at,
            finished_at: started_at.plus_seconds(1800),
            participants: vec![person(0), person(1)],
            fix: Some(Fix { at, accuracy_m: 20.0, taken_at: started_at.plus_seconds(5) }),
            verdict: None,
            exception: None,
            answers: [
                (item(1), Answer::Pass),
                (item(2), Answer::Fail),
                (item(3), Answer::Fail),
                (item(4), Answer::NotApplicable),
            ]
            .into(),
            hazards: vec![new_hazard(1, 2)],
            seen_again: vec![SeenAgain {
                hazard: hazard_id(9),
                item: item(3),
                text: "仍未更换".into(),
                photos: Vec::new(),
            }],
        };
        Self {
            submission,
            author: person(0),
            colleagues: vec![person(0), person(1), person(2)],
            checklist: checklist(4),
            position: Some(Wgs84 { latitude: 25.015, longitude: 102.744 }),
            rule: PositionRule::default(),
            known_hazards: vec![(hazard_id(9), item(3))],
        }
    }

    fn facts(&self) -> Facts<'_> {
        let Self { author, colleagues, checklist, known_hazards, .. } = self;
        Facts { author: *author, colleagues, checklist, known_hazards }
    }

    /// Hands it in.
    pub fn submit(self) -> Result<Accepted, Problem> {
        let whereabouts = Whereabouts { position: self.position, rule: self.rule };
        submit(self.submission.clone(), &self.facts(), whereabouts)
    }

    /// Enters it at the desk, from a paper with these photos.
    pub fn backfill(self, paper: Vec<PhotoHash>) -> Result<Backfill, Problem> {
        let submission = self.submission.clone();
        let entered = Backfill {
            id: submission.id,
            enterprise: submission.enterprise,
            enterprise_type: submission.enterprise_type,
            checklist_version: submission.checklist_version,
            started_at: submission.started_at,
            finished_at: submission.finished_at,
            participants: submission.participants,
            answers: submission.answers,
            hazards: submission.hazards,
            seen_again: submission.seen_again,
            paper,
        };
        backfill(entered, &self.facts())
    }
}

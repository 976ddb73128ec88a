//! A scope of some types of enterprise: every list, sum and single record of it, on both engines.

use crate::support::{
    code, date, enterprise, entry, found_at, fresh_id, hazard, noon, on_each_engine, operation, person, visit, within,
};
use domain::{
    enterprise::{
        EnterpriseFilter,
        EnterpriseType::{self, Catering, Hospital, School},
    },
    geo::Wgs84,
    hazard::{HazardState, Severity},
    id::{EnterpriseId, HazardId, InspectionId, OperationId, PersonId},
    inspection::InspectionFilter,
    ledger::HazardFilter,
    operation::{HeldReason, Outcome},
    person::PhoneNumber,
    photo::PhotoHash,
    region::RegionCode,
    time::Timestamp,
};
use std::collections::BTreeSet;
use store::{
    Scope, Tx,
    changes::{self, Kept},
    enterprises::{self, PositionSource},
    hazards, inspections, ledger, operations,
    photos::{self, Link, NewPhoto, PhotoPurpose},
    statistics::{self, Period},
};
use uuid::Uuid;

const KINDS: [EnterpriseType; 3] = [Catering, School, Hospital];
const HERE: Wgs84 = Wgs84 { latitude: 25.0, longitude: 102.7 };
/// The one who runs all three.
const OPERATOR: &str = "13900000077";

/// An enterprise of a type with an inspection, an open hazard, a held operation, and photos of all three.
struct Of {
    kind: EnterpriseType,
    enterprise: EnterpriseId,
    inspection: InspectionId,
    hazard: HazardId,
    held: OperationId,
    photos: [PhotoHash; 3],
}

async fn one(tx: &mut Tx, kind: EnterpriseType, author: PersonId) -> Of {
    let mut entry = entry(kind.name(), "中心路 1 号", OPERATOR);
    entry.enterprise_type = kind;
    let id = enterprise(tx, "530111", &entry).await;
    let at = noon("2026-11-02");
    enterprises::set_position(tx, id, (HERE, None), PositionSource::Console, at, at).await.unwrap();
    enterprises::set_inspected(tx, id, at, at).await.unwrap();

    let mut accepted = visit(id, author, at);
    accepted.submission.enterprise_type = kind;
    let inspection = accepted.submission.id;
    let inspectors = ["王海".to_owned()];
    let (region, received_at) = (code("530111"), at.plus_seconds(3600));
    let context = inspections::Context { author, post_region: region, region, inspectors: &inspectors, received_at };
    inspections::insert(tx, &accepted, &context).await.unwrap();
    let mut place = found_at(inspection, id, "530111", author, "2026-11-02");
    place.enterprise_type = kind.code();
    let hazard = hazard(tx, &place, author, Severity::Major, "2026-12-02").await;

    let held = operation(author, "530111");
    assert!(operations::claim(tx, &held, &[]).await.unwrap());
    let outcome = Outcome::Held(HeldReason::new("enterprise", "等待处理"));
    operations::settle(tx, held.id, &outcome, kind.name(), None).await.unwrap();
    operations::set_enterprise_type(tx, held.id, kind).await.unwrap();

    let link = |shows| Link { operation: held.id, shows, hazard: None, inspection: None, region };
    let links = [
        Link { hazard: Some(hazard), ..link(PhotoPurpose::Found) },
        Link { inspection: Some(inspection), ..link(PhotoPurpose::Place) },
        link(PhotoPurpose::Announced),
    ];
    let named = links.map(|link| (link, shown(kind.code(), link.shows)));
    for (link, hash) in named {
        photos::announce(tx, &[(link, &[hash])]).await.unwrap();
        sent(tx, hash, author).await;
    }
    Of { kind, enterprise: id, inspection, hazard, held: held.id, photos: named.map(|(_, hash)| hash) }
}

fn shown(of: &str, purpose: PhotoPurpose) -> PhotoHash {
    PhotoHash::of(format!("{of} {purpose:?}").as_bytes())
}

async fn sent(tx: &mut Tx, hash: PhotoHash, by: PersonId) {
    let photo = NewPhoto { hash, size_bytes: 7, kept_hash: hash, media_type: "image/jpeg", at: noon("2026-11-02") };
    assert!(photos::keep(tx, &photo, None, by).await.unwrap());
}

async fn all(tx: &mut Tx) -> (Vec<Of>, PersonId) {
    let author = person(tx, "王海", "13900000001").await;
    let mut all = Vec::new();
    for kind in KINDS {
        all.push(one(tx, kind, author).await);
    }
    (all, author)
}

/// What each list of a scope has: its name, and the types of the records in it.
async fn lists(tx: &mut Tx, scope: Scope, all: &[Of]) -> Vec<(&'static str, BTreeSet<EnterpriseType>)> {
    let today = date("2026-11-24");
    let mut lists = Vec::new();
    let (every, phone) = (EnterpriseFilter::default(), PhoneNumber::parse(OPERATOR).unwrap());
    let page = enterprises::page(tx, scope, &every, None, 50).await.unwrap();
    lists.push(("register", page.rows.iter().filter_map(|row| row.enterprise_type.known()).collect::<BTreeSet<_>>()));
    let page = enterprises::page_of_phone(tx, scope, &phone, &every, None, 50).await.unwrap();
    lists.push(("of a number", page.rows.iter().filter_map(|row| row.enterprise_type.known()).collect()));
    let near = enterprises::nearby(tx, scope, HERE).await.unwrap();
    lists.push(("nearby", near.iter().filter_map(|row| row.enterprise_type.known()).collect()));
    let ids: Vec<_> = all.iter().map(|of| of.enterprise).collect();
    let among = enterprises::among(tx, scope, &ids).await.unwrap();
    lists.push(("among", among.iter().filter_map(|row| row.enterprise_type.known()).collect()));

    let page = inspections::page(tx, scope, &InspectionFilter::default(), None, 50).await.unwrap();
    lists.push(("inspections", page.rows.iter().filter_map(|row| row.enterprise_type.known()).collect()));

    let filter = HazardFilter::default();
    let page = ledger::page(tx, scope, &filter, today, None, 50).await.unwrap();
    lists.push(("ledger", page.rows.iter().filter_map(|row| row.enterprise_type.known()).collect()));
    let words = HazardFilter { text: "后厨".to_owned(), ..HazardFilter::default() };
    let page = ledger::page(tx, scope, &words, today, None, 50).await.unwrap();
    lists.push(("ledger by words", page.rows.iter().filter_map(|row| row.enterprise_type.known()).collect()));
    let page = ledger::lines(tx, scope, &filter, today, None, 50).await.unwrap();
    lists.push(("export", page.rows.iter().map(|line| line.enterprise_type).collect()));
    let orphaned = hazards::orphaned(tx, scope).await.unwrap();
    lists.push(("orphaned", orphaned.iter().filter_map(|row| row.enterprise_type.known()).collect()));

    let page = operations::page(tx, scope, None, 50).await.unwrap();
    let is_held = |of: &&Of| page.rows.iter().any(|row| row.operation == of.held);
    lists.push(("held", all.iter().filter(is_held).map(|of| of.kind).collect()));

    let begin = (Timestamp(i64::MIN), Uuid::nil());
    for (name, kept) in [("changed enterprises", Kept::Enterprises), ("changed hazards", Kept::Hazards)] {
        for is_first in [true, false] {
            let changes = changes::after(tx, kept, scope, begin, is_first, 50).await.unwrap();
            let there: BTreeSet<_> = changes.iter().filter(|change| change.is_there).map(|change| change.id).collect();
            let is_in = |of: &&Of| there.contains(&of.enterprise.0) || there.contains(&of.hazard.0);
            lists.push((name, all.iter().filter(is_in).map(|of| of.kind).collect()));
        }
    }

    let (mut single, stranger) = (vec![BTreeSet::new(); 6], PersonId(fresh_id()));
    for of in all {
        let open = hazards::open_of_enterprise(tx, scope, of.enterprise).await.unwrap();
        let of_enterprise = inspections::of_enterprise(tx, scope, of.enterprise).await.unwrap();
        let mut seen = vec![
            enterprises::get(tx, scope, of.enterprise).await.unwrap().is_some(),
            inspections::get(tx, scope, of.inspection).await.unwrap().is_some(),
            operations::held(tx, scope, of.held).await.unwrap().is_some(),
            !open.is_empty(),
            !of_enterprise.is_empty(),
            true,
        ];
        for hash in of.photos {
            seen[5] &= photos::visible(tx, hash, scope, stranger).await.unwrap().is_some();
        }
        assert_eq!(seen[0], scope.admits(code("530111"), Some(of.kind)), "{:?}", of.kind);
        for (kinds, _) in single.iter_mut().zip(seen).filter(|(_, seen)| *seen) {
            kinds.insert(of.kind);
        }
    }
    let names =
        ["an enterprise", "an inspection", "a held operation", "open hazards", "inspections of one", "three photos"];
    lists.extend(names.into_iter().zip(single));
    lists
}

/// The sums of a scope, each of which is the number of its types.
async fn sums(tx: &mut Tx, scope: Scope) -> Vec<(&'static str, i64)> {
    let today = date("2026-12-24");
    let mut sums = Vec::new();
    for kept in [Kept::Enterprises, Kept::Hazards] {
        sums.push(("on a phone", changes::total(tx, kept, scope).await.unwrap()));
    }
    let words = HazardFilter { text: "后厨".to_owned(), ..HazardFilter::default() };
    for filter in [HazardFilter::default(), words] {
        let summary = ledger::summary(tx, scope, &filter, today).await.unwrap();
        sums.extend([("total", summary.total), ("major", summary.major), ("overdue", summary.overdue)]);
        assert_eq!(summary.closed, 0);
    }
    let open = HazardFilter { state: Some(HazardState::Overdue), ..HazardFilter::default() };
    sums.push(("of a state", ledger::summary(tx, scope, &open, today).await.unwrap().total));
    for period in [Period::default(), Period { from: Some(date("2026-11-01")), to: None }] {
        let county = statistics::by_region(tx, scope, period, today).await.unwrap().remove(0);
        sums.extend([("enterprises", county.enterprises), ("inspected", county.inspected)]);
        sums.extend([("inspections", county.inspections), ("hazards", county.hazards)]);
        sums.extend([("major", county.major), ("overdue", county.overdue)]);
        assert_eq!(county.closed, 0);
    }
    sums
}

#[tokio::test]
async fn every_list_and_sum_has_what_is_of_the_scopes_types_and_nothing_else() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (all, _) = all(&mut tx).await;
        let county = within("530111");
        let cases = [
            (county, KINDS.to_vec()),
            (county.of_types([Catering, School]), vec![Catering, School]),
            (county.of_types([Catering, School]).of_types([School, Hospital]), vec![School]),
            (county.of_types([]), vec![]),
        ];
        for (scope, kinds) in cases {
            let wanted: BTreeSet<_> = kinds.iter().copied().collect();
            for (list, found) in lists(&mut tx, scope, &all).await {
                assert_eq!(found, wanted, "{list}");
            }
            for (sum, found) in sums(&mut tx, scope).await {
                assert_eq!(found, i64::try_from(kinds.len()).unwrap(), "{sum} of {kinds:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_made_under_another_type_stays_there_and_a_phone_lets_go_of_the_enterprise() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (all, _) = all(&mut tx).await;
        let (catering, school) = (&all[0], within("530111").of_types([School]));
        let since = (noon("2026-11-03"), Uuid::nil());
        let mut corrected = enterprises::entry(&mut tx, catering.enterprise).await.unwrap().unwrap();
        corrected.enterprise_type = School;
        corrected.address = "中心路 9 号".to_owned();
        enterprises::update(&mut tx, catering.enterprise, &corrected, noon("2026-11-04")).await.unwrap();

        let row = enterprises::get(&mut tx, school, catering.enterprise).await.unwrap().unwrap();
        assert_eq!(row.open_hazards, 0, "its hazard is one of a restaurant");
        assert_eq!(hazards::open_of_enterprise(&mut tx, school, catering.enterprise).await.unwrap(), []);
        assert_eq!(inspections::of_enterprise(&mut tx, school, catering.enterprise).await.unwrap(), []);
        let stored = hazards::find(&mut tx, catering.hazard).await.unwrap().unwrap();
        assert!(!school.admits(stored.region, Some(stored.enterprise_type)));

        let restaurants = within("530111").of_types([Catering]);
        let changes = changes::after(&mut tx, Kept::Enterprises, restaurants, since, false, 9).await.unwrap();
        let seen: Vec<_> = changes.iter().map(|change| (EnterpriseId(change.id), change.is_there)).collect();
        assert_eq!(seen, [(catering.enterprise, false)]);
    })
    .await;
}

#[tokio::test]
async fn what_is_of_no_type_that_is_known_waits_for_every_office_of_its_place() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let unread = operation(author, "530111");
        assert!(operations::claim(&mut tx, &unread, &[]).await.unwrap());
        let outcome = Outcome::Held(HeldReason::new("unknown_kind", "等待处理"));
        operations::settle(&mut tx, unread.id, &outcome, "", None).await.unwrap();
        let shows = PhotoPurpose::Announced;
        let (hash, region) = (shown("unread", shows), code("530111"));
        let link = Link { operation: unread.id, shows, hazard: None, inspection: None, region };
        photos::announce(&mut tx, &[(link, &[hash])]).await.unwrap();
        sent(&mut tx, hash, author).await;

        let stranger = PersonId(fresh_id());
        for (place, is_seen) in [("530111", true), ("530000", true), ("530112", false)] {
            let scope = within(place).of_types([School]);
            assert_eq!(operations::page(&mut tx, scope, None, 9).await.unwrap().rows.len(), usize::from(is_seen));
            assert_eq!(operations::held(&mut tx, scope, unread.id).await.unwrap().is_some(), is_seen);
            assert_eq!(photos::visible(&mut tx, hash, scope, stranger).await.unwrap().is_some(), is_seen);
            assert_eq!(scope.admits(region, None), is_seen, "{place}");
        }
        let outside = within("530112").of_types([School]);
        assert!(photos::visible(&mut tx, hash, outside, author).await.unwrap().is_some(), "the author's own");
        let other = OperationId(fresh_id());
        operations::set_enterprise_type(&mut tx, other, School).await.unwrap_err();
        operations::set_enterprise_type(&mut tx, unread.id, Hospital).await.unwrap();
        let found = operations::find(&mut tx, unread.id).await.unwrap().unwrap().operation;
        assert_eq!(found.enterprise_type, Some(Hospital));
        let one = operations::held(&mut tx, within("530111").of_types([School]), unread.id).await.unwrap();
        assert_eq!(one, None, "once it is known, it is the school office's no more");
    })
    .await;
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what a permit makes is what the other makers are compared with")]
fn a_scope_only_ever_becomes_narrower() {
    let city = Scope::granted(code("530100"));
    assert_eq!(Scope::unrestricted("a test").within(code("530100")), Some(city));
    assert_eq!(city.within(code("530111")).unwrap().region(), code("530111"));
    for outside in ["530300", "530000", "000000"] {
        assert_eq!(city.within(code(outside)), None, "{outside}");
    }
    let schools = city.of_types([School]);
    assert_eq!(schools.within(code("530111")), Some(Scope::granted(code("530111")).of_types([School])));
    assert_eq!(schools.of_types([Catering]), city.of_types([]), "never another type instead");
    assert!(
        EnterpriseType::ALL
            .into_iter()
            .all(|kind| city.of_types(EnterpriseType::ALL).admits(code("530111"), Some(kind)))
    );
    assert!(Scope::unrestricted("a test").admits(RegionCode::NATION, None));
}

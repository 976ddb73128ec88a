//! People: written, corrected, deleted and taken back, listed and found; and who their colleagues are.

use crate::support::{
    code, enterprise, entry, found_at, fresh_id, hazard, inspect, noon, on_each_engine, person, uscc, within,
};
use domain::{
    hazard::{CureDetails, EventData, Severity},
    id::{PersonId, PostId},
    person::{DepartmentCode, NewPost, PersonFilter, PhoneNumber, Role},
};
use store::{
    StoreError, Tx,
    people::{self, PersonFields, PersonRecord},
    posts,
};

const WANG: &str = "13900000001";
const LI: &str = "13900000002";

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number).unwrap()
}

async fn grant(tx: &mut Tx, person: PersonId, role: Role, region: &str) -> PostId {
    let post = NewPost { id: PostId(fresh_id()), role, region: code(region) };
    posts::grant(tx, &[(person, post)], noon("2026-10-02")).await.unwrap();
    post.id
}

/// Runs `write` with a person's fields: this name and number, of the market regulation, from outside.
async fn corrected(
    name: &str,
    number: &str,
    write: impl AsyncFnOnce(PersonFields<'_>) -> store::Result<()>,
) -> store::Result<()> {
    let (phone, department) = (phone(number), DepartmentCode("market_regulation".to_owned()));
    write(PersonFields { name, phone: &phone, department: &department, is_internal: false }).await
}

fn ids(people: &[PersonRecord]) -> Vec<PersonId> {
    people.iter().map(|person| person.id).collect()
}

#[tokio::test]
async fn a_person_is_corrected_and_a_number_is_one_persons() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        person(&mut tx, "李山", LI).await;
        corrected("王海洋", "13900000003", async |fields| people::update(&mut tx, wang, fields).await).await.unwrap();
        let read = people::get(&mut tx, wang).await.unwrap().unwrap();
        assert_eq!((read.name.as_str(), read.phone.as_str(), read.is_internal), ("王海洋", "13900000003", false));
        assert_eq!(read.department.name, "市场监管");
        assert_eq!(people::by_phone(&mut tx, &phone("13900000003")).await.unwrap(), Some(read));
        assert_eq!(people::by_phone(&mut tx, &phone(WANG)).await.unwrap(), None);
        let nobody = PersonId(fresh_id());
        let missing = corrected("赵江", WANG, async |fields| people::update(&mut tx, nobody, fields).await).await;
        assert!(matches!(missing, Err(StoreError::RowsWritten { actual: 0, .. })), "{missing:?}");
        assert!(!people::is_known(&mut tx, nobody).await.unwrap());
        // Last, for the engine may end a transaction that it refused something.
        let taken = corrected("王海洋", LI, async |fields| people::update(&mut tx, wang, fields).await).await;
        assert!(taken.unwrap_err().is_duplicate());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_person_keeps_name_and_id_and_may_be_taken_back() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let first = person(&mut tx, "王海", WANG).await;
        people::delete(&mut tx, first, noon("2026-11-02")).await.unwrap();
        let second = person(&mut tx, "李山", WANG).await;
        people::delete(&mut tx, second, noon("2026-11-03")).await.unwrap();
        people::delete(&mut tx, second, noon("2026-11-04")).await.unwrap_err();
        assert_eq!(people::get(&mut tx, first).await.unwrap(), None);
        assert!(people::is_known(&mut tx, first).await.unwrap());
        let named = people::named(&mut tx, &[second, PersonId(fresh_id()), first]).await.unwrap();
        assert_eq!(named.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["李山", "王海"]);
        let numbers = [&phone(WANG), &phone(LI)];
        assert_eq!(people::by_phones(&mut tx, &numbers).await.unwrap(), []);
        assert_eq!(ids(&people::former(&mut tx, &numbers).await.unwrap()), [second, first], "the last deleted first");

        let revive = async |fields: PersonFields<'_>| people::revive(&mut tx, &[(first, fields)]).await;
        corrected("王海", LI, revive).await.unwrap();
        assert_eq!(ids(&people::by_phones(&mut tx, &numbers).await.unwrap()), [first]);
        assert_eq!(ids(&people::former(&mut tx, &numbers).await.unwrap()), [second]);
        let revive = async |fields: PersonFields<'_>| people::revive(&mut tx, &[(first, fields)]).await;
        let again = corrected("王海", LI, revive).await;
        assert!(matches!(again, Err(StoreError::RowsWritten { .. })), "who is there cannot be taken back: {again:?}");
    })
    .await;
}

#[tokio::test]
async fn people_are_listed_by_their_posts_newest_first_and_found_by_part_of_the_name() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        let li = person(&mut tx, "李海山", LI).await;
        let without_post = person(&mut tx, "赵海江", "13900000003").await;
        grant(&mut tx, wang, Role::Inspector, "530111").await;
        grant(&mut tx, wang, Role::Administrator, "530100").await;
        grant(&mut tx, li, Role::Administrator, "530112").await;
        let all = PersonFilter::default();
        let list = async |tx: &mut Tx, scope: &str, filter: &PersonFilter, after| {
            ids(&people::list(tx, within(scope), filter, after, 50).await.unwrap())
        };
        assert_eq!(list(&mut tx, "530000", &all, None).await, [li, wang]);
        assert_eq!(list(&mut tx, "530000", &all, Some(li)).await, [wang]);
        assert_eq!(list(&mut tx, "530111", &all, None).await, [wang]);
        assert_eq!(people::list(&mut tx, within("530000"), &all, None, 1).await.unwrap().len(), 1);
        let inspectors = PersonFilter { role: Some(Role::Inspector), ..all.clone() };
        assert_eq!(list(&mut tx, "530000", &inspectors, None).await, [wang]);
        let elsewhere = PersonFilter { department: Some(DepartmentCode("housing".into())), ..all.clone() };
        assert_eq!(list(&mut tx, "530000", &elsewhere, None).await, []);
        for (text, expected) in [("海", vec![li, wang]), (" 海山 ", vec![li]), ("%", vec![]), ("_海", vec![])] {
            let filter = PersonFilter { text: text.to_owned(), ..all.clone() };
            assert_eq!(list(&mut tx, "530000", &filter, None).await, expected, "{text}");
        }
        let posts = people::posts_of(&mut tx, &[wang, without_post]).await.unwrap();
        let titles: Vec<_> = posts[&wang].iter().map(domain::person::Post::title).collect();
        assert_eq!(titles, ["昆明市 · 管理员", "官渡区 · 检查员"], "the highest level first");
        assert!(!posts.contains_key(&without_post));
    })
    .await;
}

#[tokio::test]
async fn colleagues_are_the_inspectors_of_exactly_this_place() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        let li = person(&mut tx, "李海", LI).await;
        let zhao = person(&mut tx, "赵海", "13900000003").await;
        grant(&mut tx, wang, Role::Inspector, "530111").await;
        let left = grant(&mut tx, li, Role::Inspector, "530111").await;
        grant(&mut tx, zhao, Role::Inspector, "530112").await;
        grant(&mut tx, zhao, Role::Administrator, "530111").await;
        let colleagues = async |tx: &mut Tx, text: &str| {
            let mut found = people::colleagues(tx, code("530111"), text).await.unwrap();
            found.sort_by_key(|one| one.id);
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(colleagues(&mut tx, "").await, [wang, li]);
        assert_eq!(colleagues(&mut tx, "李").await, [li]);
        assert_eq!(colleagues(&mut tx, "%").await, []);
        posts::withdraw(&mut tx, left, fresh_id().into(), noon("2026-11-02")).await.unwrap();
        assert_eq!(colleagues(&mut tx, "").await, [wang]);
        people::delete(&mut tx, wang, noon("2026-11-02")).await.unwrap();
        assert_eq!(colleagues(&mut tx, "").await, []);
        let ever = posts::ever_in(&mut tx, code("530100"), &[wang, li, zhao, PersonId(fresh_id())]).await.unwrap();
        assert_eq!(ever, [wang, li, zhao].into());
        assert_eq!(posts::ever_in(&mut tx, code("530111"), &[li]).await.unwrap(), [li].into(), "who left counts");
        assert_eq!(posts::ever_in(&mut tx, code("530300"), &[wang, li, zhao]).await.unwrap(), [].into());
    })
    .await;
}

#[tokio::test]
async fn the_administrators_of_a_place_are_counted_behind_its_lock() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        let li = person(&mut tx, "李山", LI).await;
        people::lock(&mut tx, wang).await.unwrap();
        people::lock_numbers(&mut tx, &[&phone(WANG), &phone("13900000009")]).await.unwrap();
        people::lock_region(&mut tx, code("530111")).await.unwrap();
        let nowhere = people::lock_region(&mut tx, code("539999")).await;
        assert!(matches!(nowhere, Err(StoreError::RowsWritten { .. })), "{nowhere:?}");
        grant(&mut tx, wang, Role::Administrator, "530111").await;
        let left = grant(&mut tx, li, Role::Administrator, "530111").await;
        grant(&mut tx, li, Role::Inspector, "530111").await;
        let names = people::administrators_at(&mut tx, code("530111")).await.unwrap();
        assert_eq!(names, ["王海", "李山"]);
        posts::withdraw(&mut tx, left, fresh_id().into(), noon("2026-11-02")).await.unwrap();
        assert_eq!(people::administrators_at(&mut tx, code("530111")).await.unwrap(), ["王海"]);
        assert!(people::administrators_at(&mut tx, code("530100")).await.unwrap().is_empty());
    })
    .await;
}

/// Two that lock the same people, numbers or place in any order wait for one another, and never for ever.
#[tokio::test]
async fn whoever_locks_a_person_is_waited_for() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        tx.commit().await.unwrap();
        let mut first = db.write().await.unwrap();
        people::lock(&mut first, wang).await.unwrap();
        let second = async {
            let mut tx = db.write().await.unwrap();
            people::lock_numbers(&mut tx, &[&phone(WANG)]).await.unwrap();
            people::get(&mut tx, wang).await.unwrap()
        };
        let first = async {
            tokio::task::yield_now().await;
            people::delete(&mut first, wang, noon("2026-11-02")).await.unwrap();
            first.commit().await.unwrap();
        };
        let (seen, ()) = tokio::join!(second, first);
        assert_eq!(seen, None, "the second saw what the first did");
    })
    .await;
}

#[tokio::test]
async fn an_officer_leaves_the_open_hazards_that_were_found_from_that_place() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", WANG).await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let visit = inspect(&mut tx, "530111", id, wang, noon("2026-11-02")).await;
        let place = found_at(visit, id, "530111", wang, "2026-11-02");
        let open = hazard(&mut tx, &place, wang, Severity::Major, "2026-12-02").await;
        let closed = hazard(&mut tx, &place, wang, Severity::Major, "2026-12-02").await;
        let cured = EventData::Cured { details: CureDetails::default(), needs_review: false };
        crate::support::happen(&mut tx, closed, wang, noon("2026-11-03"), cured).await;
        let left = people::open_hazards_of_officer(&mut tx, code("530111"), wang).await.unwrap();
        assert_eq!(left, [open]);
        for (region, officer) in [("530112", wang), ("530100", wang), ("530111", PersonId(fresh_id()))] {
            let none = people::open_hazards_of_officer(&mut tx, code(region), officer).await.unwrap();
            assert_eq!(none, [], "{region}");
        }
    })
    .await;
}

//! Who opens, corrects and withdraws whom.

use crate::support::{code, entry, on_each_engine};
use domain::{
    Problem,
    id::{EventId, PersonId, PostId},
    person::{Identity, NewPost, PersonEntry, PersonFilter, Role},
};
use services::{actions::ReadSelf, changes, people};
use uuid::Uuid;

fn post(role: Role, region: &str) -> NewPost {
    NewPost { id: PostId(Uuid::now_v7()), role, region: code(region) }
}

fn new_id() -> PersonId {
    PersonId(Uuid::now_v7())
}

#[tokio::test]
async fn each_level_opens_its_inspectors_and_the_administrators_below() {
    on_each_engine(async |world| {
        use Role::{Administrator, Inspector};
        let nation = world.administrator("13800000000", "国管甲", "000000").await;
        let province = world.administrator("13800000001", "省管甲", "530000").await;
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let cases = [
            (&nation, Inspector, "000000", true),
            (&nation, Administrator, "530000", true),
            (&nation, Administrator, "530100", false),
            (&nation, Administrator, "000000", false),
            (&province, Administrator, "530100", true),
            (&province, Inspector, "530100", false),
            (&province, Inspector, "530000", true),
            (&city, Administrator, "530111", true),
            (&city, Administrator, "530402", false),
            (&city, Inspector, "530111", false),
            (&county, Inspector, "530111", true),
            (&county, Administrator, "530111", false),
            (&county, Inspector, "530112", false),
        ];
        for (number, (token, role, region, is_allowed)) in (13_900_000_000_u64..).zip(cases) {
            let person = entry("某某人", &number.to_string(), "fire");
            let added = people::add(world.permit(token).await, new_id(), person, post(role, region), None).await;
            assert_eq!(added.is_ok(), is_allowed, "{role:?} at {region}: {added:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn adding_twice_is_adding_once() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (id, post) = (new_id(), post(Role::Inspector, "530111"));
        let mut written = Vec::new();
        for _ in 0..2 {
            let person = PersonEntry { is_internal: false, ..entry(" 张 三 丰", "139 0000 0001", "fire") };
            written.push(people::add(world.permit(&county).await, id, person, post, None).await.unwrap());
        }
        assert_eq!(written[0], written[1]);
        assert_eq!((written[0].name.as_str(), written[0].is_internal), ("张三丰", false));
        assert_eq!(written[0].posts.len(), 1);
        let page = people::list(world.permit(&county).await, PersonFilter::default(), None).await.unwrap();
        assert_eq!(page.rows.len(), 2);
        assert_eq!(page.rows[0], written[0]);

        let other = entry("李四", "13900000002", "fire");
        let reused =
            people::add(world.permit(&county).await, id, other, self::post(Role::Inspector, "530111"), None).await;
        assert_eq!(reused, Err(Problem::OperationConflict));
    })
    .await;
}

#[tokio::test]
async fn a_known_number_gets_the_post_only_when_all_else_agrees() {
    on_each_engine(async |world| {
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let person = world.add_inspector(&county, "13900000001", "张三", "530111").await;
        let upper = post(Role::Inspector, "530100");
        let cases = [
            ("姓名", entry("张山", "13900000001", "fire")),
            ("人员归属部门", entry("张三", "13900000001", "housing")),
            ("是否内部人员", PersonEntry { is_internal: false, ..entry("张三", "13900000001", "fire") }),
        ];
        for (expected, entry) in cases {
            match people::add(world.permit(&city).await, new_id(), entry, upper, None).await {
                Err(Problem::Invalid { field, .. }) => assert_eq!(field, expected),
                other => panic!("{expected}: {other:?}"),
            }
        }
        let entry = entry("张三", "13900000001", "fire");
        let added = people::add(world.permit(&city).await, new_id(), entry.clone(), upper, None).await.unwrap();
        assert_eq!((added.id, added.posts.len()), (person.id, 2));
        let again =
            people::add(world.permit(&city).await, new_id(), entry, post(Role::Inspector, "530100"), None).await;
        assert_eq!(again.unwrap_err().code(), "conflict");
    })
    .await;
}

#[tokio::test]
async fn a_place_has_two_administrators() {
    on_each_engine(async |world| {
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        for (phone, is_allowed) in [("13900000001", true), ("13900000002", true), ("13900000003", false)] {
            let post = post(Role::Administrator, "530111");
            let added =
                people::add(world.permit(&city).await, new_id(), entry("某某人", phone, "fire"), post, None).await;
            assert_eq!(added.is_ok(), is_allowed, "{phone}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_changed_number_signs_the_person_out() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (token, person) = world.inspector(&county, "13900000001", "张三", "530111").await;
        let same = PersonEntry { is_internal: false, ..entry("张三丰", "", "housing") };
        let edited = people::edit(world.permit(&county).await, person.id, same, Vec::new(), None).await.unwrap();
        assert_eq!((edited.name.as_str(), edited.is_internal), ("张三丰", false));
        assert_eq!(edited.department.name, "住房城乡建设");
        world.permit::<ReadSelf>(&token).await;

        let of_another = people::edit(
            world.permit(&county).await,
            person.id,
            entry("张三", "13800000003", "fire"),
            Vec::new(),
            None,
        )
        .await;
        assert_eq!(of_another.unwrap_err().code(), "invalid");
        let moved = people::edit(
            world.permit(&county).await,
            person.id,
            entry("张三", "13900000009", "fire"),
            Vec::new(),
            None,
        )
        .await;
        assert_eq!(moved.unwrap().phone_masked, "139****0009");
        assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));
        world.sign_in("13900000009").await;
    })
    .await;
}

#[tokio::test]
async fn an_account_with_posts_out_of_reach_is_not_taken_over() {
    on_each_engine(async |world| {
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let person = world.add_inspector(&county, "13900000001", "张三", "530111").await;
        let (same, upper) = (entry("张三", "13900000001", "fire"), post(Role::Inspector, "530100"));
        people::add(world.permit(&city).await, new_id(), same, upper, None).await.unwrap();
        let theft = people::edit(
            world.permit(&county).await,
            person.id,
            entry("张三", "13900000009", "fire"),
            Vec::new(),
            None,
        )
        .await;
        assert_eq!(theft.unwrap_err().code(), "conflict");
        let theirs =
            people::delete(world.permit(&county).await, EventId(Uuid::now_v7()), person.id, vec![upper.id], None).await;
        assert_eq!(theirs.unwrap_err().code(), "conflict");
        let corrected =
            people::edit(world.permit(&city).await, person.id, entry("张三丰", "", "fire"), Vec::new(), None).await;
        assert_eq!(corrected.unwrap().name, "张三丰");
        // A peer, and oneself.
        let peer = world.administrator("13800000004", "县管乙", "530111").await;
        let page = people::list(world.permit(&peer).await, PersonFilter::default(), None).await.unwrap();
        let administrator = page.rows.iter().find(|row| row.name == "县管甲").unwrap();
        let edited =
            people::edit(world.permit(&peer).await, administrator.id, entry("县管丙", "", "fire"), Vec::new(), None)
                .await;
        assert_eq!(edited.unwrap_err().code(), "conflict");
        let oneself = people::delete(
            world.permit(&county).await,
            EventId(Uuid::now_v7()),
            administrator.id,
            vec![administrator.posts[0].id],
            None,
        );
        assert_eq!(oneself.await.unwrap_err().code(), "conflict");
    })
    .await;
}

#[tokio::test]
async fn withdrawing_the_last_post_deletes_the_person_and_frees_the_number() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (token, person) = world.inspector(&county, "13900000001", "张三", "530111").await;
        let foreign = vec![person.posts[0].id, PostId(Uuid::now_v7())];
        let refused =
            people::delete(world.permit(&county).await, EventId(Uuid::now_v7()), person.id, foreign, None).await;
        assert_eq!(refused.unwrap_err().code(), "not_found");
        people::delete(world.permit(&county).await, EventId(Uuid::now_v7()), person.id, vec![person.posts[0].id], None)
            .await
            .unwrap();
        assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));
        let gone = people::delete(
            world.permit(&county).await,
            EventId(Uuid::now_v7()),
            person.id,
            vec![person.posts[0].id],
            None,
        )
        .await;
        assert_eq!(gone.unwrap_err().code(), "not_found");
        let (entered, at) = (entry("李四", "13900000001", "fire"), post(Role::Inspector, "530111"));
        let permit = world.permit(&county).await;
        let next = people::add(permit, new_id(), entered, at, Some(Identity::Another)).await.unwrap();
        assert_ne!(next.id, person.id);
        let mut tx = world.db.read().await.unwrap();
        let both = [next.id, person.id];
        let among = async |tx: &mut store::Tx, place| {
            let colleagues = store::people::colleagues_among(tx, code(place), &both).await.unwrap();
            colleagues.into_iter().map(|colleague| colleague.name).collect::<Vec<_>>()
        };
        assert_eq!(among(&mut tx, "530111").await, ["李四"]);
        assert_eq!(among(&mut tx, "530112").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn lists_keep_to_the_area_and_to_the_filter() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let other = world.administrator("13800000004", "县管乙", "530112").await;
        let foreigner = world.add_inspector(&other, "13900000099", "外县人", "530112").await;
        for number in 0..60 {
            world
                .add_inspector(&county, &format!("139000000{number:02}"), &format!("张{}", name(number)), "530111")
                .await;
        }
        let first = people::list(world.permit(&county).await, PersonFilter::default(), None).await.unwrap();
        let second =
            people::list(world.permit(&county).await, PersonFilter::default(), first.next.clone()).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (50, 11, None));
        let names = |text: &str| PersonFilter { text: text.to_owned(), ..PersonFilter::default() };
        let count = async |filter| people::list(world.permit(&county).await, filter, None).await.unwrap().rows.len();
        assert_eq!(count(names("张一二")).await, 1);
        for digits in ["0007", "13900000007", "1390000000", "7"] {
            assert_eq!(count(names(digits)).await, 0, "{digits}");
        }
        assert_eq!(count(names("%")).await, 0);
        assert_eq!(count(names("外县")).await, 0);
        assert_eq!(count(PersonFilter { role: Some(Role::Administrator), ..PersonFilter::default() }).await, 1);
        let outside = PersonFilter { region: Some(code("530112")), ..PersonFilter::default() };
        let refused = people::list(world.permit(&county).await, outside, None).await;
        assert_eq!(refused.unwrap_err().code(), "not_found");

        let phone = people::reveal_phone(world.permit(&county).await, first.rows[0].id).await.unwrap();
        assert_eq!(phone, "13900000059");
        let hidden = people::reveal_phone(world.permit(&county).await, foreigner.id).await;
        assert_eq!(hidden.unwrap_err().code(), "not_found");

        let inspector = world.sign_in("13900000000").await;
        assert_eq!(changes::colleagues(world.permit(&inspector).await, None).await.unwrap().rows.len(), 60);
    })
    .await;
}

/// Two digits as characters: a name holds no digits.
fn name(number: usize) -> String {
    let digits: Vec<char> = "〇一二三四五六七八九".chars().collect();
    [digits[number / 10], digits[number % 10]].into_iter().collect()
}

#[tokio::test]
async fn the_first_administrator_is_made_once_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let make = async |department| {
            people::create_administrator(&world.gate, "13800000000", "国管甲", code("000000"), department).await
        };
        let first = make("住房城乡建设局").await.unwrap();
        assert_eq!(make("housing").await.unwrap(), first);
        assert_eq!(first.posts.len(), 1);
        assert_eq!(make("没有的部门").await.unwrap_err().code(), "invalid");
    })
    .await;
}

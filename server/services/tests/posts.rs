//! What an office corrects: posts withdrawn and granted again, people deleted and entered again, wrong posts set right;
//! and what it may learn of people who are not its own.

use crate::support::{World, code, entry, on_each_engine};
use domain::{
    Problem,
    id::{EventId, PersonId, PostId},
    person::{Identity, NewPost, Person, PersonEntry, PersonFilter, PhoneNumber, PostCorrection, Role},
};
use services::{
    actions::{ReadPeople, ReadSelf},
    audit, login, people,
};
use uuid::Uuid;

const PHONE: &str = "13900000001";

fn post(role: Role, region: &str) -> NewPost {
    NewPost { id: PostId(Uuid::now_v7()), role, region: code(region) }
}

async fn enter(world: &World, token: &str, name: &str, identity: Option<Identity>) -> Result<Person, Problem> {
    let at = post(Role::Inspector, "530111");
    people::add(world.permit(token).await, PersonId(Uuid::now_v7()), entry(name, PHONE, "fire"), at, identity).await
}

async fn withdraw(world: &World, token: &str, person: &Person) {
    let posts = person.posts.iter().map(|post| post.id).collect();
    people::delete(world.permit(token).await, EventId(Uuid::now_v7()), person.id, posts, None).await.unwrap();
}

#[tokio::test]
async fn a_person_entered_again_under_number_and_name_is_the_same_person_with_the_same_post() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let first = enter(world, &county, "张三", None).await.unwrap();
        withdraw(world, &county, &first).await;
        world.pass_seconds(3 * 86_400);
        let again = enter(world, &county, "张三", None).await.unwrap();
        assert_eq!(again, first);
        let me = world.sign_in_as(PHONE).await.1;
        assert_eq!((me.id, me.post.unwrap().id), (first.id, first.posts[0].id));
    })
    .await;
}

#[tokio::test]
async fn who_is_entered_under_the_number_of_a_deleted_person_with_another_name_is_asked_about() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let other = world.administrator("13800000004", "县管乙", "530112").await;
        let first = enter(world, &county, "张三", None).await.unwrap();
        withdraw(world, &county, &first).await;
        let asked = enter(world, &county, "张三丰", None).await;
        assert_eq!(asked, Err(Problem::FormerPerson { name: "张*".to_owned() }));
        let renamed = enter(world, &county, "张三丰", Some(Identity::Same)).await.unwrap();
        assert_eq!((renamed.id, renamed.name.as_str(), &renamed.posts), (first.id, "张三丰", &first.posts));
        withdraw(world, &county, &renamed).await;
        let another = enter(world, &county, "李四", Some(Identity::Another)).await.unwrap();
        assert_ne!(another.id, first.id);
        withdraw(world, &county, &another).await;
        // The one who had the name, though another had the number since.
        assert_eq!(enter(world, &county, "张三丰", None).await.unwrap().id, first.id);
        withdraw(world, &county, &first).await;
        // Elsewhere nobody is told who had a number.
        let at = post(Role::Inspector, "530112");
        let stranger = entry("王五", PHONE, "fire");
        let added = people::add(world.permit(&other).await, PersonId(Uuid::now_v7()), stranger, at, None).await;
        let added = added.unwrap();
        assert!(added.id != first.id && added.id != another.id);
    })
    .await;
}

#[tokio::test]
async fn a_number_taken_elsewhere_tells_nothing_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let other = world.administrator("13800000004", "县管乙", "530112").await;
        enter(world, &county, "张三", None).await.unwrap();
        let at = post(Role::Inspector, "530112");
        let wrong = [
            entry("王五", PHONE, "fire"),
            entry("张三", PHONE, "housing"),
            PersonEntry { is_internal: false, ..entry("张三", PHONE, "fire") },
        ];
        for entry in wrong {
            let refused = people::add(world.permit(&other).await, PersonId(Uuid::now_v7()), entry, at, None).await;
            let message = "该手机号已由其他地区登记，请联系其管理员或上级";
            assert_eq!(refused, Err(Problem::invalid("手机号", message)));
        }
        let log = audit::list(world.permit(&other).await, None).await.unwrap();
        assert_eq!(log.rows.iter().filter(|row| row.subject == "139****0001").count(), 3);
        // Who knows the person may give it a post all the same (Q39).
        let same = entry("张三", PHONE, "fire");
        let added = people::add(world.permit(&other).await, PersonId(Uuid::now_v7()), same, at, None).await.unwrap();
        assert_eq!(added.posts.len(), 2);
        // In one's own area the field is named that differs, and never whose the number is.
        match enter(world, &county, "王五", None).await {
            Err(Problem::Invalid { field, message }) => {
                assert_eq!(field, "姓名");
                assert!(!message.contains("张三"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_post_is_set_right_in_one_act_and_the_session_goes_on() {
    on_each_engine(async |world| {
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        let wrong = post(Role::Administrator, "530111");
        let given = entry("张三", PHONE, "fire");
        let person =
            people::add(world.permit(&city).await, PersonId(Uuid::now_v7()), given, wrong, None).await.unwrap();
        let token = world.sign_in(PHONE).await;
        let right = post(Role::Administrator, "530112");
        let correction = PostCorrection { wrong: wrong.id, right };
        let unchanged = entry("张三", "", "fire");
        let permit = world.permit(&city).await;
        let edited = people::edit(permit, person.id, unchanged.clone(), vec![correction], None).await.unwrap();
        assert_eq!(
            edited.posts.iter().map(|post| (post.id, post.title())).collect::<Vec<_>>(),
            [(right.id, "西山区 · 管理员".to_owned())]
        );
        let me = login::me(world.permit::<ReadSelf>(&token).await).await.unwrap();
        assert_eq!(me.post.unwrap().id, right.id);
        world.permit::<ReadPeople>(&token).await;
        let log = audit::list(world.permit(&city).await, None).await.unwrap();
        assert_eq!(log.rows[0].detail, "岗位更正：官渡区 · 管理员 → 西山区 · 管理员");

        // A post that the caller does not manage, or may not open, is not set right by it.
        let beyond = PostCorrection { wrong: right.id, right: post(Role::Inspector, "530112") };
        let refused = people::edit(world.permit(&city).await, person.id, unchanged.clone(), vec![beyond], None).await;
        assert_eq!(refused.unwrap_err().code(), "invalid");
        let county = world.administrator("13800000005", "县管丙", "530112").await;
        let not_mine = PostCorrection { wrong: right.id, right: post(Role::Inspector, "530112") };
        let refused = people::edit(world.permit(&county).await, person.id, unchanged, vec![not_mine], None).await;
        assert_eq!(refused.unwrap_err().code(), "conflict");
    })
    .await;
}

#[tokio::test]
async fn a_number_is_shown_whole_only_to_who_manages_the_person() {
    on_each_engine(async |world| {
        let nation = world.administrator("13800000000", "国管甲", "000000").await;
        let province = world.administrator("13800000001", "省管甲", "530000").await;
        let city = world.administrator("13800000002", "州管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let other = world.administrator("13800000004", "县管乙", "530112").await;
        let inspector = enter(world, &county, "张三", None).await.unwrap();
        let page = people::list(world.permit(&city).await, PersonFilter::default(), None).await.unwrap();
        let administrator = page.rows.iter().find(|row| row.name == "县管甲").unwrap();
        let cases = [
            (&nation, inspector.id, Err("conflict")),
            (&province, inspector.id, Err("conflict")),
            (&city, inspector.id, Err("conflict")),
            (&county, inspector.id, Ok("13900000001")),
            (&other, inspector.id, Err("not_found")),
            (&nation, administrator.id, Err("conflict")),
            (&province, administrator.id, Err("conflict")),
            (&city, administrator.id, Ok("13800000003")),
            // One's own number.
            (&county, administrator.id, Ok("13800000003")),
        ];
        for (number, (token, person, expected)) in cases.into_iter().enumerate() {
            let revealed = people::reveal_phone(world.permit(token).await, person).await;
            let revealed = revealed.as_deref().map_err(Problem::code);
            assert_eq!(revealed, expected, "case {number}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_finds_only_whom_the_caller_manages_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let province = world.administrator("13800000001", "省管甲", "530000").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let inspector = enter(world, &county, "张三", None).await.unwrap();
        let phone = PhoneNumber::parse(PHONE).unwrap();
        for (token, expected) in [(&county, 1), (&province, 0)] {
            let found = people::find(world.permit(token).await, &phone, &PersonFilter::default()).await.unwrap();
            assert_eq!(found.rows.len(), expected);
            assert!(found.rows.iter().all(|row| row.id == inspector.id));
            let log = audit::list(world.permit(token).await, None).await.unwrap();
            assert_eq!((log.rows[0].action.as_str(), log.rows[0].subject.as_str()), ("person.find", "139****0001"));
        }
        let filter = PersonFilter { role: Some(Role::Administrator), ..PersonFilter::default() };
        assert_eq!(people::find(world.permit(&county).await, &phone, &filter).await.unwrap().rows.len(), 0);
    })
    .await;
}

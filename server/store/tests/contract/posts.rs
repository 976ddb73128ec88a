//! Posts: granted, withdrawn and granted again, and who held one when.

use crate::support::{code, fresh_id, noon, on_each_engine, person};
use domain::{
    id::{EventId, PersonId, PostId},
    person::{NewPost, Role},
    time::Timestamp,
};
use store::{Tx, posts};

fn inspector_at(region: &str) -> NewPost {
    NewPost { id: PostId(fresh_id()), role: Role::Inspector, region: code(region) }
}

async fn grant(tx: &mut Tx, person: PersonId, post: NewPost, at: Timestamp) -> Vec<PostId> {
    posts::grant(tx, &[(person, post)], at).await.unwrap()
}

async fn is_held(tx: &mut Tx, post: PostId, at: Timestamp) -> bool {
    posts::held_at(tx, post, at).await.unwrap().unwrap().is_held
}

#[tokio::test]
async fn a_post_granted_again_is_the_same_post_and_held_in_its_terms() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let (first, again) = (inspector_at("530111"), inspector_at("530111"));
        let request = EventId(fresh_id());
        let (morning, day) = (Timestamp::start_of("2026-11-01".parse().unwrap()), 86_400);
        assert_eq!(grant(&mut tx, wang, first, morning.plus_seconds(9 * 3600)).await, [first.id]);
        assert_eq!(grant(&mut tx, wang, again, morning.plus_seconds(10 * 3600)).await, []);
        for (id, is_known) in [(first.id, true), (again.id, false)] {
            assert_eq!(posts::is_known(&mut tx, id).await.unwrap(), is_known);
        }
        posts::withdraw(&mut tx, first.id, request, morning.plus_seconds(3 * day)).await.unwrap();
        assert!(posts::withdraw(&mut tx, first.id, request, morning.plus_seconds(3 * day)).await.is_err());
        assert!(posts::was_withdrawn_as(&mut tx, wang, request).await.unwrap());
        assert_eq!(grant(&mut tx, wang, again, morning.plus_seconds(5 * day)).await, [first.id]);
        assert!(posts::was_withdrawn_as(&mut tx, wang, request).await.unwrap(), "a late copy finds it all the same");
        assert!(!posts::was_withdrawn_as(&mut tx, wang, EventId(fresh_id())).await.unwrap());
        let cases = [
            (-1, false),
            // Typed in at nine, held since midnight.
            (0, true),
            (3 * day - 1, true),
            (3 * day, false),
            (5 * day - 1, false),
            (5 * day, true),
            (400 * day, true),
        ];
        for (seconds, expected) in cases {
            assert_eq!(is_held(&mut tx, first.id, morning.plus_seconds(seconds)).await, expected, "{seconds}");
        }
        assert_eq!(posts::held_at(&mut tx, again.id, morning).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn withdrawn_and_granted_at_one_instant_it_was_never_away() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let (post, at) = (inspector_at("530111"), noon("2026-11-01"));
        grant(&mut tx, wang, post, at).await;
        posts::withdraw(&mut tx, post.id, EventId(fresh_id()), at).await.unwrap();
        grant(&mut tx, wang, inspector_at("530111"), at).await;
        assert!(is_held(&mut tx, post.id, at).await);
    })
    .await;
}

#[tokio::test]
async fn inspectors_of_a_place_are_told_for_then_and_for_now() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let mut people = Vec::new();
        for (name, phone) in [("王海", "13900000001"), ("李河", "13900000002"), ("赵江", "13900000003")] {
            people.push(person(&mut tx, name, phone).await);
        }
        let [wang, li, zhao] = people[..] else { unreachable!() };
        let (before, after) = (noon("2026-11-01"), noon("2026-11-09"));
        let here = inspector_at("530111");
        grant(&mut tx, wang, here, before).await;
        grant(&mut tx, zhao, inspector_at("530112"), before).await;
        posts::withdraw(&mut tx, here.id, EventId(fresh_id()), noon("2026-11-05")).await.unwrap();
        store::people::delete(&mut tx, wang, noon("2026-11-05")).await.unwrap();
        grant(&mut tx, li, inspector_at("530111"), noon("2026-11-05")).await;
        let asked = [li, zhao, wang];
        for (at, expected) in [(before, vec!["王海"]), (after, vec!["李河"]), (noon("2026-10-01"), vec![])] {
            let found = posts::inspectors_at(&mut tx, code("530111"), &asked, at).await.unwrap();
            assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), expected);
        }
        let held = posts::held_at(&mut tx, here.id, before).await.unwrap().unwrap();
        assert_eq!((held.person, held.person_name.as_str(), held.is_held), (wang, "王海", true));
        assert_eq!(held.post.title(), "官渡区 · 检查员");
        // Today's lists know nothing of it.
        assert_eq!(store::people::posts_of(&mut tx, &[wang]).await.unwrap().len(), 0);
        let now = store::people::colleagues_among(&mut tx, code("530111"), &asked).await.unwrap();
        assert_eq!(now.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_another_post_is_refused() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let post = inspector_at("530111");
        grant(&mut tx, wang, post, noon("2026-11-01")).await;
        let stolen = NewPost { region: code("530112"), ..post };
        let refused = posts::grant(&mut tx, &[(wang, stolen)], noon("2026-11-01")).await;
        assert!(refused.unwrap_err().is_duplicate());
    })
    .await;
}

//! The post of a session.

use crate::support::{code, fresh_id, noon, on_each_engine, person};
use domain::{
    id::{PostId, SessionId},
    person::{NewPost, Role},
};
use store::{
    posts,
    sessions::{self, NewSession},
};

#[tokio::test]
async fn a_session_has_the_post_that_was_chosen_for_as_long_as_it_is_held() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (wang, now) = (person(&mut tx, "王海", "13900000001").await, noon("2026-11-02"));
        let mut chosen = Vec::new();
        for region in ["530111", "530112"] {
            let post = NewPost { id: PostId(fresh_id()), role: Role::Inspector, region: code(region) };
            posts::grant(&mut tx, &[(wang, post)], now).await.unwrap();
            chosen.push(post.id);
        }
        let session =
            NewSession { id: SessionId(fresh_id()), token_hash: "token", person: wang, post: None, device: "" };
        sessions::open(&mut tx, &session, now).await.unwrap();
        assert_eq!(sessions::caller(&mut tx, "token", now).await.unwrap().unwrap().post, None);
        assert!(sessions::set_post(&mut tx, "token", chosen[0]).await.unwrap());
        let caller = sessions::caller(&mut tx, "token", now).await.unwrap().unwrap();
        assert_eq!((caller.person, caller.name.as_str()), (wang, "王海"));
        assert_eq!(caller.post.unwrap().title(), "官渡区 · 检查员");
        sessions::move_post(&mut tx, chosen[0], chosen[1]).await.unwrap();
        let caller = sessions::caller(&mut tx, "token", now).await.unwrap().unwrap();
        assert_eq!(caller.post.map(|post| post.id), Some(chosen[1]));
        posts::withdraw(&mut tx, chosen[1], fresh_id().into(), now).await.unwrap();
        assert_eq!(sessions::caller(&mut tx, "token", now).await.unwrap().unwrap().post, None);
    })
    .await;
}

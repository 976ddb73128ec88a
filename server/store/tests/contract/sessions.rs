//! Sessions, and the codes that open them.

use crate::support::{code, fresh_id, noon, on_each_engine, person};
use domain::{
    id::PostId,
    login::SESSION_IDLE_SECONDS,
    person::{NewPost, Role},
};
use store::{StoreError, posts, sessions};

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
        sessions::open(&mut tx, "token", wang, None, now).await.unwrap();
        assert_eq!(sessions::caller(&mut tx, "token", now).await.unwrap().unwrap().post, None);
        sessions::set_post(&mut tx, "token", chosen[0]).await.unwrap();
        let caller = sessions::caller(&mut tx, "token", now).await.unwrap().unwrap();
        assert_eq!((caller.person, caller.name.as_str()), (wang, "王海"));
        assert_eq!(caller.post.unwrap().title(), "官渡区 · 检查员");
        sessions::move_post(&mut tx, chosen[0], chosen[1]).await.unwrap();
        let caller = sessions::caller(&mut tx, "token", now).await.unwrap().unwrap();
        assert_eq!(caller.post.map(|post| post.id), Some(chosen[1]));
        posts::withdraw(&mut tx, chosen[1], now).await.unwrap();
        assert_eq!(sessions::caller(&mut tx, "token", now).await.unwrap().unwrap().post, None);
        let ended = sessions::set_post(&mut tx, "no such", chosen[0]).await;
        assert!(matches!(ended, Err(StoreError::RowsWritten { .. })), "{ended:?}");
    })
    .await;
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_until_it_is_ended() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (wang, now) = (person(&mut tx, "王海", "13900000001").await, noon("2026-11-02"));
        for token in ["one", "two", "three"] {
            sessions::open(&mut tx, token, wang, None, now).await.unwrap();
        }
        let later = now.plus_seconds(SESSION_IDLE_SECONDS - 1);
        sessions::touch(&mut tx, "one", later).await.unwrap();
        let idle = now.plus_seconds(SESSION_IDLE_SECONDS + 1);
        assert!(sessions::caller(&mut tx, "one", idle).await.unwrap().is_some());
        assert!(sessions::caller(&mut tx, "two", idle).await.unwrap().is_none());
        sessions::end(&mut tx, "one").await.unwrap();
        assert!(sessions::caller(&mut tx, "one", now).await.unwrap().is_none());
        assert!(sessions::caller(&mut tx, "three", now).await.unwrap().is_some());
        sessions::end_all(&mut tx, wang).await.unwrap();
        for token in ["two", "three"] {
            assert!(sessions::caller(&mut tx, token, now).await.unwrap().is_none(), "{token}");
        }
    })
    .await;
}

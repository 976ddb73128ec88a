//! Codes for signing in: tries are counted, and one that was never sent costs nothing.

use crate::support::{noon, on_each_engine};
use domain::person::PhoneNumber;
use store::login_codes;

#[tokio::test]
async fn tries_at_a_code_are_counted_until_it_is_used_up_void_or_too_old() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (phone, now) = (PhoneNumber::parse("13900000001").unwrap(), noon("2026-11-02"));
        let (expires_at, since) = (now.plus_seconds(300), now.plus_seconds(-86_400));
        login_codes::keep(&mut tx, &phone, "hash", 2, now, expires_at, since).await.unwrap();
        assert_eq!(login_codes::take_try(&mut tx, &phone, expires_at).await.unwrap(), None, "too old");
        let taken = login_codes::take_try(&mut tx, &phone, now).await.unwrap();
        assert_eq!(taken, Some(("hash".to_owned(), 1)));
        assert_eq!(login_codes::take_try(&mut tx, &phone, now).await.unwrap(), Some(("hash".to_owned(), 0)));
        assert_eq!(login_codes::take_try(&mut tx, &phone, now).await.unwrap(), None, "used up");
        login_codes::keep(&mut tx, &phone, "next", 2, now, expires_at, since).await.unwrap();
        login_codes::void(&mut tx, &phone).await.unwrap();
        assert_eq!(login_codes::take_try(&mut tx, &phone, now).await.unwrap(), None, "void");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_never_sent_is_taken_back_with_its_send() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (phone, now) = (PhoneNumber::parse("13900000001").unwrap(), noon("2026-11-02"));
        let (expires_at, since) = (now.plus_seconds(300), now.plus_seconds(-86_400));
        login_codes::keep(&mut tx, &phone, "hash", 2, now, expires_at, since).await.unwrap();
        assert_eq!(login_codes::sends(&mut tx, &phone, since, now).await.unwrap(), [now]);
        login_codes::take_back(&mut tx, &phone, "hash", now).await.unwrap();
        assert_eq!(login_codes::sends(&mut tx, &phone, since, now).await.unwrap(), []);
        assert_eq!(login_codes::take_try(&mut tx, &phone, now).await.unwrap(), None);
    })
    .await;
}

//! Codes, browsers and sessions.

use crate::support::{fresh_id, noon, on_each_engine, person};
use domain::{
    id::{PersonId, PostId, SessionId},
    login::{BROWSER_SECONDS, CODES_PER_DAY, SEEN_SECONDS, SESSION_IDLE_SECONDS, SESSION_SECONDS},
    person::PhoneNumber,
    time::Timestamp,
};
use store::{
    Tx,
    login_codes::{self, NewCode},
    sessions::{self, NewSession},
};

fn phone() -> PhoneNumber {
    PhoneNumber::parse("13800000001").unwrap()
}

fn code<'a>(phone: &'a PhoneNumber, browser: &'a str, hash: &'a str, sent_at: Timestamp) -> NewCode<'a> {
    NewCode { phone, browser, asker: browser, hash, sent_at, expires_at: sent_at.plus_seconds(300), tries: 2 }
}

async fn open(tx: &mut Tx, token_hash: &str, person: PersonId, at: Timestamp) {
    let id = SessionId(fresh_id());
    let session = NewSession { id, token_hash, person, post: None, device: "安卓设备" };
    sessions::open(tx, &session, at).await.unwrap();
}

#[tokio::test]
async fn codes_of_a_number_stand_beside_each_other_and_each_browser_tries_its_own() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (phone, now) = (phone(), noon("2026-11-02"));
        for (browser, hash) in [("one", "a"), ("one", "b"), ("two", "c")] {
            login_codes::keep(&mut tx, &code(&phone, browser, hash, now)).await.unwrap();
        }
        let later = now.plus_seconds(299);
        let mut tried = login_codes::take_try(&mut tx, &phone, "one", later).await.unwrap();
        tried.sort();
        assert_eq!(tried, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "one", later).await.unwrap().len(), 2);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "one", later).await.unwrap(), []);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "three", later).await.unwrap(), []);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "two", now.plus_seconds(300)).await.unwrap(), []);
        assert_eq!(login_codes::void(&mut tx, &phone, "one").await.unwrap(), 2);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "two", later).await.unwrap(), [("c".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn sends_are_counted_for_each_quota_and_those_of_the_future_are_not() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (phone, now) = (phone(), noon("2026-11-02"));
        let hashes: Vec<_> = (0..=CODES_PER_DAY).map(|n| n.to_string()).collect();
        for (hash, minute) in hashes.iter().zip(0..) {
            let sent_at = now.plus_seconds(60 * minute);
            login_codes::keep(&mut tx, &code(&phone, "one", hash, sent_at)).await.unwrap();
        }
        login_codes::keep(&mut tx, &code(&phone, "two", "other", now)).await.unwrap();
        let since = now.plus_seconds(-1);
        let three = login_codes::sends(&mut tx, &phone, "one", since, now.plus_seconds(120)).await.unwrap();
        assert_eq!(three, [120, 60, 0].map(|seconds| now.plus_seconds(seconds)));
        let all = login_codes::sends(&mut tx, &phone, "one", since, now.plus_seconds(86_000)).await.unwrap();
        assert_eq!(i64::try_from(all.len()).unwrap(), CODES_PER_DAY);
        assert_eq!(login_codes::sends(&mut tx, &phone, "two", since, now).await.unwrap(), [now]);

        let other = code(&phone, "two", "other", now);
        login_codes::take_back(&mut tx, &other).await.unwrap();
        assert_eq!(login_codes::sends(&mut tx, &phone, "two", since, now).await.unwrap(), []);
        assert_eq!(login_codes::take_try(&mut tx, &phone, "two", now).await.unwrap(), []);
        // What was never sent cannot be taken back.
        assert!(login_codes::take_back(&mut tx, &other).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_number_that_changes_hands_forgets_its_codes_and_browsers() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (phone, now) = (phone(), noon("2026-11-02"));
        let other = PhoneNumber::parse("13800000002").unwrap();
        for at in [now, now.plus_seconds(60)] {
            login_codes::know(&mut tx, &phone, "one", at).await.unwrap();
            login_codes::know(&mut tx, &other, "one", at).await.unwrap();
        }
        login_codes::keep(&mut tx, &code(&phone, "one", "a", now)).await.unwrap();
        login_codes::keep(&mut tx, &code(&phone, "two", "b", now)).await.unwrap();
        assert!(login_codes::is_known(&mut tx, &phone, "one").await.unwrap());
        assert!(!login_codes::is_known(&mut tx, &phone, "two").await.unwrap());
        assert_eq!(login_codes::forget(&mut tx, &phone).await.unwrap(), 2);
        assert!(!login_codes::is_known(&mut tx, &phone, "one").await.unwrap());
        assert!(login_codes::is_known(&mut tx, &other, "one").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_session_is_seen_once_an_hour_listed_while_it_is_good_and_ended_once() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let someone = person(&mut tx, "王海", "13800000001").await;
        let other = person(&mut tx, "李山", "13800000002").await;
        let now = noon("2026-11-02");
        open(&mut tx, "one", someone, now).await;
        open(&mut tx, "two", someone, now.plus_seconds(60)).await;
        open(&mut tx, "other", other, now).await;

        let soon = now.plus_seconds(SEEN_SECONDS - 1);
        assert!(!sessions::caller(&mut tx, "one", soon).await.unwrap().unwrap().is_stale);
        assert!(!sessions::touch(&mut tx, "one", soon).await.unwrap());
        let due = now.plus_seconds(SEEN_SECONDS);
        assert!(sessions::caller(&mut tx, "one", due).await.unwrap().unwrap().is_stale);
        assert!(sessions::touch(&mut tx, "one", due).await.unwrap());
        assert!(!sessions::touch(&mut tx, "one", due).await.unwrap());
        let seen: Vec<_> = sessions::of(&mut tx, someone, due).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|session| (&*session.token_hash, session.seen_at)).collect();
        assert_eq!(seen, [("one", due), ("two", now.plus_seconds(60))]);
        // The clock is set back.
        assert!(sessions::touch(&mut tx, "one", now).await.unwrap());
        assert_eq!(sessions::of(&mut tx, someone, now.plus_seconds(SESSION_IDLE_SECONDS)).await.unwrap().len(), 1);
        assert_eq!(sessions::of(&mut tx, someone, now.plus_seconds(SESSION_SECONDS)).await.unwrap(), []);

        let post = PostId(fresh_id());
        assert!(sessions::set_post(&mut tx, "one", post).await.unwrap());
        sessions::move_post(&mut tx, post, PostId(fresh_id())).await.unwrap();
        assert!(sessions::end(&mut tx, "one").await.unwrap());
        assert!(!sessions::end(&mut tx, "one").await.unwrap());
        assert!(!sessions::set_post(&mut tx, "one", post).await.unwrap());
        assert!(!sessions::touch(&mut tx, "one", due).await.unwrap());
        assert_eq!(sessions::end_all(&mut tx, someone).await.unwrap(), 1);
        assert!(sessions::caller(&mut tx, "other", now).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn sessions_and_codes_that_ended_are_swept_and_others_stay() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let phone = phone();
        let someone = person(&mut tx, "王海", phone.as_str()).await;
        let now = noon("2026-11-02");
        let old = now.plus_seconds(-SESSION_IDLE_SECONDS - 1);
        open(&mut tx, "old", someone, old).await;
        open(&mut tx, "new", someone, now).await;
        login_codes::keep(&mut tx, &code(&phone, "one", "hash", old)).await.unwrap();
        let known_since = now.plus_seconds(-BROWSER_SECONDS);
        login_codes::know(&mut tx, &phone, "old", known_since).await.unwrap();
        login_codes::know(&mut tx, &phone, "new", now).await.unwrap();
        assert_eq!(sessions::sweep(&mut tx, now, 10).await.unwrap(), 1);
        assert!(sessions::caller(&mut tx, "new", now).await.unwrap().is_some());
        let since = now.plus_seconds(-86_400);
        assert_eq!(login_codes::sweep(&mut tx, now, since, known_since).await.unwrap(), 3);
        assert_eq!(login_codes::sends(&mut tx, &phone, "one", old.plus_seconds(-1), now).await.unwrap(), []);
        assert!(login_codes::is_known(&mut tx, &phone, "new").await.unwrap());
    })
    .await;
}

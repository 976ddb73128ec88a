//! Codes, sign-in, sessions and the current post.

use crate::support::{World, code, entry, on_each_engine};
use domain::{
    Problem,
    id::{EventId, PersonId, PostId},
    login::{
        CODE_SECONDS, CODE_TRIES, CODES_PER_DAY, SEEN_SECONDS, SESSION_IDLE_SECONDS, SESSION_SECONDS, STRANGERS_TRIES,
    },
    person::{NewPost, PhoneNumber, Role},
    time::Timestamp,
};
use services::{
    actions::{ReadDictionary, ReadPeople, ReadSelf},
    login::{self, Browser},
    people, sessions,
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{Db, Tx, people::PersonFields};
use uuid::Uuid;

const PHONE: &str = "13800000001";

async fn administrator(world: &World) {
    people::create_administrator(&world.gate, PHONE, "李县管", code("530111"), "住房城乡建设").await.unwrap();
}

fn browser() -> Browser {
    Browser::issue().1
}

/// A code that is not this one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn an_unknown_number_is_told_so_and_gets_no_message() {
    on_each_engine(async |world| {
        assert_eq!(login::request_code(&world.gate, &browser(), PHONE).await, Err(Problem::UnknownUser));
        let short = login::request_code(&world.gate, &browser(), "1380000000").await;
        assert_eq!(short.unwrap_err().code(), "invalid");
        assert_eq!(world.codes_sent(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_asked_for_no_code_does_not_learn_whether_a_number_is_registered() {
    on_each_engine(async |world| {
        administrator(world).await;
        world.sign_in_with(&browser(), PHONE).await.unwrap();
        let registered = world.try_code(&browser(), PHONE, "123456").await.unwrap_err();
        let unknown = world.try_code(&browser(), "13800000009", "123456").await.unwrap_err();
        assert_eq!((registered.code(), &registered), ("bad_code", &unknown));
        let rows = world.audit().await;
        let traces: Vec<_> = rows.iter().take(2).map(|[who, what, _, how]| (who, what, how)).collect();
        assert_eq!(traces[0], traces[1]);
    })
    .await;
}

#[tokio::test]
async fn a_code_signs_in_once() {
    on_each_engine(async |world| {
        administrator(world).await;
        let browser = browser();
        let sent = login::request_code(&world.gate, &browser, " １３８ 0000-0001").await.unwrap();
        assert_eq!((sent.retry_after_s, sent.demo_code), (60, None));
        let code = world.last_code(PHONE).unwrap();
        assert_eq!(code.len(), 6);
        let (token, me) = world.try_code(&browser, PHONE, &format!(" {code} ")).await.unwrap();
        assert_eq!((token.len(), me.name.as_str(), me.phone_masked.as_str()), (64, "李县管", "138****0001"));
        assert_eq!(me.post.as_ref().map(domain::person::Post::title).as_deref(), Some("官渡区 · 管理员"));
        assert_eq!(login::me(world.permit::<ReadSelf>(&token).await).await.unwrap(), me);
        let again = world.try_code(&browser, PHONE, &code).await.unwrap_err();
        assert_eq!(again.code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_requests_and_tries_leave_the_owner_code_tries_and_quota() {
    on_each_engine(async |world| {
        administrator(world).await;
        let (owner, stranger) = (browser(), browser());
        world.sign_in_with(&owner, PHONE).await.unwrap();
        world.pass_seconds(60);
        login::request_code(&world.gate, &owner, PHONE).await.unwrap();
        let owners = world.last_code(PHONE).unwrap();
        // The stranger asks as often as all strangers may together, and uses up every try.
        world.pass_seconds(10);
        login::request_code(&world.gate, &stranger, PHONE).await.unwrap();
        let strangers = world.last_code(PHONE).unwrap();
        for _ in 0..CODE_TRIES {
            assert_eq!(world.try_code(&stranger, PHONE, wrong(&strangers)).await.unwrap_err().code(), "bad_code");
        }
        // Not with the owner's code either.
        assert_eq!(world.try_code(&stranger, PHONE, &owners).await.unwrap_err().code(), "bad_code");
        world.try_code(&owner, PHONE, &owners).await.unwrap();
        for _ in 2..CODES_PER_DAY {
            world.pass_seconds(60);
            login::request_code(&world.gate, &browser(), PHONE).await.unwrap();
        }
        world.pass_seconds(60);
        assert_eq!(login::request_code(&world.gate, &browser(), PHONE).await.unwrap_err().code(), "too_many");
        world.sign_in_with(&owner, PHONE).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_several_codes_in_one_hand_each_signs_in() {
    on_each_engine(async |world| {
        administrator(world).await;
        let browser = browser();
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        let first = world.last_code(PHONE).unwrap();
        world.pass_seconds(60);
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        let second = world.last_code(PHONE).unwrap();
        world.try_code(&browser, PHONE, &first).await.unwrap();
        // Whoever is in needs the other no more.
        assert_eq!(world.try_code(&browser, PHONE, &second).await.unwrap_err().code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn codes_go_out_once_a_minute_and_ten_times_a_day() {
    on_each_engine(async |world| {
        administrator(world).await;
        let (token, _) = Browser::issue();
        let browser = Browser::of(&token).unwrap();
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        world.pass_seconds(20);
        let soon = login::request_code(&world.gate, &browser, PHONE).await;
        assert_eq!(soon, Err(Problem::TooMany { retry_after_s: 40 }));
        for _ in 1..CODES_PER_DAY {
            world.pass_seconds(60);
            login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        }
        world.pass_seconds(60);
        let retry_after_s = 86_400 - 20 - 60 * CODES_PER_DAY;
        let more = login::request_code(&world.gate, &browser, PHONE).await;
        assert_eq!(more, Err(Problem::TooMany { retry_after_s }));
        world.pass_seconds(retry_after_s);
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        assert_eq!(world.codes_sent(), 11);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_tries_void_the_code() {
    on_each_engine(async |world| {
        administrator(world).await;
        let browser = browser();
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        let right = world.last_code(PHONE).unwrap();
        for left in [4, 3, 2, 1] {
            let message = format!("验证码不正确，还可以再试 {left} 次");
            let refused = world.try_code(&browser, PHONE, wrong(&right)).await.unwrap_err();
            assert_eq!(refused, Problem::BadCode { message });
        }
        let last = world.try_code(&browser, PHONE, wrong(&right)).await.unwrap_err();
        assert_eq!(last.to_string(), "验证码错误次数过多，已作废，请重新获取");
        assert_eq!(world.try_code(&browser, PHONE, &right).await.unwrap_err().code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn strangers_together_try_at_a_pace_that_does_not_touch_known_browsers() {
    on_each_engine(async |world| {
        administrator(world).await;
        let known = browser();
        let (county, _) = world.sign_in_with(&known, PHONE).await.unwrap();
        let tries = i64::from(CODE_TRIES);
        // Each number gives five tries a minute; so many numbers use up what all may do at once.
        let numbers = STRANGERS_TRIES / tries;
        let phones: Vec<_> = (0..=numbers).map(|n| format!("139{n:08}")).collect();
        for phone in &phones {
            world.add_inspector(&county, phone, "赵检查", "530111").await;
        }
        let strangers: Vec<_> = phones.iter().map(|_| browser()).collect();
        for (stranger, phone) in strangers.iter().zip(&phones) {
            login::request_code(&world.gate, stranger, phone).await.unwrap();
        }
        for (stranger, phone) in strangers.iter().zip(&phones).take(usize::try_from(numbers).unwrap()) {
            for _ in 0..tries {
                let wrong = wrong(&world.last_code(phone).unwrap());
                assert_eq!(world.try_code(stranger, phone, wrong).await.unwrap_err().code(), "bad_code");
            }
        }
        let (last, phone) = (strangers.last().unwrap(), phones.last().unwrap());
        let right = world.last_code(phone).unwrap();
        assert_eq!(world.try_code(last, phone, &right).await.unwrap_err(), Problem::TooMany { retry_after_s: 1 });
        world.pass_seconds(60);
        world.sign_in_with(&known, PHONE).await.unwrap();
        world.try_code(last, phone, &right).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    on_each_engine(async |world| {
        administrator(world).await;
        let browser = browser();
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        world.pass_seconds(CODE_SECONDS);
        let late = world.try_code(&browser, PHONE, &world.last_code(PHONE).unwrap()).await.unwrap_err();
        assert_eq!(late.code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_fails_is_said_in_clear_words() {
    on_each_engine(async |world| {
        administrator(world).await;
        world.break_sms();
        // It costs nothing: neither the minute nor the day's codes.
        for _ in 0..=CODES_PER_DAY {
            let failed = login::request_code(&world.gate, &browser(), PHONE).await;
            assert_eq!(failed.unwrap_err().code(), "conflict");
        }
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_locks_no_number() {
    on_each_engine(async |world| {
        administrator(world).await;
        let (known, other) = (browser(), browser());
        world.sign_in_with(&known, PHONE).await.unwrap();
        for _ in 1..CODES_PER_DAY {
            world.pass_seconds(60);
            login::request_code(&world.gate, &known, PHONE).await.unwrap();
            login::request_code(&world.gate, &other, PHONE).await.unwrap();
        }
        world.pass_seconds(-86_400);
        world.sign_in_with(&known, PHONE).await.unwrap();
        world.sign_in_with(&other, PHONE).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn signing_in_and_out_and_being_refused_are_in_the_log_without_numbers_and_codes() {
    on_each_engine(async |world| {
        administrator(world).await;
        let browser = browser();
        login::request_code(&world.gate, &browser, "13800000009").await.unwrap_err();
        login::request_code(&world.gate, &browser, PHONE).await.unwrap();
        let right = world.last_code(PHONE).unwrap();
        world.try_code(&browser, PHONE, wrong(&right)).await.unwrap_err();
        let (token, _) = world.try_code(&browser, PHONE, &right).await.unwrap();
        login::sign_out(&world.gate, Some(&token)).await.unwrap();
        login::sign_out(&world.gate, Some(&token)).await.unwrap();
        let rows = world.audit().await;
        let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
        assert_eq!(
            rows[..rows.len() - 1],
            [
                ["李县管", "session.sign_out", "", ""],
                ["李县管", "session.sign_in", "", "安卓设备 · Chrome"],
                ["未登录", "session.sign_in_refused", "138****0001", "验证码不正确"],
                ["未登录", "session.sign_in_refused", "138****0009", "用户不存在"],
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn strangers_cannot_fill_the_log() {
    on_each_engine(async |world| {
        for _ in 0..2 * STRANGERS_TRIES {
            assert_eq!(world.try_code(&browser(), PHONE, "000000").await.unwrap_err().code(), "bad_code");
        }
        assert_eq!(world.audit().await.len(), usize::try_from(STRANGERS_TRIES).unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_that_races_with_a_deletion_leaves_no_session() {
    on_each_engine(async |world| {
        let county = world.administrator(PHONE, "李县管", "530111").await;
        let person = world.add_inspector(&county, "13900000001", "赵检查", "530111").await;
        let (signing, deleting) = (browser(), world.permit(&county));
        world.pass_seconds(60);
        login::request_code(&world.gate, &signing, "13900000001").await.unwrap();
        let right = world.last_code("13900000001").unwrap();
        let deleting = async {
            people::delete(deleting.await, EventId(Uuid::now_v7()), person.id, vec![person.posts[0].id], None)
                .await
                .unwrap();
        };
        // Both are under way before either may go on.
        let held = hold(world, person.id).await;
        let (signed_in, (), ()) =
            tokio::join!(world.try_code(&signing, "13900000001", &right), deleting, release(world, held, 2));
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(store::sessions::of(&mut tx, person.id, world.gate.now()).await.unwrap(), []);
        if let Ok((token, _)) = signed_in {
            assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_that_changes_hands_while_a_code_is_asked_for_gets_none() {
    on_each_engine(async |world| {
        let county = world.administrator(PHONE, "李县管", "530111").await;
        let person = world.add_inspector(&county, "13900000001", "赵检查", "530111").await;
        let sent_before = world.codes_sent();
        let mut held = hold(world, person.id).await;
        let here = browser();
        let asking = login::request_code(&world.gate, &here, "13900000001");
        let changing = async {
            let (name, department) = (&person.name, &person.department.code);
            let phone = PhoneNumber::parse("13900000002").unwrap();
            let fields = PersonFields { name, phone: &phone, department, is_internal: true };
            store::people::update(&mut held, person.id, fields).await.unwrap();
            release(world, held, 1).await;
        };
        let (asked, ()) = tokio::join!(asking, changing);
        assert_eq!((asked, world.codes_sent()), (Err(Problem::UnknownUser), sent_before));
    })
    .await;
}

/// A transaction that everything about this person waits for.
async fn hold(world: &World, person: PersonId) -> Tx {
    let mut held = world.db.write().await.unwrap();
    store::people::lock(&mut held, person).await.unwrap();
    held
}

/// Ends it when so many wait for it.
async fn release(world: &World, held: Tx, waiting: i64) {
    if let Db::Postgres(pool) = &world.db {
        let sql = "select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap() < waiting {
            tokio::task::yield_now().await;
        }
    } else {
        // Whoever writes stands in line for the one writer already.
        tokio::task::yield_now().await;
    }
    held.commit().await.unwrap();
}

#[tokio::test]
async fn a_made_up_session_waits_for_no_writer() {
    on_each_engine(async |world| {
        administrator(world).await;
        let held = world.db.write().await.unwrap();
        login::sign_out(&world.gate, Some("made up")).await.unwrap();
        login::sign_out(&world.gate, None).await.unwrap();
        assert_eq!(world.try_permit::<ReadSelf>("made up").await.err(), Some(Problem::NotSignedIn));
        assert!(Browser::of("made up").is_none());
        drop(held);
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_and_ends_their_own_sessions_and_nobody_elses() {
    on_each_engine(async |world| {
        administrator(world).await;
        let other = world.administrator("13800000002", "王州管", "530100").await;
        let (old, present) = (world.sign_in(PHONE).await, world.sign_in(PHONE).await);
        let third = world.sign_in(PHONE).await;
        let listed = sessions::list(world.permit(&present).await).await.unwrap();
        let shown: Vec<_> = listed.iter().map(|session| (session.device.as_str(), session.is_current)).collect();
        assert_eq!(shown, [("安卓设备 · Chrome", false), ("安卓设备 · Chrome", true), ("安卓设备 · Chrome", false)]);
        let (newest, own, oldest) = (listed[0].id, listed[1].id, listed[2].id);

        // Another person's is nobody's, and the present one ends by signing out.
        sessions::end(world.permit(&other).await, oldest).await.unwrap();
        sessions::end(world.permit(&present).await, own).await.unwrap();
        for token in [&old, &present, &third] {
            world.permit::<ReadSelf>(token).await;
        }
        sessions::end(world.permit(&present).await, oldest).await.unwrap();
        sessions::end(world.permit(&present).await, oldest).await.unwrap();
        assert_eq!(world.try_permit::<ReadSelf>(&old).await.err(), Some(Problem::NotSignedIn));
        world.permit::<ReadSelf>(&third).await;
        sessions::end_others(world.permit(&present).await).await.unwrap();
        assert_eq!(world.try_permit::<ReadSelf>(&third).await.err(), Some(Problem::NotSignedIn));
        let left = sessions::list(world.permit(&present).await).await.unwrap();
        assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [own]);
        assert_ne!(own, newest);
        world.permit::<ReadSelf>(&other).await;
        let rows = world.audit().await;
        let ended = |row: &&[String; 4]| row[1] == "session.end" && row[3] == "安卓设备 · Chrome";
        assert_eq!(rows.iter().filter(ended).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn any_use_of_a_session_is_noted_once_an_hour_also_after_the_clock_was_set_back() {
    on_each_engine(async |world| {
        administrator(world).await;
        let token = world.sign_in(PHONE).await;
        let opened = world.gate.now();
        world.pass_seconds(SEEN_SECONDS - 1);
        drop(world.permit::<ReadDictionary>(&token).await);
        assert_eq!(seen_at(world, &token).await, opened);
        for seconds in [1, -86_400] {
            world.pass_seconds(seconds);
            drop(world.permit::<ReadDictionary>(&token).await);
            until_seen(world, &token).await;
        }
    })
    .await;
}

/// When the session was last used, as far as is noted; asked past the gate, so this is no use of it.
async fn seen_at(world: &World, token: &str) -> Timestamp {
    let mut tx = world.db.read().await.unwrap();
    let hash = hex::encode(Sha256::digest(token));
    let caller = store::sessions::caller(&mut tx, &hash, world.gate.now()).await.unwrap().unwrap();
    let sessions = store::sessions::of(&mut tx, caller.person, world.gate.now()).await.unwrap();
    sessions.into_iter().find(|session| session.token_hash == hash).unwrap().seen_at
}

/// Waits until the use of the session that happened now is noted, which happens beside it.
async fn until_seen(world: &World, token: &str) {
    let seen = async {
        while seen_at(world, token).await != world.gate.now() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), seen).await.unwrap();
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_signed_out() {
    on_each_engine(async |world| {
        administrator(world).await;
        let token = world.sign_in(PHONE).await;
        for _ in 0..SESSION_SECONDS / SESSION_IDLE_SECONDS {
            world.pass_seconds(SESSION_IDLE_SECONDS - 1);
            login::me(world.permit(&token).await).await.unwrap();
            until_seen(world, &token).await;
        }
        world.pass_seconds(SESSION_IDLE_SECONDS - 1);
        assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));

        let token = world.sign_in(PHONE).await;
        world.pass_seconds(SESSION_IDLE_SECONDS);
        assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));

        let token = world.sign_in(PHONE).await;
        login::sign_out(&world.gate, Some(&token)).await.unwrap();
        login::sign_out(&world.gate, Some(&token)).await.unwrap();
        login::sign_out(&world.gate, None).await.unwrap();
        assert_eq!(world.try_permit::<ReadSelf>(&token).await.err(), Some(Problem::NotSignedIn));
    })
    .await;
}

#[tokio::test]
async fn the_current_post_is_chosen_switched_and_replaced_when_withdrawn() {
    on_each_engine(async |world| {
        let city = world.administrator("13800000002", "王州管", "530100").await;
        let county = world.administrator(PHONE, "李县管", "530111").await;
        let person = world.add_inspector(&county, "13900000001", "赵检查", "530111").await;
        let upper = NewPost { id: PostId(Uuid::now_v7()), role: Role::Inspector, region: code("530100") };
        let entry = entry("赵检查", "13900000001", "fire");
        people::add(world.permit(&city).await, PersonId(Uuid::now_v7()), entry, upper, None).await.unwrap();

        let (token, me) = world.sign_in_as("13900000001").await;
        let titles: Vec<_> = me.posts.iter().map(domain::person::Post::title).collect();
        assert_eq!(titles, ["昆明市 · 检查员", "官渡区 · 检查员"]);
        assert_eq!(me.post.unwrap().title(), "官渡区 · 检查员");
        let switched = login::switch_post(world.permit(&token).await, upper.id).await.unwrap();
        assert_eq!(switched.post.unwrap().id, upper.id);
        let read = login::me(world.permit(&token).await).await.unwrap();
        assert_eq!(read.post.unwrap().id, upper.id);
        let foreign = login::switch_post(world.permit(&token).await, PostId(Uuid::now_v7())).await;
        assert_eq!(foreign.unwrap_err().code(), "not_found");
        assert_eq!(world.try_permit::<ReadPeople>(&token).await.err().unwrap().code(), "forbidden");

        people::delete(world.permit(&city).await, EventId(Uuid::now_v7()), person.id, vec![upper.id], None)
            .await
            .unwrap();
        let replaced = login::me(world.permit(&token).await).await.unwrap();
        assert_eq!(replaced.post.unwrap().title(), "官渡区 · 检查员");
    })
    .await;
}

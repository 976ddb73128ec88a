//! Codes, sign-in, sessions and the current post.

use crate::support::{World, code, entry, on_each_engine};
use domain::{
    Problem,
    id::{PersonId, PostId},
    login::{CODE_SECONDS, CODES_PER_DAY, SESSION_IDLE_SECONDS, SESSION_SECONDS},
    person::{NewPost, Role},
};
use services::{
    actions::{ReadPeople, ReadSelf},
    login, people,
};
use uuid::Uuid;

const PHONE: &str = "13800000001";

async fn administrator(world: &World) {
    people::create_administrator(&world.gate, PHONE, "李县管", code("530111"), "住房城乡建设").await.unwrap();
}

#[tokio::test]
async fn an_unknown_number_is_told_so_and_gets_no_message() {
    on_each_engine(async |world| {
        assert_eq!(login::request_code(&world.gate, PHONE).await, Err(Problem::UnknownUser));
        assert_eq!(login::sign_in(&world.gate, PHONE, "123456").await.unwrap_err(), Problem::UnknownUser);
        assert_eq!(login::request_code(&world.gate, "1380000000").await.unwrap_err().code(), "invalid");
        assert_eq!(world.codes_sent(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_code_signs_in_once() {
    on_each_engine(async |world| {
        administrator(world).await;
        let sent = login::request_code(&world.gate, " １３８ 0000-0001").await.unwrap();
        assert_eq!((sent.retry_after_s, sent.demo_code), (60, None));
        let code = world.last_code(PHONE).unwrap();
        assert_eq!(code.len(), 6);
        let (token, me) = login::sign_in(&world.gate, PHONE, &format!(" {code} ")).await.unwrap();
        assert_eq!((token.len(), me.name.as_str(), me.phone_masked.as_str()), (64, "李县管", "138****0001"));
        assert_eq!(me.post.as_ref().map(domain::person::Post::title).as_deref(), Some("官渡区 · 管理员"));
        assert_eq!(login::me(world.permit::<ReadSelf>(&token).await).await.unwrap(), me);
        let again = login::sign_in(&world.gate, PHONE, &code).await.unwrap_err();
        assert_eq!(again.code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn codes_go_out_once_a_minute_and_ten_times_a_day() {
    on_each_engine(async |world| {
        administrator(world).await;
        login::request_code(&world.gate, PHONE).await.unwrap();
        world.pass_seconds(20);
        let soon = login::request_code(&world.gate, PHONE).await;
        assert_eq!(soon, Err(Problem::TooMany { retry_after_s: 40 }));
        for _ in 1..CODES_PER_DAY {
            world.pass_seconds(60);
            login::request_code(&world.gate, PHONE).await.unwrap();
        }
        world.pass_seconds(60);
        let retry_after_s = 86_400 - 20 - 60 * CODES_PER_DAY;
        assert_eq!(login::request_code(&world.gate, PHONE).await, Err(Problem::TooMany { retry_after_s }));
        world.pass_seconds(retry_after_s);
        login::request_code(&world.gate, PHONE).await.unwrap();
        assert_eq!(world.codes_sent(), 11);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_tries_void_the_code() {
    on_each_engine(async |world| {
        administrator(world).await;
        login::request_code(&world.gate, PHONE).await.unwrap();
        let right = world.last_code(PHONE).unwrap();
        let wrong = if right == "000000" { "000001" } else { "000000" };
        for left in [4, 3, 2, 1] {
            let message = format!("验证码不正确，还可以再试 {left} 次");
            assert_eq!(login::sign_in(&world.gate, PHONE, wrong).await.unwrap_err(), Problem::BadCode { message });
        }
        let last = login::sign_in(&world.gate, PHONE, wrong).await.unwrap_err();
        assert_eq!(last.to_string(), "验证码错误次数过多，已作废，请重新获取");
        assert_eq!(login::sign_in(&world.gate, PHONE, &right).await.unwrap_err().code(), "bad_code");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    on_each_engine(async |world| {
        administrator(world).await;
        login::request_code(&world.gate, PHONE).await.unwrap();
        world.pass_seconds(CODE_SECONDS);
        let late = login::sign_in(&world.gate, PHONE, &world.last_code(PHONE).unwrap()).await.unwrap_err();
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
            assert_eq!(login::request_code(&world.gate, PHONE).await.unwrap_err().code(), "conflict");
        }
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_locks_no_number() {
    on_each_engine(async |world| {
        administrator(world).await;
        for _ in 0..CODES_PER_DAY {
            world.pass_seconds(60);
            login::request_code(&world.gate, PHONE).await.unwrap();
        }
        world.pass_seconds(-86_400);
        login::request_code(&world.gate, PHONE).await.unwrap();
        login::sign_in(&world.gate, PHONE, &world.last_code(PHONE).unwrap()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_signed_out() {
    on_each_engine(async |world| {
        administrator(world).await;
        let token = world.sign_in(PHONE).await;
        for _ in 0..SESSION_SECONDS / SESSION_IDLE_SECONDS {
            world.pass_seconds(SESSION_IDLE_SECONDS - 1);
            login::me(world.permit(&token).await).await.unwrap();
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

        people::delete(world.permit(&city).await, person.id, vec![upper.id], None).await.unwrap();
        let replaced = login::me(world.permit(&token).await).await.unwrap();
        assert_eq!(replaced.post.unwrap().title(), "官渡区 · 检查员");
    })
    .await;
}

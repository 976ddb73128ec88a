//! Signing in with a phone number and an SMS code, and the session that follows (Q2, Q25, Q36).

use crate::{
    Gate, Permit,
    actions::{ReadSelf, SwitchPost},
    permit::{internal, token_hash},
};
use domain::{
    Problem,
    id::{PersonId, PostId},
    login::{CODE_DIGITS, CODE_SECONDS, CODE_TRIES, CODES_PER_DAY, CodeSent, Me, RESEND_SECONDS},
    person::{PhoneNumber, Post, Role},
    time::Timestamp,
};
use hmac::{Hmac, Mac};
use rand::{Rng, TryRngCore, rngs::OsRng};
use sha2::Sha256;
use store::{Tx, people::PersonRecord};

const DAY_SECONDS: i64 = 86_400;

/// Sends a code to a registered number.
///
/// # Errors
/// [`Problem::UnknownUser`] (nothing is sent then), [`Problem::TooMany`], [`Problem::Invalid`] for what is no number,
/// [`Problem::Conflict`] when the provider does not take the message.
pub async fn request_code(gate: &Gate, phone: &str) -> Result<CodeSent, Problem> {
    let phone = PhoneNumber::parse(phone)?;
    let now = gate.now();
    let since = now.plus_seconds(-DAY_SECONDS);
    let mut tx = gate.db().write().await.map_err(internal)?;
    let person = store::people::by_phone(&mut tx, &phone).await.map_err(internal)?.ok_or(Problem::UnknownUser)?;
    store::people::lock(&mut tx, person.id).await.map_err(internal)?;
    let sends = store::login_codes::sends(&mut tx, &phone, since, now).await.map_err(internal)?;
    check_pace(&sends, now)?;
    let code = format!("{:0width$}", OsRng.unwrap_err().random_range(0..1_000_000), width = CODE_DIGITS as usize);
    let hash = salted(&OsRng.unwrap_err().random::<[u8; 16]>(), &phone, &code);
    let expires_at = now.plus_seconds(CODE_SECONDS);
    let kept = store::login_codes::keep(&mut tx, &phone, &hash, CODE_TRIES, now, expires_at, since).await;
    kept.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    // The provider is asked outside of the transaction: it may take seconds.
    if let Err(error) = gate.sms().send_code(&phone, &code).await {
        tracing::error!(error = %error, "a code was not sent");
        let mut tx = gate.db().write().await.map_err(internal)?;
        store::login_codes::take_back(&mut tx, &phone, &hash, now).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        return Err(Problem::conflict("验证码短信未能发出，请重新获取；多次失败请联系本级管理员"));
    }
    let demo_code = gate.config().is_demo.then_some(code);
    Ok(CodeSent { retry_after_s: RESEND_SECONDS, demo_code })
}

/// One a minute, ten a day; `sends` are the last day's, newest first.
fn check_pace(sends: &[Timestamp], now: Timestamp) -> Result<(), Problem> {
    let since_last = sends.first().map_or(RESEND_SECONDS, |last| now.seconds_since(*last));
    if since_last < RESEND_SECONDS {
        return Err(Problem::TooMany { retry_after_s: RESEND_SECONDS - since_last });
    }
    match sends.last() {
        Some(oldest) if i64::try_from(sends.len()).is_ok_and(|count| count >= CODES_PER_DAY) => {
            Err(Problem::TooMany { retry_after_s: DAY_SECONDS - now.seconds_since(*oldest) })
        }
        _ => Ok(()),
    }
}

/// Signs in: gives the session's token, of which only the hash is kept, and who it is.
///
/// # Errors
/// [`Problem::UnknownUser`], or [`Problem::BadCode`] saying what is wrong with the code.
pub async fn sign_in(gate: &Gate, phone: &str, code: &str) -> Result<(String, Me), Problem> {
    let phone = PhoneNumber::parse(phone)?;
    let code = domain::fold::squeeze(code);
    let now = gate.now();
    let mut tx = gate.db().write().await.map_err(internal)?;
    let person = store::people::by_phone(&mut tx, &phone).await.map_err(internal)?.ok_or(Problem::UnknownUser)?;
    // As whoever changes the person does: who is deleted or gets another number meanwhile does not sign in.
    store::people::lock(&mut tx, person.id).await.map_err(internal)?;
    let taken = store::login_codes::take_try(&mut tx, &phone, now).await.map_err(internal)?;
    let bad = |message: &str| Problem::BadCode { message: message.to_owned() };
    let Some((hash, tries_left)) = taken else {
        return Err(bad("验证码已失效（5 分钟内有效，只能使用一次），请重新获取"));
    };
    if !matches(&hash, &phone, &code) {
        // Kept although the sign-in fails: this is what ends guessing.
        tx.commit().await.map_err(internal)?;
        return Err(bad(&match tries_left {
            0 => "验证码错误次数过多，已作废，请重新获取".to_owned(),
            left => format!("验证码不正确，还可以再试 {left} 次"),
        }));
    }
    store::login_codes::void(&mut tx, &phone).await.map_err(internal)?;
    let posts = posts(&mut tx, person.id).await?;
    let post = preferred(&posts).cloned();
    let token = hex::encode(OsRng.unwrap_err().random::<[u8; 32]>());
    let opened = store::sessions::open(&mut tx, &token_hash(&token), person.id, post.as_ref().map(|p| p.id), now).await;
    opened.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok((token, me_of(person, posts, post)))
}

/// Who is signed in, read afresh; notes that the session is in use, and replaces a current post that was withdrawn.
///
/// # Errors
/// [`Problem::NotSignedIn`] when the person is gone.
pub async fn me(mut permit: Permit<ReadSelf>) -> Result<Me, Problem> {
    let token = permit.caller.token_hash.clone();
    let person = person(&mut permit.tx, permit.caller.person).await?;
    let posts = posts(&mut permit.tx, person.id).await?;
    store::sessions::touch(&mut permit.tx, &token, permit.now).await.map_err(internal)?;
    let mut post = permit.caller.post.clone();
    if post.is_none()
        && let Some(next) = preferred(&posts)
    {
        store::sessions::set_post(&mut permit.tx, &token, next.id).await.map_err(internal)?;
        post = Some(next.clone());
    }
    permit.finish().await?;
    Ok(me_of(person, posts, post))
}

/// Makes another of one's posts the current one (切换岗位).
///
/// # Errors
/// [`Problem::NotFound`] when the caller does not hold it.
pub async fn switch_post(mut permit: Permit<SwitchPost>, post: PostId) -> Result<Me, Problem> {
    let person = person(&mut permit.tx, permit.caller.person).await?;
    let posts = posts(&mut permit.tx, person.id).await?;
    let next = posts.iter().find(|held| held.id == post).ok_or_else(|| Problem::not_found("岗位"))?.clone();
    let token = permit.caller.token_hash.clone();
    store::sessions::set_post(&mut permit.tx, &token, post).await.map_err(internal)?;
    permit.commit(&next.title(), "").await?;
    Ok(me_of(person, posts, Some(next)))
}

/// Ends the session; without one, there is nothing to do.
///
/// # Errors
/// [`Problem::Internal`] when the store fails.
pub async fn sign_out(gate: &Gate, token: Option<&str>) -> Result<(), Problem> {
    let Some(token) = token else { return Ok(()) };
    let mut tx = gate.db().write().await.map_err(internal)?;
    store::sessions::end(&mut tx, &token_hash(token)).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}

/// Voids the code of a number that is theirs no more and ends all sessions of a person; in this order, or one who signs
/// in between the two would stay. The caller has locked the person.
pub(crate) async fn revoke(tx: &mut Tx, person: PersonId, phone: &PhoneNumber) -> Result<(), Problem> {
    store::login_codes::void(tx, phone).await.map_err(internal)?;
    store::sessions::end_all(tx, person).await.map_err(internal)
}

async fn person(tx: &mut Tx, id: PersonId) -> Result<PersonRecord, Problem> {
    store::people::get(tx, id).await.map_err(internal)?.ok_or(Problem::NotSignedIn)
}

async fn posts(tx: &mut Tx, id: PersonId) -> Result<Vec<Post>, Problem> {
    Ok(store::people::posts_of(tx, &[id]).await.map_err(internal)?.remove(&id).unwrap_or_default())
}

/// The post to begin with: the inspector post of the lowest level, where the daily work is; without one, the highest
/// administrator post. `posts` are the highest level first.
fn preferred(posts: &[Post]) -> Option<&Post> {
    posts.iter().rfind(|post| post.role == Role::Inspector).or_else(|| posts.first())
}

fn me_of(person: PersonRecord, posts: Vec<Post>, post: Option<Post>) -> Me {
    Me {
        id: person.id,
        name: person.name,
        phone_masked: person.phone.masked(),
        department: person.department,
        is_internal: person.is_internal,
        posts,
        post,
    }
}

fn mac(salt: &[u8], phone: &PhoneNumber, code: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes a key of any length");
    mac.update(phone.as_str().as_bytes());
    mac.update(code.as_bytes());
    mac
}

/// `salt:hash` in hexadecimal; the hash is HMAC-SHA-256 under the salt and of this number only.
fn salted(salt: &[u8], phone: &PhoneNumber, code: &str) -> String {
    format!("{}:{}", hex::encode(salt), hex::encode(mac(salt, phone, code).finalize().into_bytes()))
}

/// Compares in constant time.
fn matches(kept: &str, phone: &PhoneNumber, code: &str) -> bool {
    let parts = kept.split_once(':').and_then(|(salt, hash)| hex::decode(salt).ok().zip(hex::decode(hash).ok()));
    parts.is_some_and(|(salt, hash)| mac(&salt, phone, code).verify_slice(&hash).is_ok())
}

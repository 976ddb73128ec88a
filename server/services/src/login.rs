//! Signing in with a phone number and an SMS code, and the session that follows (Q2, Q25, Q36).

use crate::{
    Gate, Permit,
    actions::{ReadSelf, SignOut, SwitchPost},
    permit::{internal, token_hash},
};
use domain::{
    Problem,
    id::{PersonId, PostId, SessionId},
    login::{CODE_DIGITS, CODE_SECONDS, CODE_TRIES, CODES_PER_DAY, CodeSent, Me, RESEND_SECONDS, device_name},
    person::{PhoneNumber, Post, Role},
    region::RegionCode,
    time::Timestamp,
};
use hmac::{Hmac, Mac};
use rand::{Rng, TryRngCore, rngs::OsRng};
use sha2::Sha256;
use store::{
    Tx,
    audit::{Actor, NewAuditRow},
    login_codes::NewCode,
    people::PersonRecord,
    sessions::NewSession,
};

const DAY_SECONDS: i64 = 86_400;
/// Characters of a token: 256 bits in hexadecimal.
const TOKEN_CHARACTERS: usize = 64;
/// In the audit log: somebody signed in, and was not let in.
const SIGNED_IN: &str = "session.sign_in";
const SIGN_IN_REFUSED: &str = "session.sign_in_refused";

/// The browser that asks, by a cookie that only it has. A code is good for the browser that asked for it and for no
/// other, and one that has signed in with a number has a quota of its own there: so whoever knows the number can
/// neither void its owner's code, nor use up its tries, nor the owner's quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser(String);

impl Browser {
    /// A new one, and the secret for its cookie.
    pub fn issue() -> (String, Self) {
        let secret = random_token();
        let browser = Self(token_hash(&secret));
        (secret, browser)
    }

    /// The one with this secret in its cookie; nothing for what was never such a secret.
    pub fn of(secret: &str) -> Option<Self> {
        let is_secret = secret.len() == TOKEN_CHARACTERS && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_secret.then(|| Self(token_hash(secret)))
    }
}

/// Sends a code to a registered number, for this browser.
///
/// # Errors
/// [`Problem::UnknownUser`] (nothing is sent then), [`Problem::TooMany`], [`Problem::Invalid`] for what is no number,
/// [`Problem::Conflict`] when the provider does not take the message.
pub async fn request_code(gate: &Gate, browser: &Browser, phone: &str) -> Result<CodeSent, Problem> {
    let phone = PhoneNumber::parse(phone)?;
    let now = gate.now();
    let since = now.plus_seconds(-DAY_SECONDS);
    let Some(mut tx) = write_for_holder(gate, &phone).await?.map(|(tx, _)| tx) else {
        refuse(gate, &phone, "用户不存在").await?;
        return Err(Problem::UnknownUser);
    };
    let is_known = store::login_codes::is_known(&mut tx, &phone, &browser.0).await.map_err(internal)?;
    let asker = if is_known { &*browser.0 } else { "" };
    let sends = store::login_codes::sends(&mut tx, &phone, asker, since, now).await.map_err(internal)?;
    check_pace(&sends, now)?;
    let code = format!("{:0width$}", OsRng.unwrap_err().random_range(0..1_000_000), width = CODE_DIGITS as usize);
    let new = NewCode {
        phone: &phone,
        browser: &browser.0,
        asker,
        hash: &salted(&OsRng.unwrap_err().random::<[u8; 16]>(), &phone, &code),
        sent_at: now,
        expires_at: now.plus_seconds(CODE_SECONDS),
        tries: CODE_TRIES,
    };
    store::login_codes::keep(&mut tx, &new).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    // The provider is asked outside of the transaction: it may take seconds.
    if let Err(error) = gate.sms().send_code(&phone, &code).await {
        tracing::error!(error = %error, "a code was not sent");
        let mut tx = gate.db().write().await.map_err(internal)?;
        store::login_codes::take_back(&mut tx, &new).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        return Err(Problem::conflict("验证码短信未能发出，请重新获取；多次失败请联系本级管理员"));
    }
    let demo_code = gate.config().is_demo.then_some(code);
    Ok(CodeSent { retry_after_s: RESEND_SECONDS, demo_code })
}

/// A writing transaction and the person who has this number, locked as whoever changes a person does: who is deleted or
/// gets another number meanwhile has it no more. Strangers do not wait in line for the writer.
async fn write_for_holder(gate: &Gate, phone: &PhoneNumber) -> Result<Option<(Tx, PersonRecord)>, Problem> {
    let mut tx = gate.db().read().await.map_err(internal)?;
    let holder = store::people::by_phone(&mut tx, phone).await.map_err(internal)?;
    drop(tx);
    let Some(holder) = holder else { return Ok(None) };
    let mut tx = gate.db().write().await.map_err(internal)?;
    store::people::lock(&mut tx, holder.id).await.map_err(internal)?;
    let locked = store::people::by_phone(&mut tx, phone).await.map_err(internal)?;
    Ok(locked.filter(|person| person.id == holder.id).map(|person| (tx, person)))
}

/// Leaves a trace of somebody who was refused before anything was at stake. Strangers cannot fill the log: what comes
/// too fast is counted in the server's own log.
async fn refuse(gate: &Gate, phone: &PhoneNumber, why: &'static str) -> Result<(), Problem> {
    if !gate.refusals().take(gate.now()) {
        tracing::warn!(phone = ?phone, why, "refused to sign in; too many for the audit log");
        return Ok(());
    }
    let mut tx = gate.db().write().await.map_err(internal)?;
    note_refusal(&mut tx, phone, RegionCode::NATION, why, gate.now()).await?;
    tx.commit().await.map_err(internal)
}

async fn note_refusal(
    tx: &mut Tx,
    phone: &PhoneNumber,
    region: RegionCode,
    why: &str,
    at: Timestamp,
) -> Result<(), Problem> {
    let (subject, actor) = (phone.masked(), Actor::Stranger);
    let row = NewAuditRow { at, actor, region, action: SIGN_IN_REFUSED, subject: &subject, detail: why };
    store::audit::append(tx, &row).await.map_err(internal)
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

/// Signs in, with a code that this browser asked for, on what calls itself so: gives the session's token, of which only
/// the hash is kept, and who it is. Who has no code here learns nothing about the number.
///
/// # Errors
/// [`Problem::BadCode`] saying what is wrong with the code; [`Problem::TooMany`] when strangers try too fast.
pub async fn sign_in(
    gate: &Gate,
    browser: Option<&Browser>,
    user_agent: &str,
    phone: &str,
    code: &str,
) -> Result<(String, Me), Problem> {
    let phone = PhoneNumber::parse(phone)?;
    let code = domain::fold::squeeze(code);
    let now = gate.now();
    let holder = match browser {
        Some(_) => write_for_holder(gate, &phone).await?,
        None => None,
    };
    let (Some(browser), Some((mut tx, person))) = (browser, holder) else {
        return Err(no_code(gate, &phone).await?);
    };
    let tried = store::login_codes::take_try(&mut tx, &phone, &browser.0, now).await.map_err(internal)?;
    let Some(tries_left) = tried.iter().map(|(_, left)| *left).max() else {
        drop(tx);
        return Err(no_code(gate, &phone).await?);
    };
    let is_known = store::login_codes::is_known(&mut tx, &phone, &browser.0).await.map_err(internal)?;
    // Without a commit the try is not counted.
    if !is_known && !gate.strangers_tries().take(now) {
        tracing::warn!(phone = ?phone, "wrong tries come too fast; strangers have to wait");
        return Err(Problem::TooMany { retry_after_s: 1 });
    }
    let posts = posts(&mut tx, person.id).await?;
    let post = preferred(&posts).cloned();
    let region = post.as_ref().map_or(RegionCode::NATION, |post| post.region);
    if !tried.iter().any(|(hash, _)| matches(hash, &phone, &code)) {
        note_refusal(&mut tx, &phone, region, "验证码不正确", now).await?;
        // Kept although the sign-in fails: this is what ends guessing.
        tx.commit().await.map_err(internal)?;
        return Err(bad_code(match tries_left {
            0 => "验证码错误次数过多，已作废，请重新获取".to_owned(),
            left => format!("验证码不正确，还可以再试 {left} 次"),
        }));
    }
    store::login_codes::void(&mut tx, &phone, &browser.0).await.map_err(internal)?;
    store::login_codes::know(&mut tx, &phone, &browser.0, now).await.map_err(internal)?;
    let (token, device) = (random_token(), device_name(user_agent));
    let session = NewSession {
        id: SessionId(uuid::Builder::from_random_bytes(OsRng.unwrap_err().random()).into_uuid()),
        token_hash: &token_hash(&token),
        person: person.id,
        post: post.as_ref().map(|post| post.id),
        device: &device,
    };
    store::sessions::open(&mut tx, &session, now).await.map_err(internal)?;
    let actor = Actor::Person { person: person.id, name: &person.name, post: post.as_ref() };
    let row = NewAuditRow { at: now, actor, region, action: SIGNED_IN, subject: "", detail: &device };
    store::audit::append(&mut tx, &row).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    if !is_known {
        gate.strangers_tries().give_back();
    }
    Ok((token, me_of(person, posts, post, now)))
}

fn bad_code(message: impl Into<String>) -> Problem {
    Problem::BadCode { message: message.into() }
}

/// The same for a number that is nobody's, so that it says nothing about whose numbers there are.
async fn no_code(gate: &Gate, phone: &PhoneNumber) -> Result<Problem, Problem> {
    refuse(gate, phone, "没有有效的验证码").await?;
    Ok(bad_code("验证码已失效（5 分钟内有效，只能使用一次，须在获取它的浏览器中填写），请重新获取"))
}

/// Who is signed in, read afresh; replaces a current post that was withdrawn.
///
/// # Errors
/// [`Problem::NotSignedIn`] when the person is gone.
pub async fn me(mut permit: Permit<ReadSelf>) -> Result<Me, Problem> {
    let token = permit.caller.token_hash.clone();
    let person = person(&mut permit.tx, permit.caller.person).await?;
    let posts = posts(&mut permit.tx, person.id).await?;
    let mut post = permit.caller.post.clone();
    if post.is_none()
        && let Some(next) = preferred(&posts)
    {
        set_post(&mut permit.tx, &token, next.id).await?;
        post = Some(next.clone());
    }
    let now = permit.now;
    permit.finish().await?;
    Ok(me_of(person, posts, post, now))
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
    set_post(&mut permit.tx, &token, post).await?;
    let now = permit.now;
    permit.commit(&next.title(), "").await?;
    Ok(me_of(person, posts, Some(next), now))
}

/// Fails when the session was ended meanwhile.
async fn set_post(tx: &mut Tx, token_hash: &str, post: PostId) -> Result<(), Problem> {
    let is_open = store::sessions::set_post(tx, token_hash, post).await.map_err(internal)?;
    is_open.then_some(()).ok_or(Problem::NotSignedIn)
}

/// Ends the session; without one, there is nothing to do.
///
/// # Errors
/// [`Problem::Internal`] when the store fails.
pub async fn sign_out(gate: &Gate, token: Option<&str>) -> Result<(), Problem> {
    let mut permit = match gate.permit::<SignOut>(token).await {
        Ok(permit) => permit,
        Err(Problem::NotSignedIn) => return Ok(()),
        Err(problem) => return Err(problem),
    };
    let token = permit.caller.token_hash.clone();
    let is_ended = store::sessions::end(&mut permit.tx, &token).await.map_err(internal)?;
    if is_ended { permit.commit("", "").await } else { Ok(()) }
}

/// Voids the codes of a number that is theirs no more and ends all sessions of a person; in this order, or one who signs
/// in between the two would stay. The caller has locked the person.
pub(crate) async fn revoke(tx: &mut Tx, person: PersonId, phone: &PhoneNumber) -> Result<(), Problem> {
    store::login_codes::forget(tx, phone).await.map_err(internal)?;
    store::sessions::end_all(tx, person).await.map_err(internal)?;
    Ok(())
}

fn random_token() -> String {
    hex::encode(OsRng.unwrap_err().random::<[u8; TOKEN_CHARACTERS / 2]>())
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

fn me_of(person: PersonRecord, posts: Vec<Post>, post: Option<Post>, now: Timestamp) -> Me {
    Me {
        id: person.id,
        name: person.name,
        phone_masked: person.phone.masked(),
        department: person.department,
        is_internal: person.is_internal,
        posts,
        post,
        now: Some(now),
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

//! Codes for signing in, of which only a salted hash is kept; when they were sent; and which browsers have signed in.
//!
//! A code is good for the browser that asked for it and for no other, so several of a number may be good at once and
//! nobody can use up another's tries. Everything fails when the engine does.

use crate::{Result, Tx, error::expect_rows};
use domain::{login::CODES_PER_DAY, person::PhoneNumber, time::Timestamp};

/// A code that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewCode<'a> {
    /// For which number.
    pub phone: &'a PhoneNumber,
    /// For which browser, by the hash of its cookie.
    pub browser: &'a str,
    /// Whose quota it is of: a browser that has signed in with the number, or empty for all others.
    pub asker: &'a str,
    /// The code's salted hash.
    pub hash: &'a str,
    /// When it is sent.
    pub sent_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// How often it may be tried.
    pub tries: i32,
}

/// When codes of one quota were sent to a number since `since` and until `now`, newest first, at most as many as a day
/// allows. What lies in the future was sent before the clock was set back, and locks nobody out.
pub async fn sends(
    tx: &mut Tx,
    phone: &PhoneNumber,
    asker: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Timestamp>> {
    let sql = "select sent_at from sms_sends where phone = $1 and asker = $2 and sent_at > $3 and sent_at <= $4
         order by sent_at desc limit $5";
    let rows = fetch_all!(tx, (i64,), sql, phone.as_str(), asker, since.0, now.0, CODES_PER_DAY)?;
    Ok(rows.into_iter().map(|(at,)| Timestamp(at)).collect())
}

/// Keeps a new code, beside those that are good, and notes the send.
pub async fn keep(tx: &mut Tx, code: &NewCode<'_>) -> Result<()> {
    let sql = "insert into sms_sends (phone, asker, sent_at) values ($1, $2, $3)";
    expect_rows(execute!(tx, sql, code.phone.as_str(), code.asker, code.sent_at.0)?, 1, "sms_sends")?;
    let rows = execute!(
        tx,
        "insert into sms_codes (phone, browser, code_hash, expires_at, tries_left) values ($1, $2, $3, $4, $5)",
        code.phone.as_str(),
        code.browser,
        code.hash,
        code.expires_at.0,
        i64::from(code.tries),
    )?;
    expect_rows(rows, 1, "sms_codes")
}

/// Takes back a code that was never sent: it costs its owner nothing. It may be gone already, when the number changed
/// hands meanwhile.
pub async fn take_back(tx: &mut Tx, code: &NewCode<'_>) -> Result<()> {
    let sql = "delete from sms_codes where phone = $1 and browser = $2 and code_hash = $3";
    execute!(tx, sql, code.phone.as_str(), code.browser, code.hash)?;
    let sql = "delete from sms_sends where phone = $1 and asker = $2 and sent_at = $3";
    let rows = execute!(tx, sql, code.phone.as_str(), code.asker, code.sent_at.0)?;
    expect_rows(rows, 1, "sms_sends")
}

/// Takes one try at a browser's codes for a number: the hash of each, and the tries that remain; nothing when none is
/// good any more. Taking and reading are one statement, so tries that race are all counted.
pub async fn take_try(tx: &mut Tx, phone: &PhoneNumber, browser: &str, now: Timestamp) -> Result<Vec<(String, i64)>> {
    fetch_all!(
        tx,
        (String, i64),
        "update sms_codes set tries_left = tries_left - 1
         where phone = $1 and browser = $2 and expires_at > $3 and tries_left > 0
         returning code_hash, tries_left",
        phone.as_str(),
        browser,
        now.0,
    )
}

/// Voids a browser's codes for a number, which one of them was used; says how many.
pub async fn void(tx: &mut Tx, phone: &PhoneNumber, browser: &str) -> Result<u64> {
    execute!(tx, "delete from sms_codes where phone = $1 and browser = $2", phone.as_str(), browser)
}

/// Whether a browser has signed in with this number.
pub async fn is_known(tx: &mut Tx, phone: &PhoneNumber, browser: &str) -> Result<bool> {
    let sql = "select seen_at from known_browsers where phone = $1 and browser = $2";
    Ok(fetch_optional!(tx, (i64,), sql, phone.as_str(), browser)?.is_some())
}

/// Notes that a browser has signed in with this number.
pub async fn know(tx: &mut Tx, phone: &PhoneNumber, browser: &str, now: Timestamp) -> Result<()> {
    let sql = "insert into known_browsers (phone, browser, seen_at) values ($1, $2, $3)
         on conflict (phone, browser) do update set seen_at = excluded.seen_at";
    expect_rows(execute!(tx, sql, phone.as_str(), browser, now.0)?, 1, "known_browsers")
}

/// Voids all codes of a number that is its owner's no more, and forgets the owner's browsers; says how many codes.
pub async fn forget(tx: &mut Tx, phone: &PhoneNumber) -> Result<u64> {
    execute!(tx, "delete from known_browsers where phone = $1", phone.as_str())?;
    execute!(tx, "delete from sms_codes where phone = $1", phone.as_str())
}

/// Forgets codes that ran out, when codes were sent before `since`, and browsers that signed in before `known_since`;
/// says how many.
pub async fn sweep(tx: &mut Tx, now: Timestamp, since: Timestamp, known_since: Timestamp) -> Result<u64> {
    let codes = execute!(tx, "delete from sms_codes where expires_at <= $1", now.0)?;
    let sends = execute!(tx, "delete from sms_sends where sent_at <= $1", since.0)?;
    Ok(codes + sends + execute!(tx, "delete from known_browsers where seen_at <= $1", known_since.0)?)
}

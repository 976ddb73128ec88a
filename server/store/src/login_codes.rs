//! Codes for signing in, of which only a salted hash is kept, and when they were sent.

use crate::{Result, Tx};
use domain::{login::CODES_PER_DAY, person::PhoneNumber, time::Timestamp};

/// When codes were sent to a number since `since` and until `now`, newest first, at most as many as a day allows. What
/// lies in the future was sent before the clock was set back, and locks nobody out.
///
/// # Errors
/// When the engine fails.
pub async fn sends(tx: &mut Tx, phone: &PhoneNumber, since: Timestamp, now: Timestamp) -> Result<Vec<Timestamp>> {
    let sql = "select sent_at from sms_sends where phone = $1 and sent_at > $2 and sent_at <= $3
         order by sent_at desc limit $4";
    let rows = fetch_all!(tx, (i64,), sql, phone.as_str(), since.0, now.0, CODES_PER_DAY)?;
    Ok(rows.into_iter().map(|(at,)| Timestamp(at)).collect())
}

/// Keeps a new code, which voids the one before, and notes the send; forgets sends before `since`.
///
/// # Errors
/// When the engine fails.
pub async fn keep(
    tx: &mut Tx,
    phone: &PhoneNumber,
    code_hash: &str,
    tries: i32,
    now: Timestamp,
    expires_at: Timestamp,
    since: Timestamp,
) -> Result<()> {
    execute!(tx, "delete from sms_sends where phone = $1 and sent_at <= $2", phone.as_str(), since.0)?;
    execute!(tx, "insert into sms_sends (phone, sent_at) values ($1, $2)", phone.as_str(), now.0)?;
    execute!(
        tx,
        "insert into sms_codes (phone, code_hash, expires_at, tries_left) values ($1, $2, $3, $4)
         on conflict (phone) do update
         set code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries_left = excluded.tries_left",
        phone.as_str(),
        code_hash,
        expires_at.0,
        i64::from(tries),
    )?;
    Ok(())
}

/// Takes back a code that was never sent: it costs its owner nothing.
///
/// # Errors
/// When the engine fails.
pub async fn take_back(tx: &mut Tx, phone: &PhoneNumber, code_hash: &str, sent_at: Timestamp) -> Result<()> {
    execute!(tx, "delete from sms_codes where phone = $1 and code_hash = $2", phone.as_str(), code_hash)?;
    execute!(tx, "delete from sms_sends where phone = $1 and sent_at = $2", phone.as_str(), sent_at.0)?;
    Ok(())
}

/// Takes one try at a number's code: its hash and the tries that remain; nothing when no code is good any more.
/// Taking and reading are one statement, so tries that race are all counted.
///
/// # Errors
/// When the engine fails.
pub async fn take_try(tx: &mut Tx, phone: &PhoneNumber, now: Timestamp) -> Result<Option<(String, i64)>> {
    fetch_optional!(
        tx,
        (String, i64),
        "update sms_codes set tries_left = tries_left - 1 where phone = $1 and expires_at > $2 and tries_left > 0
         returning code_hash, tries_left",
        phone.as_str(),
        now.0,
    )
}

/// Forgets codes that ran out, and when codes were sent before `since`; says how many.
///
/// # Errors
/// When the engine fails.
pub async fn sweep(tx: &mut Tx, now: Timestamp, since: Timestamp) -> Result<u64> {
    let codes = execute!(tx, "delete from sms_codes where expires_at <= $1", now.0)?;
    Ok(codes + execute!(tx, "delete from sms_sends where sent_at <= $1", since.0)?)
}

/// Voids a number's code: used, or the number changed hands.
///
/// # Errors
/// When the engine fails.
pub async fn void(tx: &mut Tx, phone: &PhoneNumber) -> Result<()> {
    execute!(tx, "delete from sms_codes where phone = $1", phone.as_str())?;
    Ok(())
}

//! Sessions: an opaque token, of which only the hash is kept, and the current post.

use crate::{Result, StoreError, Tx, error::expect_rows};
use domain::{
    id::{PersonId, PostId, SessionId},
    login::{SEEN_SECONDS, SESSION_IDLE_SECONDS, SESSION_SECONDS},
    person::{Post, Role},
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

/// Who calls: the person and the current post behind a valid session.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The session's token hash.
    pub token_hash: String,
    /// Who signed in; not deleted.
    pub person: PersonId,
    /// The real name, as it is today.
    pub name: String,
    /// The current post; none when it was withdrawn or never chosen.
    pub post: Option<Post>,
    /// Whether the session's use is to be noted again.
    pub is_stale: bool,
}

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its id, which opens nothing.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: String,
    /// From what it was opened, in words.
    pub device: String,
    /// When it was opened; a session ends some days after, however much it is used.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
}

/// A session to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Names it in 登录设备; it opens nothing.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: &'a str,
    /// Who signed in with the code.
    pub person: PersonId,
    /// The current post to begin with.
    pub post: Option<PostId>,
    /// From what, in words.
    pub device: &'a str,
}

#[derive(FromRow)]
struct Row {
    person_id: Uuid,
    name: String,
    seen_at: i64,
    post_id: Option<Uuid>,
    role: Option<String>,
    region: Option<String>,
    region_name: Option<String>,
}

/// A role as stored.
pub(crate) fn role_code(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Inspector => "inspector",
    }
}

/// A stored role.
pub(crate) fn parse_role(code: &str) -> Result<Role> {
    match code {
        "administrator" => Ok(Role::Administrator),
        "inspector" => Ok(Role::Inspector),
        other => Err(StoreError::Inconsistent { what: "posts.role", why: other.to_owned() }),
    }
}

/// The caller behind a token's hash, unless the session ended or the person was deleted.
///
/// # Errors
/// When the engine fails.
pub async fn caller(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<Option<Caller>> {
    let row = fetch_optional!(
        tx,
        Row,
        "select s.person_id, p.name, s.seen_at, o.id as post_id, o.role, o.region, r.name as region_name
         from sessions s
         join people p on p.id = s.person_id and p.deleted_at is null
         left join posts o on o.id = s.post_id and o.person_id = s.person_id and o.withdrawn_at is null
         left join regions r on r.code = o.region
         where s.token_hash = $1 and s.seen_at > $2 and s.created_at > $3",
        token_hash,
        now.plus_seconds(-SESSION_IDLE_SECONDS).0,
        now.plus_seconds(-SESSION_SECONDS).0,
    )?;
    row.map(|row| {
        let post = match (row.post_id, row.role, row.region, row.region_name) {
            (Some(id), Some(role), Some(region), Some(region_name)) => Some(Post {
                id: PostId(id),
                role: parse_role(&role)?.into(),
                region: region.parse().map_err(StoreError::inconsistent("posts.region"))?,
                region_name,
            }),
            _ => None,
        };
        Ok(Caller {
            token_hash: token_hash.to_owned(),
            person: PersonId(row.person_id),
            name: row.name,
            post,
            is_stale: is_stale(row.seen_at, now),
        })
    })
    .transpose()
}

/// Once an hour is enough, and after the clock was set back.
fn is_stale(seen_at: i64, now: Timestamp) -> bool {
    seen_at <= now.plus_seconds(-SEEN_SECONDS).0 || seen_at > now.0
}

/// Opens a session.
///
/// # Errors
/// When the engine fails.
pub async fn open(tx: &mut Tx, session: &NewSession<'_>, now: Timestamp) -> Result<()> {
    let rows = execute!(
        tx,
        "insert into sessions (token_hash, id, person_id, post_id, device, created_at, seen_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        session.token_hash,
        session.id.0,
        session.person.0,
        session.post.map(|post| post.0),
        session.device,
        now.0,
    )?;
    expect_rows(rows, 1, "sessions")
}

/// Notes that the session is in use, which puts off its idle end; says whether that was due: a session that was used
/// within the hour, or ended meanwhile, is left alone.
///
/// # Errors
/// When the engine fails.
pub async fn touch(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<bool> {
    let sql = "update sessions set seen_at = $2 where token_hash = $1 and (seen_at <= $3 or seen_at > $2)";
    Ok(execute!(tx, sql, token_hash, now.0, now.plus_seconds(-SEEN_SECONDS).0)? == 1)
}

/// Makes a post the current one; the caller has checked that the person holds it. Says whether the session is there
/// still.
///
/// # Errors
/// When the engine fails.
pub async fn set_post(tx: &mut Tx, token_hash: &str, post: PostId) -> Result<bool> {
    Ok(execute!(tx, "update sessions set post_id = $2 where token_hash = $1", token_hash, post.0)? == 1)
}

#[derive(FromRow)]
struct SessionRow {
    id: Uuid,
    token_hash: String,
    device: String,
    created_at: i64,
    seen_at: i64,
}

/// A person's open sessions, the last used first.
///
/// # Errors
/// When the engine fails.
pub async fn of(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Vec<SessionRecord>> {
    let rows = fetch_all!(
        tx,
        SessionRow,
        "select id, token_hash, device, created_at, seen_at from sessions
         where person_id = $1 and seen_at > $2 and created_at > $3 order by seen_at desc, id",
        person.0,
        now.plus_seconds(-SESSION_IDLE_SECONDS).0,
        now.plus_seconds(-SESSION_SECONDS).0,
    )?;
    let record = |row: SessionRow| SessionRecord {
        id: SessionId(row.id),
        token_hash: row.token_hash,
        device: row.device,
        created_at: Timestamp(row.created_at),
        seen_at: Timestamp(row.seen_at),
    };
    Ok(rows.into_iter().map(record).collect())
}

/// Forgets sessions that ended, at most `most` at once; says how many.
///
/// # Errors
/// When the engine fails.
pub async fn sweep(tx: &mut Tx, now: Timestamp, most: u32) -> Result<u64> {
    execute!(
        tx,
        "delete from sessions where token_hash in (
           select token_hash from sessions where seen_at <= $1 or created_at <= $2 limit $3)",
        now.plus_seconds(-SESSION_IDLE_SECONDS).0,
        now.plus_seconds(-SESSION_SECONDS).0,
        i64::from(most),
    )
}

/// Sessions at a post that was corrected go on at the right one.
///
/// # Errors
/// When the engine fails.
pub async fn move_post(tx: &mut Tx, wrong: PostId, right: PostId) -> Result<()> {
    execute!(tx, "update sessions set post_id = $2 where post_id = $1", wrong.0, right.0)?;
    Ok(())
}

/// Ends one session; says whether it was there still.
///
/// # Errors
/// When the engine fails.
pub async fn end(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    Ok(execute!(tx, "delete from sessions where token_hash = $1", token_hash)? == 1)
}

/// Ends all sessions of a person; says how many.
///
/// # Errors
/// When the engine fails.
pub async fn end_all(tx: &mut Tx, person: PersonId) -> Result<u64> {
    execute!(tx, "delete from sessions where person_id = $1", person.0)
}

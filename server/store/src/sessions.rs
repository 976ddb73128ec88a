//! Sessions: an opaque token, of which only the hash is kept, and the current post.

use crate::{Result, StoreError, Tx, error::expect_rows};
use domain::{
    id::{PersonId, PostId},
    login::{SESSION_IDLE_SECONDS, SESSION_SECONDS},
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
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The current post; none when it was withdrawn or never chosen.
    pub post: Option<Post>,
}

#[derive(FromRow)]
struct Row {
    person_id: Uuid,
    name: String,
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
        "select s.person_id, p.name, o.id as post_id, o.role, o.region, r.name as region_name
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
                role: parse_role(&role)?,
                region: region.parse().map_err(StoreError::inconsistent("posts.region"))?,
                region_name,
            }),
            _ => None,
        };
        Ok(Caller { token_hash: token_hash.to_owned(), person: PersonId(row.person_id), name: row.name, post })
    })
    .transpose()
}

/// Opens a session.
///
/// # Errors
/// When the engine fails.
pub async fn open(tx: &mut Tx, token_hash: &str, person: PersonId, post: Option<PostId>, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into sessions (token_hash, person_id, post_id, created_at, seen_at) values ($1, $2, $3, $4, $4)",
        token_hash,
        person.0,
        post.map(|post| post.0),
        now.0,
    )?;
    Ok(())
}

/// Notes that the session is in use, which puts off its idle end.
///
/// # Errors
/// When the engine fails.
pub async fn touch(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<()> {
    execute!(tx, "update sessions set seen_at = $2 where token_hash = $1", token_hash, now.0)?;
    Ok(())
}

/// Makes a post the current one; the caller has checked that the person holds it.
///
/// # Errors
/// When the engine fails, or there is no such session any more.
pub async fn set_post(tx: &mut Tx, token_hash: &str, post: PostId) -> Result<()> {
    let chosen = execute!(tx, "update sessions set post_id = $2 where token_hash = $1", token_hash, post.0)?;
    expect_rows(chosen, 1, "sessions")
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

/// Ends one session.
///
/// # Errors
/// When the engine fails.
pub async fn end(tx: &mut Tx, token_hash: &str) -> Result<()> {
    execute!(tx, "delete from sessions where token_hash = $1", token_hash)?;
    Ok(())
}

/// Ends all sessions of a person.
///
/// # Errors
/// When the engine fails.
pub async fn end_all(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(tx, "delete from sessions where person_id = $1", person.0)?;
    Ok(())
}

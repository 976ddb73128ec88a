//! The audit log: one row a write, in the same transaction.

use crate::{Result, Scope, Tx, scope::push_region};
use domain::{
    audit::AuditRow,
    id::PersonId,
    page::{Cursor, Page},
    person::Post,
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;

/// Who acts. Nothing is written without one.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// A person with a session.
    Person {
        /// Kept beside the name, which may change.
        person: PersonId,
        /// The name, as it is now.
        name: &'a str,
        /// From which post; none where the action is open to people without one.
        post: Option<&'a Post>,
    },
    /// The server by itself, in this job.
    System(&'static str),
    /// Whoever runs the server, by this command of the command line.
    Operator(&'static str),
    /// Somebody who tried to sign in, and may be anybody.
    Stranger,
}

impl Actor<'_> {
    fn code(self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::System(_) => "system",
            Self::Operator(_) => "operator",
            Self::Stranger => "stranger",
        }
    }

    fn person(self) -> Option<PersonId> {
        match self {
            Self::Person { person, .. } => Some(person),
            Self::System(_) | Self::Operator(_) | Self::Stranger => None,
        }
    }

    /// What the log shows: who, and from where.
    fn names(&self) -> (&str, String) {
        match self {
            Self::Person { name, post, .. } => (name, post.map(Post::title).unwrap_or_default()),
            Self::System(job) => ("系统", format!("后台任务：{job}")),
            Self::Operator(command) => ("系统维护", format!("命令行：{command}")),
            Self::Stranger => ("未登录", String::new()),
        }
    }
}

/// A row to be written.
#[derive(Debug)]
pub struct NewAuditRow<'a> {
    /// When it is written: the `now` of the request, job or command.
    pub at: Timestamp,
    /// Its name and post are copied into the row, as they are now.
    pub actor: Actor<'a>,
    /// Where it belongs: the post's region, or that of what was done.
    pub region: RegionCode,
    /// The action's dotted name.
    pub action: &'static str,
    /// What it was done to.
    pub subject: &'a str,
    /// What changed, in Chinese words; no phone number, no code.
    pub detail: &'a str,
}

/// Appends a row.
///
/// # Errors
/// When the engine fails.
pub async fn append(tx: &mut Tx, row: &NewAuditRow<'_>) -> Result<()> {
    let (name, place) = row.actor.names();
    execute!(
        tx,
        "insert into audit (at, actor, person_id, person_name, post_title, region, action, subject, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row.at.0,
        row.actor.code(),
        row.actor.person().map(|person| person.0),
        name,
        place,
        row.region.to_string(),
        row.action,
        row.subject,
        row.detail,
    )?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: i64,
    person_name: String,
    post_title: String,
    action: String,
    subject: String,
    detail: String,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            sequence: row.seq,
            at: Timestamp(row.at),
            person_name: row.person_name,
            post_title: row.post_title,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

/// A page of the log: what was written from posts of a scope, newest first. Its lines are of people, of no enterprise, so
/// the types of a scope do not narrow it.
///
/// # Errors
/// When the engine fails.
pub async fn page(tx: &mut Tx, scope: Scope, after: Option<&Cursor>, limit: u32) -> Result<Page<AuditRow>> {
    let after: Option<i64> = after.and_then(|cursor| cursor.0.parse().ok());
    let mut rows = build!(tx, Row, |q| {
        q.push("select seq, at, person_name, post_title, action, subject, detail from audit where 1 = 1");
        push_region(&mut q, "", scope.region());
        if let Some(after) = after {
            q.push(" and seq < ").push_bind(after);
        }
        q.push(" order by seq desc limit ").push_bind(i64::from(limit) + 1);
    })?;
    let limit = limit as usize;
    let next = (rows.len() > limit).then(|| {
        rows.truncate(limit);
        Cursor(rows[limit - 1].seq.to_string())
    });
    Ok(Page { rows: rows.into_iter().map(AuditRow::from).collect(), next })
}

//! The audit log: one row a write, in the same transaction.

use crate::{Result, Tx, scope::push_scope};
use domain::{
    audit::AuditRow,
    id::PersonId,
    page::{Cursor, Page},
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;

/// A row to be written.
#[derive(Debug)]
pub struct NewAuditRow<'a> {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub person: PersonId,
    /// The name, as it is now.
    pub person_name: &'a str,
    /// From which post.
    pub post_title: &'a str,
    /// The post's region.
    pub region: RegionCode,
    /// The action's dotted name.
    pub action: &'static str,
    /// What it was done to.
    pub subject: &'a str,
    /// What changed.
    pub detail: &'a str,
}

/// Appends a row.
///
/// # Errors
/// When the engine fails.
pub async fn append(tx: &mut Tx, row: &NewAuditRow<'_>) -> Result<()> {
    execute!(
        tx,
        "insert into audit (at, person_id, person_name, post_title, region, action, subject, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        row.at.0,
        row.person.0,
        row.person_name,
        row.post_title,
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

/// A page of the log: what was written from posts of a scope, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn page(tx: &mut Tx, scope: RegionCode, after: Option<&Cursor>, limit: u32) -> Result<Page<AuditRow>> {
    let after: Option<i64> = after.and_then(|cursor| cursor.0.parse().ok());
    let mut rows = build!(tx, Row, |q| {
        q.push("select seq, at, person_name, post_title, action, subject, detail from audit where 1 = 1");
        push_scope(&mut q, "", scope);
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

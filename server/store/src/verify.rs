//! Whether what is stored agrees with itself: each operation with its hash, each hazard with its events, the sums with the
//! records, each reference with what it names. For `ranan doctor --verify`, beside a running server.

mod hazards;
mod links;

use crate::{Db, Result, StoreError, Tx, engine};
use domain::{
    id::{OperationId, PersonId, PostId},
    operation::{Envelope, content_hash},
    time::Timestamp,
};
use serde::de::IgnoredAny;
use sqlx::FromRow;
use std::collections::HashSet;
use uuid::Uuid;

pub use hazards::hazards;
pub use links::links;

/// Rows that are read at once. An operation is at most a megabyte, and some thirty kilobytes as a rule.
const PAGE: i64 = 100;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing, in Chinese.
    pub what: &'static str,
    /// Its id, sequence number or key; empty for the database's file as a whole.
    pub id: String,
    /// What is wrong with it, in Chinese.
    pub why: String,
}

/// Who is told of faults.
pub type Tell<'a> = &'a mut (dyn FnMut(Fault) + Send);

/// A transaction that sees one moment for as long as it lasts, so that what is written meanwhile is no fault.
///
/// # Errors
/// When the engine cannot be reached.
pub async fn begin(db: &Db) -> Result<Tx> {
    db.read_one_moment().await
}

/// What the engine itself finds wrong with its file.
///
/// # Errors
/// When the engine fails.
pub async fn engine(tx: &mut Tx, tell: Tell<'_>) -> Result<()> {
    for why in engine::check_file(tx).await? {
        tell(Fault { what: "数据库文件", id: String::new(), why });
    }
    Ok(())
}

#[derive(FromRow)]
struct OperationRow {
    id: Uuid,
    format: i64,
    author_id: Uuid,
    post_id: Uuid,
    made_at: i64,
    content_hash: String,
    envelope: String,
}

impl OperationRow {
    fn fault(&self) -> Option<&'static str> {
        if content_hash(self.envelope.as_bytes()) != self.content_hash {
            return Some("内容与收到时的校验值不符");
        }
        let Ok(envelope) = serde_json::from_str::<Envelope<IgnoredAny>>(&self.envelope) else {
            return Some("内容读不出");
        };
        let written = (envelope.id, envelope.author, envelope.post, envelope.made_at, i64::from(envelope.format));
        let author = PersonId(self.author_id);
        let filed = (OperationId(self.id), author, PostId(self.post_id), Timestamp(self.made_at), self.format);
        (written != filed).then_some("登记的编号、作者、岗位或时间与内容不符")
    }
}

/// Every operation: its bytes against their hash, what is filed of it against its bytes, and its trace in the audit log,
/// whose subjects ([`audit`]) are handed in. Gives how many there are.
///
/// # Errors
/// When the engine fails.
#[expect(clippy::implicit_hasher, reason = "one set, made by [`audit`]")]
pub async fn operations(tx: &mut Tx, traced: &HashSet<Uuid>, tell: Tell<'_>) -> Result<u64> {
    let (mut after, mut seen) = (None, 0);
    loop {
        let rows = build!(tx, OperationRow, |q| {
            q.push("select id, format, author_id, post_id, made_at, content_hash, envelope from operations");
            if let Some(after) = after {
                q.push(" where id > ").push_bind(after);
            }
            q.push(" order by id limit ").push_bind(PAGE);
        })?;
        let Some(last) = rows.last() else { return Ok(seen) };
        after = Some(last.id);
        seen += rows.len() as u64;
        for row in &rows {
            let untraced = (!traced.contains(&row.id)).then_some("操作日志中没有它");
            for why in row.fault().into_iter().chain(untraced) {
                tell(Fault { what: "上传记录", id: row.id.to_string(), why: why.to_owned() });
            }
        }
    }
}

/// Every row of the audit log. Gives how many there are, and the ids that are subjects of one.
///
/// # Errors
/// When the engine fails.
pub async fn audit(tx: &mut Tx, tell: Tell<'_>) -> Result<(u64, HashSet<Uuid>)> {
    let (mut after, mut seen, mut subjects) = (0_i64, 0, HashSet::new());
    loop {
        let rows = fetch_all!(
            tx,
            (i64, String, Option<Uuid>, String, String),
            "select seq, actor, person_id, action, subject from audit where seq > $1 order by seq limit $2",
            after,
            PAGE * 10,
        )?;
        let Some((last, ..)) = rows.last() else { return Ok((seen, subjects)) };
        after = *last;
        seen += rows.len() as u64;
        for (seq, actor, person, action, subject) in rows {
            let is_known = match actor.as_str() {
                "person" => person.is_some(),
                "system" | "operator" | "stranger" => person.is_none(),
                _ => false,
            };
            if !is_known || action.is_empty() {
                tell(Fault { what: "操作日志", id: seq.to_string(), why: "操作人或操作不明".to_owned() });
            }
            subjects.extend(subject.parse::<Uuid>());
        }
    }
}

/// The sums of the statistics against a recount of the records.
///
/// # Errors
/// When the engine fails.
pub async fn sums(tx: &mut Tx, tell: Tell<'_>) -> Result<()> {
    let rows = fetch_all!(
        tx,
        (String, String, String, String, String, i64),
        "select region, what, enterprise_type, severity, department, cast(sum(n) as bigint) from (
             select region, what, enterprise_type, severity, department, n from sums
             union all
             select region, 'hazards', enterprise_type, severity, department, -1 from hazards where state <> 'voided'
             union all
             select region, 'inspections', '', '', '', -1 from inspections
             union all
             select region, 'enterprises', '', '', '', -1 from enterprises
             where closed_at is null and deleted_at is null
             union all
             select region, 'inspected', '', '', '', -1 from enterprises
             where closed_at is null and deleted_at is null and last_inspected_at is not null
         ) s group by region, what, enterprise_type, severity, department having sum(n) <> 0 order by 1, 2, 3, 4, 5",
    )?;
    for (region, what, kind, severity, department, n) in rows {
        let id = [region, what, kind, severity, department].join("/");
        let id = id.trim_end_matches('/').to_owned();
        let why = if n > 0 { format!("合计多了 {n}") } else { format!("合计少了 {}", -n) };
        tell(Fault { what: "统计合计", id, why });
    }
    Ok(())
}

/// A failure to read a stored value, as a fault's words.
fn unreadable(error: &StoreError) -> String {
    format!("读不出：{error}")
}

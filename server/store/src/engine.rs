//! The real differences between the engines, each a named function, all in this file.

use crate::{Result, Tx};
use domain::region::{RegionCode, RegionLevel};
use domain::time::Timestamp;

/// A table with text search.
#[derive(Clone, Copy, Debug)]
pub enum Searched {
    /// Hazards: enterprise name, address and description.
    Hazards,
    /// Enterprises: name, address and credit code.
    Enterprises,
}

/// Indexes a row's words ([`domain::search::index_words`]) together with its region's prefixes, which make a search
/// within a scope as narrow as the scope.
///
/// # Errors
/// When the engine fails.
pub async fn index_words(tx: &mut Tx, table: Searched, seq: i64, region: RegionCode, words: &str) -> Result<()> {
    let words = scoped_words(region, words);
    match (tx, table) {
        (Tx::Sqlite(tx), Searched::Hazards) => {
            sqlx::query("insert or replace into hazard_words (rowid, words) values ($1, $2)")
                .bind(seq)
                .bind(words)
                .execute(&mut **tx)
                .await?;
        }
        (Tx::Sqlite(tx), Searched::Enterprises) => {
            sqlx::query("insert or replace into enterprise_words (rowid, words) values ($1, $2)")
                .bind(seq)
                .bind(words)
                .execute(&mut **tx)
                .await?;
        }
        (Tx::Postgres(tx), Searched::Hazards) => {
            sqlx::query("update hazards set words = array_to_tsvector(string_to_array($2, ' ')) where seq = $1")
                .bind(seq)
                .bind(words)
                .execute(&mut **tx)
                .await?;
        }
        (Tx::Postgres(tx), Searched::Enterprises) => {
            sqlx::query("update enterprises set words = array_to_tsvector(string_to_array($2, ' ')) where seq = $1")
                .bind(seq)
                .bind(words)
                .execute(&mut **tx)
                .await?;
        }
    }
    Ok(())
}

/// A row's words with its prefecture's and county's prefixes before them: `r5301 r530111 燃气 …`.
pub(crate) fn scoped_words(region: RegionCode, words: &str) -> String {
    let mut scoped: Vec<String> = region.path().iter().skip(2).map(|code| format!("r{}", code.prefix())).collect();
    scoped.extend((!words.is_empty()).then(|| words.to_owned()));
    scoped.join(" ")
}

/// Drops a deleted row's words. In PostgreSQL they are a column and went with the row.
///
/// # Errors
/// When the engine fails.
pub async fn forget_words(tx: &mut Tx, table: Searched, seq: i64) -> Result<()> {
    let Tx::Sqlite(tx) = tx else { return Ok(()) };
    let sql = match table {
        Searched::Hazards => "delete from hazard_words where rowid = $1",
        Searched::Enterprises => "delete from enterprise_words where rowid = $1",
    };
    sqlx::query(sql).bind(seq).execute(&mut **tx).await?;
    Ok(())
}

/// The expression to match for a text query within a scope: for SQLite FTS5 (`"r5301" AND "燃气"`), for PostgreSQL a
/// tsquery (`'r5301' & '燃气'`). The words are quoted, so no input is an operator. A province is no word of it: its rows
/// are too many to narrow a search by, and the query's own condition on the region holds all the same.
pub fn match_expression(tx: &Tx, scope: RegionCode, words: &[String]) -> String {
    let prefix = (scope.level() > RegionLevel::Province).then(|| format!("r{}", scope.prefix()));
    let all = prefix.iter().chain(words);
    match tx {
        Tx::Sqlite(_) => all.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" AND "),
        Tx::Postgres(_) => all.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" & "),
    }
}

/// Who was last touched so far in the future was touched before the clock was set back.
pub(crate) const CLOCK_SLACK_SECONDS: i64 = 3_600;

/// Takes jobs of a kind that are due, so that no other worker takes them before `until`: their keys and how often they
/// were tried, this time included. PostgreSQL passes over what another worker is just taking; SQLite has one writer.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn claim_jobs(
    tx: &mut Tx,
    kind: &'static str,
    most: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(String, i64)>> {
    const ONE: &str = "update jobs set state = 'running', tries = tries + 1, run_at = $3, touched_at = $2
        where kind = $1 and key in (select key from jobs where kind = $1 and state <> 'dead'
            and (run_at <= $2 or touched_at > $5) order by run_at limit $4)
        returning key, tries";
    const ONE_OF_MANY: &str = "update jobs set state = 'running', tries = tries + 1, run_at = $3, touched_at = $2
        where kind = $1 and key in (select key from jobs where kind = $1 and state <> 'dead'
            and (run_at <= $2 or touched_at > $5) order by run_at limit $4 for update skip locked)
        returning key, tries";
    let sql = match tx {
        Tx::Sqlite(_) => ONE,
        Tx::Postgres(_) => ONE_OF_MANY,
    };
    fetch_all!(tx, (String, i64), sql, kind, now.0, until.0, most, now.plus_seconds(CLOCK_SLACK_SECONDS).0)
}

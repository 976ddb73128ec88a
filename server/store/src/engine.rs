//! The real differences between the engines, each a named function, all in this file.

use crate::{Result, Tx};
use domain::region::{RegionCode, RegionLevel};

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

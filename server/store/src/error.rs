//! What can go wrong between us and an engine.

use std::{borrow::Cow, sync::Arc};

/// What SQLite says of a full disk: `SQLITE_FULL`, and `SQLITE_IOERR_SHMSIZE` of the file beside the log.
const SQLITE_FULL: [&str; 2] = ["13", "4874"];
/// What PostgreSQL says: `disk_full`.
const POSTGRES_FULL: &str = "53100";

/// What PostgreSQL says to one of two that wait for each other, to one whose view of things another changed, and to one that
/// waited too long: `deadlock_detected`, `serialization_failure`, `lock_not_available`.
const POSTGRES_CONFLICT: [&str; 3] = ["40P01", "40001", "55P03"];

/// A failure of the store: never the user's fault, always logged.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine or the connection failed.
    #[error("database: {0}")]
    Engine(#[from] sqlx::Error),
    /// The commit that carried it together with others failed; nothing of it was done.
    #[error("not committed: {0}")]
    NotCommitted(Arc<sqlx::Error>),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value is not of its type any more.
    #[error("stored {what} cannot be read: {why}")]
    Inconsistent {
        /// Table and column.
        what: &'static str,
        /// The parser's words.
        why: String,
    },
    /// A write did not touch the rows that it should have.
    #[error("{what}: {actual} rows written instead of {expected}")]
    RowsWritten {
        /// What was written to, as SQL calls it.
        what: &'static str,
        /// How many there should have been.
        expected: usize,
        /// How many there were.
        actual: u64,
    },
    /// A file could not be read or written.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// A program of PostgreSQL's is not installed.
    #[error(
        "{program} was not found: install PostgreSQL's client programs (package postgresql-client) on this machine"
    )]
    NoProgram {
        /// As it is called on the command line: `pg_dump` or `pg_restore`.
        program: &'static str,
    },
    /// A program of PostgreSQL's failed.
    #[error("{program}: {why}")]
    Program {
        /// As it is called on the command line: `pg_dump` or `pg_restore`.
        program: &'static str,
        /// Its own words.
        why: String,
    },
    /// Where the embedded database was, there is something else.
    #[error("the file is no database of SQLite")]
    NoDatabase,
    /// The engine reads and does not write.
    #[error("the database is read-only")]
    ReadOnly,
    /// The URL names no engine that is known.
    #[error("database URL should begin with sqlite:// or postgres://")]
    UnknownEngine,
}

/// The store's result.
pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    /// For `map_err` where a stored text is parsed.
    pub(crate) fn inconsistent<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Self {
        move |why| Self::Inconsistent { what, why: why.to_string() }
    }

    /// Whether the engine refused a row because one with the same key is there.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Engine(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether nothing more fits on the disk. What was asked for was not done; it may be when there is room again.
    pub fn is_full(&self) -> bool {
        self.code().is_some_and(|code| SQLITE_FULL.contains(&&*code) || code == POSTGRES_FULL)
    }

    /// Whether the engine undid it for the sake of another transaction. The same comes to pass when it is asked for again.
    pub fn is_conflict(&self) -> bool {
        self.code().is_some_and(|code| POSTGRES_CONFLICT.contains(&&*code))
    }

    /// What the engine calls it.
    fn code(&self) -> Option<Cow<'_, str>> {
        let error = match self {
            Self::Engine(error) => error,
            Self::NotCommitted(error) => error,
            _ => return None,
        };
        if let sqlx::Error::Database(error) = error { error.code() } else { None }
    }
}

/// Whether a write touched as many rows as it should have.
pub(crate) fn expect_rows(actual: u64, expected: usize, what: &'static str) -> Result<()> {
    if usize::try_from(actual) == Ok(expected) {
        Ok(())
    } else {
        Err(StoreError::RowsWritten { what, expected, actual })
    }
}

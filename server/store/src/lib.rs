//! All SQL. One text for two engines, SQLite and PostgreSQL, chosen at run time by the database URL.
//!
//! # Adding a function
//! 1. A table or column goes into a new migration, the same number and name in `migrations/sqlite` and
//!    `migrations/postgres`; released ones are never edited.
//! 2. The function goes into the file of its thing, takes `&mut Tx` first and the visible [`Scope`] where it lists, and
//!    uses the macros of `query.rs`, `execute!`, `fetch_all!`, `fetch_one!`, `fetch_optional!`, with one `$1`-style text.
//! 3. A list with filters builds its text with `build!` (sqlx's `QueryBuilder`); what really differs between the
//!    engines is a named function in `engine`.
//! 4. A contract test in `tests/` calls it on both engines.
//!
//! Four things to note: look-ups return `Option`, time and ids come from the caller, the transaction is the caller's,
//! and the portable subset is: `on conflict`, `returning`, CTEs, window functions, keyset paging; no `now()`, no
//! `ilike`, sums are cast to `bigint`.
//!
//! A function that says nothing of errors fails only when the engine does.
#![warn(missing_docs)]

#[macro_use]
mod query;

pub mod additions;
pub mod audit;
pub mod changes;
pub mod checklists;
pub mod copy;
mod db;
pub mod dictionary;
mod engine;
pub mod enterprises;
mod error;
pub mod hazards;
mod health;
pub mod imports;
pub mod inspections;
pub mod jobs;
pub mod ledger;
pub mod login_codes;
pub mod operations;
pub mod people;
pub mod photos;
pub mod posts;
mod scope;
pub mod seed;
pub mod sessions;
pub mod settings;
pub mod statistics;
pub mod sums;
pub mod verify;
mod writer;

pub use db::{Db, PostgresTx, SqliteTx, Tx};
pub use dictionary::prepare;
pub use error::{Result, StoreError};
pub use scope::Scope;
pub use writer::{Writer, settled};

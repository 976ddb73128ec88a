//! The use cases through a real gate, on both engines: one binary, a module for each thing.
//!
//! PostgreSQL is named by `TEST_POSTGRES_URL`; `end2end/postgres.sh run cargo test -p services` brings one along.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]
#![expect(clippy::disallowed_methods, reason = "tests make ids as phones do")]

mod bounds;
mod enterprises;
mod field;
mod login;
mod people;
mod posts;
mod reading;
mod support;

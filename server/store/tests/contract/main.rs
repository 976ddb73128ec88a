//! The contract of the store: every function, on SQLite and on PostgreSQL, with the same words and the same answers.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

mod additions;
mod audit;
mod changes;
mod copy;
mod coverage;
mod dictionary;
mod enterprises;
mod enterprises_list;
mod hazards;
mod health;
mod import_rows;
mod imports;
mod inspections;
mod jobs;
mod ledger;
mod login;
mod needs;
mod operations;
mod people;
mod people_list;
mod photos;
mod plans;
mod posts;
mod schema;
mod scope;
mod search;
mod seed;
mod sessions;
mod statistics;
mod sums;
mod support;
mod verify;
mod writer;

//! The server from outside, over HTTP, on both engines: one binary, a module for each thing.
//!
//! PostgreSQL is named by `TEST_POSTGRES_URL`; `end2end/postgres.sh run cargo test -p server` brings one along.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

mod aliyun;
mod answers;
mod backup;
mod bucket;
mod changes;
mod cities;
mod desk;
mod exports;
mod hostile;
mod life;
mod operation;
mod operations;
mod pictures;
mod privacy;
mod rights;
mod scopes;
mod support;

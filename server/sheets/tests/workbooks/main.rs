//! Workbooks as they come: saved by a spreadsheet program, broken, hostile; and as we write them. One binary, a module
//! for each thing.
//!
//! The files under `tests/fixtures` were saved by LibreOffice; `make.mjs` beside them makes them anew. `soffice` is
//! needed for one test only, which is skipped without it except under CI.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

mod bombs;
mod broken;
mod cells;
mod clerks;
mod headers;
mod ledgers;
mod programs;
mod random;
mod support;
mod templates;
mod written;

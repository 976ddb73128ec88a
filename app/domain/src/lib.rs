//! The types and rules of gas-safety inspection.
//!
//! Everything here is pure: no IO, no clock, no randomness. Time and ids come in as parameters, so the same code
//! decides on the phone (wasm32) and on the server. Input is parsed once, at the edge, into these types; after that
//! the types are trusted.
//!
//! What the words mean: `ARCHITECTURE.md` (crate map) and the vocabulary it names.
#![warn(missing_docs)]

pub mod action;
pub mod audit;
pub mod changes;
pub mod checklist;
pub mod code;
pub mod credit_code;
pub mod enterprise;
pub mod fold;
pub mod geo;
pub mod hazard;
pub mod id;
pub mod import;
pub mod inspection;
pub mod job;
pub mod ledger;
pub mod login;
pub mod operation;
pub mod page;
pub mod person;
pub mod photo;
pub mod problem;
pub mod region;
pub mod search;
pub mod space;
pub mod statistics;
pub mod time;

pub use problem::Problem;

//! Use cases. Each takes a [`Permit`], asks `domain`, calls `store`, leaves an audit row.
//!
//! # Adding an action
//! 1. A line in `domain::action` names it and says who may do it.
//! 2. A line in [`actions`] makes it a type.
//! 3. A function here takes `Permit<ThatAction>`; a write ends with [`Permit::commit`], which writes the audit row.
//! 4. A server function in `app::api` calls it in three lines; the walk over all endpoints sees it.
#![warn(missing_docs)]

pub mod actions;
pub mod audit;
mod bucket;
pub mod changes;
pub mod checklists;
mod copies;
pub mod dictionary;
pub mod enterprises;
pub mod hazards;
pub mod imports;
pub mod inspections;
pub mod jobs;
pub mod ledger;
pub mod login;
pub mod operations;
pub mod people;
mod permit;
pub mod photos;
mod pinyin;
pub mod seed;
pub mod sessions;
pub mod sms;
pub mod space;
pub mod statistics;

pub use actions::{Action, Work};
pub use permit::{Clock, Config, Gate, Permit, Upload, is_full, settled};

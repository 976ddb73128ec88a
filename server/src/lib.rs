//! The server: command line, router, photos, workbooks, metrics. It decides nothing about data: every route takes a
//! permit from [`services::Gate`] and calls one service.
//!
//! # Adding a plain route
//! Most new things are server functions and need nothing here. What streams (photos, workbooks) gets a handler in the
//! file of its thing and a line in [`router::plain_routes`]; the walk over all routes in `tests/rights.rs` must learn it.

mod answer;
mod backup;
mod body;
mod changes;
pub mod cli;
pub mod commands;
mod connections;
mod doctor;
mod functions;
mod guard;
mod health;
pub mod jobs;
pub mod metrics;
mod observe;
mod operations;
pub mod photos;
pub mod router;
mod share;
mod site;
pub mod sms;
mod tls;
mod workbooks;

pub use commands::run;

//! The rules of the domain, one module of tests for each module of the crate: tables for what is decided case by case,
//! properties for what holds always. One test binary, so that it links once.

mod action;
mod checklist;
mod code;
mod credit_code;
mod enterprise;
mod fold;
mod geo;
mod hazard;
mod inspection;
mod ledger;
mod life;
mod login;
mod operation;
mod person;
mod photo;
mod problem;
mod region;
mod samples;
mod search;
mod statistics;
mod time;

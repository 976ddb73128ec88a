//! The phone's own rules, without a browser: what a draft lacks, what it hands in, and how that gets to the server.
//! Tables for what is decided case by case, properties for what holds always. One test binary, so that it links once.

mod drafts;
mod inspection;
mod operations;
mod parcel;
mod rectification;
mod samples;
mod savings;
mod search;

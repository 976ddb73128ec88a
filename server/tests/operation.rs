//! How the server runs: copies that race, headers on every answer, what browsers may keep, and how it ends.

mod copies;
mod headers;
mod health;
mod jobs;
mod program;
mod stalls;

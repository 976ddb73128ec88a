//! The Leptos app: screens for the phone and the desk, and the server functions that they call.
//!
//! Feature `csr` builds the screens for the browser; feature `ssr` builds only the server's side of [`api`]. Nothing is rendered on the server (see ARCHITECTURE.md, "A single-page app").
#![cfg_attr(
    feature = "csr",
    expect(clippy::needless_pass_by_value, reason = "a component owns its properties: so its macro hands them over")
)]

pub mod api;

#[cfg(feature = "csr")]
mod console;
#[cfg(feature = "csr")]
mod field;
#[cfg(feature = "csr")]
mod home;
#[cfg(feature = "csr")]
mod inspection;
#[cfg(feature = "csr")]
mod lazy;
#[cfg(feature = "csr")]
mod login;
pub mod offline;
#[cfg(feature = "csr")]
pub mod ui;

#[cfg(feature = "csr")]
pub use home::{App, preload};

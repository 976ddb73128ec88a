//! The Leptos app: screens for the phone and the desk, and the server functions that they call.
//!
//! Features `field` and `console` build the screens of a face for the browser, on `csr`, which both share; feature `ssr`
//! builds only the server's side of [`api`]. Nothing is rendered on the server (see ARCHITECTURE.md, "A single-page app").
pub mod api;

#[cfg(feature = "console")]
mod console;
#[cfg(feature = "csr")]
mod face;
#[cfg(feature = "field")]
mod field;
#[cfg(feature = "csr")]
mod home;
#[cfg(feature = "field")]
mod inspection;
#[cfg(feature = "csr")]
mod login;
pub mod offline;
#[cfg(feature = "csr")]
pub mod ui;

#[cfg(feature = "csr")]
pub use home::App;

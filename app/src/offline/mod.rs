//! Everything that a phone keeps and sends by itself, and all dealings with the device: disk, camera, position.
//!
//! The rules are pure and tested natively: [`draft`], [`inspection_draft`], [`rectification_draft`], [`operation`].
//! The rest acts on them in the browser.

pub mod draft;
pub mod inspection_draft;
pub mod operation;
pub mod rectification_draft;

#[cfg(feature = "csr")]
pub mod autosave;
#[cfg(feature = "csr")]
pub mod camera;
#[cfg(feature = "csr")]
pub mod copy;
#[cfg(feature = "csr")]
pub mod local;
#[cfg(feature = "csr")]
mod lock;
#[cfg(feature = "csr")]
pub mod outbox;
#[cfg(feature = "csr")]
pub mod photos;
#[cfg(feature = "csr")]
pub mod position;
#[cfg(feature = "csr")]
pub mod source;
#[cfg(feature = "csr")]
pub mod storage;

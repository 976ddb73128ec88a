//! Everything that a phone keeps and sends by itself, and all dealings with the device: disk, camera, position.
//!
//! The rules are pure and tested natively: the drafts, [`operation`]. The rest acts on them in the browser.

pub mod addition_draft;
pub mod draft;
pub mod enterprise_draft;
pub mod inspection_draft;
pub mod operation;
pub mod parcel;
pub mod rectification_draft;
pub mod savings;
pub mod search;

#[cfg(feature = "csr")]
pub mod carry;
#[cfg(feature = "csr")]
mod wire;

#[cfg(feature = "csr")]
pub mod autosave;
#[cfg(feature = "csr")]
pub mod camera;
#[cfg(feature = "csr")]
pub mod clock;
#[cfg(feature = "csr")]
pub mod copy;
#[cfg(feature = "csr")]
pub mod drafts;
#[cfg(feature = "csr")]
pub mod export;
#[cfg(feature = "csr")]
pub mod local;
#[cfg(feature = "csr")]
pub mod lock;
#[cfg(feature = "csr")]
pub mod outbox;
#[cfg(feature = "csr")]
pub mod photos;
#[cfg(feature = "csr")]
pub mod position;
#[cfg(feature = "csr")]
pub mod register;
#[cfg(feature = "csr")]
pub mod source;
#[cfg(feature = "csr")]
pub mod storage;

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
pub mod search;

#[cfg(feature = "csr")]
pub mod carry;
#[cfg(feature = "csr")]
mod wire;

#[cfg(feature = "field")]
pub mod autosave;
#[cfg(feature = "field")]
pub mod camera;
#[cfg(feature = "field")]
pub mod copy;
#[cfg(feature = "field")]
pub mod drafts;
#[cfg(feature = "field")]
pub mod export;
#[cfg(feature = "field")]
pub mod local;
#[cfg(feature = "field")]
pub mod lock;
#[cfg(feature = "field")]
pub mod outbox;
#[cfg(feature = "field")]
pub mod photos;
#[cfg(feature = "field")]
pub mod position;
#[cfg(feature = "field")]
pub mod register;
#[cfg(feature = "field")]
pub mod source;
#[cfg(feature = "field")]
pub mod storage;

//! Everything that a phone keeps and sends by itself, and all dealings with the device: disk, camera, position.
//!
//! The rules are pure and tested natively: [`draft`], [`inspection_draft`], [`rectification_draft`], [`operation`].
//! The rest acts on them in the browser.

pub mod draft;
pub mod inspection_draft;
pub mod operation;
pub mod rectification_draft;

#[cfg(feature = "field")]
pub mod autosave;
#[cfg(feature = "field")]
pub mod camera;
#[cfg(feature = "field")]
pub mod copy;
#[cfg(feature = "field")]
pub mod local;
#[cfg(feature = "field")]
mod lock;
#[cfg(feature = "field")]
pub mod outbox;
#[cfg(feature = "field")]
pub mod photos;
#[cfg(feature = "field")]
pub mod position;
#[cfg(feature = "field")]
pub mod source;
#[cfg(feature = "field")]
pub mod storage;

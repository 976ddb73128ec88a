//! What changed since a phone last asked: its copies are refreshed by difference.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Changes of one kind in the caller's scope, a page of them. Rows may come again: they are the same rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes<T> {
    /// Rows that are new or changed.
    pub rows: Vec<T>,
    /// Ids of rows that are no longer there.
    #[serde(default)]
    pub removed: Vec<Uuid>,
    /// Hand this back for what follows, be it the next page or what will have changed.
    pub next: String,
    /// Whether more is waiting already.
    #[serde(default)]
    pub has_more: bool,
    /// How many rows there are in the scope in all: a phone that holds fewer at the end is incomplete.
    #[serde(default)]
    pub total: i64,
}

/// The most rows of a page of changes.
pub const MOST_CHANGES: u32 = 2_000;

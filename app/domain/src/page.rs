//! Pages of a list, by key (never by offset).

use serde::{Deserialize, Serialize};

/// A page of a list and where the next begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most as many as were asked for, in the order of the list.
    pub rows: Vec<T>,
    /// Hand this back for the rows that follow; `None` at the end.
    pub next: Option<Cursor>,
}

/// Where a page begins: opaque to everyone but the list that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Rows of a console page.
pub const PAGE_ROWS: u32 = 50;

//! Work done in the field is filed as it came: judged by the time of the visit, held where only a human can decide, and
//! never lost.

mod bounds;
mod carried;
mod elsewhere;
mod held;
mod later_edits;
mod wire;

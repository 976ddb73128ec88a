//! Templates that users fill in. Built from the columns that reading looks for, so the two cannot drift apart.

mod enterprises;
mod people;
mod sheet;

pub use enterprises::enterprise_template;
pub use people::people_template;

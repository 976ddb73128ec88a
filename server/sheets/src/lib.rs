//! Workbooks in and out: templates, imports, ledgers. Knows no database and no network, and never waits for anything
//! but the file that it is given.
//!
//! - In: [`read_people`] and [`read_enterprises`] stream the lines of an uploaded workbook, as text. What a value means
//!   is for `domain` to say; whether the file is a workbook at all, and not a trap, is decided here.
//! - Out: [`people_template`] and [`enterprise_template`] are what users fill in; [`HazardSheet`], [`EnterpriseSheet`]
//!   and [`errors_workbook`] are what they take away, written row by row in constant memory.
#![warn(missing_docs)]

mod cell;
mod choice;
mod error;
mod export;
mod import;
mod measure;
mod ods;
mod package;
mod read;
mod rows;
mod template;
mod xlsx;
mod xml;

pub use error::WorkbookError;
pub use export::{EnterpriseSheet, HazardSheet, RegionNames, WriteError, errors_workbook};
pub use import::{EnterpriseLine, PersonLine, read_enterprises, read_people};
pub use read::{Column, MOST_ROWS, Row, read};
pub use template::{enterprise_template, people_template};

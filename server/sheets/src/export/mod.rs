//! Workbooks that users take away: the hazard ledger, the enterprise register, an import's errors.

mod archive;
mod enterprises;
mod errors;
mod hazards;
mod layout;
mod table;

pub use enterprises::EnterpriseSheet;
pub use errors::errors_workbook;
pub use hazards::HazardSheet;

pub(crate) use layout::header_format;

use domain::region::RegionCode;
use std::collections::HashMap;

/// A workbook that could not be written: the disk, or a limit of the format.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written")]
pub struct WriteError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl From<rust_xlsxwriter::XlsxError> for WriteError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self(error.into())
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        Self(error.into())
    }
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// The names of the regions that a ledger may hold, of all levels.
pub type RegionNames = HashMap<RegionCode, String>;

/// The names of a region's province, prefecture and county; blank where it is none, or unknown.
fn place_names(names: &RegionNames, region: RegionCode) -> [&str; 3] {
    let mut place = [""; 3];
    for code in std::iter::successors(Some(region), |code| code.parent()) {
        if let Some(slot) = (code.level() as usize).checked_sub(1) {
            place[slot] = names.get(&code).map_or("", String::as_str);
        }
    }
    place
}

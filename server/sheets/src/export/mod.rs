//! Workbooks that users take away: the hazard ledger, the enterprise register, an import's errors.

mod enterprises;
mod errors;
mod hazards;
mod table;

pub use enterprises::EnterpriseSheet;
pub use errors::errors_workbook;
pub use hazards::HazardSheet;

pub(crate) use table::header_format;

use domain::region::RegionCode;
use std::collections::HashMap;

/// A workbook that could not be written: the disk, or a limit of the format.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written")]
pub struct WriteError(#[from] pub(crate) rust_xlsxwriter::XlsxError);

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

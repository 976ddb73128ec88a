//! Which of a workbook's sheets is meant.

use crate::{WorkbookError, error::shown};
use domain::fold::squeeze;

/// So many sheets are looked into; a workbook of more holds no list that could be told from the others.
pub(crate) const MOST_SHEETS: usize = 100;

/// Whether a sheet's name is the one that the template gives it.
pub(crate) fn is_preferred(name: &str, preferred: &str) -> bool {
    squeeze(name) == squeeze(preferred)
}

/// The only sheet that can be read, by what looking into each of them gave. When none can, the error is of the sheet
/// that came nearest.
pub(crate) fn the_only(sheets: Vec<(String, Result<(), WorkbookError>)>) -> Result<String, WorkbookError> {
    let mut readable = Vec::new();
    let mut nearest: Option<WorkbookError> = None;
    for (name, outcome) in sheets {
        match outcome {
            Ok(()) => readable.push(name),
            Err(error) => {
                if nearest.as_ref().is_none_or(|nearest| distance(&error) < distance(nearest)) {
                    nearest = Some(error);
                }
            }
        }
    }
    match readable.len() {
        0 => Err(nearest.unwrap_or_else(|| WorkbookError::damaged("no visible sheet"))),
        1 => Ok(readable.remove(0)),
        _ => Err(WorkbookError::SeveralSheets { sheets: readable.iter().take(5).map(|name| shown(name)).collect() }),
    }
}

/// How far a sheet is from being read.
fn distance(error: &WorkbookError) -> usize {
    match error {
        WorkbookError::NoRows { .. } | WorkbookError::RepeatedColumn { .. } | WorkbookError::FailedFormula { .. } => 0,
        WorkbookError::MissingColumns { columns, .. } => columns.len(),
        _ => usize::MAX,
    }
}

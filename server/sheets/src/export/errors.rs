//! 下载错误明细: every reason why a row of an import is not taken.

use super::{
    WriteError,
    table::{Cell, Show, Spec, Table},
};
use domain::import::{RowError, RowFault};
use std::io::Write;

const COLUMNS: [Spec; 5] = [
    Spec("行号", 8.0, Show::Number),
    Spec("列", 20.0, Show::Text),
    Spec("填写内容", 32.0, Show::Text),
    Spec("校验结果", 10.0, Show::Text),
    Spec("原因", 72.0, Show::Text),
];

/// Writes all reasons, in their order. The caption names the file that was checked.
///
/// # Errors
/// When the workbook or the writer fails.
pub fn errors_workbook(
    caption: &str,
    errors: impl IntoIterator<Item = RowError>,
    writer: &mut (impl Write + Send),
) -> Result<(), WriteError> {
    let mut table = Table::new("错误明细", caption, &COLUMNS)?;
    for error in errors {
        table.push([
            Cell::Number(f64::from(error.row)),
            Cell::Owned(error.column),
            Cell::Owned(error.value),
            Cell::Text(match error.fault {
                RowFault::Repeat => "重复",
                RowFault::Error => "错误",
            }),
            Cell::Owned(error.reason),
        ])?;
    }
    table.finish(writer)
}

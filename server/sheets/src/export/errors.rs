//! 下载错误明细: every reason why a row of an import is not taken.

use super::{
    WriteError,
    table::{Cell, Show, Spec, Table},
};
use domain::import::{RowError, RowFault};
use std::io::{Seek, Write};

const COLUMNS: [Spec; 5] = [
    Spec("行号", 8.0, Show::Number),
    Spec("列", 20.0, Show::Text),
    Spec("填写内容", 32.0, Show::Text),
    Spec("校验结果", 10.0, Show::Text),
    Spec("原因", 72.0, Show::Text),
];

/// Writes all reasons, in their order, and gives back what they were written to. The caption names the file that was checked.
///
/// # Errors
/// When the workbook or the writer fails.
pub fn errors_workbook<W: Write + Seek>(
    writer: W,
    caption: &str,
    errors: impl IntoIterator<Item = RowError>,
) -> Result<W, WriteError> {
    let mut table = Table::new(writer, "错误明细", caption, &COLUMNS)?;
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
    table.finish()
}

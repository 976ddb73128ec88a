//! Imports: every row is checked and every reason is listed before anything is written (Q11, Q20, Q35).

use crate::{id::ImportId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// What a workbook holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// 用户岗位导入填写模板
    People,
    /// 企业信息收集表
    Enterprises,
}

impl ImportKind {
    /// `people` or `enterprises`, as in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Enterprises => "enterprises",
        }
    }

    /// The template's file name.
    pub fn template_name(self) -> &'static str {
        match self {
            Self::People => "用户岗位导入填写模板.xlsx",
            Self::Enterprises => "企业信息收集表.xlsx",
        }
    }
}

/// Why a row is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// 重复: there already, in the file or in the ledger.
    Repeat,
    /// 错误: something in it is wrong.
    Error,
}

/// One reason why one row is not taken: row, column, value and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The row's number as the spreadsheet program shows it.
    pub row: u32,
    /// The column's name.
    pub column: String,
    /// The value as it stood there; a phone number is masked.
    pub value: String,
    /// What is wrong and what would be right.
    pub reason: String,
    /// Repeat or error.
    pub fault: RowFault,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Checked, nothing written.
    Checked,
    /// All good rows written.
    Written,
}

/// The most row errors that a [`ImportReport`] carries; the workbook of errors has them all.
pub const SHOWN_ERRORS: usize = 200;

/// 校验结果, and after 确认导入 what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Under which the checked workbook waits for 确认导入.
    pub id: ImportId,
    /// People or enterprises.
    pub kind: ImportKind,
    /// The file's name.
    pub file_name: String,
    /// When it was handed in.
    pub at: Timestamp,
    /// Checked or written.
    pub state: ImportState,
    /// Rows with content.
    pub rows: i64,
    /// 可导入: rows that can be written, or were.
    pub good: i64,
    /// 重复: rows that are there already.
    pub repeated: i64,
    /// 错误: rows with something wrong.
    pub wrong: i64,
    /// The first [`SHOWN_ERRORS`] reasons.
    pub errors: Vec<RowError>,
    /// The first good rows as they will be written (Q13, Q37), by column.
    pub preview: Vec<Vec<String>>,
    /// The names of the preview's columns.
    pub preview_columns: Vec<String>,
}

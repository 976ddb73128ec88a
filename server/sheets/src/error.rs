//! Why a workbook cannot be read, in words that say what is wrong and what to do.

use crate::read::MOST_ROWS;
use domain::Problem;
use std::io;

/// Why a workbook cannot be read. The text (`Display`) is for whoever handed it in.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// Not a single byte.
    #[error("文件是空的（0 字节），请重新保存后再上传")]
    Empty,
    /// Some other kind of file, whatever it is named.
    #[error("这不是电子表格文件。请下载模板，用 Excel 或 WPS 表格填写，保存为 .xlsx 后上传（只改扩展名无效）")]
    NotWorkbook,
    /// A spreadsheet, but of a kind that is not read, such as .xls.
    #[error("不支持 .xls 等旧格式，请用 Excel 或 WPS 表格打开后另存为 .xlsx，再上传")]
    OldFormat,
    /// Needs a password to open.
    #[error("文件设有打开密码，请取消密码保护后重新上传")]
    Encrypted,
    /// Broken, or not whole.
    #[error("文件已损坏或没有上传完整，请用 Excel 或 WPS 表格打开检查，另存为新的 .xlsx 后重新上传")]
    Damaged {
        /// What the parser met; for the log, not for the screen.
        detail: String,
    },
    /// Unpacked, it would be larger than any table for import can be.
    #[error("文件展开后过大，不像正常填写的表格。请把数据复制到新下载的模板中另存，或分成几个文件，再上传")]
    TooLarge,
    /// More rows than are taken at once.
    #[error("数据超过 {MOST_ROWS} 行，请分成几个文件上传")]
    TooManyRows,
    /// No header row with the required columns in the first rows.
    #[error("工作表“{sheet}”缺少列：{}。表头须在前 10 行内，请使用系统下载的模板填写", columns.join("、"))]
    MissingColumns {
        /// The sheet that came nearest.
        sheet: String,
        /// The columns that were not found.
        columns: Vec<&'static str>,
    },
    /// A column stands twice in the header, so which one counts is a guess.
    #[error("工作表“{sheet}”中列“{column}”出现了两次，请删去多余的一列后重新上传")]
    RepeatedColumn {
        /// The sheet's name in the workbook.
        sheet: String,
        /// The column's title in the template.
        column: &'static str,
    },
    /// No sheet has the template's name, and several have its columns and rows, so which one is meant is a guess.
    #[error("工作表{}中都有数据，不知以哪个为准。请合并到一个工作表，或分成几个文件，再上传", quoted(sheets))]
    SeveralSheets {
        /// The names of those that could be meant.
        sheets: Vec<String>,
    },
    /// A formula failed in a way that is not known.
    #[error("工作表“{sheet}”第 {row} 行附近有公式出错（{value}），没有得到结果，请改为直接填写内容后重新上传")]
    FailedFormula {
        /// The sheet's name in the workbook.
        sheet: String,
        /// The row's number, or that of the row before.
        row: u32,
        /// What stands there.
        value: String,
    },
    /// Header, but nothing below it.
    #[error("工作表“{sheet}”的表头下面没有数据，请填写后重新上传")]
    NoRows {
        /// The sheet's name in the workbook.
        sheet: String,
    },
    /// The file itself could not be read from disk.
    #[error("读取上传的文件失败，请重新上传")]
    Io(#[from] io::Error),
}

impl WorkbookError {
    pub(crate) fn damaged(cause: impl std::fmt::Display) -> Self {
        Self::Damaged { detail: cause.to_string() }
    }
}

/// A sheet's name as far as it is shown; a program allows 31 characters, a file any number.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(31).collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().concat()
}

impl From<WorkbookError> for Problem {
    fn from(error: WorkbookError) -> Self {
        Self::BadWorkbook { message: error.to_string() }
    }
}

//! Reading: from an uploaded file to rows of text under the wanted columns.

use crate::{WorkbookError, cell::CellText, ods, package, rows::Rows};
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use domain::{fold::squeeze, import::RowError};
use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Most rows with content that are taken from one workbook.
pub const MOST_ROWS: usize = 200_000;

/// A wanted column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the header, which is found however it is spaced, starred or remarked upon.
    pub name: &'static str,
    /// Other names that people give it.
    pub aliases: &'static [&'static str],
    /// Whether a workbook without it is refused.
    pub is_required: bool,
}

/// A row with content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number as the spreadsheet program shows it.
    pub number: u32,
    /// The cells as typed, in the order of the wanted columns; a column that is not there is blank.
    pub cells: Vec<String>,
    /// Cells that hold no usable value: failed formulas, texts beyond any field's length. Blank in `cells`.
    pub errors: Vec<RowError>,
}

/// Streams the rows with content of one sheet: the one named `sheet`, or else the first visible one whose header has
/// the required columns. The header is looked for in the first ten rows.
///
/// `each` may end the reading early. When an error is returned, rows may have been handed out already.
///
/// # Errors
/// When the file is no workbook, may not be opened, is too large, or has no such columns or no rows.
pub fn read(
    path: &Path,
    sheet: &str,
    columns: &[Column],
    mut each: impl FnMut(Row) -> ControlFlow<()>,
) -> Result<(), WorkbookError> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let mut magic = Vec::new();
    File::open(path)?.take(8).read_to_end(&mut magic)?;
    if magic.is_empty() {
        Err(WorkbookError::Empty)
    } else if magic.starts_with(ZIP) {
        match package::open(path)? {
            (package::Kind::Xlsx, zip) => read_xlsx(zip.into_inner(), sheet, columns, &mut each),
            (package::Kind::Ods, zip) => ods::read(zip, sheet, columns, &mut each),
        }
    } else if magic.starts_with(OLE) {
        // A password puts an .xlsx into the container of the old formats. Those are not read: calamine makes room for
        // whatever area and repetition an .xls declares.
        match guarded(|| Ok(Xlsx::new(BufReader::new(File::open(path)?)))) {
            Ok(Err(XlsxError::Password)) => Err(WorkbookError::Encrypted),
            _ => Err(WorkbookError::OldFormat),
        }
    } else {
        Err(WorkbookError::NotWorkbook)
    }
}

/// What takes the rows.
pub(crate) type Each<'a> = dyn FnMut(Row) -> ControlFlow<()> + 'a;

fn read_xlsx(
    mut input: BufReader<File>,
    preferred: &str,
    columns: &[Column],
    each: &mut Each<'_>,
) -> Result<(), WorkbookError> {
    input.rewind()?;
    let mut book = guarded(|| Xlsx::new(input).map_err(WorkbookError::damaged))?;
    let sheets = book.sheets_metadata().iter();
    let tables = sheets.filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet);
    let names = tables.map(|s| s.name.clone()).collect();
    in_turn(preferred, names, |name| {
        let mut rows = Rows::new(name, columns, each);
        #[expect(deprecated, reason = "the named replacement reads the sheet's index first and is the same otherwise")]
        let merged = guarded(|| book.worksheet_merge_cells(name).transpose().map_err(WorkbookError::damaged))?;
        rows.merge(merged.unwrap_or_default());
        let mut cells = guarded(|| book.worksheet_cells_reader(name).map_err(WorkbookError::damaged))?;
        while let Some(cell) = guarded(|| cells.next_cell().map_err(WorkbookError::damaged))? {
            let (row, column) = cell.get_position();
            if matches!(cell.get_value(), DataRef::Empty) {
                continue;
            }
            if rows.cell(row, column, || CellText::from(cell.get_value().clone()))?.is_break() {
                return Ok(());
            }
        }
        rows.finish()
    })
}

/// Reads the preferred sheet where there is one, and otherwise the first that has the columns. When none has, the error
/// is of the sheet that came nearest.
pub(crate) fn in_turn(
    preferred: &str,
    names: Vec<String>,
    mut read: impl FnMut(&str) -> Result<(), WorkbookError>,
) -> Result<(), WorkbookError> {
    if let Some(name) = names.iter().find(|name| squeeze(name) == squeeze(preferred)) {
        return read(name);
    }
    let mut nearest: Option<(String, Vec<&'static str>)> = None;
    for name in &names {
        match read(name) {
            Err(WorkbookError::MissingColumns { sheet, columns }) => {
                if nearest.as_ref().is_none_or(|(_, least)| columns.len() < least.len()) {
                    nearest = Some((sheet, columns));
                }
            }
            outcome => return outcome,
        }
    }
    let (sheet, columns) = nearest.ok_or_else(|| WorkbookError::damaged("no visible sheet"))?;
    Err(WorkbookError::MissingColumns { sheet, columns })
}

/// Runs a parser on a file from outside: where it indexes or adds what a damaged file says and panics, the file is
/// damaged, and nothing else is.
fn guarded<T>(parse: impl FnOnce() -> Result<T, WorkbookError>) -> Result<T, WorkbookError> {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| Err(WorkbookError::damaged("the parser panicked")))
}

//! Reading: from an uploaded file to rows of text under the wanted columns.

use crate::{WorkbookError, ods, package, xlsx};
use domain::import::RowError;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    ops::ControlFlow,
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
    /// Cells that hold no usable value: failed formulas, numbers that lost digits, texts beyond any field's length.
    /// Blank in `cells`.
    pub errors: Vec<RowError>,
}

/// Streams the rows with content of one sheet: the one named `sheet`, or else the only visible one with the required
/// columns and rows. The header is looked for in the first ten rows.
///
/// `each` may end the reading early. When an error is returned, rows may have been handed out already.
///
/// # Errors
/// When the file is no workbook, may not be opened, is too large, has no such columns or no rows, or has several such
/// sheets.
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
            (package::Kind::Xlsx { has_merged }, zip) => {
                xlsx::read(zip.into_inner(), has_merged, sheet, columns, &mut each)
            }
            (package::Kind::Ods, zip) => ods::read(zip, sheet, columns, &mut each),
        }
    } else if magic.starts_with(OLE) {
        // The old formats are not read: calamine makes room for whatever area and repetition an .xls declares.
        let has_password = has_encrypted_package(File::open(path)?)?;
        Err(if has_password { WorkbookError::Encrypted } else { WorkbookError::OldFormat })
    } else {
        Err(WorkbookError::NotWorkbook)
    }
}

/// What takes the rows.
pub(crate) type Each<'a> = dyn FnMut(Row) -> ControlFlow<()> + 'a;

/// Whether a container of the old formats holds what a password makes of an .xlsx.
///
/// The entries of its directory are 128 bytes long, stand at multiples of that, and begin with a name in UTF-16. They
/// are looked for wherever they may stand, since what the container says of its own order cannot be relied upon.
fn has_encrypted_package(file: File) -> io::Result<bool> {
    let name: Vec<u8> = "EncryptedPackage\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut input = BufReader::new(file);
    let mut entry = [0; 128];
    loop {
        match input.read_exact(&mut entry) {
            Ok(()) if entry.starts_with(&name) => return Ok(true),
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

//! Zip packages (.xlsx, .ods), measured by their directory before anything is inflated: calamine trusts what a file
//! declares about itself.

use crate::{WorkbookError, measure::measure};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};
use zip::{ZipArchive, result::ZipError};

pub(crate) type Package = ZipArchive<BufReader<File>>;

pub(crate) enum Kind {
    /// May be read by calamine.
    Xlsx {
        /// Whether any sheet has merged areas.
        has_merged: bool,
    },
    Ods,
}

/// Parts of a package; a workbook with pictures on every sheet has some hundred.
const MOST_PARTS: usize = 2_000;
/// All parts, inflated. 200,000 rows of ten columns come to about half of it.
const MOST_BYTES: u64 = 400 << 20;
/// A part that inflates to more than this …
const LARGE_BYTES: u64 = 16 << 20;
/// … may be so many times larger than packed. Tables stay under 60.
const MOST_RATIO: u64 = 200;

/// Opens a package and finds what it is. The sizes in the directory can be relied upon from here on: `zip` stops
/// reading a part that turns out larger.
pub(crate) fn open(path: &Path) -> Result<(Kind, Package), WorkbookError> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(WorkbookError::damaged)?;
    if zip.len() > MOST_PARTS {
        return Err(WorkbookError::TooLarge);
    }
    let mut total_bytes = 0_u64;
    let (mut is_xml, mut is_binary, mut has_content) = (false, false, false);
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(WorkbookError::damaged)?;
        if part.encrypted() {
            return Err(WorkbookError::Encrypted);
        }
        let (size, packed) = (part.size(), part.compressed_size());
        total_bytes = total_bytes.saturating_add(size);
        if total_bytes > MOST_BYTES || size > LARGE_BYTES && size / packed.max(1) > MOST_RATIO {
            return Err(WorkbookError::TooLarge);
        }
        let name = part.name().map_err(WorkbookError::damaged)?.replace('\\', "/").to_lowercase();
        is_xml |= name.ends_with("workbook.xml");
        is_binary |= name.ends_with("workbook.bin");
        // What LibreOffice since 24.8 has in place of the content when there is a password.
        has_content |= name == "content.xml" || name == "encrypted-package";
    }
    if is_xml {
        let has_merged = measure(&mut zip)?;
        Ok((Kind::Xlsx { has_merged }, zip))
    } else if is_binary {
        Err(WorkbookError::OldFormat)
    } else if has_content && text(&mut zip, "mimetype")?.contains("opendocument.spreadsheet") {
        let has_password = text(&mut zip, "META-INF/manifest.xml")?.contains("encryption-data");
        if has_password { Err(WorkbookError::Encrypted) } else { Ok((Kind::Ods, zip)) }
    } else {
        Err(WorkbookError::NotWorkbook)
    }
}

/// The beginning of a part; blank where there is none.
fn text(zip: &mut Package, name: &str) -> Result<String, WorkbookError> {
    const MOST_BYTES: u64 = 64 << 10;
    let mut text = Vec::new();
    match zip.by_name(name) {
        Ok(part) => part.take(MOST_BYTES).read_to_end(&mut text).map_err(WorkbookError::damaged)?,
        Err(ZipError::FileNotFound) => 0,
        Err(error) => return Err(WorkbookError::damaged(error)),
    };
    Ok(String::from_utf8_lossy(&text).into_owned())
}

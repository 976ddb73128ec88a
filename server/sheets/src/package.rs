//! Zip packages (.xlsx, .ods), measured by their directory before anything is inflated: calamine trusts what a file
//! declares about itself.

use crate::WorkbookError;
use quick_xml::{Reader, events::Event};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};
use zip::{ZipArchive, result::ZipError};

pub(crate) type Package = ZipArchive<BufReader<File>>;

pub(crate) enum Kind {
    Xlsx,
    Ods,
}

/// Parts of a package; a workbook with pictures on every sheet has some hundred.
const MOST_PARTS: usize = 2_000;
/// All parts, inflated. 200,000 rows of ten columns come to about half of it.
const MOST_BYTES: u64 = 400 << 20;
/// The shared strings, inflated: they are held in memory.
const MOST_STRING_BYTES: u64 = 96 << 20;
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
    let (mut total_bytes, mut strings) = (0_u64, Vec::new());
    let (mut is_xlsx, mut is_xlsb, mut has_content) = (false, false, false);
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
        if name.ends_with("sharedstrings.xml") {
            strings.push((index, size));
        }
        is_xlsx |= name.ends_with("workbook.xml");
        is_xlsb |= name.ends_with("workbook.bin");
        has_content |= name == "content.xml";
    }
    if is_xlsx {
        for (index, size) in strings {
            let part = zip.by_index(index).map_err(WorkbookError::damaged)?;
            check_shared_strings(BufReader::new(part), size)?;
        }
        Ok((Kind::Xlsx, zip))
    } else if is_xlsb {
        Err(WorkbookError::OldFormat)
    } else if has_content && mimetype(&mut zip)?.contains("opendocument.spreadsheet") {
        Ok((Kind::Ods, zip))
    } else {
        Err(WorkbookError::NotWorkbook)
    }
}

fn mimetype(zip: &mut Package) -> Result<String, WorkbookError> {
    let mut text = String::new();
    match zip.by_name("mimetype") {
        Ok(part) => part.take(100).read_to_string(&mut text).map_err(WorkbookError::damaged)?,
        Err(ZipError::FileNotFound) => 0,
        Err(error) => return Err(WorkbookError::damaged(error)),
    };
    Ok(text)
}

/// calamine reserves room for as many strings as the part declares, so the declaration must be possible.
fn check_shared_strings(part: impl BufRead, size: u64) -> Result<(), WorkbookError> {
    const LEAST_STRING: u64 = "<si/>".len() as u64;
    if size > MOST_STRING_BYTES {
        return Err(WorkbookError::TooLarge);
    }
    let mut xml = Reader::from_reader(part);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(WorkbookError::damaged)? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "sst" => {
                let declared = tag.try_get_attribute("uniqueCount").map_err(WorkbookError::damaged)?;
                let declared = declared.map_or(0, |count| count.value.trim().parse().unwrap_or(u64::MAX));
                return if declared > size / LEAST_STRING {
                    Err(WorkbookError::damaged("more shared strings declared than fit"))
                } else {
                    Ok(())
                };
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

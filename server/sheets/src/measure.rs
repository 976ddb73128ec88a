//! What the parts of an .xlsx come to, measured before calamine reads them: strings, styles, sheets' names and merged
//! areas it holds as a whole, and it makes room for as many as the file declares.

use crate::{
    WorkbookError,
    package::Package,
    read::MOST_ROWS,
    xml::{Xml, attribute},
};
use quick_xml::events::Event;
use std::io::{BufRead, BufReader};

/// The shared strings, inflated.
const MOST_STRING_BYTES: u64 = 96 << 20;
/// As many different texts as rows that are taken have cells.
const MOST_STRINGS: u64 = 10 * MOST_ROWS as u64;
/// Any other part that is no sheet: none of them grows with the rows.
const MOST_OTHER_BYTES: u64 = 16 << 20;
/// Spreadsheet programs stop at 64,000 formats of cells; the elements within and around them.
const MOST_STYLE_ELEMENTS: u64 = 500_000;
/// Each format of a cell is given a copy of its font and its number format.
const MOST_STYLE_BYTES: u64 = 96 << 20;
/// Merged areas of one sheet: one for every row that is taken.
const MOST_MERGED: u64 = MOST_ROWS as u64;

/// Reads the sheets and what is held whole through once. Tells whether any sheet has merged areas.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "a plain name is in lower case")]
pub(crate) fn measure(zip: &mut Package) -> Result<bool, WorkbookError> {
    let mut has_merged = false;
    let (mut large, mut documents) = (Vec::new(), Vec::new());
    for index in 0..zip.len() {
        let part = zip.by_index(index).map_err(WorkbookError::damaged)?;
        let name = plain(&part.name().map_err(WorkbookError::damaged)?);
        let size = part.size();
        let xml = Xml::new(BufReader::new(part));
        if name.ends_with("sharedstrings.xml") {
            measure_strings(xml, size)?;
        } else if name.contains("sheet") && name.ends_with(".xml") {
            has_merged |= measure_sheet(xml)?;
        } else if size > MOST_OTHER_BYTES {
            return Err(WorkbookError::TooLarge);
        } else if name.ends_with("styles.xml") {
            measure_styles(xml)?;
        } else if name == "_rels/.rels" {
            documents = find_documents(xml)?;
        }
        if size > MOST_OTHER_BYTES {
            large.push(name);
        }
    }
    // calamine takes whatever this names for the list of sheets.
    if documents.iter().any(|document| large.contains(document)) {
        Err(WorkbookError::TooLarge)
    } else {
        Ok(has_merged)
    }
}

/// A part's name as calamine compares it.
fn plain(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

fn measure_strings(mut xml: Xml<impl BufRead>, size: u64) -> Result<(), WorkbookError> {
    const LEAST_STRING: u64 = "<si/>".len() as u64;
    if size > MOST_STRING_BYTES {
        return Err(WorkbookError::TooLarge);
    }
    let mut strings = 0;
    loop {
        match xml.event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "si" => strings += 1,
                "sst" => {
                    let declared = attribute(&tag, "uniqueCount")?;
                    let declared = declared.map_or(0, |count| count.trim().parse().unwrap_or(u64::MAX));
                    if declared > size / LEAST_STRING {
                        return Err(WorkbookError::damaged("more shared strings declared than fit"));
                    }
                    strings = strings.max(declared);
                }
                _ => {}
            },
            Event::Eof => return Ok(()),
            _ => {}
        }
        if strings > MOST_STRINGS {
            return Err(WorkbookError::TooLarge);
        }
    }
}

fn measure_sheet(mut xml: Xml<impl BufRead>) -> Result<bool, WorkbookError> {
    let mut merged = 0;
    loop {
        match xml.event()? {
            Event::Start(tag) if tag.local_name().as_ref() == "mergeCell" => merged += 1,
            Event::Eof => return Ok(merged > 0),
            _ => {}
        }
        if merged > MOST_MERGED {
            return Err(WorkbookError::TooLarge);
        }
    }
}

fn measure_styles(mut xml: Xml<impl BufRead>) -> Result<(), WorkbookError> {
    let (mut elements, mut formats, mut longest) = (0, 0, 0);
    loop {
        match xml.event()? {
            Event::Start(tag) => {
                elements += 1;
                formats += u64::from(tag.local_name().as_ref() == "xf");
                longest = longest.max(tag.len() as u64);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        if elements > MOST_STYLE_ELEMENTS || formats * 2 * longest > MOST_STYLE_BYTES {
            return Err(WorkbookError::TooLarge);
        }
    }
}

/// The parts that the package names as its document.
fn find_documents(mut xml: Xml<impl BufRead>) -> Result<Vec<String>, WorkbookError> {
    let mut documents = Vec::new();
    loop {
        match xml.event()? {
            Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                let target = attribute(&tag, "Target")?.unwrap_or_default();
                documents.push(plain(target.trim_start_matches('/')));
            }
            Event::Eof => return Ok(documents),
            _ => {}
        }
    }
}

//! A table of any length, written row by row: frozen header, filter, real dates, widths, in constant memory.
//!
//! Rows go through the compressor as they come, so that writing keeps up with reading and nothing but the packed
//! workbook touches the disk. `rust_xlsxwriter` alone would write all rows down first and pack them at the end, twice the
//! time of it all.

use super::{
    WriteError,
    layout::{Layout, Plan, sheet_part},
};
use domain::time::{Date, Timestamp};
use std::{
    borrow::Cow,
    io::{Seek, Write},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// How a column is shown.
#[derive(Clone, Copy)]
pub(super) enum Show {
    Text,
    Number,
    Money,
    Degrees,
    Date,
    DateTime,
}

/// A column: its title, its width in characters, and how its cells are shown.
pub(super) struct Spec(pub(super) &'static str, pub(super) f64, pub(super) Show);

/// What a row holds under a column.
pub(super) enum Cell<'a> {
    Blank,
    Text(&'a str),
    Owned(String),
    Number(f64),
    Date(Date),
    DateTime(Timestamp),
}

/// Rows that a sheet holds.
const SHEET_ROWS: u32 = 1_048_576;
/// Bytes of a sheet, unpacked: past 4 GiB, old readers of the zip format are lost.
const SHEET_BYTES: u64 = 3 << 30;
/// Characters that a cell holds, as the format counts them.
const CELL_CHARS: usize = 32_767;
/// Bytes of rows that are compressed at once.
const CHUNK_BYTES: usize = 128 << 10;
/// The parts that are the same whatever sheets there are. They come first, by which programs know what the file is.
const FIRST_PARTS: [&str; 3] = ["_rels/.rels", "docProps/core.xml", "xl/styles.xml"];

/// A table on its way to a file.
pub(super) struct Table<W: Write + Seek> {
    plan: Plan,
    zip: ZipWriter<W>,
    columns: Vec<ColumnXml>,
    /// Rows that wait to be compressed.
    xml: Vec<u8>,
    /// The last row of each sheet so far, counted from 0.
    last_rows: Vec<u32>,
    /// Bytes of the sheet that were compressed.
    sheet_bytes: u64,
    /// Rows that a sheet takes, with its header.
    most_rows: u32,
    most_bytes: u64,
    rows: u64,
}

/// What is the same in all cells of a column.
struct ColumnXml {
    /// `<c r="A`
    reference: String,
    /// `" s="3"`
    style: String,
}

impl<W: Write + Seek> Table<W> {
    /// A table on sheets of that name. The caption, unless it is blank, stands above the header.
    pub(super) fn new(
        writer: W,
        name: &'static str,
        caption: &str,
        columns: &'static [Spec],
    ) -> Result<Self, WriteError> {
        let plan = Plan { name, caption: caption.to_owned(), columns };
        let mut table = Self {
            plan,
            zip: ZipWriter::new(writer),
            columns: Vec::new(),
            xml: Vec::with_capacity(CHUNK_BYTES * 2),
            last_rows: Vec::new(),
            sheet_bytes: 0,
            most_rows: SHEET_ROWS,
            most_bytes: SHEET_BYTES,
            rows: 0,
        };
        let mut layout = table.add_sheet()?;
        layout.copy(|part| FIRST_PARTS.contains(&part), &mut table.zip)?;
        table.begin_sheet(&mut layout)?;
        Ok(table)
    }

    /// The number of the row to come, from 1, whatever sheet it falls on.
    pub(super) fn next_number(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a workbook of 2^53 rows does not exist")]
        let number = (self.rows + 1) as f64;
        number
    }

    pub(super) fn push<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), WriteError> {
        if self.last_row() + 1 == self.most_rows || self.sheet_bytes >= self.most_bytes {
            self.end_sheet()?;
            let mut layout = self.add_sheet()?;
            self.begin_sheet(&mut layout)?;
        }
        let row = self.last_row() + 1;
        *self.last_rows.last_mut().expect("a table has a sheet") = row;
        self.rows += 1;
        // Rows of the format are counted from 1.
        let number = (row + 1).to_string();
        put(&mut self.xml, &["<row r=\"", &number, "\">"]);
        for (column, cell) in self.columns.iter().zip(cells) {
            match cell {
                Cell::Blank => {}
                Cell::Text(text) => column.put_text(&mut self.xml, &number, text),
                Cell::Owned(text) => column.put_text(&mut self.xml, &number, &text),
                Cell::Number(value) => column.put_number(&mut self.xml, &number, value),
                Cell::Date(date) => column.put_number(&mut self.xml, &number, day_number(date)),
                Cell::DateTime(at) => {
                    let of_day = f64::from(at.second_of_day()) / 86_400.0;
                    column.put_number(&mut self.xml, &number, day_number(at.date()) + of_day);
                }
            }
        }
        put(&mut self.xml, &["</row>"]);
        if self.xml.len() >= CHUNK_BYTES { self.compress() } else { Ok(()) }
    }

    /// Ends the workbook, and gives back what it was written to.
    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.end_sheet()?;
        let is_rest = |part: &str| !FIRST_PARTS.contains(&part) && !part.starts_with("xl/worksheets/sheet");
        self.plan.lay_out(&self.last_rows)?.copy(is_rest, &mut self.zip)?;
        Ok(self.zip.finish()?)
    }

    /// The last row of the sheet that is being written, counted from 0.
    fn last_row(&self) -> u32 {
        *self.last_rows.last().expect("a table has a sheet")
    }

    /// Adds a sheet of a header to those that are laid out.
    fn add_sheet(&mut self) -> Result<Layout, WriteError> {
        self.last_rows.push(self.plan.header_row());
        self.plan.lay_out(&self.last_rows)
    }

    fn begin_sheet(&mut self, layout: &mut Layout) -> Result<(), WriteError> {
        let number = self.last_rows.len();
        let frame = layout.frame(number)?;
        self.columns = (0..).zip(frame.styles).map(|(column, style)| ColumnXml::new(column, style)).collect();
        self.sheet_bytes = 0;
        // Level 1 takes half the time of the default and a quarter more bytes.
        let options = SimpleFileOptions::default().compression_level(Some(1));
        self.zip.start_file(sheet_part(number), options)?;
        self.xml.extend_from_slice(frame.head.as_bytes());
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        let frame = self.plan.lay_out(&self.last_rows)?.frame(self.last_rows.len())?;
        self.xml.extend_from_slice(frame.tail.as_bytes());
        self.compress()
    }

    fn compress(&mut self) -> Result<(), WriteError> {
        self.zip.write_all(&self.xml)?;
        self.sheet_bytes += self.xml.len() as u64;
        self.xml.clear();
        Ok(())
    }
}

impl ColumnXml {
    fn new(column: u16, style: u32) -> Self {
        let name = rust_xlsxwriter::utility::column_number_to_name(column);
        Self { reference: format!("<c r=\"{name}"), style: format!("\" s=\"{style}\"") }
    }

    /// Always a string, also when it begins with = + - or @: never a formula.
    fn put_text(&self, xml: &mut Vec<u8>, row: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = shortened(text);
        let is_padded = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
        let begin = if is_padded { "<is><t xml:space=\"preserve\">" } else { "<is><t>" };
        put(xml, &[&self.reference, row, &self.style, " t=\"inlineStr\">", begin]);
        put_escaped(xml, text);
        put(xml, &["</t></is></c>"]);
    }

    fn put_number(&self, xml: &mut Vec<u8>, row: &str, number: f64) {
        put(xml, &[&self.reference, row, &self.style, "><v>"]);
        write!(xml, "{number}</v></c>").expect("memory takes all");
    }
}

fn put(xml: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        xml.extend_from_slice(piece.as_bytes());
    }
}

/// A text as XML. What XML cannot hold stands as `_xHHHH_`, and what looks like that has its underscore escaped
/// (ECMA-376, `ST_Xstring`).
fn put_escaped(xml: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let (escaped, length) = match byte {
            b'&' => ("&amp;".into(), 1),
            b'<' => ("&lt;".into(), 1),
            b'>' => ("&gt;".into(), 1),
            b'\t' | b'\n' => continue,
            0..0x20 => (Cow::Owned(format!("_x{byte:04X}_")), 1),
            b'_' if is_escape(&bytes[at..]) => ("_x005F_".into(), 1),
            0xEF if text[at..].starts_with('\u{FFFE}') => ("_xFFFE_".into(), 3),
            0xEF if text[at..].starts_with('\u{FFFF}') => ("_xFFFF_".into(), 3),
            _ => continue,
        };
        xml.extend_from_slice(&bytes[written..at]);
        xml.extend_from_slice(escaped.as_bytes());
        written = at + length;
    }
    xml.extend_from_slice(&bytes[written..]);
}

/// Whether a text begins with `_xHHHH_`.
fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
}

/// As much of the text as a cell holds.
fn shortened(text: &str) -> &str {
    if text.len() <= CELL_CHARS {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > CELL_CHARS
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// Days as a spreadsheet counts them; its day 0 is 1899-12-30.
fn day_number(date: Date) -> f64 {
    const DAY_0: Date = Date::constant(1899, 12, 30);
    f64::from(domain::time::days_between(DAY_0, date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
    use std::io::Cursor;

    const COLUMNS: [Spec; 2] = [Spec("序号", 8.0, Show::Number), Spec("名称", 8.0, Show::Text)];

    /// The sheets of a table of so many rows, of which a sheet takes four, the caption and the header among them.
    fn sheets(rows: u32) -> Vec<(String, Vec<Vec<Data>>)> {
        let mut table = Table::new(Cursor::new(Vec::new()), "台账", "全省", &COLUMNS).unwrap();
        table.most_rows = 4;
        for _ in 0..rows {
            let number = table.next_number();
            table.push([Cell::Number(number), Cell::Owned(format!("第 {number} 行"))]).unwrap();
        }
        let mut book: Xlsx<_> = open_workbook_from_rs(table.finish().unwrap()).unwrap();
        let sheets = book.worksheets().into_iter();
        sheets.map(|(name, range)| (name, range.rows().map(<[Data]>::to_vec).collect())).collect()
    }

    #[test]
    fn a_full_sheet_is_followed_by_another_with_a_header_of_its_own() {
        let text = |text: &str| Data::String(text.to_owned());
        let row = |number: f64| vec![Data::Float(number), text(&format!("第 {number} 行"))];
        let head = [vec![text("全省"), Data::Empty], vec![text("序号"), text("名称")]];
        let sheet = |name: &str, rows: &[Vec<Data>]| (name.to_owned(), [&head, rows].concat());
        assert_eq!(sheets(2), [sheet("台账", &[row(1.0), row(2.0)])]);
        let first = sheet("台账", &[row(1.0), row(2.0)]);
        let second = sheet("台账2", &[row(3.0), row(4.0)]);
        assert_eq!(sheets(5), [first, second, sheet("台账3", &[row(5.0)])]);
    }

    #[test]
    fn a_sheet_too_large_for_old_readers_is_followed_by_another() {
        let mut table = Table::new(Cursor::new(Vec::new()), "台账", "", &COLUMNS).unwrap();
        table.most_bytes = 1;
        // Two such rows are more than a chunk.
        let text = "长".repeat(CELL_CHARS);
        for number in [1.0, 2.0, 3.0] {
            table.push([Cell::Number(number), Cell::Text(&text)]).unwrap();
        }
        assert_eq!(table.last_rows, [2, 1]);
    }

    #[test]
    fn only_the_first_sheet_is_selected_so_that_typing_in_one_does_not_write_to_both() {
        let mut table = Table::new(Cursor::new(Vec::new()), "台账", "", &COLUMNS).unwrap();
        table.most_rows = 2;
        for number in [1.0, 2.0] {
            table.push([Cell::Number(number)]).unwrap();
        }
        let mut zip = zip::ZipArchive::new(table.finish().unwrap()).unwrap();
        let mut is_selected = |number| {
            let part = std::io::read_to_string(zip.by_name(&sheet_part(number)).unwrap()).unwrap();
            part.contains("tabSelected=\"1\"")
        };
        assert_eq!([1, 2].map(&mut is_selected), [true, false]);
    }

    #[test]
    fn a_sheet_takes_as_many_rows_as_the_format_allows() {
        let table = Table::new(Cursor::new(Vec::new()), "台账", "", &COLUMNS).unwrap();
        assert_eq!(table.most_rows, 1_048_576);
    }
}

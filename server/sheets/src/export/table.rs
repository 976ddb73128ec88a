//! A table of any length, written row by row: frozen header, filter, real dates, widths, in constant memory.
//!
//! Rows go through the compressors as they come, so that writing keeps up with reading and nothing but the packed
//! workbook touches the disk. `rust_xlsxwriter` alone would write all rows down first and pack them at the end, twice the
//! time of it all.
//!
//! What few bytes can say is said in few: rows and cells stand where they stand without naming it (ECMA-376 part 1,
//! 18.3.1.4 and 18.3.1.73: `r` is optional), and what many rows say is a string that they share.

use super::{
    WriteError,
    archive::{Archive, BLOCK_BYTES},
    layout::{Layout, Plan, STRINGS_PART, sheet_part},
};
use domain::time::{Date, Timestamp};
use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Seek, Write},
};

/// How a column is shown.
#[derive(Clone, Copy)]
pub(super) enum Show {
    Text,
    /// Text that many rows have in common, such as a department.
    Shared,
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
/// Strings that cells share, and the bytes of all of them: the memory is the same however long the table is.
const MOST_SHARED: usize = 20_000;
const MOST_SHARED_BYTES: usize = 4 << 20;
/// The parts that are the same whatever sheets there are. They come first, by which programs know what the file is.
const FIRST_PARTS: [&str; 3] = ["_rels/.rels", "docProps/core.xml", "xl/styles.xml"];

/// A table on its way to a file.
pub(super) struct Table<W: Write + Seek> {
    plan: Plan,
    archive: Archive<W>,
    columns: Vec<ColumnXml>,
    shared: Shared,
    /// Rows that wait to be packed.
    xml: Vec<u8>,
    /// The last row of each sheet so far, counted from 0.
    last_rows: Vec<u32>,
    /// Bytes of the sheet that were handed on to be packed.
    sheet_bytes: u64,
    /// Rows that a sheet takes, with its header.
    most_rows: u32,
    most_bytes: u64,
    rows: u64,
}

/// What is the same in all cells of a column.
struct ColumnXml {
    /// What its cells begin with, such as `<c s="3"`.
    begin: String,
    is_shared: bool,
}

/// The strings that cells share, after those of the header.
#[derive(Default)]
struct Shared {
    /// How many strings header and caption have; the numbers of these follow.
    first: u32,
    numbers: HashMap<Box<str>, u32>,
    /// As XML, in the order of their numbers.
    xml: Vec<u8>,
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
            archive: Archive::new(writer),
            columns: Vec::new(),
            shared: Shared::default(),
            xml: new_block(),
            last_rows: Vec::new(),
            sheet_bytes: 0,
            most_rows: SHEET_ROWS,
            most_bytes: SHEET_BYTES,
            rows: 0,
        };
        let mut layout = table.add_sheet()?;
        layout.copy(|part| FIRST_PARTS.contains(&part), &mut table.archive)?;
        table.shared.first = layout.strings()?.1;
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
        put(&mut self.xml, &["<row>"]);
        let (xml, shared) = (&mut self.xml, &mut self.shared);
        let mut blanks = 0;
        for (column, cell) in self.columns.iter().zip(cells) {
            if cell.is_blank() {
                blanks += 1;
                continue;
            }
            // A cell stands after the one before it; only what follows must be moved on.
            put(xml, &["<c/>"].repeat(std::mem::take(&mut blanks)));
            match cell {
                Cell::Blank => {}
                Cell::Text(text) => column.put_text(xml, shared, text),
                Cell::Owned(text) => column.put_text(xml, shared, &text),
                Cell::Number(value) => column.put_number(xml, value),
                Cell::Date(date) => column.put_number(xml, day_number(date)),
                Cell::DateTime(at) => column.put_number(xml, day_number(at.date()) + part_of_day(at)),
            }
        }
        put(&mut self.xml, &["</row>"]);
        if self.xml.len() >= BLOCK_BYTES { self.pack() } else { Ok(()) }
    }

    /// Ends the workbook, and gives back what it was written to.
    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.end_sheet()?;
        let is_rest = |part: &str| {
            !FIRST_PARTS.contains(&part) && part != STRINGS_PART && !part.starts_with("xl/worksheets/sheet")
        };
        let mut layout = self.plan.lay_out(&self.last_rows)?;
        layout.copy(is_rest, &mut self.archive)?;
        self.archive.add(STRINGS_PART, self.shared.part(&layout.strings()?.0))?;
        self.archive.finish()
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
        let columns = self.plan.columns.iter().zip(frame.styles);
        self.columns = columns.map(|(Spec(.., show), style)| ColumnXml::new(*show, style)).collect();
        self.sheet_bytes = 0;
        self.archive.begin(&sheet_part(number))?;
        self.xml.extend_from_slice(frame.head.as_bytes());
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        let frame = self.plan.lay_out(&self.last_rows)?.frame(self.last_rows.len())?;
        self.xml.extend_from_slice(frame.tail.as_bytes());
        self.pack()?;
        self.archive.end()
    }

    fn pack(&mut self) -> Result<(), WriteError> {
        let block = std::mem::replace(&mut self.xml, new_block());
        self.sheet_bytes += block.len() as u64;
        self.archive.push(block)
    }
}

impl ColumnXml {
    fn new(show: Show, style: u32) -> Self {
        Self { begin: format!("<c s=\"{style}\""), is_shared: matches!(show, Show::Shared) }
    }

    /// Always a string, also when it begins with = + - or @: never a formula.
    fn put_text(&self, xml: &mut Vec<u8>, shared: &mut Shared, text: &str) {
        let text = shortened(text);
        if let Some(number) = self.is_shared.then(|| shared.number(text)).flatten() {
            put(xml, &[&self.begin, " t=\"s\"><v>"]);
            write!(xml, "{number}</v></c>").expect("memory takes all");
            return;
        }
        put(xml, &[&self.begin, " t=\"inlineStr\"><is>"]);
        put_string(xml, text);
        put(xml, &["</is></c>"]);
    }

    fn put_number(&self, xml: &mut Vec<u8>, number: f64) {
        put(xml, &[&self.begin, "><v>"]);
        write!(xml, "{number}</v></c>").expect("memory takes all");
    }
}

impl Cell<'_> {
    fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.is_empty(),
            Self::Owned(text) => text.is_empty(),
            Self::Number(_) | Self::Date(_) | Self::DateTime(_) => false,
        }
    }
}

impl Shared {
    /// The number of a string; none for a new one when there are enough.
    fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        if self.numbers.len() >= MOST_SHARED || self.xml.len() + text.len() >= MOST_SHARED_BYTES {
            return None;
        }
        let number = self.first + u32::try_from(self.numbers.len()).ok()?;
        self.numbers.insert(text.into(), number);
        put(&mut self.xml, &["<si>"]);
        put_string(&mut self.xml, text);
        put(&mut self.xml, &["</si>"]);
        Some(number)
    }

    /// The part that holds them, after those of the header. How many there are is told by what is there: the counts of
    /// the format may be unsaid.
    fn part(&self, of_header: &str) -> Vec<u8> {
        let (_, strings) = of_header.split_once("<si>").expect("a header has strings");
        let (strings, _) = strings.rsplit_once("</sst>").expect("the library closes what it opens");
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
            <sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si>";
        [head.as_bytes(), strings.as_bytes(), &self.xml, b"</sst>"].concat()
    }
}

fn new_block() -> Vec<u8> {
    // The last row goes beyond.
    Vec::with_capacity(BLOCK_BYTES + (16 << 10))
}

/// The `<t>` of a string.
fn put_string(xml: &mut Vec<u8>, text: &str) {
    let is_padded = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    put(xml, &[if is_padded { "<t xml:space=\"preserve\">" } else { "<t>" }]);
    put_escaped(xml, text);
    put(xml, &["</t>"]);
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

/// The time of day as a part of it: to the millisecond, upwards, so that no minute is shown as the one before.
fn part_of_day(at: Timestamp) -> f64 {
    (f64::from(at.second_of_day()) / 86_400.0 * 1e8).ceil() / 1e8
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
        // Six such rows are more than a block.
        let text = "长".repeat(CELL_CHARS);
        for number in 1..=7 {
            table.push([Cell::Number(f64::from(number)), Cell::Text(&text)]).unwrap();
        }
        assert_eq!(table.last_rows, [6, 1]);
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

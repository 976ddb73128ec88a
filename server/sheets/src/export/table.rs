//! A table of any length, written row by row: frozen header, filter, real dates, widths, in constant memory.

use super::WriteError;
use domain::time::{Date, Instant};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet};
use std::io::Write;

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
    DateTime(Instant),
}

/// Rows that a sheet holds.
const SHEET_ROWS: u32 = 1_048_576;
/// Characters that a cell holds, as the format counts them.
const CELL_CHARS: usize = 32_767;

pub(super) struct Table {
    workbook: Workbook,
    name: &'static str,
    caption: String,
    columns: &'static [Spec],
    sheets: usize,
    /// Rows that a sheet takes, with its header.
    sheet_rows: u32,
    header_row: u32,
    next_row: u32,
    rows: u64,
}

impl Table {
    /// A table on sheets of that name. The caption, unless it is blank, stands above the header.
    pub(super) fn new(name: &'static str, caption: &str, columns: &'static [Spec]) -> Result<Self, WriteError> {
        let mut workbook = Workbook::new();
        // Level 1 takes half the time of the default and a quarter more bytes.
        workbook.set_zip_compression_level(1);
        let mut table = Self {
            workbook,
            name,
            caption: caption.to_owned(),
            columns,
            sheets: 0,
            sheet_rows: SHEET_ROWS,
            header_row: 0,
            next_row: 0,
            rows: 0,
        };
        table.add_sheet()?;
        Ok(table)
    }

    /// The number of the row to come, from 1, whatever sheet it falls on.
    pub(super) fn next_number(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a workbook of 2^53 rows does not exist")]
        let number = (self.rows + 1) as f64;
        number
    }

    pub(super) fn push<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), WriteError> {
        if self.next_row == self.sheet_rows {
            self.end_sheet()?;
            self.add_sheet()?;
        }
        let row = self.next_row;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Blank => {}
                // Always a string, also when it begins with = + - or @: never a formula.
                Cell::Text(text) => write_text(sheet, row, column, text)?,
                Cell::Owned(text) if text.len() <= CELL_CHARS => {
                    sheet.write_string(row, column, text)?;
                }
                Cell::Owned(text) => write_text(sheet, row, column, &text)?,
                Cell::Number(number) => {
                    sheet.write_number(row, column, number)?;
                }
                Cell::Date(date) => {
                    sheet.write_number(row, column, day_number(date))?;
                }
                Cell::DateTime(at) => {
                    let of_day = f64::from(at.second_of_day()) / 86_400.0;
                    sheet.write_number(row, column, day_number(at.date()) + of_day)?;
                }
            }
        }
        self.next_row += 1;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(mut self, writer: &mut (impl Write + Send)) -> Result<(), WriteError> {
        self.end_sheet()?;
        Ok(self.workbook.save_to_writer(writer)?)
    }

    fn add_sheet(&mut self) -> Result<(), WriteError> {
        self.sheets += 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        if self.sheets == 1 {
            sheet.set_name(self.name)?;
        } else {
            sheet.set_name(format!("{}{}", self.name, self.sheets))?;
        }
        for (column, Spec(_, width, show)) in (0..).zip(self.columns) {
            sheet.set_column_width(column, *width)?;
            sheet.set_column_format(column, &show.format())?;
        }
        self.header_row = 0;
        if !self.caption.is_empty() {
            sheet.write_string_with_format(0, 0, &self.caption, &Format::new().set_bold())?;
            self.header_row = 1;
        }
        let header = header_format();
        for (column, Spec(title, ..)) in (0..).zip(self.columns) {
            sheet.write_string_with_format(self.header_row, column, *title, &header)?;
        }
        self.next_row = self.header_row + 1;
        sheet.set_freeze_panes(self.next_row, 0)?;
        sheet.set_landscape().set_repeat_rows(self.header_row, self.header_row)?;
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        let last_column = u16::try_from(self.columns.len()).expect("a table has few columns") - 1;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        sheet.autofilter(self.header_row, 0, self.next_row - 1, last_column)?;
        Ok(())
    }
}

impl Show {
    fn format(self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        match self {
            Self::Text => format,
            Self::Number => format.set_num_format("0"),
            Self::Money => format.set_num_format("#,##0.00"),
            Self::Degrees => format.set_num_format("0.000000"),
            Self::Date => format.set_num_format("yyyy-mm-dd"),
            Self::DateTime => format.set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

/// White on the deep blue-green of the interface.
pub(crate) fn header_format() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x0F_5E_63))
        .set_align(FormatAlign::VerticalCenter)
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), WriteError> {
    let is_short = text.len() <= CELL_CHARS;
    sheet.write_string(row, column, if is_short { text } else { shortened(text) })?;
    Ok(())
}

/// As much of the text as a cell holds.
fn shortened(text: &str) -> &str {
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
        let mut table = Table::new("台账", "全省", &COLUMNS).unwrap();
        table.sheet_rows = 4;
        for _ in 0..rows {
            let number = table.next_number();
            table.push([Cell::Number(number), Cell::Owned(format!("第 {number} 行"))]).unwrap();
        }
        let mut bytes = Vec::new();
        table.finish(&mut bytes).unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
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
    fn a_sheet_takes_as_many_rows_as_the_format_allows() {
        assert_eq!(Table::new("台账", "", &COLUMNS).unwrap().sheet_rows, 1_048_576);
    }
}

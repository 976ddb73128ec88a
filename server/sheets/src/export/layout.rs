//! What stands around the rows of a table: styles, columns, header, frozen panes, filter, and the parts that hold a
//! workbook together. All of it is laid out by `rust_xlsxwriter`; [`table`](super::table) writes the rows between.

use super::{
    WriteError,
    archive::Archive,
    table::{Show, Spec},
};
use quick_xml::{Reader, XmlVersion, events::Event};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook};
use std::io::{Cursor, Read, Seek, Write};
use zip::ZipArchive;

/// What the sheets of a table have in common.
pub(super) struct Plan {
    pub(super) name: &'static str,
    /// Stands above the header, unless it is blank.
    pub(super) caption: String,
    pub(super) columns: &'static [Spec],
}

/// A workbook of as many sheets as were planned, without rows.
pub(super) struct Layout(ZipArchive<Cursor<Vec<u8>>>);

/// A sheet's XML around the rows to come.
pub(super) struct Frame {
    /// Up to the header row, which is within.
    pub(super) head: String,
    /// From the end of the rows on.
    pub(super) tail: String,
    /// The style of each column's cells.
    pub(super) styles: Vec<u32>,
}

impl Plan {
    /// The header's row, counted from 0.
    pub(super) fn header_row(&self) -> u32 {
        u32::from(!self.caption.is_empty())
    }

    /// Lays out sheets that end with the given rows, counted from 0.
    pub(super) fn lay_out(&self, last_rows: &[u32]) -> Result<Layout, WriteError> {
        let mut workbook = Workbook::new();
        for (number, last_row) in (1_u32..).zip(last_rows) {
            let sheet = workbook.add_worksheet();
            if number == 1 {
                sheet.set_name(self.name)?;
            } else {
                sheet.set_name(format!("{}{number}", self.name))?;
            }
            for (column, Spec(_, width, show)) in (0..).zip(self.columns) {
                sheet.set_column_width(column, *width)?;
                sheet.set_column_format(column, &show.format())?;
            }
            let header_row = self.header_row();
            if header_row > 0 {
                sheet.write_string_with_format(0, 0, &self.caption, &Format::new().set_bold())?;
            }
            let header = header_format();
            for (column, Spec(title, ..)) in (0..).zip(self.columns) {
                sheet.write_string_with_format(header_row, column, *title, &header)?;
            }
            sheet.set_freeze_panes(header_row + 1, 0)?;
            sheet.set_landscape().set_repeat_rows(header_row, header_row)?;
            let last_column = u16::try_from(self.columns.len()).expect("a table has few columns") - 1;
            sheet.autofilter(header_row, 0, *last_row, last_column)?;
        }
        Ok(Layout(ZipArchive::new(Cursor::new(workbook.save_to_buffer()?))?))
    }
}

/// The part of the strings that cells share.
pub(super) const STRINGS_PART: &str = "xl/sharedStrings.xml";

/// The part of a sheet, counted from 1.
pub(super) fn sheet_part(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

impl Layout {
    /// The frame of a sheet, counted from 1.
    pub(super) fn frame(&mut self, number: usize) -> Result<Frame, WriteError> {
        const END_OF_ROWS: &str = "</sheetData>";
        let mut xml = String::new();
        self.0.by_name(&sheet_part(number))?.read_to_string(&mut xml)?;
        let end = xml.find(END_OF_ROWS).expect("a sheet with a header has rows");
        let tail = xml.split_off(end);
        Ok(Frame { styles: column_styles(&xml), head: without_dimension(&xml), tail })
    }

    /// Copies the parts of these names as they are.
    pub(super) fn copy(
        &mut self,
        is_wanted: impl Fn(&str) -> bool,
        into: &mut Archive<impl Write + Seek>,
    ) -> Result<(), WriteError> {
        for index in 0..self.0.len() {
            let mut part = self.0.by_index(index)?;
            let name = part.name()?.into_owned();
            if is_wanted(&name) {
                let mut bytes = Vec::new();
                part.read_to_end(&mut bytes)?;
                into.add(&name, bytes)?;
            }
        }
        Ok(())
    }

    /// The strings that the header and the caption stand in, as XML, and how many they are.
    pub(super) fn strings(&mut self) -> Result<(String, u32), WriteError> {
        let mut xml = String::new();
        self.0.by_name(STRINGS_PART)?.read_to_string(&mut xml)?;
        let count = xml.matches("<si>").count();
        Ok((xml, u32::try_from(count).expect("a header has few strings")))
    }
}

/// How far a sheet goes is not known before its rows; the format lets it be unsaid.
fn without_dimension(head: &str) -> String {
    let (before, from) = head.split_once("<dimension").expect("the library writes a dimension");
    let (_, after) = from.split_once("/>").expect("it is an empty element");
    before.to_owned() + after
}

/// The style of each column, from the `<col>` elements, which may stand for several columns each.
fn column_styles(head: &str) -> Vec<u32> {
    let mut reader = Reader::from_str(head);
    let mut styles = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Empty(tag)) if tag.name().as_ref() == "col" => {
                let number = |name: &str| -> Option<u32> {
                    let value = tag.try_get_attribute(name).ok()??;
                    value.normalized_value(XmlVersion::Implicit1_0).ok()?.parse().ok()
                };
                let columns = number("min").zip(number("max")).expect("a column says which it is");
                styles.extend((columns.0..=columns.1).map(|_| number("style").unwrap_or_default()));
            }
            // The head ends within an element, which is no concern here.
            Ok(Event::Eof) | Err(_) => return styles,
            Ok(_) => {}
        }
    }
}

impl Show {
    fn format(self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        match self {
            Self::Text | Self::Shared => format,
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

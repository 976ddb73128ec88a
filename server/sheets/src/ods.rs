//! Streams an .ods. calamine would hold it whole, with every repetition that the file declares carried out: a few
//! hundred bytes can stand for gigabytes.

use crate::{
    WorkbookError,
    cell::{CellText, number},
    package::Package,
    read::{Column, Each, in_turn},
    rows::Rows,
};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesRef, BytesStart, Event},
};
use std::{
    borrow::Cow,
    io::{BufRead, BufReader},
};

/// A header is not wider than this.
const MOST_COLUMNS: u32 = 256;
/// Text of a cell beyond this is dropped; no field comes near it.
const MOST_TEXT_BYTES: usize = 16_384;

pub(crate) fn read(
    mut zip: Package,
    preferred: &str,
    columns: &[Column],
    each: &mut Each<'_>,
) -> Result<(), WorkbookError> {
    let mut names = Vec::new();
    let mut content = Content::open(&mut zip)?;
    while let Some(name) = content.next_table()? {
        names.push(name);
    }
    drop(content);
    in_turn(preferred, names, |name| {
        let mut content = Content::open(&mut zip)?;
        while content.next_table()?.is_some_and(|found| found != name) {}
        let mut rows = Rows::new(name, columns, each);
        let (mut row, mut column) = (0_u32, 0_u32);
        let mut line: Vec<(u32, CellText<'static>)> = Vec::new();
        let mut row_repeats = 1;
        loop {
            match content.next_piece()? {
                Piece::Row { repeats } => (row_repeats, column) = (repeats, 0),
                Piece::Cell { repeats, text } => {
                    let end = column.saturating_add(repeats);
                    if let Some(text) = text {
                        line.extend((column..end.min(MOST_COLUMNS)).map(|at| (at, text.clone())));
                    }
                    column = end;
                }
                Piece::RowEnd => {
                    // Repeated rows are handed on one by one; Rows ends it when they are too many.
                    for at in (row..row.saturating_add(row_repeats)).take_while(|_| !line.is_empty()) {
                        for (column, text) in &line {
                            if rows.cell(at, *column, || text.clone())?.is_break() {
                                return Ok(());
                            }
                        }
                    }
                    line.clear();
                    row = row.saturating_add(row_repeats);
                }
                Piece::TableEnd => return rows.finish(),
            }
        }
    })
}

/// The content part, read forwards.
struct Content<R> {
    xml: Reader<R>,
    buffer: Vec<u8>,
}

enum Piece {
    Row { repeats: u32 },
    Cell { repeats: u32, text: Option<CellText<'static>> },
    RowEnd,
    TableEnd,
}

impl<'z> Content<Box<dyn BufRead + 'z>> {
    fn open(zip: &'z mut Package) -> Result<Self, WorkbookError> {
        let part = zip.by_name("content.xml").map_err(WorkbookError::damaged)?;
        let mut xml = Reader::from_reader(Box::new(BufReader::new(part)) as Box<dyn BufRead + 'z>);
        xml.config_mut().expand_empty_elements = true;
        Ok(Self { xml, buffer: Vec::new() })
    }
}

impl<R: BufRead> Content<R> {
    fn event(&mut self) -> Result<Event<'_>, WorkbookError> {
        self.buffer.clear();
        match self.xml.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            // With a password the parts are noise and only the manifest is clear.
            Err(quick_xml::Error::Encoding(_)) => Err(WorkbookError::Encrypted),
            Err(error) => Err(WorkbookError::damaged(error)),
        }
    }

    /// The name of the next sheet.
    fn next_table(&mut self) -> Result<Option<String>, WorkbookError> {
        loop {
            match self.event()? {
                Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                    return Ok(Some(attribute(&tag, "table:name")?.unwrap_or_default()));
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn next_piece(&mut self) -> Result<Piece, WorkbookError> {
        loop {
            match self.event()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "table:table-row" => {
                        return Ok(Piece::Row { repeats: repeats(&tag, "table:number-rows-repeated")? });
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        let repeats = repeats(&tag, "table:number-columns-repeated")?;
                        let value = Value::of(&tag)?;
                        let shown = self.shown_text()?;
                        return Ok(Piece::Cell { repeats, text: value.text(shown) });
                    }
                    _ => {}
                },
                Event::End(tag) => match tag.name().as_ref() {
                    "table:table-row" => return Ok(Piece::RowEnd),
                    "table:table" => return Ok(Piece::TableEnd),
                    _ => {}
                },
                Event::Eof => return Err(WorkbookError::damaged("the sheet does not end")),
                _ => {}
            }
        }
    }

    /// Reads on to the end of the cell: its paragraphs, without remarks and drawings.
    fn shown_text(&mut self) -> Result<String, WorkbookError> {
        let mut text = String::new();
        let (mut depth, mut hidden_at) = (0_u32, None);
        loop {
            let added: Cow<'_, str> = match self.event()? {
                Event::Start(tag) => {
                    depth += 1;
                    match tag.name().as_ref() {
                        "office:annotation" | "draw:frame" | "table:table" => {
                            hidden_at = hidden_at.or(Some(depth));
                            continue;
                        }
                        "text:p" if !text.is_empty() => "\n".into(),
                        "text:s" => " ".into(),
                        "text:tab" => "\t".into(),
                        "text:line-break" => "\n".into(),
                        _ => continue,
                    }
                }
                Event::End(_) if depth == 0 => return Ok(text),
                Event::End(_) => {
                    hidden_at = hidden_at.filter(|at| *at < depth);
                    depth -= 1;
                    continue;
                }
                Event::Text(part) => part.xml10_content().into_owned().into(),
                Event::GeneralRef(entity) => entity_text(&entity)?.into(),
                Event::Eof => return Err(WorkbookError::damaged("a cell does not end")),
                _ => continue,
            };
            if hidden_at.is_none() && text.len() < MOST_TEXT_BYTES {
                text.push_str(&added);
            }
        }
    }
}

/// What a cell's attributes say of its value.
enum Value {
    Blank,
    Shown,
    Failed,
    Given(String),
}

impl Value {
    fn of(tag: &BytesStart<'_>) -> Result<Self, WorkbookError> {
        let Some(kind) = attribute(tag, "office:value-type")? else { return Ok(Self::Blank) };
        if attribute(tag, "calcext:value-type")?.as_deref() == Some("error") {
            return Ok(Self::Failed);
        }
        let given = match kind.as_str() {
            "float" | "currency" | "percentage" => {
                let value = attribute(tag, "office:value")?;
                value.map(|value| value.parse().map(number).unwrap_or(value))
            }
            "date" => attribute(tag, "office:date-value")?,
            "time" => attribute(tag, "office:time-value")?,
            "boolean" => attribute(tag, "office:boolean-value")?.map(|value| value.to_uppercase()),
            _ => attribute(tag, "office:string-value")?,
        };
        Ok(given.map_or(Self::Shown, Self::Given))
    }

    fn text(self, shown: String) -> Option<CellText<'static>> {
        match self {
            Self::Blank => None,
            Self::Shown => Some(CellText::Value(shown.into())),
            Self::Failed => Some(CellText::Failure(shown)),
            Self::Given(text) => Some(CellText::Value(text.into())),
        }
    }
}

/// A character reference or one of XML's five entities; a document's own are not carried out.
fn entity_text(entity: &BytesRef<'_>) -> Result<String, WorkbookError> {
    match entity.resolve_char_ref().map_err(WorkbookError::damaged)? {
        Some(character) => Ok(character.to_string()),
        None => Ok(resolve_xml_entity(entity.as_ref()).unwrap_or_default().to_owned()),
    }
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> Result<u32, WorkbookError> {
    Ok(attribute(tag, name)?.map_or(1, |count| count.parse().unwrap_or(u32::MAX)))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, WorkbookError> {
    let attribute = tag.try_get_attribute(name).map_err(WorkbookError::damaged)?;
    let value = attribute.map(|a| a.normalized_value(XmlVersion::Implicit1_0).map(Cow::into_owned));
    value.transpose().map_err(WorkbookError::damaged)
}

//! Streams an .ods. calamine would hold it whole, with every repetition that the file declares carried out: a few
//! hundred bytes can stand for gigabytes.

use crate::{
    WorkbookError,
    cell::CellText,
    choice::{MOST_SHEETS, is_preferred, the_only},
    package::Package,
    read::{Column, Each},
    rows::{MOST_COLUMNS, Rows},
    xml::{Xml, attribute},
};
use quick_xml::{
    escape::resolve_xml_entity,
    events::{BytesRef, BytesStart, Event},
};
use std::{
    borrow::Cow,
    io::{BufRead, BufReader},
    ops::ControlFlow,
};

/// Text of a cell beyond this is dropped; no field comes near it.
const MOST_TEXT_BYTES: usize = 16_384;

pub(crate) fn read(
    mut zip: Package,
    preferred: &str,
    columns: &[Column],
    each: &mut Each<'_>,
) -> Result<(), WorkbookError> {
    let mut outcomes = Vec::new();
    let mut content = Content::open(&mut zip)?;
    while let Some(name) = content.next_table()? {
        if is_preferred(&name, preferred) {
            return content.stream(Rows::new(&name, columns, each));
        }
        if outcomes.len() == MOST_SHEETS {
            return Err(WorkbookError::TooLarge);
        }
        let outcome = content.stream(Rows::new(&name, columns, &mut |_| ControlFlow::Break(())));
        outcomes.push((name, outcome));
    }
    drop(content);
    let meant = the_only(outcomes)?;
    let mut content = Content::open(&mut zip)?;
    while content.next_table()?.is_some_and(|name| name != meant) {}
    content.stream(Rows::new(&meant, columns, each))
}

/// The content part, read forwards.
struct Content<R> {
    xml: Xml<R>,
    /// The style being read, and those that hide a sheet.
    style: String,
    hidden: Vec<String>,
}

enum Piece {
    Row { repeats: u32 },
    Cell { repeats: u32, height: u32, text: Option<CellText<'static>> },
    RowEnd,
    TableEnd,
}

impl<'z> Content<Box<dyn BufRead + 'z>> {
    fn open(zip: &'z mut Package) -> Result<Self, WorkbookError> {
        let part = zip.by_name("content.xml").map_err(WorkbookError::damaged)?;
        let xml = Xml::new(Box::new(BufReader::new(part)) as Box<dyn BufRead + 'z>);
        Ok(Self { xml, style: String::new(), hidden: Vec::new() })
    }
}

impl<R: BufRead> Content<R> {
    /// Reads on to the next sheet that is shown, and gives its name.
    fn next_table(&mut self) -> Result<Option<String>, WorkbookError> {
        loop {
            match self.xml.event()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "style:style" => self.style = attribute(&tag, "style:name")?.unwrap_or_default(),
                    "style:table-properties" if attribute(&tag, "table:display")?.as_deref() == Some("false") => {
                        self.hidden.push(std::mem::take(&mut self.style));
                        if self.hidden.len() > MOST_SHEETS {
                            return Err(WorkbookError::TooLarge);
                        }
                    }
                    "table:table" => {
                        let style = attribute(&tag, "table:style-name")?;
                        if !style.is_some_and(|style| self.hidden.contains(&style)) {
                            return Ok(Some(attribute(&tag, "table:name")?.unwrap_or_default()));
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Streams the cells of the sheet whose name was just read.
    fn stream(&mut self, mut rows: Rows<'_>) -> Result<(), WorkbookError> {
        let (mut row, mut column, mut row_repeats) = (0_u32, 0_u32, 1);
        let mut line: Vec<(u32, u32, CellText<'static>)> = Vec::new();
        loop {
            match self.next_piece()? {
                Piece::Row { repeats } => (row_repeats, column) = (repeats, 0),
                Piece::Cell { repeats, height, text } => {
                    let end = column.saturating_add(repeats);
                    if let Some(text) = text {
                        line.extend((column..end.min(MOST_COLUMNS)).map(|at| (at, height, text.clone())));
                    }
                    column = end;
                }
                Piece::RowEnd => {
                    // Repeated rows are handed on one by one; Rows ends it when they are too many.
                    for at in (row..row.saturating_add(row_repeats)).take_while(|_| !line.is_empty()) {
                        for (column, height, text) in &line {
                            if rows.cell((at, *column), at.saturating_add(height - 1), || text.clone())?.is_break() {
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
    }

    fn next_piece(&mut self) -> Result<Piece, WorkbookError> {
        loop {
            match self.xml.event()? {
                Event::Start(tag) => match tag.name().as_ref() {
                    "table:table-row" => {
                        return Ok(Piece::Row { repeats: times(&tag, "table:number-rows-repeated")? });
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        let repeats = times(&tag, "table:number-columns-repeated")?;
                        let height = times(&tag, "table:number-rows-spanned")?;
                        let value = Value::of(&tag)?;
                        let shown = self.shown_text()?;
                        return Ok(Piece::Cell { repeats, height, text: value.text(shown) });
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
            let added: Cow<'_, str> = match self.xml.event()? {
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
    Given(CellText<'static>),
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
                return Ok(value.map_or(Self::Shown, |value| {
                    Self::Given(value.parse().map_or(CellText::Value(value.into()), CellText::number))
                }));
            }
            "date" => attribute(tag, "office:date-value")?,
            "time" => attribute(tag, "office:time-value")?,
            "boolean" => attribute(tag, "office:boolean-value")?.map(|value| value.to_uppercase()),
            _ => attribute(tag, "office:string-value")?,
        };
        Ok(given.map_or(Self::Shown, |value| Self::Given(CellText::Value(value.into()))))
    }

    fn text(self, shown: String) -> Option<CellText<'static>> {
        match self {
            Self::Blank => None,
            Self::Shown => Some(CellText::Value(shown.into())),
            Self::Failed => Some(CellText::Failure(shown)),
            Self::Given(text) => Some(text),
        }
    }
}

/// A character reference or one of XML's five entities. A document's own are not carried out, and not left out either:
/// no spreadsheet program writes any.
fn entity_text(entity: &BytesRef<'_>) -> Result<String, WorkbookError> {
    if let Some(character) = entity.resolve_char_ref().map_err(WorkbookError::damaged)? {
        return Ok(character.to_string());
    }
    let text = resolve_xml_entity(entity.as_ref());
    text.map(ToOwned::to_owned).ok_or_else(|| WorkbookError::damaged("an entity of its own"))
}

/// How often something is meant, or how far it reaches: 1 unless it is told.
fn times(tag: &BytesStart<'_>, name: &str) -> Result<u32, WorkbookError> {
    Ok(attribute(tag, name)?.map_or(1, |count| count.parse().unwrap_or(u32::MAX)).max(1))
}

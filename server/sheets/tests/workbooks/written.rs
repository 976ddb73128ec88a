//! What we wrote, looked at from outside: as cells, and as the XML of a part.

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event},
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// A workbook of ours.
pub struct Written(Vec<u8>);

/// An element's attributes by name, and its text under `""`.
pub type Element = BTreeMap<String, String>;

impl From<Vec<u8>> for Written {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Written {
    fn book(&self) -> Xlsx<Cursor<&[u8]>> {
        open_workbook_from_rs(Cursor::new(self.0.as_slice())).unwrap()
    }

    /// The sheets' names.
    pub fn sheets(&self) -> Vec<String> {
        self.book().sheet_names()
    }

    /// A sheet's rows, from A1 on.
    pub fn rows(&self, sheet: &str) -> Vec<Vec<Data>> {
        let range = self.book().worksheet_range(sheet).unwrap();
        assert_eq!(range.start(), Some((0, 0)));
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// A sheet's rows as text.
    pub fn texts(&self, sheet: &str) -> Vec<Vec<String>> {
        self.rows(sheet).iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
    }

    /// The text of a part.
    pub fn part(&self, name: &str) -> String {
        let mut zip = ZipArchive::new(Cursor::new(self.0.as_slice())).unwrap();
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// The elements of that name in a part.
    pub fn elements(&self, part: &str, name: &str) -> Vec<Element> {
        let xml = self.part(part);
        let mut reader = quick_xml::Reader::from_str(&xml);
        reader.config_mut().expand_empty_elements = true;
        let (mut found, mut is_within) = (Vec::new(), false);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) if tag.local_name().as_ref() == name => {
                    found.push(attributes(&tag));
                    is_within = true;
                }
                Event::Text(text) if is_within => {
                    found.last_mut().unwrap().entry(String::new()).or_default().push_str(&text.xml10_content());
                }
                Event::End(tag) if tag.local_name().as_ref() == name => is_within = false,
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    /// The number format of each column of a sheet's part.
    pub fn column_formats(&self, part: &str) -> Vec<String> {
        let styles = self.part("xl/styles.xml");
        let of_cells = &styles[styles.find("<cellXfs").unwrap()..];
        let formats: Vec<&str> = of_cells.split("<xf ").skip(1).collect();
        let columns = self.elements(part, "col");
        let format = |column: &Element| {
            let format = formats[column["style"].parse::<usize>().unwrap()];
            let id = format.split("numFmtId=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let own = self.elements("xl/styles.xml", "numFmt").into_iter().find(|own| own["numFmtId"] == id);
            own.map_or(format!("built-in {id}"), |own| own["formatCode"].clone())
        };
        let times =
            |column: &Element| column["max"].parse::<usize>().unwrap() - column["min"].parse::<usize>().unwrap() + 1;
        columns.iter().flat_map(|column| vec![format(column); times(column)]).collect()
    }
}

fn attributes(tag: &BytesStart<'_>) -> Element {
    let attributes = tag.attributes().map(Result::unwrap);
    let pair = |attribute: quick_xml::events::attributes::Attribute<'_>| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
        (attribute.key.as_ref().to_owned(), value)
    };
    attributes.map(pair).collect()
}

//! Files to read, made byte by byte, and what reading them gives.

use sheets::{EnterpriseLine, PersonLine, WorkbookError};
use std::{
    fs,
    io::{Cursor, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};
use tempfile::NamedTempFile;
use zip::{ZipWriter, write::SimpleFileOptions};

/// What reading may hold in memory, whatever the file says.
const MOST_BYTES: u64 = 200 << 20;
/// Nothing here takes a tenth of it, also not on a busy machine.
const LONGEST: Duration = Duration::from_mins(2);

/// A workbook that LibreOffice saved.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A file with these bytes.
pub fn file(bytes: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

/// The lines of a people workbook.
pub fn people(path: impl AsRef<Path>) -> Result<Vec<PersonLine>, WorkbookError> {
    let mut lines = Vec::new();
    sheets::read_people(path.as_ref(), |line| {
        lines.push(line);
        ControlFlow::Continue(())
    })?;
    Ok(lines)
}

/// The lines of an enterprise workbook.
pub fn enterprises(path: impl AsRef<Path>) -> Result<Vec<EnterpriseLine>, WorkbookError> {
    let mut lines = Vec::new();
    sheets::read_enterprises(path.as_ref(), |line| {
        lines.push(line);
        ControlFlow::Continue(())
    })?;
    Ok(lines)
}

/// Why these bytes are no people workbook: found in time, and in little memory.
pub fn refusal(bytes: &[u8]) -> WorkbookError {
    within_bounds(bytes).expect_err("the workbook was read")
}

/// How many people these bytes hold: counted in time, and in little memory.
pub fn count(bytes: &[u8]) -> usize {
    within_bounds(bytes).expect("the workbook was refused")
}

/// Reads on a thread of its own, since memory is counted by thread.
fn within_bounds(bytes: &[u8]) -> Result<usize, WorkbookError> {
    let file = file(bytes);
    let path = file.path().to_owned();
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || {
        let (mut rows, mut outcome) = (0, Ok(()));
        let used = allocation_counter::measure(|| {
            outcome = sheets::read_people(&path, |_| {
                rows += 1;
                ControlFlow::Continue(())
            });
        });
        done.send((used.bytes_max, outcome.map(|()| rows))).unwrap();
    });
    let (bytes_max, outcome) = outcome.recv_timeout(LONGEST).expect("reading ends");
    assert!(bytes_max < MOST_BYTES, "{} MB of memory for {} kB of file", bytes_max >> 20, bytes.len() >> 10);
    outcome
}

/// A zip package of these parts.
pub fn package<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of an .xlsx; a test changes those that it is about.
pub struct Xlsx {
    /// `<sheet …/>` elements.
    pub sheets: String,
    /// The relationships of the workbook, besides that of the one sheet.
    pub relationships: String,
    /// The sheet's part.
    pub sheet: String,
    /// The shared strings' part, if any.
    pub strings: Option<String>,
    /// The styles' part, if any.
    pub styles: Option<String>,
    /// What else is in the package.
    pub others: Vec<(String, Vec<u8>)>,
}

impl Xlsx {
    /// A workbook with one sheet, of this content from `sheetData` on.
    pub fn new(content: &str) -> Self {
        let sheet = format!(r#"<worksheet xmlns="{MAIN}">{content}</worksheet>"#);
        Self {
            sheets: r#"<sheet name="人员" sheetId="1" r:id="one"/>"#.into(),
            relationships: String::new(),
            sheet,
            strings: None,
            styles: None,
            others: Vec::new(),
        }
    }

    /// A people workbook with these rows below its header, which is row 1.
    pub fn people(rows: &str) -> Self {
        Self::new(&format!("<sheetData>{}{rows}</sheetData>", inline_row(1, &HEADER)))
    }

    /// The bytes of the packed file.
    pub fn bytes(&self) -> Vec<u8> {
        let package_rels = relationships(&relationship("book", "officeDocument", "xl/workbook.xml"));
        let sheet = relationship("one", "worksheet", "worksheets/sheet1.xml");
        let book_rels = relationships(&(sheet + &self.relationships));
        let book = format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{}</sheets></workbook>"#, self.sheets);
        let mut parts = vec![
            ("_rels/.rels", package_rels.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", book_rels.as_bytes()),
            ("xl/worksheets/sheet1.xml", self.sheet.as_bytes()),
        ];
        parts.extend(self.strings.iter().map(|part| ("xl/sharedStrings.xml", part.as_bytes())));
        parts.extend(self.styles.iter().map(|part| ("xl/styles.xml", part.as_bytes())));
        parts.extend(self.others.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
        package(parts)
    }
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The required columns of the people template.
pub const HEADER: [&str; 5] = ["姓名", "手机号", "人员归属部门", "是否内部人员", "岗位"];

/// A relationships' part.
pub fn relationships(all: &str) -> String {
    format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
    )
}

/// A relationship of a package, by the last part of its type.
pub fn relationship(id: &str, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="{RELS}/{kind}" Target="{target}"/>"#)
}

/// A row of texts in an .xlsx, from column A on.
pub fn inline_row(number: u32, cells: &[&str]) -> String {
    let cell = |text: &&str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    format!(r#"<row r="{number}">{}</row>"#, cells.iter().map(cell).collect::<String>())
}

/// A person's row in an .xlsx.
pub fn person_row(number: u32, name: &str) -> String {
    inline_row(number, &[name, "13812345678", "商务", "是", "检查员"])
}

/// An .ods of this content.xml.
pub fn ods_of(content: &str) -> Vec<u8> {
    package([
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".as_slice()),
        ("content.xml", content.as_bytes()),
    ])
}

/// An .ods with these tables; `before` stands before the document's element.
pub fn ods(before: &str, tables: &str) -> Vec<u8> {
    ods_of(&format!(
        r#"{before}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
            xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
            xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>{tables}
            </office:spreadsheet></office:body></office:document-content>"#
    ))
}

/// A table of an .ods with a header of the people template above these rows.
pub fn ods_table(rows: &str) -> String {
    format!(r#"<table:table table:name="人员">{}{rows}</table:table>"#, ods_row("", &HEADER))
}

/// A row of texts in an .ods, with these attributes.
pub fn ods_row(attributes: &str, cells: &[&str]) -> String {
    format!(
        "<table:table-row {attributes}>{}</table:table-row>",
        cells.iter().map(|text| ods_cell("", text)).collect::<String>()
    )
}

/// A text cell of an .ods, with these attributes.
pub fn ods_cell(attributes: &str, text: &str) -> String {
    format!(r#"<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>"#)
}

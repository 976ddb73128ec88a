//! Workbooks over HTTP: exports that hold what the screen shows, templates, and an import from file to register.

mod imports;
mod ledgers;
mod templates;

use crate::support::UploadQuery;
use calamine::{Data, Range, Reader, Xlsx};
use reqwest::RequestBuilder;
use std::io::Cursor;

/// A workbook as a spreadsheet program opens it.
struct Opened {
    bytes: Vec<u8>,
    book: Xlsx<Cursor<Vec<u8>>>,
}

impl Opened {
    /// Downloads a workbook, which the browser is to keep under this name.
    async fn download(request: RequestBuilder, name: &str) -> Self {
        let answer = request.answer().await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(answer.status(), 200);
        let kind = header("content-type");
        assert_eq!(kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        assert_eq!(header("cache-control"), "no-store");
        let named = header("content-disposition");
        let encoded = named.strip_prefix("attachment; filename=\"workbook.xlsx\"; filename*=UTF-8''").unwrap();
        assert_eq!(percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap(), name);
        let length: usize = header("content-length").parse().unwrap();
        let bytes = answer.bytes().await.unwrap().to_vec();
        assert_eq!(bytes.len(), length);
        let book = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
        Self { bytes, book }
    }

    fn sheets(&self) -> Vec<String> {
        self.book.sheet_names()
    }

    fn sheet(&mut self, name: &str) -> Range<Data> {
        self.book.worksheet_range(name).unwrap()
    }

    /// A part of the package, as XML.
    fn part(&self, name: &str) -> String {
        let mut package = zip::ZipArchive::new(Cursor::new(&self.bytes)).unwrap();
        std::io::read_to_string(package.by_name(name).unwrap()).unwrap()
    }
}

/// A row of texts.
fn texts(row: &[Data]) -> Vec<String> {
    row.iter().map(ToString::to_string).collect()
}

/// A cell that holds a real date, to the minute; none where it is blank.
fn moment(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
            Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"))
        }
        other => panic!("{other:?} is no real date"),
    }
}

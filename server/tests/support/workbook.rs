//! Workbooks made by hand, so that they may be as wrong as a stranger makes them.

use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The columns that an import of enterprises requires.
pub const ENTERPRISE_COLUMNS: [&str; 5] = ["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码"];

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="企业信息收集表" sheetId="1" r:id="rId1"/></sheets>
</workbook>"#;
const WORKBOOK_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
</Relationships>"#;
const SHEET_BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const SHEET_END: &str = "</sheetData></worksheet>";

/// A workbook whose one sheet is written by `sheet`, between the beginning and the end of its rows.
pub fn package(method: CompressionMethod, sheet: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(method);
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
    ];
    for (name, content) in parts {
        zip.start_file(name, plain).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", plain).unwrap();
    zip.write_all(SHEET_BEGIN.as_bytes()).unwrap();
    sheet(&mut zip);
    zip.write_all(SHEET_END.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Writes a row of texts.
pub fn write_row(sheet: &mut dyn Write, row: u32, cells: &[&str]) {
    write!(sheet, r#"<row r="{row}">"#).unwrap();
    for (column, cell) in ('A'..).zip(cells) {
        write!(sheet, r#"<c r="{column}{row}" t="inlineStr"><is><t>{cell}</t></is></c>"#).unwrap();
    }
    write!(sheet, "</row>").unwrap();
}

/// A workbook of enterprises.
pub fn enterprises(rows: &[[&str; 5]]) -> Vec<u8> {
    package(CompressionMethod::Deflated, |sheet| {
        write_row(sheet, 1, &ENTERPRISE_COLUMNS);
        for (row, cells) in (2..).zip(rows) {
            write_row(sheet, row, cells);
        }
    })
}

/// A workbook of people.
pub fn people(rows: &[[&str; 5]]) -> Vec<u8> {
    package(CompressionMethod::Deflated, |sheet| {
        write_row(sheet, 1, &["姓名", "手机号", "人员归属部门", "是否内部人员", "岗位"]);
        for (row, cells) in (2..).zip(rows) {
            write_row(sheet, row, cells);
        }
    })
}

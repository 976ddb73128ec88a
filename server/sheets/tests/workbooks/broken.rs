//! Files that are no workbook, or no whole one.

use crate::support::{
    HEADER, Xlsx, inline_row, ods, ods_row, ods_table, package, person_row, refusal, relationship, relationships,
};
use rstest::rstest;
use sheets::WorkbookError;

const DAMAGED: &str = "文件已损坏或没有上传完整，请用 Excel 或 WPS 表格打开检查，另存为新的 .xlsx 后重新上传";
const NOT_WORKBOOK: &str =
    "这不是电子表格文件。请下载模板，用 Excel 或 WPS 表格填写，保存为 .xlsx 后上传（只改扩展名无效）";

fn assert_damaged(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::Damaged { .. }), "{error:?}");
    assert_eq!(error.to_string(), DAMAGED);
}

fn assert_encrypted(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::Encrypted), "{error:?}");
    assert_eq!(error.to_string(), "文件设有打开密码，请取消密码保护后重新上传");
}

fn assert_old(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::OldFormat), "{error:?}");
    assert_eq!(error.to_string(), "不支持 .xls 等旧格式，请用 Excel 或 WPS 表格打开后另存为 .xlsx，再上传");
}

#[test]
fn an_empty_file_is_to_be_saved_again() {
    let error = refusal(b"");
    assert!(matches!(error, WorkbookError::Empty), "{error:?}");
    assert_eq!(error.to_string(), "文件是空的（0 字节），请重新保存后再上传");
}

#[rstest]
#[case::text("姓名,手机号\n张三,13812345678\n".as_bytes())]
#[case::page(b"<html><table><tr><td>a</td></tr></table></html>")]
#[case::pdf(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")]
#[case::photo(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")]
#[case::one_byte(b"P")]
#[case::empty_zip(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
fn another_kind_of_file_is_told_so_whatever_its_name(#[case] bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::NotWorkbook), "{error:?}");
    assert_eq!(error.to_string(), NOT_WORKBOOK);
}

#[rstest]
#[case::archive(&[("名单.txt", "张三")])]
#[case::letter(&[("word/document.xml", "<w/>"), ("_rels/.rels", "<r/>")])]
#[case::drawing(&[("mimetype", "application/vnd.oasis.opendocument.graphics"), ("content.xml", "<x/>")])]
fn a_zip_of_something_else_is_no_workbook_either(#[case] parts: &[(&str, &str)]) {
    let error = refusal(&package(parts.iter().map(|(name, content)| (*name, content.as_bytes()))));
    assert!(matches!(error, WorkbookError::NotWorkbook), "{error:?}");
}

#[test]
fn a_binary_workbook_is_to_be_saved_anew() {
    assert_old(&package([("xl/workbook.bin", b"\x83\x01".as_slice()), ("_rels/.rels", b"<r/>")]));
}

#[test]
fn a_workbook_cut_off_anywhere_is_damaged() {
    let whole = Xlsx::people(&person_row(2, "张三")).bytes();
    for tenth in 1..10 {
        assert_damaged(&whole[..whole.len() * tenth / 10]);
    }
}

#[test]
fn a_workbook_with_a_changed_byte_is_damaged_or_reads_the_same_and_nothing_else() {
    let whole = Xlsx::people(&person_row(2, "张三")).bytes();
    for at in (4..whole.len()).step_by(3) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let file = crate::support::file(&changed);
        match crate::support::people(&file) {
            Ok(lines) => assert_eq!(lines[0].name, "张三", "byte {at}"),
            Err(error) => assert!(!error.to_string().is_empty(), "byte {at}"),
        }
    }
}

#[rstest]
#[case::not_closed("<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v>")]
#[case::not_nested("<sheetData><row><c></row></c></sheetData")]
#[case::no_tag("<sheetData><row r=\"1\"></sheetData>")]
#[case::no_place("<sheetData><row r=\"1\"><c r=\"一\"><v>1</v></c></row></sheetData>")]
#[case::beyond_the_last_row("<sheetData><row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row></sheetData>")]
#[case::place_too_large("<sheetData><row r=\"99999999999\"><c r=\"A99999999999\"><v>1</v></c></row></sheetData>")]
#[case::unknown_string("<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row></sheetData>")]
#[case::unknown_kind("<sheetData><row r=\"1\"><c r=\"A1\" t=\"q\"><v>7</v></c></row></sheetData>")]
#[case::entity("<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>&who;</v></c></row></sheetData>")]
#[case::no_data("")]
fn a_sheet_of_malformed_xml_is_damaged(#[case] content: &str) {
    assert_damaged(&Xlsx::new(content).bytes());
}

#[test]
fn a_sheet_that_breaks_off_after_its_rows_is_not_taken_for_whole() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.sheet = book.sheet.replace("</sheetData></worksheet>", "");
    assert_damaged(&book.bytes());
}

#[rstest]
#[case::no_sheets("")]
#[case::no_part(r#"<sheet name="人员" sheetId="1" r:id="two"/>"#)]
#[case::no_relationship(r#"<sheet name="人员" sheetId="1" r:id="three"/>"#)]
#[case::hidden(r#"<sheet name="人员" sheetId="1" state="hidden" r:id="one"/>"#)]
fn a_workbook_without_a_sheet_to_see_is_damaged(#[case] sheets: &str) {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.sheets = sheets.into();
    book.relationships = relationship("two", "worksheet", "worksheets/sheet2.xml");
    assert_damaged(&book.bytes());
}

#[test]
fn a_part_is_never_a_path_on_disk() {
    let rows = format!("<sheetData>{}{}</sheetData>", inline_row(1, &HEADER), person_row(2, "张三"));
    for outside in ["/etc/passwd", "../../../../etc/passwd", r"C:\Windows\win.ini"] {
        let mut book = Xlsx::new(&rows);
        book.sheets = r#"<sheet name="人员" sheetId="1" r:id="out"/>"#.into();
        book.relationships = relationship("out", "worksheet", outside);
        assert_damaged(&book.bytes());
        // As a part of the package such a name is but a name.
        book.others = vec![(outside.into(), b"root".to_vec())];
        book.sheets = r#"<sheet name="人员" sheetId="1" r:id="one"/>"#.into();
        assert_eq!(crate::support::count(&book.bytes()), 1, "{outside}");
    }
}

#[rstest]
#[case::no_content(&[("xl/workbook.xml", "<workbook/>")])]
#[case::no_target(&[("xl/workbook.xml", "<workbook/>"), ("_rels/.rels", "<Relationships/>")])]
#[case::text(&[("xl/workbook.xml", "hello"), ("_rels/.rels", "hello")])]
fn a_package_that_leads_nowhere_is_damaged(#[case] parts: &[(&str, &str)]) {
    assert_damaged(&package(parts.iter().map(|(name, content)| (*name, content.as_bytes()))));
}

#[test]
fn a_package_that_leads_to_its_sheet_as_the_workbook_is_damaged() {
    let rels = relationships(&relationship("book", "officeDocument", "xl/worksheets/sheet1.xml"));
    let sheet = Xlsx::people(&person_row(2, "张三")).sheet;
    assert_damaged(&package([
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]));
}

#[rstest]
#[case::not_closed("<table:table table:name=\"人员\"><table:table-row>")]
#[case::cell_not_closed(
    "<table:table table:name=\"人员\"><table:table-row><table:table-cell office:value-type=\"string\">"
)]
#[case::not_nested("<table:table><table:table-row></table:table></table:table-row>")]
#[case::bad_attribute("<table:table table:name=\"人员><table:table-row/></table:table>")]
#[case::no_tables("")]
fn an_ods_of_malformed_xml_is_damaged(#[case] tables: &str) {
    assert_damaged(&ods("", tables));
}

#[test]
fn an_ods_that_is_not_text_is_damaged_and_not_taken_for_one_with_a_password() {
    assert_damaged(&package([
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".as_slice()),
        ("content.xml", b"<office:document-content>\xff\xfe\x00\x9f</office:document-content>"),
    ]));
}

#[test]
fn an_ods_that_is_cut_off_is_damaged() {
    let whole = ods("", &ods_table(&ods_row("", &["张三"])));
    assert_damaged(&whole[..whole.len() / 2]);
}

/// The name of a directory's entry in a container of the old formats.
fn entry(name: &str) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    entry.resize(128, 0);
    entry
}

/// A container of the old formats: header, a sector of the allocation table, a sector of the directory.
fn container(allocation: &[u32], names: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    bytes[24..34].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    bytes[44] = 1; // one sector of the allocation table, which is sector 0
    bytes[48] = 1; // the directory begins in sector 1
    bytes[68..72].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    bytes[80..512].fill(0xff);
    let mut table: Vec<u8> = allocation.iter().flat_map(|sector| sector.to_le_bytes()).collect();
    table.resize(512, 0xff);
    bytes.extend(table);
    let mut directory: Vec<u8> = names.iter().flat_map(|name| entry(name)).collect();
    directory.resize(512, 0);
    bytes.extend(directory);
    bytes
}

const IN_USE: u32 = 0xffff_fffd;
const END: u32 = 0xffff_fffe;

#[test]
fn an_old_container_with_an_encrypted_package_has_a_password() {
    assert_encrypted(&container(&[IN_USE, END], &["Root Entry", "EncryptionInfo", "EncryptedPackage"]));
}

#[test]
fn an_old_container_of_anything_else_is_an_old_workbook() {
    assert_old(&container(&[IN_USE, END], &["Root Entry", "Workbook"]));
}

#[test]
fn an_old_container_whose_directory_runs_in_a_circle_is_read_once() {
    assert_old(&container(&[IN_USE, 1], &["Root Entry", "Workbook"]));
}

#[rstest]
#[case::header_only(&[])]
#[case::garbage(&[0x5a; 4_000])]
fn an_old_workbook_of_garbage_is_an_old_workbook(#[case] rest: &[u8]) {
    assert_old(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rest].concat());
}

#[test]
fn an_ods_that_is_encrypted_as_a_whole_has_a_password() {
    // As LibreOffice 24.8 and later do it.
    assert_encrypted(&package([
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".as_slice()),
        ("META-INF/manifest.xml", b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"),
        ("encrypted-package", b"\x9f\x02\x80"),
    ]));
}

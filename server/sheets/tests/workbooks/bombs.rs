//! Files that are small and want to be large. [`refusal`] and [`count`] see to it that none takes much memory or time.

use crate::support::{
    HEADER, Xlsx, count, inline_row, ods, ods_cell, ods_of, ods_row, ods_table, package, person_row, refusal,
    relationship, relationships,
};
use rstest::rstest;
use sheets::{MOST_ROWS, WorkbookError};
use std::fmt::Write;

const TOO_LARGE: &str = "文件展开后过大，不像正常填写的表格。请把数据复制到新下载的模板中另存，或分成几个文件，再上传";

fn assert_too_large(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::TooLarge), "{error:?}");
    assert_eq!(error.to_string(), TOO_LARGE);
}

fn assert_damaged(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::Damaged { .. }), "{error:?}");
}

fn assert_too_many_rows(bytes: &[u8]) {
    let error = refusal(bytes);
    assert!(matches!(error, WorkbookError::TooManyRows), "{error:?}");
    assert_eq!(error.to_string(), "数据超过 200000 行，请分成几个文件上传");
}

/// The text, over and over, with digits in between that keep it from being packed beyond what is believed.
fn numbered(count: u32, part: impl Fn(u32) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

fn grown(text: &str, size: usize) -> String {
    let mut grown = String::with_capacity(size + text.len() + 40);
    let mut digits = 0x2545_f491_4f6c_dd1d_u64;
    while grown.len() < size {
        grown += &text.repeat(400 / text.len().clamp(1, 400));
        digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        write!(grown, "<!--{digits:x}-->").unwrap();
    }
    grown
}

#[test]
fn a_part_that_packs_too_well_is_not_unpacked() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.others = vec![("xl/worksheets/sheet2.xml".into(), vec![b' '; 17 << 20])];
    assert_too_large(&book.bytes());
}

/// Changes the size that a part is said to have, in the directory of the package.
fn with_size(mut bytes: Vec<u8>, part: &str, size: u32) -> Vec<u8> {
    let entry = bytes.windows(part.len()).rposition(|window| window == part.as_bytes()).unwrap() - 46;
    assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
    bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn a_part_that_is_said_to_be_huge_is_not_unpacked() {
    let bytes = Xlsx::people(&person_row(2, "张三")).bytes();
    assert_too_large(&with_size(bytes, "xl/worksheets/sheet1.xml", 0xffff_fff0));
}

#[rstest]
#[case("xl/worksheets/sheet1.xml")]
#[case("xl/styles.xml")]
#[case("xl/sharedStrings.xml")]
fn a_part_that_is_larger_than_it_is_said_to_be_is_damaged(#[case] part: &str) {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.sheet = book.sheet.replace("</worksheet>", &format!("{}</worksheet>", " ".repeat(8 << 20)));
    book.styles = Some(format!("<styleSheet>{}</styleSheet>", " ".repeat(8 << 20)));
    book.strings = Some(format!("<sst>{}</sst>", " ".repeat(8 << 20)));
    assert_damaged(&with_size(book.bytes(), part, 1_000));
}

#[test]
fn an_ods_that_is_larger_than_it_is_said_to_be_is_damaged() {
    let bytes = ods("", &ods_table(&ods_row("", &HEADER).repeat(40_000)));
    assert_damaged(&with_size(bytes, "content.xml", 2_000));
}

#[test]
fn a_package_of_thousands_of_parts_is_no_workbook_anybody_fills_in() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.others = (0..5_000).map(|number| (format!("xl/media/{number}.png"), Vec::new())).collect();
    assert_too_large(&book.bytes());
}

const LAUGHS: &str = r#"<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>"#;

#[test]
fn entities_that_multiply_are_not_carried_out() {
    let mut book = Xlsx::people(&person_row(2, "&f;"));
    book.sheet.insert_str(0, LAUGHS);
    assert_damaged(&book.bytes());
    let mut book = Xlsx::people(r#"<row r="2"><c r="A2" t="s"><v>0</v></c></row>"#);
    book.strings = Some(format!("{LAUGHS}<sst><si><t>&f;</t></si></sst>"));
    assert_damaged(&book.bytes());
    assert_damaged(&ods(LAUGHS, &ods_table(&ods_row("", &["&f;", "1", "商务", "是", "检查员"]))));
}

#[test]
fn twenty_megabytes_under_one_column_are_read_row_by_row() {
    let text = grown("长", 5_900).replace(['<', '>'], "");
    let rows: String = (2..3_600).map(|row| inline_row(row, &[&text])).collect();
    assert!(rows.len() > 20 << 20);
    assert_eq!(count(&Xlsx::people(&rows).bytes()), 3_598);
}

#[test]
fn twenty_megabytes_in_one_cell_are_an_error_of_that_cell() {
    let row = inline_row(2, &["张三", &"长".repeat(7 << 20)]);
    let mut book = Xlsx::people(&row);
    book.sheet = book.sheet.replace("</worksheet>", &format!("{}</worksheet>", grown("", 3 << 20)));
    assert_eq!(count(&book.bytes()), 1);
}

#[rstest]
#[case::text(r#"<row r="2"><c r="A2" t="str"><v>"#, "长", "</v></c></row>")]
#[case::tag(r#"<row r="2" spans=""#, "长", r#""/>"#)]
#[case::remark("<!--", "长", "-->")]
fn thirty_megabytes_in_one_piece_are_not_held(#[case] before: &str, #[case] piece: &str, #[case] after: &str) {
    let rows = format!("{before}{}{after}", piece.repeat(10 << 20));
    let mut book = Xlsx::people(&rows);
    // What is packed as well as this is believed only beside something that is not.
    book.sheet = book.sheet.replace("</worksheet>", &format!("{}</worksheet>", grown("", 3 << 20)));
    assert_too_large(&book.bytes());
    let rows = format!("<table:table-row><table:table-cell><text:p>{}", piece.repeat(10 << 20));
    assert_too_large(&ods("", &(ods_table(&rows) + &grown("", 3 << 20))));
}

#[test]
fn a_sheet_that_is_said_to_be_gigantic_holds_what_it_holds() {
    let mut book =
        Xlsx::people(&person_row(1_048_576, "张三").replace("</row>", r#"<c r="XFD1048576"><v>1</v></c></row>"#));
    book.sheet = book.sheet.replace("<sheetData>", r#"<dimension ref="A1:XFD1048576"/><sheetData>"#);
    assert_eq!(count(&book.bytes()), 1);
}

#[test]
fn one_row_more_than_is_taken_at_once_is_to_be_put_into_another_file() {
    let row = |number| format!("<row r=\"{number}\"><c r=\"A{number}\"><v>{number}</v></c></row>");
    assert_too_many_rows(&Xlsx::people(&(2..MOST_ROWS + 3).map(row).collect::<String>()).bytes());
}

#[test]
fn rows_that_an_ods_repeats_count_as_rows() {
    let row = |times: usize| ods_row(&format!("table:number-rows-repeated=\"{times}\""), &["张三"]);
    assert_eq!(count(&ods("", &ods_table(&row(MOST_ROWS)))), MOST_ROWS);
    assert_too_many_rows(&ods("", &ods_table(&row(1_000_000))));
    let beyond = ods("", &ods_table(&row(4_000_000_000).replace("张三", " ")));
    assert_damaged(&beyond);
}

#[test]
fn cells_that_an_ods_repeats_are_not_all_held() {
    let long = ods_cell("table:number-columns-repeated=\"4000000000\"", &"长".repeat(5_000));
    let header = format!("<table:table-row>{}</table:table-row>", long.repeat(20));
    let error = refusal(&ods("", &format!(r#"<table:table table:name="人员">{}</table:table>"#, header.repeat(20))));
    assert!(matches!(error, WorkbookError::MissingColumns { .. }), "{error:?}");
}

#[test]
fn a_cell_that_is_given_over_and_over_is_held_once() {
    let mut book = Xlsx::new("");
    book.strings = Some(format!("<sst><si><t>{}</t></si></sst>", "长".repeat(2_000)));
    let cells = grown(r#"<c r="A1" t="s"><v>0</v></c>"#, 1 << 20);
    book.sheet = format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
    let error = refusal(&book.bytes());
    assert!(matches!(error, WorkbookError::MissingColumns { .. }), "{error:?}");
    // Also in a row below the header.
    let header = inline_row(1, &HEADER);
    book.sheet =
        format!("<worksheet><sheetData>{header}<row r=\"2\">{cells}</row></sheetData></worksheet>").replace("A1", "A2");
    assert_eq!(count(&book.bytes()), 1);
}

#[test]
fn elements_within_elements_without_end_are_not_followed() {
    let deep = grown("<a>", 2 << 20);
    assert_too_large(&Xlsx::new(&deep).bytes());
    assert_too_large(&ods("", &deep));
    assert_too_large(&ods("", &ods_table(&format!("<table:table-row><table:table-cell>{deep}"))));
}

#[test]
fn more_shared_strings_than_a_file_can_hold_are_not_made_room_for() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.strings = Some(r#"<sst uniqueCount="4000000000"><si><t>a</t></si></sst>"#.into());
    assert_damaged(&book.bytes());
}

#[test]
fn shared_strings_without_end_are_not_held() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.strings = Some(format!("<sst>{}</sst>", grown("<si/>", 12 << 20)));
    assert_too_large(&book.bytes());
}

#[test]
fn styles_without_end_are_not_held() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.styles = Some(format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", grown("<xf/>", 3 << 20)));
    assert_too_large(&book.bytes());
}

#[test]
fn a_long_name_of_a_font_is_not_copied_into_every_style() {
    let font = format!(r#"<fonts><font><name val="{}"/></font></fonts>"#, "长".repeat(100_000));
    let styles = grown(r#"<xf fontId="0"/>"#, 1 << 20);
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.styles = Some(format!("<styleSheet>{font}<cellXfs>{styles}</cellXfs></styleSheet>"));
    assert_too_large(&book.bytes());
}

#[test]
fn as_many_styles_as_a_spreadsheet_program_makes_are_no_matter() {
    let font = r#"<fonts><font><name val="微软雅黑"/></font></fonts>"#;
    let styles = r#"<xf numFmtId="14" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>"#.repeat(64_000);
    let mut book = Xlsx::people(&person_row(2, "张三"));
    book.styles = Some(format!("<styleSheet>{font}<cellXfs>{styles}</cellXfs></styleSheet>"));
    assert_eq!(count(&book.bytes()), 1);
}

#[test]
fn merged_areas_without_end_are_not_held() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    let merged = grown(r#"<mergeCell ref="A2:A3"/>"#, 6 << 20);
    book.sheet = book.sheet.replace("</worksheet>", &format!("<mergeCells>{merged}</mergeCells></worksheet>"));
    assert_too_large(&book.bytes());
}

#[test]
fn sheets_without_end_are_not_tried_one_after_the_other() {
    let mut book = Xlsx::new(&format!("<sheetData>{}</sheetData>", inline_row(1, &["姓名"])));
    book.sheets = numbered(20_000, |id| format!(r#"<sheet name="{id}" sheetId="{id}" r:id="one"/>"#));
    assert_too_large(&book.bytes());
    let table = format!(r#"<table:table table:name="表">{}</table:table>"#, ods_row("", &["姓名"]));
    assert_too_large(&ods("", &table.repeat(20_000)));
}

#[test]
fn one_large_part_behind_many_sheets_is_not_read_for_each() {
    let blank = grown(r#"<c r="A2"/>"#, 1 << 20);
    let mut book = Xlsx::people(&format!(r#"<row r="2">{blank}</row>"#));
    book.sheets = numbered(90, |id| format!(r#"<sheet name="{id}" sheetId="{id}" r:id="one"/>"#));
    assert_too_large(&book.bytes());
}

#[test]
fn what_is_held_whole_stays_small_up_to_the_size_that_is_believed() {
    let sheet = Xlsx::people(&person_row(2, "张三"));
    let mut book = Xlsx { sheets: sheet.sheets.clone() + &grown(r#"<sheet name="a" r:id="one"/>"#, 15 << 20), ..sheet };
    assert_too_large(&book.bytes());
    book.sheets = r#"<sheet name="人员" sheetId="1" r:id="one"/>"#.into();
    book.relationships = numbered(300_000, |id| format!(r#"<Relationship Id="{id}" Target="a"/>"#));
    assert_eq!(count(&book.bytes()), 1);
}

#[test]
fn a_large_part_is_a_sheet_or_nothing() {
    // What is held whole is small: a workbook's part with as many sheets as fit into a large one is not looked at.
    let names = grown(r#"<sheet name="a" r:id="one"/>"#, 18 << 20);
    let book = format!("<workbook><sheets>{names}</sheets></workbook>");
    let rels = relationships(&relationship("book", "officeDocument", "/xl/Worksheets/sheet1.xml"));
    assert_too_large(&package([
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/_rels/sheet1.xml.rels", relationships(&relationship("one", "worksheet", "s")).as_bytes()),
        ("xl/worksheets/sheet1.xml", book.as_bytes()),
    ]));
    assert_too_large(&package([
        ("_rels/.rels", relationships(&relationship("book", "officeDocument", "xl/workbook.xml")).as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
    ]));
    assert_damaged(&ods_of(""));
}

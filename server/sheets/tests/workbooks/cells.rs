//! Cells as programs other than LibreOffice write them.

use crate::support::{HEADER, Xlsx, file, inline_row, ods, ods_cell, ods_row, ods_table, people, person_row};
use rstest::rstest;
use sheets::{PersonLine, WorkbookError};

/// The remark of a person in row 2 of an .xlsx, which is this cell.
fn remark(cell: &str) -> String {
    let header = inline_row(1, &[HEADER.as_slice(), &["备注"]].concat());
    let row = person_row(2, "张三").replace("</row>", &format!("{cell}</row>"));
    let book = Xlsx::new(&format!("<sheetData>{header}{row}</sheetData>"));
    people(file(&book.bytes())).unwrap().remove(0).remark
}

fn lines(book: &Xlsx) -> Vec<PersonLine> {
    people(file(&book.bytes())).unwrap()
}

fn names(lines: &[PersonLine]) -> Vec<(u32, &str)> {
    lines.iter().map(|line| (line.row, line.name.as_str())).collect()
}

#[rstest]
#[case::number(r#"<c r="F2"><v>13812345678</v></c>"#, "13812345678")]
#[case::number_with_exponent(r#"<c r="F2"><v>1.3812345678E10</v></c>"#, "13812345678")]
#[case::fraction(r#"<c r="F2"><v>102.74321</v></c>"#, "102.74321")]
#[case::number_as_text(r#"<c r="F2" t="str"><v>13812345678</v></c>"#, "13812345678")]
#[case::leading_zeros(r#"<c r="F2" t="str"><v>00123</v></c>"#, "00123")]
#[case::iso_date(r#"<c r="F2" t="d"><v>2026-11-24</v></c>"#, "2026-11-24")]
#[case::truth(r#"<c r="F2" t="b"><v>1</v></c>"#, "TRUE")]
#[case::rich(r#"<c r="F2" t="inlineStr"><is><r><t>官</t></r><r><rPr><b/></rPr><t>渡</t></r></is></c>"#, "官渡")]
#[case::spoken(r#"<c r="F2" t="inlineStr"><is><t>官渡</t><rPh sb="0" eb="1"><t>guan</t></rPh></is></c>"#, "官渡")]
#[case::escapes(r#"<c r="F2" t="str"><v>甲&amp;乙_x000D_&#10;丙</v></c>"#, "甲&乙\r\n丙")]
#[case::empty(r#"<c r="F2" t="str"><v></v></c>"#, "")]
#[case::style_only(r#"<c r="F2" s="1"/>"#, "")]
#[case::last_of_two(r#"<c r="F2"><v>1</v></c><c r="F2"><v>2</v></c>"#, "2")]
fn a_cell_is_what_one_would_say_stands_there(#[case] cell: &str, #[case] text: &str) {
    assert_eq!(remark(cell), text);
}

#[rstest]
#[case(false, "46350", "2026-11-24")]
#[case(false, "46350.25", "2026-11-24T06:00:00")]
#[case(true, "44888", "2026-11-24")]
#[case(false, "13812345678", "13812345678")]
#[case(false, "0.5", "0.5")]
fn a_date_is_one_by_its_format_unless_no_calendar_has_it(
    #[case] is_1904: bool,
    #[case] value: &str,
    #[case] text: &str,
) {
    let header = inline_row(1, &HEADER);
    let row = person_row(2, "张三").replace("</row>", &format!(r#"<c r="A2" s="1"><v>{value}</v></c></row>"#));
    let mut book = Xlsx::new(&format!("<sheetData>{header}{row}</sheetData>"));
    book.styles = Some(r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.into());
    if is_1904 {
        book.sheets += r#"</sheets><workbookPr date1904="1"/><sheets>"#;
    }
    assert_eq!(lines(&book)[0].name, text);
}

#[test]
fn places_are_counted_where_the_file_does_not_name_them() {
    let rows = [inline_row(1, &HEADER), person_row(2, "张三"), person_row(3, "李四")].concat();
    let unnumbered = rows.replace(r#" r="1""#, "").replace(r#" r="2""#, "").replace(r#" r="3""#, "");
    let lines = lines(&Xlsx::new(&format!("<sheetData>{unnumbered}</sheetData>")));
    assert_eq!(names(&lines), [(2, "张三"), (3, "李四")]);
}

#[test]
fn elements_may_have_a_prefix() {
    let mut book = Xlsx::people(&person_row(2, "张三"));
    for name in ["worksheet", "sheetData", "row", "c", "is", "t"] {
        let (start, bare, end) = (format!("<{name} "), format!("<{name}>"), format!("</{name}>"));
        book.sheet = book.sheet.replace(&start, &format!("<x:{name} ")).replace(&bare, &format!("<x:{name}>"));
        book.sheet = book.sheet.replace(&end, &format!("</x:{name}>"));
    }
    assert_eq!(names(&lines(&book)), [(2, "张三")]);
}

#[test]
fn a_row_keeps_its_number_below_rows_that_are_left_out() {
    let rows = person_row(5, "张三") + r#"<row r="9"/>"# + &person_row(200_000, "李四");
    assert_eq!(names(&lines(&Xlsx::people(&rows))), [(5, "张三"), (200_000, "李四")]);
}

#[test]
fn a_cell_merged_downwards_stands_for_all_its_rows_and_one_merged_across_for_its_own() {
    let rows = person_row(2, "张三")
        + &inline_row(3, &["李四", "13812345678", "", "是", "检查员"])
        + &inline_row(4, &["", "", "", "", ""])
        + &inline_row(5, &["王五", "13812345678", "", "是", "检查员"])
        + &inline_row(6, &["赵六", "", "", "", ""]);
    let mut book = Xlsx::people(&rows);
    let merged = r#"<mergeCells><mergeCell ref="C2:C5"/><mergeCell ref="A6:E6"/></mergeCells>"#;
    book.sheet = book.sheet.replace("</worksheet>", &format!("{merged}</worksheet>"));
    let departments: Vec<_> = lines(&book).into_iter().map(|line| (line.row, line.department, line.phone)).collect();
    let expected = [(2, "商务", "13812345678"), (3, "商务", "13812345678"), (5, "商务", "13812345678"), (6, "", "")];
    assert_eq!(departments, expected.map(|(row, department, phone)| (row, department.to_owned(), phone.to_owned())));
}

#[test]
fn a_text_beyond_any_fields_length_is_an_error_of_its_cell() {
    let (most, more) = ("长".repeat(2_000), "长".repeat(2_001));
    let lines = lines(&Xlsx::people(&(person_row(2, &most) + &person_row(3, &more))));
    assert_eq!((lines[0].name.as_str(), lines[0].errors.len()), (most.as_str(), 0));
    assert_eq!((lines[1].name.as_str(), lines[1].errors.len()), ("", 1));
    let error = &lines[1].errors[0];
    assert_eq!((error.row, error.column.as_str()), (3, "姓名"));
    assert_eq!(error.value, format!("{}……", "长".repeat(20)));
    assert_eq!(error.reason, "内容过长，超过 2000 个字，请核对是否粘贴了多余内容");
}

#[rstest]
#[case("#N/A")]
#[case(" #REF! ")]
#[case("#SPILL!")]
fn a_failure_that_was_pasted_as_text_is_still_no_name(#[case] text: &str) {
    let line = lines(&Xlsx::people(&person_row(2, text))).remove(0);
    assert_eq!((line.name.as_str(), line.errors.len()), ("", 1));
    assert_eq!(line.errors[0].reason, "公式出错，没有得到结果，请改为直接填写内容");
}

#[test]
fn a_failed_remark_is_no_reason_against_a_row_and_makes_none() {
    let header = inline_row(1, &[HEADER.as_slice(), &["备注"]].concat());
    let failed = r#"<c r="F2" t="e"><v>#N/A</v></c>"#;
    let filled = person_row(2, "张三").replace("</row>", &format!("{failed}</row>"));
    let blank = format!(r#"<row r="3">{}</row>"#, failed.replace("F2", "F3"));
    let lines = lines(&Xlsx::new(&format!("<sheetData>{header}{filled}{blank}</sheetData>")));
    assert_eq!(names(&lines), [(2, "张三")]);
    assert_eq!(lines[0].errors, []);
}

#[test]
fn a_failure_of_a_kind_not_known_is_told_with_its_place() {
    let row = person_row(3, "李四").replace("</row>", r#"<c r="F3" t="e"><v>#NEWKIND!</v></c></row>"#);
    let book = Xlsx::people(&(person_row(2, "张三") + &row));
    let error = people(file(&book.bytes())).unwrap_err();
    assert!(matches!(error, WorkbookError::FailedFormula { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "工作表“人员”第 3 行附近有公式出错（#NEWKIND!），没有得到结果，请改为直接填写内容后重新上传"
    );
}

#[test]
fn repeated_cells_and_rows_of_an_ods_are_all_there() {
    let repeated = ods_cell("table:number-columns-repeated=\"2\"", "商务");
    let row = format!(
        r#"<table:table-row table:number-rows-repeated="3">{}{}{repeated}{}</table:table-row>"#,
        ods_cell("", "张三"),
        ods_cell("", "13812345678"),
        ods_cell("", "检查员")
    );
    let blank = r#"<table:table-row table:number-rows-repeated="1000"><table:table-cell/></table:table-row>"#;
    let rows = format!("{blank}{row}{blank}{}", ods_row("", &["李四", "1", "商务", "是", "检查员"]));
    let lines = people(file(&ods("", &ods_table(&rows)))).unwrap();
    assert_eq!(names(&lines), [(1002, "张三"), (1003, "张三"), (1004, "张三"), (2005, "李四")]);
    assert_eq!((lines[0].department.as_str(), lines[0].is_internal.as_str()), ("商务", "商务"));
}

#[test]
fn an_entity_that_only_the_ods_knows_is_not_left_out_of_the_text() {
    let before = r#"<!DOCTYPE x [<!ENTITY who "张三">]>"#;
    let rows = ods_row("", &["李&who;四", "13812345678", "商务", "是", "检查员"]);
    let error = people(file(&ods(before, &ods_table(&rows)))).unwrap_err();
    assert!(matches!(error, WorkbookError::Damaged { .. }), "{error:?}");
}

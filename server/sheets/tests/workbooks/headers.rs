//! Which sheet and which columns are meant.

use crate::support::{HEADER, Xlsx, file, inline_row, people, person_row, relationship};
use rstest::rstest;
use sheets::WorkbookError;
use std::fmt::Write;

/// A workbook with these sheets.
fn book(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Xlsx::new("<sheetData/>");
    book.sheets.clear();
    for (index, (name, rows)) in sheets.iter().enumerate() {
        write!(book.sheets, r#"<sheet name="{name}" sheetId="{index}" r:id="s{index}"/>"#).unwrap();
        book.relationships += &relationship(&format!("s{index}"), "worksheet", &format!("worksheets/s{index}.xml"));
        let part = Xlsx::new(&format!("<sheetData>{rows}</sheetData>")).sheet;
        book.others.push((format!("xl/worksheets/s{index}.xml"), part.into_bytes()));
    }
    book.bytes()
}

/// The sheet of one people workbook, from its header's row on.
fn list(header_row: u32, header: &[&str], names: &[&str]) -> String {
    let rows = (header_row + 1..).zip(names).map(|(row, name)| person_row(row, name));
    inline_row(header_row, header) + &rows.collect::<String>()
}

fn names(bytes: &[u8]) -> Result<Vec<String>, WorkbookError> {
    Ok(people(file(bytes))?.into_iter().map(|line| line.name).collect())
}

#[rstest]
#[case("用户岗位导入填写模板")]
#[case(" 用户岗位 导入填写模板　")]
fn the_sheet_with_the_templates_name_is_the_one(#[case] name: &str) {
    let bytes = book(&[("旧", &list(1, &HEADER, &["旧人"])), (name, &list(1, &HEADER, &["新人"]))]);
    assert_eq!(names(&bytes).unwrap(), ["新人"]);
}

#[test]
fn an_empty_copy_of_the_template_does_not_hide_the_sheet_that_is_filled() {
    let bytes = book(&[("空", &list(1, &HEADER, &[])), ("名单", &list(1, &HEADER, &["张三"])), ("图", "")]);
    assert_eq!(names(&bytes).unwrap(), ["张三"]);
}

#[rstest]
#[case(1)]
#[case(10)]
fn the_header_may_stand_in_any_of_the_first_ten_rows(#[case] row: u32) {
    let lines = people(file(&book(&[("名单", &list(row, &HEADER, &["张三", "李四"]))]))).unwrap();
    let lines: Vec<_> = lines.iter().map(|line| (line.row, line.name.as_str())).collect();
    assert_eq!(lines, [(row + 1, "张三"), (row + 2, "李四")]);
}

#[test]
fn a_header_further_down_is_not_looked_for() {
    let error = names(&book(&[("名单", &list(11, &HEADER, &["张三"]))])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "工作表“名单”缺少列：姓名、手机号、人员归属部门、是否内部人员、岗位。表头须在前 10 行内，请使用系统下载的模板填写"
    );
}

#[test]
fn missing_columns_are_those_of_the_sheet_that_came_nearest() {
    let near = list(3, &["姓名", "手机", "部门", "岗位"], &["张三"]);
    let error = names(&book(&[("封面", "说明"), ("名单", &near), ("附件", &list(1, &["姓名"], &[]))])).unwrap_err();
    assert!(matches!(error, WorkbookError::MissingColumns { .. }), "{error:?}");
    assert_eq!(error.to_string(), "工作表“名单”缺少列：是否内部人员。表头须在前 10 行内，请使用系统下载的模板填写");
}

#[test]
fn a_title_is_found_however_it_is_spaced_starred_or_remarked_upon() {
    let header = ["＊姓 名", "手机号*", "人员归属部门（下拉选择）", "是否内部\n人员", "岗位:"];
    assert_eq!(names(&book(&[("名单", &list(1, &header, &["张三"]))])).unwrap(), ["张三"]);
}

#[test]
fn a_title_of_the_template_counts_before_another_name_for_it() {
    let rows = inline_row(1, &["联系电话", "姓名", "部门", "是否内部人员", "岗位", "手机号"])
        + &inline_row(2, &["0871-63100000", "张三", "商务", "是", "检查员", "13812345678"]);
    let lines = people(file(&book(&[("名单", &rows)]))).unwrap();
    assert_eq!(lines[0].phone, "13812345678");
}

#[rstest]
#[case(["手机号", "手机号"])]
#[case(["手机", "联系电话"])]
fn a_column_that_stands_twice_is_not_guessed_at(#[case] phones: [&str; 2]) {
    let header = [phones[0], "姓名", "部门", "是否内部人员", "岗位", phones[1]];
    let error = names(&book(&[("名单", &list(1, &header, &["张三"]))])).unwrap_err();
    assert!(matches!(error, WorkbookError::RepeatedColumn { .. }), "{error:?}");
    assert_eq!(error.to_string(), "工作表“名单”中列“手机号”出现了两次，请删去多余的一列后重新上传");
}

#[test]
fn a_header_without_rows_is_to_be_filled_in() {
    let error = names(&book(&[("用户岗位导入填写模板", &list(1, &HEADER, &[]))])).unwrap_err();
    assert!(matches!(error, WorkbookError::NoRows { .. }), "{error:?}");
    assert_eq!(error.to_string(), "工作表“用户岗位导入填写模板”的表头下面没有数据，请填写后重新上传");
}

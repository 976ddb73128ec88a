//! The templates: what a clerk is given to fill in.

use crate::{
    support::{enterprises, file, people},
    written::Written,
};
use domain::{
    enterprise::EnterpriseType,
    person::{Department, DepartmentCode},
    region::Region,
};
use rstest::rstest;
use sheets::WorkbookError;

const SHEET: &str = "xl/worksheets/sheet2.xml";
const LAST_ROW: u32 = 1_048_576;

fn people_template(allow_administrators: bool) -> Vec<u8> {
    let department = |code: &str, name: &str| Department { code: DepartmentCode(code.into()), name: name.into() };
    let place = |code: &str, name: &str| Region { code: code.parse().unwrap(), name: name.into() };
    let departments =
        [department("housing", "住房城乡建设"), department("fire", "消防救援"), department("fin", "财政")];
    let places = [place("530100", "昆明市"), place("530111", "官渡区")];
    sheets::people_template(&departments, &places, allow_administrators).unwrap()
}

fn enterprise_template() -> Vec<u8> {
    sheets::enterprise_template().unwrap()
}

/// The drop-downs: where each is, and what can be chosen.
fn drop_downs(book: &Written) -> Vec<(String, Vec<String>)> {
    let options = book.texts("选项");
    let choices = |source: &str| {
        let (column, last) = source.strip_prefix("选项!$").unwrap().split_once("$1:$").unwrap();
        let index = usize::from(column.as_bytes()[0] - b'A');
        assert_eq!(last, format!("{column}${}", last.split('$').nth(1).unwrap()));
        let last: usize = last.split('$').nth(1).unwrap().parse().unwrap();
        let texts: Vec<_> = options.iter().map(|row| row[index].clone()).collect();
        assert!(texts[last..].iter().all(String::is_empty), "{source} leaves options out");
        texts[..last].to_vec()
    };
    let rules = book.elements(SHEET, "dataValidation");
    let sources = book.elements(SHEET, "formula1");
    let both = rules.iter().zip(&sources);
    both.map(|(rule, source)| {
        assert_eq!((rule["type"].as_str(), rule["showErrorMessage"].as_str()), ("list", "1"));
        (rule["sqref"].clone(), choices(&source[""]))
    })
    .collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[rstest]
#[case(people_template(true), "用户岗位导入填写模板")]
#[case(enterprise_template(), "企业信息收集表")]
fn a_template_opens_at_the_sheet_to_fill_in_with_an_explanation_before_it(#[case] bytes: Vec<u8>, #[case] name: &str) {
    let book = Written::from(bytes);
    assert_eq!(book.sheets(), ["填写说明", name, "选项"]);
    let hidden: Vec<_> =
        book.elements("xl/workbook.xml", "sheet").iter().map(|sheet| sheet.contains_key("state")).collect();
    assert_eq!(hidden, [false, false, true]);
    assert_eq!(book.elements("xl/workbook.xml", "workbookView")[0]["activeTab"], "1");
    assert_eq!(book.texts("填写说明")[0][0], format!("《{name}》填写说明"));
}

#[test]
fn the_columns_are_those_that_are_read_and_the_required_ones_of_people_are_starred() {
    let header = texts(&["姓名*", "手机号*", "人员归属部门*", "是否内部人员*", "岗位*", "所属区划", "备注"]);
    assert_eq!(Written::from(people_template(false)).texts("用户岗位导入填写模板"), [header]);
    let header = texts(&[
        "企业名称",
        "企业类型",
        "企业住所",
        "法人代表",
        "社会统一信用代码",
        "许可证名称",
        "许可证编号",
        "经度",
        "纬度",
        "坐标系",
    ]);
    assert_eq!(Written::from(enterprise_template()).texts("企业信息收集表"), [header]);
}

#[rstest]
#[case(people_template(true), "用户岗位导入填写模板", &["必填", "必填", "必填", "必填", "必填", "选填", "选填"])]
#[case(
    enterprise_template(),
    "企业信息收集表",
    &["必填", "必填", "必填", "必填", "必填", "选填", "选填", "选填", "选填", "选填"]
)]
fn every_column_is_explained_with_whether_it_must_be_filled(
    #[case] bytes: Vec<u8>,
    #[case] name: &str,
    #[case] needs: &[&str],
) {
    let book = Written::from(bytes);
    let explained = book.texts("填写说明");
    let begin = explained.iter().position(|row| row[..3] == texts(&["列", "是否必填", "怎样填写"])).unwrap() + 1;
    let columns: Vec<_> = explained[begin..].iter().map(|row| row[0].clone()).collect();
    let header = &book.texts(name)[0];
    assert_eq!(columns, header.iter().map(|title| title.trim_end_matches('*').to_owned()).collect::<Vec<_>>());
    assert_eq!(explained[begin..].iter().map(|row| row[1].clone()).collect::<Vec<_>>(), texts(needs));
    assert!(explained[begin..].iter().all(|row| !row[2].is_empty()));
}

#[test]
fn departments_roles_and_places_are_chosen_from_lists_down_to_the_last_row() {
    let mut expected = vec![
        (format!("C2:C{LAST_ROW}"), texts(&["住房城乡建设", "消防救援", "财政"])),
        (format!("D2:D{LAST_ROW}"), texts(&["是", "否"])),
        (format!("E2:E{LAST_ROW}"), texts(&["检查员", "管理员"])),
        (format!("F2:F{LAST_ROW}"), texts(&["昆明市", "官渡区"])),
    ];
    assert_eq!(drop_downs(&Written::from(people_template(true))), expected);
    expected[2].1.pop();
    assert_eq!(drop_downs(&Written::from(people_template(false))), expected);
}

#[test]
fn the_sixteen_types_and_the_two_datums_are_chosen_from_lists() {
    let types: Vec<_> = EnterpriseType::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(types.len(), 16);
    let expected = [(format!("B2:B{LAST_ROW}"), types), (format!("J2:J{LAST_ROW}"), texts(&["GCJ-02", "WGS-84"]))];
    assert_eq!(drop_downs(&Written::from(enterprise_template())), expected);
}

#[rstest]
#[case(people_template(false), 7)]
#[case(enterprise_template(), 10)]
fn every_column_is_text_so_that_no_digit_is_lost(#[case] bytes: Vec<u8>, #[case] columns: usize) {
    assert_eq!(Written::from(bytes).column_formats(SHEET), vec!["@"; columns]);
}

#[rstest]
#[case(people_template(false))]
#[case(enterprise_template())]
fn the_header_stays_in_sight(#[case] bytes: Vec<u8>) {
    let pane = Written::from(bytes).elements(SHEET, "pane").remove(0);
    assert_eq!((pane["state"].as_str(), pane["ySplit"].as_str()), ("frozen", "1"));
    assert_eq!((pane["topLeftCell"].as_str(), pane.get("xSplit")), ("A2", None));
}

#[test]
fn a_template_that_nobody_filled_in_says_so() {
    let error = people(file(&people_template(true))).unwrap_err();
    assert!(matches!(&error, WorkbookError::NoRows { sheet } if sheet == "用户岗位导入填写模板"), "{error:?}");
    let error = enterprises(file(&enterprise_template())).unwrap_err();
    assert!(matches!(&error, WorkbookError::NoRows { sheet } if sheet == "企业信息收集表"), "{error:?}");
}

#[test]
fn no_departments_make_no_empty_list() {
    let book = Written::from(sheets::people_template(&[], &[], false).unwrap());
    let places: Vec<_> = book.elements(SHEET, "dataValidation").iter().map(|rule| rule["sqref"].clone()).collect();
    assert_eq!(places, [format!("D2:D{LAST_ROW}"), format!("E2:E{LAST_ROW}")]);
}

//! What clerks hand in, saved by LibreOffice. Each is read the same from .xlsx and from .ods.

use crate::support::{enterprises, fixture, people};
use domain::{
    credit_code::CreditCode,
    import::{RowError, RowFault},
    person::PhoneNumber,
};
use rstest::rstest;
use sheets::{EnterpriseLine, PersonLine, WorkbookError};

fn person(row: u32, cells: [&str; 7]) -> PersonLine {
    let [name, phone, department, is_internal, role, region, remark] = cells.map(ToOwned::to_owned);
    PersonLine { row, name, phone, department, is_internal, role, region, remark, errors: Vec::new() }
}

fn failed(row: u32, column: &str, value: &str, reason: &str) -> RowError {
    let (column, value, reason) = (column.into(), value.into(), reason.into());
    RowError { row, column, value, reason, fault: RowFault::Error }
}

const NO_RESULT: &str = "公式出错，没有得到结果，请改为直接填写内容";
const REWRITTEN: &str = "数字超过 15 位，后面的数位已被电子表格改写，请将单元格设为文本后重新填写";

#[rstest]
fn a_filled_people_template_is_read_as_typed(#[values("xlsx", "ods")] ending: &str) {
    let lines = people(fixture(&format!("people-filled.{ending}"))).unwrap();
    // Row 4 is blank, and row 6 holds nothing but blanks.
    assert_eq!(
        lines,
        [
            person(2, ["张三", "13812345678", "住房城乡建设", "是", "检查员", "官渡区", ""]),
            person(3, ["李四", "13987654321", "市场监管", "否", "检查员", "", "第一行备注\n第二行备注"]),
            person(5, ["王五", "１３７００００１１１１", "住房城乡建设", "是", "检查员", "官渡区", ""]),
            person(7, ["赵六　 ", " 138 0013 8000", "住房城乡建设", "是", "检查员", "官渡区", ""]),
        ]
    );
    let phones: Vec<_> = lines.iter().map(|line| PhoneNumber::parse(&line.phone).unwrap()).collect();
    let phones: Vec<_> = phones.iter().map(PhoneNumber::as_str).collect();
    assert_eq!(phones, ["13812345678", "13987654321", "13700001111", "13800138000"]);
}

#[rstest]
fn a_filled_enterprise_template_is_read_as_typed(#[values("xlsx", "ods")] ending: &str) {
    let lines = enterprises(fixture(&format!("enterprises-filled.{ending}"))).unwrap();
    let first = EnterpriseLine {
        row: 2,
        draft: domain::enterprise::EnterpriseDraft {
            name: "老街米线店".into(),
            enterprise_type: "餐饮企业".into(),
            address: "官渡区关上街道 1 号".into(),
            legal_representative: "王小明".into(),
            credit_code: "91530111MA6K8B2X3X".into(),
            licence_name: "食品经营许可证".into(),
            licence_number: "00123450".into(),
        },
        longitude: "102.74321".into(),
        latitude: "25.012345".into(),
        datum: "WGS-84".into(),
        errors: Vec::new(),
    };
    assert_eq!(lines[0], first);
    assert_eq!(lines.iter().map(|line| line.row).collect::<Vec<_>>(), [2, 3, 5, 6]);
    for line in [&lines[0], &lines[1], &lines[3]] {
        assert_eq!(line.errors, []);
        line.draft.parse().unwrap();
    }
    assert_eq!(lines[1].draft.credit_code, "13812345678");
    assert_eq!(lines[3].draft.licence_number, "123456789012345");
}

#[rstest]
fn a_code_that_lost_digits_as_a_number_is_refused_in_every_column(#[values("xlsx", "ods")] ending: &str) {
    let lines = enterprises(fixture(&format!("enterprises-filled.{ending}"))).unwrap();
    assert_eq!((lines[2].draft.credit_code.as_str(), lines[2].draft.licence_number.as_str()), ("", ""));
    assert_eq!(
        lines[2].errors,
        [
            failed(5, "社会统一信用代码", "9.15301117E+17", REWRITTEN),
            failed(5, "许可证编号", "1.23456789012346E+18", REWRITTEN),
        ]
    );
    // The same code typed as text has kept them.
    let code = CreditCode::parse(&lines[3].draft.credit_code).unwrap();
    assert_eq!(code.as_str(), "915301117000000004");
}

#[rstest]
fn a_list_of_ones_own_is_read_by_its_header(#[values("xlsx", "ods")] ending: &str) {
    let lines = people(fixture(&format!("people-own.{ending}"))).unwrap();
    // A note in row 1, the header in row 2; row 6 is blank, row 9 holds a running number only.
    let numbers: Vec<_> = lines.iter().map(|line| line.row).collect();
    assert_eq!(numbers, [3, 4, 5, 7, 8, 10]);
    assert_eq!(lines[0], person(3, ["钱一", "13812345678", "市场监管", "是", "检查员", "", "2026-11-24"]));
    assert_eq!(lines[1], person(4, ["钱二", "13812345678.0", "市场监管", "否", "检查员", "", "0.5"]));
    assert_eq!(
        lines[2],
        person(5, ["钱三", "1.3812345678E10", "市场监管", "TRUE", "检查员", "", "2026-11-24T08:30:00"])
    );
    for line in &lines[..4] {
        assert_eq!(PhoneNumber::parse(&line.phone).unwrap().as_str(), "13812345678");
    }
}

#[rstest]
fn a_formula_counts_as_its_result(#[values("xlsx", "ods")] ending: &str) {
    let lines = people(fixture(&format!("people-own.{ending}"))).unwrap();
    assert_eq!(lines[3], person(7, ["钱四", "13812345678", "市场监管", "是", "检查员", "", ""]));
}

#[rstest]
#[case("xlsx", "#VALUE!", "#VALUE!")]
#[case("ods", "Err:502", "Err:522")]
fn a_failed_formula_is_named_and_not_taken_for_text(
    #[case] ending: &str,
    #[case] no_number: &str,
    #[case] circle: &str,
) {
    let lines = people(fixture(&format!("people-own.{ending}"))).unwrap();
    // The failed one under 备注 is nobody's concern: remarks are not imported.
    assert_eq!(
        lines[4],
        PersonLine {
            errors: vec![
                failed(8, "姓名", "#DIV/0!", NO_RESULT),
                failed(8, "手机号", "#N/A", NO_RESULT),
                failed(8, "是否内部人员", no_number, NO_RESULT),
                failed(8, "岗位", circle, NO_RESULT),
            ],
            ..person(8, ["", "", "商务", "", "", "", ""])
        }
    );
}

#[rstest]
fn a_phone_number_with_too_many_digits_is_refused_and_remarks_are_not_mixed_in(#[values("xlsx", "ods")] ending: &str) {
    let lines = people(fixture(&format!("people-own.{ending}"))).unwrap();
    assert_eq!(
        lines[5],
        PersonLine {
            errors: vec![failed(10, "手机号", "1.38123456789012E+18", REWRITTEN)],
            ..person(10, ["钱五", "", "商务", "是", "检查员", "", "=1+1"])
        }
    );
}

#[rstest]
fn a_hidden_sheet_is_not_what_is_meant(#[values("xlsx", "ods")] ending: &str) {
    let lines = people(fixture(&format!("people-hidden.{ending}"))).unwrap();
    assert_eq!(lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["新人"]);
}

#[rstest]
fn two_sheets_that_could_be_meant_are_both_named_instead_of_leaving_one_out(#[values("xlsx", "ods")] ending: &str) {
    let error = people(fixture(&format!("people-two.{ending}"))).unwrap_err();
    assert!(matches!(error, WorkbookError::SeveralSheets { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "工作表“检查员”“管理员”中都有数据，不知以哪个为准。请合并到一个工作表，或分成几个文件，再上传"
    );
}

#[rstest]
#[case("people-filled.xls")]
#[case("enterprises-filled.xls")]
fn the_old_format_is_to_be_saved_anew(#[case] name: &str) {
    let error = people(fixture(name)).unwrap_err();
    assert!(matches!(error, WorkbookError::OldFormat), "{error:?}");
    assert_eq!(error.to_string(), "不支持 .xls 等旧格式，请用 Excel 或 WPS 表格打开后另存为 .xlsx，再上传");
}

#[rstest]
fn a_password_is_named_as_such(#[values("xlsx", "ods")] ending: &str) {
    let error = people(fixture(&format!("locked.{ending}"))).unwrap_err();
    assert!(matches!(error, WorkbookError::Encrypted), "{error:?}");
    assert_eq!(error.to_string(), "文件设有打开密码，请取消密码保护后重新上传");
}

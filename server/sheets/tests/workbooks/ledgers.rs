//! What users take away: ledgers and lists of errors.

use crate::written::Written;
use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
use domain::{
    enterprise::{EnterpriseRow, EnterpriseType},
    geo::Wgs84,
    hazard::{ControlMeasure, CureDetails, EnforcementAction, Severity, Stage},
    import::{RowError, RowFault},
    ledger::LedgerLine,
    time::{Date, Timestamp},
};
use rstest::rstest;
use sheets::{EnterpriseSheet, HazardSheet, RegionNames, errors_workbook};
use std::io::Cursor;

const SHEET: &str = "xl/worksheets/sheet1.xml";
const ID: &str = "01990000-0000-7000-8000-000000000000";
const TODAY: Date = Date::constant(2026, 11, 24);

fn text(text: &str) -> Data {
    if text.is_empty() { Data::Empty } else { Data::String(text.into()) }
}

/// A day since 1899-12-30, with a fraction for the time.
fn day(days: f64) -> Data {
    Data::DateTime(ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false))
}

fn at(date: Date, seconds: i64) -> Timestamp {
    Timestamp::start_of(date).plus_seconds(seconds)
}

fn names() -> RegionNames {
    [("530000", "云南省"), ("530100", "昆明市"), ("530111", "官渡区")]
        .map(|(code, name)| (code.parse().unwrap(), name.to_owned()))
        .into()
}

fn open_line() -> LedgerLine {
    LedgerLine {
        enterprise_name: "老街米线店".into(),
        enterprise_type: EnterpriseType::Catering,
        address: "关上街道 1 号".into(),
        region: "530111".parse().unwrap(),
        item_text: "软管长度不超过 2 米".into(),
        description: "软管\n老化".into(),
        severity: Severity::Major,
        department: "住房城乡建设".into(),
        officer_name: "张三".into(),
        inspectors: "张三、李四".into(),
        found_at: at(Date::constant(2026, 11, 1), 14 * 3600 + 30 * 60 + 15),
        due_on: Date::constant(2026, 11, 23),
        stage: Stage::Open,
        closed_at: None,
        cure_text: String::new(),
        cure: CureDetails::default(),
    }
}

fn closed_line() -> LedgerLine {
    let mut line = open_line();
    line.closed_at = Some(at(Date::constant(2026, 11, 20), 0));
    line.severity = Severity::General;
    line.cure_text = "已更换".into();
    line.stage = Stage::Closed;
    line.cure = CureDetails {
        measures: vec![ControlMeasure::GasOff, ControlMeasure::OnSite],
        enforcement: vec![EnforcementAction::Fined],
        fine_fen: Some(123_456),
    };
    line
}

fn hazards(caption: &str, lines: &[LedgerLine]) -> Written {
    let mut sheet = HazardSheet::new(Cursor::new(Vec::new()), caption, names(), TODAY).unwrap();
    for line in lines {
        sheet.push(line).unwrap();
    }
    sheet.finish().unwrap().into_inner().into()
}

fn with_description(description: &str) -> Written {
    let mut line = open_line();
    line.description = description.into();
    hazards("", &[line])
}

const HAZARD_HEADER: [&str; 22] = [
    "序号",
    "省",
    "州（市）",
    "县（市、区）",
    "企业名称",
    "企业类型",
    "企业住所",
    "检查项",
    "隐患描述",
    "隐患级别",
    "责任部门",
    "整治责任人",
    "检查人员",
    "发现时间",
    "整改期限",
    "状态",
    "是否逾期",
    "整改时间",
    "整改情况",
    "管控措施",
    "处罚方式",
    "罚款金额（元）",
];

#[test]
fn a_hazard_is_a_row_of_texts_numbers_and_real_dates() {
    let rows = hazards("", &[open_line(), closed_line()]).rows("隐患台账");
    assert_eq!(rows[0], HAZARD_HEADER.map(text));
    let begin = |number: f64, severity: &str| {
        let place = [Data::Float(number), text("云南省"), text("昆明市"), text("官渡区")];
        let what = ["老街米线店", "餐饮企业", "关上街道 1 号", "软管长度不超过 2 米", "软管\n老化", severity];
        let who = ["住房城乡建设", "张三", "张三、李四"];
        // 2026-11-01 14:30:15, to the millisecond, and 2026-11-23.
        let when = [day(46_327.604_340_28), day(46_349.0)];
        [place.as_slice(), &what.map(text), &who.map(text), &when].concat()
    };
    let end = [text("待整改"), text("是"), Data::Empty, Data::Empty, Data::Empty, Data::Empty, Data::Empty];
    assert_eq!(rows[1], [begin(1.0, "重大"), end.to_vec()].concat());
    let end = [
        text("已销号"),
        text("否"),
        day(46_346.0),
        text("已更换"),
        text("关阀停气、当场整改"),
        text("罚款"),
        Data::Float(1_234.56),
    ];
    assert_eq!(rows[2], [begin(2.0, "一般"), end.to_vec()].concat());
}

#[test]
fn a_hazard_is_overdue_from_the_day_after_its_last() {
    let mut line = open_line();
    line.due_on = TODAY;
    assert_eq!(hazards("", &[line]).rows("隐患台账")[1][16], text("否"));
}

#[rstest]
#[case("530000", ["云南省", "", ""])]
#[case("530100", ["云南省", "昆明市", ""])]
#[case("530112", ["云南省", "昆明市", ""])]
#[case("000000", ["", "", ""])]
fn a_place_is_named_as_far_as_it_has_names(#[case] region: &str, #[case] names: [&str; 3]) {
    let mut line = open_line();
    line.region = region.parse().unwrap();
    assert_eq!(hazards("", &[line]).rows("隐患台账")[1][1..4], names.map(text));
}

#[rstest]
#[case("=1+1")]
#[case("+86 13812345678")]
#[case("-1")]
#[case("@SUM(A1)")]
#[case("=HYPERLINK(\"http://a.cn\")")]
#[case("\t=1+1")]
#[case("13812345678")]
#[case("http://a.cn/b?c=d&e")]
#[case("mailto:a@b.cn")]
#[case("<b>&amp;</b>")]
#[case("_x0041_")]
#[case("_x005F_x0041_ _x 甲_x00")]
#[case(" \u{3000}前后空白\n ")]
#[case("回车\r换行\r\n")]
#[case("甲\u{1f525}乙")]
#[case("\u{8}\u{b}\u{fffe}")]
fn a_text_is_a_text_whatever_it_begins_with(#[case] description: &str) {
    let book = with_description(description);
    assert_eq!(book.rows("隐患台账")[1][8], text(description));
    assert_eq!(book.elements(SHEET, "f"), []);
    assert_eq!(book.elements(SHEET, "hyperlink"), []);
}

#[rstest]
#[case::as_long_as_it_may_be("险".repeat(32_767), "险".repeat(32_767))]
#[case::longer("险".repeat(40_000), "险".repeat(32_767))]
#[case::within_a_pair("险".repeat(32_766) + "\u{1f525}", "险".repeat(32_766))]
#[case::ascii("a".repeat(32_768), "a".repeat(32_767))]
#[case::pairs("\u{1f525}".repeat(20_000), "\u{1f525}".repeat(16_383))]
fn a_text_longer_than_a_cell_is_cut_between_characters(#[case] description: String, #[case] cut: String) {
    assert_eq!(with_description(&description).rows("隐患台账")[1][8], text(&cut));
}

#[test]
fn a_caption_stands_above_the_header_and_the_filter_below_it() {
    let book = hazards("昆明市 · 2026 年", &[open_line(), closed_line()]);
    let rows = book.texts("隐患台账");
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str(), rows.len()), ("昆明市 · 2026 年", "序号", 4));
    assert_eq!(book.elements(SHEET, "autoFilter")[0]["ref"], "A2:V4");
    let pane = &book.elements(SHEET, "pane")[0];
    assert_eq!((pane["state"].as_str(), pane["ySplit"].as_str(), pane["topLeftCell"].as_str()), ("frozen", "2", "A3"));
    let printed = &book.elements("xl/workbook.xml", "definedName");
    assert!(
        printed.iter().any(|name| name["name"] == "_xlnm.Print_Titles" && name[""] == "隐患台账!$2:$2"),
        "{printed:?}"
    );
}

#[test]
fn a_ledger_without_rows_is_a_header_with_a_filter() {
    let book = hazards("", &[]);
    assert_eq!(book.rows("隐患台账"), [HAZARD_HEADER.map(text)]);
    assert_eq!(book.elements(SHEET, "autoFilter")[0]["ref"], "A1:V1");
    assert_eq!(book.elements(SHEET, "pane")[0]["ySplit"], "1");
}

#[test]
fn every_column_has_a_width_and_is_shown_as_what_it_is() {
    let book = hazards("", &[open_line()]);
    let widths: Vec<f64> = book.elements(SHEET, "col").iter().map(|column| column["width"].parse().unwrap()).collect();
    assert!(widths.iter().all(|width| (8.0..=41.0).contains(width)), "{widths:?}");
    let formats = book.column_formats(SHEET);
    assert_eq!(formats.len(), 22);
    assert_eq!((formats[0].as_str(), formats[4].as_str()), ("0", "built-in 0"));
    assert_eq!((formats[13].as_str(), formats[14].as_str()), ("yyyy-mm-dd hh:mm", "yyyy-mm-dd"));
    assert_eq!(formats[21], "#,##0.00");
}

#[test]
fn an_enterprise_is_a_row_with_its_position_in_degrees() {
    let mut row = EnterpriseRow {
        id: ID.parse().unwrap(),
        name: "老街米线店".into(),
        enterprise_type: EnterpriseType::Catering.into(),
        address: "关上街道 1 号".into(),
        legal_representative: "王小明".into(),
        credit_code: "91530111MA6K8B2X3X".into(),
        licence_name: "食品经营许可证".into(),
        licence_number: "00123450".into(),
        region: "530111".parse().unwrap(),
        region_name: "官渡区".into(),
        position: Some(Wgs84 { latitude: 25.012345, longitude: 102.74321 }),
        closed_at: None,
        open_hazards: 3,
        last_inspected_at: Some(at(TODAY, 9 * 3600)),
    };
    let mut sheet = EnterpriseSheet::new(Cursor::new(Vec::new()), "", names()).unwrap();
    sheet.push(&row).unwrap();
    (row.position, row.last_inspected_at, row.closed_at) = (None, None, Some(at(TODAY, 0)));
    sheet.push(&row).unwrap();
    let rows = Written::from(sheet.finish().unwrap().into_inner()).rows("企业台账");
    let header = [
        "序号",
        "省",
        "州（市）",
        "县（市、区）",
        "企业名称",
        "企业类型",
        "企业住所",
        "法人代表",
        "社会统一信用代码",
        "许可证名称",
        "许可证编号",
        "经度（WGS-84）",
        "纬度（WGS-84）",
        "未整改隐患",
        "最近检查时间",
        "停业时间",
    ];
    assert_eq!(rows[0], header.map(text));
    let words = [
        "云南省",
        "昆明市",
        "官渡区",
        "老街米线店",
        "餐饮企业",
        "关上街道 1 号",
        "王小明",
        "91530111MA6K8B2X3X",
        "食品经营许可证",
        "00123450",
    ];
    assert_eq!(rows[1][..11], [&[Data::Float(1.0)], words.map(text).as_slice()].concat());
    assert_eq!(rows[1][11..14], [102.74321, 25.012345, 3.0].map(Data::Float));
    assert_eq!(rows[1][14..], [day(46_350.375), Data::Empty]);
    assert_eq!(rows[2][11..14], [Data::Empty, Data::Empty, Data::Float(3.0)]);
    assert_eq!(rows[2][14..], [Data::Empty, day(46_350.0)]);
}

#[test]
fn errors_are_listed_with_row_column_content_and_reason() {
    let error = |row, column: &str, value: &str, fault, reason: &str| RowError {
        row,
        column: column.into(),
        value: value.into(),
        reason: reason.into(),
        fault,
    };
    let errors = [
        error(2, "手机号", "138****5678", RowFault::Repeat, "与第 1 行重复"),
        error(1_048_576, "姓名", "=cmd|' /C calc'!A0", RowFault::Error, "姓名应为 2 至 30 个字，不含数字和符号"),
    ];
    let book = errors_workbook(Cursor::new(Vec::new()), "名单.xlsx", errors).unwrap();
    let book = Written::from(book.into_inner());
    let rows = book.rows("错误明细");
    assert_eq!(rows[0][0], text("名单.xlsx"));
    assert_eq!(rows[1], ["行号", "列", "填写内容", "校验结果", "原因"].map(text));
    let first = ["手机号", "138****5678", "重复", "与第 1 行重复"].map(text);
    assert_eq!(rows[2], [&[Data::Float(2.0)], first.as_slice()].concat());
    let second = ["姓名", "=cmd|' /C calc'!A0", "错误", "姓名应为 2 至 30 个字，不含数字和符号"].map(text);
    assert_eq!(rows[3], [&[Data::Float(1_048_576.0)], second.as_slice()].concat());
    assert_eq!(book.elements(SHEET, "f"), []);
}

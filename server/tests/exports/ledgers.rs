//! 隐患台账.xlsx and 企业台账.xlsx.

use super::{Opened, moment, texts};
use crate::support::{GUANDU, KUNMING, Session, YUNNAN, new_id, now, on_each_engine};
use calamine::{Data, DataType, Reader};
use domain::{
    audit::AuditRow,
    enterprise::EnterpriseRow,
    hazard::{HazardRow, HazardState},
    ledger::LedgerSummary,
    page::{Cursor, Page},
    person::Role,
    time::plus_days,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const HAZARD_COLUMNS: &str = "序号 省 州（市） 县（市、区） 企业名称 企业类型 企业住所 检查项 隐患描述 隐患级别 \
    责任部门 整治责任人 检查人员 发现时间 整改期限 状态 是否逾期 整改时间 整改情况 管控措施 处罚方式 罚款金额（元）";

/// All rows of a list, page by page, as the screen shows them.
async fn all<T: DeserializeOwned>(caller: &Session, list: &str, filter: &Value) -> Vec<T> {
    let (mut rows, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let page: Page<T> = caller.call(list, &json!({ "filter": filter, "after": after })).await;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// A filter as the page's address holds it.
fn query(filter: &Value) -> String {
    let fields = filter.as_object().unwrap().iter();
    let pairs = fields.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The cells of a row under a hazard's columns.
fn assert_is(row: &[Data], hazard: &HazardRow) {
    assert_eq!(texts(&row[4..6]), [hazard.enterprise_name.as_str(), &hazard.enterprise_type.name()]);
    assert_eq!(row[3].to_string(), hazard.region_name);
    assert_eq!(row[8].to_string(), hazard.description);
    assert_eq!(row[9].to_string(), hazard.severity.name());
    assert_eq!(moment(&row[13]), Some(hazard.found_at.to_string()));
    assert_eq!(moment(&row[14]), Some(format!("{} 00:00", hazard.due_on)));
    let is_overdue = hazard.state(now().date()) == HazardState::Overdue;
    assert_eq!(row[16].to_string(), if is_overdue { "是" } else { "否" });
    assert_eq!(moment(&row[17]), hazard.closed_at.map(|at| at.to_string()));
}

#[tokio::test]
async fn the_whole_ledger_is_exported_row_by_row_as_the_screen_shows_it() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, YUNNAN).await;
        let mut book = Opened::download(caller.get("/exports/hazards.xlsx"), "隐患台账.xlsx").await;
        assert_eq!(book.sheets(), ["隐患台账"]);
        let sheet = book.sheet("隐患台账");
        let shown: Vec<HazardRow> = all(&caller, "hazards/list", &json!({})).await;
        assert!(shown.len() > 2_000, "more than one batch");
        assert_eq!(sheet.height(), shown.len() + 1);
        let mut rows = sheet.rows();
        assert_eq!(texts(rows.next().unwrap()).join(" "), HAZARD_COLUMNS);
        for (number, (row, hazard)) in (1_i32..).zip(rows.zip(&shown)) {
            assert_eq!(row[0], Data::Float(number.into()));
            assert_eq!(row[1].to_string(), "云南省");
            assert_is(row, hazard);
        }
        let xml = book.part("xl/worksheets/sheet1.xml");
        let last = format!("A1:V{}", shown.len() + 1);
        for needed in [r#"ySplit="1""#, r#"state="frozen""#, &format!(r#"<autoFilter ref="{last}"#), "<col min="] {
            assert!(xml.contains(needed), "{needed}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_export_keeps_to_the_filter_and_the_area_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, KUNMING).await;
        let (from, to) = (plus_days(now().date(), -120), plus_days(now().date(), -30));
        let filters = [
            (json!({}), ""),
            (json!({ "region": GUANDU, "severity": "major" }), "筛选条件　区划：官渡区　隐患级别：重大"),
            (json!({ "state": "overdue" }), "筛选条件　状态：逾期"),
            (
                json!({ "state": "closed", "enterprise_type": "school" }),
                "筛选条件　企业类型：学校（含幼儿园）　状态：已销号",
            ),
            (json!({ "department": "housing" }), "筛选条件　责任部门：住房城乡建设"),
            (json!({ "from": from, "to": to }), &format!("筛选条件　发现时间：{from} 至 {to}")),
            (json!({ "text": "米线" }), "筛选条件　关键字：米线"),
            (json!({ "text": "没有这样的隐患" }), "筛选条件　关键字：没有这样的隐患"),
        ];
        let mut counts = Vec::new();
        for (filter, caption) in &filters {
            let address = format!("/exports/hazards.xlsx?{}", query(filter));
            let mut book = Opened::download(caller.get(&address), "隐患台账.xlsx").await;
            let sheet = book.sheet("隐患台账");
            let mut rows = sheet.rows();
            if !caption.is_empty() {
                assert_eq!(rows.next().unwrap()[0].to_string(), *caption);
            }
            assert_eq!(texts(rows.next().unwrap()).join(" "), HAZARD_COLUMNS);
            let shown: Vec<HazardRow> = all(&caller, "hazards/list", filter).await;
            let summary: LedgerSummary = caller.call("hazards/summary", &json!({ "filter": filter })).await;
            assert_eq!((rows.len(), shown.len()), (shown.len(), usize::try_from(summary.total).unwrap()), "{filter}");
            rows.zip(&shown).for_each(|(row, hazard)| {
                assert_eq!(row[2].to_string(), "昆明市");
                assert_is(row, hazard);
            });
            counts.push(shown.len());
        }
        assert!(counts[1..7].iter().all(|count| (1..counts[0]).contains(count)), "each narrows: {counts:?}");
        assert_eq!(counts[7], 0);

        let log: Page<AuditRow> = caller.call("audit/list", &json!({})).await;
        let traces: Vec<_> = log.rows.iter().filter(|row| row.action == "hazard.export").collect();
        assert_eq!(traces.len(), filters.len());
        for (trace, (_, caption)) in traces.iter().rev().zip(&filters) {
            assert_eq!((trace.subject.as_str(), trace.post_title.as_str()), ("隐患台账", "昆明市 · 管理员"));
            assert_eq!(trace.detail, caption.strip_prefix("筛选条件　").unwrap_or("全部"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_register_is_exported_with_masked_numbers_and_without_formulas() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let draft = json!({ "name": "=HYPERLINK(\"https://evil.example\")", "enterprise_type": "餐饮企业",
            "address": "@SUM(A1)", "legal_representative": "+王老街", "credit_code": "13812345678",
            "licence_name": "-1+1", "licence_number": "" });
        let _: EnterpriseRow = caller.call("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await;
        let mut book = Opened::download(caller.get("/exports/enterprises.xlsx"), "企业台账.xlsx").await;
        let sheet = book.sheet("企业台账");
        let shown: Vec<EnterpriseRow> = all(&caller, "enterprises/list", &json!({})).await;
        assert_eq!(sheet.height(), shown.len() + 1);
        for (row, enterprise) in sheet.rows().skip(1).zip(&shown) {
            let EnterpriseRow { name, enterprise_type, address, legal_representative, credit_code, .. } = enterprise;
            let kind = enterprise_type.name();
            assert_eq!(texts(&row[1..4]), ["云南省", "昆明市", "官渡区"]);
            assert_eq!(texts(&row[4..9]), [name.as_str(), &kind, address, legal_representative, credit_code]);
            assert_eq!(row[11].as_f64(), enterprise.position.map(|at| at.longitude));
            assert_eq!(moment(&row[14]), enterprise.last_inspected_at.map(|at| at.to_string()));
        }
        let first = sheet.rows().nth(1).unwrap();
        assert_eq!(first[8].to_string(), "138****5678");
        assert!(book.book.worksheet_formula("企业台账").unwrap().is_empty());

        let filter = json!({ "is_inspected": false, "enterprise_type": "catering", "text": "" });
        let address = format!("/exports/enterprises.xlsx?{}", query(&filter).replace("text=", ""));
        let mut book = Opened::download(caller.get(&address), "企业台账.xlsx").await;
        let narrowed: Vec<EnterpriseRow> = all(&caller, "enterprises/list", &filter).await;
        let sheet = book.sheet("企业台账");
        assert_eq!(texts(sheet.rows().next().unwrap())[0], "筛选条件　企业类型：餐饮企业　未检查");
        assert_eq!(sheet.height(), narrowed.len() + 2);
        let log: Page<AuditRow> = caller.call("audit/list", &json!({})).await;
        let trace = &log.rows[0];
        assert_eq!((trace.action.as_str(), trace.subject.as_str()), ("enterprise.export", "企业台账"));
    })
    .await;
}

//! From a workbook that LibreOffice saved to the register, over HTTP.

use super::{Opened, texts};
use crate::support::{GUANDU, KUNMING, NATION, UploadQuery, YUNNAN, code, on_each_engine, workbook};
use calamine::Data;
use domain::{
    audit::AuditRow,
    enterprise::EnterpriseRow,
    import::{ImportKind, ImportReport, ImportState, RowFault},
    page::Page,
    person::{Person, Role},
};
use serde_json::json;

/// Templates that were filled in and saved with LibreOffice; how is told in `make.mjs` beside them.
const ENTERPRISES: &[u8] = include_bytes!("../../sheets/tests/fixtures/enterprises-filled.xlsx");
const PEOPLE: &[u8] = include_bytes!("../../sheets/tests/fixtures/people-filled.xlsx");

#[tokio::test]
async fn enterprises_are_checked_told_row_by_row_confirmed_and_found() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let upload = || caller.post("/imports/enterprises?name=%E4%BC%81%E4%B8%9A.xlsx").body(ENTERPRISES);
        let checked: ImportReport = upload().content().await;
        assert_eq!((checked.kind, checked.state), (ImportKind::Enterprises, ImportState::Checked));
        assert_eq!(checked.file_name, "企业.xlsx");
        assert_eq!(checked.rows, checked.good + checked.repeated + checked.wrong);
        assert!(checked.good > 0 && checked.wrong > 0, "{checked:?}");
        let named = json!({ "filter": { "text": checked.preview[0][0] } });
        let before: Page<EnterpriseRow> = caller.call("enterprises/list", &named).await;
        assert_eq!(before.rows, [], "a check writes nothing");

        let address = format!("/imports/{}/errors.xlsx", checked.id);
        let mut book = Opened::download(caller.get(&address), "错误明细.xlsx").await;
        let sheet = book.sheet("错误明细");
        let mut rows = sheet.rows();
        assert_eq!(rows.next().unwrap()[0].to_string(), "企业.xlsx");
        assert_eq!(texts(rows.next().unwrap()), ["行号", "列", "填写内容", "校验结果", "原因"]);
        assert_eq!(rows.len(), checked.errors.len());
        for (row, error) in rows.zip(&checked.errors) {
            assert_eq!(row[0], Data::Float(error.row.into()));
            let fault = if error.fault == RowFault::Error { "错误" } else { "重复" };
            assert_eq!(texts(&row[1..]), [error.column.as_str(), &error.value, fault, &error.reason]);
        }

        let id = json!({ "id": checked.id });
        let written: ImportReport = caller.call("imports/confirm_enterprises", &id).await;
        assert_eq!((written.state, written.good), (ImportState::Written, checked.good));
        let found: Page<EnterpriseRow> = caller.call("enterprises/list", &named).await;
        assert_eq!((found.rows.len(), &found.rows[0].name), (1, &checked.preview[0][0]));
        let log: Page<AuditRow> = caller.call("audit/list", &json!({})).await;
        assert_eq!((log.rows[0].action.as_str(), log.rows[0].subject.as_str()), ("enterprise.import", "企业.xlsx"));

        // The same file again: every good row is a repeat, in the words of the requirements.
        let again: ImportReport = upload().content().await;
        assert_eq!((again.good, again.repeated, again.wrong), (0, checked.good, checked.wrong));
        let repeat = again.errors.iter().find(|error| error.fault == RowFault::Repeat).unwrap();
        assert!(repeat.reason.starts_with("EXCEL或主表已存在该对象"), "{}", repeat.reason);
        let refused = caller.refused("imports/confirm_enterprises", &json!({ "id": again.id })).await;
        assert_eq!(refused.code(), "conflict");
    })
    .await;
}

#[tokio::test]
async fn people_are_checked_confirmed_and_can_sign_in() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let checked: ImportReport = caller.post("/imports/people?name=a.xlsx").body(PEOPLE).content().await;
        assert_eq!((checked.kind, checked.good, checked.rows), (ImportKind::People, 4, 4), "{:?}", checked.errors);
        let written: ImportReport = caller.call("imports/confirm_people", &json!({ "id": checked.id })).await;
        assert_eq!(written.state, ImportState::Written);
        let found: Page<Person> = caller.call("people/list", &json!({ "filter": { "text": "13812345678" } })).await;
        assert_eq!(found.rows.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["张三"]);
        assert_eq!(found.rows[0].posts[0].title(), "官渡区 · 检查员");
        world.sign_in("13812345678").await;
        // The kind is part of what an import is.
        let refused = caller.refused("imports/enterprises", &json!({ "id": checked.id })).await;
        assert_eq!(refused.code(), "not_found");
    })
    .await;
}

/// A workbook of people at places.
fn people_at(rows: &[[&str; 6]]) -> Vec<u8> {
    workbook::package(zip::CompressionMethod::Deflated, |sheet| {
        workbook::write_row(sheet, 1, &["姓名", "手机号", "人员归属部门", "是否内部人员", "岗位", "所属区划"]);
        for (row, cells) in (2..).zip(rows) {
            workbook::write_row(sheet, row, cells);
        }
    })
}

#[tokio::test]
async fn every_level_imports_the_inspectors_and_administrators_that_it_may_open() {
    on_each_engine(async |world| {
        // Each place of the demonstration's branch has one administrator, so that there is room for one more.
        let levels = [
            (NATION, "全国", Some((YUNNAN, "云南省"))),
            (YUNNAN, "云南省", Some((KUNMING, "昆明市"))),
            (KUNMING, "昆明市", Some((GUANDU, "官渡区"))),
            (GUANDU, "官渡区", None),
        ];
        for (level, (region, own, below)) in (0..).zip(levels) {
            let caller = world.sign_in_as(Role::Administrator, region).await;
            let phone = |number: u32| format!("1577000{level}{number:03}");
            let (inspector, first, second) = (phone(1), phone(2), phone(3));
            let mut rows = vec![["检查甲", inspector.as_str(), "住房城乡建设", "是", "检查员", own]];
            if let Some((_, below)) = below {
                rows.push(["新管理甲", &first, "住房城乡建设", "是", "管理员", below]);
                rows.push(["新管理乙", &second, "住房城乡建设", "是", "管理员", below]);
            }
            let checked: ImportReport =
                caller.post("/imports/people?name=a.xlsx").body(people_at(&rows)).content().await;
            let expected = if below.is_some() { (2, 1) } else { (1, 0) };
            assert_eq!((checked.good, checked.wrong), expected, "{region}: {:?}", checked.errors);
            if let Some((place, _)) = below {
                let mut tx = world.db.read().await.unwrap();
                let there = store::people::administrators_at(&mut tx, code(place)).await.unwrap().join("、");
                drop(tx);
                let reason = &checked.errors[0].reason;
                assert!(reason.contains(&format!("（{there}、新管理甲）")), "{reason}");
            }
            let written: ImportReport = caller.call("imports/confirm_people", &json!({ "id": checked.id })).await;
            assert_eq!((written.state, written.good), (ImportState::Written, expected.0));
            world.sign_in(&inspector).await;
            if below.is_some() {
                world.sign_in(&first).await;
            }
        }
    })
    .await;
}

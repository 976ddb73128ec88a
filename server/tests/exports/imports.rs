//! From a workbook that LibreOffice saved to the register, over HTTP.

use super::{Opened, texts};
use crate::support::{
    GUANDU, KUNMING, NATION, Session, UploadQuery, World, YUNNAN, code, files, new_id, now, on_each_engine,
    until_async, workbook,
};
use calamine::Data;
use domain::{
    Problem,
    audit::AuditRow,
    enterprise::EnterpriseRow,
    import::{ImportKind, ImportReport, ImportState, RowFault},
    job::JobKind,
    page::Page,
    person::{Person, Role},
};
use serde_json::json;
use std::time::Duration;
use store::Db;
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

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

/// A workbook with one good enterprise, handed in under this name.
async fn hand_in(caller: &Session, name: &str) -> Result<ImportReport, Problem> {
    let rows = [["老街米线", "餐饮企业", "关上街 1 号", "王老街", "91360727MA38QC805G"]];
    let request = caller.post(&format!("/imports/enterprises?name={name}")).body(workbook::enterprises(&rows));
    let answer = request.answer().await;
    let is_good = answer.status().is_success();
    let body = answer.text().await.unwrap();
    if is_good { Ok(serde_json::from_str(&body).unwrap()) } else { Err(serde_json::from_str(&body).unwrap()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_waits_for_its_turn_and_keeps_nobody_from_writing_meanwhile() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let checked = hand_in(&caller, "a.xlsx").await.unwrap();
        let cores = all_cores(world).await;
        let confirming = {
            let (caller, id) = (caller.clone(), json!({ "id": checked.id }));
            tokio::spawn(async move { caller.call::<ImportReport>("imports/confirm_enterprises", &id).await })
        };
        let list: Page<EnterpriseRow> = caller.call("enterprises/list", &json!({ "filter": {} })).await;
        for is_closed in [true, false, true, false] {
            let closing = json!({ "id": list.rows[0].id, "is_closed": is_closed });
            let _: serde_json::Value = caller.call("enterprises/close", &closing).await;
        }
        assert!(!confirming.is_finished(), "confirmed without a core");
        drop(cores);
        assert_eq!(confirming.await.unwrap().state, ImportState::Written);
    })
    .await;
}

/// All the cores that workbooks are read with: what needs one waits until they are dropped.
async fn all_cores(world: &World) -> Vec<OwnedSemaphorePermit> {
    let mut cores = Vec::new();
    for _ in 0..std::thread::available_parallelism().unwrap().get() {
        cores.push(world.gate.workbook_core().await);
    }
    cores
}

/// When the enterprise of [`hand_in`] was written.
async fn written_at(world: &World) -> Vec<i64> {
    let sql = "select created_at from enterprises where name = '老街米线'";
    let rows = match &world.db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_all(readers).await,
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await,
    };
    rows.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_ends_whole_after_whoever_asked_for_it_went_away_and_answers_alike_when_asked_again() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let checked = hand_in(&caller, "a.xlsx").await.unwrap();
        let id = json!({ "id": checked.id });
        let cores = all_cores(world).await;
        let asking = caller.function("imports/confirm_enterprises", &id).send();
        assert!(timeout(Duration::from_millis(500), asking).await.is_err(), "confirmed without a core");
        // The server has seen that nobody waits any more.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let from = now();
        drop(cores);
        let state = async || caller.call::<ImportReport>("imports/enterprises", &id).await.state;
        until_async(async || state().await == ImportState::Written).await;
        for _ in 0..2 {
            let again: ImportReport = caller.call("imports/confirm_enterprises", &id).await;
            assert_eq!((again.state, again.good), (ImportState::Written, checked.good));
        }
        // Of the time when it was written: phones look for what changed since they last asked.
        let written = written_at(world).await;
        assert_eq!(written.len(), 1);
        assert!(written[0] >= from.0, "{written:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_takes_longer_than_any_other_call_is_waited_for() {
    let world = World::open().await;
    let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
    let checked = hand_in(&caller, "a.xlsx").await.unwrap();
    let cores = all_cores(&world).await;
    let confirming = caller.function("imports/confirm_enterprises", &json!({ "id": checked.id })).answer();
    let confirming = tokio::spawn(confirming);
    tokio::time::sleep(Duration::from_secs(32)).await;
    assert!(!confirming.is_finished(), "cut off");
    drop(cores);
    let written: ImportReport = confirming.await.unwrap().json().await.unwrap();
    assert_eq!(written.state, ImportState::Written);
}

/// SQLite has four readers: a check that kept one while it reads its file would keep all others out.
#[tokio::test(flavor = "multi_thread")]
async fn four_slow_checks_at_once_keep_nobody_from_reading() {
    let world = World::open().await;
    let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
    let cells: Vec<_> =
        (0..ROWS).map(|row| (format!("米线{row}"), format!("139{row:08}"), format!("关上街 {row} 号"))).collect();
    let people: Vec<_> =
        cells.iter().map(|(_, phone, _)| ["检查人员", phone.as_str(), "住房城乡建设", "是", "检查员"]).collect();
    let enterprises: Vec<_> = cells
        .iter()
        .map(|(name, _, place)| [name.as_str(), "餐饮企业", place, "王老街", "91360727MA38QC805G"])
        .collect();
    let files = [("people", workbook::people(&people)), ("enterprises", workbook::enterprises(&enterprises))];
    let checks: Vec<_> = (0..2)
        .flat_map(|number| files.iter().map(move |(kind, file)| (number, *kind, file.clone())))
        .map(|(number, kind, file)| {
            let upload = caller.post(&format!("/imports/{kind}?name={number}.xlsx")).body(file);
            tokio::spawn(upload.content::<ImportReport>())
        })
        .collect();
    let mut reads = 0;
    while !checks.iter().all(tokio::task::JoinHandle::is_finished) {
        let list = caller.function("enterprises/list", &json!({ "filter": {} })).content::<Page<EnterpriseRow>>();
        timeout(Duration::from_secs(2), list).await.expect("kept from reading");
        reads += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(reads > 20, "the checks were not slow: {reads} reads");
    for check in checks {
        assert_eq!(check.await.unwrap().good, i64::from(ROWS));
    }
}

/// Rows of a workbook whose check takes seconds.
const ROWS: u32 = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn workbooks_that_come_all_at_once_count_for_each_other() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let names: Vec<_> = (0..60).map(|number| format!("{number}.xlsx")).collect();
        let uploads = names.iter().map(async |name| hand_in(&caller, name).await.is_ok());
        let kept = futures::future::join_all(uploads).await.into_iter().filter(|is_kept| *is_kept).count();
        assert!((1..=20).contains(&kept), "{kept}");
        let waiting = files(&world.folder.path().join("imports"));
        assert_eq!(waiting.iter().filter(|name| name.ends_with(".workbook")).count(), kept, "{waiting:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_workbooks_of_one_person_may_wait_and_the_next_try_of_a_file_takes_its_place() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let first = hand_in(&caller, "0.xlsx").await.unwrap();
        for number in 1..20 {
            hand_in(&caller, &format!("{number}.xlsx")).await.unwrap();
        }
        let refused = hand_in(&caller, "20.xlsx").await.unwrap_err();
        assert!(matches!(refused, Problem::Conflict { .. }), "{refused:?}");
        let words = refused.to_string();
        assert!(words.contains("20 个导入文件") && words.contains("等待确认"), "{words}");
        // Others are not touched by it.
        let other = world.sign_in_as(Role::Administrator, crate::support::WUHUA).await;
        hand_in(&other, "20.xlsx").await.unwrap();

        let again = hand_in(&caller, "0.xlsx").await.unwrap();
        let left = files(&world.folder.path().join("imports"));
        assert!(left.contains(&format!("{}.workbook", again.id)), "{left:?}");
        assert!(left.iter().all(|name| !name.contains(&first.id.to_string())), "{left:?}");
        let gone = caller.refused("imports/confirm_enterprises", &json!({ "id": first.id })).await;
        assert!(gone.to_string().contains("同名文件取代"), "{gone}");
        assert_eq!(caller.get(&format!("/imports/{}/errors.xlsx", first.id)).problem().await.code(), "not_found");

        let written: ImportReport = caller.call("imports/confirm_enterprises", &json!({ "id": again.id })).await;
        assert_eq!(written.state, ImportState::Written);
        hand_in(&caller, "20.xlsx").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_of_workbooks_is_swept() {
    on_each_engine(async |world| {
        let caller = world.sign_in_as(Role::Administrator, GUANDU).await;
        let waiting = hand_in(&caller, "a.xlsx").await.unwrap();
        let folder = world.folder.path().join("imports");
        let (stray, unknown) = (new_id(), new_id());
        let write = |name: &str, is_old: bool| {
            let file = std::fs::File::create(folder.join(name)).unwrap();
            if is_old {
                file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
            }
        };
        write("upload-old", true);
        write("upload-new", false);
        write(&format!("{stray}.workbook"), true);
        write(&format!("{stray}.errors"), true);
        write(&format!("{unknown}.workbook"), false);
        write(&format!("{}.0a1b2c3d-errors-unfinished", waiting.id), true);
        write("notes.txt", true);
        for kept in [format!("{}.workbook", waiting.id), format!("{}.errors", waiting.id)] {
            let file = std::fs::File::options().write(true).open(folder.join(kept)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }
        let nation = world.sign_in_as(Role::Administrator, NATION).await;
        let sweep = json!({ "kind": JobKind::SweepWorkbooks.code(), "key": "" });
        until_async(async || nation.function("jobs/retry", &sweep).answer().await.status().is_success()).await;
        let mut kept = vec![
            format!("{}.errors", waiting.id),
            format!("{}.workbook", waiting.id),
            format!("{unknown}.workbook"),
            "notes.txt".to_owned(),
            "upload-new".to_owned(),
        ];
        kept.sort();
        until_async(async || files(&folder) == kept).await;
    })
    .await;
}

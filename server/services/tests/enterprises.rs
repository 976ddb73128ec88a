//! The register: who may do what with it, and where.

use crate::support::{World, code, on_each_engine, submit};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseFilter, EnterpriseRow, EnterpriseType},
    geo::Wgs84,
    id::{EnterpriseId, InspectionId},
    inspection::{Answer, PositionException, Submission},
    photo::PhotoHash,
};
use services::{
    actions::{AddEnterprise, CloseEnterprise, DeleteEnterprise, EditEnterprise, ExportEnterprises},
    audit, checklists, enterprises,
};
use uuid::Uuid;

const HERE: Wgs84 = Wgs84 { latitude: 25.015, longitude: 102.744 };

pub fn draft(name: &str, address: &str, credit_code: &str) -> EnterpriseDraft {
    EnterpriseDraft {
        name: name.to_owned(),
        enterprise_type: "餐饮企业".to_owned(),
        address: address.to_owned(),
        legal_representative: "王老街".to_owned(),
        credit_code: credit_code.to_owned(),
        ..EnterpriseDraft::default()
    }
}

/// Adds 老街米线 through the county post behind the token.
pub async fn noodles(world: &World, token: &str) -> EnterpriseId {
    let id = EnterpriseId(Uuid::now_v7());
    let draft = draft("老街米线", "关上街 1 号", "91360727MA38QC805G");
    enterprises::add(world.permit(token).await, id, draft).await.unwrap();
    id
}

/// Hands in an inspection without hazards, by the inspector behind the token alone.
pub async fn inspect(world: &World, token: &str, person: domain::id::PersonId, enterprise: EnterpriseId) {
    let lists = checklists::current(world.permit(token).await).await.unwrap();
    let list = lists.into_iter().find(|list| list.enterprise_type == EnterpriseType::Catering).unwrap();
    let now = world.gate.now();
    let submission = Submission {
        id: InspectionId(Uuid::now_v7()),
        enterprise,
        enterprise_type: list.enterprise_type.known().unwrap(),
        checklist_version: list.version,
        started_at: now.plus_seconds(-1800),
        finished_at: now,
        participants: vec![person],
        fix: None,
        verdict: None,
        exception: Some(PositionException { reason: "室内没有信号".to_owned(), photo: PhotoHash::of(b"door") }),
        answers: list.items.into_iter().map(|item| (item.code, Answer::Pass)).collect(),
        hazards: Vec::new(),
        seen_again: Vec::new(),
    };
    let receipt = submit(&world.gate, token, &submission).await.unwrap();
    assert_eq!(receipt.outcome, domain::operation::Outcome::Applied);
}

async fn row(world: &World, token: &str, id: EnterpriseId) -> EnterpriseRow {
    enterprises::get(world.permit(token).await, id).await.unwrap().enterprise
}

async fn last_trace(world: &World, token: &str) -> (String, String, String) {
    let log = audit::list(world.permit(token).await, None).await.unwrap();
    let line = log.rows.into_iter().next().unwrap();
    (line.action, line.subject, line.detail)
}

#[tokio::test]
async fn adding_twice_is_adding_once() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let id = EnterpriseId(Uuid::now_v7());
        let wanted = draft("老街米线", "关上街 1 号", "91360727MA38QC805G");
        let first = enterprises::add(world.permit(&county).await, id, wanted.clone()).await.unwrap();
        assert_eq!((first.id, first.region, first.region_name.as_str()), (id, code("530111"), "官渡区"));
        let again = enterprises::add(world.permit(&county).await, id, wanted.clone()).await.unwrap();
        assert_eq!(again, first);
        let log = audit::list(world.permit(&county).await, None).await.unwrap();
        assert_eq!(log.rows.iter().filter(|line| line.action == "enterprise.add").count(), 1);

        let other = draft("新街米线", "关上街 2 号", "13812345678");
        let refused = enterprises::add(world.permit(&county).await, id, other).await;
        assert_eq!(refused, Err(Problem::OperationConflict));
        let repeat = draft("老街米线店", "关上街1号", "91360727MA38QC805G");
        let refused = enterprises::add(world.permit(&county).await, EnterpriseId(Uuid::now_v7()), repeat).await;
        assert_eq!(refused, Err(Problem::EnterpriseExists { name: "老街米线".into(), place: "官渡区".into() }));
        let list = enterprises::list(world.permit(&county).await, EnterpriseFilter::default(), None).await.unwrap();
        assert_eq!(list.rows, [first]);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let wrong = draft("老街米线", "", "91360727MA38QC805X");
        let refused = enterprises::add(world.permit(&county).await, EnterpriseId(Uuid::now_v7()), wrong).await;
        assert_eq!(refused, Err(Problem::invalid("企业住所", "不能为空")));
        let tokyo = Wgs84 { latitude: 35.7, longitude: 139.7 };
        let refused = enterprises::nearby(world.permit(&county).await, tokyo).await.unwrap_err();
        assert_eq!(refused.code(), "invalid");
    })
    .await;
}

#[tokio::test]
async fn only_the_county_writes() {
    on_each_engine(async |world| {
        let prefecture = world.administrator("13800000002", "市管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (inspector, _) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        let id = noodles(world, &inspector).await;
        assert_eq!(row(world, &prefecture, id).await.name, "老街米线");
        let forbidden = |refused: Option<Problem>| assert_eq!(refused.map(|p| p.code()), Some("forbidden"));
        forbidden(world.try_permit::<AddEnterprise>(&prefecture).await.err());
        for token in [&prefecture, &inspector] {
            forbidden(world.try_permit::<EditEnterprise>(token).await.err());
            forbidden(world.try_permit::<DeleteEnterprise>(token).await.err());
            forbidden(world.try_permit::<CloseEnterprise>(token).await.err());
        }
        forbidden(world.try_permit::<ExportEnterprises>(&inspector).await.err());
    })
    .await;
}

#[tokio::test]
async fn another_county_finds_nothing_and_changes_nothing() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let id = noodles(world, &county).await;
        let before = row(world, &county, id).await;
        let other = world.administrator("13800000004", "县管乙", "530102").await;
        let not_found = Problem::not_found("企业");
        assert_eq!(enterprises::get(world.permit(&other).await, id).await.unwrap_err(), not_found);
        let changed = draft("别人的米线", "关上街 1 号", "");
        let refused = enterprises::edit(world.permit(&other).await, id, changed, Some(HERE), None).await;
        assert_eq!(refused.unwrap_err(), not_found);
        assert_eq!(enterprises::delete(world.permit(&other).await, id).await.unwrap_err(), not_found);
        assert_eq!(enterprises::close(world.permit(&other).await, id, true).await.unwrap_err(), not_found);
        let taken = draft("新街米线", "关上街 2 号", "13812345678");
        let refused = enterprises::add(world.permit(&other).await, id, taken).await;
        assert_eq!(refused, Err(Problem::OperationConflict));
        assert_eq!(row(world, &county, id).await, before);

        let not_mine = Problem::not_found("地区");
        let filter = EnterpriseFilter { region: Some(code("530111")), ..EnterpriseFilter::default() };
        let refused = enterprises::list(world.permit(&other).await, filter, None).await;
        assert_eq!(refused.unwrap_err(), not_mine);
        let all = enterprises::list(world.permit(&other).await, EnterpriseFilter::default(), None).await.unwrap();
        assert!(all.rows.is_empty());
        let log = audit::list(world.permit(&other).await, None).await.unwrap();
        assert!(log.rows.iter().all(|line| !line.action.starts_with("enterprise.")), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn an_edit_keeps_the_code_and_leaves_a_trace_of_the_position() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let id = EnterpriseId(Uuid::now_v7());
        let shop = draft("路边烧烤", "夜市 3 号", "13812345678");
        let added = enterprises::add(world.permit(&county).await, id, shop).await.unwrap();
        assert_eq!(added.credit_code, "138****5678");
        let moved = draft("路边烧烤店", "夜市 3 号", "");
        let edited = enterprises::edit(world.permit(&county).await, id, moved.clone(), Some(HERE), None).await.unwrap();
        assert_eq!((edited.name.as_str(), edited.credit_code.as_str()), ("路边烧烤店", "138****5678"));
        assert_eq!(edited.position, Some(HERE));
        let (action, subject, detail) = last_trace(world, &county).await;
        assert_eq!((action.as_str(), subject.as_str()), ("enterprise.edit", "路边烧烤"));
        assert_eq!(detail, "企业名称：路边烧烤 → 路边烧烤店；定位：25.015000,102.744000");
        let north = Wgs84 { latitude: 25.016, ..HERE };
        enterprises::edit(world.permit(&county).await, id, moved.clone(), Some(north), None).await.unwrap();
        let detail = last_trace(world, &county).await.2;
        assert_eq!(detail, "定位：25.015000,102.744000 → 25.016000,102.744000（移动 111 米）");
        let with_code = EnterpriseDraft { credit_code: "13912345678".to_owned(), ..moved };
        let edited = enterprises::edit(world.permit(&county).await, id, with_code, None, None).await.unwrap();
        assert_eq!((edited.credit_code.as_str(), edited.position), ("139****5678", Some(north)));
        assert_eq!(last_trace(world, &county).await.2, "社会统一信用代码已更改");
    })
    .await;
}

#[tokio::test]
async fn an_edit_cannot_become_a_repeat() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        noodles(world, &county).await;
        let id = EnterpriseId(Uuid::now_v7());
        let shop = draft("路边烧烤", "夜市 3 号", "13812345678");
        let before = enterprises::add(world.permit(&county).await, id, shop).await.unwrap();
        let repeat = draft("路边烧烤", "关上街1号", "91360727MA38QC805G");
        let refused = enterprises::edit(world.permit(&county).await, id, repeat, Some(HERE), None).await;
        assert_eq!(refused, Err(Problem::EnterpriseExists { name: "老街米线".into(), place: "官渡区".into() }));
        assert_eq!(row(world, &county, id).await, before);
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_with_records_is_closed_not_deleted() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (inspector, person) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        let id = noodles(world, &county).await;
        inspect(world, &inspector, person.id, id).await;
        let refused = enterprises::delete(world.permit(&county).await, id).await.unwrap_err();
        assert_eq!(refused.code(), "conflict");
        let detail = enterprises::get(world.permit(&inspector).await, id).await.unwrap();
        assert_eq!(detail.inspections.len(), 1);
        assert_eq!(detail.enterprise.last_inspected_at, Some(world.gate.now()));

        let closed = enterprises::close(world.permit(&county).await, id, true).await.unwrap();
        assert_eq!(closed.closed_at, Some(world.gate.now()));
        world.pass_seconds(60);
        let again = enterprises::close(world.permit(&county).await, id, true).await.unwrap();
        assert_eq!(again, closed);
        assert_eq!(enterprises::close(world.permit(&county).await, id, false).await.unwrap().closed_at, None);
        assert_eq!(last_trace(world, &county).await.2, "恢复营业");
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_without_records_is_deleted() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let id = noodles(world, &county).await;
        enterprises::delete(world.permit(&county).await, id).await.unwrap();
        let gone = enterprises::delete(world.permit(&county).await, id).await.unwrap_err();
        assert_eq!(gone, Problem::not_found("企业"));
        assert_eq!(last_trace(world, &county).await.0, "enterprise.delete");
        noodles(world, &county).await;
    })
    .await;
}

#[tokio::test]
async fn an_export_brings_every_row_masked_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let prefecture = world.administrator("13800000002", "市管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        noodles(world, &county).await;
        let shop = draft("路边烧烤", "夜市 3 号", "13812345678");
        enterprises::add(world.permit(&county).await, EnterpriseId(Uuid::now_v7()), shop).await.unwrap();
        let filter = EnterpriseFilter { text: "13812345678".to_owned(), ..EnterpriseFilter::default() };
        // As the list: an operator's number finds for the county's administrators only.
        let permit = world.permit(&county).await;
        let mut export = enterprises::export(&world.gate, permit, filter.clone()).await.unwrap();
        let rows = export.next().await.unwrap();
        assert_eq!(rows.iter().map(|row| row.credit_code.as_str()).collect::<Vec<_>>(), ["138****5678"]);
        assert!(export.next().await.unwrap().is_empty());
        let permit = world.permit(&prefecture).await;
        let mut export = enterprises::export(&world.gate, permit, filter).await.unwrap();
        assert!(export.next().await.unwrap().is_empty());
        let (action, _, detail) = last_trace(world, &prefecture).await;
        assert_eq!(action, "enterprise.export");
        assert!(detail.contains("138****5678") && !detail.contains("13812345678"), "{detail}");

        let permit = world.permit(&prefecture).await;
        let mut export = enterprises::export(&world.gate, permit, EnterpriseFilter::default()).await.unwrap();
        assert_eq!(export.next().await.unwrap().len(), 2);
        let elsewhere = EnterpriseFilter { region: Some(code("530302")), ..EnterpriseFilter::default() };
        let refused = enterprises::export(&world.gate, world.permit(&prefecture).await, elsewhere).await;
        assert_eq!(refused.err(), Some(Problem::not_found("地区")));
    })
    .await;
}

#[tokio::test]
async fn a_phone_finds_what_is_near() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (inspector, _) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        let id = noodles(world, &county).await;
        let same = draft("老街米线", "关上街 1 号", "");
        let row = enterprises::edit(world.permit(&county).await, id, same, Some(HERE), None).await.unwrap();
        let near = Wgs84 { latitude: 25.016, ..HERE };
        assert_eq!(enterprises::nearby(world.permit(&inspector).await, near).await.unwrap(), [row]);
    })
    .await;
}

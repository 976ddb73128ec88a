//! What waits for the office, and what the office may do with it.

use crate::support::{
    GUANDU, Session, Site, UploadQuery, WUHUA, World, cure, handing_in, held, new_id, now, on_each_engine, photo,
    sealed,
};
use domain::{
    Problem,
    audit::AuditRow,
    enterprise::{EnterpriseDetail, EnterpriseDraft, EnterpriseRow},
    id::{EnterpriseId, HazardId, OperationId, PersonId},
    inspection::InspectionRow,
    operation::{Envelope, HeldDetail, HeldRow, OperationStatus, Outcome, Receipt},
    page::Page,
    person::Role,
    photo::PhotoHash,
};
use serde_json::{Value, json};

async fn rows(office: &Session) -> Vec<HeldRow> {
    let page: Page<HeldRow> = office.call("operations/held", &json!({ "after": null })).await;
    page.rows
}

async fn outcome(site: &Site, id: OperationId) -> Outcome {
    let known: Vec<OperationStatus> = site.inspector.call("operations/status", &json!({ "ids": [id] })).await;
    known[0].receipt.clone().unwrap().outcome
}

async fn file(site: &Site, envelope: &Envelope<Value>) -> Receipt {
    handing_in(&site.inspector, envelope).content().await
}

/// An enterprise of 官渡区 without records, added by its administrator.
async fn add(office: &Session, name: &str, number: u32) -> EnterpriseRow {
    let draft = EnterpriseDraft {
        name: name.into(),
        enterprise_type: "餐饮企业".into(),
        address: format!("关上街 {number} 号"),
        legal_representative: "王老街".into(),
        credit_code: "91360727MA38QC805G".into(),
        ..EnterpriseDraft::default()
    };
    office.call("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await
}

/// Every reason that the office can overlook: filed, seen on the list of the place and nowhere else, accepted, in the log.
#[tokio::test]
async fn what_is_held_is_listed_for_its_place_and_accepted_with_a_trace() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let elsewhere = world.sign_in_as(Role::Administrator, WUHUA).await;
        let (gone, closed) = (add(&office, "将删米线", 901).await, add(&office, "将停米线", 902).await);
        let _: Value = office.call("enterprises/delete", &json!({ "id": gone.id })).await;
        let _: EnterpriseRow = office.call("enterprises/close", &json!({ "id": closed.id, "is_closed": true })).await;
        let outsider = outsider(world).await;

        let mut deleted = site.submission();
        deleted.enterprise = gone.id;
        let mut shut = site.submission();
        shut.enterprise = closed.id;
        let mut late = site.finding(&[PhotoHash::of(b"late")]);
        late.started_at = late.started_at.plus_seconds(200_000);
        late.finished_at = late.started_at;
        let mut strange = site.submission();
        strange.participants.push(outsider);
        let mut orphan = site.sealed(&site.submission());
        orphan.needs = vec![OperationId(new_id())];
        let cases = [
            (site.sealed(&deleted), "enterprise"),
            (site.sealed(&shut), "enterprise_closed"),
            (site.sealed(&late), "clock"),
            (site.sealed(&strange), "people"),
            (orphan, "needs"),
        ];
        for (envelope, code) in cases {
            let receipt = file(&site, &envelope).await;
            assert_eq!(held(&receipt), code);
            let listed = rows(&office).await;
            assert_eq!(listed.iter().map(|row| row.operation).collect::<Vec<_>>(), [envelope.id], "{code}");
            assert_eq!((listed[0].author.as_str(), listed[0].reason.code.as_str()), (site.me.name.as_str(), code));
            assert_eq!(rows(&elsewhere).await, []);
            let id = json!({ "id": envelope.id });
            let detail: HeldDetail = office.call("operations/held_one", &id).await;
            assert!(detail.content.iter().any(|(field, _)| field == "检查时间"), "{detail:?}");
            for endpoint in ["operations/held_one", "operations/accept"] {
                assert_eq!(elsewhere.refused(endpoint, &id).await, Problem::not_found("待处理记录"));
            }
            office.function("operations/accept", &id).content::<()>().await;
            assert_eq!(outcome(&site, envelope.id).await, Outcome::Applied, "{code}");
            let again = file(&site, &envelope).await;
            assert_eq!((again.outcome, again.received_at), (Outcome::Applied, receipt.received_at));
            assert!(matches!(office.refused("operations/accept", &id).await, Problem::Conflict { .. }));
            assert_eq!(rows(&office).await, []);
        }
        let log: Page<AuditRow> = office.call("audit/list", &json!({})).await;
        assert_eq!(log.rows.iter().filter(|row| row.action == "operation.accept").count(), 5);
        // The visit to the deleted one brought it back; the visit of the wrong clock is of the time it came.
        let detail: EnterpriseDetail = office.call("enterprises/get", &json!({ "id": gone.id })).await;
        assert_eq!(detail.inspections.len(), 1);
        let list: Page<InspectionRow> = office.call("inspections/list", &json!({ "filter": {} })).await;
        let came = list.rows.iter().find(|row| row.id == late.id).unwrap();
        assert!(came.started_at <= now());
    })
    .await;
}

/// Somebody who is an inspector elsewhere.
async fn outsider(world: &World) -> PersonId {
    let there = world.sign_in_as(Role::Inspector, WUHUA).await;
    let me: domain::login::Me = there.call("session/me", &json!({})).await;
    me.id
}

#[tokio::test]
async fn what_no_office_can_accept_says_so_and_is_sent_back_with_a_reason() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let picture = photo(77);
        let mut unknown = site.submission();
        unknown.enterprise = EnterpriseId(new_id());
        let mut old = site.submission();
        old.checklist_version = 99;
        let mut incomplete = site.finding(&[PhotoHash::of(&picture)]);
        incomplete.answers.pop_last();
        let mut nobody = site.submission();
        nobody.participants.push(PersonId(new_id()));
        let hazard = cure(HazardId(new_id()), PhotoHash::of(b"after"));
        let cases = [
            (site.sealed(&unknown), "enterprise"),
            (site.sealed(&old), "checklist"),
            (site.sealed(&incomplete), "content"),
            (site.sealed(&nobody), "people"),
            (site.sealed_cure(&hazard), "hazard"),
            (sealed(&site.me, "teleport", OperationId(new_id()), now(), json!({})), "unknown_kind"),
        ];
        for (envelope, code) in cases {
            let receipt = file(&site, &envelope).await;
            assert_eq!(held(&receipt), code);
            let id = envelope.id;
            let refused = office.refused("operations/accept", &json!({ "id": id })).await;
            assert!(matches!(&refused, Problem::Conflict { .. }), "{code}: {refused:?}");
            let refused = office.refused("operations/return", &json!({ "id": id, "reason": " " })).await;
            assert!(matches!(&refused, Problem::Invalid { .. }), "{code}: {refused:?}");
            office.function("operations/return", &json!({ "id": id, "reason": "请重填" })).content::<()>().await;
            let Outcome::Returned(reason) = outcome(&site, id).await else { panic!("{code}") };
            assert_eq!(reason.text, "请重填");
            assert_eq!(rows(&office).await, []);
        }
        // The photo of one that is held is taken, and shown to its office.
        let mut held_one = site.finding(&[PhotoHash::of(&picture)]);
        held_one.answers.pop_last();
        let receipt = site.hand_in(&held_one).await;
        assert_eq!(receipt.photos_expected, [PhotoHash::of(&picture)]);
        let address = format!("/photos/{}", PhotoHash::of(&picture));
        let _: Value = site.inspector.put(&address).body(picture.clone()).content().await;
        assert!(office.get(&address).answer().await.status().is_success());
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_another_enterprise_is_moved_there() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let right = add(&office, "正名米线", 903).await;
        let mut wrong = site.finding(&[PhotoHash::of(b"x")]);
        wrong.enterprise = EnterpriseId(new_id());
        let envelope = site.sealed(&wrong);
        file(&site, &envelope).await;
        let nowhere = json!({ "id": envelope.id, "enterprise": new_id() });
        assert_eq!(office.refused("operations/move", &nowhere).await, Problem::not_found("企业"));
        let there = json!({ "id": envelope.id, "enterprise": right.id });
        office.function("operations/move", &there).content::<()>().await;
        let detail: EnterpriseDetail = office.call("enterprises/get", &json!({ "id": right.id })).await;
        assert_eq!(detail.inspections.iter().map(|row| row.id).collect::<Vec<_>>(), [wrong.id]);
        assert_eq!(detail.open_hazards.len(), 1);
        let closing = site.sealed_cure(&cure(HazardId(new_id()), PhotoHash::of(b"after")));
        file(&site, &closing).await;
        let refused = office.refused("operations/move", &json!({ "id": closing.id, "enterprise": right.id })).await;
        assert!(matches!(refused, Problem::Conflict { .. }), "{refused:?}");
    })
    .await;
}

//! Work at another county's enterprises and hazards: the office of its author's county neither sees whose they are nor
//! accepts it; one above both may, and the other county's office sees the trace.

use crate::support::{
    GUANDU, KUNMING, Session, Site, UploadQuery, WUHUA, World, cure, handing_in, held, new_id, on_each_engine, sealed,
};
use domain::{
    Problem,
    audit::AuditRow,
    enterprise::{EnterpriseDetail, EnterpriseDraft, EnterpriseRow},
    hazard::{Addition, HazardDetail, Stage},
    id::{HazardId, InspectionId, OperationId},
    inspection::{Begun, InspectionRow, SeenAgain, Submission},
    login::Me,
    operation::{Envelope, HeldDetail, HeldRow, Outcome, Receipt},
    page::Page,
    person::Role,
    photo::PhotoHash,
};
use serde_json::{Value, json};

/// Two counties of one prefecture with their offices, and a hazard in the other one.
struct Neighbours {
    own: Site,
    office: Session,
    there: Site,
    there_office: Session,
    above: Session,
    found: Submission,
}

impl Neighbours {
    async fn open(world: &World) -> Self {
        let (own, there) = (Site::open(world).await, Site::open_at(world, WUHUA).await);
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let there_office = world.sign_in_as(Role::Administrator, WUHUA).await;
        let above = world.sign_in_as(Role::Administrator, KUNMING).await;
        let mut found = there.finding(&[PhotoHash::of(b"there")]);
        found.hazards[0].description = "邻县的隐患".into();
        assert_eq!(there.hand_in(&found).await.outcome, Outcome::Applied);
        Self { own, office, there, there_office, above, found }
    }

    fn hazard(&self) -> HazardId {
        self.found.hazards[0].id
    }

    async fn stage(&self) -> HazardDetail {
        self.there_office.call("hazards/get", &json!({ "id": self.hazard() })).await
    }

    async fn visits(&self) -> usize {
        let detail: EnterpriseDetail =
            self.there_office.call("enterprises/get", &json!({ "id": self.there.enterprise.id })).await;
        detail.inspections.len()
    }

    /// What an inspector of the own county did over there: its envelopes, all that name what is not theirs.
    fn intrusions(&self) -> Vec<Envelope<Value>> {
        let me = &self.own.me;
        let closing = cure(self.hazard(), PhotoHash::of(b"closing"));
        let addition = Addition { hazard: self.hazard(), text: "路过看见".into(), photos: Vec::new() };
        let mut visit = self.there.finding(&[PhotoHash::of(b"visit")]);
        visit.participants = vec![me.id];
        visit.hazards[0].officer = me.id;
        let begun = Begun {
            inspection: InspectionId(new_id()),
            enterprise: self.there.enterprise.id,
            started_at: visit.started_at,
        };
        // At an enterprise of one's own, with a hazard of another's.
        let mut seeing = self.own.finding(&[]);
        let item = seeing.hazards.remove(0).item;
        seeing.seen_again =
            vec![SeenAgain { hazard: self.hazard(), item, text: "又看见".into(), photos: Vec::new() }];
        vec![
            sealed(me, "rectification", closing.id, closing.recorded_at, &closing),
            sealed(me, "addition", OperationId(new_id()), visit.started_at, &addition),
            sealed(me, "inspection", visit.id.into(), visit.finished_at, &visit),
            sealed(me, "begun", OperationId(new_id()), begun.started_at, &begun),
            self.own.sealed(&seeing),
        ]
    }
}

async fn file(by: &Session, envelope: &Envelope<Value>) -> Receipt {
    handing_in(by, envelope).content().await
}

async fn traces(office: &Session, id: OperationId) -> Vec<AuditRow> {
    let log: Page<AuditRow> = office.call("audit/list", &json!({})).await;
    log.rows.into_iter().filter(|row| row.subject == id.to_string()).collect()
}

#[tokio::test]
async fn an_office_neither_sees_nor_accepts_what_lies_in_another_county() {
    on_each_engine(async |world| {
        let neighbours = Neighbours::open(world).await;
        let Neighbours { own, office, there, .. } = &neighbours;
        let visits = neighbours.visits().await;
        for envelope in neighbours.intrusions() {
            held(&file(&own.inspector, &envelope).await);
            let id = json!({ "id": envelope.id });
            let listed: Page<HeldRow> = office.call("operations/held", &json!({ "after": null })).await;
            let detail: HeldDetail = office.call("operations/held_one", &id).await;
            let shown = format!("{:?}{detail:?}", listed.rows);
            for secret in [&there.enterprise.name, &neighbours.found.hazards[0].description] {
                assert!(!shown.contains(secret.as_str()), "{}: {shown}", envelope.kind);
            }
            assert!(shown.contains("不在本地区"), "{}: {shown}", envelope.kind);
            let refused = office.refused("operations/accept", &id).await;
            let is_told = matches!(&refused, Problem::Conflict { message } if message.contains("不在本地区"));
            assert!(is_told, "{}: {refused:?}", envelope.kind);
            let answer = own.inspector.refused("hazards/get", &json!({ "id": neighbours.hazard() })).await;
            assert_eq!(answer, Problem::not_found("隐患"));
            office
                .function("operations/return", &json!({ "id": envelope.id, "reason": "不归本地" }))
                .content::<()>()
                .await;
        }
        let after = neighbours.stage().await;
        assert_eq!((after.hazard.stage, after.events.len()), (Stage::Open.into(), 1));
        assert_eq!(neighbours.visits().await, visits);
    })
    .await;
}

#[tokio::test]
async fn an_office_above_both_counties_accepts_it_and_the_other_countys_office_sees_the_trace() {
    on_each_engine(async |world| {
        let neighbours = Neighbours::open(world).await;
        let visits = neighbours.visits().await;
        for envelope in neighbours.intrusions() {
            held(&file(&neighbours.own.inspector, &envelope).await);
            let id = json!({ "id": envelope.id });
            let detail: HeldDetail = neighbours.above.call("operations/held_one", &id).await;
            assert!(!format!("{detail:?}").contains("不在本地区"), "{}: {detail:?}", envelope.kind);
            neighbours.above.function("operations/accept", &id).content::<()>().await;
            let accepted = |rows: Vec<AuditRow>| rows.iter().any(|row| row.action == "operation.accept");
            assert!(accepted(traces(&neighbours.office, envelope.id).await), "{}", envelope.kind);
            let is_of_there = envelope.body["enterprise"] != json!(neighbours.own.enterprise.id);
            assert_eq!(accepted(traces(&neighbours.there_office, envelope.id).await), is_of_there, "{}", envelope.kind);
        }
        let after = neighbours.stage().await;
        assert_eq!((after.hazard.stage, after.events.len()), (Stage::Closed.into(), 4));
        assert_eq!(neighbours.visits().await, visits + 1);
    })
    .await;
}

#[tokio::test]
async fn a_visit_to_another_county_is_moved_to_the_enterprise_that_was_meant() {
    on_each_engine(async |world| {
        let neighbours = Neighbours::open(world).await;
        let Neighbours { own, office, .. } = &neighbours;
        let draft = EnterpriseDraft {
            name: "正名米线".into(),
            enterprise_type: own.enterprise.enterprise_type.code().into(),
            address: "关上街 903 号".into(),
            legal_representative: "王老街".into(),
            credit_code: "91360727MA38QC805G".into(),
            ..EnterpriseDraft::default()
        };
        let meant: EnterpriseRow = office.call("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await;
        let mut visit = own.submission();
        visit.enterprise = neighbours.there.enterprise.id;
        let envelope = own.sealed(&visit);
        assert_eq!(held(&file(&own.inspector, &envelope).await), "enterprise");
        let there = json!({ "id": envelope.id, "enterprise": meant.id });
        office.function("operations/move", &there).content::<()>().await;
        let detail: EnterpriseDetail = office.call("enterprises/get", &json!({ "id": meant.id })).await;
        assert_eq!(detail.inspections.iter().map(|row| row.id).collect::<Vec<_>>(), [visit.id]);
    })
    .await;
}

#[tokio::test]
async fn what_an_inspector_above_did_in_the_county_is_applied_and_in_its_log() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let above = world.sign_in_as(Role::Inspector, KUNMING).await;
        let me: Me = above.call("session/me", &json!({})).await;
        let mut visit = site.finding(&[PhotoHash::of(b"above")]);
        visit.participants = vec![me.id];
        visit.hazards[0].officer = me.id;
        let closing = cure(visit.hazards[0].id, PhotoHash::of(b"closing"));
        let addition = Addition { hazard: visit.hazards[0].id, text: "回访".into(), photos: Vec::new() };
        for envelope in [
            sealed(&me, "inspection", visit.id.into(), visit.finished_at, &visit),
            sealed(&me, "rectification", closing.id, closing.recorded_at, &closing),
            sealed(&me, "addition", OperationId(new_id()), closing.recorded_at, &addition),
        ] {
            assert_eq!(file(&above, &envelope).await.outcome, Outcome::Applied, "{}", envelope.kind);
            assert_eq!(traces(&office, envelope.id).await.len(), 1, "{}", envelope.kind);
        }
        let list: Page<InspectionRow> = office.call("inspections/list", &json!({ "filter": {} })).await;
        assert!(list.rows.iter().any(|row| row.id == visit.id));
    })
    .await;
}

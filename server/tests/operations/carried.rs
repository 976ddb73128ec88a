//! Another person's work, delivered for them.

use crate::support::{GUANDU, Session, Site, UploadQuery, WUHUA, code, handing_in, new_id, now, on_each_engine};
use domain::{
    Problem,
    audit::AuditRow,
    hazard::HazardDetail,
    id::{PersonId, PostId},
    inspection::InspectionDetail,
    login::Me,
    operation::{Envelope, Outcome, Receipt},
    page::Page,
    person::{NewPost, Role},
    photo::PhotoHash,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

fn carrying(carrier: &Session, envelope: &Envelope<Value>) -> RequestBuilder {
    // With the `&` at the end that the phone's HTTP client appends.
    let address = format!("/operations/{}?carried=true&", envelope.id);
    carrier.put(&address).body(serde_json::to_vec(envelope).unwrap())
}

#[tokio::test]
async fn who_holds_a_post_above_the_place_may_carry_and_both_are_named() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let visit = site.finding(&[PhotoHash::of(b"carried")]);
        let envelope = site.sealed(&visit);
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let elsewhere = world.sign_in_as(Role::Administrator, WUHUA).await;
        for refused in [handing_in(&office, &envelope), carrying(&elsewhere, &envelope)] {
            let problem = refused.problem().await;
            assert!(matches!(&problem, Problem::Forbidden { .. }), "{problem:?}");
        }
        let receipt: Receipt = carrying(&office, &envelope).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
        // The author's phone, back in the network, finds it done.
        let own: Receipt = handing_in(&site.inspector, &envelope).content().await;
        assert_eq!(own, receipt);
        let log: Page<AuditRow> = office.call("audit/list", &json!({})).await;
        let row = log.rows.iter().find(|row| row.action == "operation.file").unwrap();
        assert_ne!(row.person_name, site.me.name);
        assert!(row.detail.contains(&site.me.name) && row.detail.contains("代传"), "{}", row.detail);
        // Whoever looks at it is told, on the timeline as at the visit.
        let carrier = row.person_name.clone();
        let detail: InspectionDetail = site.inspector.call("inspections/get", &json!({ "id": envelope.id })).await;
        assert_eq!(detail.carrier, carrier);
        let hazard: HazardDetail = site.inspector.call("hazards/get", &json!({ "id": visit.hazards[0].id })).await;
        let told: Vec<_> = hazard.events.iter().map(|event| (&event.actor, &event.carrier)).collect();
        assert_eq!(told, [(&site.me.name, &carrier)]);
        let own = site.finding(&[PhotoHash::of(b"own")]);
        site.hand_in(&own).await;
        let hazard: HazardDetail = site.inspector.call("hazards/get", &json!({ "id": own.hazards[0].id })).await;
        assert_eq!(hazard.events[0].carrier, "");
        // What is not even the author's post cannot be carried.
        let mut forged = site.sealed(&site.submission());
        forged.author = PersonId(new_id());
        let problem = carrying(&office, &forged).problem().await;
        assert!(matches!(&problem, Problem::Forbidden { .. }), "{problem:?}");
    })
    .await;
}

#[tokio::test]
async fn a_post_elsewhere_that_is_not_in_use_carries_nothing() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let elsewhere = world.sign_in_as(Role::Inspector, WUHUA).await;
        let me: Me = elsewhere.call("session/me", &json!({})).await;
        let mut tx = world.db.write().await.unwrap();
        let here = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(GUANDU) };
        store::posts::grant(&mut tx, &[(me.id, here)], now()).await.unwrap();
        tx.commit().await.unwrap();
        let envelope = site.sealed(&site.submission());
        let problem = carrying(&elsewhere, &envelope).problem().await;
        assert!(matches!(&problem, Problem::Forbidden { action, .. } if action == "代他人上传此记录"), "{problem:?}");
        let _: Me = elsewhere.call("session/switch_post", &json!({ "post": here.id })).await;
        let receipt: Receipt = carrying(&elsewhere, &envelope).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
    })
    .await;
}

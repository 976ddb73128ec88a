//! Another person's work, delivered for them.

use crate::support::{GUANDU, Session, Site, UploadQuery, WUHUA, handing_in, on_each_engine};
use domain::{
    Problem,
    audit::AuditRow,
    operation::{Envelope, Outcome, Receipt},
    page::Page,
    person::Role,
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
        let envelope = site.sealed(&site.submission());
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
        // What is not even the author's post cannot be carried.
        let mut forged = site.sealed(&site.submission());
        forged.author = domain::id::PersonId(crate::support::new_id());
        let problem = carrying(&office, &forged).problem().await;
        assert!(matches!(&problem, Problem::Forbidden { .. }), "{problem:?}");
    })
    .await;
}

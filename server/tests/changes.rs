//! What changed since a phone last asked.

use crate::support::{
    GUANDU, KUNMING, Session, Site, UploadQuery, WUHUA, code, cure, handing_in, new_id, now, on_each_engine, sealed,
};
use domain::{
    Problem,
    changes::Changes,
    enterprise::{EnterpriseDraft, LocalEnterprise, OnSiteEnterprise},
    hazard::HazardRow,
    id::{EnterpriseId, OperationId, PostId},
    operation::Receipt,
    person::{Colleague, NewPost, Role},
    photo::PhotoHash,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn changes<T: DeserializeOwned>(caller: &Session, kind: &str, since: &str, limit: u32) -> Changes<T> {
    caller.get(&format!("/changes/{kind}?since={since}&limit={limit}")).content().await
}

/// All pages from the beginning: the rows, and where the phone stands then.
async fn everything<T: DeserializeOwned>(caller: &Session, kind: &str, limit: u32) -> (Vec<T>, String, i64) {
    let (mut rows, mut since) = (Vec::new(), String::new());
    loop {
        let page: Changes<T> = changes(caller, kind, &since, limit).await;
        rows.extend(page.rows);
        since = page.next;
        if !page.has_more {
            return (rows, since, page.total);
        }
    }
}

#[tokio::test]
async fn a_phone_takes_everything_in_pages_and_then_only_what_changed() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        for caller in [&site.inspector, &world.sign_in_as(Role::Inspector, KUNMING).await] {
            let (rows, _, total) = everything::<LocalEnterprise>(caller, "enterprises", 50).await;
            let ids: BTreeSet<_> = rows.iter().map(|row| row.row.id).collect();
            assert_eq!((i64::try_from(ids.len()).unwrap(), ids.len()), (total, rows.len()));
            assert!(rows.iter().all(|row| !row.initials.is_empty()));
        }
        let (open, hazards_since, total) = everything::<HazardRow>(&site.inspector, "hazards", 50).await;
        assert_eq!(i64::try_from(open.len()).unwrap(), total);
        let (_, since, count) = everything::<LocalEnterprise>(&site.inspector, "enterprises", 500).await;

        let submission = site.finding(&[PhotoHash::of(b"x")]);
        site.hand_in(&submission).await;
        let news: Changes<LocalEnterprise> = changes(&site.inspector, "enterprises", &since, 500).await;
        assert_eq!(news.rows.iter().map(|row| row.row.id).collect::<Vec<_>>(), [site.enterprise.id]);
        let found: Changes<HazardRow> = changes(&site.inspector, "hazards", &hazards_since, 500).await;
        assert_eq!(found.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [submission.hazards[0].id]);
        assert_eq!(found.total, total + 1);
        let closing = site.sealed_cure(&cure(submission.hazards[0].id, PhotoHash::of(b"after")));
        let _: Receipt = handing_in(&site.inspector, &closing).content().await;
        let gone: Changes<HazardRow> = changes(&site.inspector, "hazards", &found.next, 500).await;
        assert_eq!((gone.rows, gone.removed), (vec![], vec![submission.hazards[0].id.0]));

        let draft = json!({ "name": "短命米线", "enterprise_type": "餐饮企业", "address": "关上街 9 号",
            "legal_representative": "王老街", "credit_code": "91360727MA38QC805G", "licence_name": "",
            "licence_number": "" });
        let id = new_id();
        let _: Value = office.call("enterprises/add", &json!({ "id": id, "draft": draft })).await;
        let _: Value = office.call("enterprises/delete", &json!({ "id": id })).await;
        let gone: Changes<LocalEnterprise> = changes(&site.inspector, "enterprises", &news.next, 500).await;
        assert_eq!((gone.removed, gone.total), (vec![id], count));
    })
    .await;
}

#[tokio::test]
async fn a_phone_learns_that_an_enterprise_it_added_is_another_one() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let draft = EnterpriseDraft {
            name: "路边烧烤".into(),
            enterprise_type: site.enterprise.enterprise_type.code().into(),
            address: "夜市 3 号".into(),
            legal_representative: "王老街".into(),
            credit_code: "91360727MA38QC805G".into(),
            ..EnterpriseDraft::default()
        };
        let (first, second) = (EnterpriseId(new_id()), EnterpriseId(new_id()));
        let add = async |id| {
            let new = OnSiteEnterprise { id, draft: draft.clone(), fix: None };
            let envelope = sealed(&site.me, "enterprise", OperationId(new_id()), now(), new);
            let _: Receipt = handing_in(&site.inspector, &envelope).content().await;
        };
        add(first).await;
        let (_, since, count) = everything::<LocalEnterprise>(&site.inspector, "enterprises", 500).await;
        add(second).await;
        let news: Changes<LocalEnterprise> = changes(&site.inspector, "enterprises", &since, 500).await;
        let known: Vec<_> = news.rows.iter().filter(|row| row.row.id == first).map(|row| row.aliases.clone()).collect();
        assert_eq!((known, news.total), (vec![vec![second]], count));
        assert_eq!(news.removed, [second.0], "a phone that knows no aliases lets go of it too");
        // One that was away until the enterprise itself was deleted lets go of both.
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let _: Value = office.call("enterprises/delete", &json!({ "id": first })).await;
        let gone: Changes<LocalEnterprise> = changes(&site.inspector, "enterprises", &since, 500).await;
        assert_eq!(gone.removed, [first.0, second.0]);
    })
    .await;
}

#[tokio::test]
async fn after_the_post_was_switched_nothing_is_given_for_the_one_before() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let before = site.me.post.as_ref().unwrap().id;
        let after = PostId(new_id());
        let mut tx = world.db.write().await.unwrap();
        let post = NewPost { id: after, role: Role::Inspector, region: code(WUHUA) };
        store::posts::grant(&mut tx, &[(site.me.id, post)], now()).await.unwrap();
        tx.commit().await.unwrap();
        let kinds = ["enterprises", "hazards", "colleagues"];
        let ask = |kind: &str, post: PostId| site.inspector.get(&format!("/changes/{kind}?limit=1&post={post}"));
        let switch_to = async |post: PostId| {
            let _: Value = site.inspector.call("session/switch_post", &json!({ "post": post })).await;
        };
        for (current, other) in [(before, after), (after, before)] {
            switch_to(current).await;
            for kind in kinds {
                let _: Changes<Value> = ask(kind, current).content().await;
                assert!(matches!(ask(kind, other).problem().await, Problem::Conflict { .. }), "{kind}");
            }
            for endpoint in ["settings/position_rule", "hazards/mine"] {
                let _: Value = site.inspector.call(endpoint, &json!({ "post": current })).await;
                let refused = site.inspector.refused(endpoint, &json!({ "post": other })).await;
                assert!(matches!(refused, Problem::Conflict { .. }), "{endpoint}");
            }
        }
        site.inspector.get("/changes/hazards?post=x").problem().await;
    })
    .await;
}

#[tokio::test]
async fn colleagues_come_whole_with_those_who_left() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let all: Changes<Colleague> = changes(&site.inspector, "colleagues", "", 1).await;
        assert!(all.rows.iter().any(|colleague| colleague.id == site.me.id));
        assert_eq!(i64::try_from(all.rows.len()).unwrap(), all.total);
        let other = all.rows.iter().find(|colleague| colleague.id != site.me.id).unwrap().id;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let page: Value = office.call("people/list", &json!({ "filter": { "role": "inspector" } })).await;
        let person = page["rows"].as_array().unwrap().iter().find(|row| row["id"] == json!(other)).unwrap();
        let posts: Vec<_> = person["posts"].as_array().unwrap().iter().map(|post| post["id"].clone()).collect();
        let _: Value = office
            .call("people/delete", &json!({ "event": new_id(), "id": other, "posts": posts, "successor": site.me.id }))
            .await;
        let left: Changes<Colleague> = changes(&site.inspector, "colleagues", &all.next, 1).await;
        assert_eq!((left.removed, left.total), (vec![other.0], all.total - 1));
        let rule: domain::geo::PositionRule = site.inspector.call("settings/position_rule", &json!({})).await;
        assert_eq!(rule, domain::geo::PositionRule::default());
        for kind in ["people", "%FF"] {
            site.inspector.get(&format!("/changes/{kind}")).problem().await;
        }
        site.inspector.get("/changes/hazards?limit=many").problem().await;
    })
    .await;
}

//! What an office changes between a visit and its upload does not touch the visit.

use crate::support::{
    GUANDU, Session, Site, UploadQuery, WUHUA, cure, handing_in, held, new_id, now, on_each_engine, photo,
};
use domain::{
    changes::Changes,
    enterprise::{EnterpriseDraft, EnterpriseRow},
    hazard::Rectification,
    id::PersonId,
    inspection::Submission,
    login::Me,
    operation::{Outcome, Receipt},
    page::Page,
    person::{Colleague, Person, Role},
    photo::PhotoHash,
};
use serde_json::{Value, json};

/// The inspector of the site, as its office sees them.
async fn person(office: &Session, id: PersonId) -> Person {
    let page: Page<Person> = office.call("people/list", &json!({ "filter": { "role": "inspector" } })).await;
    page.rows.into_iter().find(|person| person.id == id).unwrap()
}

#[tokio::test]
async fn a_renamed_author_files_as_before() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let submission = site.submission();
        let entry = json!({ "name": "改了姓名", "phone": "", "department": "fire", "is_internal": true });
        let _: Person =
            office.call("people/edit", &json!({ "id": site.me.id, "entry": entry, "corrections": [] })).await;
        assert_eq!(site.hand_in(&submission).await.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn a_post_withdrawn_after_the_visit_does_not_touch_it_and_one_withdrawn_before_asks_the_office() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let (before, same_day) = (site.submission(), site.submission());
        // Another post keeps the session alive: withdrawing the last one deletes the person.
        let colleagues: Changes<Colleague> = site.inspector.get("/changes/colleagues").content().await;
        let other = colleagues.rows.into_iter().find(|colleague| colleague.id != site.me.id).unwrap();
        let posts: Vec<_> = person(&office, other.id).await.posts.into_iter().map(|post| post.id).collect();
        let mut with_other = site.submission();
        with_other.participants.push(other.id);
        let deletion = json!({ "event": new_id(), "id": other.id, "posts": posts, "successor": site.me.id });
        let _: Value = office.call("people/delete", &deletion).await;
        assert_eq!(site.hand_in(&with_other).await.outcome, Outcome::Applied);
        assert_eq!(site.hand_in(&before).await.outcome, Outcome::Applied);
        let mut after = site.submission();
        after.participants.push(other.id);
        (after.started_at, after.finished_at) = (now(), now());
        assert_eq!(held(&site.hand_in(&after).await), "people");
        assert_eq!(site.hand_in(&same_day).await.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn what_was_done_at_a_post_is_taken_while_it_is_withdrawn_and_after_it_is_granted_again() {
    on_each_engine(async |world| {
        let mut site = Site::open(world).await;
        let here = world.sign_in_as(Role::Administrator, GUANDU).await;
        let there = world.sign_in_as(Role::Administrator, WUHUA).await;
        let phone = "13900000078";
        let grant = async |office: &Session, region: &str| -> Person {
            let entry = json!({ "name": "两处任职", "phone": phone, "department": "fire", "is_internal": true });
            let post = json!({ "id": new_id(), "role": "inspector", "region": region });
            let input = json!({ "id": new_id(), "entry": entry, "post": post, "identity": null });
            office.call("people/add", &input).await
        };
        let first = grant(&here, GUANDU).await;
        // Another post keeps the person: whoever has none is deleted.
        grant(&there, WUHUA).await;
        site.inspector = world.sign_in(phone).await;
        let post = first.posts.first().cloned();
        site.me = Me { id: first.id, name: first.name.clone(), post: post.clone(), ..site.me };
        let pictures = [photo(21), photo(22)];
        let [while_away, afterwards] = [0, 1].map(|n| {
            let visit = site.finding(&[PhotoHash::of(&pictures[n])]);
            let closing = cure(visit.hazards[0].id, PhotoHash::of(b"after"));
            (visit, closing)
        });
        let deliver = async |(visit, closing): &(Submission, Rectification), picture: &Vec<u8>| {
            assert_eq!(site.hand_in(visit).await.outcome, Outcome::Applied);
            let receipt: Receipt = handing_in(&site.inspector, &site.sealed_cure(closing)).content().await;
            assert_eq!(receipt.outcome, Outcome::Applied);
            let address = format!("/photos/{}", PhotoHash::of(picture));
            let _: Value = site.inspector.put(&address).body(picture.clone()).content().await;
        };
        let posts = [post.unwrap().id];
        let withdrawal = json!({ "event": new_id(), "id": first.id, "posts": posts, "successor": null });
        let _: Value = here.call("people/delete", &withdrawal).await;
        deliver(&while_away, &pictures[0]).await;
        assert_eq!(held(&site.hand_in(&site.submission()).await), "post", "made when there was no post any more");
        let again = grant(&here, GUANDU).await;
        assert!(again.posts.iter().any(|post| post.id == posts[0]), "the same post: {again:?}");
        deliver(&afterwards, &pictures[1]).await;
        assert_eq!(site.hand_in(&site.submission()).await.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_did_before_they_were_deleted_is_filed_once_they_are_entered_again() {
    on_each_engine(async |world| {
        let mut site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let phone = "13900000077";
        let enter = async || -> Person {
            let entry = json!({ "name": "重录人员", "phone": phone, "department": "fire", "is_internal": true });
            let post = json!({ "id": new_id(), "role": "inspector", "region": GUANDU });
            let person = json!({ "id": new_id(), "entry": entry, "post": post, "identity": null });
            office.call("people/add", &person).await
        };
        let first = enter().await;
        let colleague = site.me.id;
        site.me = Me { id: first.id, name: first.name.clone(), post: first.posts.first().cloned(), ..site.me };
        let mut visit = site.finding(&[PhotoHash::of(b"x")]);
        visit.participants.push(colleague);
        let closing = cure(visit.hazards[0].id, PhotoHash::of(b"after"));
        let posts: Vec<_> = first.posts.iter().map(|post| post.id).collect();
        let _: Value = office
            .call("people/delete", &json!({ "event": new_id(), "id": first.id, "posts": posts, "successor": null }))
            .await;
        assert_eq!(enter().await, first, "the same person, with the same post");
        site.inspector = world.sign_in(phone).await;
        assert_eq!(site.hand_in(&visit).await.outcome, Outcome::Applied);
        let receipt: Receipt = handing_in(&site.inspector, &site.sealed_cure(&closing)).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_closed_or_retyped_after_the_visit_is_filed_as_it_was() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let add = async |number: u32| -> EnterpriseRow {
            let draft = draft(number, site.enterprise.enterprise_type.code());
            office.call("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await
        };
        let (closed, retyped, deleted) = (add(1).await, add(2).await, add(3).await);
        let visits = [closed.id, retyped.id, deleted.id].map(|enterprise| {
            let mut visit = site.submission();
            visit.enterprise = enterprise;
            visit
        });
        let _: EnterpriseRow = office.call("enterprises/close", &json!({ "id": closed.id, "is_closed": true })).await;
        let other = if site.enterprise.enterprise_type.code() == "school" { "hospital" } else { "school" };
        let edit = json!({ "id": retyped.id, "draft": draft(2, other), "position": null });
        let _: EnterpriseRow = office.call("enterprises/edit", &edit).await;
        let _: Value = office.call("enterprises/delete", &json!({ "id": deleted.id })).await;
        assert_eq!(site.hand_in(&visits[0]).await.outcome, Outcome::Applied);
        assert_eq!(site.hand_in(&visits[1]).await.outcome, Outcome::Applied);
        assert_eq!(held(&site.hand_in(&visits[2]).await), "enterprise");
    })
    .await;
}

fn draft(number: u32, kind: &str) -> EnterpriseDraft {
    EnterpriseDraft {
        name: format!("后改企业{number}"),
        enterprise_type: kind.into(),
        address: format!("关上街 {number} 号"),
        legal_representative: "王老街".into(),
        credit_code: "91360727MA38QC805G".into(),
        ..EnterpriseDraft::default()
    }
}

//! The envelope, its receipt, and what no server could ever file.

use crate::support::{Site, UploadQuery, cure, handing_in, held, new_id, now, on_each_engine, photo, sealed};
use domain::{
    Problem,
    enterprise::{EnterpriseDetail, EnterpriseDraft, OnSiteEnterprise},
    hazard::{Addition, EventKind, HazardDetail},
    id::{EnterpriseId, OperationId},
    inspection::{Begun, Submission},
    operation::{LARGEST_OPERATION, OperationStatus, Outcome, Receipt, content_hash},
    photo::PhotoHash,
    time::Timestamp,
};
use serde_json::json;

fn fresh() -> OperationId {
    OperationId(new_id())
}

#[tokio::test]
async fn the_bytes_come_back_as_they_were_filed_and_other_bytes_are_a_conflict() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let submission = site.submission();
        let address = format!("/operations/{}", submission.id);
        // Blanks, an unknown field, an escape: the bytes are the operation.
        let bytes =
            serde_json::to_string(&site.sealed(&submission)).unwrap().replacen('{', "{ \"later\":\"\\u71c3\",", 1);
        let receipt: Receipt = site.inspector.put(&address).body(bytes.clone()).content().await;
        assert_eq!(
            (receipt.outcome.clone(), receipt.content_hash.clone()),
            (Outcome::Applied, content_hash(bytes.as_bytes()))
        );
        let again: Receipt = site.inspector.put(&address).body(bytes.clone()).content().await;
        assert_eq!(again, receipt);
        let refused = site.inspector.put(&address).body(format!("{bytes} ")).problem().await;
        assert_eq!(refused, Problem::OperationConflict);
        assert_eq!(site.inspector.get(&address).answer().await.text().await.unwrap(), bytes);

        let ids = [submission.id.into(), fresh()];
        let known: Vec<OperationStatus> = site.inspector.call("operations/status", &json!({ "ids": ids })).await;
        assert_eq!(known[0].receipt, Some(receipt));
        assert_eq!((known[1].operation, &known[1].receipt), (ids[1], &None));
        let many: Vec<_> = (0..501).map(|_| fresh()).collect();
        site.inspector.refused("operations/status", &json!({ "ids": many })).await;
    })
    .await;
}

#[tokio::test]
async fn an_inspection_is_known_by_the_id_of_its_operation() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let (operation, submission) = (fresh(), site.submission());
        let sealed = sealed(&site.me, "inspection", operation, submission.finished_at, &submission);
        let receipt: Receipt = handing_in(&site.inspector, &sealed).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
        let kept: serde_json::Value = site.inspector.call("inspections/get", &json!({ "id": operation })).await;
        assert!(kept.is_object());
        site.inspector.refused("inspections/get", &json!({ "id": submission.id })).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_envelope_is_refused_and_the_rest_is_on_disk() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let whole = site.sealed(&site.submission());
        let text = serde_json::to_string(&whole).unwrap();
        let address = format!("/operations/{}", whole.id);
        for broken in ["", "{", "[]", "null", "\u{0}", &text[..text.len() - 1], &"[".repeat(100_000)] {
            let refused = site.inspector.put(&address).body(broken.to_owned()).problem().await;
            assert!(matches!(&refused, Problem::Invalid { .. }), "{refused:?}");
        }
        let refused = site.inspector.put(&address).body(vec![0xff; 100]).problem().await;
        assert!(matches!(&refused, Problem::Invalid { .. }), "{refused:?}");
        let refused = site.inspector.put(&format!("/operations/{}", new_id())).body(text.clone()).problem().await;
        assert!(matches!(&refused, Problem::Invalid { .. }), "{refused:?}");
        site.inspector.put("/operations/x").body(text.clone()).problem().await;
        let large = site.inspector.put(&address).body(vec![b' '; LARGEST_OPERATION + 1]).problem().await;
        assert_eq!(large, Problem::TooLarge { what: "记录".into(), limit_mb: 1 });
        let stranger = world.stranger().put(&address).body(text.clone()).problem().await;
        assert_eq!(stranger, Problem::NotSignedIn);
        // None of these took the id.
        let receipt: Receipt = site.inspector.put(&address).body(text).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_kind_a_newer_format_and_what_cannot_be_stored_are_held() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let me = &site.me;
        for (kind, format, body, code) in [
            ("teleport", 1, json!({ "x": [1, 2, 3] }), "unknown_kind"),
            ("\u{0}\u{7}", 1, json!({}), "unknown_kind"),
            ("inspection", 2, json!({}), "newer_format"),
            ("inspection", 1, json!({}), "content"),
            ("inspection", 1, json!(null), "content"),
            ("addition", 1, json!({ "hazard": new_id(), "text": "a\u{0}b", "photos": [] }), "content"),
            ("rectification", 1, json!({ "id": 7 }), "content"),
        ] {
            let mut envelope = sealed(me, kind, fresh(), now(), body);
            envelope.format = format;
            let receipt: Receipt = handing_in(&site.inspector, &envelope).content().await;
            assert_eq!(held(&receipt), code);
            let again: Receipt = handing_in(&site.inspector, &envelope).content().await;
            assert_eq!(again, receipt);
        }
        let mut wordy = site.finding(&[PhotoHash::of(b"before")]);
        wordy.hazards[0].description = "漏\u{0}气".into();
        assert_eq!(held(&site.hand_in(&wordy).await), "content");
    })
    .await;
}

#[tokio::test]
async fn an_enterprise_and_its_inspection_made_offline_arrive_in_any_order() {
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
        // Two colleagues enter the same shop, each on their phone: it is one enterprise.
        for is_in_order in [true, false] {
            let submission = Submission { enterprise: EnterpriseId(new_id()), ..site.finding(&[PhotoHash::of(b"x")]) };
            let fix = submission.fix;
            let new = OnSiteEnterprise { id: submission.enterprise, draft: draft.clone(), fix };
            let enterprise = sealed(&site.me, "enterprise", fresh(), now(), new);
            let mut inspection = site.sealed(&submission);
            inspection.needs = vec![enterprise.id];
            let mut closing = site.sealed_cure(&cure(submission.hazards[0].id, PhotoHash::of(b"after")));
            closing.needs = vec![inspection.id];
            let mut all = [&enterprise, &inspection, &closing];
            if !is_in_order {
                all.reverse();
            }
            for (n, envelope) in (0..).zip(all) {
                let receipt: Receipt = handing_in(&site.inspector, envelope).content().await;
                if is_in_order || n == 2 {
                    assert_eq!(receipt.outcome, Outcome::Applied);
                } else {
                    assert_eq!(held(&receipt), "needs");
                }
            }
            for envelope in all {
                let receipt: Receipt = handing_in(&site.inspector, envelope).content().await;
                assert_eq!(receipt.outcome, Outcome::Applied);
            }
            let hazard: HazardDetail =
                site.inspector.call("hazards/get", &json!({ "id": submission.hazards[0].id })).await;
            assert!(hazard.cure().is_some());
            let detail: EnterpriseDetail =
                site.inspector.call("enterprises/get", &json!({ "id": submission.enterprise })).await;
            assert_eq!(detail.enterprise.name, "路边烧烤");
            assert_eq!(detail.enterprise.position, fix.map(|fix| fix.at));
            assert_eq!(detail.inspections.len(), if is_in_order { 1 } else { 2 });
        }
    })
    .await;
}

/// Two phones, each with a new shop, its inspection and the cure of what was found; all six are under way at once, as each
/// of them is sent again whenever an answer is late.
#[tokio::test]
async fn operations_that_need_each_other_and_arrive_at_once_are_all_applied() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        for round in 0..16 {
            let draft = EnterpriseDraft {
                name: format!("同时登记{round}"),
                enterprise_type: site.enterprise.enterprise_type.code().into(),
                address: format!("夜市 {round} 号"),
                legal_representative: "王老街".into(),
                credit_code: "91360727MA38QC805G".into(),
                ..EnterpriseDraft::default()
            };
            let mut all = Vec::new();
            for _ in 0..2 {
                let submission =
                    Submission { enterprise: EnterpriseId(new_id()), ..site.finding(&[PhotoHash::of(b"x")]) };
                let new = OnSiteEnterprise { id: submission.enterprise, draft: draft.clone(), fix: submission.fix };
                let enterprise = sealed(&site.me, "enterprise", fresh(), now(), new);
                let mut inspection = site.sealed(&submission);
                inspection.needs = vec![enterprise.id];
                let mut closing = site.sealed_cure(&cure(submission.hazards[0].id, PhotoHash::of(b"after")));
                closing.needs = vec![inspection.id];
                all.extend([inspection, enterprise, closing]);
            }
            // In every other round the inspections wait on the server already, and the others arrive around them.
            let waiting = all.iter().filter(|envelope| envelope.kind == "inspection" && round % 2 == 0);
            for envelope in waiting {
                let receipt: Receipt = handing_in(&site.inspector, envelope).content().await;
                assert_eq!(held(&receipt), "needs");
            }
            let arriving =
                all.iter().filter(|envelope| envelope.kind != "inspection" || round % 2 == 1).map(async |envelope| {
                    let _: Receipt = handing_in(&site.inspector, envelope).content().await;
                });
            futures::future::join_all(arriving).await;
            for envelope in &all {
                let receipt: Receipt = handing_in(&site.inspector, envelope).content().await;
                assert_eq!(receipt.outcome, Outcome::Applied, "{round}: {}", envelope.kind);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_inspection_that_was_begun_is_under_way_until_it_is_handed_in() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let submission = site.submission();
        let begun = Begun { inspection: submission.id, enterprise: submission.enterprise, started_at: now() };
        let envelope = sealed(&site.me, "begun", fresh(), now(), &begun);
        let receipt: Receipt = handing_in(&site.inspector, &envelope).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
        let under_way = async || {
            let detail: EnterpriseDetail =
                site.inspector.call("enterprises/get", &json!({ "id": submission.enterprise })).await;
            detail.under_way.into_iter().map(|begun| (begun.inspection, begun.author)).collect::<Vec<_>>()
        };
        assert_eq!(under_way().await, [(submission.id, site.me.name.clone())]);
        site.hand_in(&submission).await;
        assert_eq!(under_way().await, []);
        // One that arrives after its inspection is over already.
        let late = sealed(&site.me, "begun", fresh(), now(), &begun);
        let _: Receipt = handing_in(&site.inspector, &late).content().await;
        assert_eq!(under_way().await, []);
    })
    .await;
}

#[tokio::test]
async fn what_is_added_to_a_hazard_and_a_second_cure_join_its_history() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let submission = site.finding(&[PhotoHash::of(b"before")]);
        site.hand_in(&submission).await;
        let hazard = submission.hazards[0].id;
        let picture = photo(99);
        let addition = Addition { hazard, text: "已停用".into(), photos: vec![PhotoHash::of(&picture)] };
        let added = sealed(&site.me, "addition", fresh(), now(), addition);
        let receipt: Receipt = handing_in(&site.inspector, &added).content().await;
        assert_eq!((receipt.outcome, receipt.photos_expected), (Outcome::Applied, vec![PhotoHash::of(&picture)]));
        let first = cure(hazard, PhotoHash::of(b"after"));
        let mut second = cure(hazard, PhotoHash::of(b"again"));
        second.text = "复查合格".into();
        for one in [&first, &second] {
            let receipt: Receipt = handing_in(&site.inspector, &site.sealed_cure(one)).content().await;
            assert_eq!(receipt.outcome, Outcome::Applied);
        }
        let detail: HazardDetail = site.inspector.call("hazards/get", &json!({ "id": hazard })).await;
        assert_eq!(detail.hazard.closed_at, Some(first.recorded_at));
        let happened: Vec<_> =
            detail.events.iter().map(|event| (event.kind.known().unwrap(), event.text.as_str())).collect();
        let expected = [
            (EventKind::Found, submission.hazards[0].description.as_str()),
            (EventKind::Added, "已停用"),
            (EventKind::Cured, first.text.as_str()),
            (EventKind::Added, "复查合格"),
        ];
        assert_eq!(happened, expected);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_a_day_off_is_taken_and_one_that_is_lost_is_held() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let day = 86_000;
        for (off_s, code) in [
            (-day, ""),
            (day, ""),
            (-380 * 86_400, ""),
            (90_000, "clock"),
            (-401 * 86_400, "clock"),
            (i64::MAX / 2_000_000, "clock"),
        ] {
            let mut submission = site.finding(&[PhotoHash::of(b"x")]);
            submission.started_at = submission.started_at.plus_seconds(off_s);
            submission.finished_at = submission.finished_at.plus_seconds(off_s);
            submission.hazards[0].due_on = domain::time::plus_days(submission.finished_at.date(), 15);
            let receipt = site.hand_in(&submission).await;
            match &receipt.outcome {
                Outcome::Applied => assert_eq!(code, "", "{off_s}"),
                _ => assert_eq!(held(&receipt), code, "{off_s}"),
            }
        }
        let mut closing = cure(domain::id::HazardId(new_id()), PhotoHash::of(b"after"));
        closing.recorded_at = Timestamp(4_608_000_000_000_000_000);
        let receipt: Receipt = handing_in(&site.inspector, &site.sealed_cure(&closing)).content().await;
        assert_eq!(held(&receipt), "clock");
    })
    .await;
}

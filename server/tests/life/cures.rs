//! A cure counts from when it was made in the field, and by whom it was then.

use super::{Caller, Team, part_cure, set_review, whole_cure};
use crate::support::{UploadQuery, new_id, now, on_each_engine, sealed};
use domain::{
    code::Lenient,
    hazard::{EventKind, HazardDetail, Rectification, Stage},
    operation::{Outcome, Receipt},
    time::Timestamp,
};
use serde_json::json;

#[tokio::test]
async fn a_cure_is_of_the_time_of_the_field_and_the_timeline_tells_both_times() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let made_at = now().plus_seconds(-1800);
        let cure = Rectification { recorded_at: made_at, ..whole_cure(hazard) };
        assert_eq!(team.partner.cure(&cure).await.outcome, Outcome::Applied);
        let detail = team.office.detail(hazard).await;
        assert_eq!((detail.hazard.stage.known(), detail.hazard.closed_at), (Some(Stage::Closed), Some(made_at)));
        let told = detail.cure().unwrap();
        assert_eq!(told.made_at, made_at);
        assert!(told.at.seconds_since(made_at) >= 1800, "received later");
    })
    .await;
}

#[tokio::test]
async fn a_cure_of_a_far_year_or_from_before_the_hazard_waits_for_the_office_with_words() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let far = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let found = team.office.detail(team.find().await).await.hazard.found_at;
        for (told, words, registered) in [
            (far("9998-01-01T00:00:00Z"), "手机时间与实际相差过大", None),
            (now().plus_seconds(2 * 86_400), "手机时间与实际相差过大", None),
            (far("1970-01-02T00:00:00Z"), "手机时间与实际相差过大", None),
            (found.plus_seconds(-2 * 86_400), "整改时间早于发现隐患的时间", Some(())),
        ] {
            let hazard = team.find().await;
            let cure = Rectification { recorded_at: told, ..whole_cure(hazard) };
            let receipt = team.partner.cure(&cure).await;
            let Outcome::Held(reason) = &receipt.outcome else { panic!("{told:?}: {receipt:?}") };
            assert!(reason.code == "clock" && reason.text.starts_with(words), "{told:?}: {reason:?}");
            assert_eq!(team.office.detail(hazard).await.hazard.stage, Stage::Open);
            team.office.session.function("operations/accept", &json!({ "id": cure.id })).content::<()>().await;
            let detail = team.office.detail(hazard).await;
            let registered = registered.map_or(receipt.received_at, |()| detail.hazard.found_at);
            assert_eq!(
                (detail.hazard.stage, detail.hazard.closed_at),
                (Stage::Closed.into(), Some(registered)),
                "{told:?}"
            );
        }
        // A year that no clock can show is no envelope at all.
        for told in [i64::MAX, i64::MIN] {
            let hazard = team.find().await;
            let cure = Rectification { recorded_at: Timestamp(told), ..whole_cure(hazard) };
            let status = team.partner.curing(&cure).answer().await.status();
            assert!(!status.is_server_error(), "{status}");
            assert_eq!(team.office.detail(hazard).await.hazard.stage, Stage::Open);
        }
    })
    .await;
}

#[tokio::test]
async fn a_cure_by_the_phone_of_a_slow_clock_closes_no_hazard_before_it_was_found() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let found_at = team.office.detail(hazard).await.hazard.found_at;
        let cure = Rectification { recorded_at: found_at.plus_seconds(-3600), ..whole_cure(hazard) };
        assert_eq!(team.partner.cure(&cure).await.outcome, Outcome::Applied);
        assert_eq!(team.office.detail(hazard).await.hazard.closed_at, Some(found_at));
    })
    .await;
}

#[tokio::test]
async fn the_officer_of_the_time_of_the_cure_made_it_though_another_was_named_since() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let made = whole_cure(hazard);
        let before =
            Rectification { recorded_at: team.office.detail(hazard).await.hazard.found_at, ..whole_cure(hazard) };
        let to = json!({ "to": team.other.me.id });
        team.office.act("reassign", hazard, to).content::<HazardDetail>().await;
        let late = whole_cure(hazard);
        let held = |receipt: &Receipt| matches!(&receipt.outcome, Outcome::Held(reason) if reason.code == "hazard");
        assert!(held(&team.officer.cure(&late).await), "officer no more when it was made");
        assert!(held(&team.officer.cure(&before).await), "nor yet");
        assert_eq!(team.officer.cure(&made).await.outcome, Outcome::Applied);
        assert_eq!(team.office.detail(hazard).await.cure().unwrap().actor, team.officer.me.name);
    })
    .await;
}

#[tokio::test]
async fn what_a_deleted_officer_did_before_is_delivered_by_another_and_counts() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let cure = whole_cure(hazard);
        let post = team.officer.me.post.as_ref().unwrap().id;
        let (id, to) = (team.officer.me.id, team.other.me.id);
        let deletion = json!({ "event": new_id(), "id": id, "posts": [post], "successor": to });
        team.office.session.function("people/delete", &deletion).content::<()>().await;
        let own = team.officer.session.function("hazards/get", &json!({ "id": hazard })).answer().await;
        assert_eq!(own.status(), 401, "the deleted officer is signed out");
        let envelope = sealed(&team.officer.me, "rectification", cure.id, cure.recorded_at, &cure);
        let address = format!("/operations/{}?carried=true", cure.id);
        let bytes = serde_json::to_vec(&envelope).unwrap();
        let receipt: Receipt = team.other.session.put(&address).body(bytes).content().await;
        assert_eq!(receipt.outcome, Outcome::Applied);
        let detail = team.office.detail(hazard).await;
        assert_eq!(detail.cure().unwrap().actor, team.officer.me.name);
    })
    .await;
}

#[tokio::test]
async fn a_life_in_full_is_told_in_order_and_counted_at_every_turn() {
    on_each_engine(async |world| {
        use EventKind::{Cured, CuredInPart, Found, Reassigned, Reopened, Reviewed, Voided};
        let team = Team::open(world).await;
        set_review(world, "all").await;
        let hazard = team.find().await;
        let count = async |state: &str| -> i64 {
            let filter = json!({ "filter": { "state": state, "text": "报警器" } });
            let sums: domain::ledger::LedgerSummary = team.office.session.call("hazards/summary", &filter).await;
            sums.total
        };
        let before = (count("under_review").await, count("closed").await);
        assert_eq!(team.author.cure(&part_cure(hazard)).await.outcome, Outcome::Applied);
        assert_eq!(team.partner.cure(&whole_cure(hazard)).await.outcome, Outcome::Applied);
        assert_eq!((count("under_review").await, count("closed").await), (before.0 + 1, before.1));
        let review = async |caller: &Caller, is_passed: bool| -> HazardDetail {
            caller.act("review", hazard, json!({ "is_passed": is_passed, "reason": "照片不清" })).content().await
        };
        assert_eq!(review(&team.other, false).await.hazard.stage, Stage::Open);
        assert_eq!(team.officer.cure(&whole_cure(hazard)).await.outcome, Outcome::Applied);
        let closed = review(&team.office, true).await;
        assert_eq!((count("under_review").await, count("closed").await), (before.0, before.1 + 1));
        let last = closed.cure().unwrap();
        assert_eq!((closed.hazard.closed_at, &last.actor), (Some(last.made_at), &team.officer.me.name));
        for (endpoint, stage, closed_at) in
            [("reopen", Stage::Open, None), ("void", Stage::Voided, None), ("reopen", Stage::Open, None)]
        {
            let after: HazardDetail = team.office.act(endpoint, hazard, json!({})).content().await;
            assert_eq!((after.hazard.stage, after.hazard.closed_at), (Lenient::Known(stage), closed_at), "{endpoint}");
        }
        assert_eq!((count("under_review").await, count("closed").await), before);
        let told = [Found, Reassigned, CuredInPart, Cured, Reviewed, Cured, Reviewed, Reopened, Voided, Reopened];
        assert_eq!(team.kinds(hazard).await, told);
        for caller in [&team.author, &team.other] {
            let events = caller.detail(hazard).await.events;
            assert_eq!(events, team.office.detail(hazard).await.events, "one timeline for everybody");
        }
    })
    .await;
}

//! Every act as everybody, and what an act must say.

use super::{Caller, Team, move_away, part_cure, set_review, whole_cure};
use crate::support::{KUNMING, NATION, UploadQuery, WUHUA, World, YUNNAN, new_id, now, on_each_engine};
use domain::{
    Problem,
    hazard::{Act, EventKind, HazardDetail},
    id::{HazardId, PersonId},
    operation::{Outcome, Receipt},
    person::Role,
    time::plus_days,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::fmt::Write;

/// Everybody, by what they have to do with the hazards that the team finds.
async fn everybody(world: &World, team: &Team) -> Vec<(&'static str, Caller)> {
    let again = |caller: &Caller| Caller { session: caller.session.clone(), me: caller.me.clone() };
    let administrator = async |region: &str| Caller::at(world, Role::Administrator, region).await;
    let inspector = async |region: &str| Caller::at(world, Role::Inspector, region).await;
    // Whoever moves there is one of them, too.
    let stranger = inspector(WUHUA).await;
    move_away(world, team.third.0).await;
    let mover = Caller::of(world.sign_in(&team.third.1).await).await;
    vec![
        ("参加人员", again(&team.author)),
        ("责任人，未参加", again(&team.officer)),
        ("参加人员，已调到外县", mover),
        ("本地其他检查员", again(&team.other)),
        ("县级管理员", again(&team.office)),
        ("市级管理员", administrator(KUNMING).await),
        ("省级管理员", administrator(YUNNAN).await),
        ("国家级管理员", administrator(NATION).await),
        ("市级检查员", inspector(KUNMING).await),
        ("外县管理员", administrator(WUHUA).await),
        ("外县检查员", stranger),
    ]
}

/// The acts of the table, each with the state of the hazard that it is asked of.
const ACTS: [(&str, Act, &str); 12] = [
    ("部分整改", Act::Cure, "待整改"),
    ("整改", Act::Cure, "待整改"),
    ("变更责任人", Act::Reassign, "待整改"),
    ("变更级别", Act::ChangeSeverity, "待整改"),
    ("延期", Act::Extend, "待整改"),
    ("移交", Act::Transfer, "待整改"),
    ("作废", Act::Void, "待整改"),
    ("复核通过", Act::Review, "待复核"),
    ("复核退回", Act::Review, "待复核"),
    ("重新打开", Act::Reopen, "已销号"),
    ("重新打开作废的", Act::Reopen, "已作废"),
    ("作废", Act::Void, "已销号"),
];

fn request(caller: &Caller, team: &Team, name: &str, hazard: HazardId) -> RequestBuilder {
    match name {
        "部分整改" => caller.curing(&part_cure(hazard)),
        "整改" => caller.curing(&whole_cure(hazard)),
        "变更责任人" => caller.act("reassign", hazard, json!({ "to": team.spare.me.id })),
        "变更级别" => caller.act("change_severity", hazard, json!({ "to": team.other_severity() })),
        "延期" => caller.act("extend", hazard, json!({ "to": plus_days(now().date(), 60) })),
        "移交" => caller.act("transfer", hazard, json!({ "to": "culture_tourism" })),
        "作废" => caller.act("void", hazard, json!({})),
        "复核通过" => caller.act("review", hazard, json!({ "is_passed": true })),
        "复核退回" => caller.act("review", hazard, json!({ "is_passed": false })),
        _ => caller.act("reopen", hazard, json!({})),
    }
}

/// A fresh hazard in this state; what is cured was cured by the partner.
async fn hazard_in(world: &World, team: &Team, state: &str) -> HazardId {
    let hazard = team.find().await;
    match state {
        "待复核" => {
            set_review(world, "all").await;
            team.partner.cure(&whole_cure(hazard)).await;
            set_review(world, "never").await;
        }
        "已销号" => assert_eq!(team.partner.cure(&whole_cure(hazard)).await.outcome, Outcome::Applied),
        "已作废" => assert!(team.office.act("void", hazard, json!({})).answer().await.status().is_success()),
        _ => {}
    }
    assert_eq!(team.office.detail(hazard).await.hazard.stage.name(), state);
    hazard
}

/// What the caller is told, in a line; whether the hazard changed must agree with it.
async fn outcome(team: &Team, name: &str, hazard: HazardId, request: RequestBuilder) -> String {
    let before = team.kinds(hazard).await;
    let answer = request.answer().await;
    let (status, body) = (answer.status(), answer.text().await.unwrap());
    let after = team.office.detail(hazard).await;
    let is_changed = after.events.len() == before.len() + 1;
    let told = if let Ok(receipt) = serde_json::from_str::<Receipt>(&body) {
        match receipt.outcome {
            Outcome::Applied => "可以".to_owned(),
            Outcome::Held(reason) => format!("待处理：{}", reason.text),
            Outcome::Returned(reason) => panic!("{name}: {reason:?}"),
        }
    } else if let Ok(detail) = serde_json::from_str::<HazardDetail>(&body) {
        assert_eq!(detail.events, after.events, "{name}: answered with what it is now");
        "可以".to_owned()
    } else {
        let problem: Problem = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(status.as_u16(), problem.status(), "{name}");
        format!("× {problem}")
    };
    assert_eq!(is_changed, told == "可以", "{name}: {told}");
    if is_changed { format!("可以 → {}", after.hazard.stage.name()) } else { told }
}

#[tokio::test]
async fn every_act_as_everybody_is_as_reviewed_and_offered_to_nobody_else() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let everybody = everybody(world, &team).await;
        let mut table = String::new();
        for (name, act, state) in ACTS {
            writeln!(table, "== {name}（{state}）").unwrap();
            for (who, caller) in &everybody {
                let hazard = hazard_in(world, &team, state).await;
                let seen = caller.session.function("hazards/get", &json!({ "id": hazard })).answer().await;
                let offered = seen.status().is_success() && seen.json::<HazardDetail>().await.unwrap().may(act);
                let told = outcome(&team, name, hazard, request(caller, &team, name, hazard)).await;
                assert_eq!(offered, told.starts_with("可以"), "{name}，{who}: {told}");
                writeln!(table, "{who}：{told}").unwrap();
            }
        }
        insta::assert_snapshot!("every_act_as_everybody", table);
    })
    .await;
}

#[tokio::test]
async fn an_officer_is_an_inspector_of_the_place_who_is_there_and_is_another_one() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let deletion = json!({ "event": new_id(), "id": team.spare.me.id,
            "posts": [team.spare.me.post.as_ref().unwrap().id], "successor": null });
        team.office.session.function("people/delete", &deletion).content::<()>().await;
        let elsewhere = Caller::at(world, Role::Inspector, WUHUA).await;
        let wrong = "整治责任人应是本地在岗的检查员，请重新选择";
        for (who, to, words) in [
            ("deleted", team.spare.me.id, wrong),
            ("of another county", elsewhere.me.id, wrong),
            ("an administrator", team.office.me.id, wrong),
            ("nobody", PersonId(new_id()), wrong),
            ("the same", team.officer.me.id, "与原整治责任人相同，请重新选择"),
        ] {
            for caller in [&team.office, &team.author, &team.officer] {
                let refused = caller.act("reassign", hazard, json!({ "to": to })).problem().await;
                assert_eq!(refused, Problem::invalid("整治责任人", words), "{who}");
            }
        }
        assert_eq!(team.office.detail(hazard).await.officer, team.officer.me.id);
    })
    .await;
}

#[tokio::test]
async fn an_act_without_its_reason_or_with_a_wrong_value_says_at_which_field() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let today = now().date();
        let department = team.office.detail(hazard).await.hazard.department.code;
        for (endpoint, more, field) in [
            ("change_severity", json!({ "to": team.other_severity(), "reason": " " }), "原因"),
            ("extend", json!({ "to": plus_days(today, 60), "reason": "" }), "原因"),
            ("extend", json!({ "to": plus_days(today, -1) }), "整改期限"),
            ("extend", json!({ "to": plus_days(today, 400) }), "整改期限"),
            ("transfer", json!({ "to": "culture_tourism", "reason": "" }), "原因"),
            ("transfer", json!({ "to": "nowhere" }), "责任部门"),
            ("transfer", json!({ "to": department }), "责任部门"),
            ("void", json!({ "reason": "字".repeat(1001) }), "原因"),
            ("void", json!({ "reason": "" }), "原因"),
        ] {
            let refused = team.office.act(endpoint, hazard, more).problem().await;
            assert!(matches!(&refused, Problem::Invalid { field: told, .. } if told == field), "{refused:?}");
        }
        assert_eq!(team.kinds(hazard).await, [EventKind::Found, EventKind::Reassigned]);
    })
    .await;
}

#[tokio::test]
async fn an_act_sent_twice_happens_once_and_another_under_its_id_is_a_conflict() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let event = json!({ "event": new_id(), "to": plus_days(now().date(), 60) });
        let first: HazardDetail = team.office.act("extend", hazard, event.clone()).content().await;
        let again: HazardDetail = team.office.act("extend", hazard, event.clone()).content().await;
        assert_eq!(again, first);
        let same_id = |more: [(String, Value); 1]| {
            let mut input = event.clone();
            input.as_object_mut().unwrap().extend(serde_json::Map::from_iter(more));
            input
        };
        let later = same_id([("to".to_owned(), json!(plus_days(now().date(), 90)))]);
        let reworded = same_id([("reason".to_owned(), json!("另一个原因"))]);
        for (endpoint, input) in [("extend", later), ("extend", reworded), ("void", event.clone())] {
            assert_eq!(team.office.act(endpoint, hazard, input).problem().await, Problem::OperationConflict);
        }
        let above = Caller::at(world, Role::Administrator, KUNMING).await;
        assert_eq!(above.act("extend", hazard, event).problem().await, Problem::OperationConflict);
        assert_eq!(team.kinds(hazard).await, [EventKind::Found, EventKind::Reassigned, EventKind::Extended]);
    })
    .await;
}

#[tokio::test]
async fn once_all_participants_are_gone_any_inspector_of_the_place_may_cure_and_nobody_above() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let (hazard, second) = (team.find().await, team.find().await);
        let above = Caller::at(world, Role::Inspector, KUNMING).await;
        let held = |receipt: Receipt| matches!(receipt.outcome, Outcome::Held(reason) if reason.code == "hazard");
        move_away(world, team.third.0).await;
        move_away(world, team.author.me.id).await;
        assert!(!team.other.detail(hazard).await.may(Act::Cure), "one participant is left");
        assert!(held(team.other.cure(&whole_cure(hazard)).await));
        move_away(world, team.partner.me.id).await;
        let mine: Vec<domain::hazard::HazardRow> = team.other.session.call("hazards/mine", &json!({})).await;
        assert!(mine.iter().any(|row| row.id == hazard), "and it is on their list");
        assert!(team.other.detail(hazard).await.may(Act::Cure));
        assert!(!above.detail(hazard).await.may(Act::Cure));
        assert!(held(above.cure(&whole_cure(hazard)).await));
        assert_eq!(team.other.cure(&whole_cure(hazard)).await.outcome, Outcome::Applied);
        assert_eq!(team.officer.cure(&whole_cure(second)).await.outcome, Outcome::Applied, "the officer as before");
        assert_eq!(team.office.detail(hazard).await.hazard.stage.name(), "已销号");
    })
    .await;
}

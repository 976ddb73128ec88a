//! The table of rights, walked from outside: every server function and every plain route, without a session and as
//! every role of every level. The table in `snapshots` is reviewed; a line that changes there is a change of rights.

use crate::support::{
    GUANDU, KUNMING, NATION, NO_POST, Session, UploadQuery, WUHUA, World, YUNNAN, code, new_id, now, sealed,
};
use domain::{
    Problem,
    id::OperationId,
    login::Me,
    operation::Envelope,
    person::{Role, rank},
    photo::PhotoHash,
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The least that each server function can read. What the ids name is nowhere, so nothing is written.
fn inputs() -> BTreeMap<&'static str, Value> {
    let id = new_id();
    let filter = json!({ "filter": {}, "after": null });
    let draft = json!({ "name": "", "enterprise_type": "", "address": "", "legal_representative": "",
        "credit_code": "", "licence_name": "", "licence_number": "" });
    let entry = json!({ "name": "", "phone": "", "department": "housing", "is_internal": true });
    BTreeMap::from([
        ("audit/list", json!({ "after": null })),
        ("checklists/current", json!({})),
        ("dictionary/departments", json!({})),
        ("dictionary/path", json!({ "region": GUANDU })),
        ("dictionary/regions", json!({ "parent": KUNMING })),
        ("disk/space", json!({})),
        ("enterprises/add", json!({ "id": id, "draft": draft })),
        ("enterprises/close", json!({ "id": id, "is_closed": true })),
        ("enterprises/delete", json!({ "id": id })),
        ("enterprises/edit", json!({ "id": id, "draft": draft, "position": null })),
        ("enterprises/get", json!({ "id": id })),
        ("enterprises/list", filter.clone()),
        ("enterprises/nearby", json!({ "at": { "latitude": 25.0, "longitude": 102.7 } })),
        ("hazards/change_severity", json!({ "event": id, "id": id, "to": "major", "reason": "" })),
        ("hazards/extend", json!({ "event": id, "id": id, "to": "2026-12-31", "reason": "" })),
        ("hazards/get", json!({ "id": id })),
        ("hazards/list", filter.clone()),
        ("hazards/mine", json!({})),
        ("hazards/officers", json!({ "id": id, "text": "" })),
        ("hazards/reassign", json!({ "event": id, "id": id, "to": id })),
        ("hazards/reopen", json!({ "event": id, "id": id, "reason": "" })),
        ("hazards/review", json!({ "event": id, "id": id, "is_passed": true, "reason": "" })),
        ("hazards/summary", json!({ "filter": {} })),
        ("hazards/transfer", json!({ "event": id, "id": id, "to": "fire", "reason": "" })),
        ("hazards/void", json!({ "event": id, "id": id, "reason": "" })),
        ("imports/confirm_enterprises", json!({ "id": id })),
        ("imports/confirm_people", json!({ "id": id })),
        ("imports/enterprises", json!({ "id": id })),
        ("imports/people", json!({ "id": id })),
        ("jobs/list", json!({})),
        ("jobs/retry", json!({ "kind": "photo.prove", "key": "" })),
        ("inspections/get", json!({ "id": id })),
        ("inspections/list", filter.clone()),
        (
            "people/add",
            json!({ "id": id, "entry": entry, "post": { "id": id, "role": "inspector", "region": GUANDU } }),
        ),
        ("operations/accept", json!({ "id": id })),
        ("operations/held", json!({ "after": null })),
        ("operations/held_one", json!({ "id": id })),
        ("operations/move", json!({ "id": id, "enterprise": id })),
        ("operations/return", json!({ "id": id, "reason": "" })),
        ("operations/status", json!({ "ids": [id] })),
        ("people/delete", json!({ "event": id, "id": id, "posts": [id], "successor": null })),
        ("people/edit", json!({ "id": id, "entry": entry, "corrections": [] })),
        ("people/handover", json!({ "id": id })),
        ("people/list", filter),
        ("people/reveal_phone", json!({ "id": id })),
        ("session/end", json!({ "id": id })),
        ("session/end_others", json!({})),
        ("session/list", json!({})),
        ("session/me", json!({})),
        ("session/request_code", json!({ "phone": "19900000000" })),
        ("session/sign_in", json!({ "phone": "19900000000", "code": "000000" })),
        ("session/sign_out", json!({})),
        ("session/switch_post", json!({ "post": id })),
        ("settings/position_rule", json!({})),
        ("statistics/by_region", json!({ "region": GUANDU, "from": null, "to": null })),
    ])
}

/// A request to a plain route, with what it needs to be read.
fn plain(caller: &Session, method: &Method, path: &str) -> RequestBuilder {
    let photo = PhotoHash::of(b"nothing").to_string();
    let filled = match (method.as_str(), path) {
        ("GET", "/changes/{kind}") => "/changes/enterprises".to_owned(),
        ("PUT" | "GET", "/operations/{id}") => format!("/operations/{}", new_id()),
        ("PUT" | "GET", "/photos/{hash}") => format!("/photos/{photo}"),
        ("GET", "/photos/{hash}/thumbnail") => format!("/photos/{photo}/thumbnail"),
        ("GET", "/imports/{id}/errors.xlsx") => format!("/imports/{}/errors.xlsx", new_id()),
        ("POST", "/imports/people" | "/imports/enterprises")
        | (
            "GET",
            "/templates/people.xlsx"
            | "/templates/enterprises.xlsx"
            | "/exports/hazards.xlsx"
            | "/exports/enterprises.xlsx"
            | "/healthz",
        ) => path.to_owned(),
        _ => panic!("the walk does not know {method} {path}: say here how it is called, then review its line"),
    };
    let request = caller.request(method.clone(), &filled);
    if *method == Method::GET { request } else { request.body("neither a photo nor a workbook") }
}

/// Every endpoint: its name in the table, and a request to it.
fn endpoints(caller: &Session) -> Vec<(String, RequestBuilder)> {
    let mut inputs = inputs();
    let mut endpoints = Vec::new();
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let endpoint = path.trim_start_matches("/api/");
        let Some(input) = inputs.remove(endpoint) else {
            panic!("the walk does not know {method} {path}: say here how it is called, then review its line");
        };
        endpoints.push((format!("{method} {path}"), caller.function(endpoint, &input)));
    }
    assert!(inputs.is_empty(), "no longer there: {:?}", inputs.keys());
    for (method, path, _) in server::router::plain_routes() {
        endpoints.push((format!("{method} {path}"), plain(caller, &method, path)));
    }
    // Last of all, for it ends the session.
    endpoints.sort_by_key(|(name, _)| (name.ends_with("/sign_out"), name.clone()));
    endpoints
}

/// What an inspector of 五华区 did, of a kind that nobody knows, so that it only waits: who may deliver it?
fn carrying(caller: &Session, envelope: &Envelope<Value>) -> RequestBuilder {
    let address = format!("/operations/{}?carried=true", envelope.id);
    caller.put(&address).body(serde_json::to_vec(envelope).unwrap())
}

async fn outcome(name: &str, request: RequestBuilder) -> &'static str {
    let answer = request.answer().await;
    match answer.status() {
        StatusCode::UNAUTHORIZED => "401",
        StatusCode::FORBIDDEN => "403",
        StatusCode::UNPROCESSABLE_ENTITY => {
            let problem: Problem = answer.json().await.unwrap();
            let is_unread = matches!(&problem, Problem::Invalid { field, .. } if field == "请求");
            assert!(!is_unread, "{name} could not read its input, so its rights were not asked for");
            "yes"
        }
        status => {
            assert!(!status.is_server_error() && status != StatusCode::METHOD_NOT_ALLOWED, "{name}: {status}");
            "yes"
        }
    }
}

#[tokio::test]
async fn everyone_may_do_what_the_reviewed_table_says_and_nothing_else() {
    let world = World::open().await;
    let mut callers =
        vec![("未登录".to_owned(), world.stranger()), ("无岗位".to_owned(), world.sign_in(NO_POST).await)];
    for role in [Role::Administrator, Role::Inspector] {
        for region in [NATION, YUNNAN, KUNMING, GUANDU] {
            callers.push((rank(code(region).level(), role), world.sign_in_as(role, region).await));
        }
    }
    let author = world.sign_in_as(Role::Inspector, WUHUA).await;
    let author: Me = author.call("session/me", &json!({})).await;
    let carried = sealed(&author, "walk", OperationId(new_id()), now(), json!({}));
    let mut table: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (_, caller) in &callers {
        let carried = ("PUT /operations/{id}?carried=true".to_owned(), carrying(caller, &carried));
        for (name, request) in [carried].into_iter().chain(endpoints(caller)) {
            let outcome = outcome(&name, request).await;
            table.entry(name).or_default().push(outcome);
        }
    }
    let head = callers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" | ");
    let lines = table.into_iter().map(|(name, cells)| format!("{name:<40} | {}", cells.join(" | ")));
    let lines: Vec<String> = [format!("{:<40} | {head}", "")].into_iter().chain(lines).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

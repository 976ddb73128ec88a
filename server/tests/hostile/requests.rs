//! Requests that no page of ours makes.

use super::Witness;
use crate::support::{GUANDU, Session, Site, UploadQuery, World, handing_in, held, new_id, on_each_engine, raw};
use domain::{Problem, audit::AuditRow, hazard::Severity, page::Page, person::Role};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn invalid(problem: Problem, name: &str) {
    let Problem::Invalid { field, .. } = problem else { panic!("{problem:?}") };
    assert_eq!(field, name);
}

async fn post(caller: &Session, endpoint: &str, body: impl Into<reqwest::Body>) -> Problem {
    let request = caller.post(&format!("/api/{endpoint}")).header("content-type", "application/json");
    request.body(body).problem().await
}

#[tokio::test]
async fn what_is_no_json_of_ours_is_told_so() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let caller = &witness.administrator;
    let bodies: [&[u8]; 8] =
        [b"", b"{", b"[]", b"\"x\"", b"null", b"\xff\xfe", b"{\"id\": 7}", b"{\"id\": \"not-a-uuid\"}"];
    for body in bodies {
        invalid(post(caller, "enterprises/get", body.to_vec()).await, "请求");
        invalid(post(&world.stranger(), "enterprises/delete", body.to_vec()).await, "请求");
    }
    invalid(post(caller, "enterprises/list", "{\"filter\":".repeat(100_000)).await, "请求");
    invalid(post(caller, "hazards/list", r#"{"filter": {"region": "53"}}"#).await, "请求");
    invalid(post(caller, "hazards/list", r#"{"filter": {"state": "lost"}}"#).await, "请求");
    witness.confirm(&world).await;
}

#[tokio::test]
async fn what_is_too_long_is_told_so() {
    let world = World::open().await;
    let site = Site::open(&world).await;
    let mut wordy = site.finding(&[domain::photo::PhotoHash::of(b"photo")]);
    wordy.hazards[0].description = "长".repeat(1_001);
    assert_eq!(held(&site.hand_in(&wordy).await), "content");
    let mut crowded = site.finding(&(0..10).map(|n| domain::photo::PhotoHash::of(&[n])).collect::<Vec<_>>());
    assert_eq!(held(&site.hand_in(&crowded).await), "content");
    crowded.id = new_id().into();
    crowded.hazards[0].photos.truncate(1);
    crowded.hazards[0].severity =
        if crowded.hazards[0].severity == Severity::Major { Severity::General } else { Severity::Major };
    assert_eq!(held(&site.hand_in(&crowded).await), "content");
    let witness = Witness::open(&world).await;
    let endless = json!({ "filter": { "text": "米".repeat(1 << 20) } }).to_string();
    let refused = post(&witness.administrator, "enterprises/list", endless).await;
    assert_eq!(refused, Problem::TooLarge { what: "请求内容".into(), limit_mb: 2 });

    let draft = json!({ "name": "名".repeat(101), "enterprise_type": "餐饮企业", "address": "x", "legal_representative": "王",
        "credit_code": "91360727MA38QC805G", "licence_name": "", "licence_number": "" });
    let refused = witness.administrator.refused("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await;
    invalid(refused, "企业名称");
    witness.confirm(&world).await;
}

#[tokio::test]
async fn writes_from_another_sites_page_are_refused_everywhere() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let caller = &witness.administrator;
    let client = reqwest::Client::new();
    for (method, path) in [
        (reqwest::Method::POST, "/api/session/sign_out"),
        (reqwest::Method::POST, "/api/enterprises/list"),
        (reqwest::Method::POST, "/imports/enterprises"),
        (reqwest::Method::PUT, "/photos/00"),
        (reqwest::Method::DELETE, "/console"),
    ] {
        let request =
            || client.request(method.clone(), format!("{}{path}", world.address)).header("cookie", caller.cookie());
        for request in [
            request(),
            request().header("origin", "https://evil.example"),
            request().header("origin", "null"),
            request().header("sec-fetch-site", "cross-site"),
            request().header("sec-fetch-site", "same-site"),
            request().header("sec-fetch-site", "cross-site").header("origin", &world.address),
        ] {
            assert_eq!(request.body("{}").problem().await, Problem::CrossSite, "{method} {path}");
        }
    }
    witness.confirm(&world).await;
}

#[tokio::test]
async fn a_request_without_a_host_is_not_from_our_own_page() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let cookie = witness.administrator.cookie();
    for origin in ["null", "https://evil.example", ""] {
        let request = format!(
            "POST /api/session/sign_out HTTP/1.0\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        let answer = raw(&world, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.0 403 "), "{origin}: {answer}");
    }
    witness.confirm(&world).await;
}

/// An answer of any kind but a fault of ours.
async fn stands(what: &str, request: reqwest::RequestBuilder) {
    let answer = request.answer().await;
    let (status, body) = (answer.status(), answer.text().await.unwrap());
    assert!(!status.is_server_error(), "{what}: {status} {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_and_an_endless_search_are_no_fault_of_ours() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let known = site.finding(&[domain::photo::PhotoHash::of(b"known")]);
        site.hand_in(&known).await;
        let county = world.sign_in_as(Role::Administrator, GUANDU).await;
        let nation = world.sign_in_as(Role::Administrator, crate::support::NATION).await;
        let (id, hazard) = (new_id(), known.hazards[0].id);
        for text in ["a\0b".to_owned(), "\0".to_owned(), "店".repeat(50_000), "ab1 ".repeat(12_500)] {
            let what: String = text.chars().take(4).collect();
            let filter = json!({ "filter": { "text": text }, "after": null });
            for list in ["enterprises/list", "hazards/list", "hazards/summary", "people/list", "inspections/list"] {
                stands(&format!("{list} {what}"), county.function(list, &filter)).await;
            }
            let colleagues = site.inspector.function("people/colleagues", &json!({ "text": text }));
            stands(&format!("colleagues {what}"), colleagues).await;
            let officers = county.function("hazards/officers", &json!({ "id": hazard, "text": text }));
            stands(&format!("officers {what}"), officers).await;
            let job = nation.function("jobs/retry", &json!({ "kind": text, "key": text }));
            stands(&format!("jobs/retry {what}"), job).await;
            let code = world.stranger().function("session/request_code", &json!({ "phone": text }));
            stands(&format!("request_code {what}"), code).await;
            let credentials = json!({ "phone": "13000000009", "code": text });
            stands(&format!("sign_in {what}"), world.stranger().function("session/sign_in", &credentials)).await;
            let draft = json!({ "name": text, "enterprise_type": text, "address": text, "legal_representative": text,
                "credit_code": text, "licence_name": text, "licence_number": text });
            let add = county.function("enterprises/add", &json!({ "id": id, "draft": draft }));
            stands(&format!("enterprises/add {what}"), add).await;
            let draft = json!({ "name": format!("米线{text}"), "enterprise_type": "餐饮企业", "address": "关上街",
                "legal_representative": "王", "credit_code": "91360727MA38QC805G", "licence_name": text,
                "licence_number": text });
            let add = county.function("enterprises/add", &json!({ "id": new_id(), "draft": draft }));
            stands(&format!("a whole enterprise {what}"), add).await;
            let entry = json!({ "name": text, "phone": text, "department": text, "is_internal": true });
            let post = json!({ "id": id, "role": "inspector", "region": GUANDU });
            let add = county.function("people/add", &json!({ "id": id, "entry": entry, "post": post }));
            stands(&format!("people/add {what}"), add).await;
            let act = json!({ "event": new_id(), "id": hazard, "to": "major", "reason": text });
            stands(&format!("severity {what}"), county.function("hazards/change_severity", &act)).await;
            let act = json!({ "event": new_id(), "id": hazard, "to": text, "reason": text });
            stands(&format!("transfer {what}"), county.function("hazards/transfer", &act)).await;
            let back = county.function("operations/return", &json!({ "id": id, "reason": text }));
            stands(&format!("return {what}"), back).await;

            let mut found = site.finding(&[domain::photo::PhotoHash::of(text.as_bytes())]);
            found.hazards[0].description = format!("管道{text}");
            stands(&format!("an inspection {what}"), handing_in(&site.inspector, &site.sealed(&found))).await;
            let mut envelope = site.sealed(&site.finding(&[]));
            envelope.id = domain::id::OperationId(new_id());
            envelope.kind = text;
            stands(&format!("a kind {what}"), handing_in(&site.inspector, &envelope)).await;
        }
        for query in ["/changes/enterprises?since=%00", "/exports/hazards.xlsx?text=%00", "/changes/%00"] {
            stands(query, county.get(query)).await;
        }
        stands("a file", county.post("/imports/people?name=%00.xlsx").body("no workbook")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_hazard_id_is_held_for_the_office() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let first = site.finding(&[domain::photo::PhotoHash::of(b"first")]);
        site.hand_in(&first).await;
        let mut second = site.finding(&[domain::photo::PhotoHash::of(b"second")]);
        second.hazards[0].id = first.hazards[0].id;
        assert_eq!(held(&site.hand_in(&second).await), "content");
    })
    .await;
}

#[tokio::test]
async fn queries_and_addresses_that_name_nothing_are_told_so() {
    let world = World::open().await;
    let witness = Witness::open(&world).await;
    let caller = &witness.administrator;
    for query in [
        "severity=terrible",
        "state=",
        "region=53",
        "region=530111&region=530111",
        "from=2026-13-45",
        "from=yesterday",
        "enterprise_type=%FF",
        "enterprise_type=' or 1=1 --",
    ] {
        invalid(caller.get(&format!("/exports/hazards.xlsx?{query}")).problem().await, "筛选条件");
    }
    invalid(caller.get("/exports/enterprises.xlsx?is_inspected=perhaps").problem().await, "筛选条件");
    // Who may not export is told that, whatever the query.
    let bad = "/exports/hazards.xlsx?state=lost";
    assert_eq!(world.stranger().get(bad).problem().await, Problem::NotSignedIn);
    let inspector = world.sign_in_as(Role::Inspector, GUANDU).await;
    assert!(matches!(inspector.get(bad).problem().await, Problem::Forbidden { .. }));
    for path in ["/imports/x/errors.xlsx", "/imports/%FF/errors.xlsx", "/imports/..%2F..%2Fx/errors.xlsx"] {
        assert_eq!(caller.get(path).problem().await, Problem::not_found("导入记录"), "{path}");
    }
    for path in ["/imports/x", "/exports/people.xlsx", "/templates/x.xlsx", "/api/no/such", "/photos", "/none.js"] {
        assert_eq!(caller.get(path).problem().await, Problem::not_found("页面"), "{path}");
    }
    witness.confirm(&world).await;
}

#[tokio::test]
async fn no_address_leads_out_of_the_site() {
    let world = World::open().await;
    std::fs::write(world.folder.path().join("secret.txt"), "a secret").unwrap();
    for path in
        ["/../secret.txt", "/..%2Fsecret.txt", "/%2e%2e/secret.txt", "/app/..%5c..%5csecret.txt", "//secret.txt"]
    {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4") && !answer.contains("a secret"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_head_that_is_longer_than_any_browsers_is_not_kept() {
    let world = World::open().await;
    let mut stream = TcpStream::connect(world.address.trim_start_matches("http://")).await.unwrap();
    let line = "x".repeat(8_000);
    let lines = (0..20).map(|number| format!("x-{number}: {line}\r\n")).collect::<Vec<_>>().concat();
    let head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
    // The connection may end before all is sent, and the answer with it.
    drop(stream.write_all(head.as_bytes()).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_stranger_sends_little_and_is_asked_to_sign_in_for_more() {
    let world = World::open().await;
    let long = json!({ "phone": "1".repeat(100_000) });
    assert_eq!(world.stranger().refused("session/request_code", &long).await, Problem::NotSignedIn);
    let short = json!({ "phone": "1".repeat(1_000) });
    invalid(world.stranger().refused("session/request_code", &short).await, "手机号");
}

#[tokio::test]
async fn a_made_up_cookie_is_no_session() {
    let world = World::open().await;
    let client = reqwest::Client::new();
    let real = world.sign_in_as(Role::Administrator, GUANDU).await;
    let token = real.cookie().split_once('=').unwrap().1;
    for cookie in [
        "__Host-ranan=".to_owned(),
        format!("__Host-ranan={}", "0".repeat(64)),
        format!("__Host-ranan={}", token.to_uppercase()),
        format!("__Host-ranan={token}0"),
        format!("ranan={token}"),
        format!("__Host-ranan={}; __Host-ranan={token}", "0".repeat(64)),
        format!("__Host-ranan={}", "x".repeat(6_000)),
        "__Host-ranan=' or 1=1 --".to_owned(),
    ] {
        let request = client.post(format!("{}/api/session/me", world.address)).header("cookie", &cookie);
        let request = request.header("sec-fetch-site", "same-origin").header("content-type", "application/json");
        assert_eq!(request.body("{}").problem().await, Problem::NotSignedIn, "{cookie}");
    }
}

#[tokio::test]
async fn a_department_that_can_be_none_is_no_filter_of_an_export_and_leaves_no_row() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        for department in ["%00".to_owned(), "%E6%B6%88%E9%98%B2".to_owned(), "a".repeat(10_000)] {
            let export = office.get(&format!("/exports/hazards.xlsx?department={department}"));
            invalid(export.problem().await, "筛选条件");
        }
        let log: Page<AuditRow> = office.call("audit/list", &json!({ "after": null })).await;
        assert!(log.rows.iter().all(|row| row.action != "hazard.export"), "{:?}", log.rows);
    })
    .await;
}

//! Requests that no page of ours makes.

use super::Witness;
use crate::support::{GUANDU, Session, Site, UploadQuery, World, held, new_id, raw};
use domain::{Problem, hazard::Severity, person::Role};
use serde_json::json;

fn invalid(problem: Problem, name: &str) {
    assert!(matches!(&problem, Problem::Invalid { field, .. } if field == name), "{problem:?}");
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

//! What every answer tells a browser: what it may run, what it may keep, and who is signed in.

use crate::support::{GUANDU, NO_POST, Site, UploadQuery, World, photo};
use domain::{person::Role, photo::PhotoHash};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_answer_forbids_what_pages_do_not_need() {
    let world = World::open().await;
    let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
    let stranger = world.stranger();
    let answers = [
        ("a page", stranger.get("/console/hazards")),
        ("a file", stranger.get("/app-0123456789abcdef.js")),
        ("nothing", stranger.get("/none.js")),
        ("a call", administrator.function("hazards/list", &json!({ "filter": {} }))),
        ("a refusal", stranger.function("hazards/list", &json!({ "filter": {} }))),
        ("what is no call", stranger.post("/api/hazards/list").body("{")),
        ("a photo that is not there", administrator.get("/photos/x")),
        ("a template", administrator.get("/templates/people.xlsx")),
        ("an export", administrator.get("/exports/enterprises.xlsx")),
        ("another site", stranger.post("/api/session/me").header("sec-fetch-site", "cross-site")),
        ("health", stranger.get("/healthz")),
    ];
    let mut policies = Vec::new();
    for (what, request) in answers {
        let answer = request.answer().await;
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{what}");
        assert_eq!(header(&answer, "x-frame-options"), "DENY", "{what}");
        assert_eq!(header(&answer, "referrer-policy"), "same-origin", "{what}");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{what}");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin", "{what}");
        assert!(header(&answer, "permissions-policy").contains("camera=(self)"), "{what}");
        assert_eq!(header(&answer, "x-request-id").len(), 16, "{what}");
        assert_eq!(header(&answer, "strict-transport-security"), "", "{what}: not over HTTP");
        policies.push(header(&answer, "content-security-policy").to_owned());
    }
    let policy = &policies[0];
    assert!(policies.iter().all(|other| other == policy));
    assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
    for loophole in ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"] {
        assert!(!policy.contains(loophole), "{policy}");
    }
    for closed in ["base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "connect-src 'self'"] {
        assert!(policy.contains(closed), "{policy}");
    }
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_there_with_all_subdomains() {
    let world = World::open_with(&["--behind-proxy"]).await;
    let answer = world.stranger().get("/login").header("x-forwarded-proto", "https").answer().await;
    assert_eq!(header(&answer, "strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn only_what_never_changes_is_kept_for_ever() {
    let world = World::open().await;
    let site = Site::open(&world).await;
    let stranger = world.stranger();
    for (path, caching) in [
        ("/", "no-cache"),
        ("/field/outbox", "no-cache"),
        ("/service-worker.js", "no-cache"),
        ("/manifest.webmanifest", "no-cache"),
        ("/app-0123456789abcdef.js", "public, max-age=31536000, immutable"),
        ("/none-0123456789abcdef.js", "no-store"),
    ] {
        assert_eq!(header(&stranger.get(path).answer().await, "cache-control"), caching, "{path}");
    }
    let answer = site.inspector.function("hazards/mine", &json!({})).answer().await;
    assert_eq!(header(&answer, "cache-control"), "no-store");

    let picture = photo(70);
    let submission = site.finding(&[PhotoHash::of(&picture)]);
    site.hand_in(&submission).await;
    let address = format!("/photos/{}", PhotoHash::of(&picture));
    let _: Value = site.inspector.put(&address).body(picture).content().await;
    let answer = site.inspector.get(&address).answer().await;
    // For this browser only: a proxy must not hand it to someone else.
    assert_eq!(header(&answer, "cache-control"), "private, max-age=31536000, immutable");
    let tag = header(&answer, "etag").to_owned();
    let again = site.inspector.get(&address).header("if-none-match", &tag).answer().await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let other = world.sign_in(NO_POST).await.get(&address).header("if-none-match", &tag).answer().await;
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_session_lies_in_a_cookie_that_no_script_and_no_other_site_can_use() {
    let world = World::open().await;
    let stranger = world.stranger();
    let (browser, code) = stranger.ask_for_code("13000000009").await;
    let credentials = json!({ "phone": "13000000009", "code": code });
    let answer = browser.function("session/sign_in", &credentials).answer().await;
    let cookie = header(&answer, "set-cookie").to_owned();
    let (session, attributes) = cookie.split_once("; ").unwrap();
    let token = session.strip_prefix("__Host-ranan=").unwrap();
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{cookie}");
    assert_eq!(attributes, "Path=/; Max-Age=5184000; HttpOnly; Secure; SameSite=Lax");
    assert!(!answer.text().await.unwrap().contains(token));

    let again = browser.function("session/sign_in", &credentials).problem().await;
    assert_eq!(again.code(), "bad_code");
    let request = || stranger.function("session/me", &json!({})).header("cookie", session);
    assert_eq!(request().answer().await.status(), StatusCode::OK);
    let ended = stranger.function("session/sign_out", &json!({})).header("cookie", session).answer().await;
    assert_eq!(header(&ended, "set-cookie"), "__Host-ranan=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    // Ended on the server too, not only forgotten by the browser.
    assert_eq!(request().problem().await.code(), "not_signed_in");
}

#[tokio::test]
async fn a_browser_has_a_lasting_cookie_of_its_own_and_a_code_is_good_for_no_other() {
    let world = World::open().await;
    let phone = json!({ "phone": "13000000009" });
    let asked = world.stranger().function("session/request_code", &phone).answer().await;
    let cookie = header(&asked, "set-cookie").to_owned();
    let (browser, attributes) = cookie.split_once("; ").unwrap();
    let secret = browser.strip_prefix("__Host-ranan-browser=").unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{cookie}");
    assert_eq!(attributes, "Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Strict");
    let sent: Value = asked.json().await.unwrap();
    let credentials = json!({ "phone": "13000000009", "code": sent["demo_code"] });
    let try_it = |cookies: &'static [&str]| {
        let request = world.stranger().function("session/sign_in", &credentials);
        cookies.iter().fold(request, |request, cookie| request.header("cookie", *cookie))
    };
    assert_eq!(try_it(&[]).problem().await.code(), "bad_code");
    assert_eq!(try_it(&["__Host-ranan-browser=made-up"]).problem().await.code(), "bad_code");
    let request = world.stranger().function("session/sign_in", &credentials);
    assert_eq!(request.header("cookie", format!("a=b; {browser}")).answer().await.status(), StatusCode::OK);
    // It is known again, and keeps its cookie longer.
    let again = world.stranger().function("session/request_code", &json!({ "phone": "13000000010" }));
    let again = again.header("cookie", browser).answer().await;
    assert_eq!(header(&again, "set-cookie"), cookie);
}

//! Somebody at a browser: their cookie, and how answers are read.

use domain::Problem;
use reqwest::{Client, Method, RequestBuilder, Response, header::HeaderValue};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// A client with a session, or without one.
#[derive(Clone)]
pub struct Session {
    http: Client,
    address: String,
    cookie: String,
}

impl Session {
    /// Somebody without a session.
    pub fn stranger(http: Client, address: &str) -> Self {
        Self { http, address: address.to_owned(), cookie: String::new() }
    }

    /// Signs in with the code that the demonstration shows. Once a minute for each number.
    pub async fn sign_in(http: Client, address: &str, phone: &str) -> Self {
        let (browser, code) = Self::stranger(http, address).ask_for_code(phone).await;
        let answer = browser.function("session/sign_in", &json!({ "phone": phone, "code": code })).answer().await;
        Self { cookie: given_cookie(&answer), ..browser }
    }

    /// Asks for a code: the browser with its cookie, for which the code is good, and the code.
    pub async fn ask_for_code(&self, phone: &str) -> (Self, String) {
        let answer = self.function("session/request_code", &json!({ "phone": phone })).answer().await;
        let browser = Self { cookie: given_cookie(&answer), ..self.clone() };
        let sent: Value = answer.json().await.unwrap();
        (browser, sent["demo_code"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned())
    }

    /// The same session at another server of the same database.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The cookie as it is sent.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A request to this path, as a page of the site makes it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.address));
        let request = request.header("origin", &self.address).header("sec-fetch-site", "same-origin");
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    /// A GET of this path.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A POST to this path.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// A PUT to this path.
    pub fn put(&self, path: &str) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// A call of a server function.
    pub fn function(&self, endpoint: &str, input: &impl Serialize) -> RequestBuilder {
        self.post(&format!("/api/{endpoint}")).json(input)
    }

    /// Calls a server function that answers well.
    pub async fn call<T: DeserializeOwned>(&self, endpoint: &str, input: &impl Serialize) -> T {
        self.function(endpoint, input).content().await
    }

    /// Calls a server function that refuses.
    pub async fn refused(&self, endpoint: &str, input: &impl Serialize) -> Problem {
        self.function(endpoint, input).problem().await
    }
}

fn given_cookie(answer: &Response) -> String {
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// How a request is answered.
pub trait UploadQuery {
    /// With any answer.
    async fn answer(self) -> Response;
    /// Well, with JSON.
    async fn content<T: DeserializeOwned>(self) -> T;
    /// With a problem: typed, with the fitting status, for nobody to keep, in Chinese.
    async fn problem(self) -> Problem;
}

impl UploadQuery for RequestBuilder {
    async fn answer(self) -> Response {
        self.send().await.unwrap()
    }

    async fn content<T: DeserializeOwned>(self) -> T {
        let answer = self.answer().await;
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    async fn problem(self) -> Problem {
        let answer = self.answer().await;
        let status = answer.status().as_u16();
        let header = |name: &str| answer.headers().get(name).map(HeaderValue::to_owned);
        let (kind, caching) = (header("content-type"), header("cache-control"));
        let body = answer.text().await.unwrap();
        let problem: Problem = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{status}: {error}: {body}"));
        assert_eq!(status, problem.status(), "{body}");
        assert_eq!(kind.unwrap(), "application/json");
        assert_eq!(caching.unwrap(), "no-store");
        assert!(problem.to_string().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{problem}");
        problem
    }
}

//! The gateway to Aliyun against a stub that checks the signature on its own and answers like the provider.

use axum::{Json, Router, extract::RawQuery, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{person::PhoneNumber, time::Timestamp};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use server::sms::{Aliyun, aliyun::Account};
use services::sms::SmsGateway;
use sha1::Sha1;
use std::{fmt::Write, sync::Arc};

const SECRET: &str = "testSecret";

/// Checks a request as the provider does: the signature is over the raw query without itself, in the order of names.
async fn provider(RawQuery(query): RawQuery) -> Json<Value> {
    let query = query.unwrap_or_default();
    let (signatures, mut signed): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("Signature="));
    signed.sort_unstable();
    let mut text = "GET&%2F&".to_owned();
    for byte in signed.join("&").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(format!("{SECRET}&").as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let expected = STANDARD.encode(mac.finalize().into_bytes());
    let expected = expected.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let answer = |code: &str| Json(json!({ "Code": code, "Message": "13800000002", "RequestId": "F655A8D5" }));
    let has = |pair: &str| signed.contains(&pair);
    if signatures != [format!("Signature={expected}")] {
        answer("SignatureDoesNotMatch")
    } else if !has("TemplateParam=%7B%22code%22%3A%22042917%22%7D") || !has("Timestamp=2026-11-24T02%3A03%3A04Z") {
        answer("isv.INVALID_PARAMETERS")
    } else if has("PhoneNumbers=13800000002") {
        answer("isv.BUSINESS_LIMIT_CONTROL")
    } else {
        answer("OK")
    }
}

async fn gateway() -> Aliyun {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, Router::new().route("/", get(provider))).await });
    gateway_to(endpoint)
}

fn gateway_to(endpoint: String) -> Aliyun {
    let account = Account {
        endpoint,
        access_key_id: "testId".into(),
        access_key_secret: SECRET.into(),
        sign_name: "燃安".into(),
        template_code: "SMS_71390007".into(),
    };
    Aliyun::new(account, Arc::new(|| Timestamp(1_795_485_784_000_000))).unwrap()
}

#[tokio::test]
async fn a_code_is_sent_with_a_signature_that_the_provider_accepts() {
    let phone = PhoneNumber::parse("13800000001").unwrap();
    gateway().await.send_code(&phone, "042917").await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_told_by_its_code_without_number_or_code() {
    let phone = PhoneNumber::parse("13800000002").unwrap();
    let error = gateway().await.send_code(&phone, "042917").await.unwrap_err().to_string();
    assert_eq!(error, "SMS not sent: the provider refused: isv.BUSINESS_LIMIT_CONTROL (request F655A8D5)");
}

#[tokio::test]
async fn a_provider_out_of_reach_is_an_error_without_number_or_code() {
    let phone = PhoneNumber::parse("13800000001").unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = gateway_to(endpoint).send_code(&phone, "042917").await.unwrap_err().to_string();
    assert!(error.starts_with("SMS not sent: the provider is out of reach"), "{error}");
    assert!(!error.contains("13800000001") && !error.contains("042917"), "{error}");
}

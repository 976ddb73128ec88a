//! Aliyun SMS (阿里云短信服务): `SendSms`, version 2017-05-25, with the RPC signature V1.
//!
//! The signature is specified at <https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism>.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::person::PhoneNumber;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use services::{
    Clock,
    sms::{Sending, SmsError, SmsGateway},
};
use sha1::Sha1;
use std::{collections::BTreeMap, fmt, time::Duration};

/// The provider's public address.
pub const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";

/// How long a person waits before the provider counts as out of reach.
const TIMEOUT: Duration = Duration::from_secs(5);

/// POP encoding: everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The account that messages are sent from.
#[derive(Clone)]
pub struct Account {
    /// Where the provider answers; [`ENDPOINT`] unless tested.
    pub endpoint: String,
    /// AccessKey ID, sent with each request.
    pub access_key_id: String,
    /// AccessKey Secret, which signs each request and never leaves.
    pub access_key_secret: String,
    /// The approved signature (短信签名).
    pub sign_name: String,
    /// The approved template; it has one variable, `code`.
    pub template_code: String,
}

impl fmt::Debug for Account {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Sends codes through Aliyun.
pub struct Aliyun {
    account: Account,
    clock: Clock,
    http: reqwest::Client,
}

/// What the provider answers, also on errors.
#[derive(Debug, Deserialize)]
struct SmsReply {
    #[serde(rename = "Code")]
    code: String,
    #[serde(rename = "RequestId", default)]
    request_id: String,
}

impl Aliyun {
    /// A gateway that sends from this account.
    ///
    /// # Errors
    /// When no TLS client can be set up.
    pub fn new(account: Account, clock: Clock) -> Result<Self, reqwest::Error> {
        crate::tls::choose_provider();
        let http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        Ok(Self { account, clock, http })
    }

    async fn send(&self, phone: &PhoneNumber, code: &str) -> Result<(), SmsError> {
        let now = jiff::Timestamp::from_microsecond((self.clock)().0).unwrap_or_default();
        let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let template_param = serde_json::json!({ "code": code }).to_string();
        let parameters = BTreeMap::from([
            ("AccessKeyId", self.account.access_key_id.as_str()),
            ("Action", "SendSms"),
            ("Format", "JSON"),
            ("PhoneNumbers", phone.as_str()),
            ("RegionId", "cn-hangzhou"),
            ("SignName", &self.account.sign_name),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", &nonce),
            ("SignatureVersion", "1.0"),
            ("TemplateCode", &self.account.template_code),
            ("TemplateParam", &template_param),
            ("Timestamp", &now),
            ("Version", "2017-05-25"),
        ]);
        let signature = sign(&parameters, &self.account.access_key_secret);
        let address = format!(
            "{}/?Signature={}&{}",
            self.account.endpoint.trim_end_matches('/'),
            encode(&signature),
            query(&parameters)
        );
        // An error of the client carries the address, and so the number and the code: it is taken off.
        let failed = |error: reqwest::Error| SmsError(format!("the provider is out of reach: {}", error.without_url()));
        let response = self.http.get(address).send().await.map_err(failed)?;
        let answer: SmsReply = response.json().await.map_err(failed)?;
        if answer.code == "OK" {
            Ok(())
        } else {
            Err(SmsError(format!("the provider refused: {} (request {})", answer.code, answer.request_id)))
        }
    }
}

impl SmsGateway for Aliyun {
    fn send_code<'a>(&'a self, phone: &'a PhoneNumber, code: &'a str) -> Sending<'a> {
        Box::pin(self.send(phone, code))
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The parameters in the order of their names, encoded.
fn query(parameters: &BTreeMap<&str, &str>) -> String {
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// The signature of a GET with these parameters.
fn sign(parameters: &BTreeMap<&str, &str>, secret: &str) -> String {
    let text = format!("GET&%2F&{}", encode(&query(parameters)));
    let mut mac =
        Hmac::<Sha1>::new_from_slice(format!("{secret}&").as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the provider's documentation.
    #[test]
    fn the_published_example_gets_its_signature() {
        let parameters = BTreeMap::from([
            ("AccessKeyId", "testId"),
            ("Action", "SendSms"),
            ("Format", "XML"),
            ("OutId", "123"),
            ("PhoneNumbers", "15300000001"),
            ("RegionId", "cn-hangzhou"),
            ("SignName", "阿里云短信测试专用"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "45e25e9b-0a6f-4070-8c85-2956eda1b466"),
            ("SignatureVersion", "1.0"),
            ("TemplateCode", "SMS_71390007"),
            ("TemplateParam", r#"{"customer":"test"}"#),
            ("Timestamp", "2017-07-12T02:42:19Z"),
            ("Version", "2017-05-25"),
        ]);
        assert_eq!(sign(&parameters, "testSecret"), "zJDF+Lrzhj/ThnlvIToysFRq6t4=");
    }
}

//! An honest phone: keeps its bytes, sends them until a receipt proves them, hands in the photos, and asks again.

use crate::server::Server;
use anyhow::{Context, Result};
use rand::Rng;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

/// Inspectors of 官渡区 in the demonstration.
const ACCOUNTS: std::ops::RangeInclusive<u64> = 13_000_000_010..=13_000_000_017;
/// Longer than that a phone does not wait for an answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// Someone signed in.
pub struct Account {
    pub cookie: String,
    person: Value,
    post: Value,
}

/// What work is made from.
pub struct Setting {
    pub accounts: Vec<Account>,
    enterprises: Vec<Value>,
    checklists: HashMap<String, Value>,
    picture: Vec<u8>,
}

impl Setting {
    pub async fn read(server: &Server) -> Result<Self> {
        let http = Client::new();
        let mut accounts = Vec::new();
        for phone in ACCOUNTS {
            let cookie = server.sign_in(&phone.to_string()).await?;
            let me = server.call(&http, &cookie, "session/me", &json!({})).await?;
            accounts.push(Account { cookie, person: me["id"].clone(), post: me["post"]["id"].clone() });
        }
        let cookie = accounts.first().context("an account")?.cookie.clone();
        let page = server.call(&http, &cookie, "enterprises/list", &json!({ "filter": {}, "after": null })).await?;
        let enterprises = page["rows"].as_array().context("enterprises")?.clone();
        let lists = server.call(&http, &cookie, "checklists/current", &json!({})).await?;
        let lists = lists.as_array().context("checklists")?.iter();
        let checklists =
            lists.map(|list| (list["enterprise_type"].as_str().unwrap_or_default().to_owned(), list.clone()));
        Ok(Self { accounts, enterprises, checklists: checklists.collect(), picture: picture()? })
    }
}

/// A small picture, so that many can be sent.
fn picture() -> Result<Vec<u8>> {
    let mut random = rand::rng();
    let image = image::RgbImage::from_fn(320, 240, |x, y| {
        let grain = random.random_range(0..14_u8);
        image::Rgb([(x % 200) as u8 + grain, (y % 200) as u8 + grain, grain])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 60).encode_image(&image)?;
    Ok(bytes)
}

/// What a phone was promised.
#[derive(Clone, Debug)]
pub struct Promise {
    pub id: Uuid,
    pub hash: String,
    pub account: usize,
    pub photos: Vec<String>,
    /// For an inspection, where it was; for a cure, the hazard.
    pub record: Record,
}

/// Which record an operation makes.
#[derive(Clone, Debug)]
pub enum Record {
    Inspection { enterprise: String, hazard: Option<Uuid> },
    Cure { hazard: Uuid },
    Enterprise { id: Uuid },
}

/// What all phones did.
pub struct Log {
    wanted: usize,
    promises: Mutex<Vec<Promise>>,
    /// Every inspection that a phone made, acknowledged or not.
    made: Mutex<Vec<Uuid>>,
    refusals: Mutex<Vec<String>>,
    requests: AtomicU64,
    is_stopped: AtomicBool,
    begun_at: i64,
}

impl Log {
    pub fn new(wanted: usize) -> Self {
        Self {
            wanted,
            promises: Mutex::default(),
            made: Mutex::default(),
            refusals: Mutex::default(),
            requests: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            begun_at: now(),
        }
    }

    /// When the run began, in microseconds since the epoch.
    pub fn begun_at(&self) -> i64 {
        self.begun_at
    }

    pub fn is_done(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed) || self.acknowledged() >= self.wanted
    }

    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub fn acknowledged(&self) -> usize {
        self.promises.lock().expect("no phone panics").len()
    }

    pub fn with_photos(&self) -> usize {
        self.promises().iter().filter(|promise| !promise.photos.is_empty()).count()
    }

    pub fn promises(&self) -> Vec<Promise> {
        self.promises.lock().expect("no phone panics").clone()
    }

    pub fn made(&self) -> Vec<Uuid> {
        self.made.lock().expect("no phone panics").clone()
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub fn refused(&self) -> usize {
        self.refusals.lock().expect("no phone panics").len()
    }

    /// The first few, in the server's words.
    pub fn refusals(&self) -> Vec<String> {
        self.refusals.lock().expect("no phone panics").iter().take(5).cloned().collect()
    }
}

/// One honest phone: what it hands in it sends again until a receipt proves it.
pub struct Phone {
    number: usize,
    address: String,
    http: Client,
    setting: Arc<Setting>,
    log: Arc<Log>,
}

/// What an answer was.
enum Reply {
    /// Our server's own, in JSON.
    Own(Value),
    /// Our server turned an honest request down.
    Refused(String),
    /// No network: nothing that proves anything.
    Nothing,
}

impl Phone {
    pub fn new(number: usize, address: String, setting: Arc<Setting>, log: Arc<Log>) -> Self {
        let http = Client::builder().pool_max_idle_per_host(0).timeout(DEADLINE).build();
        Self { number, address, http: http.expect("a client without TLS can be made"), setting, log }
    }

    /// Inspects, and cures what it found, until enough is acknowledged. What was begun is brought to its end.
    pub async fn work(self) -> Result<()> {
        let mut round = self.number;
        while !self.log.is_done() {
            round += 1;
            match round % 8 {
                0 => self.found_and_inspect().await,
                even if even % 2 == 0 => drop(self.inspect(self.enterprise(round), None, false).await),
                _ => {
                    if let Some(hazard) = self.inspect(self.enterprise(round), None, true).await {
                        self.cure(hazard).await;
                    }
                }
            }
        }
        Ok(())
    }

    fn account(&self) -> (usize, &Account) {
        let index = self.number % self.setting.accounts.len();
        (index, &self.setting.accounts[index])
    }

    fn enterprise(&self, round: usize) -> Value {
        self.setting.enterprises[(round * 7 + self.number) % self.setting.enterprises.len()].clone()
    }

    /// 现场新增企业, then its inspection, which needs it; now and then the two arrive in the wrong order.
    async fn found_and_inspect(&self) {
        let (id, operation) = (Uuid::now_v7(), Uuid::now_v7());
        let kind = self.setting.enterprises[0]["enterprise_type"].clone();
        let draft = json!({
            "name": format!("故障试验店{id}"), "enterprise_type": kind, "address": format!("故障路{id}号"),
            "legal_representative": "王试验", "credit_code": "13000009998", "licence_name": "", "licence_number": "",
        });
        let body = json!({ "id": id, "draft": draft, "fix": fix() });
        let record = Record::Enterprise { id };
        let bytes = self.envelope(operation, "enterprise", &[], &[], &body);
        let enterprise = json!({ "id": id, "enterprise_type": kind });
        if rand::rng().random_bool(0.2) {
            tokio::join!(
                self.hand_in(operation, bytes, Vec::new(), record),
                self.inspect(enterprise, Some(operation), false)
            );
        } else {
            self.hand_in(operation, bytes, Vec::new(), record).await;
            self.inspect(enterprise, Some(operation), false).await;
        }
    }

    /// An inspection; with a hazard and its photo where wanted, whose id it gives.
    async fn inspect(&self, enterprise: Value, needs: Option<Uuid>, with_hazard: bool) -> Option<Uuid> {
        let kind = enterprise["enterprise_type"].as_str().unwrap_or_default();
        let list = &self.setting.checklists[kind];
        let items = list["items"].as_array().expect("a checklist has items");
        let mut answers: serde_json::Map<String, Value> =
            items.iter().map(|item| (item["code"].as_str().unwrap_or_default().to_owned(), json!("pass"))).collect();
        let (id, now) = (Uuid::now_v7(), now());
        let (_, account) = self.account();
        let photo = with_hazard.then(|| self.photo());
        let hazard = photo.as_ref().map(|(hash, _)| {
            let item = &items[0];
            answers.insert(item["code"].as_str().unwrap_or_default().to_owned(), json!("fail"));
            json!({
                "id": Uuid::now_v7(), "item": item["code"], "description": "故障试验用隐患", "severity": item["severity"],
                "severity_reason": null, "officer": account.person, "due_on": due_on(), "photos": [hash],
            })
        });
        let found = hazard.as_ref().and_then(|hazard| hazard["id"].as_str()?.parse().ok());
        let body = json!({
            "id": id, "enterprise": enterprise["id"], "enterprise_type": kind, "checklist_version": list["version"],
            "started_at": now, "finished_at": now, "participants": [account.person], "fix": fix(), "exception": null,
            "answers": answers, "hazards": hazard.into_iter().collect::<Vec<_>>(), "seen_again": [],
        });
        self.log.made.lock().expect("no phone panics").push(id);
        let needs: Vec<Uuid> = needs.into_iter().collect();
        let photos: Vec<_> = photo.into_iter().collect();
        let bytes = self.envelope(id, "inspection", &needs, &photos, &body);
        let enterprise = enterprise["id"].as_str().unwrap_or_default().to_owned();
        let record = Record::Inspection { enterprise, hazard: found };
        self.hand_in(id, bytes, photos, record).await.then_some(found).flatten()
    }

    async fn cure(&self, hazard: Uuid) {
        let id = Uuid::now_v7();
        let photo = self.photo();
        let body = json!({
            "id": id, "hazard": hazard, "recorded_at": now(), "text": "已整改", "measures": ["on_site"],
            "enforcement": ["none"], "fine_fen": null, "photos": [photo.0], "is_partial": false,
        });
        let photos = vec![photo];
        let bytes = self.envelope(id, "rectification", &[], &photos, &body);
        self.hand_in(id, bytes, photos, Record::Cure { hazard }).await;
    }

    /// A picture unlike every other, by a comment in it, and its address.
    fn photo(&self) -> (String, Vec<u8>) {
        let picture = &self.setting.picture;
        let mut bytes = picture[..2].to_vec();
        bytes.extend([0xff, 0xfe, 0x00, 18]);
        bytes.extend(Uuid::new_v4().as_bytes());
        bytes.extend(&picture[2..]);
        (hex::encode(Sha256::digest(&bytes)), bytes)
    }

    fn envelope(&self, id: Uuid, kind: &str, needs: &[Uuid], photos: &[(String, Vec<u8>)], body: &Value) -> Vec<u8> {
        let (_, account) = self.account();
        let photos: Vec<_> =
            photos.iter().map(|(hash, bytes)| json!({ "hash": hash, "size_bytes": bytes.len() })).collect();
        let envelope = json!({
            "format": 1, "id": id, "kind": kind, "post": account.post, "author": account.person, "made_at": now(),
            "needs": needs, "photos": photos, "body": body,
        });
        envelope.to_string().into_bytes()
    }

    /// Sends until the receipt proves it and no photo is expected any more; `false` when it was refused.
    async fn hand_in(&self, id: Uuid, bytes: Vec<u8>, photos: Vec<(String, Vec<u8>)>, record: Record) -> bool {
        let hash = hex::encode(Sha256::digest(&bytes));
        let is_proof = |answer: &Value| answer["content_hash"] == hash && answer["operation"] == id.to_string();
        loop {
            match self.put(&format!("/operations/{id}"), &bytes).await {
                Reply::Own(receipt) if is_proof(&receipt) => {
                    let expected = receipt["photos_expected"].as_array().cloned().unwrap_or_default();
                    if expected.is_empty() {
                        let (account, _) = self.account();
                        let photos = photos.into_iter().map(|(hash, _)| hash).collect();
                        let promise = Promise { id, hash, account, photos, record };
                        self.log.promises.lock().expect("no phone panics").push(promise);
                        return true;
                    }
                    for (hash, bytes) in photos.iter().filter(|(hash, _)| expected.contains(&json!(hash))) {
                        if !self.upload(hash, bytes).await {
                            return false;
                        }
                    }
                }
                Reply::Own(_) | Reply::Nothing => self.pause().await,
                Reply::Refused(why) => return self.refused(why),
            }
        }
    }

    async fn upload(&self, hash: &str, bytes: &[u8]) -> bool {
        loop {
            match self.put(&format!("/photos/{hash}"), bytes).await {
                Reply::Own(held) if held["hash"] == hash => return true,
                Reply::Own(_) | Reply::Nothing => self.pause().await,
                Reply::Refused(why) => return self.refused(why),
            }
        }
    }

    fn refused(&self, why: String) -> bool {
        self.log.refusals.lock().expect("no phone panics").push(why);
        false
    }

    async fn pause(&self) {
        let wait = rand::rng().random_range(20..400);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    async fn put(&self, path: &str, bytes: &[u8]) -> Reply {
        self.log.requests.fetch_add(1, Ordering::Relaxed);
        let (_, account) = self.account();
        let request = self.http.put(format!("{}{path}", self.address)).header("cookie", &account.cookie);
        let request = request.header("sec-fetch-site", "same-origin").body(bytes.to_vec());
        let Ok(answer) = request.send().await else { return Reply::Nothing };
        let status = answer.status();
        let Ok(body) = answer.bytes().await else { return Reply::Nothing };
        match serde_json::from_slice::<Value>(&body) {
            Ok(own) if status.is_success() => Reply::Own(own),
            Ok(problem) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Reply::Refused(format!("{path}: {status}: {problem}"))
            }
            _ => Reply::Nothing,
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Twenty days from today, as a civil date in China.
fn due_on() -> String {
    let days = (now() / 1_000_000 + 8 * 3_600) / 86_400 + 20;
    // Days to date by the Gregorian rule (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day = z.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + i64::from(month <= 2))
}

fn fix() -> Value {
    json!({ "at": { "latitude": 25.015, "longitude": 102.744 }, "accuracy_m": 20.0, "taken_at": now() })
}

//! Looks for everything that was promised, past the proxy, once the trouble is over.

use crate::{
    phone::{Log, Promise, Record, Setting},
    server::Server,
};
use anyhow::{Context, Result};
use futures::{StreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// What was found missing or too much.
#[derive(Default)]
pub struct Found {
    pub lost: usize,
    pub doubled: usize,
    /// The first few.
    pub examples: Vec<String>,
}

impl Found {
    fn note(&mut self, example: String) {
        if self.examples.len() < 8 {
            self.examples.push(example);
        }
    }
}

/// Asks for the status of each promised operation, for its record, and for its photos; then walks the county's inspections
/// to see that none is there that no phone made.
pub async fn look(server: &Server, setting: &Setting, log: &Log) -> Result<Found> {
    server.wait().await?;
    let http = Client::new();
    let promises = log.promises();
    let mut found = Found::default();
    let statuses = statuses(server, setting, &http, &promises).await?;
    for promise in &promises {
        if let Err(why) = check_status(promise, statuses.get(&promise.id.to_string())) {
            found.lost += 1;
            found.note(format!("{}: {why}", promise.id));
        }
    }
    let checks = stream::iter(&promises).map(|promise| check_record(server, setting, &http, promise));
    let missing: Vec<_> = checks.buffer_unordered(16).filter_map(|check| async { check.err() }).collect().await;
    found.lost += missing.len();
    for why in missing {
        found.note(why);
    }
    doubled(server, setting, &http, log, &mut found).await?;
    Ok(found)
}

async fn statuses(
    server: &Server,
    setting: &Setting,
    http: &Client,
    promises: &[Promise],
) -> Result<HashMap<String, Value>> {
    let mut statuses = HashMap::new();
    for (index, account) in setting.accounts.iter().enumerate() {
        let own: Vec<_> =
            promises.iter().filter(|promise| promise.account == index).map(|promise| promise.id).collect();
        for some in own.chunks(200) {
            let answer = server.call(http, &account.cookie, "operations/status", &json!({ "ids": some })).await?;
            for status in answer.as_array().context("a list")? {
                let id = status["operation"].as_str().unwrap_or_default().to_owned();
                statuses.insert(id, status["receipt"].clone());
            }
        }
    }
    Ok(statuses)
}

fn check_status(promise: &Promise, receipt: Option<&Value>) -> Result<(), String> {
    let receipt = receipt.filter(|receipt| receipt.is_object()).ok_or("the server does not know it")?;
    if receipt["content_hash"] != promise.hash {
        return Err("other content is there".into());
    }
    if receipt["outcome"]["state"] != "applied" {
        return Err(format!("not applied: {}", receipt["outcome"]));
    }
    let held = receipt["photos_held"].as_array().map_or(0, Vec::len);
    if held < promise.photos.len() { Err(format!("{held} of {} photos", promise.photos.len())) } else { Ok(()) }
}

async fn check_record(server: &Server, setting: &Setting, http: &Client, promise: &Promise) -> Result<(), String> {
    let cookie = &setting.accounts[promise.account].cookie;
    let said = |what: &str, error: anyhow::Error| format!("{}: {what}: {error}", promise.id);
    match &promise.record {
        Record::Inspection { enterprise, hazard } => {
            let body = json!({ "id": promise.id });
            let detail = server.call(http, cookie, "inspections/get", &body).await;
            let detail = detail.map_err(|error| said("inspection", error))?;
            if detail["inspection"]["enterprise"] != *enterprise {
                return Err(format!("{}: at another enterprise", promise.id));
            }
            let hazards = detail["hazards"].as_array().map_or(0, Vec::len);
            if hazards != usize::from(hazard.is_some()) {
                return Err(format!("{}: {hazards} hazards", promise.id));
            }
        }
        Record::Cure { hazard } => {
            let detail = server.call(http, cookie, "hazards/get", &json!({ "id": hazard })).await;
            let detail = detail.map_err(|error| said("hazard", error))?;
            if detail["hazard"]["closed_at"].is_null() {
                return Err(format!("{}: the hazard is not closed", promise.id));
            }
        }
        Record::Enterprise { id } => {
            let found = server.call(http, cookie, "enterprises/get", &json!({ "id": id })).await;
            found.map_err(|error| said("enterprise", error))?;
        }
    }
    for hash in &promise.photos {
        let request = http.get(format!("{}/photos/{hash}", server.address())).header("cookie", cookie);
        let answer = request.send().await.map_err(|error| format!("{hash}: {error}"))?;
        if !answer.status().is_success() {
            return Err(format!("photo {hash}: {}", answer.status()));
        }
    }
    Ok(())
}

/// Inspections of this run that no phone made, and ids that are there twice.
async fn doubled(server: &Server, setting: &Setting, http: &Client, log: &Log, found: &mut Found) -> Result<()> {
    let made: HashSet<String> = log.made().iter().map(ToString::to_string).collect();
    let mut seen = HashSet::new();
    let cookie = &setting.accounts[0].cookie;
    let mut after = Value::Null;
    loop {
        let body = json!({ "filter": {}, "after": after });
        let page = server.call(http, cookie, "inspections/list", &body).await?;
        for row in page["rows"].as_array().context("rows")? {
            let id = row["id"].as_str().unwrap_or_default().to_owned();
            // The seed's visits lie before the run's.
            let is_of_run = row["received_at"].as_i64() >= Some(log.begun_at());
            if is_of_run && (!made.contains(&id) || !seen.insert(id.clone())) {
                found.doubled += 1;
                found.note(format!("{id}: made by nobody, or twice there"));
            }
        }
        after = page["next"].clone();
        if after.is_null() {
            return Ok(());
        }
    }
}

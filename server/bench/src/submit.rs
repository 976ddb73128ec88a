//! Inspections of twenty answers, each an operation in its envelope: handed in by one client, by 32, with a photo each, and
//! as racing copies.

use crate::{
    Figures, at_share,
    server::{COUNTY_ADMINISTRATOR, COUNTY_INSPECTOR, PROVINCE_ADMINISTRATOR, Server, Session},
};
use anyhow::{Context, Result, bail, ensure};
use domain::{
    checklist::Checklist,
    enterprise::{EnterpriseDraft, EnterpriseRow, EnterpriseType},
    geo::{Fix, Wgs84},
    hazard::Severity,
    id::{EnterpriseId, HazardId, InspectionId, OperationId, PostId},
    inspection::{Answer, NewHazard, Submission},
    job::JobList,
    login::Me,
    operation::{Envelope, FORMAT, OperationKind, Outcome, PhotoRef, Receipt, content_hash},
    photo::PhotoHash,
    time::Timestamp,
};
use futures::future::try_join_all;
use rand::Rng;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const CLIENTS: usize = 32;
/// A type whose checklist has twenty items.
const KIND: EnterpriseType = EnterpriseType::IndustrialFuel;

/// What a submission is made from.
struct Field {
    session: Session,
    me: Me,
    post: PostId,
    /// One for each client: no two inspectors visit the same at once.
    enterprises: Vec<EnterpriseId>,
    checklist: Checklist,
    picture: Vec<u8>,
}

pub async fn measure(figures: &mut Figures, server: &Server, scale: f64) -> Result<()> {
    let field = Arc::new(prepare(server).await?);
    let time = Duration::from_secs_f64((10.0 * scale).max(1.0));
    let engine = server.engine;
    let goal = if engine == "SQLite" { 2_500.0 } else { 1_500.0 };
    let alone = load(&field, server, 1, time, false).await?;
    alone.note(figures, &format!("{engine} · inspections of 20 answers, one client alone"), None);
    let many = load(&field, server, CLIENTS, time, false).await?;
    many.note(figures, &format!("{engine} · inspections of 20 answers, 32 clients, on disk"), Some(goal));
    let with_photo = load(&field, server, CLIENTS, time, true).await?;
    with_photo.note(figures, &format!("{engine} · the same with a 300 kB photo each"), Some(450.0));
    prove(figures, server).await?;
    let (rows, same) = race(&field).await?;
    figures.note(format!("{engine} · 200 racing copies of 10: rows"), rows, "rows", Some(10.0));
    figures.note(format!("{engine} · 200 racing copies of 10: same receipt, 2xx"), same, "answers", Some(200.0));
    Ok(())
}

/// What a submission of one client costs on a ledger of so many hazards.
pub async fn measure_alone(figures: &mut Figures, server: &Server, hazards: u32) -> Result<()> {
    let field = Arc::new(prepare(server).await?);
    let mut alone = load(&field, server, 1, Duration::from_secs(3), false).await?;
    alone.times.sort_by(f64::total_cmp);
    let name = format!("{} · inspection of 20 answers, one client alone", server.engine);
    figures.note_at(hazards, &format!("{name}, p50"), at_share(&alone.times, 0.5), "ms", None);
    figures.note_at(hazards, &format!("{name}, p95"), at_share(&alone.times, 0.95), "ms", None);
    Ok(())
}

/// How many photos wait for their proof when the last was taken in, and how long they take.
async fn prove(figures: &mut Figures, server: &Server) -> Result<()> {
    const LOOK: Duration = Duration::from_millis(200);
    let session = server.sign_in(PROVINCE_ADMINISTRATOR).await?;
    let begun = Instant::now();
    let mut first = None;
    loop {
        let jobs: JobList = session.call("jobs/list", &json!({})).await?;
        let left = jobs.waiting + jobs.running;
        let waiting = *first.get_or_insert(left);
        ensure!(jobs.dead == 0, "{} jobs failed", jobs.dead);
        if left == 0 {
            let engine = server.engine;
            figures.note(
                format!("{engine} · photos that wait for their proof at the end"),
                waiting as f64,
                "photos",
                None,
            );
            let seconds = begun.elapsed().as_secs_f64();
            figures.note(format!("{engine} · until all are proved"), seconds, "s", None);
            return Ok(());
        }
        ensure!(begun.elapsed() < Duration::from_mins(10), "{left} photos are not proved after ten minutes");
        tokio::time::sleep(LOOK).await;
    }
}

async fn prepare(server: &Server) -> Result<Field> {
    let administrator = server.sign_in(COUNTY_ADMINISTRATOR).await?;
    let mut enterprises = Vec::new();
    for number in 1..=CLIENTS {
        let draft = EnterpriseDraft {
            name: format!("量测用工业燃料厂{number}"),
            enterprise_type: KIND.code().into(),
            address: format!("量测路{number}号"),
            legal_representative: "王量测".into(),
            credit_code: "13000009999".into(),
            ..EnterpriseDraft::default()
        };
        let id = EnterpriseId(Uuid::now_v7());
        let _: EnterpriseRow = administrator.call("enterprises/add", &json!({ "id": id, "draft": draft })).await?;
        enterprises.push(id);
    }
    let session = server.sign_in(COUNTY_INSPECTOR).await?;
    let me: Me = session.call("session/me", &json!({})).await?;
    let post = me.post.as_ref().context("the inspector has a post")?.id;
    let lists: Vec<Checklist> = session.call("checklists/current", &json!({})).await?;
    let checklist = lists.into_iter().find(|list| list.enterprise_type == KIND);
    Ok(Field { session, me, post, enterprises, checklist: checklist.context("a checklist")?, picture: picture()? })
}

/// A picture of 1600 × 1200 pixels and about 300 kB: smooth shapes with some grain.
fn picture() -> Result<Vec<u8>> {
    let mut random = rand::rng();
    let image = image::RgbImage::from_fn(1600, 1200, |x, y| {
        let grain = random.random_range(0..14_u8);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 20 and 220")]
        let wave = ((f64::from(x) / 90.0).sin() * 50.0 + (f64::from(y) / 70.0).cos() * 50.0 + 120.0) as u8;
        image::Rgb([wave.saturating_add(grain), wave / 2 + grain, 200 - wave / 2 + grain])
    });
    let mut bytes = Vec::new();
    for quality in (20..=90).step_by(5) {
        bytes.clear();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&image)?;
        if bytes.len() >= 280_000 {
            break;
        }
    }
    Ok(bytes)
}

impl Field {
    fn submission(&self, client: usize, photo: Option<PhotoHash>) -> Submission {
        let now = now();
        let first = &self.checklist.items[0];
        let mut answers: std::collections::BTreeMap<_, _> =
            self.checklist.items.iter().map(|item| (item.code.clone(), Answer::Pass)).collect();
        let hazards = photo.map(|photo| NewHazard {
            id: HazardId(Uuid::now_v7()),
            item: first.code.clone(),
            description: "量测用隐患描述".into(),
            severity: first.preset(),
            severity_reason: None,
            officer: self.me.id,
            due_on: Severity::Major.suggested_due_on(now.date()),
            photos: vec![photo],
        });
        if hazards.is_some() {
            answers.insert(first.code.clone(), Answer::Fail);
        }
        Submission {
            id: InspectionId(Uuid::now_v7()),
            enterprise: self.enterprises[client],
            enterprise_type: KIND,
            checklist_version: self.checklist.version,
            started_at: now,
            finished_at: now,
            participants: vec![self.me.id],
            fix: Some(Fix { at: Wgs84 { latitude: 25.015, longitude: 102.744 }, accuracy_m: 20.0, taken_at: now }),
            verdict: None,
            exception: None,
            answers,
            hazards: hazards.into_iter().collect(),
            seen_again: Vec::new(),
        }
    }

    /// The operation, as a phone keeps it.
    fn sealed(&self, client: usize, photo: Option<PhotoRef>) -> Result<(OperationId, Vec<u8>)> {
        let body = self.submission(client, photo.map(|photo| photo.hash));
        let envelope = Envelope {
            format: FORMAT,
            id: body.id.into(),
            kind: OperationKind::Inspection.code().into(),
            post: self.post,
            author: self.me.id,
            made_at: body.finished_at,
            needs: Vec::new(),
            photos: photo.into_iter().collect(),
            body,
        };
        Ok((envelope.id, serde_json::to_vec(&envelope)?))
    }

    /// Hands the operation in, and takes no answer for it but its own receipt.
    async fn put(&self, id: OperationId, bytes: Vec<u8>) -> Result<Receipt> {
        let hash = content_hash(&bytes);
        let answer = self.session.put(&format!("/operations/{id}")).body(bytes).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        ensure!(status.is_success(), "operation: {status}: {}", String::from_utf8_lossy(&body));
        let receipt: Receipt = serde_json::from_slice(&body)?;
        ensure!(receipt.operation == id && receipt.content_hash == hash, "the receipt is of other content");
        ensure!(receipt.outcome == Outcome::Applied, "not applied: {:?}", receipt.outcome);
        Ok(receipt)
    }

    /// The picture, made unlike every other by a comment in it.
    fn unique_picture(&self) -> Vec<u8> {
        let mark = Uuid::new_v4();
        let mut bytes = self.picture[..2].to_vec();
        bytes.extend([0xff, 0xfe, 0x00, 18]);
        bytes.extend(mark.as_bytes());
        bytes.extend(&self.picture[2..]);
        bytes
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// How a load went.
struct Load {
    /// Acknowledged a second, with their photo where wanted.
    rate: f64,
    /// What each submission took until its receipt, in milliseconds.
    times: Vec<f64>,
    /// The server's processor time for each.
    processor_ms: f64,
}

impl Load {
    fn note(mut self, figures: &mut Figures, name: &str, goal: Option<f64>) {
        figures.note(name, self.rate, "1/s", goal);
        figures.note(format!("{name}: server's processor time each"), self.processor_ms, "ms", None);
        figures.note_times(name, &mut self.times);
    }
}

async fn load(field: &Arc<Field>, server: &Server, clients: usize, time: Duration, with_photo: bool) -> Result<Load> {
    let (begun, processor_ms) = (Instant::now(), server.processor_ms()?);
    let clients = (0..clients).map(|client| {
        let field = field.clone();
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                times.push(hand_in(&field, client, with_photo).await?);
            }
            anyhow::Ok(times)
        })
    });
    let mut times = Vec::new();
    for client in try_join_all(clients).await? {
        times.extend(client?);
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    let processor_ms = (server.processor_ms()? - processor_ms) / times.len() as f64;
    Ok(Load { rate, times, processor_ms })
}

/// Hands one in, then its photo; the milliseconds that its receipt took.
async fn hand_in(field: &Field, client: usize, with_photo: bool) -> Result<f64> {
    let picture = with_photo.then(|| {
        let bytes = field.unique_picture();
        let size_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        (PhotoRef { hash: PhotoHash::of(&bytes), size_bytes }, bytes)
    });
    let (id, bytes) = field.sealed(client, picture.as_ref().map(|(photo, _)| *photo))?;
    let begun = Instant::now();
    field.put(id, bytes).await?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    if let Some((photo, bytes)) = picture {
        let answer = field.session.put(&format!("/photos/{}", photo.hash)).body(bytes).send().await?;
        if !answer.status().is_success() {
            bail!("photo: {}: {}", answer.status(), answer.text().await?);
        }
    }
    Ok(milliseconds)
}

/// Twenty copies each of ten submissions at once: the rows that came to be, and the answers that were 2xx with the
/// receipt of their operation.
async fn race(field: &Arc<Field>) -> Result<(f64, f64)> {
    let before = inspections(field).await?;
    let ten = (0..10).map(|_| field.sealed(0, None)).collect::<Result<Vec<_>>>()?;
    let copies = (0..200).map(|n| {
        let (field, (id, bytes)) = (field.clone(), ten[n % 10].clone());
        tokio::spawn(async move { field.put(id, bytes).await.map(|receipt| (n % 10, receipt)).ok() })
    });
    let receipts: Vec<_> = try_join_all(copies).await?.into_iter().flatten().collect();
    let same = receipts
        .iter()
        .filter(|(n, receipt)| receipts.iter().find(|(m, _)| m == n).is_some_and(|(_, first)| first == receipt));
    Ok((inspections(field).await? - before, same.count() as f64))
}

/// How many inspections the enterprises of the county have, by the administrator's statistics.
async fn inspections(field: &Field) -> Result<f64> {
    // The inspector's own list, page by page: a black box counts like a user.
    let mut count = 0.0;
    let mut after = serde_json::Value::Null;
    loop {
        let filter = json!({ "enterprise_type": "industrial_fuel", "text": "量测用" });
        let page: serde_json::Value =
            field.session.call("inspections/list", &json!({ "filter": filter, "after": after })).await?;
        count += page["rows"].as_array().map_or(0, Vec::len) as f64;
        after = page["next"].clone();
        if after.is_null() {
            return Ok(count);
        }
    }
}

//! What an inspector hands in on site.

use super::{GUANDU, Session, UploadQuery, World, new_id, now};
use domain::{
    checklist::Checklist,
    enterprise::EnterpriseRow,
    geo::Fix,
    hazard::{ControlMeasure, EnforcementAction, Rectification},
    id::{HazardId, InspectionId, OperationId},
    inspection::{Answer, NewHazard, Submission},
    login::Me,
    operation::{Envelope, FORMAT, Outcome, Receipt},
    page::Page,
    person::Role,
    photo::PhotoHash,
    time::{Timestamp, plus_days},
};
use reqwest::RequestBuilder;
use serde::Serialize;
use serde_json::{Value, json};

/// An inspector of 官渡区 at an enterprise whose position is known.
pub struct Site {
    /// The inspector's session.
    pub inspector: Session,
    /// Whose session it is.
    pub me: Me,
    /// One of the demonstration, with a position.
    pub enterprise: EnterpriseRow,
    checklist: Checklist,
}

impl Site {
    pub async fn open(world: &World) -> Self {
        Self::open_at(world, GUANDU).await
    }

    /// The same in another county.
    pub async fn open_at(world: &World, county: &str) -> Self {
        let inspector = world.sign_in_as(Role::Inspector, county).await;
        let me: Me = inspector.call("session/me", &json!({})).await;
        let page: Page<EnterpriseRow> = inspector.call("enterprises/list", &json!({ "filter": {} })).await;
        let enterprise = page.rows.into_iter().find(|row| row.position.is_some()).unwrap();
        let lists: Vec<Checklist> = inspector.call("checklists/current", &json!({})).await;
        let checklist = lists.into_iter().find(|list| list.enterprise_type == enterprise.enterprise_type).unwrap();
        Self { inspector, me, enterprise, checklist }
    }

    /// An inspection without hazards.
    pub fn submission(&self) -> Submission {
        let now = now();
        Submission {
            id: InspectionId(new_id()),
            enterprise: self.enterprise.id,
            enterprise_type: self.checklist.enterprise_type.known().unwrap(),
            checklist_version: self.checklist.version,
            started_at: now,
            finished_at: now,
            participants: vec![self.me.id],
            fix: self.enterprise.position.map(|at| Fix { at, accuracy_m: 20.0, taken_at: now }),
            verdict: None,
            exception: None,
            answers: self.checklist.items.iter().map(|item| (item.code.clone(), Answer::Pass)).collect(),
            hazards: Vec::new(),
            seen_again: Vec::new(),
        }
    }

    /// An inspection with one hazard, shown by these photos.
    pub fn finding(&self, photos: &[PhotoHash]) -> Submission {
        let mut submission = self.submission();
        let item = &self.checklist.items[0];
        submission.answers.insert(item.code.clone(), Answer::Fail);
        submission.hazards.push(NewHazard {
            id: HazardId(new_id()),
            item: item.code.clone(),
            description: "后厨未安装燃气泄漏报警器".to_owned(),
            severity: item.preset(),
            severity_reason: None,
            officer: self.me.id,
            due_on: plus_days(submission.finished_at.date(), 15),
            photos: photos.to_vec(),
        });
        submission
    }
}

/// An envelope as a phone stores it: what this person did at their current post.
pub fn sealed(me: &Me, kind: &str, id: OperationId, made_at: Timestamp, body: impl Serialize) -> Envelope<Value> {
    Envelope {
        format: FORMAT,
        id,
        kind: kind.to_owned(),
        post: me.post.as_ref().unwrap().id,
        author: me.id,
        made_at,
        needs: Vec::new(),
        photos: Vec::new(),
        body: serde_json::to_value(body).unwrap(),
    }
}

/// A request that hands an envelope in.
pub fn handing_in(session: &Session, envelope: &Envelope<Value>) -> RequestBuilder {
    session.put(&format!("/operations/{}", envelope.id)).body(serde_json::to_vec(envelope).unwrap())
}

impl Site {
    /// An inspection's envelope.
    pub fn sealed(&self, submission: &Submission) -> Envelope<Value> {
        sealed(&self.me, "inspection", submission.id.into(), submission.finished_at, submission)
    }

    /// A cure's envelope.
    pub fn sealed_cure(&self, cure: &Rectification) -> Envelope<Value> {
        sealed(&self.me, "rectification", cure.id, cure.recorded_at, cure)
    }

    /// Hands in an inspection.
    pub async fn hand_in(&self, submission: &Submission) -> Receipt {
        handing_in(&self.inspector, &self.sealed(submission)).content().await
    }
}

/// The code under which an operation is held.
pub fn held(receipt: &Receipt) -> &str {
    match &receipt.outcome {
        Outcome::Held(reason) => &reason.code,
        other => panic!("{other:?}"),
    }
}

/// The cure of a hazard, shown by a photo.
pub fn cure(hazard: HazardId, photo: PhotoHash) -> Rectification {
    Rectification {
        id: OperationId(new_id()),
        hazard,
        is_partial: false,
        recorded_at: now(),
        text: "已安装并测试".to_owned(),
        measures: vec![ControlMeasure::OnSite],
        enforcement: vec![EnforcementAction::None],
        fine_fen: None,
        photos: vec![photo],
    }
}

/// A small photo, different for each shade.
pub fn photo(shade: u8) -> Vec<u8> {
    let (mut bytes, pixels) = (Vec::new(), vec![shade; 32 * 32 * 3]);
    jpeg_encoder::Encoder::new(&mut bytes, 85).encode(&pixels, 32, 32, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

/// A photo that says something beside the picture, which is not kept: a different one for each number.
pub fn commented_photo(number: u32) -> Vec<u8> {
    let (start, rest) = (&[0xFF, 0xD8], &photo(90)[2..]);
    [start, &[0xFF, 0xFE, 0, 6][..], &number.to_be_bytes(), rest].concat()
}

//! What an inspector hands in on site.

use super::{GUANDU, Session, World, new_id, now};
use domain::{
    checklist::Checklist,
    enterprise::EnterpriseRow,
    geo::Fix,
    hazard::{ControlMeasure, EnforcementAction, Rectification},
    id::{HazardId, InspectionId, OperationId},
    inspection::{Answer, NewHazard, Submission},
    login::Me,
    page::Page,
    person::Role,
    photo::PhotoHash,
    time::plus_days,
};
use serde_json::json;

/// An inspector of 官渡区 at an enterprise whose position is known.
pub struct Site {
    /// The inspector's session.
    pub inspector: Session,
    /// The inspector.
    pub me: Me,
    /// Where.
    pub enterprise: EnterpriseRow,
    checklist: Checklist,
}

impl Site {
    pub async fn open(world: &World) -> Self {
        let inspector = world.sign_in_as(Role::Inspector, GUANDU).await;
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
            checklist_version: self.checklist.version,
            started_at: now,
            finished_at: now,
            participants: vec![self.me.id],
            fix: self.enterprise.position.map(|at| Fix { at, accuracy_m: 20.0, taken_at: now }),
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
            severity: item.severity,
            severity_reason: None,
            officer: self.me.id,
            due_on: plus_days(submission.finished_at.date(), 15),
            photos: photos.to_vec(),
        });
        submission
    }
}

/// The cure of a hazard, shown by a photo.
pub fn cure(hazard: HazardId, photo: PhotoHash) -> Rectification {
    Rectification {
        id: OperationId(new_id()),
        hazard,
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

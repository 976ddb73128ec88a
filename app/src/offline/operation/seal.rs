//! The envelope: sealed once, and read by a person who compares two.

use super::{Operation, Stage, Tries};
use crate::offline::draft::{Author, FORMAT};
use domain::{
    hazard::Rectification,
    id::{EnterpriseId, HazardId, OperationId},
    inspection::{Begun, Submission},
    operation::{self, Envelope, OperationKind, PhotoRef, content_hash},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An operation that was just made: its state, and the bytes that are kept for ever.
pub struct Made {
    /// The state.
    pub operation: Operation,
    /// The envelope.
    pub bytes: String,
}

/// What is handed in.
pub enum Body {
    /// 现场新增企业
    Enterprise(domain::enterprise::OnSiteEnterprise),
    /// An inspection was begun.
    Begun(Begun),
    /// 提交检查
    Inspection(Submission),
    /// 提交整改
    Rectification(Rectification),
    /// 补充
    Addition(domain::hazard::Addition),
}

impl Body {
    fn kind(&self) -> OperationKind {
        match self {
            Self::Enterprise(_) => OperationKind::Enterprise,
            Self::Begun(_) => OperationKind::Begun,
            Self::Inspection(_) => OperationKind::Inspection,
            Self::Rectification(_) => OperationKind::Rectification,
            Self::Addition(_) => OperationKind::Addition,
        }
    }

    fn hazard(&self) -> Option<HazardId> {
        match self {
            Self::Rectification(rectification) => Some(rectification.hazard),
            Self::Addition(addition) => Some(addition.hazard),
            _ => None,
        }
    }

    /// The photos that it names, each once.
    pub fn photos(&self) -> Vec<PhotoHash> {
        let photos: BTreeSet<_> = match self {
            Self::Enterprise(_) | Self::Begun(_) => BTreeSet::new(),
            Self::Inspection(submission) => submission.photos().collect(),
            Self::Rectification(rectification) => rectification.photos.iter().copied().collect(),
            Self::Addition(addition) => addition.photos.iter().copied().collect(),
        };
        photos.into_iter().collect()
    }
}

/// What of an outbox goes before an operation: what registers the enterprise, and for a cure each 部分整改 of the same
/// hazard that the server has not taken over yet, lest it comes too late for a hazard that is closed by then.
pub fn needs_of(all: &[Operation], id: OperationId, body: &Body, enterprise: Option<EnterpriseId>) -> Vec<OperationId> {
    let hazard = if let Body::Rectification(cure) = body { Some(cure.hazard) } else { None };
    let goes_before = |other: &&Operation| {
        let registers = enterprise.is_some() && other.enterprise == enterprise;
        let is_open = other.stage == Stage::Waiting || other.held_for().is_some();
        let is_first = hazard.is_some_and(|hazard| other.cures(hazard)) && other.is_partial && is_open;
        other.id != id && (registers || is_first)
    };
    all.iter().filter(goes_before).map(|other| other.id).collect()
}

/// What goes with a body into its envelope.
pub struct HandIn {
    /// The operation's id.
    pub id: OperationId,
    /// What it is called in lists.
    pub title: String,
    /// Whose it is.
    pub author: Author,
    /// When, by the server's clock as far as the phone knows it.
    pub made_at: Timestamp,
    /// Operations that go before.
    pub needs: Vec<OperationId>,
    /// The photos, with their sizes.
    pub photos: Vec<PhotoRef>,
}

impl HandIn {
    /// Serializes the envelope, once and for all.
    pub fn seal(self, body: &Body) -> Made {
        let kind = body.kind();
        let text = match body {
            Body::Enterprise(body) => self.write(kind, body),
            Body::Begun(body) => self.write(kind, body),
            Body::Inspection(body) => self.write(kind, body),
            Body::Rectification(body) => self.write(kind, body),
            Body::Addition(body) => self.write(kind, body),
        };
        let operation = Operation {
            format: FORMAT,
            id: self.id,
            kind: kind.code().to_owned(),
            title: self.title,
            author: self.author,
            seq: 0,
            queued_at: self.made_at,
            content_hash: content_hash(text.as_bytes()),
            needs: self.needs,
            photos: self.photos,
            hazard: body.hazard(),
            is_partial: matches!(body, Body::Rectification(cure) if cure.is_partial),
            enterprise: if let Body::Enterprise(new) = body { Some(new.id) } else { None },
            stage: Stage::Waiting,
            faults: BTreeMap::new(),
            given_up: BTreeSet::new(),
            tries: Tries::default(),
            photo_tries: Tries::default(),
            asked_at: None,
            unreadable: Vec::new(),
        };
        Made { operation, bytes: text }
    }

    fn write(&self, kind: OperationKind, body: &impl Serialize) -> String {
        let envelope = Envelope {
            format: operation::FORMAT,
            id: self.id,
            kind: kind.code().to_owned(),
            post: self.author.post,
            author: self.author.person,
            made_at: self.made_at,
            needs: self.needs.clone(),
            photos: self.photos.clone(),
            body,
        };
        serde_json::to_string(&envelope).expect("domain types serialize: string keys, no failing impl")
    }
}

/// What stands in an envelope, for a person who compares two.
pub fn summary(envelope: &str) -> String {
    #[derive(Deserialize)]
    struct Any {
        made_at: Timestamp,
        #[serde(default)]
        photos: Vec<PhotoRef>,
        body: AnyBody,
    }
    #[derive(Deserialize)]
    struct AnyBody {
        #[serde(default)]
        text: String,
        #[serde(default)]
        answers: BTreeMap<String, String>,
        #[serde(default)]
        hazards: Vec<Described>,
        draft: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Described {
        #[serde(default)]
        description: String,
    }
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        name: String,
    }
    let Ok(Any { made_at, photos, body }) = serde_json::from_slice(envelope.as_bytes()) else {
        return "无法识别的内容".to_owned();
    };
    let mut parts = vec![made_at.to_string()];
    parts.extend(body.draft.map(|draft| draft.name));
    if !body.answers.is_empty() {
        let failed = body.answers.values().filter(|answer| *answer == "fail").count();
        parts.push(format!("{} 项，不合格 {failed} 项", body.answers.len()));
    }
    parts.extend(body.hazards.into_iter().map(|hazard| hazard.description));
    if !body.text.is_empty() {
        parts.push(body.text);
    }
    if !photos.is_empty() {
        parts.push(format!("照片 {} 张", photos.len()));
    }
    parts.join("；")
}

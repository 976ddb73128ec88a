//! An envelope that was opened: who, where, when, and the body as far as this version understands it.

use super::Stop;
use domain::{
    Problem,
    action::Action,
    enterprise::{EnterpriseType, OnSiteEnterprise},
    hazard::{Addition, Rectification},
    inspection::{Begun, Submission},
    operation::{Envelope, FORMAT, HeldReason, OperationKind},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Enterprise(OnSiteEnterprise),
    Begun(Begun),
    Inspection(Submission),
    Rectification(Rectification),
    Addition(Addition),
    /// Not understood, and why.
    Unread(HeldReason),
}

/// An envelope and its text.
#[derive(Debug)]
pub(super) struct Letter<'a> {
    pub text: &'a str,
    pub envelope: Envelope<Body>,
}

impl<'a> Letter<'a> {
    /// Opens an envelope. A body that is not understood is no error: the operation waits.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when it is no envelope.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let broken = || Problem::invalid("内容", "不是完整的记录，无法接收");
        let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
        let sealed: Envelope<&RawValue> = serde_json::from_str(text).map_err(|_| broken())?;
        let body = open(&sealed);
        let Envelope { format, id, kind, post, author, made_at, needs, photos, body: _ } = sealed;
        Ok(Self { text, envelope: Envelope { format, id, kind, post, author, made_at, needs, photos, body } })
    }

    /// The body, or why there is none.
    pub fn body(&self) -> Result<&Body, Stop> {
        match &self.envelope.body {
            Body::Unread(reason) => Err(Stop::Held { reason: reason.clone(), title: String::new() }),
            body => Ok(body),
        }
    }

    /// The type of enterprise that the body names.
    pub fn enterprise_type(&self) -> Option<EnterpriseType> {
        match &self.envelope.body {
            Body::Inspection(submission) => Some(submission.enterprise_type),
            Body::Enterprise(new) => new.draft.parse_type().ok(),
            Body::Begun(_) | Body::Rectification(_) | Body::Addition(_) | Body::Unread(_) => None,
        }
    }

    /// When it was done.
    pub fn visited_at(&self) -> Timestamp {
        match &self.envelope.body {
            Body::Begun(begun) => begun.started_at,
            Body::Inspection(submission) => submission.started_at,
            Body::Rectification(rectification) => rectification.recorded_at,
            Body::Enterprise(_) | Body::Addition(_) | Body::Unread(_) => self.envelope.made_at,
        }
    }

    /// All times by the phone's clock.
    pub fn times(&self) -> Vec<Timestamp> {
        let mut times = vec![self.envelope.made_at, self.visited_at()];
        if let Body::Inspection(submission) = &self.envelope.body {
            times.push(submission.finished_at);
        }
        times
    }

    /// The line in the table of rights that the post must fit.
    pub fn rights(&self) -> Action {
        match &self.envelope.body {
            Body::Enterprise(_) => Action::AddEnterprise,
            Body::Begun(_) | Body::Inspection(_) | Body::Unread(_) => Action::SubmitInspection,
            Body::Rectification(_) | Body::Addition(_) => Action::CloseHazard,
        }
    }

    /// The photos that envelope and body name, each once.
    pub fn photos(&self) -> BTreeSet<PhotoHash> {
        let mut photos: BTreeSet<PhotoHash> = self.envelope.photos.iter().map(|photo| photo.hash).collect();
        match &self.envelope.body {
            Body::Inspection(submission) => photos.extend(submission.photos()),
            Body::Rectification(rectification) => photos.extend(&rectification.photos),
            Body::Addition(addition) => photos.extend(&addition.photos),
            Body::Enterprise(_) | Body::Begun(_) | Body::Unread(_) => {}
        }
        photos
    }
}

fn open(sealed: &Envelope<&RawValue>) -> Body {
    if sealed.format != FORMAT {
        return unread("newer_format", "记录由更新版本的程序填写，请先升级服务器，再采纳");
    }
    let Some(kind) = OperationKind::from_code(&sealed.kind) else {
        return unread("unknown_kind", "服务器还不认识这种记录，请先升级服务器，再采纳");
    };
    let json = sealed.body.get();
    if json.contains("\\u0000") {
        return unread("content", "内容含有无法保存的字符，请退回修改");
    }
    match kind {
        OperationKind::Enterprise => read(json).map(Body::Enterprise),
        OperationKind::Begun => read(json).map(Body::Begun),
        OperationKind::Inspection => read(json).map(Body::Inspection),
        OperationKind::Rectification => read(json).map(Body::Rectification),
        OperationKind::Addition => read(json).map(Body::Addition),
    }
    .unwrap_or_else(|| unread("content", "内容不完整，无法识别，请退回修改"))
}

fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

fn unread(code: &str, text: &str) -> Body {
    Body::Unread(HeldReason::new(code, text))
}

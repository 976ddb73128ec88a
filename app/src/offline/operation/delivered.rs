//! What is kept of an operation that was let go: its proof, and what was found out about it since.

use super::Operation;
use domain::{
    id::{HazardId, PersonId},
    operation::{OperationStatus, Receipt},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// So long after it was received an operation is asked after, in seconds: 30 days.
const ASKED_FOR_S: i64 = 30 * 86_400;

/// The proof of a delivered operation, as the phone keeps it to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// What it was about.
    pub title: String,
    /// What it was.
    pub name: String,
    /// The receipt.
    pub receipt: Receipt,
    /// Whose it is; an older version noted nobody.
    #[serde(default)]
    pub author: Option<PersonId>,
    /// The hazard that it cured or added to.
    #[serde(default)]
    pub hazard: Option<HazardId>,
    /// Photos of which the server can make no picture (无法显示).
    #[serde(default)]
    pub unreadable: Vec<PhotoHash>,
    /// Whether the server knows nothing of it any more: it was restored from an older backup.
    #[serde(default)]
    pub is_unknown: bool,
    /// Whether its author has read what was found out.
    #[serde(default)]
    pub is_read: bool,
}

impl Delivered {
    /// What is kept of an operation that this receipt ends.
    pub fn of(operation: &Operation, receipt: &Receipt) -> Self {
        Self {
            title: operation.title.clone(),
            name: operation.name().to_owned(),
            receipt: receipt.clone(),
            author: Some(operation.author.person),
            hazard: operation.hazard,
            unreadable: operation.unreadable.clone(),
            is_unknown: false,
            is_read: false,
        }
    }

    /// Whether the server is still asked after it on behalf of this person.
    pub fn is_asked_after(&self, person: PersonId, now: Timestamp) -> bool {
        self.author == Some(person) && now.seconds_since(self.receipt.received_at) < ASKED_FOR_S
    }

    /// Takes over what the server knows of it; whether that is news.
    pub fn on_status(&mut self, status: &OperationStatus) -> bool {
        let is_unknown = status.receipt.is_none();
        let is_news = self.is_unknown != is_unknown || self.unreadable != status.unreadable;
        if is_news {
            self.is_read = false;
            (self.is_unknown, self.unreadable) = (is_unknown, status.unreadable.clone());
        }
        is_news
    }

    /// What its author has to be told, and the next step.
    pub fn trouble(&self) -> Option<String> {
        match (self.is_read, self.is_unknown, self.unreadable.len()) {
            (true, ..) | (false, false, 0) => None,
            (false, true, _) => Some(
                "服务器上已没有这份记录（可能恢复到了较早的备份），本机的内容在上传后已清除。请告知管理员，并重新登记。"
                    .to_owned(),
            ),
            (false, false, photos) => Some(unreadable_text(photos)),
        }
    }
}

/// What is said of photos that cannot be shown, and the next step.
pub fn unreadable_text(photos: usize) -> String {
    format!("有 {photos} 张照片无法显示（文件已损坏）。请重新拍照，在该隐患中作为“补充”提交。")
}

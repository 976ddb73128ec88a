//! The audit log (操作日志) as administrators see it.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One write, by whom, from which post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Position in the log.
    pub sequence: i64,
    /// When it was written, by the server's clock.
    pub at: Timestamp,
    /// The name as it was then; 系统 for a job, 系统维护 for a command, 未登录 for a stranger.
    pub person_name: String,
    /// From which post.
    pub post_title: String,
    /// The action's dotted name.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// What changed, in words; no phone number, no code.
    pub detail: String,
}

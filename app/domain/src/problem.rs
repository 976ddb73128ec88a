//! Failures that are expected: typed, with a stable code, the field they concern, and words that name the next step.

use serde::{Deserialize, Serialize};

/// An expected failure. `code()` is stable; the text (`Display`) is for the person at the screen.
///
/// An old phone that does not know a newer code reads it as [`Problem::Unexpected`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", from = "Wire")]
pub enum Problem {
    /// No session, or one that ended. Drafts and the outbox stay.
    #[error("登录已失效，请重新登录，已填写的内容不会丢失")]
    NotSignedIn,
    /// The phone number is not registered (Q25).
    #[error("用户不存在")]
    UnknownUser,
    /// The current post may not do this.
    #[error("当前岗位“{post}”不能{action}，请切换岗位或联系上级管理员")]
    Forbidden {
        /// The current post's title.
        post: String,
        /// What was tried, as a verb phrase.
        action: String,
    },
    /// Not there, or not visible from the current post: the two are not told apart.
    #[error("找不到该{what}，可能已被删除或不在当前岗位的管辖范围内")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// Something entered is wrong.
    #[error("{message}")]
    Invalid {
        /// The field, by its visible name.
        field: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The enterprise is in the ledger already (Q21, Q35).
    #[error("EXCEL或主表已存在该对象：{name}（{place}）")]
    EnterpriseExists {
        /// The record's name.
        name: String,
        /// The name of the region whose ledger has it.
        place: String,
    },
    /// Too far from the enterprise (Q32).
    #[error(
        "当前位置距企业 {distance_m:.0} 米，超出允许的 {allowed_m:.0} 米。请到企业现场重新定位，或填写原因并拍照后继续"
    )]
    PositionMismatch {
        /// Metres between the two.
        distance_m: f64,
        /// Metres that would have been allowed.
        allowed_m: f64,
    },
    /// No usable position.
    #[error("没有取得可用的定位。请到室外空旷处重新定位，或填写原因并拍照后继续")]
    PositionMissing,
    /// The state of things does not allow it any more.
    #[error("{message}")]
    Conflict {
        /// What stands in the way and what to do.
        message: String,
    },
    /// A deleted person with another name had this number: whoever enters it says who it is.
    #[error("该手机号曾登记为“{name}”（已删除），请选择是同一人改名，还是号码换了另一人")]
    FormerPerson {
        /// The first character of the name of then: who knows the person knows it by that.
        name: String,
    },
    /// The same operation id came with different content.
    #[error("先前的提交已经保存，内容与本次不同，本次没有保存。请核对已保存的记录，再修改或重新提交")]
    OperationConflict,
    /// Asked more often than the rate limits allow (HTTP 429).
    #[error("操作过于频繁，请 {retry_after_s} 秒后再试")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: i64,
    },
    /// The SMS code is wrong, used or out of date.
    #[error("{message}")]
    BadCode {
        /// Which of these, and what to do.
        message: String,
    },
    /// Larger than is taken.
    #[error("{what}超过 {limit_mb} MB 的上限")]
    TooLarge {
        /// What was too large, as a noun for the sentence: 照片, 请求内容, ….
        what: String,
        /// The limit in megabytes.
        limit_mb: u32,
    },
    /// A workbook that cannot be read.
    #[error("{message}")]
    BadWorkbook {
        /// What is wrong with it and what to do.
        message: String,
    },
    /// A photo that is no picture.
    #[error("{message}")]
    BadPhoto {
        /// What is wrong with it and what to do.
        message: String,
    },
    /// No network, or no answer: what a phone or browser says of itself. The server says it of what it did not do and does
    /// when it is asked again: there was no room or no time, or a transaction gave way to another.
    #[error("没有网络或服务器没有应答，请稍后重试")]
    Unreachable,
    /// Came from another site's page (CSRF defence).
    #[error("请求来源不被信任，请从系统页面内操作")]
    CrossSite,
    /// Nothing more fits on the server's disk. What was asked for was not done; it is done when there is room again.
    #[error("服务器空间不足，本次没有保存。已填写的内容还在，请联系管理员清理空间后重试")]
    NoSpace,
    /// Something broke inside; the log has the cause under the request id.
    #[error("系统出错，已记录（编号 {request_id}）。请稍后重试")]
    Internal {
        /// The id under which the log has the cause.
        request_id: String,
    },
    /// A code this version does not know.
    #[error("系统返回了本版本不认识的提示，请更新后重试")]
    Unexpected,
}

/// A problem as it is read: all details of all codes, each as far as it came.
///
/// A derived reader of a tagged enum weighs ten times as much, and a phone loads it.
#[derive(Deserialize)]
struct Wire {
    code: String,
    #[serde(default)]
    post: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    distance_m: f64,
    #[serde(default)]
    allowed_m: f64,
    #[serde(default)]
    retry_after_s: i64,
    #[serde(default)]
    limit_mb: u32,
}

impl From<Wire> for Problem {
    fn from(wire: Wire) -> Self {
        let Wire { code, post, action, what, field, message, name, place, request_id, .. } = wire;
        let Wire { distance_m, allowed_m, retry_after_s, limit_mb, .. } = wire;
        match code.as_str() {
            "not_signed_in" => Self::NotSignedIn,
            "unknown_user" => Self::UnknownUser,
            "forbidden" => Self::Forbidden { post, action },
            "not_found" => Self::NotFound { what },
            "invalid" => Self::Invalid { field, message },
            "enterprise_exists" => Self::EnterpriseExists { name, place },
            "position_mismatch" => Self::PositionMismatch { distance_m, allowed_m },
            "position_missing" => Self::PositionMissing,
            "conflict" => Self::Conflict { message },
            "former_person" => Self::FormerPerson { name },
            "operation_conflict" => Self::OperationConflict,
            "too_many" => Self::TooMany { retry_after_s },
            "bad_code" => Self::BadCode { message },
            "too_large" => Self::TooLarge { what, limit_mb },
            "bad_workbook" => Self::BadWorkbook { message },
            "bad_photo" => Self::BadPhoto { message },
            "unreachable" => Self::Unreachable,
            "cross_site" => Self::CrossSite,
            "no_space" => Self::NoSpace,
            "internal" => Self::Internal { request_id },
            _ => Self::Unexpected,
        }
    }
}

impl Problem {
    /// A wrong entry.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }

    /// Something that is not there or not visible.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// A state that does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    /// An edit of what somebody else changed after it was read: saving it would undo the other's change unseen.
    pub fn moved_on(what: &str) -> Self {
        Self::conflict(format!("该{what}已被他人修改，请刷新后重新编辑，本次没有保存"))
    }

    /// The stable code, as on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::UnknownUser => "unknown_user",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::EnterpriseExists { .. } => "enterprise_exists",
            Self::PositionMismatch { .. } => "position_mismatch",
            Self::PositionMissing => "position_missing",
            Self::Conflict { .. } => "conflict",
            Self::FormerPerson { .. } => "former_person",
            Self::OperationConflict => "operation_conflict",
            Self::TooMany { .. } => "too_many",
            Self::BadCode { .. } => "bad_code",
            Self::TooLarge { .. } => "too_large",
            Self::BadWorkbook { .. } => "bad_workbook",
            Self::BadPhoto { .. } => "bad_photo",
            Self::Unreachable => "unreachable",
            Self::CrossSite => "cross_site",
            Self::NoSpace => "no_space",
            Self::Internal { .. } => "internal",
            Self::Unexpected => "unexpected",
        }
    }

    /// After how many seconds it may be asked for again, where waiting is all that it needs.
    pub fn retry_after_s(&self) -> Option<i64> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Unreachable => Some(2),
            _ => None,
        }
    }

    /// The HTTP status that fits.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn => 401,
            Self::Forbidden { .. } | Self::CrossSite => 403,
            Self::UnknownUser | Self::NotFound { .. } => 404,
            Self::EnterpriseExists { .. }
            | Self::Conflict { .. }
            | Self::FormerPerson { .. }
            | Self::OperationConflict => 409,
            Self::TooLarge { .. } => 413,
            Self::Invalid { .. }
            | Self::PositionMismatch { .. }
            | Self::PositionMissing
            | Self::BadCode { .. }
            | Self::BadWorkbook { .. }
            | Self::BadPhoto { .. } => 422,
            Self::TooMany { .. } => 429,
            Self::Internal { .. } | Self::Unexpected => 500,
            Self::Unreachable => 503,
            Self::NoSpace => 507,
        }
    }
}

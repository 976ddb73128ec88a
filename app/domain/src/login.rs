//! Signing in with a phone number and an SMS code (Q2, Q25, Q36).

use crate::{
    id::PersonId,
    person::{Department, Post},
};
use serde::{Deserialize, Serialize};

/// Digits of a code.
pub const CODE_DIGITS: u32 = 6;
/// Seconds for which a code is good.
pub const CODE_SECONDS: i64 = 5 * 60;
/// Wrong tries after which a code is void.
pub const CODE_TRIES: i32 = 5;
/// Seconds between two codes to one number.
pub const RESEND_SECONDS: i64 = 60;
/// Codes per number within 24 hours.
pub const CODES_PER_DAY: i64 = 10;
/// A session ends after so many seconds without use.
pub const SESSION_IDLE_SECONDS: i64 = 14 * 86_400;
/// A session ends after so many seconds in any case.
pub const SESSION_SECONDS: i64 = 60 * 86_400;

/// A code is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSent {
    /// Seconds until another may be asked for.
    pub retry_after_s: i64,
    /// The code itself, in demonstration mode only.
    pub demo_code: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub id: PersonId,
    /// The real name.
    pub name: String,
    /// The phone number, masked.
    pub phone_masked: String,
    /// The department.
    pub department: Department,
    /// 是否内部人员
    pub is_internal: bool,
    /// All posts, highest level first.
    pub posts: Vec<Post>,
    /// The current post; none where the person holds none any more.
    pub post: Option<Post>,
}

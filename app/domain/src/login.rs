//! Signing in with a phone number and an SMS code (Q2, Q25, Q36).

use crate::{
    id::{PersonId, SessionId},
    person::{Department, Post},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Digits of a code.
pub const CODE_DIGITS: u32 = 6;
/// Seconds for which a code is good.
pub const CODE_SECONDS: i64 = 5 * 60;
/// Wrong tries after which a code is void.
pub const CODE_TRIES: i32 = 5;
/// Seconds between two codes to one number: of a browser that has signed in with it, and of all others together.
pub const RESEND_SECONDS: i64 = 60;
/// Codes per number within 24 hours, counted likewise.
pub const CODES_PER_DAY: i64 = 10;
/// Wrong tries, over the whole server, of browsers that have not signed in with the number: so many at once, and from
/// then on one a second.
pub const STRANGERS_TRIES: i64 = 60;
/// A browser keeps for so many seconds the cookie by which it is known; browsers allow no more.
pub const BROWSER_SECONDS: i64 = 400 * 86_400;
/// A session ends after so many seconds without use.
pub const SESSION_IDLE_SECONDS: i64 = 14 * 86_400;
/// A session ends after so many seconds in any case.
pub const SESSION_SECONDS: i64 = 60 * 86_400;

/// The use of a session is noted again after so many seconds.
pub const SEEN_SECONDS: i64 = 3_600;

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
    /// Whose session it is, at whatever post.
    pub id: PersonId,
    /// The real name.
    pub name: String,
    /// The phone number, masked.
    pub phone_masked: String,
    /// 人员归属部门; the one of the person (Q40), not of the post.
    pub department: Department,
    /// 是否内部人员
    pub is_internal: bool,
    /// All posts, highest level first.
    pub posts: Vec<Post>,
    /// The current post; none where the person holds none any more.
    pub post: Option<Post>,
    /// The server's time, by which a phone corrects its own; none in the copy that it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
}

/// A session as its person sees it (登录设备).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// Its id, which opens nothing.
    pub id: SessionId,
    /// From what it was opened, in words.
    pub device: String,
    /// When the code was accepted, by the server's clock.
    pub signed_in_at: Timestamp,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What a browser says about itself in `User-Agent`, in words that its owner knows the device by. Only known words come
/// out, so nothing that a stranger sends is ever shown.
pub fn device_name(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    // The more special first: nearly all name Chrome and Safari too, and Android names Linux.
    let system = find(&[
        ("HarmonyOS", "鸿蒙设备"),
        ("Android", "安卓设备"),
        ("iPhone", "苹果手机"),
        ("iPad", "苹果平板"),
        ("Windows", "Windows 电脑"),
        ("Macintosh", "苹果电脑"),
        ("Linux", "Linux 电脑"),
    ]);
    let browser = find(&[
        ("MicroMessenger", "微信"),
        ("HuaweiBrowser", "华为浏览器"),
        ("MiuiBrowser", "小米浏览器"),
        ("QQBrowser", "QQ 浏览器"),
        ("UCBrowser", "UC 浏览器"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    match (system, browser) {
        (Some(system), Some(browser)) => format!("{system} · {browser}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "未知设备".to_owned(),
    }
}

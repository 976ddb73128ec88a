//! Tries that come to nothing, and the pauses after them.

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE_S: i64 = 300;

/// Why a try came to nothing, by itself or until something on this phone is mended. Never a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No network, or an answer that is not our server's: a gateway's page, a captive portal, a server that is down.
    Network,
    /// The server asked for patience.
    Busy,
    /// The server answered, and yet wants what it had.
    Unsettled,
    /// This phone could not read or write.
    Local(String),
}

impl Trouble {
    /// What it means to the person at the screen.
    pub fn text(&self) -> String {
        match self {
            Self::Network => "没有网络或服务器没有应答，会自动重试".to_owned(),
            Self::Busy => "服务器繁忙，稍后自动重试".to_owned(),
            Self::Unsettled => "服务器还没有收全，会自动重试".to_owned(),
            Self::Local(reason) => format!("本机出错：{reason}。内容仍在本机，会自动重试"),
        }
    }
}

/// Tries that failed, and the pause after them. It counts from a moment of this phone's clock, and a clock that was set
/// back ends it: no change of the clock makes it longer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// Failures since the last success.
    pub failures: u32,
    /// When the last one was.
    pub failed_at: Option<Timestamp>,
    /// Seconds to wait after it.
    pub pause_s: i64,
    /// Why.
    pub trouble: Option<Trouble>,
}

impl Tries {
    /// Seconds left of the pause; 0 when it is over.
    pub fn left_s(&self, now: Timestamp) -> i64 {
        let Some(failed_at) = self.failed_at else { return 0 };
        let gone = now.seconds_since(failed_at);
        if gone < 0 { 0 } else { (self.pause_s - gone).max(0) }
    }

    pub(super) fn fail(&mut self, trouble: Trouble, told_s: Option<i64>, now: Timestamp) {
        self.failures = self.failures.saturating_add(1).min(30);
        let pause_s = told_s.map_or_else(|| 2_i64.saturating_pow(self.failures), |told| told.max(1));
        self.pause_s = pause_s.min(LONGEST_PAUSE_S);
        self.failed_at = Some(now);
        self.trouble = Some(trouble);
    }

    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }
}

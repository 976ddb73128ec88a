//! What the server does outside of a request (后台任务), as administrators of the system see it.

use crate::{
    code::{Lenient, codes},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The kinds of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Decode a photo that was taken in, and make its thumbnail. The key is the photo's hash.
    ProvePhoto,
    /// Forget sessions and codes that ended.
    SweepSessions,
    /// Forget workbooks that nobody confirmed, and what a crash left of others.
    SweepWorkbooks,
    /// Remove what a kill left of photos that were being written.
    SweepPhotos,
    /// Add up the sums of the statistics, so that few rows are read.
    FoldSums,
    /// File the rest of what waited for an operation that was applied. The key is that operation's id.
    FileWaiting,
}

/// A minute in seconds.
const MINUTE: i64 = 60;
/// An hour in seconds.
const HOUR: i64 = 3_600;

impl JobKind {
    /// All of them, in the order in which a worker looks for them.
    pub const ALL: &[Self] = &[
        Self::FileWaiting,
        Self::FoldSums,
        Self::SweepSessions,
        Self::SweepWorkbooks,
        Self::SweepPhotos,
        Self::ProvePhoto,
    ];

    /// As stored, and in the metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::ProvePhoto => "photo.prove",
            Self::SweepSessions => "session.sweep",
            Self::SweepWorkbooks => "workbook.sweep",
            Self::SweepPhotos => "photo.sweep",
            Self::FoldSums => "sums.fold",
            Self::FileWaiting => "operation.file_waiting",
        }
    }

    /// In the Chinese words of the list of jobs.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProvePhoto => "照片检验",
            Self::SweepSessions => "清理过期会话和验证码",
            Self::SweepWorkbooks => "清理未确认的导入文件",
            Self::SweepPhotos => "清理残留的照片文件",
            Self::FoldSums => "汇总统计数",
            Self::FileWaiting => "采用等待中的记录",
        }
    }

    /// The kind with this code, unless it is of another version.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Seconds until a job that was done is due again; none for what is done once.
    pub fn period_s(self) -> Option<i64> {
        match self {
            Self::ProvePhoto | Self::FileWaiting => None,
            Self::FoldSums => Some(MINUTE),
            Self::SweepSessions | Self::SweepWorkbooks | Self::SweepPhotos => Some(HOUR),
        }
    }
}

/// How often a job is tried before it is left for a person to look at.
pub const JOB_TRIES: i64 = 8;

/// Seconds to wait after a job failed for the `tries`th time: half a minute, doubled each time.
pub fn retry_after_s(tries: i64) -> i64 {
    30 << (tries.clamp(1, 12) - 1)
}

codes! {
    /// Where a job stands.
    JobState {
        /// It waits for its time, or for a worker.
        Waiting "waiting" "等待",
        /// A worker has it.
        Running "running" "运行中",
        /// It failed too often.
        Dead "dead" "失败",
    }
}

/// A job in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// The code of its kind.
    pub kind: String,
    /// What tells it from others of its kind.
    pub key: String,
    /// Where it stands.
    pub state: Lenient<JobState>,
    /// How often it was tried.
    pub tries: i64,
    /// When it was asked for.
    pub enqueued_at: Timestamp,
    /// When it is due.
    pub run_at: Timestamp,
    /// What went wrong the last time; empty before.
    pub error: String,
}

impl JobRow {
    /// The kind in words; one of a newer server keeps its code.
    pub fn title(&self) -> &str {
        match JobKind::parse(&self.kind) {
            Some(kind) => kind.name(),
            None => &self.kind,
        }
    }
}

/// How many jobs there are, and the first of them in the order of the list: those that failed for ever, then the others
/// by the time when they are due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobList {
    /// Those that wait, without those whose time has not come.
    pub waiting: i64,
    /// Those whose time has not come.
    #[serde(default)]
    pub later: i64,
    /// Those that a worker has.
    pub running: i64,
    /// Those that failed too often.
    pub dead: i64,
    /// When the oldest that waits was due.
    pub oldest: Option<Timestamp>,
    /// Photos of which no picture can be made (无法显示).
    #[serde(default)]
    pub photos_unreadable: i64,
    /// The first of them.
    pub rows: Vec<JobRow>,
}

//! Operations of the outbox: what is handed in, how far it got, and what comes next. Pure; [`super::outbox`] acts on it.
//!
//! An operation is finished only by a [`Receipt`] that names it, proves its content and expects no photo any more.

use super::draft::{Author, Draft};
use domain::{
    Problem,
    hazard::Rectification,
    id::{HazardId, OperationId},
    inspection::Submission,
    photo::PhotoHash,
    receipt::{Receipt, content_hash},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE_S: i64 = 300;

/// What is handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// 提交检查
    Inspection(Submission),
    /// 提交整改
    Rectification(Rectification),
}

impl Body {
    /// The operation's id.
    pub fn id(&self) -> OperationId {
        match self {
            Self::Inspection(submission) => submission.id.into(),
            Self::Rectification(rectification) => rectification.id,
        }
    }

    /// What it is, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Inspection(_) => "检查",
            Self::Rectification(_) => "整改",
        }
    }

    /// The hazard that it cures.
    pub fn cures(&self) -> Option<HazardId> {
        match self {
            Self::Inspection(_) => None,
            Self::Rectification(rectification) => Some(rectification.hazard),
        }
    }

    /// The photos that it names, each once.
    pub fn photos(&self) -> BTreeSet<PhotoHash> {
        match self {
            Self::Inspection(submission) => submission.photos().collect(),
            Self::Rectification(rectification) => rectification.photos.iter().copied().collect(),
        }
    }

    /// What a receipt about it must say.
    pub fn content_hash(&self) -> String {
        match self {
            Self::Inspection(submission) => content_hash(submission),
            Self::Rectification(rectification) => content_hash(rectification),
        }
    }
}

/// How far an operation got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The server has not confirmed it yet.
    Waiting,
    /// The server has it, and these photos are still to be handed in.
    Uploading {
        /// The photos left.
        left: Vec<PhotoHash>,
    },
    /// The server refused it: it can become a draft again.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// The server has it, but a photo cannot be handed in.
    PhotoRefused {
        /// Why.
        problem: Problem,
        /// The photos left.
        left: Vec<PhotoHash>,
    },
}

/// One thing to hand in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// What is handed in.
    pub body: Body,
    /// The draft that it was made of, to go back to after a refusal.
    pub draft: Draft,
    /// When it was put into the outbox.
    pub queued_at: Timestamp,
    /// How far it got.
    pub stage: Stage,
    /// Tries that failed since the last that did not.
    pub failures: u32,
    /// Not to be tried before.
    pub retry_at: Timestamp,
    /// Why the last try failed.
    pub last_problem: Option<Problem>,
}

/// What is to be done next about an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Hand it in, or ask again for its receipt.
    Send,
    /// Hand in this photo.
    Upload(PhotoHash),
    /// Nothing before that time.
    Pause(Timestamp),
    /// Nothing until a person does something.
    Hold(Hold),
}

/// What a person has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Someone else is signed in, or nobody.
    OtherPerson,
    /// Another post is the current one.
    OtherPost,
    /// It was refused.
    Refused,
}

/// Whether an answer finished the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Going,
    /// All is on the server.
    Delivered(Receipt),
}

impl Operation {
    /// An operation that was just handed in by its author.
    pub fn new(body: Body, draft: Draft, now: Timestamp) -> Self {
        Self { body, draft, queued_at: now, stage: Stage::Waiting, failures: 0, retry_at: now, last_problem: None }
    }

    /// Its id.
    pub fn id(&self) -> OperationId {
        self.body.id()
    }

    /// The key under which it lies in the store.
    pub fn key(&self) -> String {
        self.id().to_string()
    }

    /// Whether the server has confirmed it, photos aside.
    pub fn is_on_server(&self) -> bool {
        matches!(self.stage, Stage::Uploading { .. } | Stage::PhotoRefused { .. })
    }

    /// How many of its photos the server holds, and how many there are.
    pub fn photos(&self) -> (usize, usize) {
        let all = self.body.photos().len();
        match &self.stage {
            Stage::Uploading { left } | Stage::PhotoRefused { left, .. } => (all.saturating_sub(left.len()), all),
            Stage::Waiting | Stage::Refused { .. } => (0, all),
        }
    }

    /// What is to be done next. `is_urgent` leaves out the pause: a person asked, or the network came back.
    pub fn next(&self, who: Option<&Author>, now: Timestamp, is_urgent: bool) -> Next {
        let own = self.draft.author();
        match who {
            Some(who) if who.person != own.person => return Next::Hold(Hold::OtherPerson),
            Some(who) if who.post != own.post => return Next::Hold(Hold::OtherPost),
            None => return Next::Hold(Hold::OtherPerson),
            Some(_) => {}
        }
        // A longer pause than the longest was counted by a clock that was set back since.
        let is_pausing = now < self.retry_at && self.retry_at.seconds_since(now) <= LONGEST_PAUSE_S;
        if is_pausing && !is_urgent {
            return Next::Pause(self.retry_at);
        }
        match &self.stage {
            Stage::Waiting => Next::Send,
            Stage::Uploading { left } => left.first().map_or(Next::Send, |hash| Next::Upload(*hash)),
            Stage::Refused { .. } | Stage::PhotoRefused { .. } => Next::Hold(Hold::Refused),
        }
    }

    /// What the server answered to the operation itself.
    pub fn on_answer(&mut self, answer: Result<Receipt, Problem>, now: Timestamp) -> Progress {
        match answer {
            Ok(receipt) if receipt.operation == self.id() && receipt.content_hash == self.body.content_hash() => {
                self.on_receipt(receipt, now)
            }
            // An answer about something else: a captive portal, or a proxy. It proves nothing.
            Ok(_) => {
                self.pause(Problem::Unexpected, now);
                Progress::Going
            }
            Err(problem) => {
                self.on_problem(problem, now);
                Progress::Going
            }
        }
    }

    fn on_receipt(&mut self, receipt: Receipt, now: Timestamp) -> Progress {
        if receipt.photos_expected.is_empty() {
            return Progress::Delivered(receipt);
        }
        let was_worked_off = self.stage == Stage::Uploading { left: Vec::new() };
        self.stage = Stage::Uploading { left: receipt.photos_expected };
        if was_worked_off {
            // All were taken, and yet some are expected: asking on at once would never end.
            self.pause(Problem::Unexpected, now);
        } else {
            self.proceed(now);
        }
        Progress::Going
    }

    /// What the server answered to a photo.
    pub fn on_upload(&mut self, hash: PhotoHash, answer: Result<(), Problem>, now: Timestamp) {
        match answer {
            Ok(()) => {
                if let Stage::Uploading { left } = &mut self.stage {
                    left.retain(|other| *other != hash);
                }
                if self.last_problem == Some(Problem::Unexpected) {
                    // Photos may be taken and yet be expected again, round after round: only a receipt ends the backing
                    // off from that.
                    self.retry_at = now;
                } else {
                    self.proceed(now);
                }
            }
            Err(problem) => self.on_problem(problem, now),
        }
    }

    fn on_problem(&mut self, problem: Problem, now: Timestamp) {
        if problem == Problem::NotSignedIn {
            // Everything stays as it is until the person has signed in again.
            return;
        }
        if !is_refusal(&problem) {
            return self.pause(problem, now);
        }
        self.stage = match std::mem::replace(&mut self.stage, Stage::Waiting) {
            Stage::Uploading { left } | Stage::PhotoRefused { left, .. } => Stage::PhotoRefused { problem, left },
            Stage::Waiting | Stage::Refused { .. } => Stage::Refused { problem },
        };
    }

    fn proceed(&mut self, now: Timestamp) {
        self.failures = 0;
        self.retry_at = now;
        self.last_problem = None;
    }

    fn pause(&mut self, problem: Problem, now: Timestamp) {
        let pause_s = match problem {
            Problem::TooMany { retry_after_s } => retry_after_s.max(1),
            _ => 2_i64.saturating_pow(self.failures + 1),
        };
        self.failures = self.failures.saturating_add(1).min(30);
        self.retry_at = now.plus_seconds(pause_s.min(LONGEST_PAUSE_S));
        self.last_problem = Some(problem);
    }

    /// Tries the photos once more, after the server had refused one.
    pub fn retry_photos(&mut self, now: Timestamp) {
        if let Stage::PhotoRefused { left, .. } = &mut self.stage {
            self.stage = Stage::Uploading { left: std::mem::take(left) };
            self.proceed(now);
        }
    }

    /// The draft to go on with after a refusal; nothing for an operation that was not refused.
    pub fn into_draft(mut self, mut fresh: impl FnMut() -> uuid::Uuid) -> Option<Draft> {
        let Stage::Refused { problem } = &self.stage else { return None };
        match &mut self.draft {
            Draft::Inspection(draft) => draft.reopen(problem, fresh),
            Draft::Rectification(draft) => draft.reopen(problem, fresh()),
        }
        Some(self.draft)
    }
}

/// Whether trying again with the same content is of no use.
fn is_refusal(problem: &Problem) -> bool {
    (400..500).contains(&problem.status()) && !matches!(problem, Problem::TooMany { .. } | Problem::NotSignedIn)
}

/// The proof of a delivered operation, as the phone keeps it to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// What it was about.
    pub title: String,
    /// What it was.
    pub name: String,
    /// The receipt.
    pub receipt: Receipt,
}

impl Delivered {
    /// The key under which it lies among the copies.
    pub fn key(id: OperationId) -> String {
        format!("receipt/{id}")
    }
}

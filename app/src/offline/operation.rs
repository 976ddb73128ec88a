//! Operations on this phone: what was handed in, how far it got, and what comes next. Pure; `offline::outbox` acts on it.
//!
//! The envelope is serialized once, at 提交; its bytes are kept beside this state and sent for ever. An operation is let
//! go only by a [`Receipt`] that names it, proves those very bytes, says that it was applied, and expects no photo.

use super::draft::{Author, Draft, FORMAT};
use domain::{
    Problem,
    hazard::Rectification,
    id::{EnterpriseId, HazardId, InspectionId, OperationId},
    inspection::{Begun, Submission},
    operation::{self, Envelope, HeldReason, OperationKind, Outcome, PhotoRef, Receipt, content_hash},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE_S: i64 = 300;
/// What became of an operation that the server has, or on which somebody decides, is asked for so often, in seconds.
const STATUS_EVERY_S: i64 = 86_400;

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

/// What a request came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T> {
    /// Our server's own good answer.
    Good(T),
    /// Our server will never take it.
    Refused(Problem),
    /// Our server has other bytes under this id.
    Conflict,
    /// Nobody is signed in.
    SignedOut,
    /// Not now: after so many seconds, where that was said.
    Later(Trouble, Option<i64>),
}

impl<T> Answer<T> {
    /// The same for a screen that asked for something.
    ///
    /// # Errors
    /// Why there is no good answer.
    pub fn into_result(self) -> Result<T, Problem> {
        match self {
            Self::Good(value) => Ok(value),
            Self::Refused(problem) => Err(problem),
            Self::Conflict => Err(Problem::OperationConflict),
            Self::SignedOut => Err(Problem::NotSignedIn),
            Self::Later(Trouble::Busy, told_s) => Err(Problem::TooMany { retry_after_s: told_s.unwrap_or(60) }),
            Self::Later(..) => Err(Problem::Unreachable),
        }
    }
}

/// Reads an answer. What is not our server's own JSON, and every 5xx, is "no network".
pub fn read_answer<T>(status: u16, body: &[u8], good: impl FnOnce(&[u8]) -> Option<T>) -> Answer<T> {
    let network = Answer::Later(Trouble::Network, None);
    if (200..300).contains(&status) {
        return good(body).map_or(network, Answer::Good);
    }
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else { return network };
    // A gateway may answer with JSON of its own; ours comes with the status that fits it.
    if problem.status() != status {
        return network;
    }
    match problem {
        Problem::NotSignedIn => Answer::SignedOut,
        Problem::OperationConflict => Answer::Conflict,
        Problem::TooMany { retry_after_s } => Answer::Later(Trouble::Busy, Some(retry_after_s)),
        Problem::Invalid { .. }
        | Problem::Forbidden { .. }
        | Problem::NotFound { .. }
        | Problem::TooLarge { .. }
        | Problem::BadPhoto { .. }
        | Problem::Conflict { .. } => Answer::Refused(problem),
        _ => network,
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

    fn fail(&mut self, trouble: Trouble, told_s: Option<i64>, now: Timestamp) {
        self.failures = self.failures.saturating_add(1).min(30);
        let pause_s = told_s.map_or_else(|| 2_i64.saturating_pow(self.failures), |told| told.max(1));
        self.pause_s = pause_s.min(LONGEST_PAUSE_S);
        self.failed_at = Some(now);
        self.trouble = Some(trouble);
    }

    fn succeed(&mut self) {
        *self = Self::default();
    }
}

/// What stands between an operation and the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The server has not confirmed it yet.
    Waiting,
    /// The server will never take it: it can become a draft again.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// The server has other bytes under its id: the person chooses.
    Conflict,
    /// The server has it.
    Filed {
        /// The proof.
        receipt: Receipt,
        /// Photos still to be handed in.
        left: Vec<PhotoHash>,
    },
}

/// Why a photo cannot be handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoFault {
    /// It lies on this phone no more.
    Gone,
    /// The server refused it.
    Refused(Problem),
}

/// One thing that was handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// [`FORMAT`] of whoever wrote this.
    pub format: u32,
    /// Its id.
    pub id: OperationId,
    /// What it is about.
    pub kind: String,
    /// What it is called in lists.
    pub title: String,
    /// Whose it is.
    pub author: Author,
    /// Its place in the order of handing in: counted, not clocked.
    pub seq: u32,
    /// When it was handed in, to show.
    pub queued_at: Timestamp,
    /// Hash of its bytes: what a receipt must name.
    pub content_hash: String,
    /// Operations that go before.
    pub needs: Vec<OperationId>,
    /// The photos that it names.
    pub photos: Vec<PhotoRef>,
    /// The hazard that it cures or adds to.
    pub hazard: Option<HazardId>,
    /// The enterprise that it registers.
    pub enterprise: Option<EnterpriseId>,
    /// How far it got.
    pub stage: Stage,
    /// Photos that cannot be handed in, and why.
    pub faults: BTreeMap<PhotoHash, PhotoFault>,
    /// Photos that the person gave up.
    pub given_up: BTreeSet<PhotoHash>,
    /// Tries of the record.
    pub tries: Tries,
    /// Tries of its photos.
    pub photo_tries: Tries,
    /// When the server was last asked what became of it.
    pub asked_at: Option<Timestamp>,
}

/// What the next step of a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Hand it in, or ask again for its receipt.
    Send,
    /// Ask what became of it.
    Ask,
    /// Nothing for so many seconds.
    Pause(i64),
    /// Another must go first.
    After(OperationId),
    /// Nothing until a person does something, here or in the office.
    Hold,
}

/// What a person is told about an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// On its way.
    Waiting,
    /// The record is on the server, photos are not yet.
    Photos,
    /// Photos of it cannot be handed in.
    PhotoFaults,
    /// The server will never take it.
    Refused(Problem),
    /// The server has other bytes under its id.
    Conflict,
    /// 待处理: the office decides.
    Held(HeldReason),
    /// 退回 by the office.
    Returned(HeldReason),
    /// All is on the server.
    Delivered,
}

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
            enterprise: if let Body::Enterprise(new) = body { Some(new.id) } else { None },
            stage: Stage::Waiting,
            faults: BTreeMap::new(),
            given_up: BTreeSet::new(),
            tries: Tries::default(),
            photo_tries: Tries::default(),
            asked_at: None,
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

impl Operation {
    /// The key under which it lies in the store.
    pub fn key(&self) -> String {
        self.id.to_string()
    }

    /// What it is, in a word.
    pub fn name(&self) -> &'static str {
        OperationKind::from_code(&self.kind).map_or("记录", OperationKind::name)
    }

    /// Whether it is the inspection of this id.
    pub fn is_inspection(&self, id: InspectionId) -> bool {
        self.id == id.into() && self.kind == OperationKind::Inspection.code()
    }

    /// Whether it cures this hazard.
    pub fn cures(&self, hazard: HazardId) -> bool {
        self.hazard == Some(hazard) && self.kind == OperationKind::Rectification.code()
    }

    /// How it stands, for a person.
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Waiting => State::Waiting,
            Stage::Refused { problem } => State::Refused(problem.clone()),
            Stage::Conflict => State::Conflict,
            Stage::Filed { receipt, left } => {
                let open = self.faults.keys().any(|hash| !self.given_up.contains(hash));
                match &receipt.outcome {
                    Outcome::Returned(reason) => State::Returned(reason.clone()),
                    _ if !left.is_empty() => State::Photos,
                    _ if open => State::PhotoFaults,
                    Outcome::Held(reason) => State::Held(reason.clone()),
                    Outcome::Applied if self.photos_wanted() > 0 => State::Photos,
                    Outcome::Applied => State::Delivered,
                }
            }
        }
    }

    /// Why it waits for the office, also while its photos are on their way.
    pub fn held_for(&self) -> Option<&HeldReason> {
        match &self.stage {
            Stage::Filed { receipt: Receipt { outcome: Outcome::Held(reason), .. }, .. } => Some(reason),
            _ => None,
        }
    }

    /// How many of its photos the server still wants.
    pub fn photos_wanted(&self) -> usize {
        match &self.stage {
            Stage::Filed { left, .. } if !left.is_empty() => left.len(),
            Stage::Filed { receipt, .. } => {
                receipt.photos_expected.iter().filter(|hash| !self.given_up.contains(hash)).count()
            }
            _ => 0,
        }
    }

    /// Whether the server has it, photos aside.
    pub fn is_filed(&self) -> bool {
        matches!(self.stage, Stage::Filed { .. })
    }

    /// Whether something of it is still on its way to the server, or waits for its author.
    pub fn is_unsent(&self) -> bool {
        !matches!(self.state(), State::Held(_) | State::Delivered)
    }

    /// How many of its photos the server holds, and how many there are.
    pub fn photos_held(&self) -> (usize, usize) {
        let all = self.photos.len();
        match &self.stage {
            Stage::Filed { left, .. } => {
                (all.saturating_sub(left.len() + self.faults.len() + self.given_up.len()), all)
            }
            _ => (0, all),
        }
    }

    /// What is to be done next about the record. `is_urgent` leaves out the pause: a person asked, or the network came
    /// back. `waiting` are the operations on this phone that the server does not have.
    pub fn next(&self, who: Option<&Author>, waiting: &BTreeSet<OperationId>, now: Timestamp, is_urgent: bool) -> Next {
        if who.is_none_or(|who| who.person != self.author.person) {
            return Next::Hold;
        }
        let (pause_s, is_urgent, step) = match (self.state(), &self.stage) {
            (State::Waiting, _) => match self.needs.iter().find(|need| waiting.contains(need)) {
                Some(first) => return Next::After(*first),
                None => (0, is_urgent, Next::Send),
            },
            // All photos went.
            (State::Photos, Stage::Filed { left, .. }) if left.is_empty() => (0, is_urgent, Next::Send),
            // Its photos are on their way, and whoever is in a hurry means them.
            (State::Photos, _) => (self.unasked_s(now), false, Next::Ask),
            // Somebody decides: the office, or the author. Meanwhile it may have been delivered elsewhere, or the server
            // restored from a backup that is older than it.
            (State::Held(_) | State::Refused(_) | State::Conflict | State::PhotoFaults, _) => {
                (self.unasked_s(now), is_urgent, Next::Ask)
            }
            (State::Returned(_) | State::Delivered, _) => return Next::Hold,
        };
        match pause_s.max(self.tries.left_s(now)) {
            left_s if left_s > 0 && !is_urgent => Next::Pause(left_s),
            _ => step,
        }
    }

    /// Seconds until the server is asked again what became of it.
    fn unasked_s(&self, now: Timestamp) -> i64 {
        let asked_s = self.asked_at.map_or(STATUS_EVERY_S, |at| now.seconds_since(at));
        if asked_s < 0 { 0 } else { (STATUS_EVERY_S - asked_s).max(0) }
    }

    /// The photo to be handed in next, or the seconds until one is.
    pub fn next_photo(&self, who: Option<&Author>, now: Timestamp, is_urgent: bool) -> Option<Result<PhotoRef, i64>> {
        if who.is_none_or(|who| who.person != self.author.person) {
            return None;
        }
        let Stage::Filed { left, .. } = &self.stage else { return None };
        let first = left.first()?;
        let photo = self.photos.iter().find(|photo| photo.hash == *first).copied();
        let photo = photo.unwrap_or(PhotoRef { hash: *first, size_bytes: 0 });
        let left_s = self.photo_tries.left_s(now);
        Some(if left_s > 0 && !is_urgent { Err(left_s) } else { Ok(photo) })
    }

    /// What the server answered to the record itself.
    pub fn on_answer(&mut self, answer: Answer<Receipt>, now: Timestamp) {
        match answer {
            Answer::Good(receipt) if self.proves(&receipt) => self.on_receipt(receipt, now),
            // An answer about something else proves nothing.
            Answer::Good(_) => self.tries.fail(Trouble::Network, None, now),
            Answer::SignedOut => {}
            Answer::Later(trouble, told_s) => self.tries.fail(trouble, told_s, now),
            // What the server has already is not refused any more.
            Answer::Refused(_) | Answer::Conflict if self.is_filed() => {
                self.tries.fail(Trouble::Unsettled, None, now);
            }
            Answer::Refused(problem) => (self.stage, self.asked_at) = (Stage::Refused { problem }, Some(now)),
            Answer::Conflict => (self.stage, self.asked_at) = (Stage::Conflict, Some(now)),
        }
    }

    /// Whether a receipt is about this operation and these bytes.
    pub fn proves(&self, receipt: &Receipt) -> bool {
        receipt.operation == self.id && receipt.content_hash == self.content_hash
    }

    /// Takes over a receipt that [`proves`](Self::proves) it.
    pub fn on_receipt(&mut self, receipt: Receipt, now: Timestamp) {
        // What is not expected any more got there in another way.
        self.faults.retain(|hash, _| receipt.photos_expected.contains(hash));
        let was_worked_off = matches!(&self.stage, Stage::Filed { left, .. } if left.is_empty());
        let is_stuck = |hash: &PhotoHash| self.faults.contains_key(hash) || self.given_up.contains(hash);
        let left: Vec<_> = receipt.photos_expected.iter().filter(|hash| !is_stuck(hash)).copied().collect();
        if was_worked_off && !left.is_empty() {
            // All were taken, and yet some are expected: asking on at once would never end.
            self.photo_tries.fail(Trouble::Unsettled, None, now);
        }
        self.tries.succeed();
        self.asked_at = Some(now);
        self.stage = Stage::Filed { receipt, left };
    }

    /// What the server knows of it when it is asked; `None` where it never saw it.
    ///
    /// A server that had it and knows nothing of it was restored from an older backup: it is handed in anew, photos and
    /// all. Not what the office sent back: its author sets that right first.
    pub fn on_status(&mut self, receipt: Option<Receipt>, now: Timestamp) {
        match receipt {
            Some(receipt) if self.proves(&receipt) => self.on_receipt(receipt, now),
            None if self.is_filed() && !matches!(self.state(), State::Returned(_)) => {
                self.faults.clear();
                self.tries.succeed();
                self.photo_tries.succeed();
                (self.stage, self.asked_at) = (Stage::Waiting, Some(now));
            }
            _ => self.asked_at = Some(now),
        }
    }

    /// What the server answered to a photo; a fault of this phone comes in as [`Trouble::Local`].
    pub fn on_photo(&mut self, hash: PhotoHash, answer: Answer<()>, now: Timestamp) {
        let Stage::Filed { left, .. } = &mut self.stage else { return };
        let Some(place) = left.iter().position(|other| *other == hash) else { return };
        match answer {
            Answer::Good(()) => {
                left.remove(place);
                // Photos may be taken and yet be expected again, round after round: only a receipt ends the backing off.
                if self.photo_tries.trouble != Some(Trouble::Unsettled) {
                    self.photo_tries.succeed();
                }
                if left.is_empty() {
                    self.tries.succeed();
                }
            }
            Answer::SignedOut => {}
            Answer::Refused(problem) => {
                left.remove(place);
                // A server that wants no such photo may not have the record either: it is asked before the day is over.
                if matches!(problem, Problem::NotFound { .. }) {
                    self.asked_at = None;
                }
                self.faults.insert(hash, PhotoFault::Refused(problem));
            }
            Answer::Conflict => self.photo_tries.fail(Trouble::Unsettled, None, now),
            Answer::Later(trouble, told_s) => {
                // The next try begins with another photo: one that stalls holds up nothing.
                let stalled = left.remove(place);
                left.push(stalled);
                self.photo_tries.fail(trouble, told_s, now);
            }
        }
    }

    /// Notes that a photo lies on this phone no more.
    pub fn on_photo_gone(&mut self, hash: PhotoHash) {
        if let Stage::Filed { left, .. } = &mut self.stage {
            let all = left.len();
            left.retain(|other| *other != hash);
            if left.len() < all {
                self.faults.insert(hash, PhotoFault::Gone);
            }
        }
    }

    /// Tries photos with faults once more.
    pub fn retry_photos(&mut self) {
        let faulty: Vec<_> = std::mem::take(&mut self.faults).into_keys().collect();
        if let Stage::Filed { left, .. } = &mut self.stage {
            left.extend(faulty);
            self.photo_tries.succeed();
        }
    }

    /// Gives up the photos with faults.
    pub fn give_up_photos(&mut self) {
        self.given_up.extend(std::mem::take(&mut self.faults).into_keys());
    }

    /// Whether it can become a draft again: not while the server may still take it as it is.
    pub fn may_reopen(&self) -> bool {
        matches!(self.state(), State::Refused(_) | State::Conflict | State::Returned(_))
    }

    /// The draft to go on with, under fresh ids where the server has the old one; nothing while the server may still
    /// take the operation as it is.
    pub fn reopen(&self, mut origin: Draft, fresh: impl FnMut() -> uuid::Uuid) -> Option<(Draft, Option<HeldReason>)> {
        match self.state() {
            // What was refused is nowhere: the same ids serve.
            State::Refused(_) => Some((origin, None)),
            State::Conflict => {
                origin.renew(fresh);
                Some((origin, None))
            }
            State::Returned(reason) => {
                origin.renew(fresh);
                Some((origin, Some(reason)))
            }
            _ => None,
        }
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

/// The operations of `all` that the server does not have yet.
pub fn waiting(all: &[Operation]) -> BTreeSet<OperationId> {
    all.iter().filter(|operation| !operation.is_filed()).map(|operation| operation.id).collect()
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

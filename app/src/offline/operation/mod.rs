//! Operations on this phone: what was handed in, how far it got, and what comes next. Pure; `offline::outbox` acts on it.
//!
//! The envelope is serialized once, at 提交; its bytes are kept beside this state and sent for ever. An operation is let
//! go only by a [`Receipt`] that names it, proves those very bytes, says that it was applied, and expects no photo.

mod delivered;
mod next;
mod reply;
mod seal;
mod stage;
mod tries;

pub use delivered::{Delivered, unreadable_text};
pub use next::Next;
pub use reply::{Reply, read_reply};
pub use seal::{Body, HandIn, Made, needs_of, summary};
pub use tries::{Tries, Trouble};

use super::draft::{Author, Draft};
use domain::{
    Problem,
    id::{EnterpriseId, HazardId, InspectionId, OperationId},
    operation::{HeldReason, OperationKind, Outcome, PhotoRef, Receipt},
    photo::PhotoHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// [`FORMAT`](super::draft::FORMAT) of whoever wrote this.
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
    /// 部分整改: the hazard stays open, and more may be recorded after it.
    #[serde(default)]
    pub is_partial: bool,
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
    /// Photos of which the server can make no picture (无法显示).
    #[serde(default)]
    pub unreadable: Vec<PhotoHash>,
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

    /// Whether it is a 部分整改 that another cure may follow: one that became a question to its author is answered first.
    pub fn may_be_followed(&self) -> bool {
        self.is_partial && !self.may_reopen()
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

/// The enterprises that were added on this phone at a post and of which the server has not said yet that it has them: they
/// are found by name, but not by the initials that it makes.
pub fn added_here(all: &[Operation], author: &Author) -> Vec<EnterpriseId> {
    all.iter().filter(|operation| operation.author == *author).filter_map(|operation| operation.enterprise).collect()
}

/// The operations of `all` that the server does not have yet.
pub fn waiting(all: &[Operation]) -> BTreeSet<OperationId> {
    all.iter().filter(|operation| !operation.is_filed()).map(|operation| operation.id).collect()
}

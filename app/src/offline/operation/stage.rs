//! What an answer makes of an operation.

use super::{Operation, PhotoFault, Reply, Stage, State, Trouble};
use domain::{Problem, operation::Receipt, photo::PhotoHash, time::Timestamp};

impl Operation {
    /// What the server answered to the record itself.
    pub fn on_reply(&mut self, answer: Reply<Receipt>, now: Timestamp) {
        match answer {
            Reply::Good(receipt) if self.proves(&receipt) => self.on_receipt(receipt, now),
            // An answer about something else proves nothing.
            Reply::Good(_) => self.tries.fail(Trouble::Network, None, now),
            Reply::SignedOut => {}
            Reply::Later(trouble, told_s) => self.tries.fail(trouble, told_s, now),
            // What the server has already is not refused any more.
            Reply::Refused(_) | Reply::Conflict if self.is_filed() => {
                self.tries.fail(Trouble::Unsettled, None, now);
            }
            Reply::Refused(problem) => (self.stage, self.asked_at) = (Stage::Refused { problem }, Some(now)),
            Reply::Conflict => (self.stage, self.asked_at) = (Stage::Conflict, Some(now)),
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
    pub fn on_photo(&mut self, hash: PhotoHash, answer: Reply<()>, now: Timestamp) {
        let Stage::Filed { left, .. } = &mut self.stage else { return };
        let Some(place) = left.iter().position(|other| *other == hash) else { return };
        match answer {
            Reply::Good(()) => {
                left.remove(place);
                // Photos may be taken and yet be expected again, round after round: only a receipt ends the backing off.
                if self.photo_tries.trouble != Some(Trouble::Unsettled) {
                    self.photo_tries.succeed();
                }
                if left.is_empty() {
                    self.tries.succeed();
                }
            }
            Reply::SignedOut => {}
            Reply::Refused(problem) => {
                left.remove(place);
                // A server that wants no such photo may not have the record either: it is asked before the day is over.
                if matches!(problem, Problem::NotFound { .. }) {
                    self.asked_at = None;
                }
                self.faults.insert(hash, PhotoFault::Refused(problem));
            }
            Reply::Conflict => self.photo_tries.fail(Trouble::Unsettled, None, now),
            Reply::Later(trouble, told_s) => {
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
}

//! What is to be done next, and when.

use super::{Operation, Stage, State};
use crate::offline::draft::Author;
use domain::{id::OperationId, operation::PhotoRef, time::Timestamp};
use std::collections::BTreeSet;

/// What became of an operation that the server has, or on which somebody decides, is asked for so often, in seconds.
const STATUS_EVERY_S: i64 = 86_400;

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

impl Operation {
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
}

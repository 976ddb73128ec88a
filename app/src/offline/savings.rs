//! The savings of one draft by one window: which text is on disk, which is on its way there, and which is neither. Pure;
//! `offline::autosave` acts on it.
//!
//! A saving may end late, or not at all: a page that goes away cuts it short, and one that comes back finds on disk what
//! its last saving wrote. So every saving has a revision of its own, which only grows, and a draft on disk names the window
//! that wrote it. In whatever order savings end, an older text takes the place of no newer one, here or on disk, and what
//! this window wrote is never taken for another's.

use super::draft::{Claim, Version};
use uuid::Uuid;

/// The right to lay one text on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The window.
    pub writer: Uuid,
    /// The revision that the text gets.
    pub revision: u32,
    /// The revision that the window last saw on disk; `None` where there was no draft.
    pub last_seen: Option<u32>,
}

impl Turn {
    /// The next turn of a window that has just read the draft, or found none.
    pub fn first(writer: Uuid, last_seen: Option<u32>) -> Self {
        Self { writer, revision: last_seen.unwrap_or_default().saturating_add(1), last_seen }
    }

    /// Whether the text may take the place of what lies on disk now; `None` where nothing does.
    pub fn claim(&self, on_disk: Option<Version>) -> Claim {
        match on_disk {
            Some(Version { revision, writer }) if writer == Some(self.writer) => {
                if revision < self.revision {
                    Claim::Ours
                } else {
                    Claim::Newer
                }
            }
            other if other.map(|version| version.revision) == self.last_seen => Claim::Ours,
            _ => Claim::Lost,
        }
    }
}

/// What is to be saved, is being saved, and was.
#[derive(Clone, Debug)]
pub struct Savings<T> {
    writer: Uuid,
    /// The newest revision that was seen on disk.
    seen: Option<u32>,
    /// The newest revision that was given to a saving.
    given: u32,
    /// What is to be saved next.
    pending: Option<T>,
    /// The newest text that is being saved, with its revision: it is not known to be on disk yet.
    under_way: Option<(u32, T)>,
    is_stopped: bool,
}

impl<T: Clone> Savings<T> {
    /// The savings of a window on top of this revision; `None` for a draft that is not on disk yet.
    pub fn new(writer: Uuid, seen: Option<u32>) -> Self {
        Self { writer, seen, given: 0, pending: None, under_way: None, is_stopped: false }
    }

    /// Notes a text that is to be saved.
    pub fn note(&mut self, text: T) {
        if !self.is_stopped {
            self.pending = Some(text);
        }
    }

    /// Whether nothing is saved any more.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    fn turn(&mut self) -> Turn {
        self.given = self.given.max(self.seen.unwrap_or_default()).saturating_add(1);
        Turn { writer: self.writer, revision: self.given, last_seen: self.seen }
    }

    /// Begins to save what is pending.
    pub fn take(&mut self) -> Option<(Turn, T)> {
        let text = self.pending.take()?;
        let turn = self.turn();
        self.under_way = Some((turn.revision, text.clone()));
        Some((turn, text))
    }

    /// Begins to save the newest text in a page that is going away: also one that is being saved, for that may not come to
    /// its end.
    pub fn take_at_last(&mut self) -> Option<(Turn, T)> {
        if let Some((_, text)) = self.under_way.take() {
            self.pending.get_or_insert(text);
        }
        self.take()
    }

    /// A saving came to its end: what lies on disk is its text, or a newer one of this window.
    pub fn saved(&mut self, revision: u32) {
        self.seen = self.seen.max(Some(revision));
        self.under_way.take_if(|(newest, _)| *newest <= revision);
    }

    /// A saving failed, or was cut short. Its text is pending again where no newer one is, or is being saved.
    pub fn failed(&mut self, revision: u32) {
        if let Some((_, text)) = self.under_way.take_if(|(newest, _)| *newest == revision) {
            self.pending.get_or_insert(text);
        }
    }

    /// Ends the saving, and gives the turn to take the draft from disk with: whatever this window wrote there is its own.
    pub fn stop(&mut self) -> Turn {
        self.is_stopped = true;
        (self.pending, self.under_way) = (None, None);
        Turn { writer: self.writer, revision: u32::MAX, last_seen: self.seen }
    }

    /// Goes on saving with this text.
    pub fn resume(&mut self, text: T) {
        self.is_stopped = false;
        self.pending.get_or_insert(text);
    }
}

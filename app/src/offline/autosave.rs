//! Saving a draft while it is written: soon after each change, at once when the page may go.

use super::{
    draft::{Draft, SavedDraft},
    local::{self, Change, Store},
    storage,
};
use crate::ui::format::now;
use domain::{Problem, photo::PhotoHash, time::Timestamp};
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::time::Duration;

/// So long after the last change it is saved.
const PAUSE: Duration = Duration::from_millis(250);

/// The saving of one draft.
#[derive(Clone, Copy)]
pub struct Autosave {
    /// When it was last saved (已存本机).
    pub saved_at: RwSignal<Option<Timestamp>>,
    /// Why it could not be saved.
    pub problem: RwSignal<Option<Problem>>,
    inner: StoredValue<Inner>,
}

#[derive(Default)]
struct Inner {
    /// What is not on disk yet.
    pending: Option<SavedDraft>,
    timer: Option<TimeoutHandle>,
    is_stopped: bool,
}

impl Autosave {
    /// Saves the draft whenever it changes, and puts itself into the context for those who open a camera.
    ///
    /// `saved` is the time at which the draft lay on disk already; a draft that never did is saved at once.
    pub fn provide(draft: Signal<Draft>, saved: Option<Timestamp>) -> Self {
        let autosave = Self {
            saved_at: RwSignal::new(saved),
            problem: RwSignal::new(None),
            inner: StoredValue::new(Inner::default()),
        };
        provide_context(autosave);
        Effect::new(move |previous: Option<Vec<PhotoHash>>| {
            let draft = draft.get();
            let photos = draft.photos();
            if previous.is_some() || saved.is_none() {
                autosave.note(SavedDraft { at: now(), draft });
            }
            // Typing may wait for its next letter; a photo may not.
            if previous.is_some_and(|previous| previous != photos) {
                autosave.save_soon();
            }
            photos
        });
        let hidden = window_event_listener(ev::visibilitychange, move |_| autosave.save_soon());
        let gone = window_event_listener(ev::pagehide, move |_| autosave.save_soon());
        on_cleanup(move || {
            hidden.remove();
            gone.remove();
            autosave.save_soon();
        });
        autosave
    }

    fn note(self, draft: SavedDraft) {
        let timer = set_timeout_with_handle(move || self.save_soon(), PAUSE).ok();
        self.inner.try_update_value(|inner| {
            if inner.is_stopped {
                return;
            }
            inner.pending = Some(draft);
            if let Some(timer) = std::mem::replace(&mut inner.timer, timer) {
                timer.clear();
            }
        });
    }

    fn save_soon(self) {
        // Taken at once: in a page that is going away nothing runs later, and the signals may be gone.
        if let Some(draft) = self.take() {
            spawn_local(async move { self.save(draft).await });
        }
    }

    fn take(self) -> Option<SavedDraft> {
        self.inner.try_update_value(|inner| inner.pending.take()).flatten()
    }

    async fn save(self, draft: SavedDraft) {
        let outcome = local::write(vec![Change::put(Store::Drafts, draft.draft.key(), &draft)]).await;
        match outcome {
            Ok(()) => {
                self.saved_at.set(Some(draft.at));
                self.problem.set(None);
                // Not awaited: a browser may ask the person, and a camera is waiting to open.
                spawn_local(storage::persist());
            }
            Err(problem) => self.problem.set(Some(problem)),
        }
    }

    /// Saves what is not on disk yet, and returns when it is. Before a camera opens: it may kill the page.
    pub async fn flush(self) {
        if let Some(draft) = self.take() {
            self.save(draft).await;
        }
    }

    /// Ends the saving: the draft was handed in or thrown away, and must not come back.
    pub fn stop(self) {
        self.inner.try_update_value(|inner| {
            inner.is_stopped = true;
            inner.pending = None;
        });
    }
}

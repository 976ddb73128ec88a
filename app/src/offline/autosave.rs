//! Saving a draft while it is written: soon after each change, at once when the page may go, again and again when the disk
//! refuses. One window writes a draft at a time: the one that holds its lock.

use super::{
    draft::{Draft, SavedDraft},
    drafts::{Saved, Saving},
    local,
    lock::{Held, Holder},
    photos::PhonePhotos,
    savings::{Savings, Turn},
    storage,
};
use crate::{
    inspection::stores::Photos,
    ui::{format::today, fresh::fresh_id},
};
use domain::{Problem, operation::HeldReason, photo::PhotoHash, time::Timestamp};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::{cell::RefCell, rc::Rc, time::Duration};

/// So long after the last change it is saved.
const PAUSE: Duration = Duration::from_millis(250);
/// So long after a failure it is tried again, in milliseconds.
const AGAIN_MS: u32 = 2_000;

/// The saving of one draft.
#[derive(Clone, Copy)]
pub struct Autosave {
    /// When it was last saved (已存本机).
    pub saved_at: RwSignal<Option<Timestamp>>,
    /// Why it could not be saved; it is being tried again.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether the draft is not this window's any more: another one went on with it.
    pub is_lost: RwSignal<bool>,
    holder: RwSignal<Holder>,
    inner: StoredValue<Rc<RefCell<Inner>>, LocalStorage>,
}

struct Inner {
    key: String,
    savings: Savings<Draft>,
    returned: Option<HeldReason>,
    timer: Option<TimeoutHandle>,
    is_saving: bool,
}

/// The lock of a draft, by its key.
pub fn lock_name(key: &str) -> String {
    format!("draft/{key}")
}

impl Autosave {
    /// Saves the draft whenever it changes, and puts itself into the context for those who open a camera.
    ///
    /// `saved` is the draft as it lay on disk; one that never did is saved with its first change.
    pub fn provide(draft: Signal<Draft>, saved: Option<&SavedDraft>, held: Held) -> Self {
        let inner = Inner {
            key: draft.with_untracked(Draft::key),
            savings: Savings::new(fresh_id(), saved.map(|saved| saved.revision)),
            returned: saved.and_then(|saved| saved.returned.clone()),
            timer: None,
            is_saving: false,
        };
        let autosave = Self {
            saved_at: RwSignal::new(saved.map(|saved| saved.at)),
            problem: RwSignal::new(None),
            is_lost: RwSignal::new(false),
            holder: held.holder,
            inner: StoredValue::new_local(Rc::new(RefCell::new(inner))),
        };
        provide_context(autosave);
        Photos::provide(PhonePhotos(Some(autosave)));
        Effect::new(move |previous: Option<Vec<PhotoHash>>| {
            let draft = draft.get();
            let photos = draft.photos();
            if previous.is_some() {
                autosave.note(draft);
            }
            // Typing may wait for its next letter; a photo may not.
            if previous.is_some_and(|previous| previous != photos) {
                autosave.save_soon();
            }
            photos
        });
        // Another window took the draft over: what is pending here is not written any more.
        Effect::new(move || {
            if held.holder.get() == Holder::Other {
                autosave.lose();
            }
        });
        let hidden = window_event_listener(ev::visibilitychange, move |_| autosave.save_soon());
        let gone = window_event_listener(ev::pagehide, move |_| autosave.save_at_last());
        let closing = local::before_closing(move || autosave.save_at_last());
        on_cleanup(move || {
            hidden.remove();
            gone.remove();
            local::forget_before_closing(closing);
            autosave.save_soon();
        });
        autosave
    }

    fn note(self, draft: Draft) {
        let Some(inner) = self.inner.try_get_value() else { return };
        let mut inner = inner.borrow_mut();
        if inner.savings.is_stopped() {
            return;
        }
        inner.savings.note(draft);
        let timer = set_timeout_with_handle(move || self.save_soon(), PAUSE).ok();
        if let Some(timer) = std::mem::replace(&mut inner.timer, timer) {
            timer.clear();
        }
    }

    fn save_soon(self) {
        if let Some(inner) = self.inner.try_get_value() {
            spawn_local(self.save_all(inner));
        }
    }

    /// Saves in a page that is going away, without a wait: also what is being saved, for that will not come to its end.
    fn save_at_last(self) {
        let Some(inner) = self.inner.try_get_value() else { return };
        if self.holder.try_get_untracked() != Some(Holder::Us) {
            return;
        }
        let Some(saving) = take(&inner, Savings::take_at_last) else { return };
        spawn_local(async move {
            let done = saving.run_at_last().await;
            if !self.note_done(&inner, saving.turn, done) {
                // The page came back, and its text is not on disk.
                self.save_soon();
            }
        });
    }

    /// Saves until nothing is pending; what fails stays pending and is tried again.
    async fn save_all(self, inner: Rc<RefCell<Inner>>) {
        if std::mem::replace(&mut inner.borrow_mut().is_saving, true) {
            return;
        }
        while let Some(saving) = take(&inner, Savings::take) {
            let done = saving.run().await;
            if self.note_done(&inner, saving.turn, done) {
                // Not awaited: a browser may ask the person, and a camera is waiting to open.
                spawn_local(storage::persist());
            } else {
                TimeoutFuture::new(AGAIN_MS).await;
            }
        }
        inner.borrow_mut().is_saving = false;
    }

    fn lose(self) {
        if let Some(inner) = self.inner.try_get_value() {
            self.lose_in(&inner);
        }
    }

    fn lose_in(self, inner: &Rc<RefCell<Inner>>) {
        inner.borrow_mut().savings.stop();
        self.is_lost.try_set(true);
    }

    /// Saves what is not on disk yet, once; what fails is tried again in the background. Before a camera opens: it may
    /// kill the page.
    pub async fn flush(self) {
        let Some(inner) = self.inner.try_get_value() else { return };
        // One that is under way ends soon, or has failed.
        for _ in 0..20 {
            if !inner.borrow().is_saving || self.problem.try_get_untracked().flatten().is_some() {
                break;
            }
            TimeoutFuture::new(25).await;
        }
        if inner.borrow().is_saving {
            return;
        }
        if let Some(saving) = take(&inner, Savings::take) {
            let done = saving.run().await;
            if !self.note_done(&inner, saving.turn, done) {
                self.save_soon();
            }
        }
    }

    /// As [`Self::flush`], but waits longer for a slow disk: what comes next ends the saving.
    pub async fn finish(self) {
        for _ in 0..20 {
            self.flush().await;
            let is_saving = self.inner.try_get_value().is_some_and(|inner| inner.borrow().is_saving);
            if !is_saving || self.problem.try_get_untracked().flatten().is_some() {
                return;
            }
        }
    }

    /// Notes what came of a saving; `false` when it failed and is pending again.
    fn note_done(self, inner: &Rc<RefCell<Inner>>, turn: Turn, done: Result<Saved, Problem>) -> bool {
        match done {
            Ok(Saved::At(at)) => {
                inner.borrow_mut().savings.saved(turn.revision);
                self.saved_at.try_set(Some(at));
                self.problem.try_set(None);
            }
            Ok(Saved::Newer) => inner.borrow_mut().savings.saved(turn.revision),
            // What was handed in or thrown away here meanwhile is gone by intent.
            Ok(Saved::Lost) if inner.borrow().savings.is_stopped() => {}
            Ok(Saved::Lost) => self.lose_in(inner),
            Err(problem) => {
                inner.borrow_mut().savings.failed(turn.revision);
                self.problem.try_set(Some(problem));
                return false;
            }
        }
        true
    }

    /// Ends the saving, because the draft is handed in or thrown away and must not come back; gives the turn to take it
    /// from disk with. `None` when the page was left.
    pub fn stop(self) -> Option<Turn> {
        let inner = self.inner.try_get_value()?;
        let turn = inner.borrow_mut().savings.stop();
        Some(turn)
    }

    /// Goes on saving: the draft could not be handed in, and its last text may not be on disk.
    pub fn resume(self, draft: Draft) {
        if let Some(inner) = self.inner.try_get_value() {
            inner.borrow_mut().savings.resume(draft);
            self.save_soon();
        }
    }

    /// The draft's key; nothing when the page was left.
    pub fn key(self) -> String {
        self.inner.try_get_value().map(|inner| inner.borrow().key.clone()).unwrap_or_default()
    }

    /// What is said of the saving, in a line; reactive.
    pub fn line(self) -> String {
        match (self.problem.get(), self.saved_at.get()) {
            (Some(problem), _) => format!("不能保存：{problem}。正在重试"),
            (None, Some(at)) if at.date() == today() => format!("已存本机 {}", at.clock()),
            (None, Some(at)) => format!("已存本机 {at}"),
            (None, None) => "填写的内容会自动存在本机".to_owned(),
        }
    }
}

fn take(inner: &RefCell<Inner>, which: impl FnOnce(&mut Savings<Draft>) -> Option<(Turn, Draft)>) -> Option<Saving> {
    let mut inner = inner.borrow_mut();
    let (turn, draft) = which(&mut inner.savings)?;
    Some(Saving { draft, turn, returned: inner.returned.clone() })
}

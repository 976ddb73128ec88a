//! Sending: records in one lane, photos in the other.

use super::Outbox;
use crate::{
    api::operations::read_operation_status,
    offline::{
        clock::keep_clock,
        local::{self, Store},
        lock,
        operation::{Next, Operation, Reply, Stage, Trouble, waiting},
        photos, wire,
    },
    ui::{format::now, patience::within},
};
use domain::{
    Problem,
    id::OperationId,
    operation::{OperationStatus, PhotoRef, Receipt},
};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::Cell, collections::BTreeSet, time::Duration};

/// Another window is sending: look again after so long, in case it is closed meanwhile.
const OTHER_WINDOW_S: i64 = 20;
/// After so many failures of the network in a row a round ends.
const MOST_FAILURES: u32 = 3;
/// A request younger than this is not given up for a new round, in milliseconds.
const YOUNG_MS: f64 = 3_000.0;

/// What goes in one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Records,
    Photos,
}

#[derive(Default)]
struct LaneState {
    is_running: Cell<bool>,
    /// Asked for while running: run once more, and whether urgently.
    asked: Cell<Option<bool>>,
}

thread_local! {
    static LANES: [LaneState; 2] = Default::default();
}

impl Lane {
    fn lock(self) -> &'static str {
        match self {
            Self::Records => "ranan-records",
            Self::Photos => "ranan-photos",
        }
    }

    fn with<T>(self, use_it: impl FnOnce(&LaneState) -> T) -> T {
        LANES.with(|lanes| use_it(&lanes[self as usize]))
    }
}

impl Outbox {
    /// Sends what is due, in the background. `is_urgent` leaves out pauses and gives up what hangs: a person asked, or the
    /// network came back.
    pub fn send(self, is_urgent: bool) {
        if is_urgent {
            wire::give_up_after(YOUNG_MS);
        }
        self.run(Lane::Records, is_urgent);
        self.run(Lane::Photos, is_urgent);
    }

    fn run(self, lane: Lane, is_urgent: bool) {
        let is_running = lane.with(|state| {
            if state.is_running.get() {
                state.asked.set(Some(is_urgent || state.asked.get() == Some(true)));
            }
            state.is_running.replace(true)
        });
        if is_running {
            return;
        }
        spawn_local(async move {
            self.sending.try_update(|lanes| *lanes += 1);
            let is_ours = lock::exclusively(lane.lock(), is_urgent, self.work_off(lane, is_urgent)).await;
            let _ = self.reload().await;
            keep_clock().await;
            self.sending.try_update(|lanes| *lanes = lanes.saturating_sub(1));
            let asked = lane.with(|state| {
                state.is_running.set(false);
                state.asked.take()
            });
            match asked {
                _ if self.operations.is_disposed() => {}
                Some(is_urgent) => self.run(lane, is_urgent),
                None => self.schedule(is_ours),
            }
        });
    }

    async fn work_off(self, lane: Lane, is_urgent: bool) {
        if !is_urgent && !window().navigator().on_line() {
            return;
        }
        match lane {
            Lane::Records => self.send_records(is_urgent).await,
            Lane::Photos => self.send_photos(is_urgent).await,
        }
    }

    /// Hands in records in their order, each once a round.
    async fn send_records(self, mut is_urgent: bool) {
        let mut tried = BTreeSet::new();
        let mut failures = 0;
        while let Ok(all) = self.reload().await {
            let (who, waiting) = (self.author(), waiting(&all));
            let next = |one: &Operation| one.next(who.as_ref(), &waiting, now(), is_urgent);
            let first = |wanted| all.iter().find(|one| !tried.contains(&one.id) && next(one) == wanted);
            // New work goes before questions about old.
            let due = first(Next::Send).map(|one| (one.clone(), Next::Send));
            let due = due.or_else(|| first(Next::Ask).map(|one| (one.clone(), Next::Ask)));
            let Some((operation, next)) = due else {
                // Old work comes last, and fails for no one.
                let _ = self.review(false).await;
                return;
            };
            tried.insert(operation.id);
            let answer = match next {
                Next::Ask => match ask_after(operation.id).await {
                    Ok(OperationStatus { receipt, unreadable, .. }) => {
                        let edit = |one: &mut Operation| {
                            one.unreadable = unreadable;
                            one.on_status(receipt, now());
                        };
                        if self.change(operation.id, edit).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    Err(answer) => answer,
                },
                _ => hand_over(&operation).await,
            };
            let is_signed_out = answer == Reply::SignedOut;
            failures = if matches!(answer, Reply::Later(Trouble::Network, _)) { failures + 1 } else { 0 };
            let is_filed = matches!(answer, Reply::Good(_));
            if self.change(operation.id, |one| one.on_reply(answer, now())).await.is_err() {
                return;
            }
            if is_signed_out {
                return self.session.expire();
            }
            if is_filed {
                // The network is back: what failed without it need not wait out its pause.
                is_urgent = true;
                self.run(Lane::Photos, true);
            }
            if failures >= MOST_FAILURES {
                return;
            }
        }
    }

    /// Hands in photos, one by one; an operation whose photo fails waits, the others go on.
    async fn send_photos(self, is_urgent: bool) {
        let mut failed = BTreeSet::new();
        let mut failures = 0;
        while let Ok(all) = self.reload().await {
            let who = self.author();
            let due = all
                .iter()
                .filter(|one| !failed.contains(&one.id))
                .find_map(|one| one.next_photo(who.as_ref(), now(), is_urgent)?.ok().map(|photo| (one.id, photo)));
            let Some((id, photo)) = due else { return };
            let outcome = upload(photo).await;
            let is_good = outcome == Upload::Answered(Reply::Good(()));
            let is_signed_out = outcome == Upload::Answered(Reply::SignedOut);
            if matches!(outcome, Upload::Answered(Reply::Later(..))) {
                failed.insert(id);
                failures += 1;
            } else {
                failures = 0;
            }
            let noted = self.change(id, |one| match outcome {
                Upload::Answered(answer) => one.on_photo(photo.hash, answer, now()),
                Upload::Gone => one.on_photo_gone(photo.hash),
            });
            let Ok(changed) = noted.await else { return };
            if is_signed_out {
                return self.session.expire();
            }
            let is_worked_off =
                |one: &Operation| matches!(&one.stage, Stage::Filed { left, .. } if left.is_empty() && is_good);
            if changed.as_ref().is_some_and(|one| is_worked_off(one) || one.asked_at.is_none()) {
                // The receipt says whether that was all, or whether the server has the record at all.
                self.run(Lane::Records, false);
            }
            if failures >= MOST_FAILURES {
                return;
            }
        }
    }

    /// Sets a timer for the next try.
    fn schedule(self, is_ours: bool) {
        let (who, now) = (self.author(), now());
        let due_s = self.operations.try_with_untracked(|all| {
            let waiting = waiting(all);
            let record = |one: &Operation| match one.next(who.as_ref(), &waiting, now, false) {
                Next::Send | Next::Ask => Some(0),
                Next::Pause(left_s) => Some(left_s),
                Next::After(_) | Next::Hold => None,
            };
            let photo = |one: &Operation| one.next_photo(who.as_ref(), now, false).map(|next| next.err().unwrap_or(0));
            all.iter().flat_map(|one| [record(one), photo(one)]).flatten().min()
        });
        let Some(due_s) = due_s.flatten() else { return };
        let wait_s = if is_ours { due_s + 1 } else { OTHER_WINDOW_S };
        let timer = self.timer.try_update_value(|timer| {
            *timer += 1;
            *timer
        });
        let wait = Duration::from_secs(u64::try_from(wait_s).unwrap_or(1).max(1));
        set_timeout(
            move || {
                if timer.is_some() && self.timer.try_get_value() == timer {
                    self.send(false);
                }
            },
            wait,
        );
    }
}

/// What became of a photo.
#[derive(PartialEq)]
enum Upload {
    Answered(Reply<()>),
    /// It lies on this phone no more.
    Gone,
}

async fn upload(photo: PhotoRef) -> Upload {
    let local = |reason: String| Upload::Answered(Reply::Later(Trouble::Local(reason), None));
    let bytes = match photos::bytes(photo.hash).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Upload::Gone,
        Err(problem) => return local(problem.to_string()),
    };
    match photos::blob(&bytes) {
        Some(blob) => Upload::Answered(wire::put_photo(photo, blob).await),
        None => local("照片暂时无法读取".to_owned()),
    }
}

/// Sends an operation's bytes as they were sealed.
async fn hand_over(operation: &Operation) -> Reply<Receipt> {
    let local = |reason: String| Reply::Later(Trouble::Local(reason), None);
    match local::look(&[Store::Envelopes], async |tx| tx.text(Store::Envelopes, &operation.key()).await).await {
        Ok(Some(bytes)) => wire::put_operation(operation.id, &bytes, false).await,
        Ok(None) => local("记录的内容读不出来".to_owned()),
        Err(problem) => local(problem.to_string()),
    }
}

/// What the server knows of an operation; else why it could not be asked, as an answer to it.
async fn ask_after(id: OperationId) -> Result<OperationStatus, Reply<Receipt>> {
    match within(read_operation_status(vec![id])).await {
        // An answer that says nothing of it is nobody's word that the server never saw it.
        Ok(known) => match known.into_iter().find(|status| status.operation == id) {
            Some(status) => Ok(status),
            None => Err(Reply::Later(Trouble::Network, None)),
        },
        Err(Problem::NotSignedIn) => Err(Reply::SignedOut),
        Err(Problem::TooMany { retry_after_s }) => Err(Reply::Later(Trouble::Busy, Some(retry_after_s))),
        Err(_) => Err(Reply::Later(Trouble::Network, None)),
    }
}

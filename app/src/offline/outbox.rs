//! The outbox: what was handed in and is not yet proved to be on the server. [`super::operation`] decides, this acts.
//!
//! One page sends at a time (a Web Lock across tabs, a flag within the page), in order, when the network comes back,
//! when the page comes to the front, and after each hand-in.

use super::{
    draft::{Author, Draft, SavedDraft},
    local::{self, Change, Store},
    lock,
    operation::{Body, Delivered, Hold, Next, Operation, Progress, Stage},
    photos, storage,
};
use crate::{
    api::{ApiError, hazards::close_hazard, inspections::submit_inspection},
    ui::{format::now, fresh::fresh_id, session::Session},
};
use domain::{
    Problem,
    id::{HazardId, OperationId},
    receipt::Receipt,
    time::Timestamp,
};
use leptos::{ev, prelude::*, task::spawn_local};
use std::{cell::Cell, collections::BTreeSet, time::Duration};

const LOCK: &str = "ranan-outbox";
/// Another tab is sending: look again after so long, in case it is closed meanwhile.
const OTHER_TAB_S: i64 = 20;

thread_local! {
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Asked for while running: run once more.
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// The one context about what is on its way.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// What is not yet on the server, oldest first.
    pub operations: RwSignal<Vec<Operation>>,
    /// Whether the browser believes to have a network.
    pub is_online: RwSignal<bool>,
    /// Whether something is being sent.
    pub is_sending: RwSignal<bool>,
    /// How many were delivered since the page was opened.
    pub delivered: RwSignal<u32>,
    session: Session,
    /// Only the newest timer counts.
    timer: StoredValue<u32>,
}

impl Outbox {
    /// Puts the outbox into the context and starts sending.
    pub fn provide() -> Self {
        let outbox = Self {
            operations: RwSignal::new(Vec::new()),
            is_online: RwSignal::new(window().navigator().on_line()),
            is_sending: RwSignal::new(false),
            delivered: RwSignal::new(0),
            session: Session::expect(),
            timer: StoredValue::new(0),
        };
        provide_context(outbox);
        let listeners = [
            window_event_listener(ev::online, move |_| {
                outbox.is_online.set(true);
                outbox.send(true);
            }),
            window_event_listener(ev::offline, move |_| outbox.is_online.set(false)),
            window_event_listener(ev::visibilitychange, move |_| {
                if !document().hidden() {
                    outbox.send(false);
                }
            }),
        ];
        on_cleanup(move || {
            for listener in listeners {
                listener.remove();
            }
        });
        // Signing in again, or switching the post, may set free what was held.
        Effect::new(move || {
            outbox.session.state();
            outbox.send(false);
        });
        outbox
    }

    /// The outbox of the context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// How many operations are not yet on the server; reactive.
    pub fn count(self) -> usize {
        self.operations.with(Vec::len)
    }

    /// The operation with this id; reactive.
    pub fn find(self, id: OperationId) -> Option<Operation> {
        self.operations.with(|operations| operations.iter().find(|operation| operation.id() == id).cloned())
    }

    /// Whether the cure of this hazard is on its way; reactive.
    pub fn cures(self, hazard: HazardId) -> bool {
        self.operations.with(|operations| operations.iter().any(|operation| operation.body.cures() == Some(hazard)))
    }

    /// Hands in: the draft becomes an operation in one step, and is sent.
    ///
    /// # Errors
    /// When the disk does not work; then the draft stays.
    pub async fn hand_in(self, body: Body, draft: Draft) -> Result<(), Problem> {
        let key = draft.key();
        let operation = Operation::new(body, draft, now());
        local::write(vec![Change::put(Store::Outbox, operation.key(), &operation), Change::Delete(Store::Drafts, key)])
            .await?;
        self.operations.update(|operations| operations.push(operation));
        spawn_local(storage::persist());
        self.send(true);
        Ok(())
    }

    /// 修改后重发: turns a refused operation back into its draft, and says where that is written on.
    ///
    /// # Errors
    /// When it is not refused (any more), or the disk does not work.
    pub async fn take_back(self, id: OperationId) -> Result<String, Problem> {
        let gone = || Problem::conflict("该记录已不在待上传中，请刷新");
        let operation = local::read::<Operation>(Store::Outbox, &id.to_string()).await?.ok_or_else(gone)?;
        let draft = operation.into_draft(fresh_id).ok_or_else(gone)?;
        let saved = SavedDraft { at: now(), draft };
        local::write(vec![
            Change::put(Store::Drafts, saved.draft.key(), &saved),
            Change::Delete(Store::Outbox, id.to_string()),
        ])
        .await?;
        self.reload().await?;
        Ok(saved.draft.address())
    }

    /// Tries refused photos once more.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn retry_photos(self, id: OperationId) -> Result<(), Problem> {
        if let Some(mut operation) = local::read::<Operation>(Store::Outbox, &id.to_string()).await? {
            operation.retry_photos(now());
            self.keep(&operation).await?;
            self.reload().await?;
            self.send(true);
        }
        Ok(())
    }

    /// Gives up photos that cannot be handed in; the record itself is on the server.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn give_up_photos(self, id: OperationId) -> Result<(), Problem> {
        let operation = local::read::<Operation>(Store::Outbox, &id.to_string()).await?;
        let Some(operation) = operation.filter(|operation| matches!(operation.stage, Stage::PhotoRefused { .. }))
        else {
            return Ok(());
        };
        local::write(vec![Change::Delete(Store::Outbox, id.to_string())]).await?;
        forget_photos(&operation.draft).await;
        self.reload().await.map(drop)
    }

    /// Sends what is due, in the background. `is_urgent` leaves out pauses after failures.
    pub fn send(self, is_urgent: bool) {
        if IS_RUNNING.replace(true) {
            IS_ASKED.set(true);
            return;
        }
        spawn_local(async move {
            self.is_sending.set(true);
            let is_ours = lock::exclusively(LOCK, self.work_off(is_urgent)).await;
            let _ = self.reload().await;
            self.is_sending.set(false);
            IS_RUNNING.set(false);
            if IS_ASKED.replace(false) {
                self.send(false);
            } else {
                self.schedule(is_ours);
            }
        });
    }

    /// Does what is due, operation by operation, until nothing is or the network is gone.
    async fn work_off(self, is_urgent: bool) {
        let mut failed = BTreeSet::new();
        while let Ok(operations) = self.reload().await {
            let author = self.author();
            let due =
                operations.into_iter().filter(|operation| !failed.contains(&operation.id())).find_map(|operation| {
                    match operation.next(author.as_ref(), now(), is_urgent) {
                        next @ (Next::Send | Next::Upload(_)) => Some((operation, next)),
                        Next::Pause(_) | Next::Hold(_) => None,
                    }
                });
            let Some((mut operation, next)) = due else { return };
            let outcome = self.act(&mut operation, &next).await;
            match outcome {
                Ok(()) => {}
                Err(Problem::NotSignedIn) => return self.session.expire(),
                Err(problem) => {
                    failed.insert(operation.id());
                    if problem == Problem::Unreachable {
                        let _ = self.keep(&operation).await;
                        return;
                    }
                }
            }
            if self.keep(&operation).await.is_err() {
                return;
            }
        }
    }

    async fn act(self, operation: &mut Operation, next: &Next) -> Result<(), Problem> {
        let Next::Upload(hash) = next else { return self.ask(operation).await };
        let answer = photos::upload(*hash).await;
        operation.on_upload(*hash, answer.clone(), now());
        answer
    }

    /// Hands the operation in, or asks again for its receipt.
    async fn ask(self, operation: &mut Operation) -> Result<(), Problem> {
        let answer = match &operation.body {
            Body::Inspection(submission) => submit_inspection(submission.clone()).await,
            Body::Rectification(rectification) => close_hazard(rectification.clone()).await,
        };
        let answer = answer.map_err(|ApiError(problem)| problem);
        let problem = answer.as_ref().err().cloned();
        match operation.on_answer(answer, now()) {
            Progress::Delivered(receipt) => self.deliver(operation, receipt).await,
            Progress::Going => problem.or_else(|| operation.last_problem.clone()).map_or(Ok(()), Err),
        }
    }

    /// Lets go of an operation that is proved to be on the server, photos and all.
    async fn deliver(self, operation: &Operation, receipt: Receipt) -> Result<(), Problem> {
        let (title, name) = (operation.draft.title(), operation.body.name().to_owned());
        let delivered = Delivered { title, name, receipt };
        local::write(vec![
            Change::Delete(Store::Outbox, operation.key()),
            Change::put(Store::Copies, Delivered::key(operation.id()), &delivered),
        ])
        .await?;
        forget_photos(&operation.draft).await;
        self.delivered.update(|count| *count += 1);
        Ok(())
    }

    fn author(self) -> Option<Author> {
        if untrack(|| self.session.is_expired()) {
            return None;
        }
        untrack(|| self.session.me()).and_then(|me| Author::of(&me))
    }

    async fn keep(self, operation: &Operation) -> Result<(), Problem> {
        local::write(vec![Change::replace(Store::Outbox, operation.key(), operation)]).await
    }

    async fn reload(self) -> Result<Vec<Operation>, Problem> {
        let mut operations = local::read_all::<Operation>(Store::Outbox).await?;
        operations.sort_by_key(|operation| operation.queued_at);
        if self.operations.try_with_untracked(|shown| *shown != operations).unwrap_or_default() {
            self.operations.set(operations.clone());
        }
        Ok(operations)
    }

    /// Sets a timer for the next try.
    fn schedule(self, is_ours: bool) {
        let (author, now) = (self.author(), now());
        let due = self.operations.try_with_untracked(|operations| {
            operations.iter().filter_map(|operation| due_at(operation, author.as_ref(), now)).min()
        });
        let Some(due) = due.flatten() else { return };
        let wait_s = if is_ours { due.seconds_since(now) + 1 } else { OTHER_TAB_S };
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

fn due_at(operation: &Operation, author: Option<&Author>, now: Timestamp) -> Option<Timestamp> {
    match operation.next(author, now, false) {
        Next::Pause(until) => Some(until),
        Next::Send | Next::Upload(_) => Some(now),
        Next::Hold(Hold::OtherPerson | Hold::OtherPost | Hold::Refused) => None,
    }
}

/// Removes photos that nothing names any more. What fails here only costs space.
pub async fn forget_photos(draft: &Draft) {
    let hashes: Vec<_> = draft.photos().iter().map(ToString::to_string).collect();
    let _ = local::prune_photos(&hashes).await;
}

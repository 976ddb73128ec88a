//! The outbox: what was handed in and is not yet proved to be on the server. [`super::operation`] decides, this acts.
//!
//! Records go in one lane, photos in another: a photo that stalls holds up no record. In each lane one window sends at a
//! time, when the network comes back, when the page comes to the front, and after each hand-in. Whoever asks for a round
//! gets one: what hangs is given up, and the lock of a window that sleeps is taken. Sending twice does no harm.

use super::{
    autosave::Autosave,
    draft::{Author, Claim, Draft, SavedDraft, read_stored},
    drafts::Saving,
    local::{self, Fault, Store, Tx},
    lock,
    operation::{Answer, Body, Delivered, HandIn, Made, Next, Operation, Stage, State, Trouble, summary, waiting},
    photos, storage, wire,
};
use crate::{
    api::operations::read_operation_status,
    ui::{
        format::{now, server_ahead_ms, set_server_ahead_ms},
        fresh::fresh_id,
        patience::within,
        session::Session,
    },
};
use domain::{
    Problem,
    id::{EnterpriseId, HazardId, OperationId},
    operation::{OperationKind, OperationStatus, PhotoRef, Receipt},
    photo::PhotoHash,
};
use js_sys::ArrayBuffer;
use leptos::{ev, prelude::*, task::spawn_local};
use std::{cell::Cell, collections::BTreeSet, time::Duration};
use wasm_bindgen::JsCast;

/// Another window is sending: look again after so long, in case it is closed meanwhile.
const OTHER_WINDOW_S: i64 = 20;
/// After so many failures of the network in a row a round ends.
const MOST_FAILURES: u32 = 3;
/// A request younger than this is not given up for a new round, in milliseconds.
const YOUNG_MS: f64 = 3_000.0;
/// Where the clock's offset and the counter of operations lie.
const CLOCK: &str = "server_ahead_ms";
const SEQ: &str = "seq";

/// The stores of an operation and its draft.
const OF_OPERATION: [Store; 7] = [
    Store::Operations,
    Store::Envelopes,
    Store::Origins,
    Store::Drafts,
    Store::Photos,
    Store::PhotoRefs,
    Store::Receipts,
];

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

/// The one context about what is on its way.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// What is not yet on the server, or waits for the office; in the order of handing in.
    pub operations: RwSignal<Vec<Operation>>,
    /// Whether the disk was read: before that, an empty list says nothing.
    pub is_read: RwSignal<bool>,
    /// How many rows of this phone this version cannot read.
    pub unknown: RwSignal<usize>,
    /// Whether the browser believes to have a network.
    pub is_online: RwSignal<bool>,
    /// How many lanes are sending.
    sending: RwSignal<u32>,
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
            is_read: RwSignal::new(false),
            unknown: RwSignal::new(0),
            is_online: RwSignal::new(window().navigator().on_line()),
            sending: RwSignal::new(0),
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
        spawn_local(async move {
            if let Ok(Some(ahead)) = local::read::<f64>(Store::Meta, CLOCK).await
                && server_ahead_ms() == 0.0
            {
                set_server_ahead_ms(ahead);
            }
        });
        // Signing in again may set free what was held.
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

    /// Whether something is being sent; reactive.
    pub fn is_sending(self) -> bool {
        self.sending.get() > 0
    }

    /// How many operations are not yet on the server, photos and all; reactive.
    pub fn count(self) -> usize {
        self.operations.with(|all| all.iter().filter(|operation| operation.is_unsent()).count())
    }

    /// How many wait for the office; reactive.
    pub fn held(self) -> usize {
        self.operations.with(|all| all.iter().filter(|operation| matches!(operation.state(), State::Held(_))).count())
    }

    /// The operation with this id; reactive.
    pub fn find(self, id: OperationId) -> Option<Operation> {
        self.operations.with(|all| all.iter().find(|operation| operation.id == id).cloned())
    }

    /// The cure of this hazard that is on its way; reactive.
    pub fn cure_of(self, hazard: HazardId) -> Option<OperationId> {
        self.operations.with(|all| all.iter().find(|operation| operation.cures(hazard)).map(|operation| operation.id))
    }

    /// Hands in: the draft becomes an operation in one step, and is sent.
    ///
    /// # Errors
    /// When the disk does not work, a photo is gone, or the draft is not this window's any more; then the draft stays.
    pub async fn hand_in(
        self,
        id: OperationId,
        body: Body,
        draft: Draft,
        enterprise: Option<EnterpriseId>,
        autosave: Autosave,
    ) -> Result<(), Problem> {
        autosave.finish().await;
        let Some(turn) = autosave.stop() else { return Err(Problem::Unexpected) };
        let (author, unsaved) = (draft.author().clone(), draft.clone());
        let done = async {
            let made = self.seal(id, &body, draft.title(), author, enterprise).await?;
            let saving = Saving { draft, turn, returned: None };
            store(made, Some(&saving)).await
        }
        .await;
        match done {
            Ok(()) => self.after_hand_in().await,
            Err(problem) => {
                autosave.resume(unsaved);
                return Err(problem);
            }
        }
        Ok(())
    }

    /// Puts something without a draft of its own into the outbox.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn queue(
        self,
        id: OperationId,
        body: Body,
        title: String,
        author: Author,
        enterprise: Option<EnterpriseId>,
    ) -> Result<(), Problem> {
        let made = self.seal(id, &body, title, author, enterprise).await?;
        store(made, None).await?;
        self.after_hand_in().await;
        Ok(())
    }

    async fn after_hand_in(self) {
        let _ = self.reload().await;
        spawn_local(storage::persist());
        self.send(true);
    }

    async fn seal(
        self,
        id: OperationId,
        body: &Body,
        title: String,
        author: Author,
        enterprise: Option<EnterpriseId>,
    ) -> Result<Made, Problem> {
        let mut sizes = Vec::new();
        for hash in body.photos() {
            sizes.push(PhotoRef { hash, size_bytes: size(hash).await? });
        }
        // What registers the enterprise goes before what was done there.
        let all = self.operations.try_get_untracked().unwrap_or_default();
        let needs = all.iter().filter(|other| enterprise.is_some() && other.enterprise == enterprise);
        let needs = needs.map(|other| other.id).filter(|other| *other != id).collect();
        Ok(HandIn { id, title, author, made_at: now(), needs, photos: sizes }.seal(body))
    }

    /// 修改后重发: turns an operation back into its draft, and says where that is written on. Where the server may have it,
    /// it is asked first; what it took after all stays as it is.
    ///
    /// # Errors
    /// When there is nothing to go back to, the server could not be asked, or the disk does not work.
    pub async fn take_back(self, id: OperationId) -> Result<String, Problem> {
        let gone = || Problem::conflict("该记录已不在待上传中，请刷新");
        let operation = read_operation(id).await?.ok_or_else(gone)?;
        if operation.stage == Stage::Conflict {
            self.ask_status(&[id]).await?;
        }
        let address = local::transact(&OF_OPERATION, async |tx| {
            let Some(operation) = read_in(tx, id).await?.filter(Operation::may_reopen) else { return Ok(Err(gone())) };
            if tx.get(Store::Origins, &operation.key()).await?.is_none() {
                return Ok(Err(Problem::conflict("本机没有留下这份记录的草稿，请重新填写")));
            }
            let taken = Problem::conflict("本机已有同一内容的草稿，请先提交或放弃那份草稿");
            Ok(reopen(tx, &operation).await?.ok_or(taken))
        })
        .await??;
        self.reload().await?;
        Ok(address)
    }

    /// Both versions of an operation, each in a few lines: the phone's and the server's.
    pub async fn both_versions(self, id: OperationId) -> (Result<String, Problem>, Result<String, Problem>) {
        let own = local::look(&[Store::Envelopes], async |tx| tx.text(Store::Envelopes, &id.to_string()).await).await;
        let own = own.and_then(|text| text.ok_or_else(|| Problem::not_found("本机内容")));
        let server = wire::stored_operation(id).await.into_result();
        (own.map(|text| summary(&text)), server.map(|text| summary(&text)))
    }

    /// 保留服务器的: lets go of what conflicts with the server's version.
    ///
    /// # Errors
    /// When it does not conflict (any more), the server has no version of it or could not be asked, or the disk does not
    /// work.
    pub async fn keep_servers(self, id: OperationId) -> Result<(), Problem> {
        let gone = || Problem::conflict("该记录已不在待上传中，请刷新");
        // One that was restored from an older backup may have lost its version meanwhile: then the phone's is the only one.
        wire::stored_operation(id).await.into_result()?;
        local::transact(&OF_OPERATION, async |tx| match read_in(tx, id).await? {
            Some(operation) if operation.stage == Stage::Conflict => {
                remove(tx, &operation).await?;
                Ok(Ok(()))
            }
            _ => Ok(Err(gone())),
        })
        .await??;
        self.reload().await.map(drop)
    }

    /// Tries photos with faults once more.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn retry_photos(self, id: OperationId) -> Result<(), Problem> {
        self.change(id, Operation::retry_photos).await?;
        self.reload().await?;
        self.send(true);
        Ok(())
    }

    /// Gives up photos that cannot be handed in; the record itself is on the server.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn give_up_photos(self, id: OperationId) -> Result<(), Problem> {
        self.change(id, Operation::give_up_photos).await?;
        self.reload().await.map(drop)
    }

    /// Asks the server what became of everything that is not settled.
    ///
    /// # Errors
    /// What the server or the network said.
    pub async fn ask_all(self) -> Result<(), Problem> {
        let author = self.author().ok_or(Problem::NotSignedIn)?;
        let all = self.reload().await?;
        let own: Vec<_> = all.iter().filter(|one| one.author.person == author.person).map(|one| one.id).collect();
        if !own.is_empty() {
            self.ask_status(&own).await?;
        }
        self.send(true);
        Ok(())
    }

    async fn ask_status(self, ids: &[OperationId]) -> Result<(), Problem> {
        let known: Vec<OperationStatus> = within(read_operation_status(ids.to_vec())).await?;
        for OperationStatus { operation, receipt } in known {
            self.change(operation, |one| one.on_status(receipt, now())).await?;
        }
        self.reload().await.map(drop)
    }

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
        let before = server_ahead_ms();
        match lane {
            Lane::Records => self.send_records(is_urgent).await,
            Lane::Photos => self.send_photos(is_urgent).await,
        }
        let ahead = server_ahead_ms();
        if (ahead - before).abs() > 1_000.0 {
            let _ = local::write(Store::Meta, CLOCK, &ahead).await;
        }
    }

    /// Hands in records in their order, each once a round.
    async fn send_records(self, is_urgent: bool) {
        let mut tried = BTreeSet::new();
        let mut failures = 0;
        while let Ok(all) = self.reload().await {
            let (who, waiting) = (self.author(), waiting(&all));
            let next = |one: &Operation| one.next(who.as_ref(), &waiting, now(), is_urgent);
            let first = |wanted| all.iter().find(|one| !tried.contains(&one.id) && next(one) == wanted);
            // New work goes before questions about old.
            let due = first(Next::Send).map(|one| (one.clone(), Next::Send));
            let due = due.or_else(|| first(Next::Ask).map(|one| (one.clone(), Next::Ask)));
            let Some((operation, next)) = due else { return };
            tried.insert(operation.id);
            let answer = match next {
                Next::Ask => match ask_after(operation.id).await {
                    Ok(receipt) => {
                        if self.change(operation.id, |one| one.on_status(receipt, now())).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    Err(answer) => answer,
                },
                _ => hand_over(&operation).await,
            };
            let is_signed_out = answer == Answer::SignedOut;
            failures = if matches!(answer, Answer::Later(Trouble::Network, _)) { failures + 1 } else { 0 };
            let is_filed = matches!(answer, Answer::Good(_));
            if self.change(operation.id, |one| one.on_answer(answer, now())).await.is_err() {
                return;
            }
            if is_signed_out {
                return self.session.expire();
            }
            if is_filed {
                self.run(Lane::Photos, false);
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
            let is_good = outcome == Upload::Answered(Answer::Good(()));
            let is_signed_out = outcome == Upload::Answered(Answer::SignedOut);
            if matches!(outcome, Upload::Answered(Answer::Later(..))) {
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

    /// Changes an operation as it lies on disk now, so that the two lanes never write over each other, and does in the same
    /// transaction what follows: a page that is killed on the way leaves nothing half done.
    async fn change(self, id: OperationId, edit: impl FnOnce(&mut Operation)) -> Result<Option<Operation>, Problem> {
        let changed = local::transact(&OF_OPERATION, async |tx| {
            let Some(mut operation) = read_in(tx, id).await? else { return Ok(None) };
            edit(&mut operation);
            let is_over = settle(tx, &operation).await?;
            if !is_over {
                tx.write(Store::Operations, &operation.key(), &operation)?;
            }
            Ok(Some((operation, is_over)))
        })
        .await?;
        let Some((operation, is_over)) = changed else { return Ok(None) };
        if is_over {
            self.delivered.try_update(|count| *count += 1);
        }
        Ok(Some(operation))
    }

    fn author(self) -> Option<Author> {
        let session = self.session;
        if untrack(move || session.is_expired()) {
            return None;
        }
        // Without a post nothing is made, but what was made goes out.
        let me = untrack(move || session.me())?;
        Some(Author::of(&me).unwrap_or_else(|| Author {
            person: me.id,
            name: me.name,
            post: domain::id::PostId(uuid::Uuid::nil()),
            post_title: String::new(),
        }))
    }

    /// Reads what is on its way, in the order of handing in.
    async fn reload(self) -> Result<Vec<Operation>, Problem> {
        let rows = local::texts(Store::Operations, "").await?;
        let mut all: Vec<Operation> = rows.iter().filter_map(|(_, text)| read_stored(text).ok()).collect();
        all.sort_by_key(|operation| operation.seq);
        let mut unknown = rows.len() - all.len();
        for (_, text) in local::texts(Store::Drafts, "").await? {
            unknown += usize::from(read_stored::<SavedDraft>(&text).is_err());
        }
        self.unknown.try_set(unknown);
        if self.operations.try_with_untracked(|shown| *shown != all).unwrap_or_default() {
            self.operations.set(all.clone());
        }
        self.is_read.try_set(true);
        Ok(all)
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
    Answered(Answer<()>),
    /// It lies on this phone no more.
    Gone,
}

async fn upload(photo: PhotoRef) -> Upload {
    let local = |reason: String| Upload::Answered(Answer::Later(Trouble::Local(reason), None));
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
async fn hand_over(operation: &Operation) -> Answer<Receipt> {
    let local = |reason: String| Answer::Later(Trouble::Local(reason), None);
    match local::look(&[Store::Envelopes], async |tx| tx.text(Store::Envelopes, &operation.key()).await).await {
        Ok(Some(bytes)) => wire::put_operation(operation.id, &bytes, false).await,
        Ok(None) => local("记录的内容读不出来".to_owned()),
        Err(problem) => local(problem.to_string()),
    }
}

/// What the server knows of an operation; else why it could not be asked, as an answer to it.
async fn ask_after(id: OperationId) -> Result<Option<Receipt>, Answer<Receipt>> {
    match within(read_operation_status(vec![id])).await {
        // An answer that says nothing of it is nobody's word that the server never saw it.
        Ok(known) => match known.into_iter().find(|status| status.operation == id) {
            Some(status) => Ok(status.receipt),
            None => Err(Answer::Later(Trouble::Network, None)),
        },
        Err(Problem::NotSignedIn) => Err(Answer::SignedOut),
        Err(Problem::TooMany { retry_after_s }) => Err(Answer::Later(Trouble::Busy, Some(retry_after_s))),
        Err(_) => Err(Answer::Later(Trouble::Network, None)),
    }
}

async fn size(hash: PhotoHash) -> Result<u32, Problem> {
    let gone = || Problem::conflict("有照片已不在本机（可能被系统清理），请重新拍摄后提交");
    let bytes = photos::bytes(hash).await?.ok_or_else(gone)?;
    Ok(bytes.dyn_into::<ArrayBuffer>().map(|buffer| buffer.byte_length()).unwrap_or_default())
}

/// Lays an operation on disk, in place of its draft: all in one transaction, or nothing.
async fn store(made: Made, draft: Option<&Saving>) -> Result<(), Problem> {
    let Made { mut operation, bytes } = made;
    let key = operation.key();
    let hashes: Vec<_> = operation.photos.iter().map(|photo| photo.hash).collect();
    let stores = [OF_OPERATION.as_slice(), &[Store::Meta]].concat();
    local::transact(&stores, async |tx| {
        if tx.get(Store::Operations, &key).await?.is_some() {
            return Ok(Err(Problem::conflict("这份内容已经提交，在待上传中")));
        }
        if let Some(saving) = draft {
            if saving.take(tx).await? != Claim::Ours {
                return Ok(Err(Problem::conflict("这份草稿已在另一窗口更新或提交，请返回后重新打开")));
            }
            let own = saving.draft.photos();
            photos::put_with(tx, &key, &own)?;
            photos::release_from(tx, &saving.draft.key(), &own).await?;
            tx.write(Store::Origins, &key, &SavedDraft::first(saving.draft.clone(), operation.queued_at))?;
        }
        operation.seq = tx.read::<u32>(Store::Meta, SEQ).await?.unwrap_or_default() + 1;
        tx.write(Store::Meta, SEQ, &operation.seq)?;
        tx.put(Store::Envelopes, &key, &wasm_bindgen::JsValue::from_str(&bytes))?;
        tx.write(Store::Operations, &key, &operation)?;
        Ok(Ok(()))
    })
    .await??;
    photos::unstage(&hashes);
    Ok(())
}

async fn read_in(tx: &Tx, id: OperationId) -> Result<Option<Operation>, Fault> {
    let text = tx.text(Store::Operations, &id.to_string()).await?;
    Ok(text.and_then(|text| read_stored(&text).ok()))
}

async fn read_operation(id: OperationId) -> Result<Option<Operation>, Problem> {
    local::look(&[Store::Operations], async |tx| read_in(tx, id).await).await
}

/// Lets go of what is proved to be on the server, photos and all, and opens the draft of what the office sent back, where
/// nothing lies in its place; whether the operation is over.
async fn settle(tx: &Tx, operation: &Operation) -> Result<bool, Fault> {
    match (operation.state(), &operation.stage) {
        (State::Delivered, Stage::Filed { receipt, .. }) => {
            let (title, name) = (operation.title.clone(), operation.name().to_owned());
            tx.write(Store::Receipts, &operation.key(), &Delivered { title, name, receipt: receipt.clone() })?;
            remove(tx, operation).await?;
            Ok(true)
        }
        // What has no draft has nothing to be set right: the inspection says all that its beginning said.
        (State::Returned(_) | State::Refused(_), _) if operation.kind == OperationKind::Begun.code() => {
            remove(tx, operation).await?;
            Ok(true)
        }
        (State::Returned(_), _) => Ok(reopen(tx, operation).await?.is_some()),
        _ => Ok(false),
    }
}

/// Puts an operation's draft in its place, and gives its address; `None`, and nothing done, where there is no way back or
/// another draft is there.
async fn reopen(tx: &Tx, operation: &Operation) -> Result<Option<String>, Fault> {
    let Some(origin) = tx.read::<SavedDraft>(Store::Origins, &operation.key()).await? else { return Ok(None) };
    let Some((draft, returned)) = operation.reopen(origin.draft, fresh_id) else { return Ok(None) };
    let (key, address, photos) = (draft.key(), draft.address(), draft.photos());
    if tx.get(Store::Drafts, &key).await?.is_some() {
        return Ok(None);
    }
    let saved = SavedDraft { returned, ..SavedDraft::first(draft, now()) };
    tx.write(Store::Drafts, &key, &saved)?;
    photos::put_with(tx, &key, &photos)?;
    remove(tx, operation).await?;
    Ok(Some(address))
}

/// Removes an operation and all that was kept for it.
async fn remove(tx: &Tx, operation: &Operation) -> Result<(), Fault> {
    let key = operation.key();
    let mut hashes: Vec<_> = operation.photos.iter().map(|photo| photo.hash).collect();
    // The draft behind it may hold photos that were not handed in.
    if let Some(origin) = tx.read::<SavedDraft>(Store::Origins, &key).await? {
        hashes.extend(origin.draft.photos());
    }
    hashes.sort_unstable();
    hashes.dedup();
    for store in [Store::Operations, Store::Envelopes, Store::Origins] {
        tx.delete(store, &key)?;
    }
    photos::release_from(tx, &key, &hashes).await
}

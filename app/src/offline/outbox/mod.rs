//! The outbox: what was handed in and is not yet proved to be on the server. [`super::operation`] decides, this acts.
//!
//! Records go in one lane, photos in another: a photo that stalls holds up no record. In each lane one window sends at a
//! time, when the network comes back, when the page comes to the front, and after each hand-in. Whoever asks for a round
//! gets one: what hangs is given up, and the lock of a window that sleeps is taken. Sending twice does no harm.

mod review;
mod send;
mod store;

use super::{
    autosave::Autosave,
    clock::recall_clock,
    draft::{Author, Draft},
    drafts::Saving,
    local::{self, Store},
    operation::{Body, HandIn, Made, Operation, Stage, State, needs_of, summary},
    storage, wire,
};
use crate::{
    api::operations::read_operation_status,
    ui::{format::now, patience::within, session::Session},
};
use domain::{
    Problem,
    id::{EnterpriseId, HazardId, OperationId},
    operation::{OperationStatus, PhotoRef},
};
use leptos::{ev, prelude::*, task::spawn_local};
use store::{OF_OPERATION, read_in, read_operation, remove, reopen, size};

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
    /// Counts what was found out about delivered ones.
    pub reviewed: RwSignal<u32>,
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
            reviewed: RwSignal::new(0),
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
        spawn_local(recall_clock());
        // Signing in again may set free what was held. Whoever opens the app wants all to be tried, whatever pause the last
        // failure began.
        Effect::new(move |previous: Option<()>| {
            outbox.session.state();
            outbox.send(previous.is_none() && window().navigator().on_line());
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

    /// The cures of this hazard that are on their way, and whether another may follow each; reactive.
    pub fn cures_of(self, hazard: HazardId) -> Vec<(OperationId, bool)> {
        self.operations.with(|all| {
            let cures = all.iter().filter(|operation| operation.cures(hazard));
            cures.map(|operation| (operation.id, operation.may_be_followed())).collect()
        })
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
            store::lay(made, Some(&saving)).await
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
        store::lay(made, None).await?;
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
        let all = self.operations.try_get_untracked().unwrap_or_default();
        let needs = needs_of(&all, id, body, enterprise);
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
        self.review(true).await?;
        self.send(true);
        Ok(())
    }

    async fn ask_status(self, ids: &[OperationId]) -> Result<(), Problem> {
        let known: Vec<OperationStatus> = within(read_operation_status(ids.to_vec())).await?;
        for OperationStatus { operation, receipt, unreadable } in known {
            self.change(operation, |one| {
                one.unreadable = unreadable;
                one.on_status(receipt, now());
            })
            .await?;
        }
        self.reload().await.map(drop)
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
}

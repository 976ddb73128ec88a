//! The gate and its permits: no data without one.

use crate::{
    Action, Work,
    actions::{Acts, Operator, System},
    bucket::{Bucket, HeldPace},
    checklists,
    sms::SmsGateway,
    space::Reserve,
};
use domain::{
    Problem,
    id::{ImportId, PersonId},
    login::STRANGERS_TRIES,
    person::Post,
    region::RegionCode,
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    error::Error,
    io,
    marker::PhantomData,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
    time::Duration,
};
use store::{Db, Scope, StoreError, Tx, audit::NewAuditRow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long noting the use of a session may wait for the writer.
const TOUCH_TIMEOUT: Duration = Duration::from_secs(10);

/// Tells the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the services are set to.
#[derive(Clone, Debug)]
pub struct Config {
    /// Demonstration mode: the login page shows the code.
    pub is_demo: bool,
    /// Where workbooks wait between their check and 确认导入.
    pub imports: PathBuf,
    /// The room that is left free on the disk.
    pub reserve: Reserve,
}

impl Config {
    /// Where an import's workbook waits.
    pub(crate) fn workbook(&self, id: ImportId) -> PathBuf {
        self.imports.join(format!("{id}.workbook"))
    }
}

/// The only maker of permits; holds what services need. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    db: Db,
    clock: Clock,
    sms: Arc<dyn SmsGateway>,
    config: Arc<Config>,
    checklists: Arc<checklists::ChecklistCache>,
    /// Wrong tries at codes, of browsers that have not signed in with the number.
    strangers_tries: Arc<Bucket>,
    /// Rows of the audit log about who was refused.
    refusals: Arc<Bucket>,
    held: Arc<HeldPace>,
    /// Workbooks on their way in, by whose they are.
    uploads: Arc<Mutex<HashMap<PersonId, usize>>>,
    /// Reading or writing a workbook takes a core, and memory.
    workbooks: Arc<Semaphore>,
    known: Arc<KnownSessions>,
}

/// Sessions that were good a moment ago, which may wait for the writer: there they are looked up again, and that counts.
#[derive(Default)]
struct KnownSessions(Mutex<HashMap<String, Timestamp>>);

impl KnownSessions {
    const MOST: usize = 10_000;
    const SECONDS: i64 = 60;

    fn has(&self, token_hash: &str, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(token_hash).is_some_and(|at| (0..Self::SECONDS).contains(&now.seconds_since(*at)))
    }

    fn note(&self, token_hash: &str, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(token_hash.to_owned(), now);
    }
}

/// Leave to do `W`, once: the caller, the scope, the time and the transaction.
///
/// Dropped without [`commit`](Self::commit) it leaves nothing behind.
pub struct Permit<W: Work> {
    pub(crate) tx: Tx,
    pub(crate) caller: W::Caller,
    pub(crate) now: Timestamp,
    pub(crate) config: Arc<Config>,
    pub(crate) checklists: Arc<checklists::ChecklistCache>,
    pub(crate) held: Arc<HeldPace>,
    work: PhantomData<W>,
}

impl Gate {
    /// A gate to this database.
    pub fn new(db: Db, clock: Clock, sms: Arc<dyn SmsGateway>, config: Config) -> Self {
        let bucket = || Arc::new(Bucket::new(STRANGERS_TRIES));
        let (strangers_tries, refusals) = (bucket(), bucket());
        let workbooks = Arc::new(Semaphore::new(available_parallelism().map_or(2, usize::from)));
        let (config, checklists) = (Arc::new(config), Arc::default());
        let (known, held, uploads) = Default::default();
        Self { db, clock, sms, config, checklists, strangers_tries, refusals, held, uploads, workbooks, known }
    }

    /// A permit for `A`, if the session's current post may do it.
    ///
    /// # Errors
    /// [`Problem::NotSignedIn`] or [`Problem::Forbidden`].
    pub async fn permit<A: Action>(&self, token: Option<&str>) -> Result<Permit<A>, Problem> {
        if A::WRITES && self.db.has_one_writer() {
            // Nobody waits in line for the one writer who has no session.
            self.check_session(token).await?;
        }
        let hash = token_hash(token.ok_or(Problem::NotSignedIn)?);
        let mut tx = self.begin::<A>().await?;
        // Only now, for it may have stood in line: what is written is of this time, and phones look for it by that.
        let now = self.now();
        let caller = store::sessions::caller(&mut tx, &hash, now).await.map_err(internal)?;
        let caller = caller.ok_or(Problem::NotSignedIn)?;
        if !A::ACTION.who().includes(caller.post.as_ref()) {
            let post = caller.post.as_ref().map_or_else(|| "无岗位".to_owned(), Post::title);
            return Err(Problem::Forbidden { post, action: A::ACTION.verb().to_owned() });
        }
        if caller.is_stale {
            self.touch_later(hash, now);
        }
        Ok(self.issue(tx, caller, now))
    }

    /// Whether this is a session, before anything is taken of whoever brings it. One that was good a moment ago is believed:
    /// the permit looks again.
    ///
    /// # Errors
    /// [`Problem::NotSignedIn`].
    pub async fn check_session(&self, token: Option<&str>) -> Result<(), Problem> {
        let (hash, now) = (token_hash(token.ok_or(Problem::NotSignedIn)?), self.now());
        if !self.known.has(&hash, now) {
            let mut tx = self.db.read().await.map_err(internal)?;
            store::sessions::caller(&mut tx, &hash, now).await.map_err(internal)?.ok_or(Problem::NotSignedIn)?;
            self.known.note(&hash, now);
        }
        Ok(())
    }

    /// Notes beside the work that a session is in use: reading must neither wait for the writer nor fail with it, and
    /// nothing that takes long may hold the session. Where it fails, the next use notes it.
    fn touch_later(&self, token_hash: String, now: Timestamp) {
        let db = self.db.clone();
        tokio::spawn(async move {
            let touching = async {
                let mut tx = db.write().await?;
                store::sessions::touch(&mut tx, &token_hash, now).await?;
                tx.commit().await
            };
            match tokio::time::timeout(TOUCH_TIMEOUT, touching).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(error = &error as &dyn Error, "the use of a session was not noted"),
                Err(_) => tracing::warn!("the use of a session was not noted in time"),
            }
        });
    }

    /// A permit for what the server does by itself, in a job of this name.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails.
    pub async fn system<W: Work<Caller = System>>(&self, job: &'static str) -> Result<Permit<W>, Problem> {
        Ok(self.issue(self.begin::<W>().await?, System(job), self.now()))
    }

    /// A permit for whoever runs the server, who called this command.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails.
    pub async fn operator<W: Work<Caller = Operator>>(&self, command: &'static str) -> Result<Permit<W>, Problem> {
        Ok(self.issue(self.begin::<W>().await?, Operator(command), self.now()))
    }

    async fn begin<W: Work>(&self) -> Result<Tx, Problem> {
        let tx = match W::WRITES {
            true if W::IS_LONG => self.db.write_alone().await,
            true => self.db.write().await,
            false => self.db.read().await,
        };
        tx.map_err(internal)
    }

    fn issue<W: Work>(&self, tx: Tx, caller: W::Caller, now: Timestamp) -> Permit<W> {
        let (config, checklists, held) = (self.config.clone(), self.checklists.clone(), self.held.clone());
        Permit { tx, caller, now, config, checklists, held, work: PhantomData }
    }

    /// Whether the database reads and writes ([`Db::check`]).
    ///
    /// # Errors
    /// When it does not.
    pub async fn check_health(&self) -> Result<(), StoreError> {
        self.db.check().await
    }

    /// Waits for a core to read or write a workbook; it is free again when the answer is dropped. Nobody waits for it who
    /// holds the writer.
    #[expect(clippy::missing_panics_doc, reason = "it never does: the semaphore is never closed")]
    pub async fn workbook_core(&self) -> OwnedSemaphorePermit {
        self.workbooks.clone().acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Now, by the clock that the gate was made with.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What the services were set to at the start.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn sms(&self) -> &dyn SmsGateway {
        &*self.sms
    }

    pub(crate) fn strangers_tries(&self) -> &Bucket {
        &self.strangers_tries
    }

    pub(crate) fn refusals(&self) -> &Bucket {
        &self.refusals
    }

    /// Counts a workbook of this person that is on its way in, until what this gives is dropped; and how many others are.
    pub(crate) fn upload(&self, person: PersonId) -> (Upload, usize) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let number = uploads.entry(person).or_default();
        *number += 1;
        (Upload { uploads: self.uploads.clone(), person }, *number - 1)
    }
}

/// A workbook on its way in: from before its first byte until it waits for 确认导入 or is gone.
#[derive(Debug)]
pub struct Upload {
    uploads: Arc<Mutex<HashMap<PersonId, usize>>>,
    person: PersonId,
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = uploads.get_mut(&self.person) {
            *number -= 1;
            if *number == 0 {
                uploads.remove(&self.person);
            }
        }
    }
}

impl<A: Action> Permit<A> {
    /// The caller's person.
    pub(crate) fn person(&self) -> PersonId {
        self.caller.person
    }

    /// The current post. Only for actions that need one, by the table of rights.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] where the action is open to people without a post.
    pub(crate) fn post(&self) -> Result<&Post, Problem> {
        let forbidden = || Problem::Forbidden { post: "无岗位".into(), action: A::ACTION.verb().into() };
        self.caller.post.as_ref().ok_or_else(forbidden)
    }

    /// The visible scope: the current post's region and all below it. `wanted` narrows it, and never widens it.
    ///
    /// It has all types of enterprises. Where an administrator will have turned on that departments see only those that they
    /// are responsible for (Q24), the gate reads that setting with the caller, and here it becomes [`Scope::of_types`]; a
    /// phone's cursor (`changes`) must then begin anew when the types are others.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when `wanted` lies outside.
    pub(crate) fn scope(&self, wanted: Option<RegionCode>) -> Result<Scope, Problem> {
        let own = granted(self.post()?.region);
        match wanted {
            Some(region) => own.within(region).ok_or_else(|| Problem::not_found("地区")),
            None => Ok(own),
        }
    }

    /// Ends a write as [`commit_at`](Permit::commit_at) does, in the region of the current post.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails; then nothing was done.
    pub(crate) async fn commit(self, subject: &str, detail: &str) -> Result<(), Problem> {
        let region = self.caller.post.as_ref().map_or(RegionCode::NATION, |post| post.region);
        self.commit_at(region, subject, detail).await
    }
}

impl<W: Work> Permit<W> {
    /// Ends a write: the audit row, then commit. When this returns, everything is on disk.
    ///
    /// `subject` is what it was done to (an id or a name), `detail` what changed; neither holds a phone number or code.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails; then nothing was done.
    pub(crate) async fn commit_at(mut self, region: RegionCode, subject: &str, detail: &str) -> Result<(), Problem> {
        self.note(region, subject, detail).await?;
        self.tx.commit().await.map_err(internal)
    }

    /// Leaves a trace of one thing of several, in the region of its own.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails.
    pub(crate) async fn note(&mut self, region: RegionCode, subject: &str, detail: &str) -> Result<(), Problem> {
        let row = NewAuditRow { at: self.now, actor: self.caller.actor(), region, action: W::name(), subject, detail };
        store::audit::append(&mut self.tx, &row).await.map_err(internal)
    }

    /// Ends a write that needs no trace of its own: a session in use, a copy that came again.
    pub(crate) async fn finish(self) -> Result<(), Problem> {
        self.tx.commit().await.map_err(internal)
    }

    /// Where an import's workbook waits.
    pub(crate) fn workbook(&self, id: ImportId) -> PathBuf {
        self.config.workbook(id)
    }

    /// What a post reached when something was done from it in the field: of every type, for what was done was allowed, and no
    /// setting of an office takes it away.
    pub(crate) fn reach_of(post: &Post) -> Scope {
        granted(post.region)
    }
}

/// The one place where a scope begins.
#[expect(clippy::disallowed_methods, reason = "this is the permit, which makes scopes")]
fn granted(region: RegionCode) -> Scope {
    Scope::granted(region)
}

/// The hash under which a token is kept.
pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Runs what answers a request; the answer leaves when everything that it may rest on is on disk ([`store::settled`]).
///
/// # Errors
/// [`Problem::NoSpace`] or [`Problem::Internal`] when that did not come to pass.
pub async fn settled<F: Future>(answering: F) -> Result<F::Output, Problem> {
    store::settled(answering).await.map_err(internal)
}

/// Logs a failure of the store, or of a file, once and hides it behind an id that the person can quote. A full disk is
/// told as it is; what the engine undid for another's sake is told as no answer, for it is done when asked for again.
pub(crate) fn internal(error: impl Error + 'static) -> Problem {
    if is_full(&error) {
        tracing::error!(error = &error as &dyn Error, "the disk is full");
        return Problem::NoSpace;
    }
    if has(&error, StoreError::is_conflict) {
        tracing::warn!(error = &error as &dyn Error, "the engine asked to do it again");
        return Problem::Unreachable;
    }
    let request_id = hex::encode(rand::random::<[u8; 4]>());
    tracing::error!(problem = %request_id, error = %error, "the store or a file failed");
    Problem::Internal { request_id }
}

/// Whether a failure comes from a disk on which nothing more fits.
pub fn is_full(error: &(dyn Error + 'static)) -> bool {
    has(error, StoreError::is_full) || has(error, |error: &io::Error| error.kind() == io::ErrorKind::StorageFull)
}

/// Whether an error, or what caused it, is one of these.
fn has<E: Error + 'static>(error: &(dyn Error + 'static), is_one: impl Fn(&E) -> bool) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.any(|cause| cause.downcast_ref::<E>().is_some_and(&is_one))
}

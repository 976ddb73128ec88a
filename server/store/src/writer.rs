//! The one writer of the embedded engine.
//!
//! A task owns the connection and hands it to one transaction at a time. Those that wait meanwhile get it within the same
//! transaction of the engine, each behind a savepoint, and all are answered after one commit: the disk is waited for
//! once. A transaction that nobody waits behind is committed at once, as if it were alone.
//!
//! A connection whose state is not certain any more (a full disk rolls back by itself, or not) is replaced, and whoever
//! was in the transaction is told that nothing was done.

use crate::{Result, StoreError};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    cell::RefCell,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

/// How many transactions wait for one commit at most: the first must not wait for ever.
const MOST_TOGETHER: usize = 64;
/// How long a transaction waits in line.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long whoever asks whether the writer works waits in line.
const ASKING: Duration = Duration::from_secs(1);
/// How long a connection in doubt may take to close.
const CLOSING: Duration = Duration::from_secs(10);

/// The line before the writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    line: mpsc::UnboundedSender<Request>,
    /// Since when one transaction has the connection.
    lent: watch::Receiver<Option<Instant>>,
}

#[derive(Debug)]
enum Request {
    Write { is_alone: bool, lease: oneshot::Sender<Result<Lease>> },
    Close(oneshot::Sender<()>),
}

/// The connection, lent to one transaction. Dropped without [`commit`](Self::commit) it is rolled back.
#[derive(Debug)]
pub(crate) struct Lease {
    /// There until it is given back.
    connection: Option<SqliteConnection>,
    back: Option<oneshot::Sender<Returned>>,
    /// The transaction of others that this one looked into before it was on disk.
    rests_on: Option<watch::Receiver<Outcome>>,
}

#[derive(Debug)]
enum Returned {
    Done(SqliteConnection, oneshot::Sender<Result<()>>),
    Dropped(SqliteConnection),
}

/// What became of a transaction of the engine.
#[derive(Clone, Debug)]
enum Outcome {
    Open,
    OnDisk,
    Failed(Arc<sqlx::Error>),
}

tokio::task_local! {
    /// What this task looked into and then wrote nothing.
    static LOOKED_INTO: RefCell<Vec<watch::Receiver<Outcome>>>;
}

/// Runs what answers a request, and gives the answer when everything is on disk that it may rest on. A transaction can see
/// what others wrote in the same group before it is committed; one that ends without a commit of its own (a copy that
/// came again, a conflict) would else answer from what may still be lost.
///
/// # Errors
/// When what it looked into did not reach the disk: the answer is not true then.
pub async fn settled<F: Future>(answering: F) -> Result<F::Output> {
    let looking = async {
        let answer = answering.await;
        (answer, LOOKED_INTO.with(RefCell::take))
    };
    let (answer, looked_into) = LOOKED_INTO.scope(RefCell::default(), looking).await;
    for mut outcome in looked_into {
        let ended = outcome.wait_for(|outcome| !matches!(outcome, Outcome::Open)).await;
        match ended.as_deref() {
            Ok(Outcome::OnDisk) => {}
            Ok(Outcome::Failed(why)) => return Err(StoreError::NotCommitted(why.clone())),
            Ok(Outcome::Open) | Err(_) => return Err(closed()),
        }
    }
    Ok(answer)
}

fn closed() -> StoreError {
    sqlx::Error::PoolClosed.into()
}

impl Writer {
    /// A writer that opens its connection when the first asks for it.
    pub(crate) fn start(options: SqliteConnectOptions) -> Self {
        let (line, requests) = mpsc::unbounded_channel();
        let (lending, lent) = watch::channel(None);
        tokio::spawn(serve(options, requests, lending));
        Self { line, lent }
    }

    /// Whether it writes: a write of its own that changes nothing, or, when that does not get its turn soon, another's that
    /// has not taken too long yet.
    pub(crate) async fn check(&self) -> Result<()> {
        let Ok(lease) = timeout(ASKING, self.lend(false)).await else {
            let is_in_use = self.lent.borrow().is_some_and(|since| since.elapsed() < PATIENCE);
            return if is_in_use { Ok(()) } else { Err(sqlx::Error::PoolTimedOut.into()) };
        };
        let mut lease = lease?;
        lease.connection_mut().execute("pragma user_version = 0").await?;
        lease.commit().await
    }

    /// Waits in line for the connection. `is_alone` shares its transaction with nobody.
    pub(crate) async fn lend(&self, is_alone: bool) -> Result<Lease> {
        let (lease, lent) = oneshot::channel();
        self.line.send(Request::Write { is_alone, lease }).map_err(|_| closed())?;
        match timeout(PATIENCE, lent).await {
            Ok(Ok(lease)) => lease,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    /// Closes the connection after all who are in line; nobody comes after.
    pub(crate) async fn close(&self) {
        let (answer, is_closed) = oneshot::channel();
        if self.line.send(Request::Close(answer)).is_ok() {
            // An error says that the task is gone, and the connection with it.
            is_closed.await.ok();
        }
    }
}

impl Lease {
    pub(crate) async fn commit(mut self) -> Result<()> {
        let (answer, committed) = oneshot::channel();
        if let (Some(connection), Some(back)) = (self.connection.take(), self.back.take()) {
            // Nobody takes it only when the task is gone; the answer's other end is dropped with it.
            back.send(Returned::Done(connection, answer)).ok();
        }
        committed.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(crate) fn connection(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("only commit and drop give it back, and they end the lease")
    }

    pub(crate) fn connection_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("only commit and drop give it back, and they end the lease")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (Some(connection), Some(back)) = (self.connection.take(), self.back.take()) {
            back.send(Returned::Dropped(connection)).ok();
            if let Some(rests_on) = self.rests_on.take() {
                // Outside of `settled` there is no answer to hold back.
                LOOKED_INTO.try_with(|all| all.borrow_mut().push(rests_on)).ok();
            }
        }
    }
}

/// Serves the line until it is closed.
async fn serve(
    options: SqliteConnectOptions,
    mut line: mpsc::UnboundedReceiver<Request>,
    lending: watch::Sender<Option<Instant>>,
) {
    let mut held: Option<SqliteConnection> = None;
    let mut next = None;
    loop {
        let request = match next.take() {
            Some(request) => request,
            None => match line.recv().await {
                Some(request) => request,
                None => return,
            },
        };
        let (is_alone, lease) = match request {
            Request::Write { is_alone, lease } => (is_alone, lease),
            Request::Close(answer) => {
                if let Some(connection) = held.take() {
                    close(connection).await;
                }
                answer.send(()).ok();
                return;
            }
        };
        if lease.is_closed() {
            continue;
        }
        let begun = match held.take() {
            Some(connection) => begin(connection).await,
            None => match options.connect().await {
                Ok(connection) => begin(connection).await,
                Err(error) => Err(error),
            },
        };
        match begun {
            Ok(connection) => {
                let mut group = Group::new(&lending);
                next = group.run(connection, lease, is_alone, &mut line).await;
                held = group.end().await;
            }
            Err(error) => {
                lease.send(Err(error.into())).ok();
            }
        }
    }
}

async fn begin(mut connection: SqliteConnection) -> sqlx::Result<SqliteConnection> {
    match connection.execute("begin immediate").await {
        Ok(_) => Ok(connection),
        Err(error) => {
            close(connection).await;
            Err(error)
        }
    }
}

/// Closes a connection, which rolls back what it has open.
async fn close(connection: SqliteConnection) {
    match timeout(CLOSING, connection.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the writer's connection closed badly");
        }
        Err(_) => tracing::warn!("the writer's connection does not close"),
    }
}

/// The transactions that share one of the engine's.
struct Group<'a> {
    lending: &'a watch::Sender<Option<Instant>>,
    /// Where it is while nobody has it; with what went wrong, if it did.
    connection: Option<SqliteConnection>,
    doubt: Option<sqlx::Error>,
    /// Whether a savepoint was set.
    is_marked: bool,
    /// Those that are done and wait for the commit.
    done: Vec<oneshot::Sender<Result<()>>>,
    outcome: watch::Sender<Outcome>,
}

impl<'a> Group<'a> {
    fn new(lending: &'a watch::Sender<Option<Instant>>) -> Self {
        let outcome = watch::Sender::new(Outcome::Open);
        Self { lending, connection: None, doubt: None, is_marked: false, done: Vec::new(), outcome }
    }

    /// Lends the connection to the first, and to those who wait, one after the other. Gives back whom it took out of the
    /// line and did not serve.
    async fn run(
        &mut self,
        connection: SqliteConnection,
        first: oneshot::Sender<Result<Lease>>,
        is_alone: bool,
        line: &mut mpsc::UnboundedReceiver<Request>,
    ) -> Option<Request> {
        self.connection = Some(connection);
        self.serve_one(first).await;
        while !is_alone && !self.done.is_empty() && self.doubt.is_none() && self.done.len() < MOST_TOGETHER {
            match line.try_recv() {
                Ok(Request::Write { is_alone: false, lease }) if lease.is_closed() => {}
                Ok(Request::Write { is_alone: false, lease }) => self.serve_one(lease).await,
                Ok(other) => return Some(other),
                Err(_) => break,
            }
        }
        None
    }

    /// One transaction, behind a savepoint where others are done already.
    async fn serve_one(&mut self, lease: oneshot::Sender<Result<Lease>>) {
        let has_savepoint = !self.done.is_empty();
        if has_savepoint {
            // What the one before did stays, and the commit ends the last one's.
            let sql = if self.is_marked { "release one; savepoint one" } else { "savepoint one" };
            self.execute(sql).await;
            self.is_marked = true;
        }
        let Some(connection) = self.connection.take() else {
            lease.send(Err(closed())).ok();
            return;
        };
        let (back, returned) = oneshot::channel();
        let rests_on = has_savepoint.then(|| self.outcome.subscribe());
        // One that nobody waits for any more comes back by being dropped.
        self.lending.send_replace(Some(Instant::now()));
        lease.send(Ok(Lease { connection: Some(connection), back: Some(back), rests_on })).ok();
        let returned = returned.await;
        self.lending.send_replace(None);
        match returned {
            Ok(Returned::Done(connection, answer)) => {
                self.connection = Some(connection);
                self.done.push(answer);
            }
            Ok(Returned::Dropped(connection)) => {
                self.connection = Some(connection);
                if has_savepoint {
                    self.execute("rollback to one").await;
                } else {
                    self.execute("rollback").await;
                }
            }
            Err(_) => self.doubt = Some(sqlx::Error::WorkerCrashed),
        }
    }

    /// Runs a word of control; one that fails puts the connection in doubt.
    async fn execute(&mut self, sql: &'static str) {
        if let Some(mut connection) = self.connection.take() {
            // A commit takes its time too: that it is under way is no sign of illness.
            self.lending.send_replace(Some(Instant::now()));
            let done = connection.execute(sql).await;
            self.lending.send_replace(None);
            match done {
                Ok(_) => self.connection = Some(connection),
                Err(error) => {
                    close(connection).await;
                    self.doubt = Some(error);
                }
            }
        }
    }

    /// Commits, and answers everyone. Gives the connection back, unless it is in doubt.
    async fn end(mut self) -> Option<SqliteConnection> {
        if !self.done.is_empty() && self.doubt.is_none() {
            self.execute("commit").await;
        }
        let outcome = match self.doubt.take() {
            None => Outcome::OnDisk,
            Some(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the writer's connection was in doubt and is replaced"
                );
                Outcome::Failed(Arc::new(error))
            }
        };
        for answer in mem::take(&mut self.done) {
            let result = match &outcome {
                Outcome::Failed(why) => Err(StoreError::NotCommitted(why.clone())),
                Outcome::OnDisk | Outcome::Open => Ok(()),
            };
            // Whoever is gone is told by its copy.
            answer.send(result).ok();
        }
        self.outcome.send_replace(outcome);
        self.connection.take()
    }
}

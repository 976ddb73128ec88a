//! Bodies that are streamed in: counted, with a deadline by progress, and what they hold of the memory.

use crate::share::Shares;
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use domain::Problem;
use futures::TryStreamExt;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

/// How long a sender may keep us waiting; what arrives earns time again, up to this.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that earn a millisecond: half of what a phone counts on that still waits for the answer.
const SLOWEST: u64 = 4;
/// How long a body on its way in waits for memory: until those who stopped sending have lost theirs.
const WAITING: Duration = Duration::from_secs(PATIENCE.as_secs() + 5);
/// Of how many parts of the memory one session may have no more than one.
const PARTS: usize = 4;

/// The memory that bodies of some kind may take together on their way in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Budget {
    all: Arc<Semaphore>,
    /// By the token of the session.
    shares: Shares<String>,
}

impl Budget {
    /// So many bytes, of which one session takes no more than a quarter.
    pub fn new(bytes: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(bytes)), shares: Shares::new(bytes / PARTS) }
    }

    /// The memory of a body that is about to come in from a session: none yet.
    pub fn memory(&self, token: Option<&str>) -> Memory {
        let share = self.shares.of(token.unwrap_or_default().to_owned());
        Memory { share, all: self.all.clone(), taken: None }
    }
}

/// The memory that a body takes on its way in: what was received of it, not what was announced. It is given back when
/// this is dropped.
#[derive(Debug)]
pub struct Memory {
    share: Arc<Semaphore>,
    all: Arc<Semaphore>,
    taken: Option<[OwnedSemaphorePermit; 2]>,
}

impl Memory {
    /// Waits until there is room for so many bytes more; not for ever, for all who hold some may be waiting.
    ///
    /// # Errors
    /// [`Problem::Unreachable`] when there is none: the sender comes again.
    pub async fn take(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = u32::try_from(bytes).map_err(|_| Problem::Unreachable)?;
        let more = timeout(WAITING, async {
            let own = self.share.clone().acquire_many_owned(bytes).await?;
            Ok::<_, AcquireError>([own, self.all.clone().acquire_many_owned(bytes).await?])
        });
        let more = more.await.map_err(|_| Problem::Unreachable)?.expect("the semaphores are never closed");
        match &mut self.taken {
            Some(taken) => taken.iter_mut().zip(more).for_each(|(taken, more)| taken.merge(more)),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

/// A body on its way in. Only the time that its sender takes counts, not what the server does with what has come.
pub struct Incoming {
    stream: BodyDataStream,
    /// What it is, and how many bytes of it are taken.
    what: &'static str,
    limit: usize,
    /// Bytes that are told to come, or have come.
    size: usize,
    received: usize,
    /// The time that its sender has left.
    left: Duration,
}

impl Incoming {
    /// A body of `what`, of which so many bytes are taken.
    pub fn new(body: Body, headers: &HeaderMap, what: &'static str, limit: usize) -> Self {
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
        let (stream, size) = (body.into_data_stream(), announced.unwrap_or_default());
        Self { stream, what, limit, size, received: 0, left: PATIENCE }
    }

    /// What comes next, if anything does.
    ///
    /// # Errors
    /// [`Problem::TooLarge`]; [`Problem::Unreachable`] when the sender is gone, or as good as: it sends again.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        self.check_size()?;
        let chunk = self.chunk().await?;
        self.check_size()?;
        Ok(chunk)
    }

    /// All of it, within this memory.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`Memory::take`].
    pub async fn read(&mut self, memory: &mut Memory) -> Result<Bytes, Problem> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            memory.take(chunk.len()).await?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// How many bytes are told to come, or have come.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether no more is told to come than is taken.
    ///
    /// # Errors
    /// [`Problem::TooLarge`].
    pub fn check_size(&self) -> Result<(), Problem> {
        if self.size <= self.limit {
            return Ok(());
        }
        let limit_mb = u32::try_from(self.limit / 1024 / 1024).unwrap_or(u32::MAX);
        Err(Problem::TooLarge { what: self.what.into(), limit_mb })
    }

    /// Reads what is left, up to the limit once more, and throws it away: a connection that is cut while the other side
    /// still sends loses the answer.
    pub async fn drain(mut self) {
        let most = self.received + self.limit;
        while self.received < most && matches!(self.chunk().await, Ok(Some(_))) {}
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        let asked = Instant::now();
        let chunk = timeout(self.left, self.stream.try_next()).await;
        self.left = self.left.saturating_sub(asked.elapsed());
        let chunk = chunk.map_err(|_| Problem::Unreachable)?.map_err(|_| Problem::Unreachable)?;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.received += length;
        self.size = self.size.max(self.received);
        self.left = PATIENCE.min(self.left + Duration::from_millis(length as u64 / SLOWEST));
        Ok(chunk)
    }
}

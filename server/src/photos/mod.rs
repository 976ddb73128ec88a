//! Where photos are kept: a folder, or a bucket of an S3-compatible store. Each under the hash of the bytes that the
//! phone sent, cleaned; beside it its thumbnail, once somebody looked. Who may see which is decided by
//! `services::photos`.

mod jpeg;
pub mod picture;
pub mod routes;
mod sweep;

use crate::{
    answer::internal,
    body::{Budget, Memory},
};
use anyhow::Context;
use bytes::Bytes;
use domain::{
    Problem,
    photo::{LARGEST_PHOTO, PhotoHash},
};
use futures::TryStreamExt;
use object_store::{GetResult, ObjectStore, ObjectStoreExt, local::LocalFileSystem, path::Path, prefix::PrefixStore};
use services::photos::Proof;
use std::{
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    thread::available_parallelism,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The most memory that photos on their way in may take together, in bytes.
const MOST_MEMORY: usize = 16 * LARGEST_PHOTO;

/// Of a thread that runs when no other wants to.
#[cfg(target_os = "linux")]
const LOWEST_PRIORITY: i32 = 19;

/// The keeper of photos; cheap to clone.
#[derive(Clone, Debug)]
pub struct Photos {
    store: Arc<dyn ObjectStore>,
    /// Where the store is a folder: which one.
    folder: Option<PathBuf>,
    /// Of those on their way in.
    memory: Budget,
    /// Decoding takes a core each.
    cores: Arc<Semaphore>,
}

/// A photo on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The size of the cleaned file.
    pub size_bytes: i64,
    /// The hash of the cleaned file, which differs from that of what was sent where it told more than the picture.
    pub kept_hash: PhotoHash,
    /// Its media type.
    pub media_type: &'static str,
}

impl Photos {
    /// Opens a folder (made when missing) or `s3://bucket/prefix`, which takes its keys from the `AWS_…` variables of the
    /// process.
    ///
    /// # Errors
    /// When the folder cannot be made, or the address names no store that is known.
    pub fn open(place: &str, variables: impl IntoIterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let store: Arc<dyn ObjectStore> = if place.contains("://") {
            crate::tls::choose_provider();
            let url = place.parse().with_context(|| format!("{place} is no address"))?;
            let keys = variables
                .into_iter()
                .filter(|(name, _)| name.starts_with("AWS_"))
                .map(|(name, value)| (name.to_ascii_lowercase(), value));
            let (store, prefix) = object_store::parse_url_opts(&url, keys)?;
            Arc::new(PrefixStore::new(store, prefix))
        } else {
            std::fs::create_dir_all(FilePath::new(place)).with_context(|| format!("cannot make the folder {place}"))?;
            Arc::new(LocalFileSystem::new_with_prefix(place)?.with_fsync(true))
        };
        let cores = available_parallelism().map_or(2, usize::from);
        let folder = (!place.contains("://")).then(|| PathBuf::from(place));
        Ok(Self { store, folder, memory: Budget::new(MOST_MEMORY), cores: Arc::new(Semaphore::new(cores)) })
    }

    /// The memory of a photo that is about to come in from a session.
    pub(crate) fn memory(&self, token: Option<&str>) -> Memory {
        self.memory.memory(token)
    }

    /// Checks and keeps a photo. When this returns, it is on disk; a second time changes nothing.
    ///
    /// # Errors
    /// [`Problem::BadPhoto`] when the bytes are no picture or not those of the hash.
    #[expect(clippy::missing_panics_doc, reason = "it never does: a photo is far below 8 EB")]
    pub async fn keep(&self, hash: PhotoHash, bytes: Bytes) -> Result<Kept, Problem> {
        let reading = work(self.core().await, move || {
            if PhotoHash::of(&bytes) != hash {
                return Err(Problem::BadPhoto { message: "照片在传输中损坏，请重新上传".into() });
            }
            let picture = picture::read(&bytes)?;
            let kept_hash = if picture.bytes == bytes { hash } else { PhotoHash::of(&picture.bytes) };
            Ok((picture, kept_hash))
        });
        let (picture, kept_hash) = reading.await?;
        let size_bytes = i64::try_from(picture.bytes.len()).expect("a photo is far below 8 EB");
        self.put(&whole(hash), picture.bytes).await?;
        Ok(Kept { size_bytes, kept_hash, media_type: picture.media_type })
    }

    /// Opens a photo for reading.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is not here.
    pub async fn get(&self, hash: PhotoHash) -> Result<GetResult, Problem> {
        self.find(&whole(hash)).await?.ok_or_else(|| Problem::not_found("照片"))
    }

    /// A JPEG of the photo, at most 400 pixels long. It is made when it is first looked at: most photos never are, and
    /// an inspector need not wait for it.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when the photo is not here.
    pub async fn thumbnail(&self, hash: PhotoHash) -> Result<Bytes, Problem> {
        let unread = |error| internal("a photo could not be read", &error);
        if let Some(made) = self.find(&thumbnail(hash)).await? {
            return made.bytes().await.map_err(unread);
        }
        // The core comes first, so that no more photos lie in memory than are worked on.
        let core = self.core().await;
        let photo = self.get(hash).await?.bytes().await.map_err(unread)?;
        let made = work(core, move || picture::thumbnail(&photo)).await?;
        self.put(&thumbnail(hash), made.clone()).await?;
        Ok(made)
    }

    /// Decodes a photo that was taken in, and makes its thumbnail of it: what passes, a browser shows. Nobody waits for it,
    /// so that it takes of the processor only what is left.
    ///
    /// # Errors
    /// When the place fails; what cannot be decoded is an answer, and none.
    pub async fn prove(&self, hash: PhotoHash) -> Result<Proof, Problem> {
        if self.find(&thumbnail(hash)).await?.is_some() {
            return Ok(Proof::Picture);
        }
        let photo = self.get(hash).await?.bytes().await;
        let photo = photo.map_err(|error| internal("a photo could not be read", &error))?;
        match idle(move || picture::thumbnail(&photo)).await {
            Ok(made) => self.put(&thumbnail(hash), made).await.map(|()| Proof::Picture),
            Err(Problem::BadPhoto { .. }) => Ok(Proof::Unreadable),
            Err(other) => Err(other),
        }
    }

    /// Removes what a kill left of photos that were being written: files beside them, named `…#1`.
    ///
    /// # Errors
    /// When the folder cannot be read. A bucket has no such files.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let sweeping = tokio::task::spawn_blocking(move || sweep::leftovers(&folder));
        let swept = sweeping.await.map_err(|error| internal("the sweep of photos panicked", &error))?;
        swept.map_err(|error| internal("the folder of photos could not be swept", &error))
    }

    /// Waits for a core; it is free again when the answer is dropped.
    async fn core(&self) -> OwnedSemaphorePermit {
        self.cores.clone().acquire_owned().await.expect("the semaphore is never closed")
    }

    /// The bytes of a photo as they are kept, for a copy of them or to prove them; nothing where it is not here.
    pub(crate) async fn bytes(&self, hash: PhotoHash) -> object_store::Result<Option<Bytes>> {
        match self.store.get(&whole(hash)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many bytes are kept of a photo.
    pub(crate) async fn size(&self, hash: PhotoHash) -> object_store::Result<Option<u64>> {
        match self.store.head(&whole(hash)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a copy of a photo in its place. When this returns, it is on disk.
    pub(crate) async fn put_copy(&self, hash: PhotoHash, bytes: Bytes) -> object_store::Result<()> {
        self.store.put(&whole(hash), bytes.into()).await.map(drop)
    }

    /// Whether nothing is kept here.
    pub(crate) async fn is_empty(&self) -> object_store::Result<bool> {
        Ok(self.store.list(None).try_next().await?.is_none())
    }

    async fn put(&self, path: &Path, bytes: Bytes) -> Result<(), Problem> {
        let put = self.store.put(path, bytes.into()).await;
        put.map(drop).map_err(|error| internal("a photo could not be kept", &error))
    }

    async fn find(&self, path: &Path) -> Result<Option<GetResult>, Problem> {
        match self.store.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(internal("a photo could not be read", &error)),
        }
    }

    /// Writes and removes a small object, to see whether the place can be written.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check_writable(&self) -> Result<(), object_store::Error> {
        let probe = Path::from("probe");
        self.store.put(&probe, Bytes::from_static(b"ranan").into()).await?;
        self.store.delete(&probe).await
    }
}

/// Works on a picture. The core stays taken until the work is done, also when nobody waits for it any more.
async fn work<T: Send + 'static>(
    core: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let working = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(core);
        done
    });
    working.await.map_err(|error| {
        // A decoder that panics met bytes that no camera writes.
        tracing::warn!(error = &error as &(dyn std::error::Error + 'static), "decoding a photo panicked");
        Problem::BadPhoto { message: "照片已损坏，请重新拍照后上传".into() }
    })?
}

/// Works on a thread of its own, which gives way to all others; one that panics met bytes that no camera writes.
async fn idle<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let (done, waiting) = oneshot::channel();
    let working = std::thread::Builder::new().name("proof".into()).spawn(move || {
        // Of this thread alone, on Linux; it would be the whole process elsewhere.
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::setpriority_process(None, LOWEST_PRIORITY) {
            tracing::warn!(%error, "the proof of a photo takes as much of the processor as others");
        }
        // Whoever asked may be gone: the job comes again.
        done.send(work()).ok();
    });
    working.map_err(|error| internal("no thread could be started", &error))?;
    waiting.await.unwrap_or_else(|_| Err(picture::damaged()))
}

/// Two digits of the hash as folder, so that no folder grows too large.
fn whole(hash: PhotoHash) -> Path {
    let name = hash.to_string();
    Path::from(format!("{}/{name}", &name[..2]))
}

fn thumbnail(hash: PhotoHash) -> Path {
    Path::from(format!("{}.thumbnail", whole(hash)))
}

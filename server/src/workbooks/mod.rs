//! Workbooks over HTTP: templates, imports, exports. Who may have which is decided by `services`, what one looks like by
//! `sheets`; here they are streamed, through files that nobody else can name.

pub mod exports;
pub mod imports;
pub mod templates;

use crate::answer::{Answer, internal, workbook_headers};
use axum::{
    body::Body,
    http::{Uri, header},
    response::IntoResponse,
};
use bytes::{Bytes, BytesMut};
use domain::Problem;
use futures::Stream;
use serde::de::DeserializeOwned;
use std::{
    fs::File,
    io::{self, Seek},
    path::PathBuf,
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::{
    io::AsyncReadExt,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// How the names of workbooks on their way in begin.
const UPLOAD: &str = "upload-";
/// An upload that is older was cut off by the end of a server.
const LONGEST_UPLOAD: Duration = Duration::from_secs(86_400);
/// Bytes of a workbook that are read at once on their way out.
const CHUNK: usize = 256 * 1024;

/// Where workbooks pass through; cheap to clone.
#[derive(Clone, Debug)]
pub struct Workbooks {
    folder: PathBuf,
    /// Reading or writing a workbook takes a core, and memory.
    cores: Arc<Semaphore>,
}

impl Workbooks {
    /// Passes workbooks through a folder, and clears out what a server that was killed left of its uploads.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let is_upload = entry.file_name().to_str().is_some_and(|name| name.starts_with(UPLOAD));
            let is_old = || entry.metadata()?.modified()?.elapsed().map(|age| age > LONGEST_UPLOAD).map_err(io::Error::other);
            if is_upload && is_old().unwrap_or(false) {
                tracing::info!(file = %entry.path().display(), "clearing out an upload that was cut off");
                std::fs::remove_file(entry.path())?;
            }
        }
        let cores = available_parallelism().map_or(2, usize::from);
        Ok(Self { folder, cores: Arc::new(Semaphore::new(cores)) })
    }

    /// Waits for a core; it is free again when the answer is dropped.
    async fn reserve(&self) -> OwnedSemaphorePermit {
        self.cores.clone().acquire_owned().await.expect("the semaphore is never closed")
    }

    /// A file for a workbook on its way in, in the folder where it will wait; it goes with the path.
    fn upload(&self) -> io::Result<(File, TempPath)> {
        let file = tempfile::Builder::new().prefix(UPLOAD).tempfile_in(&self.folder);
        file.map(NamedTempFile::into_parts)
    }

    /// A file for a workbook on its way out. It has no name, so nobody can open it and nothing stays behind.
    fn spool(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.folder)
    }
}

/// The fields of a query; those that do not fit are a problem, not axum's plain text.
fn query_fields<T: DeserializeOwned>(uri: &Uri, what: &str) -> Result<T, Problem> {
    let fields = axum::extract::Query::try_from_uri(uri);
    fields.map(|fields| fields.0).map_err(|_| Problem::invalid(what, format!("{what}无法识别，请刷新页面后重试")))
}

/// Hands out a workbook that was written to a file.
async fn send(name: &str, mut file: File) -> Answer {
    let size = file.rewind().and_then(|()| file.metadata()).map_err(unspooled)?.len();
    let length = [(header::CONTENT_LENGTH, size.to_string())];
    Ok((workbook_headers(name), length, Body::from_stream(chunks(file))).into_response())
}

fn chunks(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), file)))
    })
}

/// A file of ours that cannot be made, written or read.
fn unspooled(error: io::Error) -> Problem {
    internal("a workbook could not be spooled", &error)
}

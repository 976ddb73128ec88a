//! Workbooks over HTTP: templates, imports, exports. Who may have which is decided by `services`, what one looks like by
//! `sheets`; here they are streamed, through files that nobody else can name.

pub mod exports;
pub mod imports;
pub mod templates;

use crate::answer::{RouteResult, internal, workbook_headers};
use axum::{
    body::Body,
    extract::Query,
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
    path::{Path, PathBuf},
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
/// An upload that is older is not going on.
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
    /// Passes workbooks through a folder, from which it clears out uploads that the end of a server cut off.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let is_upload = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(UPLOAD.as_bytes()));
            // What is gone meanwhile, another server cleared out.
            if is_upload && age(&path).is_ok_and(|age| age > LONGEST_UPLOAD) && std::fs::remove_file(&path).is_ok() {
                tracing::info!(file = %path.display(), "cleared out an upload that was cut off");
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

/// How long ago a file was written to; one from the future is new.
pub(crate) fn age(path: &Path) -> io::Result<Duration> {
    Ok(std::fs::metadata(path)?.modified()?.elapsed().unwrap_or_default())
}

/// The fields of a query; those that do not fit are a problem, not axum's plain text.
pub fn query_fields<T: DeserializeOwned>(uri: &Uri, what: &str) -> Result<T, Problem> {
    let fields = Query::try_from_uri(uri);
    fields.map(|Query(fields)| fields).map_err(|_| Problem::invalid(what, format!("{what}无法识别，请刷新页面后重试")))
}

/// Hands out a workbook that was written to a file.
async fn send(name: &str, mut file: File) -> RouteResult {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_uploads_that_were_cut_off_are_cleared_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, is_old: bool| {
            let file = File::create(folder.path().join(name)).expect("a file");
            if is_old {
                file.set_modified(SystemTime::UNIX_EPOCH).expect("an old file");
            }
        };
        write("upload-old", true);
        write("upload-new", false);
        write("01890a5d-ac96-774b-bcce-b302099a8057.workbook", true);
        Workbooks::open(folder.path().to_owned()).expect("a folder that can be read");
        let left = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, ["01890a5d-ac96-774b-bcce-b302099a8057.workbook", "upload-new"]);
    }
}

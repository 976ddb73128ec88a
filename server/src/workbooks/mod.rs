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
use services::imports::UPLOAD;
use std::{
    fs::File,
    io::{self, Seek},
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncReadExt;

/// Bytes of a workbook that are read at once on their way out.
const CHUNK: usize = 256 * 1024;

/// Where workbooks pass through; cheap to clone.
#[derive(Clone, Debug)]
pub struct Workbooks {
    folder: PathBuf,
}

impl Workbooks {
    /// Passes workbooks through a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
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
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn unspooled(error: io::Error) -> Problem {
    internal("a workbook could not be spooled", &error)
}

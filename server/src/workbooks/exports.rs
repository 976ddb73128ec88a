//! `GET /exports/{ledger}.xlsx`: what a ledger shows under a filter, as a workbook.
//!
//! While a thread writes and packs one batch of rows, the next is read; neither waits in memory for long, and the workbook
//! never does: it goes to a file that has no name.

mod caption;

use super::{query_fields, send, unspooled};
use crate::{
    answer::{RouteResult, internal},
    router::AppState,
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
};
use domain::{
    Problem,
    enterprise::{EnterpriseFilter, EnterpriseRow},
    ledger::{HazardFilter, LedgerLine},
};
use futures::{Stream, TryStreamExt, stream::try_unfold};
use services::{dictionary, enterprises, ledger};
use sheets::{EnterpriseSheet, HazardSheet, WriteError};
use std::{fs::File, pin::pin};
use tokio::sync::mpsc;

/// Batches that are read ahead.
const AHEAD: usize = 2;
/// What a query that cannot be read is about, to the person at the screen.
const FILTER: &str = "筛选条件";

/// 隐患台账.xlsx (Q14).
pub async fn hazards(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> RouteResult {
    let token = app::api::session_token(&headers);
    let token = token.as_deref();
    let permit = state.gate.permit(token).await?;
    let filter: HazardFilter = query_fields(&uri, FILTER)?;
    let export = ledger::export(&state.gate, permit, filter.clone()).await?;
    let names = dictionary::names(state.gate.permit(token).await?).await?;
    let departments = dictionary::departments(state.gate.permit(token).await?).await?;
    let caption = caption::of_hazards(&filter, &names, &departments);
    let today = export.today();
    let batches = try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok((!batch.is_empty()).then_some((batch, export)))
    });
    let file = write(&state, batches, move |file| HazardSheet::new(file, &caption, names, today)).await?;
    send("隐患台账.xlsx", file).await
}

/// 企业台账.xlsx
pub async fn enterprises(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> RouteResult {
    let token = app::api::session_token(&headers);
    let token = token.as_deref();
    let permit = state.gate.permit(token).await?;
    let filter: EnterpriseFilter = query_fields(&uri, FILTER)?;
    let export = enterprises::export(&state.gate, permit, filter.clone()).await?;
    let names = dictionary::names(state.gate.permit(token).await?).await?;
    let caption = caption::of_enterprises(&filter, &names);
    let batches = try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok((!batch.is_empty()).then_some((batch, export)))
    });
    let file = write(&state, batches, move |file| EnterpriseSheet::new(file, &caption, names)).await?;
    send("企业台账.xlsx", file).await
}

/// A workbook that takes rows one by one.
trait Sheet: Sized + 'static {
    type Row: Send + 'static;
    fn push(&mut self, row: &Self::Row) -> Result<(), WriteError>;
    fn finish(self) -> Result<File, WriteError>;
}

impl Sheet for HazardSheet<File> {
    type Row = LedgerLine;

    fn push(&mut self, line: &LedgerLine) -> Result<(), WriteError> {
        self.push(line)
    }

    fn finish(self) -> Result<File, WriteError> {
        self.finish()
    }
}

impl Sheet for EnterpriseSheet<File> {
    type Row = EnterpriseRow;

    fn push(&mut self, enterprise: &EnterpriseRow) -> Result<(), WriteError> {
        self.push(enterprise)
    }

    fn finish(self) -> Result<File, WriteError> {
        self.finish()
    }
}

/// Writes batches of rows to a file on a thread of its own, while the next are read.
async fn write<S: Sheet>(
    state: &AppState,
    batches: impl Stream<Item = Result<Vec<S::Row>, Problem>> + Send,
    begin: impl FnOnce(File) -> Result<S, WriteError> + Send + 'static,
) -> Result<File, Problem> {
    let file = state.workbooks.spool().map_err(unspooled)?;
    let core = state.gate.workbook_core().await;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        let written = fill(file, receiver, begin);
        drop(core);
        written
    });
    let mut batches = pin!(batches);
    while let Some(batch) = batches.try_next().await? {
        // Nobody listens only when writing failed, and then that is what is told.
        if sender.send(Some(batch)).await.is_err() {
            break;
        }
    }
    drop(sender.send(None).await);
    let written = writing.await.map_err(|error| internal("writing a workbook panicked", &error))?;
    let file = written.map_err(|error| internal("a workbook could not be written", &error))?;
    file.ok_or(Problem::Unexpected)
}

/// Writes what comes until the end is told. Nothing comes of it when the sender is gone before: nobody waits for it.
fn fill<S: Sheet>(
    file: File,
    mut batches: mpsc::Receiver<Option<Vec<S::Row>>>,
    begin: impl FnOnce(File) -> Result<S, WriteError>,
) -> Result<Option<File>, WriteError> {
    let mut sheet = begin(file)?;
    loop {
        match batches.blocking_recv() {
            Some(Some(batch)) => batch.iter().try_for_each(|row| sheet.push(row))?,
            Some(None) => break,
            None => return Ok(None),
        }
    }
    sheet.finish().map(Some)
}

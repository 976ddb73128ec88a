//! `POST /imports/{kind}`: a workbook is handed in and checked; `GET /imports/{id}/errors.xlsx`: 下载错误明细.

use super::{query_fields, send, unspooled};
use crate::{
    answer::{PathText, RouteResult, internal},
    body::Incoming,
    router::AppState,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::IntoResponse,
};
use domain::{
    Problem,
    id::ImportId,
    import::{ImportKind, ImportReport, RowError},
};
use serde::Deserialize;
use services::{
    Action, Gate, Upload,
    actions::{ImportEnterprises, ImportPeople},
    imports,
};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// The largest workbook taken, in bytes. A hundred thousand rows come to about ten megabytes.
const LARGEST: usize = 40 * 1024 * 1024;

/// What is told about a workbook beside its bytes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct UploadQuery {
    /// The file's name, to be shown; no file of ours is named by it.
    name: String,
}

/// Checks a workbook of people.
pub async fn post_people(State(state): State<AppState>, uri: Uri, headers: HeaderMap, body: Body) -> RouteResult {
    take(state, ImportKind::People, &uri, &headers, body).await
}

/// Checks a workbook of enterprises.
pub async fn post_enterprises(State(state): State<AppState>, uri: Uri, headers: HeaderMap, body: Body) -> RouteResult {
    take(state, ImportKind::Enterprises, &uri, &headers, body).await
}

async fn take(state: AppState, kind: ImportKind, uri: &Uri, headers: &HeaderMap, body: Body) -> RouteResult {
    let mut body = Incoming::new(body, headers, "文件", LARGEST);
    let checked = async {
        let token = app::api::session_token(headers);
        let name = query_fields(uri, "文件名").map(|query| base_name(&query, kind));
        // Before the body is read, and let go of while it is: a slow upload must not hold the database.
        let (name, upload) = match kind {
            ImportKind::People => expect::<ImportPeople>(&state.gate, kind, token.as_deref(), name).await?,
            ImportKind::Enterprises => expect::<ImportEnterprises>(&state.gate, kind, token.as_deref(), name).await?,
        };
        body.check_size()?;
        state.gate.config().reserve.check()?;
        let workbook = receive(&state, &mut body).await?;
        // On a task of its own, which a browser that goes away cannot cut off between the file and its record.
        let checking = tokio::spawn(async move {
            let core = state.gate.workbook_core().await;
            let report = check(&state.gate, kind, token.as_deref(), &name, &workbook).await;
            drop((core, workbook, upload));
            report
        });
        checking.await.map_err(|error| internal("the check of a workbook panicked", &error))?
    }
    .await;
    body.drain().await;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json::<ImportReport>(checked?)).into_response())
}

/// The name of a file without its folder, which some browsers tell too.
fn base_name(query: &UploadQuery, kind: ImportKind) -> String {
    let name = query.name.rsplit(['/', '\\']).next().filter(|name| !name.trim().is_empty());
    name.unwrap_or(kind.template_name()).to_owned()
}

/// Whether the caller may hand in a workbook, and then whether there is room for it.
async fn expect<A: Action>(
    gate: &Gate,
    kind: ImportKind,
    token: Option<&str>,
    name: Result<String, Problem>,
) -> Result<(String, Upload), Problem> {
    let permit = gate.permit::<A>(token).await?;
    let name = name?;
    let upload = imports::check_quota(gate, permit, kind, &name).await?;
    Ok((name, upload))
}

/// Writes a body to a file; it goes with the path.
async fn receive(state: &AppState, body: &mut Incoming) -> Result<TempPath, Problem> {
    let (file, path) = state.workbooks.upload().map_err(unspooled)?;
    let mut file = tokio::fs::File::from_std(file);
    while let Some(chunk) = body.next().await? {
        state.gate.config().reserve.check()?;
        file.write_all(&chunk).await.map_err(unspooled)?;
    }
    file.flush().await.map_err(unspooled)?;
    Ok(path)
}

#[expect(
    clippy::disallowed_methods,
    reason = "an upload has no id before it is here; its browser never sends it twice"
)]
async fn check(
    gate: &Gate,
    kind: ImportKind,
    token: Option<&str>,
    name: &str,
    workbook: &TempPath,
) -> Result<ImportReport, Problem> {
    let id = ImportId(Uuid::now_v7());
    let workbook = workbook.to_path_buf();
    match kind {
        ImportKind::People => imports::check_people(gate, gate.permit(token).await?, id, name, workbook).await,
        ImportKind::Enterprises => {
            imports::check_enterprises(gate, gate.permit(token).await?, id, name, workbook).await
        }
    }
}

/// 下载错误明细, of either kind.
pub async fn errors(State(state): State<AppState>, PathText(id): PathText, headers: HeaderMap) -> RouteResult {
    let id = id.parse().map_err(|_| not_found())?;
    let (report, errors) = find(&state.gate, app::api::session_token(&headers).as_deref(), id).await?;
    let file = state.workbooks.spool().map_err(unspooled)?;
    let core = state.gate.workbook_core().await;
    let writing = tokio::task::spawn_blocking(move || {
        let written = sheets::errors_workbook(file, &report.file_name, errors);
        drop(core);
        written
    });
    let written = writing.await.map_err(|error| internal("writing a workbook panicked", &error))?;
    let file = written.map_err(|error| internal("a workbook could not be written", &error))?;
    send("错误明细.xlsx", file).await
}

type Errors = Box<dyn Iterator<Item = RowError> + Send>;

/// The caller's import of this id, whichever kind it is.
async fn find(gate: &Gate, token: Option<&str>, id: ImportId) -> Result<(ImportReport, Errors), Problem> {
    match imports::get_people(gate.permit(token).await?, id).await {
        Ok(report) => {
            let errors = imports::people_errors(gate.permit(token).await?, id).await?;
            return Ok((report, Box::new(errors)));
        }
        Err(Problem::NotFound { .. }) => {}
        Err(other) => return Err(other),
    }
    // Those who may not import enterprises have no import of them.
    let permit = gate.permit(token).await.map_err(|problem| match problem {
        Problem::Forbidden { .. } => not_found(),
        other => other,
    })?;
    let report = imports::get_enterprises(permit, id).await?;
    let errors = imports::enterprise_errors(gate.permit(token).await?, id).await?;
    Ok((report, Box::new(errors)))
}

fn not_found() -> Problem {
    Problem::not_found("导入记录")
}

//! Imports: a workbook is checked row by row and field by field, and nothing is written; 确认导入 checks it again and
//! writes all good rows in one transaction (Q11, Q17, Q20, Q35). Files are read while no transaction is open.
//!
//! The workbook, and the file with every reason, wait in the folder of imports under the import's id. Only whoever
//! handed it in sees the import, and only from a post at the same place.

mod enterprises;
mod findings;
mod people;

use crate::{
    Action, Gate, Permit, Upload,
    actions::{Acts, ImportEnterprises, ImportPeople},
    permit::{internal, settled},
};
use domain::{
    Problem,
    fold::clean,
    id::ImportId,
    import::{ImportKind, ImportReport, ImportState, RowError},
    person::Department,
    person::Post,
    region::Region,
    time::Timestamp,
};
use findings::{Findings, UNFINISHED, errors_path, read_errors};
use std::{
    io,
    path::{Path, PathBuf},
};
use store::{
    StoreError, Tx,
    audit::NewAuditRow,
    imports::{ImportRecord, ImportedEnterprise},
};
use uuid::{ContextV7, Uuid};

/// Imports, and workbooks that were never confirmed, are forgotten after thirty days.
pub(crate) const KEPT_SECONDS: i64 = 30 * 86_400;
/// A file that nobody wrote to for so long belongs to no check that goes on.
const ORPHAN_AGE: std::time::Duration = std::time::Duration::from_hours(24);
/// How the names of workbooks on their way in begin.
pub const UPLOAD: &str = "upload-";
/// Workbooks of one person that may wait for 确认导入, and what they may weigh together with their reasons.
const MOST_WAITING: usize = 20;
const MOST_WAITING_BYTES: u64 = 200 * 1024 * 1024;
/// Workbooks of one person that may be on their way in at once.
const MOST_UPLOADS: usize = 4;
/// Characters of a file's name.
const NAME_CHARACTERS: usize = 120;

/// What 用户岗位导入填写模板 offers to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleChoices {
    /// The member departments.
    pub departments: Vec<Department>,
    /// The caller's place, then those one level below.
    pub places: Vec<Region>,
    /// Whether there are places below, whose administrators the caller opens.
    pub can_open_administrators: bool,
}

/// What the caller may fill in (Q6–Q9): a county has nothing below, so its administrator opens inspectors only.
///
/// # Errors
/// Only when the store fails.
pub async fn people_choices(mut permit: Permit<ImportPeople>) -> Result<PeopleChoices, Problem> {
    let own = permit.post()?;
    let mut places = vec![Region { code: own.region, name: own.region_name.clone() }];
    let below = store::dictionary::regions(&mut permit.tx, places[0].code).await.map_err(internal)?;
    let can_open_administrators = !below.is_empty();
    places.extend(below);
    let departments = store::dictionary::departments(&mut permit.tx).await.map_err(internal)?;
    Ok(PeopleChoices { departments, places, can_open_administrators })
}

/// Checks a workbook of people. It is moved to where it waits; an id that comes again is checked again.
///
/// # Errors
/// [`Problem::BadWorkbook`] when it cannot be read; [`Problem::NotFound`] when the id is someone else's.
pub async fn check_people(
    gate: &Gate,
    permit: Permit<ImportPeople>,
    id: ImportId,
    file_name: &str,
    workbook: PathBuf,
) -> Result<ImportReport, Problem> {
    check(gate, permit, ImportKind::People, id, file_name, &workbook).await
}

/// Checks a workbook of enterprises. It is moved to where it waits; an id that comes again is checked again.
///
/// # Errors
/// [`Problem::BadWorkbook`] when it cannot be read; [`Problem::NotFound`] when the id is someone else's.
pub async fn check_enterprises(
    gate: &Gate,
    permit: Permit<ImportEnterprises>,
    id: ImportId,
    file_name: &str,
    workbook: PathBuf,
) -> Result<ImportReport, Problem> {
    check(gate, permit, ImportKind::Enterprises, id, file_name, &workbook).await
}

/// What the check of people found.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get_people(mut permit: Permit<ImportPeople>, id: ImportId) -> Result<ImportReport, Problem> {
    Ok(own(&mut permit, ImportKind::People, id).await?.report)
}

/// What the check of enterprises found.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get_enterprises(mut permit: Permit<ImportEnterprises>, id: ImportId) -> Result<ImportReport, Problem> {
    Ok(own(&mut permit, ImportKind::Enterprises, id).await?.report)
}

/// 确认导入 of people: all good rows or, when anything fails, none. Again, it answers the same.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when there is nothing to write or the ledger moved meanwhile.
pub async fn confirm_people(gate: &Gate, token: Option<&str>, id: ImportId) -> Result<ImportReport, Problem> {
    confirm::<ImportPeople>(gate, token, ImportKind::People, id).await
}

/// 确认导入 of enterprises: all good rows or, when anything fails, none. Again, it answers the same.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when there is nothing to write or the ledger moved meanwhile.
pub async fn confirm_enterprises(gate: &Gate, token: Option<&str>, id: ImportId) -> Result<ImportReport, Problem> {
    confirm::<ImportEnterprises>(gate, token, ImportKind::Enterprises, id).await
}

/// 下载错误明细: every reason of an import of people, one by one.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn people_errors(
    permit: Permit<ImportPeople>,
    id: ImportId,
) -> Result<impl Iterator<Item = RowError> + Send, Problem> {
    errors(permit, ImportKind::People, id).await
}

/// 下载错误明细: every reason of an import of enterprises, one by one.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn enterprise_errors(
    permit: Permit<ImportEnterprises>,
    id: ImportId,
) -> Result<impl Iterator<Item = RowError> + Send, Problem> {
    errors(permit, ImportKind::Enterprises, id).await
}

async fn check<A: Action>(
    gate: &Gate,
    mut permit: Permit<A>,
    kind: ImportKind,
    id: ImportId,
    file_name: &str,
    workbook: &Path,
) -> Result<ImportReport, Problem> {
    if store::imports::take(&mut permit.tx, id).await.map_err(internal)?.is_some() {
        let known = own(&mut permit, kind, id).await?;
        if known.report.state == ImportState::Written {
            forget_files(workbook).await;
            return Ok(known.report);
        }
    }
    let (person, post, now) = (permit.person(), permit.post()?.clone(), permit.now);
    let caller = permit.caller.clone();
    // A check writes nothing, and a long one must not keep others from writing.
    permit.finish().await?;
    let waiting = gate.config().workbook(id);
    move_file(workbook, &waiting).await?;
    let report = ImportReport {
        id,
        kind,
        file_name: shown_name(file_name),
        at: now,
        state: ImportState::Checked,
        rows: 0,
        good: 0,
        repeated: 0,
        wrong: 0,
        errors: Vec::new(),
        preview: Vec::new(),
        preview_columns: Vec::new(),
    };
    let mut record = ImportRecord { person, region: post.region, report };
    let checked = async {
        let scanned = Scanned::read(gate, kind, &post, now, &waiting, false).await?;
        let mut tx = gate.db().read().await.map_err(internal)?;
        scanned.check(&mut tx, &post, &waiting, &mut record.report, false).await
    };
    if let Err(problem) = checked.await {
        forget_files(&waiting).await;
        return Err(problem);
    }
    let mut tx = gate.db().write().await.map_err(internal)?;
    let earlier = store::imports::of_person(&mut tx, person).await.map_err(internal)?;
    store::imports::keep(&mut tx, &record).await.map_err(internal)?;
    // Its answer tells which numbers are known, of people and of operators: whoever tries numbers leaves a trace.
    let ImportReport { file_name, rows, good, repeated, wrong, .. } = &record.report;
    let what = if kind == ImportKind::People { "手机号" } else { "企业" };
    let detail = format!("校验{what} {rows} 行，未写入：可导入 {good} 行，重复 {repeated} 行，错误 {wrong} 行");
    let row = NewAuditRow {
        at: now,
        actor: caller.actor(),
        region: post.region,
        action: A::name(),
        subject: file_name,
        detail: &detail,
    };
    store::audit::append(&mut tx, &row).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    for other in earlier.iter().filter(|other| other.report.id != id && takes_place_of(&record, other)) {
        forget_files(&gate.config().workbook(other.report.id)).await;
    }
    Ok(record.report)
}

/// As a person sees the name of a file.
fn shown_name(file_name: &str) -> String {
    clean(file_name).chars().take(NAME_CHARACTERS).collect()
}

/// Whether a workbook is the next try of another one, which then needs not wait any longer.
fn takes_place_of(new: &ImportRecord, old: &ImportRecord) -> bool {
    let of = |record: &ImportRecord| (record.region, record.report.kind, record.report.file_name.clone());
    old.report.state == ImportState::Checked && of(new) == of(old)
}

/// Whether one more workbook of this name may wait for 确认导入: asked before it is received. What it gives is held until it waits,
/// for others that come meanwhile count it.
///
/// # Errors
/// [`Problem::Conflict`] when too many wait already, or are on their way.
pub async fn check_quota<A: Action>(
    gate: &Gate,
    mut permit: Permit<A>,
    kind: ImportKind,
    file_name: &str,
) -> Result<Upload, Problem> {
    let person = permit.person();
    // Before it is looked what waits: what ends in between is counted twice, never not at all.
    let (upload, coming) = gate.upload(person);
    if coming >= MOST_UPLOADS {
        return Err(Problem::conflict("您有多个文件正在上传或校验，请等它们完成后再上传"));
    }
    let records = store::imports::of_person(&mut permit.tx, person).await.map_err(internal)?;
    drop(permit);
    let (file_name, mut number, mut bytes) = (shown_name(file_name), coming, 0);
    for ImportReport { id, state, kind: other, file_name: name, .. } in records.into_iter().map(|record| record.report)
    {
        if state == ImportState::Written || (other == kind && name == file_name) {
            continue;
        }
        let workbook = gate.config().workbook(id);
        let own = size_bytes(&workbook).await;
        number += usize::from(own > 0);
        bytes += own + size_bytes(&errors_path(&workbook)).await;
    }
    if number < MOST_WAITING && bytes < MOST_WAITING_BYTES {
        return Ok(upload);
    }
    Err(Problem::conflict(format!(
        "您已有 {number} 个导入文件（共 {} MB）等待确认，达到上限（{MOST_WAITING} 个或 {} MB）。\
         请先确认已上传的文件；同名文件重新上传会取代原来的，未确认的文件 30 天后自动清除",
        bytes / 1_048_576,
        MOST_WAITING_BYTES / 1_048_576,
    )))
}

/// Nothing where there is no such file.
async fn size_bytes(path: &Path) -> u64 {
    tokio::fs::metadata(path).await.map_or(0, |file| file.len())
}

/// A large workbook takes longer than a browser, a proxy or a network keeps a request: so it is a task of its own, which ends
/// whether or not somebody still waits. Asked for again meanwhile, it waits for the first and answers the same.
async fn confirm<A: Action>(
    gate: &Gate,
    token: Option<&str>,
    kind: ImportKind,
    id: ImportId,
) -> Result<ImportReport, Problem> {
    let (gate, token) = (gate.clone(), token.map(str::to_owned));
    // The answer rests on what this task looked into, not whoever waits for it.
    let writing = settled(async move { write::<A>(&gate, token.as_deref(), kind, id).await });
    tokio::spawn(writing).await.map_err(internal)??
}

/// Reads and checks outside of the transaction that writes, for the embedded engine has one writer; what may have changed
/// since is checked again by it. What is written is of the time when that one began: a phone asks for what changed since
/// then, and reading may have taken long.
async fn write<A: Action>(
    gate: &Gate,
    token: Option<&str>,
    kind: ImportKind,
    id: ImportId,
) -> Result<ImportReport, Problem> {
    let mut permit = gate.permit::<A>(token).await?;
    let record = own(&mut permit, kind, id).await?;
    if record.report.state == ImportState::Written {
        return Ok(record.report);
    }
    let (post, now, workbook) = (permit.post()?.clone(), permit.now, permit.workbook(id));
    drop(permit);
    let core = gate.workbook_core().await;
    let scanned = if tokio::fs::try_exists(&workbook).await.map_err(internal)? {
        Scanned::read(gate, kind, &post, now, &workbook, true).await
    } else {
        Err(Problem::conflict("该文件已不在服务器上：已被后来上传的同名文件取代，或已过期清除。请重新上传"))
    };
    let mut permit = gate.permit::<A>(token).await?;
    let mut record = own(&mut permit, kind, id).await?;
    if record.report.state == ImportState::Written {
        return Ok(record.report);
    }
    let rows = scanned?.check(&mut permit.tx, &post, &workbook, &mut record.report, true).await?;
    drop(core);
    if record.report.good == 0 {
        return Err(Problem::conflict("没有可导入的行，请按错误明细修改后重新上传"));
    }
    match rows {
        Rows::People(rows) => people::write(&mut permit.tx, &rows, permit.now).await?,
        Rows::Enterprises(rows) => {
            let written = store::imports::insert_enterprises(&mut permit.tx, post.region, &rows, permit.now).await;
            written.map_err(raced)?;
        }
    }
    record.report.state = ImportState::Written;
    store::imports::keep(&mut permit.tx, &record).await.map_err(internal)?;
    let report = record.report;
    let detail = format!("导入 {} 行，重复 {} 行，错误 {} 行", report.good, report.repeated, report.wrong);
    permit.commit(&report.file_name, &detail).await?;
    if let Err(error) = tokio::fs::remove_file(&workbook).await {
        tracing::warn!(error = %error, "an imported workbook was not removed");
    }
    Ok(report)
}

async fn errors<A: Action>(
    mut permit: Permit<A>,
    kind: ImportKind,
    id: ImportId,
) -> Result<impl Iterator<Item = RowError> + Send, Problem> {
    own(&mut permit, kind, id).await?;
    read_errors(&errors_path(&permit.workbook(id))).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::not_found("错误明细"),
        _ => internal(error),
    })
}

/// A waiting workbook that was read, and checked as far as that needs no transaction.
enum Scanned {
    People(people::Lines, Findings),
    Enterprises(Vec<ImportedEnterprise>, Findings),
}

/// Good rows.
enum Rows {
    People(people::Rows),
    Enterprises(Vec<ImportedEnterprise>),
}

impl Scanned {
    async fn read(
        gate: &Gate,
        kind: ImportKind,
        own: &Post,
        now: Timestamp,
        workbook: &Path,
        is_confirmed: bool,
    ) -> Result<Self, Problem> {
        let findings = Findings::begin(workbook).map_err(internal)?;
        let (db, workbook) = (gate.db(), workbook.to_owned());
        Ok(match kind {
            ImportKind::People => Self::People(people::read(db, own, workbook).await?, findings),
            ImportKind::Enterprises => {
                let (findings, rows) = enterprises::scan(db, own.region, now, workbook, findings, is_confirmed).await?;
                Self::Enterprises(rows, findings)
            }
        })
    }

    /// Ends the check within a transaction, and puts what was found into the report.
    async fn check(
        self,
        tx: &mut Tx,
        own: &Post,
        workbook: &Path,
        report: &mut ImportReport,
        is_confirmed: bool,
    ) -> Result<Rows, Problem> {
        let (findings, rows, columns) = match self {
            Self::People(lines, findings) => {
                let (findings, rows) = people::check(tx, own, lines, findings, is_confirmed).await?;
                (findings, Rows::People(rows), &people::COLUMNS[..])
            }
            Self::Enterprises(rows, findings) => (findings, Rows::Enterprises(rows), &enterprises::COLUMNS[..]),
        };
        findings.keep(workbook).map_err(internal)?;
        (report.rows, report.good) = (findings.rows(), findings.good);
        (report.repeated, report.wrong) = (findings.repeated, findings.wrong);
        (report.errors, report.preview) = (findings.errors.clone(), findings.preview.clone());
        report.preview_columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Ok(rows)
    }
}

/// The caller's own import of this kind, from this place.
async fn own<A: Action>(permit: &mut Permit<A>, kind: ImportKind, id: ImportId) -> Result<ImportRecord, Problem> {
    let record = store::imports::take(&mut permit.tx, id).await.map_err(internal)?;
    let (person, region) = (permit.person(), permit.post()?.region);
    let is_own =
        |record: &ImportRecord| record.person == person && record.region == region && record.report.kind == kind;
    record.filter(is_own).ok_or_else(|| Problem::not_found("导入记录"))
}

/// Two that write the same at once: the second finds it there.
fn raced(error: StoreError) -> Problem {
    if error.is_duplicate() {
        return moved();
    }
    internal(error)
}

/// What was checked is not what is there now.
fn moved() -> Problem {
    Problem::conflict("台账在导入时有变动，没有写入任何数据，请重新确认导入")
}

/// An id for each row, ascending within the import.
fn ids(now: Timestamp) -> impl FnMut() -> Uuid {
    let context = ContextV7::new();
    let micros = u64::try_from(now.0).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "below a thousand million")]
    let nanos = (micros % 1_000_000 * 1_000) as u32;
    move || Uuid::new_v7(uuid::Timestamp::from_unix(&context, micros / 1_000_000, nanos))
}

/// Moves a file, also from another file system.
async fn move_file(from: &Path, to: &Path) -> Result<(), Problem> {
    if tokio::fs::rename(from, to).await.is_ok() {
        return Ok(());
    }
    tokio::fs::copy(from, to).await.map_err(internal)?;
    tokio::fs::remove_file(from).await.map_err(internal)
}

/// Removes what waits under an import's id, as far as it is there.
pub(crate) async fn forget_files(waiting: &Path) {
    for path in [waiting.to_owned(), errors_path(waiting)] {
        if let Err(error) = tokio::fs::remove_file(&path).await
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(error = %error, "a file of an import was not removed");
        }
    }
}

/// The files in the folder that were last written to more than a day ago, with the import that they belong to, as far as
/// they do: a check that goes on has its record when it ends. Uploads, and reasons that were being written, belong to none.
pub(crate) fn old_files(folder: &Path) -> io::Result<Vec<(PathBuf, Option<ImportId>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_old = || Some(entry.metadata().ok()?.modified().ok()?.elapsed().ok()? > ORPHAN_AGE);
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let id = name.split('.').next().and_then(|stem| stem.parse().ok());
        let is_cut_off = name.starts_with(UPLOAD) || name.ends_with(UNFINISHED);
        if (is_cut_off || id.is_some()) && is_old() == Some(true) {
            files.push((path, id.filter(|_| !is_cut_off)));
        }
    }
    Ok(files)
}

//! Imports: a workbook is checked row by row and field by field, and nothing is written; 确认导入 checks it again and
//! writes all good rows in one transaction (Q11, Q17, Q20, Q35).
//!
//! The workbook, and the file with every reason, wait in the folder of imports under the import's id. Only whoever
//! handed it in sees the import, and only from a post at the same place.

mod enterprises;
mod findings;
mod people;

use crate::{
    Action, Gate, Permit,
    actions::{Acts, ImportEnterprises, ImportPeople},
    permit::internal,
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
use findings::{Findings, errors_path, read_errors};
use std::path::{Path, PathBuf};
use store::{StoreError, Tx, audit::NewAuditRow, imports::ImportRecord};
use uuid::{ContextV7, Uuid};

/// Imports, and workbooks that were never confirmed, are forgotten after thirty days.
pub(crate) const KEPT_SECONDS: i64 = 30 * 86_400;
/// A file that nobody wrote to for so long belongs to no check that goes on.
const ORPHAN_AGE: std::time::Duration = std::time::Duration::from_secs(86_400);
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
pub async fn confirm_people(permit: Permit<ImportPeople>, id: ImportId) -> Result<ImportReport, Problem> {
    confirm(permit, ImportKind::People, id).await
}

/// 确认导入 of enterprises: all good rows or, when anything fails, none. Again, it answers the same.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when there is nothing to write or the ledger moved meanwhile.
pub async fn confirm_enterprises(permit: Permit<ImportEnterprises>, id: ImportId) -> Result<ImportReport, Problem> {
    confirm(permit, ImportKind::Enterprises, id).await
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
    let mut report = ImportReport {
        id,
        kind,
        file_name: clean(file_name).chars().take(NAME_CHARACTERS).collect(),
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
    let mut tx = gate.db().read().await.map_err(internal)?;
    if let Err(problem) = scan(&mut tx, &post, now, &waiting, &mut report, false).await {
        forget_files(&waiting).await;
        return Err(problem);
    }
    drop(tx);
    let record = ImportRecord { person, region: post.region, report };
    let mut tx = gate.db().write().await.map_err(internal)?;
    store::imports::keep(&mut tx, &record).await.map_err(internal)?;
    if kind == ImportKind::People {
        // Its answer tells which numbers are known: whoever tries numbers leaves a trace.
        let ImportReport { file_name, rows, good, repeated, wrong, .. } = &record.report;
        let detail = format!("校验手机号 {rows} 行，未写入：可导入 {good} 行，重复 {repeated} 行，错误 {wrong} 行");
        let row = NewAuditRow {
            at: now,
            actor: caller.actor(),
            region: post.region,
            action: A::name(),
            subject: file_name,
            detail: &detail,
        };
        store::audit::append(&mut tx, &row).await.map_err(internal)?;
    }
    tx.commit().await.map_err(internal)?;
    Ok(record.report)
}

async fn confirm<A: Action>(mut permit: Permit<A>, kind: ImportKind, id: ImportId) -> Result<ImportReport, Problem> {
    let mut record = own(&mut permit, kind, id).await?;
    if record.report.state == ImportState::Written {
        return Ok(record.report);
    }
    let (post, now, workbook) = (permit.post()?.clone(), permit.now, permit.workbook(id));
    scan(&mut permit.tx, &post, now, &workbook, &mut record.report, true).await?;
    if record.report.good == 0 {
        return Err(Problem::conflict("没有可导入的行，请按错误明细修改后重新上传"));
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
    read_errors(&errors_path(&permit.workbook(id))).map_err(internal)
}

/// Checks the waiting workbook, writes its good rows when `is_confirmed`, and puts what was found into the report.
async fn scan(
    tx: &mut Tx,
    own: &Post,
    now: Timestamp,
    workbook: &Path,
    report: &mut ImportReport,
    is_confirmed: bool,
) -> Result<(), Problem> {
    let spool = workbook.with_extension("new-errors");
    let findings = Findings::begin(&spool).map_err(internal)?;
    let errors_path = errors_path(workbook);
    let workbook = workbook.to_owned();
    let (found, columns) = match report.kind {
        ImportKind::People => {
            (people::scan(tx, own, now, workbook, findings, is_confirmed).await, &people::COLUMNS[..])
        }
        ImportKind::Enterprises => {
            let found = enterprises::scan(tx, own.region, now, workbook, findings, is_confirmed).await;
            (found, &enterprises::COLUMNS[..])
        }
    };
    let found = found?;
    tokio::fs::rename(&spool, &errors_path).await.map_err(internal)?;
    (report.rows, report.good) = (found.rows(), found.good);
    (report.repeated, report.wrong) = (found.repeated, found.wrong);
    (report.errors, report.preview) = (found.errors, found.preview);
    report.preview_columns = columns.iter().map(|column| (*column).to_owned()).collect();
    Ok(())
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
    for path in [waiting.to_owned(), errors_path(waiting), waiting.with_extension("new-errors")] {
        if let Err(error) = tokio::fs::remove_file(&path).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(error = %error, "a file of an import was not removed");
        }
    }
}

/// The imports of which a file is in the folder that was last written to more than a day ago: a check that goes on has
/// its record when it ends.
pub(crate) fn orphans(folder: &Path) -> std::io::Result<Vec<ImportId>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_old = || Some(entry.metadata().ok()?.modified().ok()?.elapsed().ok()? > ORPHAN_AGE);
        let name = entry.file_name();
        let stem = Path::new(&name).file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let Some(id) = stem.filter(|_| is_old() == Some(true)) {
            ids.push(id);
        }
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

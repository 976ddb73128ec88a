//! Jobs: who may look at them, and how a worker takes them and tells what became of them.

use crate::{
    Gate, Permit,
    actions::{CountJobs, FoldSums, ReadJobs, RetryJob, RunJobs, SweepSessions, SweepWorkbooks},
    imports::{KEPT_SECONDS, forget_files, old_files},
    permit::internal,
};
use domain::{
    Problem,
    job::{JOB_TRIES, JobKind, JobList, retry_after_s},
    login::BROWSER_SECONDS,
    region::RegionCode,
};
use store::jobs;

pub use store::jobs::Job;

/// Rows of the list; the dead come first.
const SHOWN_JOBS: u32 = 200;
/// Seconds that a worker has for a job before another may take it.
const CLAIM_SECONDS: i64 = 600;
/// Sessions that one sweep forgets, so that it does not hold the writer.
const SWEPT_SESSIONS: u32 = 1_000;
/// Seconds that codes and their sends count (Q36): a day.
const SENDS_SECONDS: i64 = 86_400;
/// Characters of an error that are kept.
const ERROR_CHARACTERS: usize = 300;

/// What became of a job.
pub type Outcome = (Job, Result<(), String>);

/// How many jobs there are, and the first of them (后台任务).
///
/// # Errors
/// Only when the store fails.
pub async fn list(mut permit: Permit<ReadJobs>) -> Result<JobList, Problem> {
    jobs::list(&mut permit.tx, SHOWN_JOBS, permit.now).await.map_err(internal)
}

/// 重试: makes a job due at once, with all its tries before it.
///
/// # Errors
/// [`Problem::Conflict`] when it is gone or running.
pub async fn retry(mut permit: Permit<RetryJob>, kind: &str, key: &str) -> Result<(), Problem> {
    if !jobs::retry(&mut permit.tx, kind, key, permit.now).await.map_err(internal)? {
        return Err(Problem::conflict("该任务已完成或正在运行，请刷新后查看"));
    }
    let name = JobKind::parse(kind).map_or_else(|| kind.to_owned(), |kind| kind.name().to_owned());
    permit.commit(key, &name).await
}

/// How many there are, for the metrics and the health of the server.
///
/// # Errors
/// Only when the store fails.
pub async fn count(gate: &Gate) -> Result<JobList, Problem> {
    let mut permit = gate.system::<CountJobs>("统计").await?;
    jobs::list(&mut permit.tx, 0, permit.now).await.map_err(internal)
}

/// Sees to it that what is done again and again is waiting to be done.
///
/// # Errors
/// Only when the store fails.
pub async fn schedule(gate: &Gate) -> Result<(), Problem> {
    let mut permit = gate.system::<RunJobs>("安排").await?;
    for kind in JobKind::ALL.iter().filter(|kind| kind.period_s().is_some()) {
        jobs::enqueue(&mut permit.tx, *kind, "", permit.now).await.map_err(internal)?;
    }
    permit.finish().await
}

/// Whether a job of this kind is due: asked without the writer, which a look a second must not hold.
///
/// # Errors
/// Only when the store fails.
pub async fn is_due(gate: &Gate, kind: JobKind) -> Result<bool, Problem> {
    let mut permit = gate.system::<CountJobs>("统计").await?;
    jobs::is_due(&mut permit.tx, kind, permit.now).await.map_err(internal)
}

/// Takes jobs of a kind that are due.
///
/// # Errors
/// Only when the store fails.
pub async fn claim(gate: &Gate, kind: JobKind, most: u32) -> Result<Vec<Job>, Problem> {
    let mut permit = gate.system::<RunJobs>(kind.name()).await?;
    let until = permit.now.plus_seconds(CLAIM_SECONDS);
    let claimed = jobs::claim(&mut permit.tx, kind, most, permit.now, until).await.map_err(internal)?;
    permit.finish().await?;
    Ok(claimed)
}

/// Tells what became of jobs: what was done is gone or put off, what failed is tried later, or never again.
///
/// # Errors
/// Only when the store fails; then the claims run out, and the jobs are done again.
pub async fn end(gate: &Gate, outcomes: &[Outcome]) -> Result<(), Problem> {
    let mut permit = gate.system::<RunJobs>("结束").await?;
    let now = permit.now;
    for (job, outcome) in outcomes {
        let ended = match outcome {
            Ok(()) => {
                let again = job.kind.period_s().map(|seconds| now.plus_seconds(seconds));
                jobs::done(&mut permit.tx, job, again, now).await
            }
            Err(error) => {
                let retry_at = (job.tries < JOB_TRIES).then(|| now.plus_seconds(retry_after_s(job.tries)));
                let error: String = error.chars().take(ERROR_CHARACTERS).collect();
                jobs::failed(&mut permit.tx, job, &error, retry_at, now).await
            }
        };
        ended.map_err(internal)?;
    }
    permit.finish().await
}

/// Forgets sessions and codes that ended.
///
/// # Errors
/// Only when the store fails.
pub async fn sweep_sessions(gate: &Gate) -> Result<(), Problem> {
    let mut permit = gate.system::<SweepSessions>(JobKind::SweepSessions.name()).await?;
    let now = permit.now;
    let sessions = store::sessions::sweep(&mut permit.tx, now, SWEPT_SESSIONS).await.map_err(internal)?;
    let since = now.plus_seconds(-SENDS_SECONDS);
    let known_since = now.plus_seconds(-BROWSER_SECONDS);
    let codes = store::login_codes::sweep(&mut permit.tx, now, since, known_since).await.map_err(internal)?;
    if sessions + codes == 0 {
        return permit.finish().await;
    }
    permit.commit_at(RegionCode::NATION, "", &format!("会话 {sessions} 个，验证码记录 {codes} 条")).await
}

/// Adds up the sums of the statistics.
///
/// # Errors
/// Only when the store fails.
pub async fn fold_sums(gate: &Gate) -> Result<(), Problem> {
    let mut permit = gate.system::<FoldSums>(JobKind::FoldSums.name()).await?;
    store::sums::fold(&mut permit.tx).await.map_err(internal)?;
    permit.finish().await
}

/// Forgets imports that nobody confirmed, and files that no import names: a crash left them.
///
/// # Errors
/// When the store or the folder fails.
pub async fn sweep_workbooks(gate: &Gate) -> Result<(), Problem> {
    let mut permit = gate.system::<SweepWorkbooks>(JobKind::SweepWorkbooks.name()).await?;
    let before = permit.now.plus_seconds(-KEPT_SECONDS);
    let forgotten = store::imports::forget(&mut permit.tx, before).await.map_err(internal)?;
    let mut stray = Vec::new();
    for (path, id) in old_files(&gate.config().imports).map_err(internal)? {
        let is_known = match id {
            Some(id) => store::imports::is_known(&mut permit.tx, id).await.map_err(internal)?,
            None => false,
        };
        stray.extend((!is_known).then_some(path));
    }
    if forgotten.is_empty() && stray.is_empty() {
        return permit.finish().await;
    }
    let detail = format!("过期 {} 个，残留 {} 个", forgotten.len(), stray.len());
    permit.commit_at(RegionCode::NATION, "", &detail).await?;
    for id in forgotten {
        forget_files(&gate.config().workbook(id)).await;
    }
    for path in stray {
        // What is gone meanwhile, another server removed.
        drop(tokio::fs::remove_file(path).await);
    }
    Ok(())
}

//! Jobs: enqueued in the transaction that causes them, claimed by one worker at a time, kept until they are done.
//!
//! A job is told by its kind and key, so that enqueueing it again changes nothing. One that is done is gone, or, where it
//! comes again and again, put off. A worker that dies leaves a claim that runs out.

use crate::{Result, Tx, engine, photos};
use domain::{
    code::Lenient,
    job::{JobKind, JobList, JobRow},
    time::Timestamp,
};
use sqlx::FromRow;

/// A job that a worker has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What is to be done.
    pub kind: JobKind,
    /// To what: a photo's hash; empty for what exists once.
    pub key: String,
    /// How often it was tried, this time included.
    pub tries: i64,
}

/// Asks for a job, which is due at once; one that is there already stays as it is.
///
/// # Errors
/// When the engine fails.
pub async fn enqueue(tx: &mut Tx, kind: JobKind, key: &str, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into jobs (kind, key, state, tries, enqueued_at, run_at, touched_at, error)
         values ($1, $2, 'waiting', 0, $3, $3, $3, '') on conflict do nothing",
        kind.code(),
        key,
        now.0,
    )?;
    Ok(())
}

/// Takes at most `most` jobs of a kind that are due; nobody else gets them before `until`.
///
/// # Errors
/// When the engine fails.
pub async fn claim(tx: &mut Tx, kind: JobKind, most: u32, now: Timestamp, until: Timestamp) -> Result<Vec<Job>> {
    let claimed = engine::claim_jobs(tx, kind.code(), most.into(), now, until).await?;
    Ok(claimed.into_iter().map(|(key, tries)| Job { kind, key, tries }).collect())
}

/// Ends a job that was done: it is gone, or, with a time, due again then.
///
/// # Errors
/// When the engine fails.
pub async fn done(tx: &mut Tx, job: &Job, again_at: Option<Timestamp>, now: Timestamp) -> Result<()> {
    match again_at {
        None => execute!(tx, "delete from jobs where kind = $1 and key = $2", job.kind.code(), &job.key)?,
        Some(at) => execute!(
            tx,
            "update jobs set state = 'waiting', tries = 0, run_at = $3, touched_at = $4, error = ''
             where kind = $1 and key = $2",
            job.kind.code(),
            &job.key,
            at.0,
            now.0,
        )?,
    };
    Ok(())
}

/// Ends a try that failed: the job is due again at a time, or, without one, dead.
///
/// # Errors
/// When the engine fails.
pub async fn failed(tx: &mut Tx, job: &Job, error: &str, retry_at: Option<Timestamp>, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update jobs set state = $3, run_at = $4, touched_at = $5, error = $6 where kind = $1 and key = $2",
        job.kind.code(),
        &job.key,
        if retry_at.is_some() { "waiting" } else { "dead" },
        retry_at.unwrap_or(now).0,
        now.0,
        error,
    )?;
    Ok(())
}

/// Makes a job that is not running due at once, with all its tries before it; says whether there was one.
///
/// # Errors
/// When the engine fails.
pub async fn retry(tx: &mut Tx, kind: &str, key: &str, now: Timestamp) -> Result<bool> {
    let touched = execute!(
        tx,
        "update jobs set state = 'waiting', tries = 0, run_at = $3, touched_at = $3
         where kind = $1 and key = $2 and state <> 'running'",
        kind,
        key,
        now.0,
    )?;
    Ok(touched == 1)
}

/// Whether a job of this kind is due.
///
/// # Errors
/// When the engine fails.
pub async fn is_due(tx: &mut Tx, kind: JobKind, now: Timestamp) -> Result<bool> {
    let due = fetch_optional!(
        tx,
        (i64,),
        "select tries from jobs where kind = $1 and state <> 'dead' and (run_at <= $2 or touched_at > $3) limit 1",
        kind.code(),
        now.0,
        now.plus_seconds(engine::CLOCK_SLACK_SECONDS).0,
    )?;
    Ok(due.is_some())
}

#[derive(FromRow)]
struct Row {
    kind: String,
    key: String,
    state: String,
    tries: i64,
    enqueued_at: i64,
    run_at: i64,
    error: String,
}

impl From<Row> for JobRow {
    fn from(row: Row) -> Self {
        Self {
            kind: row.kind,
            key: row.key,
            state: Lenient::of(row.state),
            tries: row.tries,
            enqueued_at: Timestamp(row.enqueued_at),
            run_at: Timestamp(row.run_at),
            error: row.error,
        }
    }
}

/// How many jobs there are, and the first `most` of them: the dead, then the others by the time when they are due.
///
/// # Errors
/// When the engine fails.
pub async fn list(tx: &mut Tx, most: u32, now: Timestamp) -> Result<JobList> {
    let rows = fetch_all!(
        tx,
        Row,
        "select kind, key, state, tries, enqueued_at, run_at, error from jobs
         order by case state when 'dead' then 0 when 'running' then 1 else 2 end, run_at, kind, key limit $1",
        i64::from(most),
    )?;
    let (waiting, later, running, dead, oldest) = fetch_one!(
        tx,
        (i64, i64, i64, i64, Option<i64>),
        "select cast(coalesce(sum(case when state = 'waiting' and run_at <= $1 then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when state = 'waiting' and run_at > $1 then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when state = 'running' then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when state = 'dead' then 1 else 0 end), 0) as bigint),
           min(case when state = 'waiting' and run_at <= $1 then run_at end)
         from jobs",
        now.0,
    )?;
    let photos_unreadable = photos::count_unreadable(tx).await?;
    let rows = rows.into_iter().map(JobRow::from).collect();
    Ok(JobList { waiting, later, running, dead, oldest: oldest.map(Timestamp), photos_unreadable, rows })
}

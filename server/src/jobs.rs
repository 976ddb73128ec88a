//! The worker: takes jobs that are due, does them, and tells what became of them. Every server runs one; a job is
//! claimed by one of them at a time.

use crate::photos::Photos;
use domain::{Problem, job::JobKind, photo::PhotoHash};
use futures::{StreamExt, stream};
use metrics::gauge;
use services::{
    Gate,
    jobs::{self, Job, Outcome},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// How often a worker looks for jobs that nobody told it of: of other servers, and those whose time has come.
const LOOK: Duration = Duration::from_secs(5);
/// Jobs that are claimed together, so that a job costs little of the writer.
const TOGETHER: u32 = 16;
/// How often the sums are put into the metrics.
const COUNT: Duration = Duration::from_secs(15);

/// Tells the worker that a job was enqueued; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Does jobs until the server stops.
#[derive(Clone)]
pub struct Worker {
    /// The way to all services.
    pub gate: Gate,
    /// Where photos lie, to be proved and swept.
    pub photos: Photos,
    /// Who tells of new jobs.
    pub bell: Bell,
}

impl Worker {
    /// Works until `stop` says so, and ends what it has begun.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        if let Err(problem) = jobs::schedule(&self.gate).await {
            tracing::error!(%problem, "what is done again and again could not be scheduled");
        }
        while !*stop.borrow_and_update() {
            match self.round(&stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(problem) => tracing::error!(%problem, "the worker could not take or end jobs"),
            }
            tokio::select! {
                () = self.bell.0.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Puts the sums of the jobs into the metrics, again and again.
    #[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^52")]
    pub async fn count(self) {
        let mut tick = tokio::time::interval(COUNT);
        loop {
            tick.tick().await;
            if let Ok(sums) = jobs::count(&self.gate).await {
                gauge!("jobs_waiting").set(sums.waiting as f64);
                gauge!("jobs_dead").set(sums.dead as f64);
                let age = sums.oldest.map_or(0, |oldest| self.gate.now().seconds_since(oldest).max(0));
                gauge!("jobs_oldest_seconds").set(age as f64);
            }
        }
    }

    /// Does what is due of each kind, once around; says whether there was any.
    async fn round(&self, stop: &watch::Receiver<bool>) -> Result<bool, Problem> {
        let mut has_worked = false;
        for kind in JobKind::ALL {
            if *stop.borrow() || !jobs::is_due(&self.gate, *kind).await? {
                continue;
            }
            let claimed = jobs::claim(&self.gate, *kind, TOGETHER).await?;
            has_worked |= !claimed.is_empty();
            // Half of the cores are left for those who wait for an answer.
            let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
            let outcomes: Vec<Outcome> =
                stream::iter(claimed).map(|job| self.work(job)).buffer_unordered(cores).collect().await;
            jobs::end(&self.gate, &outcomes).await?;
        }
        Ok(has_worked)
    }

    async fn work(&self, job: Job) -> Outcome {
        let this = self.clone();
        let (kind, key) = (job.kind, job.key.clone());
        // On a task of its own: a job that panics is one that failed.
        let working = tokio::spawn(async move { this.dispatch(kind, &key).await });
        let outcome = match working.await {
            Ok(done) => done.map_err(|problem| problem.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = &outcome {
            tracing::warn!(kind = kind.code(), key = job.key, tries = job.tries, error, "a job failed");
        }
        (job, outcome)
    }

    async fn dispatch(&self, kind: JobKind, key: &str) -> Result<(), Problem> {
        match kind {
            JobKind::ProvePhoto => {
                let hash: PhotoHash = key.parse()?;
                let proof = self.photos.prove(hash).await?;
                services::photos::proved(&self.gate, hash, proof).await
            }
            JobKind::FileWaiting => {
                let applied = key.parse().map_err(|_| Problem::Unexpected)?;
                services::operations::file_waiting(&self.gate, applied).await
            }
            JobKind::FoldSums => jobs::fold_sums(&self.gate).await,
            JobKind::SweepSessions => jobs::sweep_sessions(&self.gate).await,
            JobKind::SweepWorkbooks => jobs::sweep_workbooks(&self.gate).await,
            JobKind::SweepPhotos => self.photos.sweep().await,
        }
    }
}

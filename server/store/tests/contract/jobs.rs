//! Jobs: claimed by one worker at a time, tried again, dead after enough tries, found again after a worker died.

use crate::support::{noon, on_each_engine};
use domain::job::{JobKind, JobState};
use store::{Db, jobs};

const KIND: JobKind = JobKind::ProvePhoto;

async fn enqueued(db: &Db, keys: &[&str]) {
    let mut tx = db.write().await.unwrap();
    for key in keys {
        jobs::enqueue(&mut tx, KIND, key, noon("2026-11-02")).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_job_is_enqueued_once_claimed_by_one_worker_and_gone_when_it_is_done() {
    on_each_engine(async |db| {
        enqueued(db, &["a", "b", "a"]).await;
        let now = noon("2026-11-02");
        let until = now.plus_seconds(600);
        let mut one = db.write().await.unwrap();
        let first = jobs::claim(&mut one, KIND, 1, now, until).await.unwrap();
        assert_eq!((first.len(), first[0].tries), (1, 1));
        assert!(jobs::is_due(&mut one, KIND, now).await.unwrap());
        let rest = if db.has_one_writer() {
            one.commit().await.unwrap();
            let mut other = db.write().await.unwrap();
            let rest = jobs::claim(&mut other, KIND, 5, now, until).await.unwrap();
            other.commit().await.unwrap();
            rest
        } else {
            // While the first has not yet committed: its job is passed over, not waited for.
            let mut other = db.write().await.unwrap();
            let rest = jobs::claim(&mut other, KIND, 5, now, until).await.unwrap();
            other.commit().await.unwrap();
            one.commit().await.unwrap();
            rest
        };
        assert_eq!(rest.len(), 1);
        assert_ne!(rest[0].key, first[0].key);
        let mut tx = db.write().await.unwrap();
        assert!(!jobs::is_due(&mut tx, KIND, now).await.unwrap());
        for job in first.iter().chain(&rest) {
            jobs::done(&mut tx, job, None, now).await.unwrap();
        }
        assert_eq!(jobs::list(&mut tx, 10, now).await.unwrap().rows, []);
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_tried_later_and_in_the_end_left_for_a_person() {
    on_each_engine(async |db| {
        enqueued(db, &["a"]).await;
        let now = noon("2026-11-02");
        let later = now.plus_seconds(60);
        let mut tx = db.write().await.unwrap();
        let job = jobs::claim(&mut tx, KIND, 1, now, later).await.unwrap().remove(0);
        jobs::failed(&mut tx, &job, "the disk is full", Some(later), now).await.unwrap();
        assert_eq!(jobs::claim(&mut tx, KIND, 1, now, later).await.unwrap(), []);
        let waiting = jobs::list(&mut tx, 10, now).await.unwrap();
        assert_eq!((waiting.waiting, waiting.later), (0, 1));
        assert_eq!(waiting.rows[0].state.known(), Some(JobState::Waiting));
        assert_eq!((waiting.rows[0].tries, waiting.rows[0].error.as_str()), (1, "the disk is full"));
        let job = jobs::claim(&mut tx, KIND, 1, later, later.plus_seconds(60)).await.unwrap().remove(0);
        assert_eq!(job.tries, 2);
        assert!(!jobs::retry(&mut tx, KIND.code(), "a", later).await.unwrap(), "a worker has it");
        jobs::failed(&mut tx, &job, "again", None, later).await.unwrap();
        let much_later = now.plus_seconds(1_000_000);
        assert_eq!(jobs::claim(&mut tx, KIND, 1, much_later, much_later).await.unwrap(), []);
        assert_eq!(jobs::list(&mut tx, 10, much_later).await.unwrap().dead, 1);
        assert!(jobs::retry(&mut tx, KIND.code(), "a", much_later).await.unwrap());
        let sums = jobs::list(&mut tx, 10, much_later).await.unwrap();
        assert_eq!((sums.waiting, sums.dead, sums.oldest), (1, 0, Some(much_later)));
        assert_eq!(jobs::claim(&mut tx, KIND, 1, much_later, much_later).await.unwrap()[0].tries, 1);
    })
    .await;
}

#[tokio::test]
async fn the_claim_of_a_worker_that_died_runs_out_and_a_clock_set_back_keeps_nothing_waiting() {
    on_each_engine(async |db| {
        enqueued(db, &["a"]).await;
        let (now, until) = (noon("2026-11-02"), noon("2026-11-02").plus_seconds(600));
        let mut tx = db.write().await.unwrap();
        jobs::claim(&mut tx, KIND, 1, now, until).await.unwrap();
        assert_eq!(jobs::list(&mut tx, 10, now).await.unwrap().running, 1);
        let job = jobs::claim(&mut tx, KIND, 1, until, until.plus_seconds(600)).await.unwrap().remove(0);
        assert_eq!(job.tries, 2);
        jobs::done(&mut tx, &job, Some(until.plus_seconds(86_400)), until).await.unwrap();
        assert!(!jobs::is_due(&mut tx, KIND, until).await.unwrap());
        // Two days earlier: what was touched then was touched before the clock was set back.
        let before = noon("2026-10-31");
        assert!(jobs::is_due(&mut tx, KIND, before).await.unwrap());
        assert_eq!(jobs::claim(&mut tx, KIND, 1, before, before.plus_seconds(600)).await.unwrap().len(), 1);
    })
    .await;
}

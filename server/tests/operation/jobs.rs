//! What the server does outside of requests, as the console shows it and as it ends.

use crate::support::{GUANDU, NATION, Site, UploadQuery, files, on_each_engine, photo, until, until_async};
use domain::{
    job::{JobKind, JobList, JobState},
    person::Role,
    photo::PhotoHash,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_proved_by_a_job_which_makes_its_thumbnail() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let picture = photo(80);
        let hash = PhotoHash::of(&picture);
        let submission = site.finding(&[hash]);
        let _: Value = site.inspector.call("inspections/submit", &json!({ "submission": submission })).await;
        let _: Value = site.inspector.put(&format!("/photos/{hash}")).body(picture).content().await;
        let folder = world.folder.path().join("photos");
        until(|| files(&folder).iter().any(|name| name.ends_with(".thumbnail"))).await;
        let administrator = world.sign_in_as(Role::Administrator, NATION).await;
        until_async(async || {
            let jobs: JobList = administrator.call("jobs/list", &json!({})).await;
            jobs.rows.iter().all(|row| row.kind != JobKind::ProvePhoto.code())
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_is_shown_and_tried_again_on_demand() {
    on_each_engine(async |world| {
        let mut tx = world.db.write().await.unwrap();
        // Of a photo that is nowhere.
        let hash = PhotoHash::of(b"nothing").to_string();
        store::jobs::enqueue(&mut tx, JobKind::ProvePhoto, &hash, crate::support::now()).await.unwrap();
        tx.commit().await.unwrap();
        let administrator = world.sign_in_as(Role::Administrator, NATION).await;
        let failed = async || {
            let jobs: JobList = administrator.call("jobs/list", &json!({})).await;
            jobs.rows.into_iter().find(|row| row.key == hash && !row.error.is_empty() && row.state == JobState::Waiting)
        };
        until_async(async || failed().await.is_some_and(|row| row.tries == 1)).await;
        let retry = json!({ "kind": JobKind::ProvePhoto.code(), "key": hash });
        let _: Value = administrator.call("jobs/retry", &retry).await;
        let county = world.sign_in_as(Role::Administrator, GUANDU).await;
        assert_eq!(county.refused("jobs/retry", &retry).await.code(), "forbidden");
        let gone = json!({ "kind": JobKind::ProvePhoto.code(), "key": "none" });
        assert_eq!(administrator.refused("jobs/retry", &gone).await.code(), "conflict");
        // What comes again and again waits for its time.
        let jobs: JobList = administrator.call("jobs/list", &json!({})).await;
        for kind in JobKind::ALL.iter().filter(|kind| kind.period_s().is_some()) {
            assert!(jobs.rows.iter().any(|row| row.kind == kind.code()), "{kind:?}: {jobs:?}");
        }
    })
    .await;
}

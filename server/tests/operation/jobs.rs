//! What the server does outside of requests, as the console shows it and as it ends.

use crate::support::{GUANDU, NATION, Site, UploadQuery, files, on_each_engine, photo, until, until_async};
use domain::{
    audit::AuditRow,
    job::{JobKind, JobList, JobState},
    operation::OperationStatus,
    page::Page,
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
        site.hand_in(&submission).await;
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

/// A JPEG that begins well and of which most is missing, closed by the mark of its end.
fn torn() -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels: Vec<u8> = (0..320_u32 * 240 * 3).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    jpeg_encoder::Encoder::new(&mut bytes, 85).encode(&pixels, 320, 240, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes.truncate(bytes.len() / 10);
    [&bytes[..], &[0xFF, 0xD9]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_no_picture_after_all_is_marked_and_shown_as_such() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let picture = torn();
        let hash = PhotoHash::of(&picture);
        let submission = site.finding(&[hash]);
        site.hand_in(&submission).await;
        let _: Value = site.inspector.put(&format!("/photos/{hash}")).body(picture).content().await;
        let administrator = world.sign_in_as(Role::Administrator, NATION).await;
        until_async(async || {
            let jobs: JobList = administrator.call("jobs/list", &json!({})).await;
            jobs.photos_unreadable == 1
        })
        .await;
        let status = json!({ "ids": [submission.id, crate::support::new_id()] });
        let told: Vec<OperationStatus> = site.inspector.call("operations/status", &status).await;
        assert_eq!((told[0].unreadable.as_slice(), told[1].unreadable.len()), ([hash].as_slice(), 0));
        let shown = site.inspector.get(&format!("/photos/{hash}/thumbnail")).answer().await;
        assert_eq!(shown.headers()["content-type"], "image/svg+xml");
        assert!(shown.text().await.unwrap().contains("无法显示"));
        let log: Page<AuditRow> = administrator.call("audit/list", &json!({})).await;
        let row = log.rows.iter().find(|row| row.action == "photo.prove").unwrap();
        assert_eq!((row.person_name.as_str(), row.post_title.as_str()), ("系统", "后台任务：照片检验"));
    })
    .await;
}

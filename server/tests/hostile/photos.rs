//! Photos that are none, or nobody's.

use super::Witness;
use crate::support::{QILIN, Site, UploadQuery, World, files, on_each_engine, photo};
use domain::{
    Problem,
    hazard::HazardDetail,
    photo::{LARGEST_PHOTO, PhotoHash},
};
use serde_json::{Value, json};

fn address(bytes: &[u8]) -> String {
    format!("/photos/{}", PhotoHash::of(bytes))
}

#[tokio::test]
async fn only_announced_pictures_are_kept() {
    let world = World::open().await;
    let site = Site::open(&world).await;
    let (text, huge, good) = (b"this is no picture".to_vec(), vec![0xFF; LARGEST_PHOTO + 1], photo(120));
    let submission = site.finding(&[&text, &huge, &good].map(|bytes| PhotoHash::of(bytes)));
    let receipt = site.hand_in(&submission).await;
    assert_eq!(receipt.photos_expected.len(), 3);
    let witness = Witness::open(&world).await;

    let put = |path: &str, bytes: &[u8]| site.inspector.put(path).body(bytes.to_vec()).problem();
    let bad = |problem: Problem| assert!(matches!(problem, Problem::BadPhoto { .. }), "{problem:?}");
    bad(put(&address(&text), &text).await);
    bad(put(&address(&good), &photo(121)).await);
    bad(put(&address(&good), b"").await);
    bad(put(&address(&good), &good[..good.len() / 2]).await);
    bad(put("/photos/xyz", &good).await);
    bad(put(&format!("/photos/{}", "A".repeat(64)), &good).await);
    bad(put("/photos/..%2F..%2Fetc%2Fpasswd", &good).await);
    bad(put("/photos/%FF", &good).await);
    assert_eq!(put(&address(&huge), &huge).await, Problem::TooLarge { what: "照片".into(), limit_mb: 8 });
    let stray = photo(122);
    assert_eq!(put(&address(&stray), &stray).await, Problem::not_found("照片所属的记录"));

    assert_eq!(files(&world.folder.path().join("photos")), [""; 0]);
    witness.confirm(&world).await;
    let _: Value = site.inspector.put(&address(&good)).body(good.clone()).content().await;
    let detail: HazardDetail = site.inspector.call("hazards/get", &json!({ "id": submission.hazards[0].id })).await;
    assert_eq!(detail.photos, [PhotoHash::of(&good)]);
    assert_eq!(detail.photos_expected.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_the_hash_of_another_places_photo_does_not_open_it() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let picture = photo(130);
        let hash = PhotoHash::of(&picture);
        let submission = site.finding(&[hash]);
        site.hand_in(&submission).await;
        let _: Value = site.inspector.put(&address(&picture)).body(picture.clone()).content().await;

        // Who learned the hash elsewhere announces it as a photo of their own.
        let stranger = Site::open_at(world, QILIN).await;
        let naming = stranger.finding(&[hash]);
        let receipt = stranger.hand_in(&naming).await;
        assert_eq!((receipt.photos_held, receipt.photos_expected), (vec![], vec![hash]), "held is what was sent");
        for path in [address(&picture), format!("{}/thumbnail", address(&picture))] {
            assert_eq!(stranger.inspector.get(&path).problem().await, Problem::not_found("照片"));
        }
        let detail: HazardDetail = stranger.inspector.call("hazards/get", &json!({ "id": naming.hazards[0].id })).await;
        assert_eq!((detail.photos, detail.photos_expected), (vec![], vec![hash]));
        assert_eq!(stranger.inspector.put(&address(&picture)).body(photo(131)).problem().await.code(), "bad_photo");
        assert_eq!(stranger.inspector.get(&address(&picture)).problem().await, Problem::not_found("照片"));
        // Who has the bytes has the photo.
        let _: Value = stranger.inspector.put(&address(&picture)).body(picture.clone()).content().await;
        let seen = stranger.inspector.get(&address(&picture)).answer().await;
        assert!(seen.status().is_success(), "{}: {}", seen.status(), seen.text().await.unwrap());
    })
    .await;
}

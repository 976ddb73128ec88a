//! Photos that are none, or nobody's.

use super::Witness;
use crate::support::{Site, UploadQuery, World, files, photo};
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

//! Receipts: phone and server compute the same hash of the same operation, however often it was stored and sent.

use crate::samples::Visit;
use domain::{
    geo::Wgs84,
    inspection::Submission,
    receipt::{Receipt, content_hash},
    time::Timestamp,
};
use proptest::prelude::*;

#[test]
fn the_hash_is_the_sha_256_of_the_json() {
    // printf '"abc"' | sha256sum
    assert_eq!(content_hash(&"abc"), "6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25");
}

/// A phone that waits offline for weeks may meet a newer server: the bytes under the hash are part of the wire.
#[test]
fn the_json_of_a_submission_and_its_hash_stay_as_they_are() {
    let submission = Visit::sample().submission;
    insta::assert_json_snapshot!(submission);
    insta::assert_snapshot!(content_hash(&submission));
}

#[test]
fn anything_changed_changes_the_hash() {
    let submission = Visit::sample().submission;
    let mut later = submission.clone();
    later.finished_at = later.finished_at.plus_seconds(1);
    let mut more = submission.clone();
    more.hazards[0].description.push('。');
    assert_ne!(content_hash(&submission), content_hash(&later));
    assert_ne!(content_hash(&submission), content_hash(&more));
}

#[test]
fn a_receipt_comes_back_from_json_as_it_went() {
    let submission = Visit::sample().submission;
    let receipt = Receipt {
        operation: submission.id.into(),
        received_at: Timestamp(1_795_392_000_123_456),
        content_hash: content_hash(&submission),
        photos_held: crate::samples::photos(1),
        photos_expected: Vec::new(),
    };
    let json = serde_json::to_string(&receipt).expect("serializes");
    assert_eq!(serde_json::from_str::<Receipt>(&json).expect("reads"), receipt);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_server_computes_the_hash_that_the_phone_computed(
        latitude in 3.0..54.0_f64,
        longitude in 73.0..136.0_f64,
        accuracy_m in 0.1..5000.0_f64,
        text in any::<String>(),
    ) {
        let mut submission = Visit::sample().submission;
        let fix = submission.fix.as_mut().expect("the sample has a fix");
        (fix.at, fix.accuracy_m) = (Wgs84 { latitude, longitude }, accuracy_m);
        submission.hazards[0].description = text;
        let sent = serde_json::to_string(&submission).expect("serializes");
        let received: Submission = serde_json::from_str(&sent).expect("reads");
        prop_assert_eq!(content_hash(&received), content_hash(&submission));
        prop_assert_eq!(received, submission);
    }
}

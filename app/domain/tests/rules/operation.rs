//! Operations and receipts on the wire: a phone that waits offline for weeks may meet a newer server, and both must read
//! what the other wrote as it was meant.

use crate::samples::Visit;
use domain::{
    geo::Wgs84,
    inspection::Submission,
    operation::{HeldReason, Outcome, Receipt, content_hash},
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn the_hash_is_the_sha_256_of_the_bytes() {
    // printf '"abc"' | sha256sum
    assert_eq!(content_hash(b"\"abc\""), "6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25");
}

#[test]
fn the_json_of_a_submission_stays_as_it_is() {
    insta::assert_json_snapshot!(Visit::sample().submission);
}

#[test]
fn a_receipt_comes_back_from_json_as_it_went() {
    let reason = || HeldReason::new("needs", "等待其他记录");
    for outcome in [Outcome::Applied, Outcome::Held(reason()), Outcome::Returned(reason())] {
        let receipt = Receipt {
            operation: Visit::sample().submission.id.into(),
            received_at: Timestamp(1_795_392_000_123_456),
            content_hash: content_hash(b"bytes"),
            photos_held: crate::samples::photos(1),
            photos_expected: Vec::new(),
            outcome,
        };
        let json = serde_json::to_string(&receipt).expect("serializes");
        assert_eq!(serde_json::from_str::<Receipt>(&json).expect("reads"), receipt);
    }
}

#[test]
fn an_outcome_that_an_old_phone_does_not_know_counts_as_held_with_its_words() {
    let newer = json!({ "state": "forwarded", "code": "elsewhere", "text": "已转交" });
    let outcome: Outcome = serde_json::from_value(newer).expect("reads");
    assert_eq!(outcome, Outcome::Held(HeldReason::new("elsewhere", "已转交")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_submission_comes_back_from_json_bit_by_bit(
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
        prop_assert_eq!(serde_json::from_str::<Submission>(&sent).expect("reads"), submission);
    }
}

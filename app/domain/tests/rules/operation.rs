//! Operations and receipts on the wire: a phone that waits offline for weeks may meet a newer server, and both must read
//! what the other wrote as it was meant.

use crate::samples::{Visit, hazard_id, item, new_hazard, person, photo, photos};
use domain::{
    geo::Wgs84,
    hazard::{ControlMeasure, EnforcementAction, LONGEST_TEXT, Rectification},
    id::PostId,
    inspection::{Answer, MOST_FOUND, MOST_PARTICIPANTS, NewHazard, PositionException, Submission},
    operation::{
        Envelope, FORMAT, HeldReason, LARGEST_OPERATION, LARGEST_OTHER, MOST_NEEDS, OperationKind, Outcome, PhotoRef,
        Receipt, check_envelope, content_hash,
    },
    photo::MOST_PHOTOS,
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

#[test]
fn the_hash_is_the_sha_256_of_the_bytes() {
    // printf '"abc"' | sha256sum
    assert_eq!(content_hash(b"\"abc\""), "6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25");
}

#[test]
fn the_json_of_a_submission_stays_as_it_is() {
    insta::assert_json_snapshot!(Visit::sample().submission);
}

/// An envelope of this kind, as long as its rules let it become.
fn sealed<B: serde::Serialize>(kind: OperationKind, photos: usize, needs: usize, body: B) -> (Envelope<B>, usize) {
    let envelope = Envelope {
        format: FORMAT,
        id: Visit::sample().submission.id.into(),
        kind: kind.code().to_owned(),
        post: PostId(Uuid::from_u128(7)),
        author: person(0),
        made_at: Timestamp(1_795_392_000_123_456),
        needs: vec![Visit::sample().submission.id.into(); needs],
        photos: vec![PhotoRef { hash: photo(1), size_bytes: 8_000_000 }; photos],
        body,
    };
    let bytes = serde_json::to_vec(&envelope).expect("serializes").len();
    (envelope, bytes)
}

/// Every text of the longest, in characters of four bytes, and every list as long as it may be.
#[test]
fn the_fullest_inspection_and_the_fullest_cure_fit_into_their_envelopes_and_nothing_larger() {
    let text = "𠮷".repeat(LONGEST_TEXT);
    let mut submission = Visit::sample().submission;
    let fullest = NewHazard {
        description: text.clone(),
        severity_reason: Some(text.clone()),
        photos: photos(9),
        ..new_hazard(2, 2)
    };
    submission.hazards = vec![fullest; MOST_FOUND];
    submission.participants = (0..MOST_PARTICIPANTS as u128).map(person).collect();
    submission.answers = (1..=60).map(|n| (item(n), Answer::NotApplicable)).collect();
    submission.exception = Some(PositionException { reason: text.clone(), photo: photo(1) });
    let named = MOST_FOUND * MOST_PHOTOS + 1;
    let (inspection, bytes) = sealed(OperationKind::Inspection, named, MOST_NEEDS, submission);
    assert!(bytes > LARGEST_OPERATION * 9 / 10, "the bound is that of the rules: {bytes}");
    assert_eq!(check_envelope(&inspection, inspection.id, bytes), Ok(()));
    check_envelope(&inspection, inspection.id, LARGEST_OPERATION + 1).unwrap_err();
    let cure = Rectification {
        id: inspection.id,
        hazard: hazard_id(1),
        is_partial: false,
        recorded_at: Timestamp(1_795_392_000_123_456),
        text,
        measures: ControlMeasure::ALL.to_vec(),
        enforcement: EnforcementAction::ALL.to_vec(),
        fine_fen: Some(100_000_000_000),
        photos: photos(9),
    };
    let (mut cure, bytes) = sealed(OperationKind::Rectification, 9, MOST_NEEDS, cure);
    assert!(bytes < LARGEST_OTHER / 8, "{bytes}");
    for kind in ["rectification", "teleport"] {
        kind.clone_into(&mut cure.kind);
        assert_eq!(check_envelope(&cure, cure.id, LARGEST_OTHER), Ok(()));
        check_envelope(&cure, cure.id, LARGEST_OTHER + 1).unwrap_err();
    }
    cure.needs.push(cure.id);
    check_envelope(&cure, cure.id, bytes).unwrap_err();
    cure.needs.clear();
    cure.photos = vec![cure.photos[0]; named + 1];
    check_envelope(&cure, cure.id, bytes).unwrap_err();
}

#[test]
fn a_receipt_comes_back_from_json_as_it_went() {
    let reason = || HeldReason::new("needs", "等待其他记录");
    for outcome in [Outcome::Applied, Outcome::Held(reason()), Outcome::Returned(reason())] {
        let receipt = Receipt {
            operation: Visit::sample().submission.id.into(),
            received_at: Timestamp(1_795_392_000_123_456),
            content_hash: content_hash(b"bytes"),
            photos_held: photos(1),
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

//! Forged positions and times.

use super::Witness;
use crate::support::{Site, UploadQuery, World, now};
use domain::{
    Problem,
    geo::{Fix, Wgs84},
    inspection::Submission,
    time::Timestamp,
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_forged_position_is_refused_and_a_far_one_needs_a_reason() {
    let world = World::open().await;
    let site = Site::open(&world).await;
    let witness = Witness::open(&world).await;
    let real = site.submission().fix.unwrap();
    let at = |latitude, longitude| Fix { at: Wgs84 { latitude, longitude }, ..real };
    let forged = [
        ("Tokyo", at(35.68, 139.77)),
        ("Null Island", at(0.0, 0.0)),
        ("off the globe", at(25.0, 1e300)),
        ("no accuracy", Fix { accuracy_m: 0.0, ..real }),
        ("less than none", Fix { accuracy_m: -20.0, ..real }),
        ("a planet wide", Fix { accuracy_m: 1e9, ..real }),
    ];
    let untimely = [
        ("an hour ago", Fix { taken_at: now().plus_seconds(-3_600), ..real }),
        ("the end of time", Fix { taken_at: Timestamp(i64::MAX), ..real }),
    ];
    let refused = async |endpoint: &str, input: &Value, what: &str| {
        let problem = site.inspector.refused(endpoint, input).await;
        assert!(matches!(&problem, Problem::Invalid { field, .. } if field == "定位"), "{what}: {problem:?}");
    };
    for (what, fix) in forged {
        let check = json!({ "enterprise": site.enterprise.id, "fix": fix });
        refused("inspections/check_position", &check, what).await;
    }
    for (what, fix) in forged.into_iter().chain(untimely) {
        let submission = Submission { fix: Some(fix), ..site.submission() };
        refused("inspections/submit", &json!({ "submission": submission }), what).await;
    }
    // JSON has no word for what is no number; whatever stands in its place is no position.
    for absurd in ["null", "\"NaN\"", "NaN", "1e999", "[25]"] {
        let whole = serde_json::to_string(&json!({ "submission": site.submission() })).unwrap();
        let latitude = format!("\"latitude\":{}", real.at.latitude);
        let body = whole.replacen(&latitude, &format!("\"latitude\":{absurd}"), 1);
        assert_ne!(body, whole);
        let request = site.inspector.post("/api/inspections/submit").header("content-type", "application/json");
        let problem = request.body(body).problem().await;
        assert!(matches!(&problem, Problem::Invalid { field, .. } if field == "请求"), "{absurd}: {problem:?}");
    }
    let refused = async |fix: Option<Fix>| {
        let submission = Submission { fix, ..site.submission() };
        site.inspector.refused("inspections/submit", &json!({ "submission": submission })).await
    };
    let far = refused(Some(at(real.at.latitude + 0.1, real.at.longitude))).await;
    assert!(matches!(far, Problem::PositionMismatch { .. }), "{far:?}");
    assert_eq!(refused(None).await, Problem::PositionMissing);
    witness.confirm(&world).await;
    let _: Value = site.inspector.call("inspections/submit", &json!({ "submission": site.submission() })).await;
}

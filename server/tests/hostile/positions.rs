//! Forged positions and times.

use crate::support::{Site, UploadQuery, World, held, now};
use domain::{
    Problem,
    geo::{Fix, Wgs84},
    inspection::{InspectionRow, Submission},
    operation::Outcome,
    page::Page,
    time::Timestamp,
};
use serde_json::json;

#[tokio::test]
async fn a_forged_position_is_none_and_a_far_one_is_marked() {
    let world = World::open().await;
    let site = Site::open(&world).await;
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
    // What is no position is none; what is none is marked, and the work is taken all the same.
    let far = ("far away", at(real.at.latitude + 0.1, real.at.longitude));
    let marked = async || {
        let list: Page<InspectionRow> =
            site.inspector.call("inspections/list", &json!({ "filter": { "unmatched_only": true } })).await;
        list.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let fixes = forged.into_iter().chain(untimely).chain([far]).map(|(what, fix)| (what, Some(fix)));
    for (what, fix) in fixes.chain([("no fix", None)]) {
        let submission = Submission { fix, ..site.submission() };
        assert_eq!(site.hand_in(&submission).await.outcome, Outcome::Applied, "{what}");
        assert!(marked().await.contains(&submission.id), "{what}");
    }
    // JSON has no word for what is no number; whatever stands in its place is no position.
    for absurd in ["null", "\"NaN\"", "NaN", "1e999", "[25]"] {
        let submission = site.submission();
        let whole = serde_json::to_string(&site.sealed(&submission)).unwrap();
        let latitude = format!("\"latitude\":{}", real.at.latitude);
        let body = whole.replacen(&latitude, &format!("\"latitude\":{absurd}"), 1);
        assert_ne!(body, whole);
        let request = site.inspector.put(&format!("/operations/{}", submission.id)).body(body);
        if absurd == "NaN" {
            let problem = request.problem().await;
            assert!(matches!(&problem, Problem::Invalid { field, .. } if field == "内容"), "{absurd}: {problem:?}");
        } else {
            assert_eq!(held(&request.content().await), "content", "{absurd}");
        }
    }
    let good = site.submission();
    assert_eq!(site.hand_in(&good).await.outcome, Outcome::Applied);
    assert!(!marked().await.contains(&good.id));
}

//! Problems: stable codes, fitting statuses, words for the person at the screen.

use domain::Problem;
use std::collections::BTreeSet;

/// One of each. A new variant does not compile until it is listed: see [`place`].
fn all() -> Vec<Problem> {
    let text = || "说明".to_owned();
    let all = vec![
        Problem::NotSignedIn,
        Problem::UnknownUser,
        Problem::Forbidden { post: text(), action: text() },
        Problem::NotFound { what: text() },
        Problem::invalid("企业名称", "不能为空"),
        Problem::EnterpriseExists { name: text(), place: text() },
        Problem::PositionMismatch { distance_m: 1234.5, allowed_m: 520.0 },
        Problem::PositionMissing,
        Problem::conflict("该隐患已销号"),
        Problem::OperationConflict,
        Problem::TooMany { retry_after_s: 60 },
        Problem::BadCode { message: text() },
        Problem::TooLarge { what: text(), limit_mb: 20 },
        Problem::BadWorkbook { message: text() },
        Problem::BadPhoto { message: text() },
        Problem::Unreachable,
        Problem::CrossSite,
        Problem::NoSpace,
        Problem::Internal { request_id: "0193".into() },
        Problem::Unexpected,
        Problem::FormerPerson { name: text() },
    ];
    assert_eq!(all.iter().map(place).collect::<Vec<_>>(), (0..all.len()).collect::<Vec<_>>());
    all
}

/// Its place in [`all`].
fn place(problem: &Problem) -> usize {
    match problem {
        Problem::NotSignedIn => 0,
        Problem::UnknownUser => 1,
        Problem::Forbidden { .. } => 2,
        Problem::NotFound { .. } => 3,
        Problem::Invalid { .. } => 4,
        Problem::EnterpriseExists { .. } => 5,
        Problem::PositionMismatch { .. } => 6,
        Problem::PositionMissing => 7,
        Problem::Conflict { .. } => 8,
        Problem::OperationConflict => 9,
        Problem::TooMany { .. } => 10,
        Problem::BadCode { .. } => 11,
        Problem::TooLarge { .. } => 12,
        Problem::BadWorkbook { .. } => 13,
        Problem::BadPhoto { .. } => 14,
        Problem::Unreachable => 15,
        Problem::CrossSite => 16,
        Problem::NoSpace => 17,
        Problem::Internal { .. } => 18,
        Problem::Unexpected => 19,
        Problem::FormerPerson { .. } => 20,
    }
}

#[test]
fn codes_are_unique_and_are_the_tag_on_the_wire() {
    let codes: BTreeSet<_> = all().iter().map(Problem::code).collect();
    assert_eq!(codes.len(), all().len());
    for problem in all() {
        let json = serde_json::to_value(&problem).expect("serializes");
        assert_eq!(json["code"], problem.code());
        assert_eq!(serde_json::from_value::<Problem>(json).expect("reads"), problem);
    }
}

#[test]
fn a_code_of_a_newer_version_reads_as_unexpected() {
    for json in [r#"{"code":"quota_exceeded"}"#, r#"{"code":"quota_exceeded","quota":{"bytes":1},"message":"x"}"#] {
        assert_eq!(serde_json::from_str::<Problem>(json).expect("reads"), Problem::Unexpected);
    }
    let known = r#"{"code":"too_many","retry_after_s":5,"limit":10}"#;
    assert_eq!(serde_json::from_str::<Problem>(known).expect("reads"), Problem::TooMany { retry_after_s: 5 });
    assert!(serde_json::from_str::<Problem>("{}").is_err(), "no code at all is no problem of ours");
}

#[test]
fn words_codes_and_statuses_are_as_reviewed() {
    let rows: Vec<String> =
        all().iter().map(|problem| format!("{} {}: {problem}", problem.status(), problem.code())).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

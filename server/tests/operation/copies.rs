//! A phone that hears nothing sends again: however many copies arrive together, one is done, and all are answered alike.

use crate::support::{GUANDU, Session, Site, UploadQuery, cure, handing_in, new_id, on_each_engine, photo, workbook};
use domain::{
    Problem,
    audit::AuditRow,
    hazard::HazardDetail,
    import::{ImportReport, ImportState},
    inspection::{InspectionRow, Submission},
    operation::{Outcome, Receipt, content_hash},
    page::Page,
    person::Role,
    photo::PhotoHash,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// Sends all at once and reads all answers, each of which must be good.
async fn together(requests: Vec<RequestBuilder>) -> Vec<Value> {
    let sending: Vec<_> = requests.into_iter().map(|request| tokio::spawn(request.content())).collect();
    let mut answers = Vec::new();
    for answer in sending {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn copies(count: usize, request: impl Fn() -> RequestBuilder) -> Vec<RequestBuilder> {
    std::iter::repeat_with(request).take(count).collect()
}

async fn inspections(inspector: &Session) -> Vec<InspectionRow> {
    let page: Page<InspectionRow> = inspector.call("inspections/list", &json!({ "filter": {} })).await;
    page.rows
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_copies_of_an_inspection_are_one_inspection() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let before = inspections(&site.inspector).await;
        let submission = site.finding(&[PhotoHash::of(b"before")]);
        let receipts = together(copies(20, || handing_in(&site.inspector, &site.sealed(&submission)))).await;
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
        let receipt: Receipt = serde_json::from_value(receipts[0].clone()).unwrap();
        let bytes = serde_json::to_vec(&site.sealed(&submission)).unwrap();
        assert_eq!((receipt.operation, receipt.content_hash), (submission.id.into(), content_hash(&bytes)));
        assert_eq!(receipt.outcome, Outcome::Applied);
        let after = inspections(&site.inspector).await;
        assert_eq!(after.iter().filter(|row| row.id == submission.id).count(), 1);
        assert_eq!(after[1..], before[..49]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_copies_of_ten_inspections_are_ten() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let before = inspections(&site.inspector).await;
        let submissions: Vec<Submission> = std::iter::repeat_with(|| site.submission()).take(10).collect();
        let mixed = (0..200).map(|n| handing_in(&site.inspector, &site.sealed(&submissions[n % 10]))).collect();
        let receipts = together(mixed).await;
        assert!((0..200).all(|n| receipts[n] == receipts[n % 10]));
        let after = inspections(&site.inspector).await;
        assert!(submissions.iter().all(|submission| after[..10].iter().any(|row| row.id == submission.id)));
        assert_eq!(after[10..], before[..40]);
        let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
        let log: Page<AuditRow> = administrator.call("audit/list", &json!({})).await;
        assert_eq!(log.rows.iter().filter(|row| row.action == "operation.file").count(), 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_what_follows_are_done_once_too() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let picture = photo(60);
        let submission = site.finding(&[PhotoHash::of(&picture)]);
        together(vec![handing_in(&site.inspector, &site.sealed(&submission))]).await;
        let address = format!("/photos/{}", PhotoHash::of(&picture));
        let stored = together(copies(20, || site.inspector.put(&address).body(picture.clone()))).await;
        assert!(stored.iter().all(|answer| *answer == json!({ "hash": PhotoHash::of(&picture) })));
        let cure = cure(submission.hazards[0].id, PhotoHash::of(b"after"));
        let receipts = together(copies(20, || handing_in(&site.inspector, &site.sealed_cure(&cure)))).await;
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
        let detail: HazardDetail = site.inspector.call("hazards/get", &json!({ "id": submission.hazards[0].id })).await;
        assert_eq!(detail.photos, [PhotoHash::of(&picture)]);
        assert!(detail.cure().is_some());

        let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
        let rows = [["老街米线", "餐饮企业", "关上街 1 号", "王老街", "91360727MA38QC805G"]];
        let upload = administrator.post("/imports/enterprises").body(workbook::enterprises(&rows));
        let checked: ImportReport = upload.content().await;
        let input = json!({ "id": checked.id });
        let written = together(copies(10, || administrator.function("imports/confirm_enterprises", &input))).await;
        assert!(written.iter().all(|report| *report == written[0]));
        let report: ImportReport = serde_json::from_value(written[0].clone()).unwrap();
        assert_eq!((report.state, report.good), (ImportState::Written, 1));
        let log: Page<AuditRow> = administrator.call("audit/list", &json!({})).await;
        let times = |action: &str| log.rows.iter().filter(|row| row.action == action).count();
        let (photos, filed, imported) = (times("photo.store"), times("operation.file"), times("enterprise.import"));
        // The check of the workbook left one too.
        assert_eq!((photos, filed, imported), (1, 2, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_other_content_is_a_conflict_also_when_they_race() {
    on_each_engine(async |world| {
        let site = Site::open(world).await;
        let one = site.finding(&[PhotoHash::of(b"before")]);
        let mut other = one.clone();
        other.hazards[0].description = "改了内容".to_owned();
        let racing = [&one, &other]
            .map(|submission| tokio::spawn(handing_in(&site.inspector, &site.sealed(submission)).answer()));
        let mut statuses = Vec::new();
        for answer in racing {
            statuses.push(answer.await.unwrap().status().as_u16());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let mut third = one.clone();
        third.hazards[0].description = "又改了内容".to_owned();
        assert_eq!(handing_in(&site.inspector, &site.sealed(&third)).problem().await, Problem::OperationConflict);
        let cure = |submission: &Submission| cure(submission.hazards[0].id, PhotoHash::of(b"after"));
        let mut closing = cure(&one);
        closing.id.0 = one.id.0;
        let refused = handing_in(&site.inspector, &site.sealed_cure(&closing)).problem().await;
        assert_eq!(refused, Problem::OperationConflict);
        closing.id.0 = new_id();
        let closed: Receipt = handing_in(&site.inspector, &site.sealed_cure(&closing)).content().await;
        assert_eq!(closed.outcome, Outcome::Applied);
    })
    .await;
}

//! Photos: which records name them.

use crate::support::{
    code, enterprise, entry, found_at, fresh_id, hazard, inspect, noon, on_each_engine, person, uscc,
};
use domain::{hazard::Severity, id::OperationId, photo::PhotoHash};
use store::photos::{self, Link, PhotoPurpose};

#[tokio::test]
async fn one_picture_under_two_hazards_of_an_operation_belongs_to_both() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let inspection = inspect(&mut tx, "530111", id, author, noon("2026-11-02")).await;
        let place = found_at(inspection, id, "530111", author, "2026-11-02");
        let (picture, operation) = (PhotoHash::of(b"both"), OperationId(fresh_id()));
        let mut hazards = Vec::new();
        for _ in 0..2 {
            let id = hazard(&mut tx, &place, author, Severity::Major, "2026-12-02").await;
            let shows = PhotoPurpose::Found;
            let link = Link { operation, shows, hazard: Some(id), inspection: None, region: code("530111") };
            for _copy in 0..2 {
                photos::announce(&mut tx, &link, &[picture]).await.unwrap();
            }
            hazards.push(id);
        }
        for id in hazards {
            let of_hazard = photos::of_hazard(&mut tx, id).await.unwrap();
            let of_hazard: Vec<_> = of_hazard.iter().map(|p| (p.hash, p.operation, p.is_held)).collect();
            assert_eq!(of_hazard, [(picture, operation, false)]);
        }
    })
    .await;
}

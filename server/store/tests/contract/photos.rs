//! Photos: expected, sent, and seen only through the records that they were sent for.

use crate::support::{
    code, enterprise, entry, found_at, fresh_id, hazard, inspect, noon, on_each_engine, operation, person, uscc, within,
};
use domain::{
    hazard::Severity,
    id::{InspectionId, OperationId},
    job::JobKind,
    photo::PhotoHash,
};
use store::{
    jobs, operations,
    photos::{self, KeptPhoto, Link, NewPhoto, PhotoPurpose, PhotoStatus},
};

#[tokio::test]
async fn a_photo_is_seen_through_the_records_that_its_bytes_were_sent_for() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (hash, at) = (PhotoHash::of(b"a photo"), noon("2026-11-02"));
        let nowhere = code("110101");
        let mut announced = Vec::new();
        for (number, (name, region)) in [("王海", "530111"), ("李云", "530302")].into_iter().enumerate() {
            let someone = person(&mut tx, name, &format!("1380000000{number}")).await;
            let operation = operation(someone, region);
            let id = operation.id;
            assert!(operations::claim(&mut tx, &operation, &[]).await.unwrap());
            let inspection = Some(InspectionId(id.0));
            let shows = PhotoPurpose::Place;
            let link = Link { operation: id, shows, hazard: None, inspection, region: code(region) };
            photos::announce(&mut tx, &[(link, &[hash])]).await.unwrap();
            announced.push((id, someone, code(region)));
        }
        let [(one_id, one, county), (other_id, other, other_county)] = announced.try_into().unwrap();
        let (county, other_county, nowhere) = (Some(county), Some(other_county), Some(nowhere));
        let photo =
            NewPhoto { hash, size_bytes: 7, kept_hash: PhotoHash::of(b"cleaned"), media_type: "image/jpeg", at };
        assert_eq!(photos::status(&mut tx, hash, county, one).await.unwrap(), PhotoStatus::Expected);
        assert!(photos::keep(&mut tx, &photo, county, one).await.unwrap());
        assert!(!photos::keep(&mut tx, &photo, county, one).await.unwrap(), "a second time is no news");
        assert_eq!(photos::status(&mut tx, hash, county, one).await.unwrap(), PhotoStatus::Held);
        assert!(jobs::is_due(&mut tx, JobKind::ProvePhoto, at).await.unwrap());
        let kept = photos::visible(&mut tx, hash, within("530111"), one).await.unwrap().unwrap();
        assert_eq!((kept.media_type.as_str(), kept.is_unreadable), ("image/jpeg", false));
        assert_eq!(operations::photos(&mut tx, one_id).await.unwrap(), (vec![hash], vec![]));

        // The other named it too, and sent nothing.
        assert_eq!(photos::status(&mut tx, hash, other_county, other).await.unwrap(), PhotoStatus::Expected);
        assert_eq!(photos::visible(&mut tx, hash, within("530302"), other).await.unwrap(), None);
        assert_eq!(operations::photos(&mut tx, other_id).await.unwrap(), (vec![], vec![hash]));
        let third = person(&mut tx, "赵山", "13800000009").await;
        assert_eq!(photos::status(&mut tx, hash, nowhere, third).await.unwrap(), PhotoStatus::Unknown);
        assert!(!photos::keep(&mut tx, &photo, nowhere, third).await.unwrap(), "nobody asked them for it");
        assert!(photos::keep(&mut tx, &photo, other_county, other).await.unwrap());
        assert!(photos::visible(&mut tx, hash, within("530302"), other).await.unwrap().is_some());

        let kept = KeptPhoto { hash, size_bytes: 7, kept_hash: photo.kept_hash };
        assert_eq!(photos::page(&mut tx, None, 2).await.unwrap(), [kept]);
        assert_eq!(photos::page(&mut tx, Some(hash), 2).await.unwrap(), []);

        assert_eq!(photos::count_unreadable(&mut tx).await.unwrap(), 0);
        photos::mark_unreadable(&mut tx, hash).await.unwrap();
        photos::mark_unreadable(&mut tx, PhotoHash::of(b"nowhere")).await.unwrap_err();
        assert_eq!(photos::count_unreadable(&mut tx).await.unwrap(), 1);
        let ids = [one_id, other_id];
        assert_eq!(operations::unreadable(&mut tx, &ids, one).await.unwrap(), [(one_id, hash)]);
        assert_eq!(operations::unreadable(&mut tx, &ids, third).await.unwrap(), []);
        assert!(photos::visible(&mut tx, hash, within("530111"), one).await.unwrap().unwrap().is_unreadable);
        let place = photos::of_place(&mut tx, InspectionId(one_id.0)).await.unwrap();
        assert_eq!(place, Some(hash));
    })
    .await;
}

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
                photos::announce(&mut tx, &[(link, &[picture])]).await.unwrap();
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

//! Operations: filed once, held for the office, waiting for one another, and their receipts.

use crate::support::{enterprise, entry, fresh_id, noon, on_each_engine, operation, person, uscc, within};
use domain::{
    id::{InspectionId, OperationId, PersonId},
    operation::{HeldReason, Outcome},
    photo::PhotoHash,
};
use store::{
    StoreError, Tx,
    operations::{self, Operation},
    photos::{self, Link, PhotoPurpose},
};

async fn filed(tx: &mut Tx, author: PersonId, region: &str) -> Operation {
    let operation = operation(author, region);
    assert!(operations::claim(tx, &operation, &[]).await.unwrap());
    operation
}

fn held(code: &str) -> Outcome {
    Outcome::Held(HeldReason::new(code, "等待处理"))
}

#[tokio::test]
async fn an_operation_is_filed_once_and_found_as_it_came() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let first = filed(&mut tx, author, "530111").await;
        let other = Operation { content_hash: "other".to_owned(), ..first.clone() };
        assert!(!operations::claim(&mut tx, &other, &[]).await.unwrap());
        operations::await_deciders(&mut tx, &[OperationId(fresh_id())]).await.unwrap();
        let found = operations::find(&mut tx, first.id).await.unwrap().unwrap();
        assert_eq!((found.operation, found.outcome), (first.clone(), Outcome::Applied));
        let locked = operations::lock(&mut tx, first.id).await.unwrap().unwrap();
        assert_eq!(locked.operation, first);
        let unknown = OperationId(fresh_id());
        assert_eq!(operations::find(&mut tx, unknown).await.unwrap(), None);
        assert_eq!(operations::lock(&mut tx, unknown).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_waits_in_its_scope_oldest_first_until_it_is_decided() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let mut ids = Vec::new();
        for region in ["530111", "530112", "530111"] {
            let operation = filed(&mut tx, author, region).await;
            operations::settle(&mut tx, operation.id, &held("enterprise"), "老街米线", None).await.unwrap();
            ids.push(operation.id);
        }
        let list = async |tx: &mut Tx, scope: &str| {
            let page = operations::page(tx, within(scope), None, 50).await.unwrap();
            page.rows.into_iter().map(|row| row.operation).collect::<Vec<_>>()
        };
        assert_eq!(list(&mut tx, "530111").await, [ids[0], ids[2]]);
        let first = operations::page(&mut tx, within("530000"), None, 2).await.unwrap();
        let second = operations::page(&mut tx, within("530000"), first.next.as_ref(), 2).await.unwrap();
        let paged: Vec<_> = first.rows.iter().chain(&second.rows).map(|row| row.operation).collect();
        assert_eq!((paged, second.next), (ids.clone(), None));

        let one = operations::held(&mut tx, within("530111"), ids[0]).await.unwrap().unwrap();
        assert_eq!(one.row, first.rows[0]);
        assert_eq!((one.row.author.as_str(), one.row.title.as_str()), ("王海", "老街米线"));
        assert_eq!((one.row.region_name.as_str(), one.row.reason.code.as_str()), ("官渡区", "enterprise"));
        assert_eq!(one.envelope, "{}");
        assert_eq!(operations::held(&mut tx, within("530112"), ids[0]).await.unwrap(), None, "another county's");

        let at = enterprise(&mut tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(1))).await;
        operations::set_enterprise(&mut tx, ids[0], at).await.unwrap();
        let decided = Some((author, noon("2026-11-03")));
        operations::settle(&mut tx, ids[0], &Outcome::Applied, "", decided).await.unwrap();
        let returned = Outcome::Returned(HeldReason::new("office", "漏填一项"));
        operations::settle(&mut tx, ids[2], &returned, "", decided).await.unwrap();
        assert_eq!(list(&mut tx, "530111").await, []);
        assert_eq!(operations::held(&mut tx, within("530111"), ids[0]).await.unwrap(), None);
        assert_eq!(operations::find(&mut tx, ids[2]).await.unwrap().unwrap().outcome, returned);
    })
    .await;
}

#[tokio::test]
async fn deciding_on_an_operation_that_is_not_there_is_told() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let unknown = OperationId(fresh_id());
        let at = enterprise(&mut tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(1))).await;
        for told in [
            operations::settle(&mut tx, unknown, &Outcome::Applied, "", None).await,
            operations::set_enterprise(&mut tx, unknown, at).await,
        ] {
            assert!(matches!(told, Err(StoreError::RowsWritten { actual: 0, .. })), "{told:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_an_operation_is_known_until_it_is_filed() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let needed = OperationId(fresh_id());
        let waits = filed(&mut tx, author, "530111").await.id;
        let decided = filed(&mut tx, author, "530111").await.id;
        for id in [waits, decided] {
            operations::await_others(&mut tx, id, &[needed]).await.unwrap();
            operations::await_others(&mut tx, id, &[needed]).await.unwrap();
        }
        operations::settle(&mut tx, waits, &held("needs"), "", None).await.unwrap();
        operations::settle(&mut tx, decided, &held("enterprise"), "", None).await.unwrap();
        assert_eq!(operations::lock_with_waiting(&mut tx, needed, 9).await.unwrap(), Some(vec![waits]));
        assert_eq!(operations::lock_with_waiting(&mut tx, waits, 9).await.unwrap(), None);
        let applied = filed(&mut tx, author, "530111").await.id;
        let asked = [waits, applied, needed];
        assert_eq!(operations::applied_among(&mut tx, &asked).await.unwrap(), [applied]);
        operations::settle(&mut tx, waits, &Outcome::Applied, "", None).await.unwrap();
        assert_eq!(operations::lock_with_waiting(&mut tx, needed, 9).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_for_the_author_and_the_deliverer_and_tells_of_photos() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let deliverer = person(&mut tx, "李山", "13900000002").await;
        let stranger = person(&mut tx, "赵江", "13900000003").await;
        let carried = Operation { deliverer, ..operation(author, "530111") };
        assert!(operations::claim(&mut tx, &carried, &[]).await.unwrap());
        let own = operation(author, "530111");
        assert!(operations::claim(&mut tx, &own, &[]).await.unwrap());
        let carriers = operations::carriers(&mut tx, &[carried.id, own.id]).await.unwrap();
        assert_eq!(carriers.into_iter().collect::<Vec<_>>(), [(carried.id, "李山".to_owned())]);
        let photos = [PhotoHash::of(b"one"), PhotoHash::of(b"two")];
        let (shows, inspection) = (PhotoPurpose::Place, Some(InspectionId(carried.id.0)));
        let link = Link { operation: carried.id, shows, hazard: None, inspection, region: carried.region };
        photos::announce(&mut tx, &[(link, &photos)]).await.unwrap();
        let receipt = operations::receipt(
            &mut tx,
            carried.id,
            carried.received_at,
            carried.content_hash.clone(),
            Outcome::Applied,
        );
        let receipt = receipt.await.unwrap();
        let mut expected = photos;
        expected.sort_by_key(ToString::to_string);
        assert_eq!((receipt.photos_held.len(), receipt.photos_expected.as_slice()), (0, expected.as_slice()));
        let asked = [carried.id, OperationId(fresh_id())];
        for (person, count) in [(author, 1), (deliverer, 1), (stranger, 0)] {
            let receipts = operations::receipts(&mut tx, &asked, person).await.unwrap();
            assert_eq!(receipts, vec![receipt.clone(); count]);
        }
    })
    .await;
}

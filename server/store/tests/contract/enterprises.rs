//! Writing enterprises, one by one.

use crate::support::{code, enterprise, entry, fresh_id, inspect, noon, on_each_engine, person, uscc, within};
use domain::{
    enterprise::{EnterpriseRow, EnterpriseType},
    geo::Wgs84,
    id::EnterpriseId,
};
use store::{
    StoreError,
    enterprises::{self, NewEnterprise, PositionSource, Site},
};
use uuid::Uuid;

#[tokio::test]
async fn an_enterprise_comes_back_as_it_was_written() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let written = entry("老街米线", "关上街道中心路 1 号", &uscc(1));
        let id = enterprise(&mut tx, "530111", &written).await;
        assert_eq!(enterprises::entry(&mut tx, id).await.unwrap(), Some(written.clone()));
        let expected = EnterpriseRow {
            id,
            name: written.name.clone(),
            enterprise_type: EnterpriseType::Catering.into(),
            address: written.address.clone(),
            legal_representative: written.legal_representative.clone(),
            credit_code: uscc(1),
            licence_name: written.licence_name.clone(),
            licence_number: written.licence_number.clone(),
            region: code("530111"),
            region_name: "官渡区".to_owned(),
            position: None,
            closed_at: None,
            open_hazards: 0,
            last_inspected_at: None,
        };
        assert_eq!(enterprises::get(&mut tx, within("000000"), id).await.unwrap(), Some(expected.clone()));
        assert_eq!(enterprises::get(&mut tx, within("530100"), id).await.unwrap(), Some(expected));
        assert_eq!(enterprises::get(&mut tx, within("530102"), id).await.unwrap(), None);
        let found = enterprises::find_by_key(&mut tx, code("530111"), &written.unique_key()).await.unwrap();
        assert_eq!(found, Some((id, written.name.clone())));
        assert_eq!(enterprises::find_by_key(&mut tx, code("530102"), &written.unique_key()).await.unwrap(), None);
        let unknown = EnterpriseId(Uuid::nil());
        assert_eq!(enterprises::entry(&mut tx, unknown).await.unwrap(), None);
        assert_eq!(enterprises::site(&mut tx, unknown).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_id_and_a_key_are_taken_once() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let first = entry("老街米线", "中心路 1 号", &uscc(1));
        let id = enterprise(&mut tx, "530111", &first).await;
        let other = entry("新街米线", "中心路 2 号", &uscc(2));
        let at = noon("2026-10-01");
        let same_id = NewEnterprise { id, entry: &other, region: code("530111"), at };
        assert!(!enterprises::insert(&mut tx, &same_id).await.unwrap());
        let spaced = entry("老街米线店", "中心路1号", &uscc(1));
        let same_key = NewEnterprise { id: EnterpriseId(fresh_id()), entry: &spaced, region: code("530111"), at };
        assert!(!enterprises::insert(&mut tx, &same_key).await.unwrap());
        let elsewhere = NewEnterprise { region: code("530102"), ..same_key };
        assert!(enterprises::insert(&mut tx, &elsewhere).await.unwrap());
        assert_eq!(enterprises::entry(&mut tx, id).await.unwrap(), Some(first));
    })
    .await;
}

#[tokio::test]
async fn a_phone_number_is_masked_in_every_row() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let id = enterprise(&mut tx, "530111", &entry("路边烧烤", "夜市 3 号", "13812345678")).await;
        let row = enterprises::get(&mut tx, within("000000"), id).await.unwrap().unwrap();
        assert_eq!(row.credit_code, "138****5678");
        let entry = enterprises::entry(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(entry.credit_code.as_str(), "13812345678");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_another_row_is_refused_when_editing() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let first = entry("老街米线", "中心路 1 号", &uscc(1));
        enterprise(&mut tx, "530111", &first).await;
        let second = enterprise(&mut tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(2))).await;
        let changed = entry("新街饺子", "中心路 3 号", &uscc(3));
        enterprises::update(&mut tx, second, &changed, noon("2026-11-02")).await.unwrap();
        assert_eq!(enterprises::entry(&mut tx, second).await.unwrap(), Some(changed));
        let error = enterprises::update(&mut tx, second, &first, noon("2026-11-02")).await.unwrap_err();
        assert!(error.is_duplicate(), "{error}");
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_a_locked_enterprise_sees_what_was_made_of_it() {
    on_each_engine(async |db| {
        let mut first = db.write().await.unwrap();
        let id = enterprise(&mut first, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        first.commit().await.unwrap();
        let mut first = db.write().await.unwrap();
        enterprises::lock(&mut first, id).await.unwrap();
        let closed_at = noon("2026-11-03");
        let waiting = async {
            let mut second = db.write().await.unwrap();
            enterprises::lock(&mut second, id).await.unwrap();
            enterprises::site(&mut second, id).await.unwrap().unwrap().closed_at
        };
        let closing = async move {
            tokio::task::yield_now().await;
            enterprises::set_closed(&mut first, id, Some(closed_at), closed_at).await.unwrap();
            first.commit().await.unwrap();
        };
        assert_eq!(tokio::join!(waiting, closing).0, Some(closed_at));
    })
    .await;
}

#[tokio::test]
async fn only_an_enterprise_without_records_is_deleted() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let kept = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let gone = enterprise(&mut tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(2))).await;
        inspect(&mut tx, "530111", kept, author, noon("2026-11-02")).await;
        let day = noon("2026-11-03");
        assert!(enterprises::delete(&mut tx, gone, day).await.unwrap());
        assert!(!enterprises::delete(&mut tx, gone, day).await.unwrap());
        assert!(!enterprises::delete(&mut tx, kept, day).await.unwrap());
        assert_eq!(enterprises::entry(&mut tx, gone).await.unwrap(), None);
        assert_eq!(enterprises::get(&mut tx, within("000000"), gone).await.unwrap(), None);
        assert!(enterprises::entry(&mut tx, kept).await.unwrap().is_some());
        assert_eq!(enterprises::site(&mut tx, gone).await.unwrap().unwrap().deleted_at, Some(day));
        assert!(enterprises::set_inspected(&mut tx, gone, day, day).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_inspection_fixes_the_place_and_the_time() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let mut place = Site {
            id,
            region: code("530111"),
            enterprise_type: EnterpriseType::Catering,
            position: None,
            name: "老街米线".to_owned(),
            address: "中心路 1 号".to_owned(),
            closed_at: None,
            deleted_at: None,
        };
        assert_eq!(enterprises::site(&mut tx, id).await.unwrap(), Some(place.clone()));
        let at = Wgs84 { latitude: 25.012_345, longitude: 102.743_21 };
        let (day, later) = (noon("2026-11-02"), Wgs84 { latitude: 26.0, longitude: 103.0 });
        for at in [at, later] {
            enterprises::set_position(&mut tx, id, (at, Some(18.5)), PositionSource::Inspection, day, day)
                .await
                .unwrap();
        }
        enterprises::set_inspected(&mut tx, id, noon("2026-11-02"), noon("2026-11-02")).await.unwrap();
        enterprises::set_inspected(&mut tx, id, noon("2026-10-30"), noon("2026-11-03")).await.unwrap();
        enterprises::set_closed(&mut tx, id, Some(noon("2026-11-03")), noon("2026-11-03")).await.unwrap();
        (place.position, place.closed_at) = (Some(at), Some(noon("2026-11-03")));
        assert_eq!(enterprises::site(&mut tx, id).await.unwrap(), Some(place));
        let row = enterprises::get(&mut tx, within("000000"), id).await.unwrap().unwrap();
        assert_eq!((row.position, row.closed_at), (Some(at), Some(noon("2026-11-03"))));
        assert_eq!(row.last_inspected_at, Some(noon("2026-11-02")));
        enterprises::set_closed(&mut tx, id, None, noon("2026-11-04")).await.unwrap();
        let row = enterprises::get(&mut tx, within("000000"), id).await.unwrap().unwrap();
        assert_eq!(row.closed_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_enterprise_frees_its_key_and_comes_back_unless_the_key_is_taken() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let (first, day) = (entry("老街米线", "中心路 1 号", &uscc(1)), noon("2026-11-03"));
        let id = enterprise(&mut tx, "530111", &first).await;
        assert!(enterprises::delete(&mut tx, id, day).await.unwrap());
        enterprises::revive(&mut tx, id, day).await.unwrap();
        assert_eq!(enterprises::entry(&mut tx, id).await.unwrap(), Some(first.clone()));
        assert!(enterprises::delete(&mut tx, id, day).await.unwrap());
        let again = enterprise(&mut tx, "530111", &first).await;
        let alias = EnterpriseId(fresh_id());
        enterprises::add_alias(&mut tx, alias, again).await.unwrap();
        assert_eq!(enterprises::site(&mut tx, alias).await.unwrap().unwrap().id, again);
        let known = enterprises::aliases(&mut tx, &[id.0, again.0]).await.unwrap();
        assert_eq!(known, [(alias, again)]);
        assert_eq!(enterprises::aliases(&mut tx, &[]).await.unwrap(), []);
        enterprises::touch(&mut tx, again, day).await.unwrap();
        assert!(enterprises::revive(&mut tx, id, day).await.unwrap_err().is_duplicate());
    })
    .await;
}

#[tokio::test]
async fn what_is_to_be_done_to_an_enterprise_that_was_deleted_is_told() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let written = entry("老街米线", "中心路 1 号", &uscc(1));
        let id = enterprise(&mut tx, "530111", &written).await;
        let day = noon("2026-11-02");
        assert!(enterprises::delete(&mut tx, id, day).await.unwrap());
        assert!(!enterprises::delete(&mut tx, id, day).await.unwrap());
        enterprises::update(&mut tx, id, &written, day).await.unwrap_err();
        let at = (Wgs84 { latitude: 25.0, longitude: 102.7 }, None);
        for told in [
            enterprises::set_closed(&mut tx, id, Some(day), day).await,
            enterprises::set_inspected(&mut tx, id, day, day).await,
            enterprises::touch(&mut tx, EnterpriseId(fresh_id()), day).await,
            enterprises::set_position(&mut tx, EnterpriseId(fresh_id()), at, PositionSource::Console, day, day).await,
        ] {
            assert!(matches!(told, Err(StoreError::RowsWritten { actual: 0, .. })), "{told:?}");
        }
        enterprises::revive(&mut tx, id, day).await.unwrap();
        let twice = enterprises::revive(&mut tx, id, day).await;
        assert!(matches!(twice, Err(StoreError::RowsWritten { .. })), "{twice:?}");
    })
    .await;
}

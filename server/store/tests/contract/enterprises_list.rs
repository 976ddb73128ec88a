//! Listing, searching and finding enterprises near by.

use crate::support::{enterprise, entry, found_at, hazard, inspect, noon, on_each_engine, person, uscc, within};
use domain::{
    enterprise::{EnterpriseFilter, EnterpriseType},
    geo::Wgs84,
    hazard::Severity,
    person::PhoneNumber,
};
use store::{
    Tx,
    enterprises::{self, PositionSource},
};

async fn names(tx: &mut Tx, scope: &str, filter: EnterpriseFilter) -> Vec<String> {
    let page = enterprises::page(tx, within(scope), &filter, None, 50).await.unwrap();
    assert_eq!(page.next, None);
    page.rows.into_iter().map(|row| row.name).collect()
}

async fn found(tx: &mut Tx, scope: &str, text: &str) -> Vec<String> {
    names(tx, scope, EnterpriseFilter { text: text.to_owned(), ..EnterpriseFilter::default() }).await
}

/// Four enterprises, in three counties of two prefectures.
async fn four(tx: &mut Tx) {
    enterprise(tx, "530111", &entry("老街米线", "关上街道中心路 1 号", &uscc(1))).await;
    enterprise(tx, "530111", &entry("新街米线", "关上街道中心路 2 号", &uscc(2))).await;
    enterprise(tx, "530102", &entry("翠湖米线", "华山街道 8 号", &uscc(3))).await;
    enterprise(tx, "530302", &entry("麒麟 Hotpot 火锅", "南宁街道 5 号", &uscc(4))).await;
}

#[tokio::test]
async fn a_scope_shows_its_own_newest_first() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        four(&mut tx).await;
        let all = ["麒麟 Hotpot 火锅", "翠湖米线", "新街米线", "老街米线"];
        let any = EnterpriseFilter::default;
        assert_eq!(names(&mut tx, "000000", any()).await, all);
        assert_eq!(names(&mut tx, "530000", any()).await, all);
        assert_eq!(names(&mut tx, "530100", any()).await, all[1..]);
        assert_eq!(names(&mut tx, "530111", any()).await, all[2..]);
        assert!(names(&mut tx, "110000", any()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn any_part_is_found_within_the_scope() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        four(&mut tx).await;
        assert_eq!(found(&mut tx, "530000", "米线").await, ["翠湖米线", "新街米线", "老街米线"]);
        assert_eq!(found(&mut tx, "530111", "米线").await, ["新街米线", "老街米线"]);
        assert_eq!(found(&mut tx, "000000", "街米").await, ["新街米线", "老街米线"]);
        assert_eq!(found(&mut tx, "530000", "关上 中心").await, ["新街米线", "老街米线"]);
        assert_eq!(found(&mut tx, "530000", "hotPOT").await, ["麒麟 Hotpot 火锅"]);
        assert_eq!(found(&mut tx, "530000", &uscc(3)).await, ["翠湖米线"]);
        assert_eq!(found(&mut tx, "530000", "翠").await, ["翠湖米线"]);
        assert_eq!(found(&mut tx, "530000", "湖").await, ["翠湖米线"], "one character is enough, wherever it stands");
        assert!(found(&mut tx, "530302", "米线").await.is_empty());
        assert!(found(&mut tx, "110000", "米线").await.is_empty());
        for hostile in ["\"米线", "' or 1=1 --", "米线 AND *", "%_\\", "\u{0}米", "NEAR(米线)"] {
            found(&mut tx, "530000", hostile).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_phone_number_is_found_only_where_it_is_asked_for_and_only_as_a_whole() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        enterprise(&mut tx, "530111", &entry("路边烧烤", "夜市", "13812345678")).await;
        for text in ["13812345678", "138 1234-5678", "1381234567", "5678", "1", "☎13812345678", "☎"] {
            let found = found(&mut tx, "530000", text).await;
            assert!(text == "☎" || found.is_empty(), "{text}: {found:?}");
        }
        for (region, phone, expected) in [
            ("530000", "13812345678", &["路边烧烤"][..]),
            ("530000", "13812345679", &[]),
            ("530102", "13812345678", &[]),
        ] {
            let (phone, filter) = (PhoneNumber::parse(phone).unwrap(), EnterpriseFilter::default());
            let page = enterprises::page_of_phone(&mut tx, within(region), &phone, &filter, None, 50).await.unwrap();
            assert_eq!(page.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn words_follow_an_edit_and_leave_with_the_row() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        enterprises::update(&mut tx, id, &entry("新街饺子", "中心路 1 号", &uscc(1)), noon("2026-11-02"))
            .await
            .unwrap();
        assert!(found(&mut tx, "530111", "米线").await.is_empty());
        assert_eq!(found(&mut tx, "530111", "饺子").await, ["新街饺子"]);
        assert!(enterprises::delete(&mut tx, id, noon("2026-11-02")).await.unwrap());
        enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        assert!(found(&mut tx, "530111", "饺子").await.is_empty());
        assert_eq!(found(&mut tx, "530111", "中心").await, ["老街米线"]);
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_alone_and_together() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        four(&mut tx).await;
        let mut school = entry("米线小学", "学府路 1 号", &uscc(5));
        school.enterprise_type = EnterpriseType::School;
        let school = enterprise(&mut tx, "530111", &school).await;
        enterprises::set_inspected(&mut tx, school, noon("2026-11-02"), noon("2026-11-02")).await.unwrap();
        let none = EnterpriseFilter::default;
        let only_schools = EnterpriseFilter { enterprise_type: Some(EnterpriseType::School), ..none() };
        assert_eq!(names(&mut tx, "530000", only_schools).await, ["米线小学"]);
        let inspected = EnterpriseFilter { is_inspected: Some(true), ..none() };
        assert_eq!(names(&mut tx, "530000", inspected).await, ["米线小学"]);
        let not_inspected = EnterpriseFilter { is_inspected: Some(false), text: "米线".to_owned(), ..none() };
        assert_eq!(names(&mut tx, "530111", not_inspected).await, ["新街米线", "老街米线"]);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for number in 0..7 {
            let name = format!("第{number}米线");
            enterprise(&mut tx, "530111", &entry(&name, "中心路", &uscc(number))).await;
        }
        for text in ["", "米线"] {
            let filter = EnterpriseFilter { text: text.to_owned(), ..EnterpriseFilter::default() };
            let (mut seen, mut after, mut sizes) = (Vec::new(), None, Vec::new());
            loop {
                let page = enterprises::page(&mut tx, within("530100"), &filter, after.as_ref(), 3).await.unwrap();
                sizes.push(page.rows.len());
                seen.extend(page.rows.into_iter().map(|row| row.name));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(sizes, [3, 3, 1]);
            assert_eq!(seen, (0..7).rev().map(|number| format!("第{number}米线")).collect::<Vec<_>>());
        }
    })
    .await;
}

#[tokio::test]
async fn open_hazards_are_counted() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let inspection = inspect(&mut tx, "530111", id, author, noon("2026-11-02")).await;
        let place = found_at(inspection, id, "530111", author, "2026-11-02");
        hazard(&mut tx, &place, author, Severity::Major, "2026-12-01").await;
        hazard(&mut tx, &place, author, Severity::General, "2026-11-10").await;
        let row = enterprises::get(&mut tx, within("000000"), id).await.unwrap().unwrap();
        assert_eq!(row.open_hazards, 2);
    })
    .await;
}

#[tokio::test]
async fn the_nearest_come_first_and_only_those_in_business() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let here = Wgs84 { latitude: 25.0, longitude: 102.7 };
        assert!(enterprises::nearby(&mut tx, within("000000"), here).await.unwrap().is_empty());
        let at = |metres: f64| Wgs84 { latitude: 25.0 + metres / 111_195.0, longitude: 102.7 };
        for (number, (region, metres)) in
            (0..).zip([("530111", 90_000.0), ("530111", 300.0), ("530102", 2_500.0), ("530111", 200.0)])
        {
            let id = enterprise(&mut tx, region, &entry(&format!("{metres} 米外"), "路边", &uscc(number))).await;
            let day = noon("2026-11-02");
            enterprises::set_position(&mut tx, id, (at(metres), None), PositionSource::Console, day, day)
                .await
                .unwrap();
            // The nearest is closed.
            if number == 3 {
                enterprises::set_closed(&mut tx, id, Some(day), day).await.unwrap();
            }
        }
        enterprise(&mut tx, "530111", &entry("没有定位", "路边", &uscc(99))).await;
        let near =
            |rows: Vec<domain::enterprise::EnterpriseRow>| -> Vec<_> { rows.into_iter().map(|row| row.name).collect() };
        let all = enterprises::nearby(&mut tx, within("530100"), here).await.unwrap();
        assert_eq!(near(all), ["300 米外", "2500 米外", "90000 米外"]);
        let county = enterprises::nearby(&mut tx, within("530102"), here).await.unwrap();
        assert_eq!(near(county), ["2500 米外"]);
    })
    .await;
}

#[tokio::test]
async fn thirty_near_are_enough() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        for number in 0..40 {
            let id = enterprise(&mut tx, "530111", &entry(&format!("{number:02}号店"), "路边", &uscc(number))).await;
            let at = Wgs84 { latitude: 25.0 + f64::from(number) * 0.0001, longitude: 102.7 };
            let day = noon("2026-11-02");
            enterprises::set_position(&mut tx, id, (at, None), PositionSource::Console, day, day).await.unwrap();
        }
        let here = Wgs84 { latitude: 25.0, longitude: 102.7 };
        let near = enterprises::nearby(&mut tx, within("530111"), here).await.unwrap();
        let names: Vec<_> = near.into_iter().map(|row| row.name).collect();
        assert_eq!(names, (0..30).map(|number| format!("{number:02}号店")).collect::<Vec<_>>());
    })
    .await;
}

//! Regions, departments, checklists and settings.

use crate::support::{code, on_each_engine};
use domain::{
    checklist::Checklist,
    code::Lenient,
    enterprise::EnterpriseType,
    geo::PositionRule,
    hazard::Severity,
    person::{Department, DepartmentCode},
    region::{Region, RegionCode},
};
use store::{StoreError, checklists, dictionary, settings};

fn region(region: &str, name: &str) -> Region {
    Region { code: code(region), name: name.to_owned() }
}

#[tokio::test]
async fn regions_are_found_by_parent_by_code_and_by_path() {
    on_each_engine(async |db| {
        let mut tx = db.read().await.unwrap();
        let provinces = dictionary::regions(&mut tx, RegionCode::NATION).await.unwrap();
        assert_eq!(provinces.first(), Some(&region("110000", "北京市")));
        assert!(provinces.contains(&region("530000", "云南省")));
        let prefectures = dictionary::regions(&mut tx, code("530000")).await.unwrap();
        assert_eq!(prefectures.len(), 16);
        assert!(dictionary::regions(&mut tx, code("530111")).await.unwrap().is_empty());
        assert_eq!(dictionary::region(&mut tx, code("530111")).await.unwrap(), Some(region("530111", "官渡区")));
        assert_eq!(dictionary::region(&mut tx, code("539999")).await.unwrap(), None);
        let path = dictionary::path(&mut tx, code("530111")).await.unwrap();
        let expected = [("000000", "全国"), ("530000", "云南省"), ("530100", "昆明市"), ("530111", "官渡区")];
        assert_eq!(path, expected.map(|(code, name)| region(code, name)));
        assert!(dictionary::path(&mut tx, code("539999")).await.unwrap().is_empty());
        let names = dictionary::region_names(&mut tx, code("530100")).await.unwrap();
        assert_eq!(names.len(), 15);
        assert_eq!(names.get(&code("530111")).map(String::as_str), Some("官渡区"));
    })
    .await;
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    on_each_engine(async |db| {
        store::prepare(db).await.unwrap();
        let mut tx = db.read().await.unwrap();
        assert_eq!(dictionary::region_names(&mut tx, RegionCode::NATION).await.unwrap().len(), 3352);
        let departments = dictionary::departments(&mut tx).await.unwrap();
        assert_eq!(departments.len(), 15);
        let housing = Department { code: DepartmentCode("housing".to_owned()), name: "住房城乡建设".to_owned() };
        assert_eq!(departments.first(), Some(&housing));
        assert_eq!(dictionary::department(&mut tx, &housing.code).await.unwrap(), Some(housing));
        assert_eq!(dictionary::department(&mut tx, &DepartmentCode("none".to_owned())).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn every_type_has_a_first_checklist() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let current = checklists::current(&mut tx).await.unwrap();
        assert_eq!(current.iter().map(|list| list.enterprise_type.clone()).collect::<Vec<_>>(), EnterpriseType::ALL);
        assert_eq!(current.iter().map(|list| list.items.len()).sum::<usize>(), 324);
        let major = current.iter().flat_map(|list| &list.items).filter(|item| item.severity == Severity::Major);
        assert_eq!(major.count(), 138);
        let departments = dictionary::departments(&mut tx).await.unwrap();
        let is_known = |code| departments.iter().any(|department| department.code == code);
        assert!(current.iter().flat_map(|list| list.items.clone()).all(|item| is_known(item.department)));

        let first = checklists::get(&mut tx, EnterpriseType::Catering, 1).await.unwrap().unwrap();
        let mut second = first.clone();
        second.version = 2;
        second.items.truncate(3);
        checklists::insert(&mut tx, &second).await.unwrap();
        let unknown_type = Checklist { enterprise_type: Lenient::of("space_port".to_owned()), ..second.clone() };
        let mut unknown_severity = second.clone();
        unknown_severity.items[0].severity = Lenient::of("catastrophic".to_owned());
        for unknown in [unknown_type, unknown_severity] {
            let refused = checklists::insert(&mut tx, &unknown).await;
            assert!(matches!(refused, Err(StoreError::Inconsistent { .. })), "{refused:?}");
        }
        checklists::load(&mut tx).await.unwrap();
        let current = checklists::current(&mut tx).await.unwrap();
        assert_eq!(current.iter().find(|list| list.enterprise_type == EnterpriseType::Catering), Some(&second));
        assert_eq!(checklists::get(&mut tx, EnterpriseType::Catering, 1).await.unwrap(), Some(first));
        assert_eq!(checklists::get(&mut tx, EnterpriseType::Catering, 3).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_nearest_setting_wins() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let county = code("530111");
        assert_eq!(settings::position_rule(&mut tx, county).await.unwrap(), PositionRule::default());
        assert_eq!(settings::administrators_per_place(&mut tx, county).await.unwrap(), 2);
        settings::set(&mut tx, RegionCode::NATION, "position_radius_m", "400").await.unwrap();
        settings::set(&mut tx, code("530000"), "position_radius_m", "300").await.unwrap();
        settings::set(&mut tx, code("530100"), "position_accuracy_cap_m", "150.5").await.unwrap();
        settings::set(&mut tx, code("530102"), "position_radius_m", "50").await.unwrap();
        settings::set(&mut tx, county, "administrators_per_place", "3").await.unwrap();
        settings::set(&mut tx, county, "administrators_per_place", "4").await.unwrap();
        let rule = settings::position_rule(&mut tx, county).await.unwrap();
        assert_eq!(rule, PositionRule { radius_m: 300.0, accuracy_cap_m: 150.5 });
        let rule = settings::position_rule(&mut tx, code("110101")).await.unwrap();
        assert_eq!(rule, PositionRule { radius_m: 400.0, ..PositionRule::default() });
        assert_eq!(settings::administrators_per_place(&mut tx, county).await.unwrap(), 4);
        settings::set(&mut tx, county, "position_radius_m", "weit").await.unwrap();
        settings::position_rule(&mut tx, county).await.unwrap_err();
    })
    .await;
}

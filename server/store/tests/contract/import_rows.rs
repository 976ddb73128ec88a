//! Imports: what a check found, and rows written by the hundred.

use crate::support::{code, enterprise, entry, fresh_id, noon, on_each_engine, person, uscc, within};
use domain::{
    enterprise::EnterpriseFilter,
    geo::Wgs84,
    id::{EnterpriseId, ImportId, PersonId},
    import::{ImportKind, ImportReport, ImportState},
    person::{DepartmentCode, PhoneNumber},
};
use store::{
    enterprises,
    imports::{self, ImportRecord, ImportedEnterprise},
    people::{self, PersonFields},
};

fn record(person: PersonId) -> ImportRecord {
    let report = ImportReport {
        id: ImportId(fresh_id()),
        kind: ImportKind::Enterprises,
        file_name: "企业信息收集表.xlsx".to_owned(),
        at: noon("2026-11-02"),
        state: ImportState::Checked,
        rows: 3,
        good: 2,
        repeated: 1,
        wrong: 0,
        errors: Vec::new(),
        preview: Vec::new(),
        preview_columns: Vec::new(),
    };
    ImportRecord { person, region: code("530111"), report }
}

fn imported(number: u32) -> ImportedEnterprise {
    ImportedEnterprise {
        id: EnterpriseId(fresh_id()),
        entry: entry(&format!("第{number}米线店"), &format!("中心路 {number} 号"), &uscc(number)),
        position: number.is_multiple_of(2).then_some(Wgs84 { latitude: 25.015, longitude: 102.744 }),
    }
}

#[tokio::test]
async fn what_a_check_found_is_kept_replaced_and_in_time_forgotten() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let mut kept = record(wang);
        let id = kept.report.id;
        assert!(!imports::is_known(&mut tx, id).await.unwrap());
        assert_eq!(imports::take(&mut tx, id).await.unwrap(), None);
        imports::keep(&mut tx, &kept).await.unwrap();
        assert!(imports::is_known(&mut tx, id).await.unwrap());
        assert_eq!(imports::take(&mut tx, id).await.unwrap(), Some(kept.clone()));
        kept.report.state = ImportState::Written;
        imports::keep(&mut tx, &kept).await.unwrap();
        assert_eq!(imports::take(&mut tx, id).await.unwrap(), Some(kept));
        assert_eq!(imports::forget(&mut tx, noon("2026-11-02")).await.unwrap(), []);
        assert_eq!(imports::forget(&mut tx, noon("2026-11-03")).await.unwrap(), [id]);
        assert!(!imports::is_known(&mut tx, id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn hundreds_of_enterprises_are_written_and_found_like_any_other() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        enterprise(&mut tx, "530112", &entry("邻县米线", "路 1 号", &uscc(9_999))).await;
        // More than one statement holds.
        let rows: Vec<_> = (0..1_203).map(imported).collect();
        imports::insert_enterprises(&mut tx, code("530111"), &rows, noon("2026-11-02")).await.unwrap();
        let mut keys = Vec::new();
        imports::enterprise_keys(&mut tx, code("530111"), |key, name| keys.push((key.to_owned(), name))).await.unwrap();
        keys.sort();
        let mut expected: Vec<_> = rows.iter().map(|row| (row.entry.unique_key(), row.entry.name.clone())).collect();
        expected.sort();
        assert_eq!(keys, expected);
        for row in [&rows[0], &rows[501], &rows[1_202]] {
            let filter = EnterpriseFilter { text: row.entry.name.clone(), ..EnterpriseFilter::default() };
            let found = enterprises::page(&mut tx, within("530111"), &filter, None, 50).await.unwrap().rows;
            assert!(found.iter().any(|one| one.id == row.id && one.position == row.position), "{}", row.entry.name);
            assert_eq!(enterprises::entry(&mut tx, row.id).await.unwrap().as_ref(), Some(&row.entry));
        }
        let again = imports::insert_enterprises(&mut tx, code("530111"), &rows[..1], noon("2026-11-02")).await;
        assert!(again.unwrap_err().is_duplicate());
    })
    .await;
}

#[tokio::test]
async fn people_are_written_together_and_a_taken_number_refuses_them() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let department = DepartmentCode("fire".to_owned());
        let numbers: Vec<_> =
            (0..600).map(|number| PhoneNumber::parse(&format!("1390000{number:04}")).unwrap()).collect();
        let fields = |phone| PersonFields { name: "王海", phone, department: &department, is_internal: true };
        let rows: Vec<_> = numbers.iter().map(|phone| (PersonId(fresh_id()), fields(phone))).collect();
        imports::insert_people(&mut tx, &rows, noon("2026-11-02")).await.unwrap();
        let written = people::by_phones(&mut tx, &numbers.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(written.len(), 600);
        let taken = [(PersonId(fresh_id()), fields(&numbers[7]))];
        let refused = imports::insert_people(&mut tx, &taken, noon("2026-11-02")).await;
        assert!(refused.unwrap_err().is_duplicate());
    })
    .await;
}

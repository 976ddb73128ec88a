//! Imports: kept until they are forgotten, and each person's found.

use crate::support::{code, fresh_id, noon, on_each_engine, person};
use domain::{
    id::ImportId,
    import::{ImportKind, ImportReport, ImportState},
};
use store::imports::{self, ImportRecord};

fn report(at: &str) -> ImportReport {
    ImportReport {
        id: ImportId(fresh_id()),
        kind: ImportKind::People,
        file_name: "人员.xlsx".to_owned(),
        at: noon(at),
        state: ImportState::Checked,
        rows: 1,
        good: 1,
        repeated: 0,
        wrong: 0,
        errors: Vec::new(),
        preview: Vec::new(),
        preview_columns: Vec::new(),
    }
}

#[tokio::test]
async fn the_imports_of_a_person_are_found_oldest_first_until_they_are_forgotten() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let own = person(&mut tx, "张三", "13800000001").await;
        let other = person(&mut tx, "李四", "13800000002").await;
        let region = code("530111");
        let record = |person, at| ImportRecord { person, region, report: report(at) };
        let (late, early) = (record(own, "2026-11-03"), record(own, "2026-11-01"));
        for record in [&late, &early, &record(other, "2026-11-02")] {
            imports::keep(&mut tx, record).await.unwrap();
        }
        assert_eq!(imports::of_person(&mut tx, own).await.unwrap(), [early.clone(), late.clone()]);
        assert_eq!(imports::take(&mut tx, late.report.id).await.unwrap(), Some(late.clone()));
        assert!(imports::is_known(&mut tx, early.report.id).await.unwrap());

        assert_eq!(imports::forget(&mut tx, noon("2026-11-02")).await.unwrap(), [early.report.id]);
        assert_eq!(imports::of_person(&mut tx, own).await.unwrap(), [late]);
        assert!(!imports::is_known(&mut tx, early.report.id).await.unwrap());
    })
    .await;
}

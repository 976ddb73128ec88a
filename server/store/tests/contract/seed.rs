//! Preparing a database, and filling it with invented records.

use crate::support::{code, date, entry, fresh_id, item, noon, on_each_engine, uscc, within};
use domain::{
    hazard::{CureDetails, Stage},
    id::{EnterpriseId, HazardId, InspectionId, PersonId},
    ledger::HazardFilter,
    person::Role,
};
use store::{
    checklists, dictionary, enterprises, hazards, inspections, ledger, people,
    seed::{self, Batch, SeedEnterprise, SeedHazard, SeedInspection, SeedPerson},
};

/// One of each.
fn batch() -> Batch {
    let (person, enterprise, inspection) = (fresh_id(), fresh_id(), fresh_id());
    let at = noon("2026-11-02").0;
    let wang = || (person, "王海".to_owned());
    let hazard = |cure| SeedHazard {
        id: fresh_id(),
        inspection,
        enterprise,
        enterprise_type: "catering",
        region: code("530111"),
        item: item(),
        description: "后厨没有安装报警器".to_owned(),
        author: wang(),
        officer: wang(),
        title: "官渡区 · 检查员".to_owned(),
        found_at: at,
        due_on: date("2026-12-02"),
        indexed: domain::search::index(&["老街米线", "后厨没有安装报警器"]),
        cure,
    };
    Batch {
        people: vec![SeedPerson {
            id: person,
            name: "王海".to_owned(),
            phone: "13900000001".to_owned(),
            department: "fire".to_owned(),
            is_internal: true,
            posts: vec![(fresh_id(), Role::Inspector, code("530111"))],
        }],
        enterprises: vec![SeedEnterprise {
            id: enterprise,
            entry: entry("老街米线", "中心路 1 号", &uscc(1)),
            region: code("530111"),
            position: None,
            last_inspected_at: Some(at),
            created_at: at,
        }],
        inspections: vec![SeedInspection {
            id: inspection,
            enterprise,
            enterprise_type: "catering",
            region: code("530111"),
            at,
            distance_m: 12.0,
            answers: "{}".to_owned(),
            items: 1,
            failed: 1,
            people: vec![wang()],
        }],
        hazards: vec![hazard(None), hazard(Some((at + 1, "已安装".to_owned(), CureDetails::default())))],
    }
}

#[tokio::test]
async fn invented_records_are_read_like_real_ones() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        assert!(seed::is_empty(&mut tx).await.unwrap());
        let batch = batch();
        seed::insert(&mut tx, &batch).await.unwrap();
        assert!(!seed::is_empty(&mut tx).await.unwrap());
        tx.commit().await.unwrap();
        seed::take_stock(db).await.unwrap();

        let mut tx = db.read().await.unwrap();
        let wang = PersonId(batch.people[0].id);
        assert_eq!(people::get(&mut tx, wang).await.unwrap().unwrap().name, "王海");
        assert_eq!(people::posts_of(&mut tx, &[wang]).await.unwrap()[&wang].len(), 1);
        let enterprise = EnterpriseId(batch.enterprises[0].id);
        let row = enterprises::get(&mut tx, within("530111"), enterprise).await.unwrap().unwrap();
        assert_eq!((row.name.as_str(), row.open_hazards), ("老街米线", 1));
        let inspection = InspectionId(batch.inspections[0].id);
        assert!(inspections::get(&mut tx, within("530111"), inspection).await.unwrap().is_some());
        for (hazard, stage, events) in [(&batch.hazards[0], Stage::Open, 1), (&batch.hazards[1], Stage::Closed, 2)] {
            let id = HazardId(hazard.id);
            assert_eq!(hazards::get(&mut tx, id).await.unwrap().unwrap().stage, stage);
            assert_eq!(hazards::events(&mut tx, id).await.unwrap().len(), events);
        }
        let filter = HazardFilter { text: "米线".to_owned(), ..HazardFilter::default() };
        let found = ledger::page(&mut tx, within("530111"), &filter, date("2026-11-24"), None, 50).await.unwrap();
        assert_eq!(found.rows.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_prepared_again_stays_as_it_is() {
    on_each_engine(async |db| {
        let mut tx = db.read().await.unwrap();
        let (departments, lists) =
            (dictionary::departments(&mut tx).await.unwrap(), checklists::current(&mut tx).await.unwrap());
        drop(tx);
        db.migrate().await.unwrap();
        dictionary::prepare(db).await.unwrap();
        let mut tx = db.write().await.unwrap();
        dictionary::load(&mut tx).await.unwrap();
        assert_eq!(dictionary::departments(&mut tx).await.unwrap(), departments);
        assert_eq!(checklists::current(&mut tx).await.unwrap(), lists);
        assert_eq!(db.engine_name(), if db.has_one_writer() { "SQLite" } else { "PostgreSQL" });
    })
    .await;
}

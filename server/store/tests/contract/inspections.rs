//! Inspections: under way, handed in, and read again.

use crate::support::{
    code, enterprise, entry, fresh_id, handed_in, inspect, item, noon, on_each_engine, person, uscc, within,
};
use domain::{
    geo::PositionVerdict,
    id::{EnterpriseId, InspectionId, PersonId, PostId},
    inspection::{Answer, Begun, InspectionFilter},
    time::Timestamp,
};
use std::collections::BTreeMap;
use store::{Tx, enterprises, inspections, settings};

async fn begin(tx: &mut Tx, enterprise: EnterpriseId, author: PersonId, started_at: Timestamp) -> InspectionId {
    let begun = Begun { inspection: InspectionId(fresh_id()), enterprise, started_at };
    for _copy in 0..2 {
        inspections::begin(tx, &begun, enterprise, author, PostId(fresh_id()), started_at).await.unwrap();
    }
    begun.inspection
}

#[tokio::test]
async fn what_was_begun_is_under_way_until_it_ends_or_grows_old() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let old = begin(&mut tx, id, author, noon("2026-11-01")).await;
        let new = begin(&mut tx, id, author, noon("2026-11-02")).await;
        let under_way = async |tx: &mut Tx, since: &str| {
            let rows = inspections::under_way(tx, id, noon(since)).await.unwrap();
            rows.into_iter().map(|row| (row.inspection, row.author)).collect::<Vec<_>>()
        };
        let wang = || "王海".to_owned();
        assert_eq!(under_way(&mut tx, "2026-10-01").await, [(new, wang()), (old, wang())]);
        assert_eq!(under_way(&mut tx, "2026-11-01").await, [(new, wang())]);
        handed_in(&mut tx, new, "530111", id, author, noon("2026-11-02")).await;
        assert_eq!(under_way(&mut tx, "2026-11-01").await, []);
    })
    .await;
}

#[tokio::test]
async fn an_inspection_is_judged_by_its_place_the_rule_there_and_whether_it_is_filed() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let filed = inspect(&mut tx, "530111", id, author, noon("2026-11-02")).await;
        for (region, radius) in [("530000", "300"), ("530111", "200"), ("530112", "100")] {
            settings::set(&mut tx, code(region), "position_radius_m", radius).await.unwrap();
        }
        let facts = inspections::facts(&mut tx, filed, id).await.unwrap().unwrap();
        assert_eq!(Some(facts.site), enterprises::site(&mut tx, id).await.unwrap());
        assert_eq!(facts.rule, settings::position_rule(&mut tx, code("530111")).await.unwrap());
        assert!(facts.is_known);
        let alias = EnterpriseId(fresh_id());
        assert_eq!(inspections::facts(&mut tx, InspectionId(fresh_id()), alias).await.unwrap(), None);
        enterprises::add_alias(&mut tx, alias, id).await.unwrap();
        let facts = inspections::facts(&mut tx, InspectionId(fresh_id()), alias).await.unwrap().unwrap();
        assert_eq!((facts.site.id, facts.is_known), (id, false));
    })
    .await;
}

#[tokio::test]
async fn an_inspection_is_read_in_its_scope_with_answers_and_people() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let wang = person(&mut tx, "王海", "13900000001").await;
        let at = enterprise(&mut tx, "530111", &entry("老街米线", "中心路 1 号", &uscc(1))).await;
        let other = enterprise(&mut tx, "530111", &entry("新街米线", "中心路 2 号", &uscc(2))).await;
        let first = inspect(&mut tx, "530111", at, wang, noon("2026-11-02")).await;
        let second = inspect(&mut tx, "530111", at, wang, noon("2026-11-03")).await;
        inspect(&mut tx, "530111", other, wang, noon("2026-11-04")).await;
        assert!(inspections::is_known(&mut tx, first).await.unwrap());
        assert!(!inspections::is_known(&mut tx, InspectionId(fresh_id())).await.unwrap());
        let row = inspections::get(&mut tx, within("530100"), first).await.unwrap().unwrap();
        assert_eq!((row.enterprise_name.as_str(), row.inspectors.as_slice()), ("老街米线", &["王海".to_owned()][..]));
        assert_eq!((row.failed, row.items, row.started_at), (1, 1, noon("2026-11-02")));
        assert_eq!(row.position, PositionVerdict::Match { distance_m: 12.0 });
        assert_eq!(inspections::get(&mut tx, within("530112"), first).await.unwrap(), None);
        let of_enterprise = inspections::of_enterprise(&mut tx, within("530111"), at).await.unwrap();
        assert_eq!(of_enterprise.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
        assert_eq!(inspections::of_enterprise(&mut tx, within("530112"), at).await.unwrap(), []);
        let all = InspectionFilter::default();
        let page = inspections::page(&mut tx, within("530111"), &all, None, 50).await.unwrap();
        assert!(page.rows.contains(&row) && page.rows.len() == 3);

        let (version, answers) = inspections::answers(&mut tx, first).await.unwrap();
        assert_eq!((version, answers), (1, BTreeMap::from([(item().code, Answer::Fail)])));
        inspections::answers(&mut tx, InspectionId(fresh_id())).await.unwrap_err();
        let people = inspections::participants(&mut tx, first).await.unwrap();
        assert_eq!(people.iter().map(|one| one.id).collect::<Vec<_>>(), [wang]);
        store::people::delete(&mut tx, wang, noon("2026-11-05")).await.unwrap();
        let people = inspections::participants(&mut tx, first).await.unwrap();
        assert_eq!(people.len(), 1, "who was deleted since took part all the same");
    })
    .await;
}

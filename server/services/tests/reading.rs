//! Dictionaries, checklists, statistics and the audit log: who may read them, and how far.

use crate::{
    enterprises::{inspect, noodles},
    support::{code, on_each_engine},
};
use domain::{Problem, region::RegionCode, statistics::RegionStatistics};
use services::{
    actions::{ReadAudit, ReadChecklists, ReadDictionary, ReadStatistics},
    audit, checklists, dictionary, statistics,
};

#[tokio::test]
async fn whoever_is_signed_in_reads_the_dictionary_and_nobody_else() {
    on_each_engine(async |world| {
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (inspector, _) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        let provinces = dictionary::regions(world.permit(&inspector).await, RegionCode::NATION).await.unwrap();
        assert!(provinces.iter().any(|region| region.name == "云南省"));
        let path = dictionary::path(world.permit(&inspector).await, code("530111")).await.unwrap();
        let names: Vec<_> = path.iter().map(|region| region.name.as_str()).collect();
        assert_eq!(names, ["全国", "云南省", "昆明市", "官渡区"]);
        let unknown = dictionary::path(world.permit(&inspector).await, code("539999")).await;
        assert_eq!(unknown, Err(Problem::not_found("地区")));
        assert_eq!(dictionary::departments(world.permit(&inspector).await).await.unwrap().len(), 15);
        assert_eq!(checklists::current(world.permit(&inspector).await).await.unwrap().len(), 16);
        let stranger = world.try_permit::<ReadDictionary>("no token").await.err();
        assert_eq!(stranger, Some(Problem::NotSignedIn));
        assert_eq!(world.gate.permit::<ReadChecklists>(None).await.err(), Some(Problem::NotSignedIn));
    })
    .await;
}

#[tokio::test]
async fn statistics_go_down_from_the_post_and_never_up() {
    on_each_engine(async |world| {
        let prefecture = world.administrator("13800000002", "市管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let (inspector, person) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        let id = noodles(world, &county).await;
        inspect(world, &inspector, person.id, id).await;

        let own = statistics::by_region(world.permit(&county).await, code("530111"), None, None).await.unwrap();
        let [RegionStatistics { enterprises: 1, inspected: 1, inspections: 1, hazards: 0, .. }] = own[..] else {
            panic!("{own:?}")
        };
        let below = statistics::by_region(world.permit(&prefecture).await, code("530100"), None, None).await.unwrap();
        assert_eq!(below.len(), 14);
        assert_eq!(below.iter().find(|sum| sum.region.code == code("530111")), own.first());
        let down = statistics::by_region(world.permit(&prefecture).await, code("530111"), None, None).await;
        assert_eq!(down, Ok(own));

        for above in ["530100", "000000", "530102"] {
            let refused = statistics::by_region(world.permit(&county).await, code(above), None, None).await;
            assert_eq!(refused, Err(Problem::not_found("地区")));
        }
        let (later, earlier) = (Some("2026-11-02".parse().unwrap()), Some("2026-11-01".parse().unwrap()));
        let reversed = statistics::by_region(world.permit(&county).await, code("530111"), later, earlier).await;
        assert_eq!(reversed.unwrap_err().code(), "invalid");
        let refused = world.try_permit::<ReadStatistics>(&inspector).await.err();
        assert_eq!(refused.map(|problem| problem.code()), Some("forbidden"));
    })
    .await;
}

#[tokio::test]
async fn the_log_shows_what_was_written_from_below() {
    on_each_engine(async |world| {
        let prefecture = world.administrator("13800000002", "市管甲", "530100").await;
        let county = world.administrator("13800000003", "县管甲", "530111").await;
        let other = world.administrator("13800000004", "县管乙", "530102").await;
        let (inspector, _) = world.inspector(&county, "13900000001", "检查甲", "530111").await;
        noodles(world, &county).await;
        for (token, is_seen) in [(&prefecture, true), (&county, true), (&other, false)] {
            let log = audit::list(world.permit(token).await, None).await.unwrap();
            let added = log.rows.iter().find(|line| line.action == "enterprise.add");
            assert_eq!(added.is_some(), is_seen);
            if let Some(line) = added {
                assert_eq!((line.person_name.as_str(), line.subject.as_str()), ("县管甲", "老街米线"));
                assert_eq!(line.post_title, "官渡区 · 管理员");
                assert_eq!(line.detail, "餐饮企业，关上街 1 号");
            }
        }
        let refused = world.try_permit::<ReadAudit>(&inspector).await.err();
        assert_eq!(refused.map(|problem| problem.code()), Some("forbidden"));
    })
    .await;
}

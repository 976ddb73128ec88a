//! The ledger's filter lives in addresses and on the wire: it must come back as it went.

use domain::{
    enterprise::EnterpriseType,
    hazard::{HazardState, Severity},
    ledger::HazardFilter,
    person::DepartmentCode,
    region::RegionCode,
    time::{Timestamp, plus_days},
};
use proptest::{option::of, prelude::*, sample::select};

#[test]
fn no_filter_is_an_empty_object_and_the_other_way_round() {
    assert_eq!(serde_json::to_string(&HazardFilter::default()).expect("serializes"), "{}");
    assert_eq!(serde_json::from_str::<HazardFilter>("{}").expect("reads"), HazardFilter::default());
}

#[test]
fn an_old_or_a_newer_address_still_reads() {
    let filter: HazardFilter =
        serde_json::from_str(r#"{"severity":"major","state":"overdue","from":"2026-11-01","colour":"red"}"#)
            .expect("unknown names are passed over");
    let expected = HazardFilter {
        severity: Some(Severity::Major),
        state: Some(HazardState::Overdue),
        from: Some(crate::samples::date("2026-11-01")),
        ..HazardFilter::default()
    };
    assert_eq!(filter, expected);
}

#[test]
fn a_filter_with_a_wrong_value_is_refused_not_widened() {
    for wrong in [r#"{"region":"5301"}"#, r#"{"severity":"minor"}"#, r#"{"from":"2026-13-01"}"#, r#"{"state":"x"}"#] {
        assert!(serde_json::from_str::<HazardFilter>(wrong).is_err(), "{wrong}");
    }
}

fn filters() -> impl Strategy<Value = HazardFilter> {
    let regions = select(vec!["000000", "530000", "530100", "530111", "429004"]);
    let states = select(HazardState::ALL);
    let day = || (0..40_000_i32).prop_map(|days| plus_days(Timestamp(0).date(), days));
    (
        of(regions.prop_map(|code| code.parse::<RegionCode>().expect("a real code"))),
        of(select(EnterpriseType::ALL.to_vec())),
        of(select(vec![Severity::General, Severity::Major])),
        of(states),
        of("[a-z_0-9]{0,12}".prop_map(DepartmentCode)),
        of(day()),
        of(day()),
        any::<String>(),
    )
        .prop_map(|(region, enterprise_type, severity, state, department, from, to, text)| HazardFilter {
            region,
            enterprise_type,
            severity,
            state,
            department,
            from,
            to,
            text,
        })
}

proptest! {
    #[test]
    fn a_filter_comes_back_from_json_as_it_went(filter in filters()) {
        let json = serde_json::to_string(&filter).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<HazardFilter>(&json).expect("reads"), filter);
    }
}

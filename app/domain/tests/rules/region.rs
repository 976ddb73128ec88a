//! Regions: levels, parents and ranges, on every real code.

use crate::samples::{REGIONS, region};
use domain::region::{BadRegionCode, RegionCode, RegionLevel};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

struct Row {
    code: RegionCode,
    level: RegionLevel,
    parent: Option<RegionCode>,
}

fn rows() -> Vec<Row> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        Row {
            code: region(cells[0]),
            level: serde_json::from_value(cells[2].into()).expect("a known level"),
            parent: (!cells[3].is_empty()).then(|| region(cells[3])),
        }
    };
    REGIONS.lines().skip(1).map(row).collect()
}

#[test]
fn every_real_code_has_the_level_and_the_parent_of_the_dictionary() {
    let rows = rows();
    let codes: BTreeSet<_> = rows.iter().map(|row| row.code).collect();
    assert!(rows.len() > 3000 && codes.len() == rows.len());
    for row in &rows {
        assert_eq!((row.code.level(), row.code.parent()), (row.level, row.parent), "{}", row.code);
        assert!(row.parent.is_none_or(|parent| codes.contains(&parent)), "{} hangs in the air", row.code);
    }
}

#[test]
fn every_prefecture_has_counties_whose_names_are_not_its_own() {
    let names: Vec<&str> = REGIONS.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    let rows: Vec<_> = std::iter::zip(rows(), names).collect();
    for (row, name) in rows.iter().filter(|(row, _)| row.level == RegionLevel::Prefecture) {
        let mut counties = rows.iter().filter(|(below, _)| below.parent == Some(row.code)).peekable();
        assert!(counties.peek().is_some(), "nobody can enter enterprises in {name}");
        assert!(counties.all(|(_, county)| county != name), "{name} names two places");
    }
}

#[test]
fn the_range_of_every_real_code_holds_exactly_what_it_includes() {
    let rows = rows();
    let texts: Vec<String> = rows.iter().map(|row| row.code.to_string()).collect();
    for scope in &rows {
        let (from, to) = scope.code.range();
        // Counties include nothing but themselves, so for them the neighbours under the same parent are enough.
        let tried = |other: &RegionCode| scope.level != RegionLevel::County || other.parent() == scope.parent;
        for (row, text) in rows.iter().zip(&texts) {
            let is_in_range = from <= *text && *text < to;
            if tried(&row.code) || is_in_range {
                assert_eq!(is_in_range, scope.code.includes(row.code), "{} and {text}", scope.code);
                assert_eq!(is_in_range, text.starts_with(&scope.code.prefix()), "{} and {text}", scope.code);
            }
        }
    }
}

#[rstest]
#[case::nation("000000", RegionLevel::Nation, "", &["000000"], ("000000", "999999"))]
#[case::province("530000", RegionLevel::Province, "53", &["000000", "530000"], ("530000", "540000"))]
#[case::prefecture("530100", RegionLevel::Prefecture, "5301", &["000000", "530000", "530100"], ("530100", "530200"))]
#[case::county("530111", RegionLevel::County, "530111", &["000000", "530000", "530100", "530111"], ("530111", "530112"))]
#[case::county_right_under_a_province("429004", RegionLevel::County, "429004", &["000000", "420000", "429000", "429004"], ("429004", "429005"))]
#[case::last_county_of_a_prefecture("530199", RegionLevel::County, "530199", &["000000", "530000", "530100", "530199"], ("530199", "530200"))]
#[case::last_prefecture_of_a_province("539900", RegionLevel::Prefecture, "5399", &["000000", "530000", "539900"], ("539900", "540000"))]
fn a_code_tells_its_place(
    #[case] code: &str,
    #[case] level: RegionLevel,
    #[case] prefix: &str,
    #[case] path: &[&str],
    #[case] range: (&str, &str),
) {
    let code = region(code);
    assert_eq!((code.level(), code.prefix().as_str()), (level, prefix));
    assert_eq!(code.path().iter().map(ToString::to_string).collect::<Vec<_>>(), path);
    assert_eq!(code.range(), (range.0.to_owned(), range.1.to_owned()));
}

#[rstest]
#[case::empty("")]
#[case::five_digits("53010")]
#[case::seven_digits("5301000")]
#[case::a_letter("53010a")]
#[case::full_width("５３０１００")]
#[case::a_sign("+53010")]
#[case::a_blank(" 53010")]
#[case::two_characters_of_six_bytes("云南")]
#[case::prefecture_without_province("000100")]
#[case::county_without_province("000101")]
#[case::county_without_prefecture("530001")]
fn what_is_no_code_is_refused(#[case] text: &str) {
    assert_eq!(text.parse::<RegionCode>(), Err(BadRegionCode));
    assert!(serde_json::from_value::<RegionCode>(text.into()).is_err());
}

#[test]
fn levels_go_down_to_the_county() {
    let below: Vec<_> = RegionLevel::ALL.into_iter().map(RegionLevel::below).collect();
    let [_, province, prefecture, county] = RegionLevel::ALL.map(Some);
    assert_eq!(below, [province, prefecture, county, None]);
    assert!(RegionLevel::ALL.is_sorted(), "a higher level sorts first");
}

fn codes() -> impl Strategy<Value = RegionCode> {
    // GB/T 2260 uses 11 to 82; few different digits, so that regions meet.
    (11..=82_u32, 0..4_u32, 0..4_u32).prop_filter_map("no county without a prefecture", |(province, city, county)| {
        format!("{province:02}{city:02}{county:02}").parse().ok()
    })
}

proptest! {
    #[test]
    fn the_text_of_a_code_reads_as_the_code(code in codes()) {
        prop_assert_eq!(code.to_string().parse(), Ok(code));
        let json = serde_json::to_string(&code).expect("serializes");
        prop_assert_eq!(&json, &format!("\"{code}\""));
        prop_assert_eq!(serde_json::from_str::<RegionCode>(&json).expect("reads"), code);
    }

    #[test]
    fn including_nests(a in codes(), b in codes()) {
        prop_assert!(a.includes(a) && RegionCode::NATION.includes(a));
        prop_assert_eq!(a.includes(b) && b.includes(a), a == b);
        prop_assert_eq!(a.includes(b), b.to_string().starts_with(&a.prefix()));
        prop_assert!(b.parent().is_none_or(|parent| !a.includes(parent) || a.includes(b)));
    }
}

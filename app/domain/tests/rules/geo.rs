//! Positions: distances, what a fix is worth, and the two datums.

use crate::samples::instant;
use domain::{
    Problem,
    geo::{Fix, Gcj02, PositionRule, PositionVerdict, Wgs84, compare},
};
use proptest::prelude::*;
use rstest::rstest;

const OFFICE: Wgs84 = Wgs84 { latitude: 25.015, longitude: 102.744 };
const STARTED_AT: &str = "2026-11-23T06:00:00Z";

fn at(latitude: f64, longitude: f64) -> Wgs84 {
    Wgs84 { latitude, longitude }
}

fn fix(at: Wgs84, accuracy_m: f64) -> Fix {
    Fix { at, accuracy_m, taken_at: instant(STARTED_AT) }
}

/// The place that many metres north of [`OFFICE`], on the sphere that the distance is measured on.
fn north(metres: f64) -> Wgs84 {
    const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;
    at(OFFICE.latitude + metres / METRES_PER_DEGREE, OFFICE.longitude)
}

/// References: geodesics on the WGS-84 ellipsoid by GeographicLib.
#[rstest]
#[case::kunming_beijing(at(25.0389, 102.7183), at(39.9042, 116.4074), 2_085_835.1)]
#[case::kunming_shanghai(at(25.0389, 102.7183), at(31.2304, 121.4737), 1_962_839.7)]
#[case::urumqi_harbin(at(43.8256, 87.6168), at(45.8038, 126.535), 3_055_753.5)]
#[case::sanya_mohe(at(18.2528, 109.5119), at(52.9721, 122.5386), 4_015_272.0)]
#[case::kunming_dali(at(25.0389, 102.7183), at(25.6065, 100.2676), 254_628.7)]
#[case::within_kunming(at(25.0389, 102.7183), at(25.015, 102.744), 3_706.4)]
#[case::a_thousandth_of_a_degree_north(at(25.0, 102.0), at(25.001, 102.0), 110.773)]
#[case::a_thousandth_of_a_degree_east(at(25.0, 102.0), at(25.0, 102.001), 100.950)]
fn distances_are_within_half_a_per_cent(#[case] a: Wgs84, #[case] b: Wgs84, #[case] metres: f64) {
    assert!((a.distance_m(b) / metres - 1.0).abs() < 0.005, "{} instead of {metres}", a.distance_m(b));
}

#[derive(Debug, PartialEq)]
enum Kind {
    First,
    Match,
    Mismatch,
    TooCoarse,
    NoFix,
}

#[rstest]
#[case::no_fix(Some(OFFICE), None, Kind::NoFix)]
#[case::no_fix_and_no_position(None, None, Kind::NoFix)]
#[case::first(None, Some(fix(OFFICE, 20.0)), Kind::First)]
#[case::first_at_the_cap(None, Some(fix(OFFICE, 200.0)), Kind::First)]
#[case::first_above_the_cap(None, Some(fix(OFFICE, 200.1)), Kind::TooCoarse)]
#[case::at_the_door(Some(OFFICE), Some(fix(OFFICE, 5.0)), Kind::Match)]
#[case::inside_the_radius(Some(OFFICE), Some(fix(north(499.0), 0.5)), Kind::Match)]
#[case::within_the_accuracy(Some(OFFICE), Some(fix(north(549.9), 50.0)), Kind::Match)]
#[case::beyond_the_accuracy(Some(OFFICE), Some(fix(north(550.1), 50.0)), Kind::Mismatch)]
#[case::within_the_cap(Some(OFFICE), Some(fix(north(699.9), 5000.0)), Kind::Match)]
#[case::beyond_the_cap(Some(OFFICE), Some(fix(north(700.1), 5000.0)), Kind::Mismatch)]
#[case::another_city(Some(OFFICE), Some(fix(at(25.6065, 100.2676), 10.0)), Kind::Mismatch)]
fn a_fix_is_judged(#[case] enterprise: Option<Wgs84>, #[case] fix: Option<Fix>, #[case] kind: Kind) {
    let verdict = compare(enterprise, fix, PositionRule::default());
    let found = match verdict {
        PositionVerdict::First => Kind::First,
        PositionVerdict::Match { .. } => Kind::Match,
        PositionVerdict::Mismatch { .. } => Kind::Mismatch,
        PositionVerdict::TooCoarse { .. } => Kind::TooCoarse,
        PositionVerdict::NoFix => Kind::NoFix,
    };
    assert_eq!(found, kind);
    assert_eq!(verdict.is_accepted(), matches!(kind, Kind::First | Kind::Match));
}

#[test]
fn exactly_the_allowed_distance_still_matches() {
    let there = north(480.0);
    let rule = PositionRule { radius_m: OFFICE.distance_m(there) - 30.0, accuracy_cap_m: 200.0 };
    let exact = PositionRule { radius_m: OFFICE.distance_m(there), accuracy_cap_m: 0.0 };
    assert!(compare(Some(OFFICE), Some(fix(there, 30.5)), rule).is_accepted());
    assert!(compare(Some(OFFICE), Some(fix(there, 30.0)), exact).is_accepted(), "the boundary belongs to the inside");
}

#[test]
fn a_mismatch_and_a_coarse_fix_say_by_how_much() {
    let rule = PositionRule::default();
    let PositionVerdict::Mismatch { distance_m, allowed_m } =
        compare(Some(OFFICE), Some(fix(north(1000.0), 80.0)), rule)
    else {
        panic!("1000 m is too far");
    };
    assert!((distance_m - 1000.0).abs() < 0.01);
    assert!((allowed_m - 580.0).abs() < 0.01);
    let coarse = compare(None, Some(fix(OFFICE, 900.0)), rule);
    assert_eq!(coarse, PositionVerdict::TooCoarse { accuracy_m: 900.0, needed_m: 200.0 });
}

const OUTSIDE: &str = "定位坐标不在国内，请关闭模拟定位后重新定位";
const ACCURACY: &str = "定位精度无效，请关闭模拟定位后重新定位";
const TIME: &str = "定位时间与检查开始时间不符，请重新定位";

#[rstest]
#[case::good(OFFICE, 20.0, 5, None)]
#[case::half_an_hour_old(OFFICE, 20.0, -1800, None)]
#[case::half_an_hour_late(OFFICE, 20.0, 1800, None)]
#[case::older(OFFICE, 20.0, -1801, Some(TIME))]
#[case::later(OFFICE, 20.0, 1801, Some(TIME))]
#[case::a_day_old(OFFICE, 20.0, -86_400, Some(TIME))]
#[case::nowhere_north(at(f64::NAN, 102.744), 20.0, 0, Some(OUTSIDE))]
#[case::nowhere_east(at(25.015, f64::NAN), 20.0, 0, Some(OUTSIDE))]
#[case::infinitely_north(at(f64::INFINITY, 102.744), 20.0, 0, Some(OUTSIDE))]
#[case::infinitely_west(at(25.015, f64::NEG_INFINITY), 20.0, 0, Some(OUTSIDE))]
#[case::null_island(at(0.0, 0.0), 20.0, 0, Some(OUTSIDE))]
#[case::swapped(at(102.744, 25.015), 20.0, 0, Some(OUTSIDE))]
#[case::california(at(37.422, -122.084), 20.0, 0, Some(OUTSIDE))]
#[case::no_accuracy(OFFICE, 0.0, 0, Some(ACCURACY))]
#[case::negative_accuracy(OFFICE, -5.0, 0, Some(ACCURACY))]
#[case::accuracy_not_a_number(OFFICE, f64::NAN, 0, Some(ACCURACY))]
#[case::infinite_accuracy(OFFICE, f64::INFINITY, 0, Some(ACCURACY))]
#[case::accuracy_of_a_continent(OFFICE, 1_000_000.0, 0, Some(ACCURACY))]
fn a_fix_from_outside_is_checked(
    #[case] at: Wgs84,
    #[case] accuracy_m: f64,
    #[case] seconds: i64,
    #[case] reason: Option<&str>,
) {
    let started_at = instant(STARTED_AT);
    let fix = Fix { at, accuracy_m, taken_at: started_at.plus_seconds(seconds) };
    let expected = reason.map_or(Ok(fix), |reason| Err(Problem::invalid("定位", reason)));
    assert_eq!(fix.checked(started_at), expected);
}

#[rstest]
#[case::south_of_hainan(at(3.9, 112.0))]
#[case::pamir(at(39.4, 73.5))]
#[case::wusuli(at(48.4, 135.0))]
#[case::mohe(at(53.5, 123.3))]
fn the_corners_of_the_country_are_in_it(#[case] corner: Wgs84) {
    assert_eq!(corner.checked(), Ok(corner));
}

/// GCJ-02 by a second implementation of the published formula, and the offset on the ellipsoid by GeographicLib.
#[rstest]
#[case::kunming(at(25.0389, 102.7183), (25.035935, 102.719752), 359.7)]
#[case::qujing(at(25.4900, 103.7962), (25.486998, 103.798223), 389.8)]
#[case::yuxi(at(24.3505, 102.5439), (24.347442, 102.545159), 362.0)]
#[case::baoshan(at(25.1120, 99.1618), (25.109143, 99.162719), 329.8)]
#[case::zhaotong(at(27.3383, 103.7172), (27.334875, 103.719293), 432.4)]
#[case::lijiang(at(26.8550, 100.2271), (26.851454, 100.228232), 408.7)]
#[case::puer(at(22.7773, 100.9722), (22.774307, 100.973395), 353.4)]
#[case::lincang(at(23.8866, 100.0870), (23.884011, 100.088251), 313.8)]
#[case::chuxiong(at(25.0453, 101.5280), (25.042262, 101.52947), 367.8)]
#[case::honghe(at(23.3668, 103.3840), (23.364295, 103.386038), 347.0)]
#[case::wenshan(at(23.3695, 104.2447), (23.366823, 104.246787), 365.2)]
#[case::xishuangbanna(at(22.0074, 100.7979), (22.004539, 100.799023), 337.3)]
#[case::dali(at(25.5894, 100.2257), (25.586379, 100.226802), 352.5)]
#[case::dehong(at(24.4367, 98.5894), (24.433526, 98.589553), 352.0)]
#[case::nujiang(at(25.8509, 98.8543), (25.847566, 98.854695), 371.5)]
#[case::diqing(at(27.8269, 99.7065), (27.82341, 99.707601), 401.7)]
fn maps_are_off_by_314_to_433_metres_at_the_seats_of_yunnan(
    #[case] seat: Wgs84,
    #[case] (latitude, longitude): (f64, f64),
    #[case] metres: f64,
) {
    let shown = Gcj02::from(seat);
    assert!((shown.latitude - latitude).abs() < 1e-6 && (shown.longitude - longitude).abs() < 1e-6, "{shown:?}");
    let off = seat.distance_m(at(shown.latitude, shown.longitude));
    assert!((off / metres - 1.0).abs() < 0.005, "{off} instead of {metres}");
    assert!((314.0..=434.0).contains(&off.round()), "{off}");
}

proptest! {
    #[test]
    fn converting_to_the_map_and_back_stays_within_a_decimetre(
        latitude in 3.0..54.0_f64,
        longitude in 73.0..136.0_f64,
    ) {
        let there = at(latitude, longitude);
        let back = Wgs84::from(Gcj02::from(there));
        prop_assert!(there.distance_m(back) < 0.1, "{} m", there.distance_m(back));
    }

    #[test]
    fn a_better_fix_at_the_same_place_is_never_needed_for_less(
        metres in 0.0..2000.0_f64,
        accuracy in 0.1..1000.0_f64,
        more in 0.0..1000.0_f64,
    ) {
        // A coarser fix is forgiven more, never less, and never beyond the cap.
        let rule = PositionRule::default();
        let fine = compare(Some(OFFICE), Some(fix(north(metres), accuracy)), rule).is_accepted();
        let coarse = compare(Some(OFFICE), Some(fix(north(metres), accuracy + more)), rule).is_accepted();
        prop_assert!(!fine || coarse);
        prop_assert!(!coarse || metres < 700.01);
    }

    #[test]
    fn distance_is_symmetric_and_none_to_itself(a in (3.0..54.0_f64, 73.0..136.0_f64), b in (3.0..54.0_f64, 73.0..136.0_f64)) {
        let (a, b) = (at(a.0, a.1), at(b.0, b.1));
        prop_assert!((a.distance_m(b) - b.distance_m(a)).abs() < 1e-6);
        prop_assert!(a.distance_m(a).abs() < 1e-6);
    }
}

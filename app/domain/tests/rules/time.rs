//! Instants and dates: one time for the whole country, eight hours ahead of UTC.

use crate::samples::{date, instant};
use domain::time::{Date, Timestamp, days_between, plus_days};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::last_microsecond_before_midnight("2026-11-22T15:59:59.999999Z", "2026-11-22", "2026-11-22 23:59")]
#[case::midnight_in_china("2026-11-22T16:00:00Z", "2026-11-23", "2026-11-23 00:00")]
#[case::midnight_in_greenwich("2026-11-23T00:00:00Z", "2026-11-23", "2026-11-23 08:00")]
#[case::turn_of_the_year("2026-12-31T16:00:00Z", "2027-01-01", "2027-01-01 00:00")]
#[case::leap_day("2028-02-28T16:30:00Z", "2028-02-29", "2028-02-29 00:30")]
#[case::no_daylight_saving("1988-06-30T16:00:00Z", "1988-07-01", "1988-07-01 00:00")]
#[case::before_the_epoch("1969-12-31T15:59:59.999999Z", "1969-12-31", "1969-12-31 23:59")]
fn an_instant_falls_on_the_date_in_china(#[case] at: &str, #[case] day: &str, #[case] shown: &str) {
    let at = instant(at);
    assert_eq!((at.date(), at.to_string().as_str()), (date(day), shown));
}

#[rstest]
#[case("2026-11-23", 15, "2026-12-08")]
#[case("2026-11-23", 0, "2026-11-23")]
#[case("2026-11-23", -23, "2026-10-31")]
#[case("2028-02-28", 1, "2028-02-29")]
#[case("2027-02-28", 1, "2027-03-01")]
#[case("2026-12-31", 366, "2028-01-01")]
fn days_are_counted_by_the_calendar(#[case] from: &str, #[case] days: i32, #[case] to: &str) {
    assert_eq!(plus_days(date(from), days), date(to));
    assert_eq!(days_between(date(from), date(to)), days);
}

#[test]
fn the_ends_of_the_calendar_and_of_the_clock_stop_and_do_not_panic() {
    assert_eq!(plus_days(Date::MAX, i32::MAX), Date::MAX);
    assert_eq!(plus_days(Date::MIN, i32::MIN), Date::MIN);
    assert_eq!(Timestamp(i64::MAX).date(), Timestamp(0).date());
    assert_eq!(Timestamp(i64::MIN).date(), Timestamp(0).date());
    assert_eq!(Timestamp(i64::MAX).plus_seconds(i64::MAX), Timestamp(i64::MAX));
    assert_eq!(Timestamp(i64::MIN).plus_seconds(i64::MIN), Timestamp(i64::MIN));
    assert!(Timestamp(i64::MAX).seconds_since(Timestamp(i64::MIN)) > 0);
    assert_eq!(Timestamp::from_millis(f64::NAN), Timestamp(0));
    assert_eq!(Timestamp::from_millis(f64::INFINITY), Timestamp(i64::MAX));
    assert!(Timestamp::end_of(Date::MAX) >= Timestamp::start_of(Date::MAX));
}

#[test]
fn a_browser_counts_in_milliseconds() {
    assert_eq!(Timestamp::from_millis(1_795_392_000_123.0), Timestamp(1_795_392_000_123_000));
}

#[test]
fn json_is_a_number_of_microseconds_and_an_iso_date() {
    assert_eq!(serde_json::to_string(&Timestamp(1_795_392_000_123_000)).expect("serializes"), "1795392000123000");
    assert_eq!(serde_json::to_string(&date("2026-11-23")).expect("serializes"), "\"2026-11-23\"");
}

proptest! {
    #[test]
    fn an_instant_lies_within_its_own_day(micros in -2_000_000_000_000_000..5_000_000_000_000_000_i64) {
        let at = Timestamp(micros);
        let day = at.date();
        prop_assert!(Timestamp::start_of(day) <= at && at < Timestamp::end_of(day));
        prop_assert_eq!(Timestamp::start_of(day).date(), day);
        prop_assert_eq!(Timestamp(Timestamp::start_of(day).0 - 1).date(), plus_days(day, -1));
        prop_assert_eq!(Timestamp::end_of(day).seconds_since(Timestamp::start_of(day)), 86_400);
    }

    #[test]
    fn days_added_are_days_between(micros in 0..5_000_000_000_000_000_i64, days in -100_000..100_000_i32) {
        let from = Timestamp(micros).date();
        prop_assert_eq!(days_between(from, plus_days(from, days)), days);
    }

    #[test]
    fn seconds_added_are_seconds_since(micros in 0..5_000_000_000_000_000_i64, seconds in -1_000_000..1_000_000_i64) {
        let from = Timestamp(micros);
        prop_assert_eq!(from.plus_seconds(seconds).seconds_since(from), seconds);
    }
}

//! Instants and civil dates. The whole country keeps one time, UTC+8, without daylight saving.

use crate::Problem;
use jiff::{civil, tz::Offset};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A civil date, read and written as `2026-11-23`.
///
/// Ours is jiff's calendar without its parser and its spans, which a phone would load and never use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(civil::Date);

impl Date {
    /// The calendar's first day.
    pub const MIN: Self = Self(civil::Date::MIN);
    /// The calendar's last day.
    pub const MAX: Self = Self(civil::Date::MAX);

    /// A date known when the program is written.
    ///
    /// # Panics
    /// When there is no such date.
    pub const fn constant(year: i16, month: i8, day: i8) -> Self {
        Self(civil::Date::constant(year, month, day))
    }

    /// Days since 1970-01-01; negative before. The Gregorian rule, since instants end a day before dates do.
    fn day(self) -> i64 {
        let years = i64::from(self.0.year()) - 1;
        let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
        365 * years + leap_days + i64::from(self.0.day_of_year()) - 719_163
    }
}

impl FromStr for Date {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let part = |range: std::ops::Range<usize>| {
            let digits = text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse::<i16>().ok()
        };
        let is_iso = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let date = || {
            let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
            civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        };
        let date = if is_iso { date() } else { None };
        date.map(Self).ok_or_else(|| Problem::invalid("日期", "日期应为 2026-11-23 的样子"))
    }
}

impl TryFrom<String> for Date {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Seconds of a day: China has no daylight saving.
const DAY_SECONDS: i64 = 86_400;

/// A point in time, in microseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

const OFFSET: Offset = Offset::constant(8);

impl Timestamp {
    /// From milliseconds since the epoch, as browsers count.
    pub fn from_millis(millis: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a clock beyond the year 9999 is refused later")]
        Self((millis * 1000.0) as i64)
    }

    /// Milliseconds since 1970, as browsers count.
    pub fn millis(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "exact until the year 2255")]
        let micros = self.0 as f64;
        micros / 1000.0
    }

    /// Seconds later (or earlier, when negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to here; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// The civil time in China; an instant outside the calendar becomes the epoch.
    fn civil(self) -> civil::DateTime {
        OFFSET.to_datetime(jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// The date in China.
    pub fn date(self) -> Date {
        Date(self.civil().date())
    }

    /// `14:02`, the time in China.
    pub fn clock(self) -> String {
        let at = self.civil();
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// Seconds since midnight in China.
    pub fn second_of_day(self) -> i32 {
        let at = self.civil();
        (i32::from(at.hour()) * 60 + i32::from(at.minute())) * 60 + i32::from(at.second())
    }

    /// The first instant of a date in China.
    pub fn start_of(date: Date) -> Self {
        OFFSET.to_timestamp(date.0.at(0, 0, 0, 0)).map_or(Self(0), |at| Self(at.as_microsecond()))
    }

    /// The first instant after a date in China.
    pub fn end_of(date: Date) -> Self {
        Self::start_of(plus_days(date, 1))
    }
}

impl fmt::Display for Timestamp {
    /// `2026-11-23 14:02`, the time in China.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date(), self.clock())
    }
}

/// The date that many days later; the calendar's end stops it.
pub fn plus_days(date: Date, days: i32) -> Date {
    let second = (date.day() + i64::from(days)) * DAY_SECONDS;
    match jiff::Timestamp::from_second(second) {
        Ok(midnight) => Date(Offset::UTC.to_datetime(midnight).date()),
        Err(_) if days < 0 => Date::MIN,
        Err(_) => Date::MAX,
    }
}

/// Days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    i32::try_from(to.day() - from.day()).unwrap_or(i32::MAX)
}

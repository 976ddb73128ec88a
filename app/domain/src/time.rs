//! Instants and civil dates. The whole country keeps one time, UTC+8, without daylight saving.

use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};
use std::fmt;

pub use jiff::civil::Date;

/// A point in time, in microseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

const OFFSET: Offset = Offset::constant(8);

impl Instant {
    /// From milliseconds since the epoch, as browsers count.
    pub fn from_millis(millis: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a clock beyond the year 9999 is refused later")]
        Self((millis * 1000.0) as i64)
    }

    /// Seconds later (or earlier, when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to here; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// The civil time in China; an instant outside the calendar becomes the epoch.
    pub fn civil(self) -> jiff::civil::DateTime {
        OFFSET.to_datetime(Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The date in China.
    pub fn date(self) -> Date {
        self.civil().date()
    }

    /// The first instant of a date in China.
    pub fn start_of(date: Date) -> Self {
        OFFSET.to_timestamp(date.at(0, 0, 0, 0)).map_or(Self(0), |at| Self(at.as_microsecond()))
    }

    /// The first instant after a date in China.
    pub fn end_of(date: Date) -> Self {
        Self::start_of(plus_days(date, 1))
    }
}

impl fmt::Display for Instant {
    /// `2026-11-23 14:02`, the time in China.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.civil();
        write!(f, "{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    }
}

/// The date that many days later; the calendar's end stops it.
pub fn plus_days(date: Date, days: i32) -> Date {
    date.saturating_add(jiff::Span::new().days(days.clamp(-3_000_000, 3_000_000)))
}

/// Days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

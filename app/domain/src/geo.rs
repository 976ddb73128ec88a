//! Positions: WGS-84 inside, always; other datums are converted at the edge. Distances by haversine (crate `geo`).

use crate::{Problem, code::Lenient, time::Timestamp};
use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A position in WGS-84, in degrees: what browsers give and the store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wgs84 {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A position in GCJ-02, as Chinese maps show it: 314–433 m off in Yunnan. Never stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gcj02 {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A position as a phone measured it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The centre of the measured circle.
    pub at: Wgs84,
    /// Radius in metres of the circle that holds the true position with 95 % (W3C Geolocation).
    pub accuracy_m: f64,
    /// When it was measured, by the phone's clock.
    pub taken_at: Timestamp,
}

/// How near is near enough; a setting of the region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionRule {
    /// Metres allowed between inspector and enterprise.
    pub radius_m: f64,
    /// At most so many metres of the fix's accuracy are added to the radius.
    pub accuracy_cap_m: f64,
}

impl Default for PositionRule {
    fn default() -> Self {
        Self { radius_m: 500.0, accuracy_cap_m: 200.0 }
    }
}

/// What comparing a fix with the enterprise's position says (Q4, Q32, Q33).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", try_from = "Wire")]
pub enum PositionVerdict {
    /// The enterprise had no position: this fix becomes it.
    First,
    /// Within what the region's [`PositionRule`] allows.
    Match {
        /// Metres between the two.
        distance_m: f64,
    },
    /// Too far away: refused, unless a reason and a photo are given.
    Mismatch {
        /// Metres between the two.
        distance_m: f64,
        /// Metres that would have been allowed.
        allowed_m: f64,
    },
    /// The enterprise had no position, and this fix is too coarse to become it.
    TooCoarse {
        /// The fix's accuracy in metres.
        accuracy_m: f64,
        /// The accuracy that is needed, in metres.
        needed_m: f64,
    },
    /// The phone found no position.
    NoFix,
}

/// A verdict as it is read; see `problem::Wire` for why.
#[derive(Deserialize)]
struct Wire {
    verdict: String,
    #[serde(default)]
    distance_m: f64,
    #[serde(default)]
    allowed_m: f64,
    #[serde(default)]
    accuracy_m: f64,
    #[serde(default)]
    needed_m: f64,
}

impl From<Wire> for Lenient<PositionVerdict> {
    fn from(wire: Wire) -> Self {
        let Wire { verdict, distance_m, allowed_m, accuracy_m, needed_m } = wire;
        Self::Known(match verdict.as_str() {
            "first" => PositionVerdict::First,
            "match" => PositionVerdict::Match { distance_m },
            "mismatch" => PositionVerdict::Mismatch { distance_m, allowed_m },
            "too_coarse" => PositionVerdict::TooCoarse { accuracy_m, needed_m },
            "no_fix" => PositionVerdict::NoFix,
            _ => return Self::Unknown(verdict),
        })
    }
}

impl TryFrom<Wire> for PositionVerdict {
    type Error = Problem;

    fn try_from(wire: Wire) -> Result<Self, Problem> {
        Lenient::<Self>::from(wire).known().ok_or(Problem::Unexpected)
    }
}

impl<'de> Deserialize<'de> for Lenient<PositionVerdict> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer).map(Self::from)
    }
}

/// A verdict that is not known keeps its code; what it measured is not known either.
#[derive(Serialize)]
struct UnknownVerdict<'a> {
    verdict: &'a str,
}

impl Serialize for Lenient<PositionVerdict> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(verdict) => verdict.serialize(serializer),
            Self::Unknown(verdict) => UnknownVerdict { verdict }.serialize(serializer),
        }
    }
}

impl PositionVerdict {
    /// Whether the inspection may start without more ado.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::First | Self::Match { .. })
    }
}

/// The extent of China, roughly: a fix outside is forged or broken.
const CHINA: (std::ops::RangeInclusive<f64>, std::ops::RangeInclusive<f64>) = (3.0..=54.0, 73.0..=136.0);

impl Wgs84 {
    /// Metres between two positions on the great circle.
    pub fn distance_m(self, other: Self) -> f64 {
        Haversine.distance(Point::new(self.longitude, self.latitude), Point::new(other.longitude, other.latitude))
    }

    /// Checks that the position is a real one in China.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on the field 定位.
    pub fn checked(self) -> Result<Self, Problem> {
        if CHINA.0.contains(&self.latitude) && CHINA.1.contains(&self.longitude) {
            Ok(self)
        } else {
            Err(Problem::invalid("定位", "定位坐标不在国内，请关闭模拟定位后重新定位"))
        }
    }
}

impl Fix {
    /// Checks a fix that came from outside: a real place in China, a believable accuracy, a time that belongs to an
    /// inspection started at `started_at`.
    ///
    /// # Errors
    /// [`Problem::Invalid`] on the field 定位.
    pub fn checked(self, started_at: Timestamp) -> Result<Self, Problem> {
        self.at.checked()?;
        if !(self.accuracy_m > 0.0 && self.accuracy_m < 1_000_000.0) {
            return Err(Problem::invalid("定位", "定位精度无效，请关闭模拟定位后重新定位"));
        }
        if self.taken_at.seconds_since(started_at).abs() > 30 * 60 {
            return Err(Problem::invalid("定位", "定位时间与检查开始时间不符，请重新定位"));
        }
        Ok(self)
    }
}

/// Compares a fix with the enterprise's position: `distance <= radius + min(accuracy, cap)`.
pub fn compare(enterprise: Option<Wgs84>, fix: Option<Fix>, rule: PositionRule) -> PositionVerdict {
    let Some(fix) = fix else { return PositionVerdict::NoFix };
    let Some(enterprise) = enterprise else {
        return if fix.accuracy_m <= rule.accuracy_cap_m {
            PositionVerdict::First
        } else {
            PositionVerdict::TooCoarse { accuracy_m: fix.accuracy_m, needed_m: rule.accuracy_cap_m }
        };
    };
    let distance_m = enterprise.distance_m(fix.at);
    let allowed_m = rule.radius_m + fix.accuracy_m.min(rule.accuracy_cap_m);
    if distance_m <= allowed_m {
        PositionVerdict::Match { distance_m }
    } else {
        PositionVerdict::Mismatch { distance_m, allowed_m }
    }
}

// The published approximation of the GCJ-02 offset (Krasovsky 1940 ellipsoid).
const SEMI_MAJOR: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

fn offset(at: Wgs84) -> (f64, f64) {
    use std::f64::consts::PI;
    let (x, y) = (at.longitude - 105.0, at.latitude - 35.0);
    let waves = |v: f64, a: f64, b: f64, c: f64, d: f64| a * (v * PI / b).sin() + c * (v * PI / d).sin();
    let short = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + short
        + waves(y, 20.0, 1.0, 40.0, 3.0) * 2.0 / 3.0
        + waves(y, 160.0, 12.0, 320.0, 30.0) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + short
        + waves(x, 20.0, 1.0, 40.0, 3.0) * 2.0 / 3.0
        + waves(x, 150.0, 12.0, 300.0, 30.0) * 2.0 / 3.0;
    let latitude = at.latitude.to_radians();
    let magic = 1.0 - ECCENTRICITY_2 * latitude.sin().powi(2);
    let root = magic.sqrt();
    (
        (north * 180.0) / (SEMI_MAJOR * (1.0 - ECCENTRICITY_2) / (magic * root) * PI),
        (east * 180.0) / (SEMI_MAJOR / root * latitude.cos() * PI),
    )
}

impl From<Wgs84> for Gcj02 {
    fn from(at: Wgs84) -> Self {
        let (north, east) = offset(at);
        Self { latitude: at.latitude + north, longitude: at.longitude + east }
    }
}

impl From<Gcj02> for Wgs84 {
    /// Inverts the offset by fixed-point iteration; three rounds bring it under a centimetre.
    fn from(at: Gcj02) -> Self {
        let mut guess = Self { latitude: at.latitude, longitude: at.longitude };
        for _ in 0..3 {
            let (north, east) = offset(guess);
            guess = Self { latitude: at.latitude - north, longitude: at.longitude - east };
        }
        guess
    }
}

//! Administrative divisions (区划), by GB/T 2260: two digits each for province, prefecture and county.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A six-digit GB/T 2260 code; `000000` is the nation.
///
/// Regions nest by prefix: a region's subtree is the codes that begin with its [`prefix`](Self::prefix).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(u32);

/// The level of a region, and so of every post held there (Q7, Q9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    /// 国家
    Nation,
    /// 省
    Province,
    /// 州（市）
    Prefecture,
    /// 县（市、区）
    County,
}

/// A region of the dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// By which regions nest.
    pub code: RegionCode,
    /// Its name, such as 官渡区.
    pub name: String,
}

/// Not six digits, or a county without a prefecture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("区划代码应为 6 位数字")]
pub struct BadRegionCode;

impl RegionCode {
    /// The whole country.
    pub const NATION: Self = Self(0);

    /// The level that the code is of.
    pub fn level(self) -> RegionLevel {
        match self.0 {
            0 => RegionLevel::Nation,
            code if code.is_multiple_of(10_000) => RegionLevel::Province,
            code if code.is_multiple_of(100) => RegionLevel::Prefecture,
            _ => RegionLevel::County,
        }
    }

    /// The region one level above; the nation has none.
    pub fn parent(self) -> Option<Self> {
        match self.level() {
            RegionLevel::Nation => None,
            RegionLevel::Province => Some(Self::NATION),
            RegionLevel::Prefecture => Some(Self(self.0 / 10_000 * 10_000)),
            RegionLevel::County => Some(Self(self.0 / 100 * 100)),
        }
    }

    /// From the nation down to this region itself.
    pub fn path(self) -> Vec<Self> {
        let mut path: Vec<_> = std::iter::successors(Some(self), |code| code.parent()).collect();
        path.reverse();
        path
    }

    /// The digits that all codes of the subtree share: none, two, four or six.
    pub fn prefix(self) -> String {
        let mut digits = self.to_string();
        digits.truncate(2 * self.level() as usize);
        digits
    }

    /// Whether `other` is this region or lies in it.
    pub fn includes(self, other: Self) -> bool {
        other.path().contains(&self)
    }

    /// The subtree as a half-open range of codes, as the store compares them.
    pub fn range(self) -> (String, String) {
        let width = match self.level() {
            RegionLevel::Nation => 1_000_000,
            RegionLevel::Province => 10_000,
            RegionLevel::Prefecture => 100,
            RegionLevel::County => 1,
        };
        (self.to_string(), if width == 1_000_000 { "999999".into() } else { Self(self.0 + width).to_string() })
    }
}

impl RegionLevel {
    /// All four, from the top.
    pub const ALL: [Self; 4] = [Self::Nation, Self::Province, Self::Prefecture, Self::County];

    /// The level below; a county has none.
    pub fn below(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// 国家, 省级, 州市级 or 县级.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nation => "国家",
            Self::Province => "省级",
            Self::Prefecture => "州市级",
            Self::County => "县级",
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for RegionCode {
    type Err = BadRegionCode;

    fn from_str(text: &str) -> Result<Self, BadRegionCode> {
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadRegionCode);
        }
        let code: u32 = text.parse().map_err(|_| BadRegionCode)?;
        let has_gap = code < 10_000 && code != 0 || !code.is_multiple_of(100) && (code / 100).is_multiple_of(100);
        if has_gap { Err(BadRegionCode) } else { Ok(Self(code)) }
    }
}

impl TryFrom<String> for RegionCode {
    type Error = BadRegionCode;

    fn try_from(text: String) -> Result<Self, BadRegionCode> {
        text.parse()
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.to_string()
    }
}

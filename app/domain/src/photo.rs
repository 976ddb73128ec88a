//! Photos (照片), addressed by the SHA-256 of the bytes that the phone sent.

use crate::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// The SHA-256 of a photo's bytes, 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhotoHash(pub [u8; 32]);

/// The largest photo taken, in bytes. A phone sends about 300 kB.
pub const LARGEST_PHOTO: usize = 8 * 1024 * 1024;
/// The longest edge that a phone shrinks a photo to, in pixels.
pub const LONG_EDGE: u32 = 1600;
/// The most photos that one hazard or rectification carries.
pub const MOST_PHOTOS: usize = 9;

impl PhotoHash {
    /// The address of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PhotoHash {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if !text.bytes().any(|b| b.is_ascii_uppercase()) => Ok(Self(bytes)),
            _ => Err(Problem::BadPhoto { message: "照片编号应为 64 位十六进制数".into() }),
        }
    }
}

impl TryFrom<String> for PhotoHash {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl From<PhotoHash> for String {
    fn from(hash: PhotoHash) -> Self {
        hash.to_string()
    }
}

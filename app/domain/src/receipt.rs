//! Operations and receipts: how "submitted" is proved, once and for all copies (architecture, offline first).

use crate::{id::OperationId, photo::PhotoHash, time::Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The server's proof that an operation is on disk. Only this lets a phone forget it; a bare 200 does not, for a
/// captive portal gives that too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The operation it is about.
    pub operation: OperationId,
    /// When the server wrote it, by the server's clock.
    pub received_at: Timestamp,
    /// SHA-256 of the content as received, in hexadecimal: [`content_hash`] of what the phone sent.
    pub content_hash: String,
    /// Photos of it that the server holds.
    pub photos_held: Vec<PhotoHash>,
    /// Photos of it that the server still expects.
    pub photos_expected: Vec<PhotoHash>,
}

/// SHA-256 of a value's JSON, in hexadecimal. Phone and server share the type, hence the bytes.
pub fn content_hash(content: &impl Serialize) -> String {
    let json = serde_json::to_vec(content).expect("domain types serialize: string keys, no failing impl");
    hex::encode(Sha256::digest(json))
}

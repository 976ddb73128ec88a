//! Fresh ids, made by this device: what is sent twice is the same thing.

use uuid::Uuid;

/// An id that nothing has yet.
#[expect(clippy::disallowed_methods, reason = "the one place where ids enter the app")]
pub fn fresh_id() -> Uuid {
    Uuid::now_v7()
}

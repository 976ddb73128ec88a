//! How far the server's clock is ahead of this phone's, kept for the days without a network.

use super::local::{self, Store};
use crate::ui::format::{server_ahead_ms, set_server_ahead_ms};
use std::cell::Cell;

/// Where it lies.
const CLOCK: &str = "server_ahead_ms";
/// A difference below this is the way of an answer, in milliseconds.
const WORTH_KEEPING_MS: f64 = 1_000.0;

thread_local! {
    static KEPT: Cell<f64> = const { Cell::new(0.0) };
}

/// Takes over what was known when the page was last open, unless an answer has told better already.
pub async fn recall_clock() {
    if let Ok(Some(ahead)) = local::read::<f64>(Store::Meta, CLOCK).await {
        KEPT.set(ahead);
        if server_ahead_ms() == 0.0 {
            set_server_ahead_ms(ahead);
        }
    }
}

/// Keeps what answers have told since.
pub async fn keep_clock() {
    let ahead = server_ahead_ms();
    if (ahead - KEPT.get()).abs() > WORTH_KEEPING_MS && local::write(Store::Meta, CLOCK, &ahead).await.is_ok() {
        KEPT.set(ahead);
    }
}

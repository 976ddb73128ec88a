//! What strangers may do together, over the whole server.

use domain::time::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

const SECOND: i64 = 1_000_000;

/// So many at once, and from then on one a second.
#[derive(Debug)]
pub(crate) struct Bucket {
    most: i64,
    /// When all that was taken is paid for with a second each.
    paid_at: AtomicI64,
}

impl Bucket {
    pub(crate) fn new(most: i64) -> Self {
        Self { most, paid_at: AtomicI64::new(0) }
    }

    /// Takes one, if there is one.
    pub(crate) fn take(&self, now: Timestamp) -> bool {
        let limit = now.0 + self.most * SECOND;
        let taken = self.paid_at.fetch_update(Relaxed, Relaxed, |paid_at| {
            // Nobody comes that far ahead unless the clock is set back, which must lock nobody out.
            let from = if paid_at > limit { now.0 } else { paid_at.max(now.0) };
            (from + SECOND <= limit).then_some(from + SECOND)
        });
        taken.is_ok()
    }

    /// Gives back what was taken.
    pub(crate) fn give_back(&self) {
        self.paid_at.fetch_sub(SECOND, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_800_000_000 * SECOND).plus_seconds(seconds)
    }

    #[test]
    fn so_many_at_once_and_then_one_a_second() {
        let bucket = Bucket::new(3);
        assert_eq!([0; 4].map(|_| bucket.take(at(0))), [true, true, true, false]);
        assert_eq!([1, 1, 2, 2].map(|second| bucket.take(at(second))), [true, false, true, false]);
        bucket.give_back();
        assert_eq!([2, 2].map(|second| bucket.take(at(second))), [true, false]);
        assert_eq!([0; 4].map(|_| bucket.take(at(100))), [true, true, true, false]);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let bucket = Bucket::new(3);
        assert!([0; 3].iter().all(|_| bucket.take(at(86_400))));
        assert!(bucket.take(at(0)));
    }
}

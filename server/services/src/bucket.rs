//! What strangers may do together, over the whole server, and what one person may leave to the office.

use domain::{id::PersonId, time::Timestamp};
use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

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

/// What one person hands in that is held: each is a row that somebody must decide on, and its bytes are kept for ever.
#[derive(Debug, Default)]
pub(crate) struct HeldPace(Mutex<HashMap<PersonId, i64>>);

impl HeldPace {
    /// Bytes of a usual inspection: one of so many counts as one, a larger one as several.
    const USUAL_BYTES: usize = 32 * 1024;
    /// Taken at once: whoever was offline for weeks brings hundreds, and a file of an outbox those of a team.
    const AT_ONCE: i64 = 3_000;
    /// And from then on one in so many seconds: eight thousand a day.
    const EACH_S: i64 = 10;
    /// People who are remembered before those who have paid are forgotten.
    const MOST: usize = 10_000;

    /// Takes one of so many bytes, or says in how many seconds it may be.
    pub(crate) fn take(&self, person: PersonId, bytes: usize, now: Timestamp) -> Result<(), i64> {
        let cost = i64::try_from(bytes.div_ceil(Self::USUAL_BYTES)).unwrap_or(i64::MAX).max(1) * Self::EACH_S * SECOND;
        let limit = now.0 + Self::AT_ONCE * Self::EACH_S * SECOND;
        let mut paid_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paid_at.len() >= Self::MOST {
            paid_at.retain(|_, at| *at > now.0);
        }
        let at = paid_at.entry(person).or_insert(now.0);
        // Nobody comes that far ahead unless the clock is set back.
        let from = if *at > limit { now.0 } else { (*at).max(now.0) };
        if from + cost > limit {
            return Err((from + cost - limit + SECOND - 1) / SECOND);
        }
        *at = from + cost;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn thousands_that_are_held_go_through_at_once_then_one_in_ten_seconds_and_large_ones_count_as_several() {
        let pace = HeldPace::default();
        let [one, other] = [1, 2].map(|n| PersonId(Uuid::from_u128(n)));
        assert!((0..3_000).all(|_| pace.take(one, 30_000, at(0)).is_ok()));
        assert_eq!(pace.take(one, 100, at(0)), Err(10));
        assert_eq!(pace.take(other, 100, at(0)), Ok(()));
        assert_eq!((pace.take(one, 100, at(10)), pace.take(one, 100, at(10))), (Ok(()), Err(10)));
        assert_eq!(pace.take(one, 1_000_000, at(10)), Err(310));
        assert_eq!(pace.take(one, 1_000_000, at(320)), Ok(()));
        // A clock that is set back locks nobody out.
        assert_eq!(pace.take(one, 100, at(-86_400)), Ok(()));
    }

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

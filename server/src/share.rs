//! What each of many has for itself: one who takes all of their own leaves everybody else's alone.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::Semaphore;

/// A semaphore for each key, for as long as somebody has to do with it; cheap to clone.
#[derive(Debug)]
pub struct Shares<K> {
    /// The permits of each.
    each: usize,
    known: Arc<Mutex<HashMap<K, Weak<Semaphore>>>>,
}

impl<K> Clone for Shares<K> {
    fn clone(&self) -> Self {
        Self { each: self.each, known: self.known.clone() }
    }
}

impl<K: Eq + Hash> Shares<K> {
    /// So many permits for each key.
    pub fn new(each: usize) -> Self {
        Self { each, known: Arc::default() }
    }

    /// The semaphore of a key.
    pub fn of(&self, key: K) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = known.get(&key).and_then(Weak::upgrade) {
            return share;
        }
        // There are no more of them than requests under way.
        known.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.each));
        known.insert(key, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_has_one_share_and_what_nobody_has_is_forgotten() {
        let shares = Shares::new(2);
        let (one, other) = (shares.of("a"), shares.of("b"));
        let taken = one.clone().try_acquire_many_owned(2).unwrap();
        assert_eq!((shares.of("a").available_permits(), other.available_permits()), (0, 2));
        drop((taken, one, other));
        assert_eq!(shares.of("a").available_permits(), 2);
        assert_eq!(shares.known.lock().unwrap().len(), 1);
    }
}

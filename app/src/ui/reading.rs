//! Something read asynchronously for a screen: from the phone's disk, or from the server without a copy.
//!
//! [`LocalResource`] does this too, with suspense and hydration that a page made in the browser never uses, and weighs
//! three kilobytes at each use, which a phone would load.

use leptos::{prelude::*, task::spawn_local};
use std::future::Future;

/// What was read, once it is there.
pub struct Reading<T: 'static> {
    value: RwSignal<Option<T>>,
    again: Trigger,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: Clone + Send + Sync + 'static> Reading<T> {
    /// Reads now, and again whenever something changes that `read` looks at before it waits.
    pub fn new<F: Future<Output = T> + 'static>(read: impl Fn() -> F + 'static) -> Self {
        let reading = Self { value: RwSignal::new(None), again: Trigger::new() };
        let latest = StoredValue::new(0_u32);
        Effect::new(move || {
            reading.again.track();
            let answer = read();
            let number = latest.try_update_value(|latest| {
                *latest += 1;
                *latest
            });
            spawn_local(async move {
                let value = answer.await;
                // The screen may be gone, or a newer reading under way, by now.
                if latest.try_get_value() == number {
                    reading.value.try_set(Some(value));
                }
            });
        });
        reading
    }

    /// What was read; reactive. Nothing before the first time.
    pub fn get(self) -> Option<T> {
        self.value.get()
    }

    /// Reads once more.
    pub fn again(self) {
        self.again.notify();
    }
}

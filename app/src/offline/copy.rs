//! Copies: read what lies on this phone first, then refresh it. All field screens read this way, so that offline
//! equals online.

use super::{
    local::{self, Store},
    outbox::Outbox,
};
use crate::{
    api::ApiError,
    ui::{format::now, patience::within, session::Session},
};
use domain::{Problem, time::Timestamp};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin, rc::Rc};

/// What was asked of the server, on its way.
pub type Fetching<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// What can be kept.
pub trait Keep: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static> Keep for T {}

/// Where something comes from, and under which key its copy lies.
pub struct Source<T> {
    /// The copy's key.
    pub key: String,
    /// A copy younger than so many seconds is not refreshed without being asked to.
    pub fresh_s: i64,
    /// Asks the server.
    pub fetch: Rc<dyn Fn() -> Fetching<T>>,
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), fresh_s: self.fresh_s, fetch: self.fetch.clone() }
    }
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    at: Timestamp,
    value: T,
}

impl<T: Keep> Source<T> {
    /// The copy on this phone.
    pub async fn kept(&self) -> Option<(T, Timestamp)> {
        let kept = local::read::<Kept<T>>(Store::Copies, &self.key).await.ok().flatten()?;
        Some((kept.value, kept.at))
    }

    /// Asks the server, and keeps a copy.
    ///
    /// # Errors
    /// What the server or the network said.
    pub async fn pull(&self) -> Result<T, Problem> {
        let value = within((self.fetch)()).await?;
        let kept = Kept { at: now(), value };
        // Without a copy the answer still shows; that the disk fails is said where something would be lost.
        let _ = local::write(Store::Copies, &self.key, &kept).await;
        Ok(kept.value)
    }

    /// The copy where it is fresh, else the server's answer, else the copy however old it is.
    ///
    /// # Errors
    /// What the server or the network said, where there is no copy.
    pub async fn get(&self) -> Result<T, Problem> {
        let kept = self.kept().await;
        match kept {
            Some((value, at)) if is_fresh(at, self.fresh_s) => Ok(value),
            kept => self.pull().await.or_else(|problem| kept.map(|(value, _)| value).ok_or(problem)),
        }
    }
}

/// Whether a copy is young enough. One from the future was made by a clock that was set back since: it is not.
fn is_fresh(at: Timestamp, fresh_s: i64) -> bool {
    (0..fresh_s).contains(&now().seconds_since(at))
}

/// What a screen shows of a [`Source`].
pub struct LocalCopy<T: 'static> {
    /// The value, as soon as there is one.
    pub value: RwSignal<Option<T>>,
    /// When the value came from the server.
    pub at: RwSignal<Option<Timestamp>>,
    /// Why the last refresh failed.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether the server is being asked.
    pub is_busy: RwSignal<bool>,
    source: StoredValue<Source<T>, LocalStorage>,
    session: Session,
}

impl<T> Clone for LocalCopy<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LocalCopy<T> {}

impl<T: Keep> LocalCopy<T> {
    /// Reads the copy, then refreshes it: now unless it is fresh, when the network comes back, and when the outbox
    /// has delivered something.
    pub fn new(source: Source<T>) -> Self {
        let copy = Self {
            value: RwSignal::new(None),
            at: RwSignal::new(None),
            problem: RwSignal::new(None),
            is_busy: RwSignal::new(true),
            source: StoredValue::new_local(source.clone()),
            session: Session::expect(),
        };
        spawn_local(async move {
            let kept = source.kept().await;
            let is_fresh = kept.as_ref().is_some_and(|(_, at)| is_fresh(*at, source.fresh_s));
            if let Some((value, at)) = kept {
                copy.show(value, at);
            }
            if is_fresh {
                copy.is_busy.set(false);
            } else {
                copy.pull().await;
            }
        });
        if let Some(outbox) = use_context::<Outbox>() {
            Effect::new(move |previous: Option<(bool, u32)>| {
                let state = (outbox.is_online.get(), outbox.delivered.get());
                if previous.is_some_and(|previous| previous != state) && state.0 {
                    copy.refresh();
                }
                state
            });
        }
        copy
    }

    fn show(self, value: T, at: Timestamp) {
        // An equal value is not set again: it would build the screen anew under the person's fingers.
        if self.value.try_with_untracked(|shown| shown.as_ref() != Some(&value)).unwrap_or_default() {
            self.value.try_set(Some(value));
        }
        self.at.try_set(Some(at));
    }

    /// Asks the server now, in the background.
    pub fn refresh(self) {
        spawn_local(self.pull());
    }

    /// Asks the server now.
    pub async fn pull(self) {
        let Some(source) = self.source.try_get_value() else { return };
        self.is_busy.set(true);
        match source.pull().await {
            Ok(value) => {
                self.show(value, now());
                self.problem.set(None);
            }
            Err(problem) => {
                if problem == Problem::NotSignedIn {
                    self.session.expire();
                }
                self.problem.set(Some(problem));
            }
        }
        self.is_busy.set(false);
    }
}

//! A list that comes in pages, by key.

use crate::{
    api::ApiError,
    ui::{
        format::count,
        page::{Loading, ProblemView},
    },
};
use domain::{
    Problem,
    page::{Cursor, Page},
};
use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin, sync::Arc};

type Reply<T> = Pin<Box<dyn Future<Output = Result<Page<T>, ApiError>>>>;
type Fetch<T> = Arc<dyn Fn(Option<Cursor>) -> Reply<T> + Send + Sync>;

/// The rows that have come so far, and how to get more.
pub struct Listing<T: Send + Sync + 'static> {
    /// Of all pages that have come so far, in the list's order.
    pub rows: RwSignal<Vec<T>>,
    /// Counts the first pages asked for: answers to older questions are dropped, and rows drawn anew.
    pub generation: RwSignal<u32>,
    next: RwSignal<Option<Cursor>>,
    problem: RwSignal<Option<Problem>>,
    is_loading: RwSignal<bool>,
    fetch: StoredValue<Fetch<T>>,
}

impl<T: Send + Sync + 'static> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Listing<T> {}

impl<T: Send + Sync + Clone + 'static> Listing<T> {
    /// Asks for the first page now, and again whenever the filter changes.
    pub fn new<F, Fut>(filter: Memo<F>, fetch: impl Fn(F, Option<Cursor>) -> Fut + Send + Sync + 'static) -> Self
    where
        F: Clone + PartialEq + Send + Sync + 'static,
        Fut: Future<Output = Result<Page<T>, ApiError>> + 'static,
    {
        let fetch: Fetch<T> = Arc::new(move |after| Box::pin(fetch(filter.get_untracked(), after)));
        let listing = Self {
            rows: RwSignal::new(Vec::new()),
            generation: RwSignal::new(0),
            next: RwSignal::new(None),
            problem: RwSignal::new(None),
            is_loading: RwSignal::new(true),
            fetch: StoredValue::new(fetch),
        };
        Effect::new(move || {
            filter.track();
            listing.begin(0);
        });
        listing
    }

    /// Asks again for as many rows as there are: after an act the row in hand is where it was.
    pub fn reload(self) {
        self.begin(self.rows.with_untracked(Vec::len));
    }

    fn begin(self, wanted: usize) {
        self.generation.update(|generation| *generation += 1);
        self.load(None, wanted);
    }

    /// Whether there are rows that have not come yet; reactive.
    pub fn has_more(self) -> bool {
        self.next.with(Option::is_some)
    }

    /// Asks for the next page.
    pub fn more(self) {
        if !self.is_loading.get_untracked() {
            self.load(self.next.get_untracked(), 0);
        }
    }

    /// Asks for a page, and for those after it until there are as many rows as wanted.
    fn load(self, mut after: Option<Cursor>, wanted: usize) {
        let generation = self.generation.get_untracked();
        let is_first = after.is_none();
        let fetch = self.fetch.get_value();
        self.is_loading.set(true);
        spawn_local(async move {
            let mut rows = Vec::new();
            let answer = loop {
                let answer = fetch(after).await;
                // The page may be gone, or a newer question asked, by now.
                if self.generation.try_get_untracked() != Some(generation) {
                    return;
                }
                match answer {
                    Ok(page) => {
                        rows.extend(page.rows);
                        if page.next.is_none() || rows.len() >= wanted {
                            break Ok(page.next);
                        }
                        after = page.next;
                    }
                    Err(problem) => break Err(problem),
                }
            };
            self.is_loading.set(false);
            match answer {
                Ok(next) => {
                    self.problem.set(None);
                    self.next.set(next);
                    if is_first {
                        self.rows.set(rows);
                    } else {
                        self.rows.update(|all| all.extend(rows));
                    }
                }
                Err(ApiError(problem)) => self.problem.set(Some(problem)),
            }
        });
    }

    /// Whether the first page has come, and is empty.
    pub fn is_empty(self) -> bool {
        !self.is_loading.get() && self.problem.with(Option::is_none) && self.rows.with(Vec::is_empty)
    }
}

/// Under the rows: how many are shown, 加载更多, or what went wrong.
#[component]
pub fn Pager<T: Send + Sync + Clone + 'static>(
    /// Of which list.
    listing: Listing<T>,
) -> impl IntoView {
    let is_first = Memo::new(move |_| listing.rows.with(Vec::is_empty));
    move || {
        if let Some(problem) = listing.problem.get() {
            return view! { <ProblemView problem retry=move || listing.reload() /> }.into_any();
        }
        if is_first.get() {
            return listing.is_loading.get().then(|| view! { <Loading /> }).into_any();
        }
        view! {
            <div class="pager">
                <span class="muted">
                    {move || format!("已显示 {} 条", count(listing.rows.with(|rows| i64::try_from(rows.len()).unwrap_or(i64::MAX))))}
                </span>
                <Show when=move || listing.has_more()>
                    <button
                        type="button"
                        class="btn"
                        disabled=move || listing.is_loading.get()
                        on:click=move |_| listing.more()
                    >
                        "加载更多"
                    </button>
                </Show>
            </div>
        }
        .into_any()
    }
}

//! What field screens read from the server, and under which keys its copies lie.

use super::copy::{Reply, Source};
use crate::{
    api::{self, ApiError},
    ui::session::Session,
};
use domain::{
    Problem,
    checklist::Checklist,
    enterprise::{EnterpriseDetail, EnterpriseRow},
    hazard::{HazardDetail, HazardRow, HazardState},
    id::{EnterpriseId, HazardId},
    ledger::HazardFilter,
    login::Me,
    person::{Colleague, Department, Role},
};
use leptos::prelude::untrack;
use std::rc::Rc;

/// At most so many pages of open hazards are kept on a phone.
const MOST_PAGES: usize = 20;

/// The sources of the person signed in, at the current post. Each person's and post's copies lie apart.
#[derive(Clone)]
pub struct Sources {
    me: Me,
}

impl Sources {
    /// Of the person signed in; nobody before that.
    pub fn of(session: Session) -> Option<Self> {
        untrack(|| session.me()).map(|me| Self { me })
    }

    fn source<T>(&self, name: &str, fresh_s: i64, fetch: impl Fn() -> Reply<T> + 'static) -> Source<T> {
        let post = self.me.post.as_ref().map_or_else(String::new, |post| post.id.to_string());
        Source { key: format!("{}/{post}/{name}", self.me.id), fresh_s, fetch: Rc::new(fetch) }
    }

    /// The newest checklists of all types.
    pub fn checklists(&self) -> Source<Vec<Checklist>> {
        self.source("checklists", 600, || Box::pin(api::checklists::checklists()))
    }

    /// The member departments.
    pub fn departments(&self) -> Source<Vec<Department>> {
        self.source("departments", 3600, || Box::pin(api::dictionary::departments()))
    }

    /// All enterprises of the current post's county; none of a larger area, which is searched on the server.
    pub fn enterprises(&self) -> Source<Vec<EnterpriseRow>> {
        let Some(post) = self.me.post.clone() else { return self.source("enterprises", 0, || Box::pin(nobody())) };
        self.source("enterprises", 60, move || Box::pin(api::enterprises::local_enterprises(post.region)))
    }

    /// One enterprise with its history.
    pub fn enterprise(&self, id: EnterpriseId) -> Source<EnterpriseDetail> {
        self.source(&format!("enterprise/{id}"), 0, move || Box::pin(api::enterprises::enterprise(id)))
    }

    /// 待整改隐患 of the person.
    pub fn my_hazards(&self) -> Source<Vec<HazardRow>> {
        self.source("my_hazards", 0, || Box::pin(api::hazards::my_hazards()))
    }

    /// Open hazards of the area, for inspections without network (Q23).
    pub fn open_hazards(&self) -> Source<Vec<HazardRow>> {
        self.source("open_hazards", 300, || Box::pin(all_open_hazards()))
    }

    /// One hazard with everything about it.
    pub fn hazard(&self, id: HazardId) -> Source<HazardDetail> {
        self.source(&format!("hazard/{id}"), 0, move || Box::pin(api::hazards::hazard(id)))
    }

    /// Colleagues who may take part (Q29).
    pub fn colleagues(&self) -> Source<Vec<Colleague>> {
        self.source("colleagues", 300, || Box::pin(api::people::colleagues(String::new())))
    }

    /// Lays on this phone what an inspection without network needs; `is_forced` also where a copy is fresh.
    ///
    /// # Errors
    /// The first failure; what came before it is kept.
    pub async fn prefetch(&self, is_forced: bool) -> Result<(), Problem> {
        if self.me.post.as_ref().is_none_or(|post| post.role != Role::Inspector) {
            return Ok(());
        }
        lay(self.checklists(), is_forced).await?;
        lay(self.departments(), is_forced).await?;
        lay(self.colleagues(), is_forced).await?;
        lay(self.enterprises(), is_forced).await?;
        lay(self.open_hazards(), is_forced).await
    }
}

async fn lay<T: super::copy::Keep>(source: Source<T>, is_forced: bool) -> Result<(), Problem> {
    if is_forced { source.pull().await.map(drop) } else { source.get().await.map(drop) }
}

async fn nobody() -> Result<Vec<EnterpriseRow>, ApiError> {
    Ok(Vec::new())
}

async fn all_open_hazards() -> Result<Vec<HazardRow>, ApiError> {
    let filter = HazardFilter { state: Some(HazardState::Open), ..HazardFilter::default() };
    let mut hazards = Vec::new();
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let page = api::hazards::hazards(filter.clone(), after).await?;
        hazards.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(hazards)
}

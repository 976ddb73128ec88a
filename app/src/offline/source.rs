//! What field screens read from the server, and under which keys its copies lie.

use super::{
    copy::{Fetching, Source},
    register::{self, Stopped},
};
use crate::{
    api::{self, ApiError},
    ui::session::Session,
};
use domain::{
    Problem,
    checklist::Checklist,
    enterprise::EnterpriseDetail,
    geo::PositionRule,
    hazard::{HazardDetail, HazardRow},
    id::{EnterpriseId, HazardId, PostId},
    login::Me,
    person::{Colleague, Department, Role},
    region::RegionLevel,
};
use leptos::prelude::untrack;
use std::{future::Future, rc::Rc};

/// The sources of the person signed in, at the current post. Each person's and post's copies lie apart.
#[derive(Clone)]
pub struct Sources {
    me: Me,
    session: Session,
}

impl Sources {
    /// Of the person signed in; nobody before that.
    pub fn of(session: Session) -> Option<Self> {
        untrack(|| session.me()).map(|me| Self { me, session })
    }

    fn source<T>(&self, name: &str, fresh_s: i64, fetch: impl Fn() -> Fetching<T> + 'static) -> Source<T> {
        let post = self.me.post.as_ref().map_or_else(String::new, |post| post.id.to_string());
        Source { key: format!("{}/{post}/{name}", self.me.id), fresh_s, fetch: Rc::new(fetch) }
    }

    /// What the server answers for the post under which it is kept, and for no other.
    fn at_post<T, F>(&self, name: &str, fresh_s: i64, fetch: impl Fn(Option<PostId>) -> F + Copy + 'static) -> Source<T>
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let (session, post) = (self.session, self.post());
        self.source(name, fresh_s, move || {
            Box::pin(async move {
                let answer = fetch(post).await;
                if matches!(answer, Err(ApiError(Problem::Conflict { .. }))) {
                    session.retry();
                }
                answer
            })
        })
    }

    /// The newest checklists of all types.
    pub fn checklists(&self) -> Source<Vec<Checklist>> {
        self.source("checklists", 600, || Box::pin(api::checklists::list_checklists()))
    }

    /// The member departments.
    pub fn departments(&self) -> Source<Vec<Department>> {
        self.source("departments", 3600, || Box::pin(api::dictionary::list_departments()))
    }

    /// One enterprise with its history.
    pub fn enterprise(&self, id: EnterpriseId) -> Source<EnterpriseDetail> {
        self.source(&format!("enterprise/{id}"), 0, move || Box::pin(api::enterprises::read_enterprise(id)))
    }

    /// 待整改隐患 of the person.
    pub fn my_hazards(&self) -> Source<Vec<HazardRow>> {
        self.at_post("my_hazards", 0, api::hazards::list_my_hazards)
    }

    /// One hazard with everything about it.
    pub fn hazard(&self, id: HazardId) -> Source<HazardDetail> {
        self.source(&format!("hazard/{id}"), 0, move || Box::pin(api::hazards::read_hazard(id)))
    }

    /// The region's rule for positions.
    pub fn position_rule(&self) -> Source<PositionRule> {
        self.at_post("position_rule", 3600, api::settings::read_position_rule)
    }

    /// Colleagues who may take part (Q29).
    pub fn colleagues(&self) -> Source<Vec<Colleague>> {
        let (session, post) = (self.session, self.post());
        self.source("colleagues", 300, move || {
            Box::pin(async move {
                let post = post.ok_or_else(|| Problem::conflict("当前没有岗位，请先切换岗位"))?;
                match register::colleagues(post).await {
                    Ok(colleagues) => Ok(colleagues),
                    Err(Stopped::Failed(problem)) => Err(problem.into()),
                    Err(Stopped::PostSwitched) => {
                        session.retry();
                        Err(Problem::conflict("岗位已切换，请稍候").into())
                    }
                }
            })
        })
    }

    /// Refreshes the county's register, where the current post has one. After 切换岗位 in another window nothing failed: the
    /// new post is asked for, and with it what it needs.
    ///
    /// # Errors
    /// What the server or the network said, or the disk; what was taken over before stays.
    pub async fn refresh_register(&self) -> Result<(), Problem> {
        let Some(post) = self.county() else { return Ok(()) };
        match register::refresh(post).await {
            Ok(()) => Ok(()),
            Err(Stopped::Failed(problem)) => Err(problem),
            Err(Stopped::PostSwitched) => {
                self.session.retry();
                Ok(())
            }
        }
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
        lay(self.position_rule(), is_forced).await?;
        self.refresh_register().await
    }

    /// The current post, where its whole register lies on the phone: a county's. A larger area is searched on the server.
    pub fn county(&self) -> Option<PostId> {
        let post = self.me.post.as_ref().filter(|post| post.region.level() == RegionLevel::County)?;
        Some(post.id)
    }

    /// The post under which rows of this person lie.
    pub fn post(&self) -> Option<PostId> {
        self.me.post.as_ref().map(|post| post.id)
    }
}

async fn lay<T: super::copy::Keep>(source: Source<T>, is_forced: bool) -> Result<(), Problem> {
    if is_forced { source.pull().await.map(drop) } else { source.get().await.map(drop) }
}

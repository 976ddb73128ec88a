//! `/field/inspections/{id}` 现场检查: the draft while it is written, then how far its submission has got.

mod foot;
mod hazard;
mod items;
mod participants;
mod place;
mod seen;

use super::{layout::TaskHead, progress::Progress};
use crate::{
    offline::{
        autosave::Autosave,
        copy::LocalCopy,
        draft::{Author, Draft, SavedDraft},
        inspection_draft::InspectionDraft,
        local::{self, Store},
        source::Sources,
    },
    ui::{
        badge::UnmatchedBadge,
        format::{distance, today},
        page::{Empty, Loading, ProblemView},
        post::use_switch,
        reading::Reading,
        session::Session,
        title::Title,
    },
};
use domain::{geo::PositionVerdict, id::InspectionId, person::DepartmentCode, time::Timestamp};
use foot::{Discard, Foot};
use items::Items;
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_params_map};
use participants::Participants;
use place::Place;
use std::collections::BTreeMap;

/// The page.
#[component]
pub fn InspectionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse().ok()));
    view! {
        <Title text="现场检查" />
        {move || match id.get() {
            Some(id) => view! { <Inspection id /> }.into_any(),
            None => view! { <Empty text="没有这次检查。" /> }.into_any(),
        }}
    }
}

/// The draft, where this phone has one; otherwise what became of it.
#[component]
fn Inspection(id: InspectionId) -> impl IntoView {
    let session = Session::expect();
    let own = Memo::new(move |_| session.me().and_then(|me| Author::of(&me)));
    let handed_in = RwSignal::new(false);
    let saved = Reading::new(move || {
        handed_in.track();
        async move { local::read::<SavedDraft>(Store::Drafts, &InspectionDraft::key(id)).await }
    });
    move || match saved.get() {
        None => view! { <Loading /> }.into_any(),
        Some(Err(problem)) => view! { <ProblemView problem retry=move || saved.again() /> }.into_any(),
        Some(Ok(Some(SavedDraft { at, draft: Draft::Inspection(draft) }))) => {
            if own.get().as_ref() == Some(&draft.author) {
                view! { <Editor draft saved_at=at handed_in /> }.into_any()
            } else {
                view! { <OthersDraft author=draft.author /> }.into_any()
            }
        }
        Some(Ok(_)) => view! { <HandedIn id /> }.into_any(),
    }
}

/// A draft of someone else, or of another post: nothing of it is shown.
#[component]
fn OthersDraft(author: Author) -> impl IntoView {
    let session = Session::expect();
    let switch = use_switch("/field");
    let is_own = untrack(|| session.me()).is_some_and(|me| me.id == author.person);
    let text = format!("这份检查由 {}（{}）填写。", author.name, author.post_title);
    let title = format!("切换为 {}", author.post_title);
    let post = author.post;
    view! {
        <TaskHead title="现场检查" back="/field" />
        <main class="page">
            <Empty text=text>
                {is_own
                    .then(|| {
                        view! {
                            <button type="button" class="btn btn-primary" on:click=move |_| switch.run(post)>
                                {title}
                            </button>
                        }
                    })}
            </Empty>
        </main>
    }
}

#[component]
fn HandedIn(id: InspectionId) -> impl IntoView {
    view! {
        <TaskHead title="现场检查" back="/field" />
        <main class="page">
            <Progress id=id.into() unknown="本机没有这次检查的草稿。已提交的检查可在企业的检查历史中看到。" />
            <A href="/field/enterprises" attr:class="btn btn-primary btn-block">
                "检查下一家"
            </A>
            <A href="/field/hazards" attr:class="btn btn-block">
                "查看待整改隐患"
            </A>
        </main>
    }
}

/// What every part of the draft's screen shares.
#[derive(Clone, Copy)]
struct Editing {
    draft: RwSignal<InspectionDraft>,
    /// Names of the departments, by code.
    departments: Memo<BTreeMap<DepartmentCode, String>>,
    /// Whether 提交检查 was pressed while something was missing: from then on each gap is marked.
    is_checked: RwSignal<bool>,
}

impl Editing {
    fn expect() -> Self {
        expect_context()
    }

    /// A department's name; its code until the names have come.
    fn department_name(self, code: &DepartmentCode) -> String {
        self.departments.with(|names| names.get(code).cloned()).unwrap_or_else(|| code.0.clone())
    }
}

#[component]
fn Editor(draft: InspectionDraft, saved_at: Timestamp, handed_in: RwSignal<bool>) -> impl IntoView {
    let name = draft.enterprise.name.clone();
    let back = format!("/field/enterprises/{}", draft.enterprise.id);
    let draft = RwSignal::new(draft);
    let autosave = Autosave::provide(Signal::derive(move || Draft::Inspection(draft.get())), Some(saved_at));
    let names = Sources::of(Session::expect()).map(|sources| LocalCopy::new(sources.departments()));
    let departments = Memo::new(move |_| {
        let departments = names.and_then(|names| names.value.get()).unwrap_or_default();
        departments.into_iter().map(|department| (department.code, department.name)).collect()
    });
    provide_context(Editing { draft, departments, is_checked: RwSignal::new(false) });
    let is_started = Memo::new(move |_| draft.with(|draft| draft.started_at.is_some()));
    view! {
        <TaskHead title=name back>
            <Show when=move || is_started.get()>
                <Status autosave />
            </Show>
        </TaskHead>
        <Show
            when=move || is_started.get()
            fallback=|| {
                view! {
                    <main class="page">
                        <Place />
                        <Discard />
                    </main>
                }
            }
        >
            <main class="page">
                <Participants />
                <Items />
                <Discard />
            </main>
            <Foot handed_in />
        </Show>
    }
}

/// Under the name: how far, how near, and that nothing is lost.
#[component]
fn Status(autosave: Autosave) -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let progress = Memo::new(move |_| draft.with(InspectionDraft::progress));
    #[expect(clippy::cast_precision_loss, reason = "a checklist has few items")]
    let done = move || {
        let (done, all) = progress.get();
        (done as f64 / all.max(1) as f64).to_string()
    };
    let place = move || match draft.with(|draft| draft.position.verdict) {
        Some(PositionVerdict::Match { distance_m }) => {
            view! { <span>{format!("距企业 {}", distance(distance_m))}</span> }.into_any()
        }
        Some(PositionVerdict::First) => view! { <span>"首次定位"</span> }.into_any(),
        _ => view! { <UnmatchedBadge /> }.into_any(),
    };
    let saved = move || match (autosave.problem.get(), autosave.saved_at.get()) {
        (Some(problem), _) => problem.to_string(),
        (None, Some(at)) if at.date() == today() => format!("已存本机 {}", at.clock()),
        (None, Some(at)) => format!("已存本机 {at}"),
        (None, None) => String::new(),
    };
    view! {
        <div class="progress-line" style:--done=done></div>
        <div class="status-line">
            <span class="num">
                {move || {
                    let (done, all) = progress.get();
                    format!("{done}/{all}")
                }}
            </span>
            {place}
            <span class="saved" role="status">
                {saved}
            </span>
        </div>
    }
}

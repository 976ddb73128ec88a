//! `/field/inspections/{id}` 现场检查: the draft while it is written, then how far its submission has got.

use super::{
    layout::TaskHead,
    progress::Progress,
    writing::{DraftNotices, OthersDraft, SavedLine, Writing, withdrawn_view},
};
use crate::{
    inspection::{
        Discard, Editing, Foot, Items, Participants, Place,
        stores::{DraftStore, Drafts, Pending},
    },
    offline::{
        autosave::Autosave,
        copy::LocalCopy,
        draft::{Author, Draft, SavedDraft, Standing},
        drafts,
        inspection_draft::InspectionDraft,
        lock::Held,
        operation::Body,
        outbox::Outbox,
        source::Sources,
    },
    ui::{
        badge::UnmatchedBadge,
        format::{distance, now},
        fresh::fresh_id,
        page::Empty,
        session::Session,
        title::Title,
    },
};
use domain::{
    Problem,
    geo::PositionVerdict,
    id::{InspectionId, OperationId},
    inspection::Submission,
    operation::HeldReason,
    person::{Colleague, Department},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::A, hooks::use_params_map};
use std::sync::Arc;

/// 现场检查: the draft of one visit, if this window may write it.
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
    let handed_in = RwSignal::new(false);
    let show = move |saved: Option<SavedDraft>, held| match saved {
        Some(saved) => {
            let author = saved.draft.author().clone();
            let by = author.clone();
            let standing = Memo::new(move |_| session.me().map_or(Standing::Foreign, |me| by.standing(&me)));
            // Writing goes on undisturbed when the post is withdrawn meanwhile.
            let is_mine = Memo::new(move |_| matches!(standing.get(), Standing::Here | Standing::Withdrawn));
            if is_mine.get() {
                let is_withdrawn = Memo::new(move |_| standing.get() == Standing::Withdrawn);
                view! { <Editor saved held handed_in is_withdrawn /> }.into_any()
            } else {
                view! {
                    <TaskHead title="现场检查" back="/field" />
                    <main class="page">
                        <OthersDraft author what="检查" />
                    </main>
                }
                .into_any()
            }
        }
        None => view! { <HandedIn id /> }.into_any(),
    };
    view! { <Writing key=InspectionDraft::key(id) again=handed_in show=Arc::new(show) /> }
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

/// The phone's disk and outbox, behind the screens of an inspection.
struct PhoneDrafts {
    autosave: Autosave,
    outbox: Outbox,
    sources: Option<Sources>,
    /// Of a post that is not in use any more nobody can be asked for.
    is_withdrawn: Memo<bool>,
}

impl DraftStore for PhoneDrafts {
    fn begin(&self, draft: RwSignal<InspectionDraft>) {
        let fresh = OperationId(fresh_id());
        let begun = draft.try_update(|draft| {
            draft.start(now());
            let begun = draft.begun().filter(|_| draft.begun.is_none())?;
            draft.begun = Some(fresh);
            Some((begun, draft.enterprise.clone(), draft.author.clone()))
        });
        let Some((begun, enterprise, author)) = begun.flatten() else { return };
        let outbox = self.outbox;
        spawn_local(async move {
            // The inspection itself does not depend on it.
            let queued = outbox.queue(fresh, Body::Begun(begun), enterprise.name, author, Some(enterprise.id)).await;
            if let Err(problem) = queued {
                leptos::logging::warn!("begun not queued: {problem}");
            }
        });
    }

    fn hand_in(&self, draft: InspectionDraft, submission: Submission) -> Pending<Result<(), Problem>> {
        let (outbox, autosave) = (self.outbox, self.autosave);
        Box::pin(async move {
            let (id, enterprise) = (draft.id.into(), draft.enterprise.id);
            outbox.hand_in(id, Body::Inspection(submission), Draft::Inspection(draft), Some(enterprise), autosave).await
        })
    }

    fn discard(&self, draft: InspectionDraft) -> Pending<Result<(), Problem>> {
        let autosave = self.autosave;
        Box::pin(async move {
            autosave.finish().await;
            autosave.stop();
            let draft = Draft::Inspection(draft);
            drafts::discard(&draft).await.inspect_err(|_| autosave.resume(draft.clone()))
        })
    }

    fn colleagues(&self) -> Signal<Option<Vec<Colleague>>> {
        if self.is_withdrawn.get_untracked() {
            return Signal::stored(Some(Vec::new()));
        }
        let copy = self.sources.as_ref().map(|sources| LocalCopy::new(sources.colleagues()));
        Signal::derive(move || copy.and_then(|copy| copy.value.get()))
    }

    fn departments(&self) -> Signal<Option<Vec<Department>>> {
        let copy = self.sources.as_ref().map(|sources| LocalCopy::new(sources.departments()));
        Signal::derive(move || copy.and_then(|copy| copy.value.get()))
    }
}

#[component]
fn Editor(saved: SavedDraft, held: Held, handed_in: RwSignal<bool>, is_withdrawn: Memo<bool>) -> impl IntoView {
    let returned = saved.returned.clone();
    let Draft::Inspection(draft) = saved.draft.clone() else { return ().into_any() };
    let name = draft.enterprise.name.clone();
    let back = format!("/field/enterprises/{}", draft.enterprise.id);
    let draft = RwSignal::new(draft);
    let autosave = Autosave::provide(Signal::derive(move || Draft::Inspection(draft.get())), Some(&saved), held);
    Drafts::provide(PhoneDrafts {
        autosave,
        outbox: Outbox::expect(),
        sources: Sources::of(Session::expect()),
        is_withdrawn,
    });
    Editing::provide(draft);
    let kept = StoredValue::new((returned, draft.with_untracked(|draft| draft.author.clone())));
    let is_started = Memo::new(move |_| draft.with(|draft| draft.started_at.is_some()));
    view! {
        <TaskHead title=name back>
            <Show when=move || is_started.get()>
                <Status autosave />
            </Show>
        </TaskHead>
        <Show
            when=move || is_started.get()
            fallback=move || {
                view! {
                    <main class="page">
                        <Notices kept is_withdrawn />
                        <Place />
                        <Discard />
                    </main>
                }
            }
        >
            <main class="page">
                <Notices kept is_withdrawn />
                <Participants />
                <Items />
                <Discard />
            </main>
            <Foot handed_in />
        </Show>
    }
    .into_any()
}

#[component]
fn Notices(kept: StoredValue<(Option<HeldReason>, Author)>, is_withdrawn: Memo<bool>) -> impl IntoView {
    let (returned, author) = kept.get_value();
    view! {
        {move || is_withdrawn.get().then(|| withdrawn_view(&author))}
        <DraftNotices returned />
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
            <SavedLine autosave />
        </div>
    }
}

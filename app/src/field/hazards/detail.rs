//! `/field/hazards/{id}` 隐患详情: what was found, and the cure: recorded, under way, or to be recorded.

use super::{
    super::{layout::TaskHead, progress::Progress},
    cure::CureForm,
    note::NoteForm,
};
use crate::{
    offline::{
        addition_draft::AdditionDraft,
        copy::LocalCopy,
        drafts,
        outbox::Outbox,
        rectification_draft::{CureStep, RectificationDraft},
        register,
        source::Sources,
    },
    ui::{
        acts::Acts,
        badge::{DueOn, SeverityBadge, StateBadge},
        facts::fact,
        page::{Empty, Loading, ProblemView},
        photos::Photos,
        reading::Reading,
        session::Session,
        timeline::Timeline,
        title::Title,
    },
};
use domain::{
    hazard::{Act, HazardDetail, HazardRow},
    id::{HazardId, OperationId},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;

/// 隐患详情: its timeline, its acts, and its cure.
#[component]
pub fn HazardPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse().ok()));
    view! {
        <Title text="隐患详情" />
        <TaskHead title="隐患详情" back="/field/hazards" />
        <main class="page">
            {move || match id.get() {
                Some(id) => view! { <Hazard id /> }.into_any(),
                None => view! { <Empty text="没有这条隐患，请返回重新选择。" /> }.into_any(),
            }}
        </main>
    }
}

/// Without the server's detail, the hazard as a list on this phone knew it.
async fn kept_row(sources: &Sources, id: HazardId) -> Option<HazardRow> {
    let mine = sources.my_hazards().kept().await.map(|(rows, _)| rows).unwrap_or_default();
    if let Some(row) = mine.into_iter().find(|row| row.id == id) {
        return Some(row);
    }
    register::open_hazard(sources.post()?, id).await.ok().flatten()
}

/// Whether something was written under a key of this phone and not handed in; also where it cannot be read.
fn written(key: String) -> RwSignal<bool> {
    let is_written = RwSignal::new(false);
    spawn_local(async move {
        let is_there = drafts::open(&key).await.map(|saved| saved.is_some_and(|saved| !saved.draft.is_untouched()));
        is_written.try_set(is_there.unwrap_or(true));
    });
    is_written
}

#[component]
fn Hazard(id: HazardId) -> impl IntoView {
    let session = Session::expect();
    let Some((sources, me)) = Sources::of(session).zip(untrack(|| session.me())) else { return ().into_any() };
    let copy = LocalCopy::new(sources.hazard(id));
    let spare = Reading::new(move || {
        let sources = sources.clone();
        async move { kept_row(&sources, id).await }
    });
    let row = Memo::new(move |_| {
        copy.value.with(|detail| detail.as_ref().map(|detail| detail.hazard.clone())).or_else(|| spare.get().flatten())
    });
    let facts = move || match (copy.value.get(), row.get(), copy.problem.get()) {
        (Some(detail), _, _) => detail_view(detail, Callback::new(move |()| copy.refresh())).into_any(),
        (None, Some(row), _) => row_view(&row).into_any(),
        (None, None, Some(problem)) => view! { <ProblemView problem retry=move || copy.refresh() /> }.into_any(),
        (None, None, None) => view! { <Loading /> }.into_any(),
    };
    // Whoever may not cure it, by the server's word, is not asked to; without its word a participant is.
    let may_cure =
        Memo::new(move |_| copy.value.with(|detail| detail.as_ref().is_none_or(|detail| detail.may(Act::Cure))));
    // Before that, nothing is said of a hazard that this phone may know after all.
    let is_settled = Memo::new(move |_| row.with(Option::is_some) || copy.problem.with(Option::is_some));
    // A draft stays within reach whatever became of the hazard meanwhile, and while it is written.
    let has_note = written(AdditionDraft::key(me.id, id));
    let is_known_open = move || row.with(|row| row.as_ref().is_some_and(|hazard| hazard.closed_at.is_none()));
    let has_note_form = Memo::new(move |last: Option<&bool>| last == Some(&true) || is_known_open() || has_note.get());
    let note = move || has_note_form.get().then(|| view! { <NoteForm id row has_draft=has_note /> });
    view! {
        {facts}
        <Cure id row is_settled may_cure has_draft=written(RectificationDraft::key(me.id, id)) />
        {note}
    }
    .into_any()
}

/// The cures that were handed in, and the form of another one.
#[component]
fn Cure(
    id: HazardId,
    row: Memo<Option<HazardRow>>,
    is_settled: Memo<bool>,
    may_cure: Memo<bool>,
    has_draft: RwSignal<bool>,
) -> impl IntoView {
    let outbox = Outbox::expect();
    // What was handed in from this page, to show how far it got, and whether another may follow.
    let handed_in = RwSignal::new(None::<(OperationId, bool)>);
    let under_way = Memo::new(move |_| {
        let mut cures = outbox.cures_of(id);
        cures.extend(handed_in.get().filter(|(own, _)| cures.iter().all(|(other, _)| other != own)));
        cures
    });
    let is_handed_in = Memo::new(move |_| under_way.with(|cures| cures.iter().any(|(_, may_follow)| !may_follow)));
    let step = Memo::new(move |_| {
        if !is_settled.get() {
            return CureStep::Nothing;
        }
        row.with(|row| CureStep::of(row.as_ref(), may_cure.get(), is_handed_in.get(), has_draft.get()))
    });
    // The form stays the same while the words around it change.
    let has_form = Memo::new(move |_| step.get().has_form());
    let follows = Memo::new(move |_| !outbox.cures_of(id).is_empty());
    let form = move || has_form.get().then(|| view! { <CureForm id row step follows has_draft handed_in /> });
    view! {
        <For each=move || under_way.get() key=|(id, _)| *id let:cure>
            <Progress id=cure.0 unknown="整改已提交。" />
        </For>
        {form}
        <Show when=move || step.get() == CureStep::Watch>
            <p class="notice">"参加这次检查的人员和整治责任人可以提交整改，您只能查看。"</p>
        </Show>
    }
}

fn row_view(hazard: &HazardRow) -> impl IntoView + use<> {
    view! {
        <h2>{hazard.description.clone()}</h2>
        <p>
            <SeverityBadge severity=hazard.severity.clone() /> " " <StateBadge hazard=hazard.clone() /> " "
            <DueOn hazard=hazard.clone() />
        </p>
        <dl class="facts">
            {fact("企业名称", hazard.enterprise_name.clone())} {fact("企业住所", hazard.address.clone())}
            {fact("检查项", hazard.item_text.clone())} {fact("责任部门", hazard.department.name.clone())}
            {fact("整治责任人", hazard.officer_name.clone())} {fact("发现时间", hazard.found_at.to_string())}
        </dl>
    }
}

fn detail_view(detail: HazardDetail, refresh: Callback<()>) -> impl IntoView {
    let people: Vec<_> = detail.participants.iter().map(|person| person.name.clone()).collect();
    let caption = detail.hazard.found_at.to_string();
    let waiting = detail.photos_expected.len();
    view! {
        {row_view(&detail.hazard)}
        <dl class="facts">{fact("检查人员", people.join("、"))} {fact("检查依据", detail.basis.clone())}</dl>
        <Photos title="整改前照片" photos=detail.photos.clone() caption />
        {(waiting > 0)
            .then(|| view! { <p class="notice notice-warn">{format!("还有 {waiting} 张照片等待上传。")}</p> })}
        <Timeline events=detail.events.clone() />
        <Acts detail on_change=Callback::new(move |_| refresh.run(())) on_refused=refresh />
    }
}

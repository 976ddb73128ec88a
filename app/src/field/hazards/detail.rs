//! `/field/hazards/{id}` 隐患详情: what was found, and the cure: recorded, under way, or to be recorded.

use super::{
    super::{layout::TaskHead, progress::Progress},
    cure::{CureForm, LateDraft},
    note::NoteForm,
};
use crate::{
    offline::{copy::LocalCopy, outbox::Outbox, register, source::Sources},
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
use leptos::prelude::*;
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

#[component]
fn Hazard(id: HazardId) -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let outbox = Outbox::expect();
    let copy = LocalCopy::new(sources.hazard(id));
    let spare = Reading::new(move || {
        let sources = sources.clone();
        async move { kept_row(&sources, id).await }
    });
    // The operation handed in from this page, to show how far it got.
    let handed_in = RwSignal::new(None::<OperationId>);
    let under_way = Memo::new(move |_| outbox.cure_of(id).or(handed_in.get()));
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
    let form = move || match (under_way.get(), row.get()) {
        (Some(operation), _) => view! { <Progress id=operation unknown="整改已提交。" /> }.into_any(),
        (None, Some(hazard)) if hazard.awaits_cure() && may_cure.get() => {
            view! { <CureForm hazard handed_in /> }.into_any()
        }
        (None, Some(hazard)) if hazard.awaits_cure() => {
            view! { <p class="notice">"参加这次检查的人员和整治责任人可以提交整改，您只能查看。"</p> }.into_any()
        }
        (None, Some(hazard)) => view! { <LateDraft hazard=hazard.id /> }.into_any(),
        (None, None) => ().into_any(),
    };
    let note =
        move || row.get().filter(|hazard| hazard.closed_at.is_none()).map(|hazard| view! { <NoteForm hazard /> });
    view! {
        {facts}
        {form}
        {note}
    }
    .into_any()
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

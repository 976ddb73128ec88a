//! 整改反馈: what was done about a hazard, with photos. A draft until 提交整改; no position is asked for (Q32).

use crate::{
    field::writing::{DraftNotices, SavedLine, Writing},
    inspection::capture::Capture,
    offline::{
        autosave::Autosave,
        draft::{Author, Draft, SavedDraft},
        drafts,
        lock::Held,
        operation::Body,
        outbox::Outbox,
        rectification_draft::RectificationDraft,
    },
    ui::{format::now, fresh::fresh_id, keys::show, page::ProblemView, reading::Reading, session::Session},
};
use domain::{
    Problem,
    hazard::{ControlMeasure, EnforcementAction, HazardRow},
    id::{HazardId, OperationId},
    photo::PhotoHash,
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// The form, taken up where it was left.
#[component]
pub fn CureForm(
    /// What is cured.
    hazard: HazardRow,
    /// Set to the operation when it was handed in.
    handed_in: RwSignal<Option<OperationId>>,
) -> impl IntoView {
    let Some(author) = untrack(|| Session::expect().me()).and_then(|me| Author::of(&me)) else { return ().into_any() };
    let key = RectificationDraft::key(author.person, hazard.id);
    let show = move |saved: Option<SavedDraft>, held| {
        let draft = match saved.as_ref().map(|saved| &saved.draft) {
            Some(Draft::Rectification(draft)) => draft.clone(),
            _ => RectificationDraft::new(OperationId(fresh_id()), author.clone(), &hazard),
        };
        // A draft begun at another post goes on at this one: any participant may record the cure (Q30).
        let draft = RectificationDraft { author: author.clone(), ..draft };
        view! { <Form draft saved held handed_in /> }.into_any()
    };
    view! { <Writing key again=false show=Arc::new(show) /> }.into_any()
}

/// A cure that somebody else recorded meanwhile: what was written here is not needed any more, and goes only when told to.
#[component]
pub fn LateDraft(
    /// What was cured.
    hazard: HazardId,
) -> impl IntoView {
    let Some(me) = untrack(|| Session::expect().me()) else { return ().into_any() };
    let key = RectificationDraft::key(me.id, hazard);
    let saved = Reading::new(move || {
        let key = key.clone();
        async move { drafts::open(&key).await.ok().flatten() }
    });
    let delete = move |draft: Draft| {
        spawn_local(async move {
            // What could not be deleted is still shown.
            let _ = drafts::discard(&draft).await;
            saved.again();
        });
    };
    let notice = move || {
        saved.get().flatten().map(|saved| {
            view! {
                <div class="notice notice-warn">
                    <p>"这条隐患已由他人提交整改、销号或作废，您在本机填写的整改没有提交。"</p>
                    <button type="button" class="btn" on:click=move |_| delete(saved.draft.clone())>
                        "删除本机草稿"
                    </button>
                </div>
            }
        })
    };
    notice.into_any()
}

#[component]
fn Form(
    draft: RectificationDraft,
    saved: Option<SavedDraft>,
    held: Held,
    handed_in: RwSignal<Option<OperationId>>,
) -> impl IntoView {
    let outbox = Outbox::expect();
    let draft = RwSignal::new(draft);
    let autosave = Autosave::provide(Signal::derive(move || Draft::Rectification(draft.get())), saved.as_ref(), held);
    let returned = saved.and_then(|saved| saved.returned);
    let problem = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let is_checked = RwSignal::new(false);
    let missing = Memo::new(move |_| draft.with(|draft| draft.rectification(now()).err()));
    let gap = move |anchor: &'static str| {
        move || {
            let gap = missing.get().filter(|missing| is_checked.get() && missing.anchor == anchor);
            gap.map(|missing| view! { <p class="form-error">{missing.text}</p> })
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let rectification = match draft.with_untracked(|draft| draft.rectification(now())) {
            Ok(rectification) => rectification,
            Err(first) => {
                is_checked.set(true);
                return show(&first.anchor);
            }
        };
        is_busy.set(true);
        problem.set(None);
        let draft = Draft::Rectification(draft.get_untracked());
        spawn_local(async move {
            let id = rectification.id;
            match outbox.hand_in(id, Body::Rectification(rectification), draft, None, autosave).await {
                Ok(()) => drop(handed_in.try_set(Some(id))),
                Err(reason) => drop(problem.try_set(Some(reason))),
            }
            is_busy.try_set(false);
        });
    };
    let photos = Signal::derive(move || draft.with(|draft| draft.photos.clone()));
    let add = Callback::new(move |hash: PhotoHash| draft.update(|draft| draft.photos.push(hash)));
    let remove = Callback::new(move |hash: PhotoHash| draft.update(|draft| draft.photos.retain(|own| *own != hash)));
    let is_fined = Memo::new(move |_| draft.with(|draft| draft.enforcement.contains(&EnforcementAction::Fined)));
    view! {
        <h2 class="section-title">"整改反馈"</h2>
        <DraftNotices returned />
        <form class="form" novalidate on:submit=submit>
            <div class="form-item">
                <label for="cure-text">"整改情况"</label>
                <textarea
                    class="textarea"
                    id="cure-text"
                    rows="3"
                    maxlength="1000"
                    prop:value=move || draft.with(|draft| draft.text.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        draft.update(|draft| draft.text = text);
                    }
                ></textarea>
                {gap("cure-text")}
            </div>
            <fieldset class="form-item">
                <legend>"整改结果"</legend>
                <div class="checks checks-two">
                    {extent_view("整改完成", false, draft)} {extent_view("部分整改", true, draft)}
                </div>
            </fieldset>
            <Capture
                label="整改后照片"
                name="整改后的照片"
                anchor="cure-photos".into()
                photos
                on_add=add
                on_remove=remove
            />
            {gap("cure-photos")}
            <fieldset class="form-item" id="cure-measures" tabindex="-1">
                <legend>"管控措施"</legend>
                <div class="checks checks-two">
                    {ControlMeasure::ALL.iter().map(|measure| measure_view(*measure, draft)).collect_view()}
                </div>
                {gap("cure-measures")}
            </fieldset>
            <fieldset class="form-item" id="cure-enforcement" tabindex="-1">
                <legend>"处罚方式"</legend>
                <div class="checks checks-two">
                    {EnforcementAction::ALL.iter().map(|action| enforcement_view(*action, draft)).collect_view()}
                </div>
                {gap("cure-enforcement")}
            </fieldset>
            <Show when=move || is_fined.get()>
                <div class="form-item">
                    <label for="cure-fine">"罚款金额（元）"</label>
                    <input
                        type="text"
                        class="input"
                        id="cure-fine"
                        inputmode="decimal"
                        autocomplete="off"
                        prop:value=move || draft.with(|draft| draft.fine_yuan.clone())
                        on:input=move |event| {
                            let text = event_target_value(&event);
                            draft.update(|draft| draft.fine_yuan = text);
                        }
                    />
                    {gap("cure-fine")}
                </div>
            </Show>
            {move || problem.get().map(|problem| view! { <ProblemView problem /> })}
            <SavedLine autosave />
            <button type="submit" class="btn btn-primary btn-block btn-lg" disabled=move || is_busy.get()>
                "提交整改"
            </button>
        </form>
    }
}

/// 整改完成, or 部分整改: then the hazard stays open.
fn extent_view(name: &'static str, is_partial: bool, draft: RwSignal<RectificationDraft>) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="radio"
                class="radio"
                name="cure-extent"
                prop:checked=move || draft.with(|draft| draft.is_partial == is_partial)
                on:change=move |_| draft.update(|draft| draft.is_partial = is_partial)
            />
            <span>{name}</span>
        </label>
    }
}

fn check_view(
    name: &'static str,
    is_chosen: impl Fn() -> bool + Send + Sync + 'static,
    toggle: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" class="checkbox" prop:checked=is_chosen on:change=move |_| toggle() />
            <span>{name}</span>
        </label>
    }
}

fn measure_view(measure: ControlMeasure, draft: RwSignal<RectificationDraft>) -> impl IntoView {
    check_view(
        measure.name(),
        move || draft.with(|draft| draft.measures.contains(&measure)),
        move || draft.update(|draft| draft.toggle_measure(measure)),
    )
}

fn enforcement_view(action: EnforcementAction, draft: RwSignal<RectificationDraft>) -> impl IntoView {
    check_view(
        action.name(),
        move || draft.with(|draft| draft.enforcement.contains(&action)),
        move || draft.update(|draft| draft.toggle_enforcement(action)),
    )
}

//! 补充记录: what was seen of an open hazard outside of an inspection, with photos (Q23). A draft until 提交补充; one that was
//! begun stays, and may be handed in, when somebody closes the hazard meanwhile.

use crate::{
    field::writing::{DraftNotices, GiveUp, SavedLine, Writing},
    inspection::capture::Capture,
    offline::{
        addition_draft::AdditionDraft,
        autosave::Autosave,
        draft::{Author, Draft, SavedDraft},
        lock::Held,
        operation::Body,
        outbox::Outbox,
    },
    ui::{form::length_view, fresh::fresh_id, keys::show, page::ProblemView, session::Session, toast::use_toast},
};
use domain::{
    Problem,
    hazard::HazardRow,
    id::{HazardId, OperationId},
    photo::PhotoHash,
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// The form, folded until it is wanted, taken up where it was left.
#[component]
pub fn NoteForm(
    /// What is added to.
    id: HazardId,
    /// The same, as far as this phone knows it.
    row: Memo<Option<HazardRow>>,
    /// Whether something was written and not handed in.
    has_draft: RwSignal<bool>,
) -> impl IntoView {
    let Some(author) = untrack(|| Session::expect().me()).and_then(|me| Author::of(&me)) else { return ().into_any() };
    let key = AdditionDraft::key(author.person, id);
    let again = RwSignal::new(false);
    let show = move |saved: Option<SavedDraft>, held| {
        let draft = match saved.as_ref().map(|saved| &saved.draft) {
            Some(Draft::Addition(draft)) => draft.clone(),
            _ => match row.get_untracked() {
                Some(hazard) => AdditionDraft::new(OperationId(fresh_id()), author.clone(), &hazard),
                None => return ().into_any(),
            },
        };
        let draft = AdditionDraft { author: author.clone(), ..draft };
        view! { <Form draft row saved held again has_draft /> }.into_any()
    };
    let show = Arc::new(show);
    let is_open = Memo::new(move |last: Option<&bool>| last == Some(&true) || has_draft.get());
    let is_closed = move || row.with(|row| row.as_ref().is_some_and(|hazard| !hazard.is_open()));
    view! {
        <details class="fold" open=move || is_open.get()>
            <summary>"补充记录"</summary>
            <Show when=is_closed>
                <p class="notice">"这条隐患已销号或作废，补充仍可提交，记入隐患的处理记录。"</p>
            </Show>
            <Writing key=key.clone() again show=show.clone() />
        </details>
    }
    .into_any()
}

#[component]
fn Form(
    draft: AdditionDraft,
    row: Memo<Option<HazardRow>>,
    saved: Option<SavedDraft>,
    held: Held,
    again: RwSignal<bool>,
    has_draft: RwSignal<bool>,
) -> impl IntoView {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let draft = RwSignal::new(draft);
    let autosave = Autosave::provide(Signal::derive(move || Draft::Addition(draft.get())), saved.as_ref(), held);
    Effect::new(move || {
        if draft.with(|draft| !draft.is_empty()) {
            has_draft.try_set(true);
        }
    });
    let done = move || {
        has_draft.try_set(false);
        again.try_update(|again| *again = !*again);
    };
    let title = draft.with_untracked(|draft| draft.title.clone());
    let returned = saved.and_then(|saved| saved.returned);
    let problem = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let is_checked = RwSignal::new(false);
    let missing = Memo::new(move |_| draft.with(|draft| draft.addition().err()));
    let gap = move |anchor: &'static str| {
        move || {
            let gap = missing.get().filter(|missing| is_checked.get() && missing.anchor == anchor);
            gap.map(|missing| view! { <p class="form-error">{missing.text}</p> })
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let addition = match draft.with_untracked(AdditionDraft::addition) {
            Ok(addition) => addition,
            Err(first) => {
                is_checked.set(true);
                return show(&first.anchor);
            }
        };
        is_busy.set(true);
        problem.set(None);
        let draft = draft.get_untracked();
        spawn_local(async move {
            let (id, body) = (draft.id, Body::Addition(addition));
            match outbox.hand_in(id, body, Draft::Addition(draft), None, autosave).await {
                Ok(()) => {
                    toast("补充已提交，有网络时自动上传");
                    done();
                }
                Err(reason) => drop(problem.try_set(Some(reason))),
            }
            is_busy.try_set(false);
        });
    };
    let photos = Signal::derive(move || draft.with(|draft| draft.photos.clone()));
    let add = Callback::new(move |hash: PhotoHash| draft.update(|draft| draft.photos.push(hash)));
    let remove = Callback::new(move |hash: PhotoHash| draft.update(|draft| draft.photos.retain(|own| *own != hash)));
    view! {
        <DraftNotices returned />
        {move || row.with(Option::is_none).then(|| view! { <p class="muted">{title.clone()}</p> })}
        <form class="form" novalidate on:submit=submit>
            <div class="form-item">
                <label for="note-text">"补充内容"</label>
                <textarea
                    class="textarea"
                    id="note-text"
                    rows="3"
                    prop:value=move || draft.with(|draft| draft.text.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        draft.update(|draft| draft.text = text);
                    }
                ></textarea>
                {length_view(move || draft.with(|draft| draft.text.clone()))}
                {gap("note-text")}
            </div>
            <Capture label="补充拍照" name="补充照片" anchor="note-photos".into() photos on_add=add on_remove=remove />
            {gap("note-photos")}
            {move || problem.get().map(|problem| view! { <ProblemView problem /> })}
            <SavedLine autosave />
            <button type="submit" class="btn btn-block" disabled=move || is_busy.get()>
                "提交补充"
            </button>
        </form>
        <GiveUp what="补充" draft=Signal::derive(move || Draft::Addition(draft.get())) on_done=move |()| done() />
    }
}

//! 整改反馈: what was done about a hazard, with photos. A draft until 提交整改; no position is asked for (Q32).

use crate::{
    field::writing::{DraftNotices, GiveUp, SavedLine, Writing},
    inspection::capture::Capture,
    offline::{
        autosave::Autosave,
        draft::{Author, Draft, Missing, SavedDraft},
        lock::Held,
        operation::Body,
        outbox::Outbox,
        rectification_draft::{CureStep, RectificationDraft},
    },
    ui::{form::length_view, format::now, fresh::fresh_id, keys::show, page::ProblemView, session::Session},
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
    id: HazardId,
    /// The same, as far as this phone knows it.
    row: Memo<Option<HazardRow>>,
    /// What the form is for.
    step: Memo<CureStep>,
    /// Whether a 部分整改 of it is on its way, which this one follows.
    follows: Memo<bool>,
    /// Whether something was written and not handed in.
    has_draft: RwSignal<bool>,
    /// Set to the operation when it was handed in, and whether another may follow it.
    handed_in: RwSignal<Option<(OperationId, bool)>>,
) -> impl IntoView {
    let Some(author) = untrack(|| Session::expect().me()).and_then(|me| Author::of(&me)) else { return ().into_any() };
    let key = RectificationDraft::key(author.person, id);
    let again = RwSignal::new(false);
    let page = Page { row, step, follows, has_draft, handed_in, again };
    let show = move |saved: Option<SavedDraft>, held| {
        let draft = match saved.as_ref().map(|saved| &saved.draft) {
            Some(Draft::Rectification(draft)) => draft.clone(),
            _ => match row.get_untracked() {
                Some(hazard) => RectificationDraft::new(OperationId(fresh_id()), author.clone(), &hazard),
                None => return ().into_any(),
            },
        };
        // A draft begun at another post goes on at this one: any participant may record the cure (Q30).
        let draft = RectificationDraft { author: author.clone(), ..draft };
        view! { <Form draft saved held page /> }.into_any()
    };
    view! { <Writing key again show=Arc::new(show) /> }.into_any()
}

/// What the form shares with the page around it.
#[derive(Clone, Copy)]
struct Page {
    row: Memo<Option<HazardRow>>,
    step: Memo<CureStep>,
    follows: Memo<bool>,
    has_draft: RwSignal<bool>,
    handed_in: RwSignal<Option<(OperationId, bool)>>,
    again: RwSignal<bool>,
}

impl Page {
    /// The draft is there no more: handed in, or given up.
    fn end(self) {
        self.has_draft.try_set(false);
        self.again.try_update(|again| *again = !*again);
    }

    fn is_late(self) -> bool {
        self.step.get() == CureStep::Late
    }

    /// What is handed in, by what became of the hazard.
    fn body(self, draft: &RectificationDraft) -> Result<Body, Missing> {
        if self.is_late() { draft.late(now()) } else { draft.rectification(now()).map(Body::Rectification) }
    }

    /// Why the form is not as usual.
    fn notice(self) -> Option<&'static str> {
        match self.step.get() {
            CureStep::Late => Some(
                "这条隐患已提交整改、销号或作废，您在本机填写的这份整改没有提交。可以作为补充提交，记入隐患的处理记录；不需要的可以放弃。",
            ),
            CureStep::Stray => Some(
                "您在本机填写的这份整改没有提交，而您现在不能整改这条隐患，或本机没有它的资料。仍可提交，由服务器核对；不能登记的转为待处理。不需要的可以放弃。",
            ),
            CureStep::Write if self.follows.get() => {
                Some("有一份部分整改还没有完成上传。这里提交的整改排在它之后，按先后顺序登记。")
            }
            _ => None,
        }
    }
}

#[component]
fn Form(draft: RectificationDraft, saved: Option<SavedDraft>, held: Held, page: Page) -> impl IntoView {
    let outbox = Outbox::expect();
    let draft = RwSignal::new(draft);
    let autosave = Autosave::provide(Signal::derive(move || Draft::Rectification(draft.get())), saved.as_ref(), held);
    Effect::new(move || {
        if draft.with(|draft| !draft.is_empty()) {
            page.has_draft.try_set(true);
        }
    });
    let title = draft.with_untracked(|draft| draft.title.clone());
    let returned = saved.and_then(|saved| saved.returned);
    let problem = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let is_checked = RwSignal::new(false);
    let missing = Memo::new(move |_| draft.with(|draft| page.body(draft).err()));
    let gap = move |anchor: &'static str| {
        move || {
            let gap = missing.get().filter(|missing| is_checked.get() && missing.anchor == anchor);
            gap.map(|missing| view! { <p class="form-error">{missing.text}</p> })
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = match untrack(|| draft.with(|draft| page.body(draft))) {
            Ok(body) => body,
            Err(first) => {
                is_checked.set(true);
                return show(&first.anchor);
            }
        };
        is_busy.set(true);
        problem.set(None);
        let draft = draft.get_untracked();
        spawn_local(async move {
            let id = draft.id;
            let may_follow = matches!(&body, Body::Rectification(cure) if cure.is_partial);
            match outbox.hand_in(id, body, Draft::Rectification(draft), None, autosave).await {
                Ok(()) => {
                    page.handed_in.try_set(Some((id, may_follow)));
                    page.end();
                }
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
        {move || page.notice().map(|text| view! { <p class="notice notice-warn" role="status">{text}</p> })}
        {move || page.row.with(Option::is_none).then(|| view! { <p class="muted">{title.clone()}</p> })}
        <DraftNotices returned />
        <form class="form" novalidate on:submit=submit>
            <div class="form-item">
                <label for="cure-text">"整改情况"</label>
                <textarea
                    class="textarea"
                    id="cure-text"
                    rows="3"
                    prop:value=move || draft.with(|draft| draft.text.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        draft.update(|draft| draft.text = text);
                    }
                ></textarea>
                {length_view(move || draft.with(|draft| draft.text.clone()))}
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
                {move || if page.is_late() { "作为补充提交" } else { "提交整改" }}
            </button>
        </form>
        <GiveUp
            what="整改"
            draft=Signal::derive(move || Draft::Rectification(draft.get()))
            on_done=move |()| page.end()
        />
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

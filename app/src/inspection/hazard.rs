//! The hazard sheet under a failed item: what, how bad, who cures it until when, and photos.

use super::{Editing, capture::Capture};
use crate::{
    offline::{draft::Missing, inspection_draft::HazardDraft},
    ui::{
        form::{Options, length_view},
        format::today,
    },
};
use domain::{
    checklist::ChecklistItem,
    hazard::{HazardRow, Severity},
    id::HazardId,
    photo::PhotoHash,
};
use leptos::prelude::*;

/// One hazard of the draft.
#[derive(Clone, Copy)]
struct Sheet {
    id: HazardId,
    editing: Editing,
}

impl Sheet {
    /// A part of the hazard; reactive.
    fn get<T: Default>(self, pick: impl FnOnce(&HazardDraft) -> T) -> T {
        self.editing.draft.with(|draft| draft.hazard(self.id).map(pick)).unwrap_or_default()
    }

    fn edit(self, edit: impl FnOnce(&mut HazardDraft)) {
        self.editing.draft.update(|draft| draft.edit_hazard(self.id, edit));
    }

    /// The id of an element.
    fn anchor(self, part: &str) -> String {
        untrack(|| self.get(|hazard| hazard.anchor(part)))
    }
}

/// The sheet of a failed item: description, severity, officer, date and photos.
#[component]
pub fn HazardSheet(id: HazardId, item: ChecklistItem, #[prop(into)] is_only: Signal<bool>) -> impl IntoView {
    let editing = Editing::expect();
    let sheet = Sheet { id, editing };
    let open: Vec<HazardRow> =
        editing.draft.with_untracked(|draft| draft.open_at(&item.code).into_iter().cloned().collect());
    let adds = Memo::new(move |_| sheet.get(|hazard| hazard.adds_to.is_some()));
    let missing = {
        let item = item.clone();
        Memo::new(move |_| editing.draft.with(|draft| draft.missing_at(&item, today())))
    };
    let gap = move |part: &'static str| {
        let anchor = sheet.anchor(part);
        move || gap_view(&missing.get(), &anchor, editing.is_checked.get())
    };
    let photos = Signal::derive(move || sheet.get(|hazard| hazard.photos.clone()));
    let add = Callback::new(move |hash: PhotoHash| sheet.edit(|hazard| hazard.photos.push(hash)));
    let remove = Callback::new(move |hash: PhotoHash| sheet.edit(|hazard| hazard.photos.retain(|own| *own != hash)));
    let discard = move |_| editing.draft.update(|draft| draft.hazards.retain(|hazard| hazard.id != id));
    let (description, photo_anchor) = (sheet.anchor("description"), sheet.anchor("photos"));
    view! {
        <section class="inset" aria-label="隐患">
            {(!open.is_empty()).then(|| view! { <AddsTo sheet open /> })}
            <div class="form-item">
                <label for=description.clone()>"隐患描述"</label>
                <textarea
                    class="textarea"
                    id=description
                    rows="3"
                    placeholder="在哪里、什么问题"
                    prop:value=move || sheet.get(|hazard| hazard.description.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        sheet.edit(|hazard| hazard.description = text);
                    }
                ></textarea>
                {length_view(move || sheet.get(|hazard| hazard.description.clone()))}
                {gap("description")}
            </div>
            <Capture label="拍照" name="隐患照片" anchor=photo_anchor photos on_add=add on_remove=remove />
            {gap("photos")}
            <Show when=move || !adds.get()>
                <SeverityChoice sheet item=item.clone() />
                {gap("severity")}
                <Officer sheet item=item.clone() />
                {gap("officer")}
                <Due sheet />
                {gap("due")}
            </Show>
            <Show when=move || !is_only.get()>
                <button type="button" class="btn btn-block" on:click=discard>
                    "删除这条隐患"
                </button>
            </Show>
        </section>
    }
}

/// What is missing at one part, once 提交检查 was pressed.
fn gap_view(missing: &[Missing], anchor: &str, is_checked: bool) -> AnyView {
    let own = missing.iter().find(|missing| missing.anchor == anchor).filter(|_| is_checked);
    own.map(|missing| view! { <p class="form-error">{missing.text.clone()}</p> }).into_any()
}

/// Whether this is a new hazard, or one that is open already and was seen again (Q23).
#[component]
fn AddsTo(sheet: Sheet, open: Vec<HazardRow>) -> impl IntoView {
    let id = sheet.anchor("adds-to");
    let options: Vec<_> = open.into_iter().map(|hazard| (hazard.id.to_string(), hazard.description)).collect();
    let value = Signal::derive(move || {
        sheet.get(|hazard| hazard.adds_to).map_or_else(String::new, |adds_to| adds_to.to_string())
    });
    let choose = move |event| {
        let adds_to = event_target_value(&event).parse().ok();
        sheet.edit(|hazard| hazard.adds_to = adds_to);
    };
    view! {
        <div class="form-item">
            <label for=id.clone()>"登记方式"</label>
            <select class="select" id=id on:change=choose>
                <Options options value nothing="登记为新隐患" />
            </select>
            <p class="form-hint">"同一问题请选已有的隐患，作为补充，不重复登记。"</p>
        </div>
    }
}

/// 隐患级别: the item's own, or the other with a reason.
#[component]
fn SeverityChoice(sheet: Sheet, item: ChecklistItem) -> impl IntoView {
    let (preset, usual) = (item.preset(), item.severity.name());
    let chosen = Memo::new(move |_| {
        sheet.editing.draft.with(|draft| draft.hazard(sheet.id).map_or(preset, |hazard| hazard.severity))
    });
    let is_changed = Memo::new(move |_| item.severity != chosen.get());
    let reason = sheet.anchor("severity");
    let name = sheet.anchor("severity-choice");
    let choices = [Severity::General, Severity::Major].map(|severity| {
        view! {
            <label>
                <input
                    type="radio"
                    name=name.clone()
                    prop:checked=move || chosen.get() == severity
                    on:change=move |_| sheet.edit(|hazard| hazard.severity = severity)
                />
                {severity.name()}
            </label>
        }
    });
    view! {
        <fieldset class="form-item" role="radiogroup">
            <legend>"隐患级别"</legend>
            <div class="choice-row choice-two">{choices.collect_view()}</div>
        </fieldset>
        <Show when=move || is_changed.get()>
            <div class="form-item">
                <label for=reason.clone()>"改变隐患级别的原因"</label>
                <textarea
                    class="textarea"
                    id=reason.clone()
                    rows="2"
                    prop:value=move || sheet.get(|hazard| hazard.severity_reason.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        sheet.edit(|hazard| hazard.severity_reason = text);
                    }
                ></textarea>
                {length_view(move || sheet.get(|hazard| hazard.severity_reason.clone()))}
                <p class="form-hint">{format!("清单默认为“{usual}”，更改要写明原因。")}</p>
            </div>
        </Show>
    }
}

/// 整治责任人: the participant whose department is responsible for the item, unless another is chosen (Q30).
#[component]
fn Officer(sheet: Sheet, item: ChecklistItem) -> impl IntoView {
    let draft = sheet.editing.draft;
    let id = sheet.anchor("officer");
    let people = Signal::derive(move || {
        draft.with(|draft| {
            let people = draft.participants.iter();
            people
                .map(|person| (person.id.to_string(), format!("{}（{}）", person.name, person.department.name)))
                .collect()
        })
    });
    let value = Signal::derive(move || {
        draft.with(|draft| {
            let officer = draft.hazard(sheet.id).and_then(|hazard| draft.officer(hazard));
            officer.map_or_else(String::new, |officer| officer.id.to_string())
        })
    });
    let choose = move |event| {
        let officer = event_target_value(&event).parse().ok();
        sheet.edit(|hazard| hazard.officer = officer);
    };
    let hint = move || format!("责任部门：{}", sheet.editing.department_name(&item.department));
    view! {
        <div class="form-item">
            <label for=id.clone()>"整治责任人"</label>
            <select class="select" id=id on:change=choose>
                <Options options=people value nothing="请选择" />
            </select>
            <p class="form-hint">{hint}</p>
        </div>
    }
}

/// 整改期限: 15 days, or 30 for major, unless chosen.
#[component]
fn Due(sheet: Sheet) -> impl IntoView {
    let id = sheet.anchor("due");
    let value = move || {
        let due = sheet.editing.draft.with(|draft| draft.hazard(sheet.id).map(|hazard| hazard.due(today())));
        due.map_or_else(String::new, |due| due.to_string())
    };
    let choose = move |event| {
        let due = event_target_value(&event).parse().ok();
        sheet.edit(|hazard| hazard.due_on = due);
    };
    view! {
        <div class="form-item">
            <label for=id.clone()>"整改期限"</label>
            <input type="date" class="input" id=id min=today().to_string() prop:value=value on:change=choose />
            <p class="form-hint">"建议一般隐患 15 天、重大隐患 30 天，可以更改。"</p>
        </div>
    }
}

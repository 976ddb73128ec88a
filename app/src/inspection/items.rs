//! The checklist, in groups by the department that is responsible for the items.

use super::{Editing, hazard::HazardSheet, seen::OpenAtItem};
use crate::{
    offline::inspection_draft::{InspectionDraft, item_anchor},
    ui::{format::today, fresh::fresh_id},
};
use domain::{
    checklist::{ChecklistItem, ItemCode},
    id::HazardId,
    inspection::Answer,
    person::DepartmentCode,
};
use leptos::{ev, html, prelude::*};

/// All groups. The draft's checklist never changes, so neither do they.
#[component]
pub fn Items() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let groups = draft.with_untracked(|draft| {
        let departments = draft.departments().into_iter();
        departments.map(|code| (code.clone(), draft.items_of(&code).cloned().collect::<Vec<_>>())).collect::<Vec<_>>()
    });
    groups.into_iter().map(|(department, items)| view! { <Group department items /> }).collect_view()
}

fn is_done(draft: &InspectionDraft, items: &[ChecklistItem]) -> bool {
    items.iter().all(|item| draft.missing_at(item, today()).is_empty())
}

/// One group. What is done is folded when the draft is opened again, and after 其余全部合格; never under a typing thumb.
#[component]
fn Group(department: DepartmentCode, items: Vec<ChecklistItem>) -> impl IntoView {
    let editing = Editing::expect();
    let draft = editing.draft;
    let node = NodeRef::<html::Details>::new();
    let is_open = RwSignal::new(draft.with_untracked(|draft| !is_done(draft, &items)));
    let all = items.len();
    let codes: Vec<ItemCode> = items.iter().map(|item| item.code.clone()).collect();
    let answered =
        Memo::new(move |_| draft.with(|draft| codes.iter().filter(|code| draft.answers.contains_key(code)).count()));
    let name = {
        let department = department.clone();
        move || editing.department_name(&department)
    };
    let kept = StoredValue::new(items.clone());
    let pass_rest = move |_: ev::MouseEvent| {
        draft.update(|draft| draft.pass_rest(&department));
        if draft.with_untracked(|draft| kept.with_value(|items| is_done(draft, items))) {
            is_open.set(false);
        }
    };
    let toggled = move |_| {
        if let Some(details) = node.get_untracked() {
            is_open.set(details.open());
        }
    };
    view! {
        <details class="fold" node_ref=node prop:open=move || is_open.get() on:toggle=toggled>
            <summary>
                <span>{name}</span>
                <span class="muted num">{move || format!("{}/{all}", answered.get())}</span>
            </summary>
            {items.into_iter().map(|item| view! { <Item item /> }).collect_view()}
            <Show when=move || { answered.get() < all }>
                <div class="fold-foot">
                    <button type="button" class="btn btn-block" on:click=pass_rest.clone()>
                        "本组其余全部合格"
                    </button>
                </div>
            </Show>
        </details>
    }
}

/// One item: the text, three large choices, and under 不合格 the hazards found.
#[component]
fn Item(item: ChecklistItem) -> impl IntoView {
    let Editing { draft, is_checked, .. } = Editing::expect();
    let code = item.code.clone();
    let answer = Memo::new({
        let code = code.clone();
        move |_| draft.with(|draft| draft.answers.get(&code).copied())
    });
    let choices = Answer::ALL.iter().map(|&choice| {
        let (code, name) = (code.clone(), format!("answer-{}", code.0));
        let class = match choice {
            Answer::Pass => "choice-pass",
            Answer::Fail => "choice-fail",
            Answer::NotApplicable => "choice-na",
        };
        let choose = move |_| {
            let fresh = HazardId(fresh_id());
            draft.update(|draft| draft.answer(&code, choice, fresh));
        };
        view! {
            <label class=class>
                <input type="radio" name=name prop:checked=move || answer.get() == Some(choice) on:change=choose />
                {choice.name()}
            </label>
        }
    });
    let choices = choices.collect_view();
    let is_missing = move || is_checked.get() && answer.get().is_none();
    let anchor = item_anchor(&code);
    view! {
        <fieldset class="choice" role="radiogroup" id=anchor tabindex="-1">
            <legend>{item.text.clone()}</legend>
            {(!item.basis.is_empty()).then(|| view! { <p class="choice-basis">"依据：" {item.basis.clone()}</p> })}
            <div class="choice-row">{choices}</div>
            <Show when=is_missing>
                <p class="form-error">"还没有选择结果"</p>
            </Show>
        </fieldset>
        <OpenAtItem code=code.clone() />
        <Show when=move || answer.get() == Some(Answer::Fail)>
            <Sheets item=item.clone() />
        </Show>
    }
}

/// The hazards written under a failed item.
#[component]
fn Sheets(item: ChecklistItem) -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let code = item.code.clone();
    let ids = Memo::new({
        let code = code.clone();
        move |_| {
            draft.with(|draft| {
                let own = draft.hazards.iter().filter(|hazard| hazard.item == code);
                own.map(|hazard| hazard.id).collect::<Vec<_>>()
            })
        }
    });
    let add = move |_| {
        let fresh = HazardId(fresh_id());
        draft.update(|draft| draft.add_hazard(&code, fresh));
    };
    view! {
        <For each=move || ids.get() key=|id| *id let:id>
            <HazardSheet id item=item.clone() is_only=Signal::derive(move || ids.with(Vec::len) == 1) />
        </For>
        <div class="fold-foot">
            <button type="button" class="btn btn-block" on:click=add>
                "此项再登记一条隐患"
            </button>
        </div>
    }
}

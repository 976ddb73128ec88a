//! 检查人员: all who take part, from one phone (Q4, Q29).

use super::{Editing, stores::Drafts};
use crate::ui::{dialog::Dialog, form::FieldId, page::Loading};
use domain::{fold::squeeze, person::Colleague};
use leptos::prelude::*;

/// The line that says who, and the button that opens the choice.
#[component]
pub fn Participants() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let is_open = RwSignal::new(false);
    let names = move || {
        draft.with(|draft| draft.participants.iter().map(|person| person.name.clone()).collect::<Vec<_>>().join("、"))
    };
    view! {
        <div class="entry">
            <span class="entry-title">{names}</span>
            <span class="entry-note">"本次检查的全部人员，都能反馈整改"</span>
            <span class="entry-end">
                <button type="button" class="btn" on:click=move |_| is_open.set(true)>
                    "检查人员"
                </button>
            </span>
        </div>
        <Show when=move || is_open.get()>
            <Dialog title="检查人员" on_close=move || is_open.set(false)>
                <Choice />
                <div class="modal-action">
                    <button type="button" class="btn btn-primary btn-block" on:click=move |_| is_open.set(false)>
                        "完成"
                    </button>
                </div>
            </Dialog>
        </Show>
    }
}

#[component]
fn Choice() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let colleagues = Drafts::expect().colleagues();
    let text = RwSignal::new(String::new());
    let id = FieldId::unique();
    let people = Memo::new(move |_| {
        let typed = squeeze(&text.get());
        let mut people = draft.with(|draft| draft.participants.clone());
        for person in colleagues.get().into_iter().flatten() {
            if !people.iter().any(|known| known.id == person.id) {
                people.push(person);
            }
        }
        people.retain(|person| squeeze(&format!("{}{}", person.name, person.department.name)).contains(&typed));
        people
    });
    let is_waiting = move || colleagues.with(Option::is_none);
    view! {
        <div class="form-item">
            <label for=id.control()>"搜索人员"</label>
            <input type="search" class="input" id=id.control() autocomplete="off" bind:value=text />
        </div>
        <div class="checks">
            <For each=move || people.get() key=|person| person.id let:person>
                <Person person />
            </For>
        </div>
        <Show when=is_waiting>
            <Loading />
        </Show>
        <Show when=move || people.with(Vec::is_empty)>
            <p class="muted">"没有找到。只能选择与当前岗位同级、同地区的检查员。"</p>
        </Show>
    }
}

#[component]
fn Person(person: Colleague) -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let id = person.id;
    let is_self = draft.with_untracked(|draft| draft.author.person == id);
    let is_chosen = move || draft.with(|draft| draft.participants.iter().any(|other| other.id == id));
    let outside = (!person.is_internal).then_some(" · 外部人员");
    let (name, department) = (person.name.clone(), person.department.name.clone());
    let choose = move |event| {
        let is_checked = event_target_checked(&event);
        draft.update(|draft| {
            draft.participants.retain(|other| other.id != id);
            if is_checked {
                draft.participants.push(person.clone());
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" class="checkbox" prop:checked=is_chosen disabled=is_self on:change=choose />
            <span>
                {name} " " <span class="muted">{department} {outside} {is_self.then_some(" · 本人")}</span>
            </span>
        </label>
    }
}

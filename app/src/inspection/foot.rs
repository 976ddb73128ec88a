//! The foot of an inspection: 提交检查, what is still missing, and the way to throw the draft away.

use super::{Editing, stores::Drafts};
use crate::{
    offline::draft::Missing,
    ui::{
        dialog::{FormDialog, submit_action},
        format::{now, today},
        keys::show,
        page::ProblemView,
    },
};
use domain::Problem;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// 提交检查: with something missing it leads there; otherwise it hands in.
#[component]
pub fn Foot(handed_in: RwSignal<bool>) -> impl IntoView {
    let Editing { draft, is_checked, .. } = Editing::expect();
    let store = StoredValue::new_local(Drafts::expect());
    let problem = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let missing = Memo::new(move |_| draft.with(|draft| draft.missing(today())));
    let submit = move |_| {
        let finished = draft.with_untracked(|draft| draft.submission(now()));
        let Some(submission) = finished else {
            is_checked.set(true);
            if let Some(first) = missing.with_untracked(|missing| missing.first().cloned()) {
                show(&first.anchor);
            }
            return;
        };
        is_busy.set(true);
        problem.set(None);
        // What is handed in is what stands on the screen now; what is typed from here on belongs to nothing.
        let handing_in = store.with_value(|store| store.hand_in(draft.get_untracked(), submission));
        spawn_local(async move {
            match handing_in.await {
                Ok(()) => drop(handed_in.try_set(true)),
                Err(reason) => drop(problem.try_set(Some(reason))),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <div class="sticky-foot">
            {move || problem.get().map(|problem| view! { <ProblemView problem /> })}
            {move || missing_view(&missing.get())}
            <button
                type="button"
                class="btn btn-primary btn-block btn-lg"
                disabled=move || is_busy.get()
                on:click=submit
            >
                "提交检查"
            </button>
        </div>
    }
}

fn missing_view(missing: &[Missing]) -> impl IntoView + use<> {
    missing.first().map(|first| {
        let (anchor, text) = (first.anchor.clone(), format!("还差 {} 处：{}", missing.len(), first.text));
        view! {
            <button type="button" class="missing muted" on:click=move |_| show(&anchor)>
                {text}
            </button>
        }
    })
}

/// 放弃检查: asks first, for what was written is lost.
#[component]
pub fn Discard() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let store = StoredValue::new_local(Drafts::expect());
    let navigate = use_navigate();
    let is_open = RwSignal::new(false);
    let discard = submit_action(move || {
        let navigate = navigate.clone();
        let discarding =
            draft.try_get_untracked().zip(store.try_get_value()).map(|(draft, store)| store.discard(draft));
        async move {
            if let Some(discarding) = discarding {
                discarding.await?;
                navigate("/field", NavigateOptions::default());
            }
            Ok(())
        }
    });
    view! {
        <button type="button" class="btn btn-ghost btn-block" on:click=move |_| is_open.set(true)>
            "放弃这次检查"
        </button>
        <Show when=move || is_open.get()>
            <FormDialog
                title="放弃这次检查"
                verb="放弃"
                is_final=true
                submit_action=discard.clone()
                on_close=move || is_open.set(false)
            >
                <p>"已填写的内容和照片将从本机删除，不能恢复。"</p>
            </FormDialog>
        </Show>
    }
}

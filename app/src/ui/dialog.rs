//! Native dialogs: to confirm, and for short forms.

use crate::{api::ApiError, ui::form::FormProblem};
use domain::Problem;
use leptos::{html, prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin, sync::Arc};

/// A modal dialog, open as long as it is in the page. `Esc` closes it.
#[component]
pub fn Dialog(
    /// Its heading, and accessible name.
    #[prop(into)]
    title: String,
    /// Called when it should go.
    #[prop(into)]
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let close = move || {
        on_close.try_run(());
    };
    // It can be shown only once it is in the document, a frame after it was made.
    node.on_load(|dialog| {
        request_animation_frame(move || {
            // Refused only when it is open already, which is what was wanted.
            let _ = dialog.show_modal();
        });
    });
    view! {
        <dialog class="modal" node_ref=node aria-label=title.clone() on:close=move |_| close()>
            <div class="modal-box">
                <h2>{title.clone()}</h2>
                {children()}
            </div>
        </dialog>
    }
}

/// What a form does when it is submitted.
pub type SubmitAction = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Vec<Problem>>>>> + Send + Sync>;

/// A [`SubmitAction`] from an async closure that calls the server.
pub fn submit_action<F>(work: impl Fn() -> F + Send + Sync + 'static) -> SubmitAction
where
    F: Future<Output = Result<(), ApiError>> + 'static,
{
    Arc::new(move || {
        let work = work();
        Box::pin(async move { work.await.map_err(|ApiError(problem)| vec![problem]) })
    })
}

/// A dialog with a form: does its submit_action once, closes when it is done, and says why when it is refused.
#[component]
pub fn FormDialog(
    /// Its heading, and its accessible name.
    #[prop(into)]
    title: String,
    /// The word on the button that does it.
    verb: &'static str,
    /// Whether it cannot be taken back.
    #[prop(optional)]
    is_final: bool,
    /// What it does.
    submit_action: SubmitAction,
    /// Called when it should go.
    #[prop(into)]
    on_close: Callback<()>,
    /// Called before it goes, when it was refused for more than what was typed, or not answered: what the page behind
    /// shows may not be so any more.
    #[prop(default = Callback::new(|()| ()))]
    on_refused: Callback<()>,
    /// Where the reasons of a refusal go, for the fields to show.
    #[prop(optional)]
    problems: RwSignal<Vec<Problem>>,
    /// The fields that show their own reasons.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// Fields, or what will happen.
    children: Children,
) -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let is_stale = StoredValue::new(false);
    let close = move || {
        if is_stale.try_get_value() == Some(true) {
            is_stale.set_value(false);
            on_refused.try_run(());
        }
        on_close.try_run(());
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let work = submit_action();
        spawn_local(async move {
            let outcome = work.await;
            is_busy.try_set(false);
            match outcome {
                // The page may have been left meanwhile.
                Ok(()) => {
                    on_close.try_run(());
                }
                Err(reasons) => {
                    let is_typed = |problem: &Problem| matches!(problem, Problem::Invalid { .. });
                    if !reasons.iter().all(is_typed) {
                        is_stale.try_update_value(|is_stale| *is_stale = true);
                    }
                    problems.try_set(reasons);
                }
            }
        });
    };
    view! {
        <Dialog title on_close=close>
            <form class="form" novalidate on:submit=submit>
                {children()}
                <FormProblem problems fields />
                <div class="modal-action">
                    <button type="button" class="btn" on:click=move |_| close()>
                        "取消"
                    </button>
                    <button
                        type="submit"
                        class=if is_final { "btn btn-error" } else { "btn btn-primary" }
                        disabled=move || is_busy.get()
                    >
                        {verb}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

//! What a page shows before, instead of, or in place of its content.

use crate::{
    api::ApiError,
    ui::{
        session::{Session, login_address},
        update::take_update,
    },
};
use domain::Problem;
use leptos::prelude::*;
use leptos_router::components::A;

/// Something is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="empty" role="status">
            <span class="loading loading-spinner" aria-hidden="true"></span>
            <p>"正在加载…"</p>
        </div>
    }
}

/// Nothing is there: why, and what to do next.
#[component]
pub fn Empty(
    /// Why there is nothing.
    #[prop(into)]
    text: String,
    /// The next step, if there is one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// Something failed: what happened, and what to do next.
#[component]
pub fn ProblemView(
    /// Its text is shown as it is.
    problem: Problem,
    /// Behind 重试, which is there only with it.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let is_signed_out = problem == Problem::NotSignedIn;
    if is_signed_out && let Some(session) = use_context::<Session>() {
        session.expire();
    }
    view! {
        <div class="notice notice-bad" role="alert">
            <p>{problem.to_string()}</p>
            <div>
                {retry
                    .filter(|_| !is_signed_out)
                    .map(|retry| {
                        view! {
                            <button type="button" class="btn" on:click=move |_| retry.run(())>
                                "重试"
                            </button>
                        }
                    })}
                {is_signed_out
                    .then(|| {
                        view! {
                            <A href=login_address() attr:class="btn btn-primary">
                                "重新登录"
                            </A>
                        }
                    })}
            </div>
        </div>
    }
}

/// A screen's part of the program did not come: the network, or a newer version at the server.
#[component]
pub fn Unloaded() -> impl IntoView {
    view! {
        <main class="gate empty" role="alert">
            <p>"这一页没有加载完。请检查网络后重新加载；已填写的内容都在本机。"</p>
            <button type="button" class="btn btn-primary" on:click=|_| take_update()>
                "重新加载"
            </button>
        </main>
    }
}

/// What a resource holds, or that it is loading, or why it failed, with 重试.
pub fn loaded<T, V>(
    resource: LocalResource<Result<T, ApiError>>,
    show: impl Fn(T) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + 'static,
    V: IntoView + 'static,
{
    move || match resource.get() {
        None => view! { <Loading /> }.into_any(),
        Some(Ok(value)) => show(value).into_any(),
        Some(Err(ApiError(problem))) => view! { <ProblemView problem retry=move || resource.refetch() /> }.into_any(),
    }
}

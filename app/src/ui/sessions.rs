//! 登录设备: at which devices one is signed in, and signing the others out. The same on both faces.

use crate::{
    api::session::{end_other_sessions, end_session, list_sessions},
    ui::{
        dialog::Dialog,
        page::{Loading, ProblemView},
        patience::within,
        reading::Reading,
        toast::use_toast,
    },
};
use domain::{Problem, id::SessionId, login::OpenSession};
use leptos::{prelude::*, task::spawn_local};

/// 登录设备, in a dialog; nothing is asked for before it opens.
#[component]
pub fn Sessions(
    /// Called when it should go.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let sessions = Reading::new(|| within(list_sessions()));
    let is_busy = RwSignal::new(false);
    // One of them, or all the others.
    let end = Callback::new(move |id: Option<SessionId>| {
        is_busy.set(true);
        spawn_local(async move {
            let ended: Result<(), Problem> = match id {
                Some(id) => within(end_session(id)).await,
                None => within(end_other_sessions()).await,
            };
            match ended {
                Ok(()) => toast("已结束登录"),
                Err(problem) => toast(&problem.to_string()),
            }
            // An answer may be lost after the server acted: what it says now counts.
            sessions.again();
            is_busy.try_set(false);
        });
    });
    let shown = move || match sessions.get() {
        None => view! { <Loading /> }.into_any(),
        Some(Err(problem)) => view! { <ProblemView problem retry=move || sessions.again() /> }.into_any(),
        Some(Ok(list)) => {
            let has_others = list.iter().any(|session| !session.is_current);
            let lines: Vec<_> = list.into_iter().map(|session| line(session, is_busy, end)).collect();
            view! {
                <ul class="entries" aria-label="登录设备">
                    {lines}
                </ul>
                {has_others
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="btn btn-block"
                                disabled=move || is_busy.get()
                                on:click=move |_| end.run(None)
                            >
                                "结束其他全部登录"
                            </button>
                        }
                    })}
            }
            .into_any()
        }
    };
    view! {
        <Dialog title="登录设备" on_close>
            <p class="muted">"不认识的设备请结束它的登录；对方再次登录需要您手机上的验证码。"</p>
            {shown}
            <div class="modal-action">
                <button type="button" class="btn" on:click=move |_| on_close.run(())>
                    "关闭"
                </button>
            </div>
        </Dialog>
    }
}

fn line(session: OpenSession, is_busy: RwSignal<bool>, end: Callback<Option<SessionId>>) -> AnyView {
    let OpenSession { id, device, signed_in_at, seen_at, is_current } = session;
    let label = format!("结束 {device} 的登录");
    let times = format!("登录 {signed_in_at}，最近使用 {seen_at}");
    let end_of_line = if is_current {
        view! { <span class="mark mark-plain">"本机"</span> }.into_any()
    } else {
        view! {
            <button
                type="button"
                class="btn"
                aria-label=label
                disabled=move || is_busy.get()
                on:click=move |_| end.run(Some(id))
            >
                "结束"
            </button>
        }
        .into_any()
    };
    view! {
        <li class="entry">
            <span class="entry-title">{device}</span>
            <span class="entry-note">{times}</span>
            <span class="entry-end">{end_of_line}</span>
        </li>
    }
    .into_any()
}

//! 切换岗位 on the console, and what an inspector's post is told there (Q36).

use crate::{
    api::{ApiError, session::switch_post},
    ui::{dialog::Dialog, session::Session, toast::use_toast},
};
use domain::{
    id::PostId,
    person::{Post, Role, rank},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};

/// A function that makes another post the current one and opens the overview, where every post may be.
fn use_switch() -> Callback<PostId> {
    let session = Session::expect();
    let toast = use_toast();
    let navigate = use_navigate();
    Callback::new(move |post| {
        let navigate = navigate.clone();
        spawn_local(async move {
            match switch_post(post).await {
                Ok(me) => {
                    session.enter(me);
                    navigate("/console", NavigateOptions::default());
                }
                Err(ApiError(problem)) => toast(&problem.to_string()),
            }
        });
    })
}

/// The button, and the list of one's posts.
#[component]
pub fn SwitchPost() -> impl IntoView {
    let session = Session::expect();
    let is_open = RwSignal::new(false);
    let switch = use_switch();
    let rows = move || {
        let me = session.me();
        let current = me.as_ref().and_then(|me| me.post.as_ref()).map(|post| post.id);
        let posts = me.map(|me| me.posts).unwrap_or_default();
        posts.into_iter().map(|post| post_button(&post, current == Some(post.id), is_open, switch)).collect_view()
    };
    view! {
        <button type="button" class="btn btn-ghost" on:click=move |_| is_open.set(true)>
            "切换岗位"
        </button>
        <Show when=move || is_open.get()>
            <Dialog title="切换岗位" on_close=move || is_open.set(false)>
                <div class="posts">{rows}</div>
                <div class="modal-action">
                    <button type="button" class="btn" on:click=move |_| is_open.set(false)>
                        "取消"
                    </button>
                </div>
            </Dialog>
        </Show>
    }
}

fn post_button(
    post: &Post,
    is_current: bool,
    is_open: RwSignal<bool>,
    switch: Callback<PostId>,
) -> impl IntoView + use<> {
    let id = post.id;
    let choose = move |_| {
        is_open.set(false);
        if !is_current {
            switch.run(id);
        }
    };
    view! {
        <button type="button" class="btn btn-block" aria-current=is_current.then_some("true") on:click=choose>
            <span>{post.title()}</span>
            <small>{rank(post.region.level(), post.role)} {is_current.then_some("（当前）")}</small>
        </button>
    }
}

/// Tells an inspector's post that the console is for reading, and offers the administrator's post in one tap.
#[component]
pub fn InspectorHint() -> impl IntoView {
    let session = Session::expect();
    let switch = use_switch();
    let offer = move || {
        let me = session.me()?;
        (me.post?.role == Role::Inspector).then(|| me.posts.into_iter().find(|post| post.role == Role::Administrator))
    };
    move || {
        offer().map(|administrator| {
            view! {
                <div class="notice" role="note">
                    <span>"当前是检查员岗位，在电脑上只能查看记录；检查和整改请在手机工作台进行。"</span>
                    {match administrator {
                        Some(post) => {
                            let title = format!("切换为 {}", post.title());
                            view! {
                                <button type="button" class="btn btn-primary" on:click=move |_| switch.run(post.id)>
                                    {title}
                                </button>
                            }
                                .into_any()
                        }
                        None => view! {
                            <A href="/field" attr:class="btn">
                                "打开工作台"
                            </A>
                        }
                        .into_any(),
                    }}
                </div>
            }
        })
    }
}

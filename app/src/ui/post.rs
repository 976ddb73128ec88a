//! 切换岗位: the button, the list of one's posts, and the change itself.

use crate::{
    api::session::switch_post,
    ui::{dialog::Dialog, patience::within, session::Session, toast::use_toast},
};
use domain::{
    id::PostId,
    person::{Post, rank},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// A function that makes another post the current one and opens `home`, where every post may be.
pub fn use_switch(home: &'static str) -> Callback<PostId> {
    let session = Session::expect();
    let toast = use_toast();
    let navigate = use_navigate();
    Callback::new(move |post| {
        let navigate = navigate.clone();
        spawn_local(async move {
            match within(switch_post(post)).await {
                Ok(me) => {
                    session.enter(me);
                    navigate(home, NavigateOptions::default());
                }
                Err(problem) => toast(&problem.to_string()),
            }
        });
    })
}

/// The button, and the list of one's posts.
#[component]
pub fn SwitchPost(
    /// Where to go afterwards.
    home: &'static str,
) -> impl IntoView {
    let session = Session::expect();
    let is_open = RwSignal::new(false);
    let switch = use_switch(home);
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
            <small>{rank(post.region.level(), post.role.clone())} {is_current.then_some("（当前）")}</small>
        </button>
    }
}

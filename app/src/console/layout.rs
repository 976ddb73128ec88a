//! The frame around every console page: menu, place, person.

use super::{menu::Menu, post::InspectorHint};
use crate::{
    api::{dictionary::read_region_path, session::sign_out},
    ui::{
        keys::{focus_first, is_within},
        page::Empty,
        post::SwitchPost,
        session::{RequireSession, Session},
        sessions::Sessions,
        theme::ThemeToggle,
        toast::use_toast,
    },
};
use domain::person::rank;
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::components::Outlet;

/// The frame; only for the signed-in.
#[component]
pub fn ConsoleLayout() -> impl IntoView {
    view! {
        <RequireSession>
            <Frame />
        </RequireSession>
    }
}

#[component]
fn Frame() -> impl IntoView {
    let session = Session::expect();
    let has_post = Memo::new(move |_| session.post().is_some());
    // So that no click waits for it.
    spawn_local(super::preload_rest());
    let search = window_event_listener(ev::keydown, |event| {
        let is_typing = is_within(&event, "input, select, textarea, dialog");
        if event.key() == "/" && !is_typing && focus_first("main input[type=search]") {
            event.prevent_default();
        }
    });
    on_cleanup(move || search.remove());
    view! {
        <div class="console">
            <Menu />
            <header class="headbar">
                <Place />
                <PersonBar />
            </header>
            <main class="page">
                    {move || {
                        if has_post.get() {
                            view! {
                                <InspectorHint />
                                <Outlet />
                            }
                                .into_any()
                        } else {
                            view! {
                                <Empty text="您目前没有任何岗位，看不到数据。请联系本级管理员在“人员配置”中为您增加岗位。" />
                            }
                                .into_any()
                        }
                    }}
            </main>
        </div>
    }
}

/// From the province down to where the current post is: 云南省 › 昆明市 › 官渡区.
#[component]
fn Place() -> impl IntoView {
    let session = Session::expect();
    let region = Memo::new(move |_| session.post().map(|post| post.region));
    let path = LocalResource::new(move || {
        let region = region.get();
        async move {
            match region {
                Some(region) => read_region_path(region).await.unwrap_or_default(),
                None => Vec::new(),
            }
        }
    });
    let names = move || {
        let path = path.get().unwrap_or_default();
        // Below the nation its name says nothing.
        let skipped = usize::from(path.len() > 1);
        path.into_iter().skip(skipped).map(|region| view! { <li>{region.name}</li> }).collect_view()
    };
    view! {
        <nav class="breadcrumbs" aria-label="当前区划">
            <ol>{names}</ol>
        </nav>
    }
}

#[component]
fn PersonBar() -> impl IntoView {
    let session = Session::expect();
    let toast = use_toast();
    let shows_sessions = RwSignal::new(false);
    let who = move || {
        session.me().map(|me| match me.post {
            Some(post) => format!("{} · {}", me.name, rank(post.region.level(), post.role.clone())),
            None => me.name,
        })
    };
    let leave = move |_| {
        spawn_local(async move {
            match sign_out().await {
                Ok(()) => session.leave(),
                Err(reason) => toast(&reason.to_string()),
            }
        });
    };
    view! {
        <div class="person">
            <span>{who}</span>
            <SwitchPost home="/console" />
            <ThemeToggle />
            <button type="button" class="btn btn-ghost" on:click=move |_| shows_sessions.set(true)>
                "登录设备"
            </button>
            <button type="button" class="btn btn-ghost" on:click=leave>
                "退出登录"
            </button>
            <Show when=move || shows_sessions.get()>
                <Sessions on_close=move || shows_sessions.set(false) />
            </Show>
        </div>
    }
}

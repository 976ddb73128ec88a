//! The frame around every field screen: post and network at the top, five tabs at the foot.

use crate::{
    inspection::stores::Photos,
    offline::{
        local::{self, Obstacle},
        outbox::Outbox,
        photos::PhonePhotos,
        source::Sources,
    },
    ui::{
        page::Empty,
        post::{SwitchPost, use_switch},
        session::{RequireSession, Session, login_address},
    },
};
use domain::person::{Post, Role};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::{A, Outlet};

/// The frame. An expired session keeps everything within reach: what was entered must not be locked away.
#[component]
pub fn FieldLayout() -> impl IntoView {
    view! {
        <RequireSession even_expired=true>
            <Frame />
        </RequireSession>
    }
}

#[component]
fn Frame() -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::provide();
    Photos::provide(PhonePhotos(None));
    // So that no tap waits for it, nor for a network that has gone by then.
    spawn_local(super::preload_rest());
    let post = Memo::new(move |_| session.post().map(|post| post.id));
    // What an inspection without network needs is laid on the phone at each start and each change of post.
    Effect::new(move || {
        let (_, is_online) = (post.get(), outbox.is_online.get());
        if let Some(sources) = Sources::of(session).filter(|_| is_online) {
            spawn_local(async move {
                // What is missing is asked for again where it is needed, which also says why it failed.
                let _ = sources.prefetch(false).await;
            });
        }
    });
    view! {
        <div class="field">
            <ObstacleNotice />
            <ExpiredNotice />
            // Another post has other copies: its screens are made anew.
            {move || {
                post.track();
                view! { <Outlet /> }
            }}
        </div>
    }
}

/// Why the phone's disk cannot be opened, in words of its own.
#[component]
fn ObstacleNotice() -> impl IntoView {
    let obstacle = local::obstacle();
    move || {
        obstacle.get().map(|obstacle| {
            let (text, verb) = match obstacle {
                Obstacle::Blocked => {
                    ("另一窗口还开着旧版本，本机存储不能升级。请关闭其他窗口，再重新加载。", "重新加载")
                }
                Obstacle::Newer => {
                    ("本机存储已由新版本打开。请重新加载，换用新版本；已填写的内容都在本机。", "重新加载")
                }
            };
            view! {
                <div class="notice notice-bad" role="alert">
                    <p>{text}</p>
                    <button
                        type="button"
                        class="btn"
                        on:click=|_| {
                            let _ = window().location().reload();
                        }
                    >
                        {verb}
                    </button>
                </div>
            }
        })
    }
}

#[component]
fn ExpiredNotice() -> impl IntoView {
    let session = Session::expect();
    view! {
        <Show when=move || session.is_expired()>
            <div class="notice notice-warn" role="status">
                <p>"登录已失效。已填写的内容都在本机，重新登录后继续上传。"</p>
                <A href=login_address() attr:class="btn btn-primary">
                    "重新登录"
                </A>
            </div>
        </Show>
    }
}

/// The frame of a page with tabs: its content under the post and above the tabs.
#[component]
pub fn TabPage(children: Children) -> impl IntoView {
    view! {
        <TopBar />
        <main class="page">{children()}</main>
        <TabBar />
    }
}

/// The head of a page that is one task: its name, and the way back.
#[component]
pub fn TaskHead(
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Where 返回 leads.
    #[prop(into)]
    back: String,
    /// Lines below the heading.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="sticky-head">
            <div class="task-head">
                <A href=back attr:class="btn btn-ghost">
                    "返回"
                </A>
                <h1>{move || title.get()}</h1>
            </div>
            {children.map(|children| children())}
        </header>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let title = move || session.post().map_or_else(|| "无岗位".to_owned(), |post| post.title());
    let state = move || match (outbox.is_online.get(), outbox.count(), outbox.is_sending()) {
        (false, 0, _) => "无网络".to_owned(),
        (false, count, _) => format!("无网络，{count} 条待上传"),
        (true, 0, _) if outbox.unknown.get() > 0 => format!("{} 条无法识别", outbox.unknown.get()),
        (true, 0, _) if outbox.held() > 0 => format!("{} 条待处理", outbox.held()),
        (true, 0, _) => "已同步".to_owned(),
        (true, _, true) => "正在上传".to_owned(),
        (true, count, false) => format!("{count} 条待上传"),
    };
    view! {
        <header class="topbar">
            <span class="topbar-post">{title}</span>
            <SwitchPost home="/field" />
            <span class="muted" role="status">
                {state}
            </span>
        </header>
    }
}

const TABS: [(&str, &str, &str); 5] = [
    ("/field", "工作台", "M4 11 12 4l8 7v9h-5v-6H9v6H4z"),
    ("/field/enterprises", "企业", "M4 20V8h7V4h9v16zm3-8h2v2H7zm0 4h2v2H7zm7-8h2v2h-2zm0 4h2v2h-2zm0 4h2v2h-2z"),
    ("/field/hazards", "隐患", "M12 3 22 20H2zm-1 6v5h2V9zm0 7v2h2v-2z"),
    ("/field/outbox", "待上传", "M12 3l6 6h-4v6h-4V9H6zM4 17h16v3H4z"),
    ("/field/me", "我的", "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 20c0-4 4-6 8-6s8 2 8 6z"),
];

#[component]
fn TabBar() -> impl IntoView {
    let outbox = Outbox::expect();
    let tabs = TABS.map(|(address, name, sign)| {
        let count = move || (address == "/field/outbox").then(|| outbox.count()).filter(|count| *count > 0);
        view! {
            <A href=address exact=address == "/field">
                <svg viewBox="0 0 24 24" fill="currentColor" fill-rule="evenodd" aria-hidden="true">
                    <path d=sign></path>
                </svg>
                <span>{name}</span>
                {move || count().map(|count| view! { <span class="count">{count}</span> })}
            </A>
        }
    });
    view! {
        <nav class="tabbar" aria-label="主导航">
            {tabs.collect_view()}
        </nav>
    }
}

/// Whether the current post is an inspector's; reactive.
pub fn is_inspector(session: Session) -> bool {
    session.post().is_some_and(|post| post.role == Role::Inspector)
}

/// Shows its children to an inspector's post; to every other it says why there is nothing, and offers the right post in
/// one tap (Q36).
#[component]
pub fn ForInspectors(children: ChildrenFn) -> impl IntoView {
    let session = Session::expect();
    let is_inspector = Memo::new(move |_| is_inspector(session));
    view! {
        <Show when=move || is_inspector.get() fallback=WrongPost>
            {children()}
        </Show>
    }
}

#[component]
fn WrongPost() -> impl IntoView {
    let session = Session::expect();
    let switch = use_switch("/field");
    let text = move || match session.post() {
        Some(post) => format!("当前岗位是“{}”。检查和整改要用检查员岗位。", post.title()),
        None => "您目前没有任何岗位。".to_owned(),
    };
    let posts = move || session.me().map(|me| me.posts).unwrap_or_default();
    let inspectors = move || posts().into_iter().filter(|post| post.role == Role::Inspector).collect::<Vec<Post>>();
    view! {
        <Empty text="">
            <p>{text}</p>
            <For each=inspectors key=|post| post.id let:post>
                <button type="button" class="btn btn-primary btn-block" on:click=move |_| switch.run(post.id)>
                    {format!("切换为 {}", post.title())}
                </button>
            </For>
            <Show when=move || inspectors().is_empty()>
                <p>"您没有检查员岗位，请联系本级管理员在“人员配置”中为您增加，再点“同步用户刷新”。"</p>
            </Show>
            <Show when=move || session.is_administrator()>
                <A href="/console" attr:class="btn btn-block">
                    "打开管理后台"
                </A>
            </Show>
        </Empty>
    }
}

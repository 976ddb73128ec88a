//! `/field/me` 我的: who is signed in, at which posts, and the way out.

use super::layout::TabPage;
use crate::{
    api::session::sign_out,
    offline::{drafts, outbox::Outbox, source::Sources},
    ui::{
        dialog::{FormDialog, submit_action},
        facts::fact,
        patience::within,
        reading::Reading,
        session::Session,
        theme::ThemeToggle,
        title::Title,
        toast::use_toast,
    },
};
use domain::person::Post;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

/// 我的: who is signed in, at which post, and what this phone holds.
#[component]
pub fn MePage() -> impl IntoView {
    let session = Session::expect();
    let is_leaving = RwSignal::new(false);
    let facts = move || {
        session.me().map(|me| {
            let posts: Vec<_> = me.posts.iter().map(Post::title).collect();
            view! {
                <dl class="facts">
                    {fact("姓名", me.name)} {fact("手机号", me.phone_masked)} {fact("人员归属部门", me.department.name)}
                    {fact("是否内部人员", if me.is_internal { "是" } else { "否" })} {fact("岗位", posts.join("；"))}
                </dl>
            }
        })
    };
    view! {
        <Title text="我的" />
        <TabPage>
            <h1>"我的"</h1>
            {facts}
            <SyncButton />
            <ThemeToggle />
            <Show when=move || session.is_administrator()>
                <A href="/console" attr:class="btn btn-block">
                    "打开管理后台"
                </A>
            </Show>
            <button type="button" class="btn btn-block" on:click=move |_| is_leaving.set(true)>
                "退出登录"
            </button>
            <p class="muted">
                "定位在发起检查时取一次，用于核对是否在企业现场；“附近企业”只在您点它时取一次，用于按远近排列。不记录行踪，不做个人排名。"
            </p>
        </TabPage>
        <Show when=move || is_leaving.get()>
            <Leave on_close=Callback::new(move |()| is_leaving.set(false)) />
        </Show>
    }
}

/// 同步用户刷新: reads the person, and all that an inspection without network needs, from the server (Q37).
#[component]
pub fn SyncButton() -> impl IntoView {
    let session = Session::expect();
    let toast = use_toast();
    let is_busy = RwSignal::new(false);
    let sync = move |_| {
        is_busy.set(true);
        spawn_local(async move {
            let outcome = match session.refresh().await {
                Ok(_) => match Sources::of(session) {
                    Some(sources) => sources.prefetch(true).await,
                    None => Ok(()),
                },
                Err(problem) => Err(problem),
            };
            match outcome {
                Ok(()) => toast("已同步：岗位、企业、隐患和检查清单都是最新的"),
                Err(problem) => toast(&problem.to_string()),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="btn btn-block" disabled=move || is_busy.get() on:click=sync>
            "同步用户刷新"
        </button>
    }
}

/// Signing out, after saying what stays behind.
#[component]
fn Leave(on_close: Callback<()>) -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let drafts = Reading::new(move || {
        let me = session.me();
        async move {
            match me {
                Some(me) => drafts::of(me.id).await.map(|own| own.len()).unwrap_or_default(),
                None => 0,
            }
        }
    });
    let text = move || match (outbox.count(), drafts.get().unwrap_or_default()) {
        (0, 0) => "退出后需要短信验证码才能再次登录。".to_owned(),
        (waiting, drafts) => format!(
            "本机还有 {waiting} 条待上传、{drafts} 份未提交的草稿。退出后它们仍留在本机，您再次登录后继续；\
             换人登录不会看到，也不会替您上传。"
        ),
    };
    let leave = submit_action(move || async move {
        within(sign_out()).await?;
        session.leave();
        Ok(())
    });
    view! {
        <FormDialog title="退出登录" verb="退出登录" submit_action=leave on_close>
            <p>{text}</p>
        </FormDialog>
    }
}

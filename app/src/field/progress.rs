//! How far something that was handed in has got: on its way, refused, or proved by its receipt (回执).

use crate::{
    offline::{
        draft::Author,
        local::{self, Store},
        operation::{Delivered, Operation, Stage},
        outbox::Outbox,
    },
    ui::{
        dialog::{FormDialog, submit_action},
        facts::fact,
        page::Empty,
        post::use_switch,
        reading::Reading,
        session::Session,
        toast::use_toast,
    },
};
use domain::{Problem, id::OperationId};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::future::Future;

/// The whole of it, for the page of what was handed in.
#[component]
pub fn Progress(
    /// The operation.
    id: OperationId,
    /// What is said where this phone knows nothing of it.
    unknown: &'static str,
) -> impl IntoView {
    let outbox = Outbox::expect();
    let delivered = Reading::new(move || {
        outbox.delivered.track();
        async move { local::read::<Delivered>(Store::Copies, &Delivered::key(id)).await.ok().flatten() }
    });
    // One that is under way is shown as such, whatever was delivered before.
    move || match (outbox.find(id), delivered.get()) {
        (Some(operation), _) => view! {
            <div class="panel">
                <OperationState operation />
            </div>
        }
        .into_any(),
        (None, Some(Some(delivered))) => receipt_view(&delivered).into_any(),
        (None, Some(None)) => view! { <Empty text=unknown /> }.into_any(),
        (None, None) => ().into_any(),
    }
}

fn receipt_view(delivered: &Delivered) -> impl IntoView + use<> {
    let receipt = &delivered.receipt;
    view! {
        <div class="notice notice-good" role="status">
            <p>
                <strong>{delivered.name.clone()} "已提交"</strong>
            </p>
            <p>"服务器已收到全部内容和照片，以下是回执。"</p>
        </div>
        <dl class="facts">
            {fact("内容", delivered.title.clone())} {fact("收到时间", receipt.received_at.to_string())}
            {fact("照片", format!("{} 张", receipt.photos_held.len()))}
            {fact("回执编号", receipt.operation.to_string())}
            {fact("内容校验", receipt.content_hash.chars().take(16).collect::<String>())}
        </dl>
    }
}

/// One operation of the outbox: what it is, where it stands, and what a person can do about it.
#[component]
pub fn OperationState(
    /// Which.
    operation: Operation,
) -> impl IntoView {
    let (held, all) = operation.photos();
    let title = format!("{}：{}", operation.body.name(), operation.draft.title());
    let photos = (all > 0).then(|| format!(" · 照片 {held}/{all}"));
    view! {
        <p class="entry-title">{title}</p>
        <p class="entry-note">"已存本机 " {operation.queued_at.to_string()} {photos}</p>
        {state_view(&operation)}
    }
}

fn state_view(operation: &Operation) -> AnyView {
    let id = operation.id();
    match &operation.stage {
        Stage::Refused { problem } => view! { <Refused id problem=problem.clone() /> }.into_any(),
        Stage::PhotoRefused { problem, .. } => view! { <PhotoRefused id problem=problem.clone() /> }.into_any(),
        Stage::Waiting | Stage::Uploading { .. } => {
            let is_on_server = operation.is_on_server();
            let author = operation.draft.author().clone();
            let last = operation.last_problem.clone();
            view! { <Waiting author is_on_server last /> }.into_any()
        }
    }
}

/// It goes by itself, unless someone else or another post is signed in.
#[component]
fn Waiting(author: Author, is_on_server: bool, last: Option<Problem>) -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let switch = use_switch("/field");
    let own = move || session.me().and_then(|me| Author::of(&me));
    let text = if is_on_server {
        "记录已到服务器，正在等照片"
    } else {
        "等待上传，有网络时自动提交"
    };
    move || {
        let Some(own) = own().filter(|own| own.person == author.person) else {
            return view! { <p class="muted">{format!("等待 {} 登录后上传", author.name)}</p> }.into_any();
        };
        if own.post != author.post {
            let (post, title) = (author.post, format!("切换为 {} 后上传", author.post_title));
            return view! {
                <button type="button" class="btn btn-block" on:click=move |_| switch.run(post)>
                    {title}
                </button>
            }
            .into_any();
        }
        let text = if outbox.is_sending.get() { "正在上传" } else { text };
        let last = last.clone().filter(|_| outbox.is_online.get() && !outbox.is_sending.get());
        view! {
            <p role="status">{text}</p>
            {last.map(|problem| view! { <p class="muted">"上次没有成功：" {problem.to_string()}</p> })}
        }
        .into_any()
    }
}

/// Does something with the outbox, and says why where that fails.
fn attempt(work: impl Future<Output = Result<(), Problem>> + 'static, toast: impl Fn(&str) + 'static) {
    spawn_local(async move {
        if let Err(problem) = work.await {
            toast(&problem.to_string());
        }
    });
}

#[component]
fn Refused(id: OperationId, problem: Problem) -> impl IntoView {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let navigate = use_navigate();
    let take_back = move |_| {
        let navigate = navigate.clone();
        let work = async move {
            let address = outbox.take_back(id).await?;
            navigate(&address, NavigateOptions::default());
            Ok(())
        };
        attempt(work, toast);
    };
    view! {
        <div class="notice notice-bad">
            <p>"服务器没有接受：" {problem.to_string()}</p>
            <p>"内容和照片都还在本机。"</p>
        </div>
        <button type="button" class="btn btn-primary btn-block" on:click=take_back>
            "修改后重发"
        </button>
    }
}

#[component]
fn PhotoRefused(id: OperationId, problem: Problem) -> impl IntoView {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let is_giving_up = RwSignal::new(false);
    let give_up = submit_action(move || async move { Ok(outbox.give_up_photos(id).await?) });
    view! {
        <div class="notice notice-bad">
            <p>"记录已到服务器，但有照片不能上传：" {problem.to_string()}</p>
        </div>
        <button
            type="button"
            class="btn btn-primary btn-block"
            on:click=move |_| attempt(outbox.retry_photos(id), toast)
        >
            "重试照片"
        </button>
        <button type="button" class="btn btn-block" on:click=move |_| is_giving_up.set(true)>
            "不再上传这些照片"
        </button>
        <Show when=move || is_giving_up.get()>
            <FormDialog
                title="不再上传这些照片"
                verb="不再上传"
                is_final=true
                submit_action=give_up.clone()
                on_close=move || is_giving_up.set(false)
            >
                <p>"没有上传的照片将从本机删除，不能恢复；记录本身已在服务器上。"</p>
            </FormDialog>
        </Show>
    }
}

//! How far something that was handed in has got: on its way, refused, or proved by its receipt (回执).

use crate::{
    offline::{
        draft::Author,
        local::{self, Store},
        operation::{Delivered, Operation, PhotoFault, State, unreadable_text},
        outbox::Outbox,
    },
    ui::{
        dialog::{FormDialog, submit_action},
        facts::fact,
        page::Empty,
        reading::Reading,
        session::Session,
        toast::use_toast,
    },
};
use domain::{Problem, id::OperationId, operation::HeldReason};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::future::Future;

/// The whole of it, for the page of what was handed in.
#[component]
pub fn Progress(
    /// Looked for in the outbox, then among the receipts that were kept.
    id: OperationId,
    /// What is said where this phone knows nothing of it.
    unknown: &'static str,
) -> impl IntoView {
    let outbox = Outbox::expect();
    let delivered = Reading::new(move || {
        outbox.delivered.track();
        async move { local::read::<Delivered>(Store::Receipts, &id.to_string()).await.ok().flatten() }
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
    /// As it is in the outbox.
    operation: Operation,
) -> impl IntoView {
    let (held, all) = operation.photos_held();
    let title = format!("{}：{}", operation.name(), operation.title);
    let photos = (all > 0).then(|| format!(" · 照片 {held}/{all}"));
    view! {
        <p class="entry-title">{title}</p>
        <p class="entry-note">"已存本机 " {operation.queued_at.to_string()} {photos}</p>
        {(!operation.unreadable.is_empty())
            .then(|| view! { <p class="notice notice-warn">{unreadable_text(operation.unreadable.len())}</p> })}
        {state_view(&operation)}
    }
}

fn state_view(operation: &Operation) -> AnyView {
    let id = operation.id;
    match operation.state() {
        State::Refused(problem) => view! { <Refused id problem /> }.into_any(),
        State::Conflict => view! { <Conflict id /> }.into_any(),
        State::PhotoFaults => view! { <PhotoFaults id operation=operation.clone() /> }.into_any(),
        State::Held(reason) => held_view(&reason, operation.given_up.len()).into_any(),
        State::Returned(reason) => view! { <Returned id reason /> }.into_any(),
        State::Waiting | State::Photos => view! { <Waiting operation=operation.clone() /> }.into_any(),
        // Let go of in the step that proves it: never on the list.
        State::Delivered => ().into_any(),
    }
}

/// 待处理: the office decides; nothing is to be done here.
fn held_view(reason: &HeldReason, given_up: usize) -> impl IntoView + use<> {
    let held = match given_up {
        0 => "内容和照片已在服务器上，由管理员处理，本机无需操作。".to_owned(),
        given_up => format!("内容已在服务器上，有 {given_up} 张照片没有上传；由管理员处理，本机无需操作。"),
    };
    view! {
        <div class="notice" role="status">
            <p>"待处理：" {reason.text.clone()}</p>
            <p>{held}</p>
        </div>
    }
}

/// It goes by itself, unless someone else is signed in.
#[component]
fn Waiting(operation: Operation) -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let Author { person, name, .. } = operation.author.clone();
    let is_on_server = operation.is_filed();
    let wanted = operation.photos_wanted();
    let held = operation.held_for().map(|reason| format!("待处理：{}", reason.text));
    let tries = if is_on_server { operation.photo_tries } else { operation.tries };
    let needs = operation.needs;
    move || {
        if session.me().is_none_or(|me| me.id != person) {
            return view! { <p class="muted">{format!("等待 {name} 登录后上传")}</p> }.into_any();
        }
        let first = outbox.operations.with(|all| {
            let first = all.iter().find(|other| needs.contains(&other.id) && !other.is_filed());
            first.map(|other| format!("先上传“{}：{}”", other.name(), other.title))
        });
        let is_sending = outbox.is_sending();
        let text = match (is_sending, first, is_on_server) {
            (_, Some(first), false) => first,
            (true, ..) => "正在上传".to_owned(),
            (false, _, true) => format!("记录已到服务器，正在等照片 {wanted} 张"),
            (false, ..) => "等待上传，有网络时自动提交".to_owned(),
        };
        let last = tries.trouble.clone().filter(|_| outbox.is_online.get() && !is_sending);
        view! {
            <p role="status">{text}</p>
            {held.clone().map(|held| view! { <p class="muted">{held}</p> })}
            {last.map(|trouble| view! { <p class="muted">"上次没有成功：" {trouble.text()}</p> })}
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

/// Turns an operation back into its draft, and goes there.
fn taking_back(id: OperationId) -> impl Fn() + Clone + 'static {
    let (outbox, toast, navigate) = (Outbox::expect(), use_toast(), use_navigate());
    move || {
        let navigate = navigate.clone();
        let work = async move {
            let address = outbox.take_back(id).await?;
            if !outbox.operations.is_disposed() {
                navigate(&address, NavigateOptions::default());
            }
            Ok(())
        };
        attempt(work, toast);
    }
}

#[component]
fn Refused(id: OperationId, problem: Problem) -> impl IntoView {
    let take_back = taking_back(id);
    view! {
        <div class="notice notice-bad">
            <p>"服务器没有接受：" {problem.to_string()}</p>
            <p>"内容和照片都还在本机。"</p>
        </div>
        <button type="button" class="btn btn-primary btn-block" on:click=move |_| take_back()>
            "修改后重发"
        </button>
    }
}

/// 退回, where its draft could not be opened by itself: there is another one in its place.
#[component]
fn Returned(id: OperationId, reason: HeldReason) -> impl IntoView {
    let take_back = taking_back(id);
    view! {
        <div class="notice notice-warn">
            <p>"退回：" {reason.text}</p>
            <p>"内容和照片都还在本机。"</p>
        </div>
        <button type="button" class="btn btn-primary btn-block" on:click=move |_| take_back()>
            "修改后重发"
        </button>
    }
}

/// The server has other bytes under this id: both are shown, and the person chooses.
#[component]
fn Conflict(id: OperationId) -> impl IntoView {
    let outbox = Outbox::expect();
    let is_dropping = RwSignal::new(false);
    let versions = Reading::new(move || async move { outbox.both_versions(id).await });
    let take_back = taking_back(id);
    let keep = submit_action(move || async move { Ok(outbox.keep_servers(id).await?) });
    let shown = move || match versions.get() {
        None => view! { <p class="muted">"正在取服务器上的内容…"</p> }.into_any(),
        Some((own, server)) => view! {
            <dl class="facts">
                {fact("本机的", own.unwrap_or_else(|problem| problem.to_string()))}
                {fact("服务器上的", server.unwrap_or_else(|problem| problem.to_string()))}
            </dl>
        }
        .into_any(),
    };
    view! {
        <div class="notice notice-warn" role="alert">
            <p>"服务器上已有同一编号的另一份内容。请核对后选择："</p>
            {shown}
        </div>
        <button type="button" class="btn btn-primary btn-block" on:click=move |_| take_back()>
            "作为新记录提交"
        </button>
        <button type="button" class="btn btn-block" on:click=move |_| is_dropping.set(true)>
            "保留服务器的"
        </button>
        <Show when=move || is_dropping.get()>
            <FormDialog
                title="保留服务器的"
                verb="保留服务器的"
                is_final=true
                submit_action=keep.clone()
                on_close=move || is_dropping.set(false)
            >
                <p>"本机的这份内容和照片将删除，不能恢复。"</p>
            </FormDialog>
        </Show>
    }
}

#[component]
fn PhotoFaults(id: OperationId, operation: Operation) -> impl IntoView {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let is_giving_up = RwSignal::new(false);
    let give_up = submit_action(move || async move { Ok(outbox.give_up_photos(id).await?) });
    let gone = operation.faults.values().filter(|fault| **fault == PhotoFault::Gone).count();
    let refused = operation.faults.values().find_map(|fault| match fault {
        PhotoFault::Refused(problem) => Some(problem.to_string()),
        PhotoFault::Gone => None,
    });
    view! {
        <div class="notice notice-bad">
            <p>"记录已到服务器。"</p>
            {(gone > 0).then(|| view! { <p>{format!("有 {gone} 张照片已不在本机（可能被系统清理），无法上传。")}</p> })}
            {refused.map(|reason| view! { <p>"有照片服务器不能接收：" {reason}</p> })}
        </div>
        <button
            type="button"
            class="btn btn-primary btn-block"
            on:click=move |_| attempt(outbox.retry_photos(id), toast)
        >
            "重试照片"
        </button>
        <button type="button" class="btn btn-block" on:click=move |_| is_giving_up.set(true)>
            "只保留记录"
        </button>
        <Show when=move || is_giving_up.get()>
            <FormDialog
                title="只保留记录"
                verb="只保留记录"
                is_final=true
                submit_action=give_up.clone()
                on_close=move || is_giving_up.set(false)
            >
                <p>"这些照片不再上传，本机还有的将删除，不能恢复；记录本身已在服务器上。"</p>
            </FormDialog>
        </Show>
    }
}

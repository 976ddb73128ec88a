//! `/field/outbox` 待上传: what is not yet proved to be on the server, what the office has to decide, and what lies on this
//! phone without an owner.

use super::{delivered::DeliveredTroubles, layout::TabPage, progress::OperationState};
use crate::{
    inspection::capture::LocalPhoto,
    offline::{export, operation::Operation, outbox::Outbox, photos, storage},
    ui::{
        carry::CarryFile,
        dialog::{Dialog, FormDialog, submit_action},
        page::Empty,
        reading::Reading,
        title::Title,
        toast::use_toast,
    },
};
use domain::{id::OperationId, photo::PhotoHash};
use leptos::{prelude::*, task::spawn_local};

/// 待上传: what this phone has not been rid of yet.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let has_any = Memo::new(move |_| !outbox.operations.with(Vec::is_empty));
    let is_asking = RwSignal::new(false);
    let ask = move |_| {
        is_asking.set(true);
        spawn_local(async move {
            match outbox.ask_all().await {
                Ok(()) => toast("已向服务器查询每条记录的状态"),
                Err(problem) => toast(&problem.to_string()),
            }
            is_asking.try_set(false);
        });
    };
    view! {
        <Title text="待上传" />
        <TabPage>
            <h1>"待上传"</h1>
            <Show
                when=move || has_any.get()
                fallback=move || {
                    outbox
                        .is_read
                        .get()
                        .then(|| view! { <Empty text="全部内容都已上传，本机没有待上传的记录。" /> })
                }
            >
                <button type="button" class="btn btn-primary btn-block" on:click=move |_| outbox.send(true)>
                    "立即上传"
                </button>
                <button type="button" class="btn btn-block" disabled=move || is_asking.get() on:click=ask>
                    "查询办理状态"
                </button>
                <ul class="entries">
                    <For each=move || outbox.operations.get() key=key let:operation>
                        <li class="operation">
                            <OperationState operation />
                        </li>
                    </For>
                </ul>
            </Show>
            <DeliveredTroubles />
            <Unknown />
            <Unclaimed />
            <Export />
            <CarryFile />
            <Usage />
        </TabPage>
    }
}

/// An operation is drawn anew when it got further.
fn key(operation: &Operation) -> (OperationId, String, usize, u32, u32) {
    let reason = operation.held_for().map(|reason| reason.text.as_str()).unwrap_or_default();
    let unreadable = operation.unreadable.len();
    let state = format!("{:?}{reason}{unreadable}", std::mem::discriminant(&operation.state()));
    (operation.id, state, operation.photos_held().0, operation.tries.failures, operation.photo_tries.failures)
}

/// Rows that another version wrote: never hidden.
#[component]
fn Unknown() -> impl IntoView {
    let outbox = Outbox::expect();
    view! {
        <Show when=move || { outbox.unknown.get() > 0 }>
            <div class="notice notice-warn" role="status">
                <p>
                    {move || format!("无法识别的记录 {} 条：由另一版本保存，仍在本机。", outbox.unknown.get())}
                </p>
            </div>
        </Show>
    }
}

/// Photos that nothing needs any more: offered back before they are removed.
#[component]
fn Unclaimed() -> impl IntoView {
    let outbox = Outbox::expect();
    let found = Reading::new(move || {
        outbox.operations.track();
        async { photos::unclaimed().await.unwrap_or_default() }
    });
    let shown = RwSignal::new(Vec::<PhotoHash>::new());
    let is_deleting = RwSignal::new(false);
    let all = move || found.get().unwrap_or_default();
    let delete = submit_action(move || {
        let unclaimed = untrack(all);
        async move {
            photos::sweep(&unclaimed).await?;
            found.again();
            Ok(())
        }
    });
    view! {
        <Show when=move || !all().is_empty()>
            <div class="notice notice-warn" role="status">
                <p>{move || format!("有 {} 张照片没有归属", all().len())}</p>
                <button type="button" class="btn" on:click=move |_| shown.set(all())>
                    "查看"
                </button>
                <button type="button" class="btn" on:click=move |_| is_deleting.set(true)>
                    "删除"
                </button>
            </div>
        </Show>
        <Show when=move || !shown.with(Vec::is_empty)>
            <Dialog title="没有归属的照片" on_close=move || shown.set(Vec::new())>
                <p class="muted">"拍摄后没有随草稿保存的照片。需要的请长按图片存到相册。"</p>
                <div class="photos">
                    {move || {
                        shown
                            .get()
                            .into_iter()
                            .map(|hash| view! { <LocalPhoto hash name="没有归属的照片" is_full=true /> })
                            .collect_view()
                    }}
                </div>
                <div class="modal-action">
                    <button type="button" class="btn btn-primary" on:click=move |_| shown.set(Vec::new())>
                        "关闭"
                    </button>
                </div>
            </Dialog>
        </Show>
        <Show when=move || is_deleting.get()>
            <FormDialog
                title="删除没有归属的照片"
                verb="删除"
                is_final=true
                submit_action=delete.clone()
                on_close=move || is_deleting.set(false)
            >
                <p>"这些照片将从本机删除，不能恢复。"</p>
            </FormDialog>
        </Show>
    }
}

/// Everything that is not on the server, as one file: for a phone that cannot send, or is about to be given up.
#[component]
fn Export() -> impl IntoView {
    let toast = use_toast();
    let is_busy = RwSignal::new(false);
    let export = move |_| {
        is_busy.set(true);
        spawn_local(async move {
            match export::download("燃安未上传.ranan").await {
                Ok((records, photos, drafts)) => {
                    toast(&format!("已导出 {records} 条记录、{photos} 张照片、{drafts} 份草稿，本机的仍然保留"));
                }
                Err(problem) => toast(&problem.to_string()),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="btn btn-block" disabled=move || is_busy.get() on:click=export>
            "导出全部未上传"
        </button>
    }
}

/// How much lies on this phone.
#[component]
fn Usage() -> impl IntoView {
    let usage = Reading::new(storage::usage);
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    move || {
        usage.get().flatten().map(|usage| {
            let text =
                format!("本机已用 {}，浏览器最多可用 {}", megabytes(usage.used_bytes), megabytes(usage.quota_bytes));
            view! { <p class="muted">{text}</p> }
        })
    }
}

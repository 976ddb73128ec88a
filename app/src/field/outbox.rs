//! `/field/outbox` 待上传: what is not yet proved to be on the server.

use super::{layout::TabPage, progress::OperationState};
use crate::{
    offline::{
        operation::{Operation, Stage},
        outbox::Outbox,
        storage,
    },
    ui::{page::Empty, reading::Reading, title::Title},
};
use domain::id::OperationId;
use leptos::prelude::*;

/// The page.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let outbox = Outbox::expect();
    let has_any = Memo::new(move |_| outbox.count() > 0);
    view! {
        <Title text="待上传" />
        <TabPage>
            <h1>"待上传"</h1>
            <Show
                when=move || has_any.get()
                fallback=|| view! { <Empty text="全部内容都已上传，本机没有待上传的记录。" /> }
            >
                <button
                    type="button"
                    class="btn btn-primary btn-block"
                    disabled=move || outbox.is_sending.get()
                    on:click=move |_| outbox.send(true)
                >
                    "立即上传"
                </button>
                <ul class="entries">
                    <For each=move || outbox.operations.get() key=key let:operation>
                        <li class="operation">
                            <OperationState operation />
                        </li>
                    </For>
                </ul>
            </Show>
            <Usage />
        </TabPage>
    }
}

/// An operation is drawn anew when it got further.
fn key(operation: &Operation) -> (OperationId, bool, usize, u32) {
    let is_refused = matches!(operation.stage, Stage::Refused { .. } | Stage::PhotoRefused { .. });
    (operation.id(), is_refused, operation.photos().0, operation.failures)
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

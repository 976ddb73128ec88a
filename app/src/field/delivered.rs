//! What was found out about delivered operations: photos that cannot be shown, and records that a restored server lost.

use crate::{
    offline::{operation::Delivered, outbox::Outbox},
    ui::{reading::Reading, session::Session, toast::use_toast},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

/// Each with its next step, until it was read.
#[component]
pub fn DeliveredTroubles() -> impl IntoView {
    let outbox = Outbox::expect();
    let session = Session::expect();
    let found = Reading::new(move || {
        outbox.reviewed.track();
        outbox.delivered.track();
        let person = session.me().map(|me| me.id);
        async move {
            match person {
                Some(person) => outbox.troubles(person).await.unwrap_or_default(),
                None => Vec::new(),
            }
        }
    });
    move || found.get().unwrap_or_default().iter().map(trouble_view).collect_view()
}

fn trouble_view(delivered: &Delivered) -> impl IntoView + use<> {
    let outbox = Outbox::expect();
    let toast = use_toast();
    let id = delivered.receipt.operation;
    let title = format!("{}：{}", delivered.name, delivered.title);
    let address = match delivered.hazard {
        Some(hazard) => format!("/field/hazards/{hazard}"),
        None => "/field/hazards".to_owned(),
    };
    let links_to_hazard = !delivered.is_unknown;
    let read = move |_| {
        spawn_local(async move {
            if let Err(problem) = outbox.note_read(id).await {
                toast(&problem.to_string());
            }
        });
    };
    view! {
        <div class="notice notice-warn" role="status">
            <p class="entry-title">{title}</p>
            <p>{delivered.trouble()}</p>
            {links_to_hazard
                .then(|| {
                    view! {
                        <A href=address attr:class="btn">
                            "去补充"
                        </A>
                    }
                })}
            <button type="button" class="btn" on:click=read>
                "知道了"
            </button>
        </div>
    }
}

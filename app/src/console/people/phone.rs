//! A phone number: masked, and shown whole only on request, which the audit log keeps.

use crate::{api::people::reveal_phone, ui::toast::use_toast};
use domain::person::Person;
use leptos::{prelude::*, task::spawn_local};

/// The number and 查看完整号码.
#[component]
pub fn Phone(
    /// With the number masked; the whole one is asked for, and leaves an audit row.
    person: Person,
) -> impl IntoView {
    let toast = use_toast();
    let whole = RwSignal::new(None::<String>);
    let reveal = move |_| {
        spawn_local(async move {
            match reveal_phone(person.id).await {
                Ok(phone) => whole.set(Some(phone)),
                Err(problem) => toast(&problem.to_string()),
            }
        });
    };
    view! {
        <span class="whitespace-nowrap">{move || whole.get().unwrap_or_else(|| person.phone_masked.clone())}</span>
        <Show when=move || whole.with(Option::is_none)>
            <button type="button" class="btn btn-link" on:click=reveal>
                "查看完整号码"
            </button>
        </Show>
    }
}

//! 变更责任人 (Q26): another of the participants becomes the officer; the audit log keeps the trace.

use crate::{
    api::hazards::reassign_hazard,
    ui::{
        dialog::{FormDialog, submit_action},
        form::SelectField,
        listing::Listing,
        session::Session,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    hazard::{HazardDetail, HazardRow},
    id::PersonId,
};
use leptos::prelude::*;

/// The button and its form; nothing for those who may not, and for a closed hazard.
#[component]
pub fn Reassign(
    /// The hazard.
    detail: HazardDetail,
    /// Called when it was done.
    on_change: Callback<()>,
) -> impl IntoView {
    let session = Session::expect();
    let is_open = RwSignal::new(false);
    let is_closed = detail.hazard.closed_at.is_some();
    let participants: Vec<_> = detail.participants.iter().map(|person| person.id).collect();
    let may = move || {
        let takes_part = session.me().is_some_and(|me| participants.contains(&me.id));
        !is_closed && (takes_part || session.is_administrator())
    };
    let detail = StoredValue::new(detail);
    view! {
        <Show when=may>
            <button type="button" class="btn" on:click=move |_| is_open.set(true)>
                "变更责任人"
            </button>
        </Show>
        <Show when=move || is_open.get()>
            <ReassignForm detail=detail.get_value() on_change on_close=move || is_open.set(false) />
        </Show>
    }
}

#[component]
fn ReassignForm(detail: HazardDetail, on_change: Callback<()>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let listing = use_context::<Listing<HazardRow>>();
    let toast = use_toast();
    let id = detail.hazard.id;
    let officer = RwSignal::new(detail.officer.to_string());
    let problems = RwSignal::new(Vec::new());
    let options: Vec<_> = detail
        .participants
        .iter()
        .map(|person| (person.id.to_string(), format!("{}（{}）", person.name, person.department.name)))
        .collect();
    let reassign = submit_action(move || {
        let officer = officer.get_untracked().parse::<PersonId>();
        async move {
            let officer = officer.map_err(|_| Problem::invalid("整治责任人", "请选择整治责任人"))?;
            reassign_hazard(id, officer).await?;
            toast("已变更整治责任人");
            on_change.run(());
            if let Some(listing) = listing {
                listing.reload();
            }
            Ok(())
        }
    });
    view! {
        <FormDialog title="变更责任人" verb="确定" submit_action=reassign on_close problems fields=&["整治责任人"]>
            <p class="muted">"只能改为参加该次检查的人员，变更会记入操作日志。"</p>
            <SelectField label="整治责任人" options value=officer problems />
        </FormDialog>
    }
}

//! The position step: taken once, compared with the enterprise's, and the way out where it does not match (Q32).

use super::{Editing, capture::Capture, stores::Drafts};
use crate::{
    offline::position::{Locator, PURPOSE, Search},
    ui::{
        form::{FieldId, length_view},
        format::distance,
    },
};
use domain::{
    Problem,
    geo::{Fix, PositionVerdict},
};
use leptos::prelude::*;

/// The step. It begins to search by itself: the person has just pressed 发起检查.
#[component]
pub fn Place() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let locator = Locator::new();
    let store = StoredValue::new_local(Drafts::expect());
    let compare = move |fix: Option<Fix>| {
        let verdict = draft.with_untracked(|draft| draft.compare(fix));
        draft.update(|draft| {
            draft.position.fix = fix;
            draft.position.verdict = Some(verdict);
        });
        if verdict.is_accepted() {
            store.with_value(|store| store.begin(draft));
        }
    };
    // The end of a search is an event of the device; comparing is what follows from it.
    Effect::new(move || match locator.search.get() {
        Search::Done(fix) => compare(Some(fix)),
        Search::Failed(_) => compare(None),
        Search::Idle | Search::Watching(_) => {}
    });
    let search = move || {
        draft.update(|draft| draft.position.verdict = None);
        locator.start();
    };
    if draft.with_untracked(|draft| draft.position.verdict.is_none()) {
        locator.start();
    }
    let is_judged = move || draft.with(|draft| draft.position.is_unmatched());
    view! {
        <h2>"核对定位"</h2>
        <p class="muted">{PURPOSE}"。"</p>
        {move || search_view(&locator.search.get(), locator)}
        <Show when=is_judged>
            <VerdictNotice />
        </Show>
        <Show when=is_judged>
            <button type="button" class="btn btn-primary btn-block btn-lg" on:click=move |_| search()>
                "重新定位"
            </button>
        </Show>
        <Show when=is_judged>
            <WayOut />
        </Show>
    }
}

fn search_view(search: &Search, locator: Locator) -> AnyView {
    let line = |text: String| {
        view! {
            <p role="status">
                <span class="loading loading-spinner" aria-hidden="true"></span>
                " "
                {text}
            </p>
        }
    };
    match search {
        Search::Watching(None) => line("正在定位，最多 30 秒，请尽量在开阔处…".into()).into_any(),
        Search::Watching(Some(fix)) => view! {
            {line(format!("精度 {}，正在提高…", distance(fix.accuracy_m)))}
            <button type="button" class="btn btn-block" on:click=move |_| locator.settle()>
                "就用这个位置"
            </button>
        }
        .into_any(),
        Search::Failed(reason) => view! {
            <p class="notice notice-warn" role="alert">
                {*reason}
            </p>
        }
        .into_any(),
        Search::Idle | Search::Done(_) => ().into_any(),
    }
}

/// Why the work may not simply start, in metres.
#[component]
fn VerdictNotice() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let text = move || match draft.with(|draft| draft.position.verdict) {
        Some(PositionVerdict::Mismatch { distance_m, allowed_m }) => {
            Problem::PositionMismatch { distance_m, allowed_m }.to_string()
        }
        Some(PositionVerdict::TooCoarse { accuracy_m, needed_m }) => format!(
            "定位精度只有 {accuracy_m:.0} 米，确定企业位置需要 {needed_m:.0} 米以内。\
             请到室外空旷处重新定位，或填写原因并拍照后继续"
        ),
        Some(PositionVerdict::NoFix) => Problem::PositionMissing.to_string(),
        Some(PositionVerdict::First | PositionVerdict::Match { .. }) | None => String::new(),
    };
    view! {
        <p class="notice notice-warn" role="alert">
            {text}
        </p>
    }
}

/// A stated reason and a photo of the place let the work go on, marked 定位未匹配 for the administrator.
#[component]
fn WayOut() -> impl IntoView {
    let Editing { draft, .. } = Editing::expect();
    let store = StoredValue::new_local(Drafts::expect());
    let id = FieldId::unique();
    let photos = Signal::derive(move || draft.with(|draft| draft.position.photo.into_iter().collect::<Vec<_>>()));
    let add = Callback::new(move |hash| draft.update(|draft| draft.position.photo = Some(hash)));
    let remove = Callback::new(move |_| draft.update(|draft| draft.position.photo = None));
    let may_go_on = Memo::new(move |_| draft.with(|draft| draft.position.may_go_on()));
    view! {
        <section class="panel form">
            <h2>"定位不符也要检查"</h2>
            <p class="muted">"填写原因并拍摄现场照片后可以继续，这次检查会标为“定位未匹配”，由管理员核实。"</p>
            <div class="form-item">
                <label for=id.control()>"定位未匹配的原因"</label>
                <textarea
                    class="textarea"
                    id=id.control()
                    rows="2"
                    prop:value=move || draft.with(|draft| draft.position.reason.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        draft.update(|draft| draft.position.reason = text);
                    }
                ></textarea>
                {length_view(move || draft.with(|draft| draft.position.reason.clone()))}
            </div>
            <Capture label="拍摄现场" name="现场照片" anchor="place-photo".into() photos on_add=add on_remove=remove />
            <button
                type="button"
                class="btn btn-block"
                disabled=move || !may_go_on.get()
                on:click=move |_| store.with_value(|store| store.begin(draft))
            >
                "说明原因，继续检查"
            </button>
        </section>
    }
}

//! The form above a list. Its fields show what the address says; 查询 writes them into the address, 重置 clears it.

use crate::{
    api::dictionary::list_regions,
    ui::{
        form::{FieldId, Options},
        query::{IsUnread, query_string},
        session::Session,
    },
};
use domain::region::RegionCode;
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Counts how often 重置 was pressed, so that fields forget what was typed but not applied.
#[derive(Clone, Copy)]
struct Resets(RwSignal<u32>);

/// The form of the filter fields: 查询 writes them into the address, 重置 empties it.
#[component]
pub fn Filters(
    /// The list's address.
    path: &'static str,
    children: Children,
) -> impl IntoView {
    let Resets(resets) = Resets(RwSignal::new(0));
    provide_context(Resets(resets));
    let is_unread = use_context::<IsUnread>();
    let navigate = use_navigate();
    let clear = {
        let navigate = navigate.clone();
        move |_| {
            navigate(path, NavigateOptions::default());
            resets.update(|count| *count += 1);
        }
    };
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
        if let Some(form) = form {
            navigate(&format!("{path}{}", query_string(entries(&form))), NavigateOptions::default());
        }
    };
    view! {
        <form class="filters" role="search" on:submit=apply>
            {children()}
            <button type="submit" class="btn btn-primary">
                "查询"
            </button>
            <button type="button" class="btn" on:click=clear>
                "重置"
            </button>
        </form>
        {is_unread
            .map(|IsUnread(is_unread)| {
                view! {
                    <Show when=move || is_unread.get()>
                        <p class="notice notice-warn" role="status">
                            "链接中的筛选条件无法识别，已忽略。"
                        </p>
                    </Show>
                }
            })}
    }
}

/// Names and values of a form's fields.
fn entries(form: &web_sys::HtmlFormElement) -> Vec<(String, String)> {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return Vec::new() };
    let pairs = data.entries().into_iter().flatten();
    pairs
        .filter_map(|pair| {
            let pair = js_sys::Array::from(&pair);
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?.trim().to_owned()))
        })
        .collect()
}

/// What the address says about a field, told again on every 重置.
fn applied(name: &'static str) -> Signal<String> {
    let query = use_query_map();
    let Resets(resets) = expect_context();
    Signal::derive(move || {
        resets.track();
        query.with(|query| query.get_str(name).unwrap_or_default().to_owned())
    })
}

/// A line of text or a date.
#[component]
pub fn FilterInput(
    /// The field's name in the address.
    name: &'static str,
    /// Its accessible name.
    label: &'static str,
    /// `search` or `date`. The key `/` leads to a search.
    #[prop(default = "search")]
    kind: &'static str,
    /// What may be typed.
    #[prop(optional)]
    placeholder: &'static str,
) -> impl IntoView {
    let id = FieldId::unique();
    let value = applied(name);
    view! {
        <div class="form-item">
            <label for=id.control()>{label}</label>
            <input
                type=kind
                class="input"
                id=id.control()
                name=name
                placeholder=placeholder
                autocomplete="off"
                prop:value=move || value.get()
            />
        </div>
    }
}

/// A choice of one, or 全部.
#[component]
pub fn FilterSelect(
    /// The field's name in the address.
    name: &'static str,
    /// Its accessible name.
    label: &'static str,
    /// Value and text of each option.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let id = FieldId::unique();
    view! {
        <div class="form-item">
            <label for=id.control()>{label}</label>
            <select class="select" id=id.control() name=name>
                <Options options value=applied(name) nothing="全部" />
            </select>
        </div>
    }
}

/// 区划: one choice per level, from the current post's region downwards. Nothing for a county, which has none below.
#[component]
pub fn FilterRegion() -> impl IntoView {
    let session = Session::expect();
    let own = Memo::new(move |_| session.post().map(|post| post.region));
    let applied = applied("region");
    let chosen = RwSignal::new(None::<RegionCode>);
    // The address leads; between two visits to it the person's choice does.
    Effect::new(move || chosen.set(applied.get().parse().ok()));
    let levels = move || {
        let own = own.get()?;
        let path = chosen.get().filter(|chosen| own.includes(*chosen)).map_or_else(|| vec![own], RegionCode::path);
        let below: Vec<_> = path.into_iter().filter(|region| own.includes(*region)).collect();
        Some(below)
    };
    let levels = Memo::new(move |_| levels().unwrap_or_default());
    view! {
        <input type="hidden" name="region" prop:value=move || chosen.get().map_or_else(String::new, Into::into) />
        <For each=move || levels.get() key=|parent| *parent let:parent>
            <RegionLevelSelect parent own chosen />
        </For>
    }
}

#[component]
fn RegionLevelSelect(
    parent: RegionCode,
    own: Memo<Option<RegionCode>>,
    chosen: RwSignal<Option<RegionCode>>,
) -> impl IntoView {
    let id = FieldId::unique();
    let children = LocalResource::new(move || async move {
        if parent.level().below().is_some() { list_regions(parent).await.unwrap_or_default() } else { Vec::new() }
    });
    let options = Signal::derive(move || {
        let regions = children.get().unwrap_or_default();
        regions.into_iter().map(|region| (region.code.to_string(), region.name)).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || {
        let step = chosen.get().and_then(|chosen| chosen.path().into_iter().find(|step| step.parent() == Some(parent)));
        step.map_or_else(String::new, Into::into)
    });
    let is_top = own.get_untracked() == Some(parent);
    let choose = move |event| {
        let choice = event_target_value(&event).parse().ok();
        chosen.set(choice.or_else(|| (!is_top).then_some(parent)));
    };
    view! {
        <Show when=move || options.with(|options| !options.is_empty())>
            <div class="form-item">
                <label for=id.control()>{if is_top { "区划" } else { "下级区划" }}</label>
                <select class="select" id=id.control() on:change=choose>
                    <Options options value nothing="全部" />
                </select>
            </div>
        </Show>
    }
}

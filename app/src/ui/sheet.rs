//! The side sheet: one row's details beside the list, under its own address.

use crate::ui::{
    keys::{focus_first, is_within},
    listing::Listing,
};
use leptos::{ev, html, prelude::*, web_sys};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_params_map},
};

/// Which row a list's sheet shows, and how to get to another.
#[derive(Clone, Copy)]
pub struct SheetRows {
    path: &'static str,
    ids: Signal<Vec<String>>,
    has_more: Signal<bool>,
    more: Callback<()>,
}

impl SheetRows {
    /// Puts the rows of the list at this address into the context, for its sheet.
    pub fn provide<T>(path: &'static str, listing: Listing<T>, row_id: fn(&T) -> String) -> Self
    where
        T: Send + Sync + Clone + 'static,
    {
        let rows = Self {
            path,
            ids: Signal::derive(move || listing.rows.with(|rows| rows.iter().map(row_id).collect())),
            has_more: Signal::derive(move || listing.has_more()),
            more: Callback::new(move |()| listing.more()),
        };
        provide_context(rows);
        rows
    }

    /// The id of the row in the sheet, from the address.
    pub fn selected(self) -> Signal<Option<String>> {
        let location = use_location();
        let prefix = format!("{}/", self.path);
        Signal::derive(move || location.pathname.with(|path| path.strip_prefix(&prefix).map(ToOwned::to_owned)))
    }
}

/// 查看: opens a row in the sheet; the list keeps its filter.
#[component]
pub fn ViewLink(
    /// The row's id, as the address carries it.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let rows = expect_context::<SheetRows>();
    let query = use_location().query;
    let href = format!("{}/{id}{}", rows.path, query.with_untracked(leptos_router::params::ParamsMap::to_query_string));
    view! {
        <a href=href id=format!("view-{id}") class="link" data-noscroll="true">
            "查看"
        </a>
    }
}

/// The id in the sheet's address.
pub fn use_sheet_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default())
}

/// The sheet. `Esc` closes it; the arrow keys go on to the row before or after.
#[component]
pub fn SideSheet(
    /// Its heading, and accessible name.
    #[prop(into)]
    title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let rows = expect_context::<SheetRows>();
    let id = use_sheet_id();
    let navigate = use_navigate();
    let query = use_location().query;
    let go = Callback::new(move |id: Option<String>| {
        let query = query.with_untracked(leptos_router::params::ParamsMap::to_query_string);
        let address = match id {
            Some(id) => format!("{}/{id}{query}", rows.path),
            None => format!("{}{query}", rows.path),
        };
        navigate(&address, NavigateOptions { scroll: false, ..Default::default() });
    });
    let neighbour = move |forward: bool| {
        rows.ids.with(|ids| {
            let here = ids.iter().position(|row| id.with(|id| row == id))?;
            let there = if forward { here + 1 } else { here.checked_sub(1)? };
            ids.get(there).cloned()
        })
    };
    // Whoever steps beyond the last row that has come goes on to the next one as soon as it has.
    let awaits_more = RwSignal::new(false);
    let step = move |forward| match untrack(|| neighbour(forward)) {
        Some(id) => go.run(Some(id)),
        None if forward && rows.has_more.get_untracked() => {
            awaits_more.set(true);
            rows.more.run(());
        }
        None => {}
    };
    Effect::new(move || {
        rows.ids.track();
        if let Some(id) = untrack(|| neighbour(true).filter(|_| awaits_more.get())) {
            awaits_more.set(false);
            go.run(Some(id));
        }
    });
    let close = move || {
        focus_first(&format!("#view-{}", id.get_untracked()));
        go.run(None);
    };
    let keys = window_event_listener(ev::keydown, move |event| match event.key().as_str() {
        _ if is_elsewhere(&event) => {}
        "Escape" => close(),
        "ArrowRight" => step(true),
        "ArrowLeft" => step(false),
        // Up and down scroll when the focus is in the text.
        "ArrowDown" if !is_in_body(&event) => step(true),
        "ArrowUp" if !is_in_body(&event) => step(false),
        _ => {}
    });
    on_cleanup(move || keys.remove());
    let close_button = NodeRef::<html::Button>::new();
    close_button.on_load(|button| {
        let _ = button.focus();
    });
    view! {
        <aside class="sheet" aria-label=move || title.get()>
            <div class="sheet-head">
                <h2>{move || title.get()}</h2>
                <button
                    type="button"
                    class="btn btn-ghost"
                    disabled=move || neighbour(false).is_none()
                    on:click=move |_| step(false)
                >
                    "上一条"
                </button>
                <button
                    type="button"
                    class="btn btn-ghost"
                    disabled=move || neighbour(true).is_none() && !rows.has_more.get()
                    on:click=move |_| step(true)
                >
                    "下一条"
                </button>
                <button type="button" class="btn btn-ghost" node_ref=close_button on:click=move |_| close()>
                    "关闭"
                </button>
            </div>
            <div class="sheet-body" tabindex="0" role="group" aria-label="详情">
                {children()}
            </div>
        </aside>
    }
}

/// Whether a key belongs to a dialog or to a field that is being filled in.
fn is_elsewhere(event: &web_sys::KeyboardEvent) -> bool {
    let has_dialog = document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some());
    has_dialog || event.default_prevented() || is_within(event, "input, select, textarea")
}

fn is_in_body(event: &web_sys::KeyboardEvent) -> bool {
    is_within(event, ".sheet-body")
}

//! The table of a list: sticky head, and columns that can be put away and brought back.

use crate::ui::{
    listing::{Listing, Pager},
    page::Empty,
};
use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

type Cell<T> = Arc<dyn Fn(&T) -> AnyView + Send + Sync>;

/// A column: its name, what its cells show, and from which width on.
pub struct Column<T> {
    name: &'static str,
    /// What its cells carry: `num`, `clip`, `clip broad`, `short`, or nothing.
    class: &'static str,
    /// From which width on it is shown, unless the person says otherwise: `wide`, `wider`, or always.
    fold: &'static str,
    cell: Cell<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), ..*self }
    }
}

impl<T> Column<T> {
    /// A column that is always shown, unless put away.
    pub fn new<V: IntoView + 'static>(name: &'static str, cell: impl Fn(&T) -> V + Send + Sync + 'static) -> Self {
        Self { name, class: "", fold: "", cell: Arc::new(move |row| cell(row).into_any()) }
    }

    /// Numbers, at the right.
    #[must_use]
    pub fn number(self) -> Self {
        Self { class: "num", ..self }
    }

    /// A text of one line, cut short with an ellipsis; resting on it shows the whole.
    pub fn text(name: &'static str, text: impl Fn(&T) -> String + Send + Sync + 'static) -> Self {
        let cell = move |row: &T| {
            let text = text(row);
            let whole = text.clone();
            view! { <span title=whole>{text}</span> }
        };
        Self { class: "clip", ..Self::new(name, cell) }
    }

    /// The text for which the list is read: twice as wide as others.
    #[must_use]
    pub fn broad(self) -> Self {
        Self { class: "clip broad", ..self }
    }

    /// A name, cut short where it is very long.
    #[must_use]
    pub fn short(self) -> Self {
        Self { class: "short", ..self }
    }

    /// Only on windows from 1440 pixels.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { fold: "wide", ..self }
    }

    /// Only on windows from 1680 pixels.
    #[must_use]
    pub fn wider(self) -> Self {
        Self { fold: "wider", ..self }
    }
}

/// What the person said about columns by name: shown or not. Kept on the device per table.
type Choices = RwSignal<BTreeMap<String, bool>>;

fn class_of<T>(column: &Column<T>, choices: Choices) -> impl Fn() -> String + Send + Sync + 'static + use<T> {
    let (name, class, fold) = (column.name, column.class, column.fold);
    move || match choices.with(|choices| choices.get(name).copied()) {
        Some(true) => class.to_owned(),
        Some(false) => "hidden".to_owned(),
        None => format!("{class} {fold}"),
    }
}

/// The table, with the pager beneath it and the chooser of columns above.
#[component]
pub fn Table<T: Send + Sync + Clone + 'static>(
    /// Under which name the choice of columns is kept, and the table's accessible name.
    name: &'static str,
    /// In the order from the left.
    columns: Vec<Column<T>>,
    /// The rows, which the pager adds to.
    listing: Listing<T>,
    /// What tells rows apart.
    row_id: fn(&T) -> String,
    /// The row in the side sheet.
    #[prop(optional, into)]
    selected: Signal<Option<String>>,
    /// Why it is empty, and the next step.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView {
    let key = format!("ranan.columns.{name}");
    let choices: Choices = RwSignal::new(LocalStorage::get(&key).unwrap_or_default());
    // Derived state leaves the app here: the choice is written to the device.
    Effect::new(move || {
        // A choice that cannot be kept still holds until the page is closed.
        let _ = choices.with(|choices| LocalStorage::set(&key, choices));
    });
    let heads =
        columns.iter().map(|column| view! { <th scope="col" class=class_of(column, choices)>{column.name}</th> });
    let heads = heads.collect_view();
    let chooser = columns.iter().map(|column| (column.name, column.fold)).collect();
    let columns = StoredValue::new(columns);
    let row = move |row: T| {
        let id = row_id(&row);
        let cells = columns.with_value(|columns| {
            let cells =
                columns.iter().map(|column| view! { <td class=class_of(column, choices)>{(column.cell)(&row)}</td> });
            cells.collect_view()
        });
        let is_selected = move || selected.with(|selected| selected.as_ref() == Some(&id)).then_some("true");
        view! { <tr aria-selected=is_selected>{cells}</tr> }
    };
    view! {
        <div class="ledger" class:hidden=move || listing.rows.with(Vec::is_empty)>
            <ColumnChooser columns=chooser choices />
            <table class="table" aria-label=name>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>
                    <For
                        each=move || listing.rows.get()
                        key=move |row| (listing.generation.get_untracked(), row_id(row))
                        children=row
                    />
                </tbody>
            </table>
        </div>
        {move || listing.is_empty().then(|| empty.run())}
        <Pager listing />
    }
}

#[component]
fn ColumnChooser(columns: Vec<(&'static str, &'static str)>, choices: Choices) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let boxes = move |(name, fold): (&'static str, &'static str)| {
        let is_shown = move || choices.with(|choices| choices.get(name).copied()).unwrap_or(fold.is_empty());
        let choose = move |event| {
            choices.update(|choices| {
                choices.insert(name.to_owned(), event_target_checked(&event));
            });
        };
        view! {
            <label>
                <input type="checkbox" class="checkbox" prop:checked=is_shown on:change=choose />
                {name}
            </label>
        }
    };
    // Made only when asked for: a box bears the name of its column, and many a filter does too.
    let list = move || is_open.get().then(|| columns.iter().copied().map(boxes).collect_view());
    view! {
        <details
            class="dropdown dropdown-end column-chooser"
            on:toggle=move |event| {
                is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
            }
        >
            <summary class="btn btn-ghost">"显示列"</summary>
            <div class="dropdown-content panel">{list}</div>
        </details>
    }
}

/// The standard words for a list that its filter left empty.
#[component]
pub fn NothingFound() -> impl IntoView {
    view! { <Empty text="没有符合条件的记录。可以放宽查询条件，或点“重置”查看全部。" /> }
}

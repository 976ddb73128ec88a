//! Form fields: a label, a control, and what is wrong with it.

use crate::offline::draft::length_note;
use domain::Problem;
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Ties label, control, hint and message of one field together.
#[derive(Clone, Debug)]
pub struct FieldId(u32);

impl FieldId {
    /// One that no other field of the page has.
    pub fn unique() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The control's `id`.
    pub fn control(&self) -> String {
        format!("field-{}", self.0)
    }

    /// The control's `aria-describedby`.
    pub fn note(&self) -> String {
        format!("field-{}-note", self.0)
    }
}

/// A label over a control, and under it a hint or what is wrong.
///
/// The label is no ancestor of the control, so that the control's name is the label and nothing else.
#[component]
pub fn Field(
    /// The label, and the control's accessible name.
    #[prop(into)]
    label: String,
    /// The id that the control carries.
    id: FieldId,
    /// What may be written.
    #[prop(optional, into)]
    hint: String,
    /// What the whole form was refused for; shown here when it is about this field.
    #[prop(optional, into)]
    problems: Signal<Vec<Problem>>,
    /// The control, which the label names.
    children: Children,
) -> impl IntoView {
    let name = label.clone();
    let message = move || {
        problems.with(|problems| {
            problems.iter().find_map(|problem| match problem {
                Problem::Invalid { field, message } if *field == name => Some(message.clone()),
                _ => None,
            })
        })
    };
    view! {
        <div class="form-item">
            <label for=id.control()>{label}</label>
            {children()}
            <div id=id.note()>
                {(!hint.is_empty()).then(|| view! { <p class="form-hint">{hint}</p> })}
                {move || message().map(|message| view! { <p class="form-error">{message}</p> })}
            </div>
        </div>
    }
}

/// A labelled line of text.
#[component]
pub fn TextField(
    /// The label, by which problems find their field.
    #[prop(into)]
    label: String,
    /// What is typed, as it is typed.
    value: RwSignal<String>,
    /// `text`, `tel`, `date`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What may be written.
    #[prop(optional, into)]
    hint: String,
    /// Values to suggest.
    #[prop(optional, into)]
    suggestions: Signal<Vec<String>>,
    /// What the form was refused for.
    #[prop(optional, into)]
    problems: Signal<Vec<Problem>>,
) -> impl IntoView {
    let id = FieldId::unique();
    let list = format!("{}-list", id.control());
    let options =
        move || suggestions.get().into_iter().map(|text| view! { <option value=text></option> }).collect_view();
    // A field with a list is a combobox to a screen reader: only where there is something to choose.
    let attached = {
        let list = list.clone();
        move || suggestions.with(|suggestions| !suggestions.is_empty()).then(|| list.clone())
    };
    view! {
        <Field label id=id.clone() hint problems>
            <input
                type=kind
                class="input"
                autocomplete=autocomplete
                id=id.control()
                aria-describedby=id.note()
                list=attached
                bind:value=value
            />
            <datalist id=list>{options}</datalist>
        </Field>
    }
}

/// A labelled choice of one.
#[component]
pub fn SelectField(
    /// The label, by which problems find their field.
    #[prop(into)]
    label: String,
    /// Value and text of each option.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value chosen; empty for none.
    value: RwSignal<String>,
    /// What may be chosen.
    #[prop(optional, into)]
    hint: String,
    /// What the form was refused for.
    #[prop(optional, into)]
    problems: Signal<Vec<Problem>>,
) -> impl IntoView {
    let id = FieldId::unique();
    view! {
        <Field label id=id.clone() hint problems>
            <select
                class="select"
                id=id.control()
                aria-describedby=id.note()
                on:change=move |event| value.set(event_target_value(&event))
            >
                <Options options value nothing="请选择" />
            </select>
        </Field>
    }
}

/// Gives up a choice as soon as it is not among the options: the field would show 请选择, and the old choice be sent.
/// For options that are searched for; those of a field that is filled in before they have come must not lose its value.
pub fn choose_listed(options: Signal<Vec<(String, String)>>, value: RwSignal<String>) {
    Effect::new(move || {
        let is_listed = options.with(|options| options.iter().any(|(option, _)| value.with(|value| value == option)));
        if !is_listed && value.with_untracked(|value| !value.is_empty()) {
            value.set(String::new());
        }
    });
}

/// The options of a `<select>`, of which `value` is chosen.
#[component]
pub fn Options(
    /// Value and text of each.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value chosen; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// The text of the option that chooses nothing.
    nothing: &'static str,
) -> impl IntoView {
    view! {
        <option value="" prop:selected=move || value.with(String::is_empty)>
            {nothing}
        </option>
        {move || {
            options
                .get()
                .into_iter()
                .map(|(option, text)| {
                    let own = option.clone();
                    view! {
                        <option value=option prop:selected=move || value.with(|value| *value == own)>
                            {text}
                        </option>
                    }
                })
                .collect_view()
        }}
    }
}

/// What a form was refused for, as far as no field shows it.
#[component]
pub fn FormProblem(
    /// All reasons; those of `fields` are left to them.
    #[prop(into)]
    problems: Signal<Vec<Problem>>,
    /// The fields that show their own.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    let others = move || {
        problems.with(|problems| {
            let is_other = |problem: &&Problem| !matches!(problem, Problem::Invalid { field, .. } if fields.contains(&field.as_str()));
            problems.iter().filter(is_other).map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    view! {
        <div role="alert">
            {move || others().into_iter().map(|text| view! { <p class="notice notice-bad">{text}</p> }).collect_view()}
        </div>
    }
}

/// How long a text is, under its control, from shortly before the bound on: what is too long is told, and never cut.
pub fn length_view(text: impl Fn() -> String + Send + Sync + 'static) -> impl IntoView {
    let note = Memo::new(move |_| length_note(&text()));
    move || {
        note.get().map(|(text, is_over)| {
            view! { <p class=if is_over { "form-error num" } else { "form-hint num" }>{text}</p> }
        })
    }
}

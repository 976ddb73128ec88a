//! Label and value pairs of a side sheet.

use leptos::prelude::*;

/// One pair; nothing where there is no value.
pub fn fact(label: &'static str, value: impl Into<String>) -> AnyView {
    let value: String = value.into();
    (!value.is_empty()).then(|| fact_view(label, value)).into_any()
}

/// One pair whose value is more than text.
pub fn fact_view(label: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! {
        <dt>{label}</dt>
        <dd>{value}</dd>
    }
    .into_any()
}

//! What keys do depends on where they are pressed.

use leptos::{prelude::document, wasm_bindgen::JsCast, web_sys};

/// Whether a key was pressed inside an element that this selector finds.
pub fn is_within(event: &web_sys::KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Moves the focus to the first element that this selector finds; `false` where there is none.
pub fn focus_first(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let element = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

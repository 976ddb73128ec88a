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

/// Brings the element with this id into view, and the focus to it; what it is folded into opens.
pub fn show(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    if let Some(fold) = element.closest("details").ok().flatten() {
        // An attribute set on an element that exists cannot fail: its name is valid.
        let _ = fold.set_attribute("open", "");
    }
    element.scroll_into_view();
    if let Ok(element) = element.dyn_into::<web_sys::HtmlElement>() {
        // Without focus it is in view all the same.
        let _ = element.focus();
    }
}

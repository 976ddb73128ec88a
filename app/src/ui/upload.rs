//! Handing in a file, with its progress.

use crate::ui::patience::workbook_ms;
use domain::Problem;
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys,
};
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::JsFuture;

/// Sends a file as the body of a POST, and reads the answer. `fetch` tells no progress of a request; this does.
///
/// # Errors
/// The server's [`Problem`], or [`Problem::Unreachable`].
pub async fn post_file<T: DeserializeOwned>(
    address: &str,
    file: &web_sys::File,
    progress: RwSignal<f64>,
) -> Result<T, Problem> {
    let request = web_sys::XmlHttpRequest::new().map_err(|_| Problem::Unreachable)?;
    request.open("POST", address).map_err(|_| Problem::Unreachable)?;
    let on_progress = Closure::<dyn Fn(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
        if event.length_computable() {
            progress.set(event.loaded() / event.total());
        }
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    // What has arrived by then is checked to its end, and handed in again it is a check of its own.
    request.set_timeout(workbook_ms(bounded_size(file)));
    let end = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_blob(Some(file)).map_err(|_| Problem::Unreachable)?;
    JsFuture::from(end).await.map_err(|_| Problem::Unreachable)?;
    let body = request.response_text().ok().flatten().unwrap_or_default();
    match request.status() {
        Ok(200..=299) => serde_json::from_slice(body.as_bytes()).map_err(|_| Problem::Unexpected),
        Ok(0) | Err(_) => Err(Problem::Unreachable),
        Ok(_) => Err(serde_json::from_slice(body.as_bytes()).unwrap_or(Problem::Unexpected)),
    }
}

/// The file's size in bytes; one beyond four gigabytes is refused at once anyway.
fn bounded_size(file: &web_sys::File) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float is cast to the nearest number"
    )]
    let size = file.size() as u32;
    size
}

/// A button that chooses one file, or takes the one dropped on it, and hands it in.
#[component]
pub fn FilePicker(
    /// The button's word.
    label: &'static str,
    /// What the file may be, as in `accept`.
    accept: &'static str,
    /// Takes the file.
    #[prop(into)]
    on_file: Callback<web_sys::File>,
    /// Whether one is being handed in.
    #[prop(into)]
    is_busy: Signal<bool>,
    /// From 0 to 1.
    progress: RwSignal<f64>,
) -> impl IntoView {
    let choose = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            on_file.run(file);
        }
        // The same file, corrected, must count as a new choice.
        input.set_value("");
    };
    let id = crate::ui::form::FieldId::unique();
    view! {
        <div class="form-item">
            <label for=id.control()>{label}</label>
            <input type="file" class="file-input" id=id.control() accept=accept disabled=is_busy on:change=choose />
            <Show when=move || is_busy.get()>
                <progress class="progress" max="1" prop:value=move || progress.get() aria-label="上传进度"></progress>
                <p class="form-hint" role="status">
                    {move || if progress.get() < 1.0 { "正在上传…" } else { "已上传，正在校验，行数多时可能要几分钟…" }}
                </p>
            </Show>
        </div>
    }
}

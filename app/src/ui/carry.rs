//! 代为上传: takes the file that another phone exported, and delivers what is in it.

use crate::offline::{
    carry::{Carriage, deliver},
    parcel,
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast};
use std::fmt::Write as _;

/// The button that takes a file, and what becomes of it.
#[component]
pub fn CarryFile() -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let found = RwSignal::new(None::<String>);
    let carriage = RwSignal::new(None::<Carriage>);
    let choose = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        is_busy.set(true);
        problem.set(None);
        found.set(None);
        carriage.set(None);
        spawn_local(async move {
            let content = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
            // The same file may be chosen again.
            input.set_value("");
            let content = content.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec()).unwrap_or_default();
            match parcel::read(&content) {
                Err(reason) => drop(problem.try_set(Some(reason.to_string()))),
                Ok(parcel) => {
                    found.try_set(Some(contents(&parcel)));
                    let done = deliver(&parcel, |so_far| drop(carriage.try_set(Some(so_far.clone())))).await;
                    carriage.try_set(Some(done));
                }
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <section class="form" aria-label="代为上传">
            <label class="btn btn-block">
                "代为上传（选择导出的文件）"
                <input
                    type="file"
                    accept=".ranan"
                    class="sr-only"
                    disabled=move || is_busy.get()
                    on:change=choose
                />
            </label>
            <div role="status">
                {move || found.get().map(|text| view! { <p class="muted">{text}</p> })}
                {move || carriage.get().map(|done| carriage_view(&done, is_busy.get()))}
            </div>
            {move || problem.get().map(|text| view! { <p class="notice notice-bad" role="alert">{text}</p> })}
        </section>
    }
}

fn contents(parcel: &parcel::Parcel<'_>) -> String {
    let mut text = format!("文件中有 {} 条记录、{} 张照片", parcel.operations.len(), parcel.photos.len());
    if parcel.others > 0 {
        let _ = write!(text, "；另有 {} 份未提交的草稿或无法识别的内容，不上传", parcel.others);
    }
    if parcel.damaged > 0 {
        let _ = write!(text, "；{} 处损坏，请在原手机上重新导出", parcel.damaged);
    }
    text
}

fn carriage_view(done: &Carriage, is_busy: bool) -> impl IntoView + use<> {
    let state = if is_busy { "正在上传：" } else { "已上传：" };
    let mut text = format!("{state}{} 条记录、{} 张照片", done.filed, done.photos);
    if done.held > 0 {
        let _ = write!(text, "，其中 {} 条待处理", done.held);
    }
    if done.missing > 0 {
        let _ = write!(text, "，{} 张照片没有上传，请在原手机上继续", done.missing);
    }
    let refused = done.refused.iter().map(|reason| view! { <p>"有记录没有被接受：" {reason.clone()}</p> });
    view! {
        <p>{text}</p>
        {refused.collect_view()}
        {done.stopped.clone().map(|reason| view! { <p>"没有传完：" {reason} "。再次选择同一文件可以继续。"</p> })}
    }
}

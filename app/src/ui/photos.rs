//! Photos of a record: a contact sheet, each enlarged by a click.

use crate::ui::dialog::Dialog;
use domain::photo::PhotoHash;
use leptos::prelude::*;

/// The contact sheet.
#[component]
pub fn Photos(
    /// What they show.
    title: &'static str,
    /// In the order in which they are shown.
    photos: Vec<PhotoHash>,
    /// When, where or by whom, beneath each.
    #[prop(into)]
    caption: String,
) -> impl IntoView {
    let enlarged = RwSignal::new(None::<PhotoHash>);
    let is_empty = photos.is_empty();
    let total = photos.len();
    let figures = photos.into_iter().enumerate().map(|(index, photo)| {
        let name = format!("{title} {}/{total}", index + 1);
        view! {
            <figure class="photo">
                <button type="button" aria-label=format!("放大{name}") on:click=move |_| enlarged.set(Some(photo))>
                    <img src=format!("/photos/{photo}/thumbnail") alt=name.clone() loading="lazy" />
                </button>
                <figcaption>{caption.clone()}</figcaption>
            </figure>
        }
    });
    view! {
        <section>
            <h3 class="section-title">{title}</h3>
            <div class="photos">{figures.collect_view()}</div>
            {is_empty.then(|| view! { <p class="muted">"暂无照片"</p> })}
        </section>
        {move || {
            enlarged
                .get()
                .map(|photo| {
                    view! {
                        <Dialog title on_close=move || enlarged.set(None)>
                            <img class="photo-full" src=format!("/photos/{photo}") alt=title />
                            <div class="modal-action">
                                <button type="button" class="btn" on:click=move |_| enlarged.set(None)>
                                    "关闭"
                                </button>
                            </div>
                        </Dialog>
                    }
                })
        }}
    }
}

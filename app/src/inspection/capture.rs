//! Photos of a draft: taken with the camera in the page, or with the phone's own; shown from the phone's disk.

use super::stores::{Camera, Pending, Photos};
use crate::ui::dialog::Dialog;
use domain::{
    Problem,
    photo::{MOST_PHOTOS, PhotoHash},
};
use leptos::{html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

/// The contact sheet of a draft's photos, and the button that takes another.
#[component]
pub fn Capture(
    /// The button's word.
    label: &'static str,
    /// What the photos are.
    name: &'static str,
    /// The id of the whole, to scroll to.
    anchor: String,
    /// The photos so far.
    #[prop(into)]
    photos: Signal<Vec<PhotoHash>>,
    /// Called with a photo that lies on disk and is not among these yet.
    on_add: Callback<PhotoHash>,
    /// Takes one away.
    on_remove: Callback<PhotoHash>,
) -> impl IntoView {
    let store = Photos::expect();
    let is_open = RwSignal::new(false);
    let enlarged = RwSignal::new(None::<PhotoHash>);
    let problem = RwSignal::new(None::<Problem>);
    let taken = Callback::new(move |taken: Result<PhotoHash, Problem>| match taken {
        Ok(hash) => {
            problem.try_set(None);
            is_open.try_set(false);
            // The very same picture again adds nothing; nor does one that comes after the page was left.
            if photos.try_with_untracked(|photos| photos.contains(&hash)) == Some(false) {
                on_add.try_run(hash);
            }
        }
        Err(reason) => drop(problem.try_set(Some(reason))),
    });
    let open = move |_| {
        problem.set(None);
        spawn_local(async move {
            // On disk first: the camera may kill the page.
            if let Some(store) = store.get() {
                store.flush().await;
            }
            is_open.try_set(true);
        });
    };
    let remove = move |hash: PhotoHash| {
        enlarged.set(None);
        on_remove.run(hash);
        spawn_local(async move {
            if let Some(store) = store.get() {
                store.flush().await;
                store.drop_one(hash).await;
            }
        });
    };
    let has_room = move || photos.with(|photos| photos.len() < MOST_PHOTOS);
    view! {
        <div id=anchor role="group" aria-label=name tabindex="-1">
            <div class="photos">
                <For each=move || photos.get() key=|hash| *hash let:hash>
                    <figure class="photo">
                        <button type="button" aria-label=format!("放大{name}") on:click=move |_| enlarged.set(Some(hash))>
                            <LocalPhoto hash name />
                        </button>
                    </figure>
                </For>
                <Show when=has_room>
                    <button type="button" class="photo-add" on:click=open>
                        {label}
                    </button>
                </Show>
            </div>
            <div role="alert">
                {move || problem.get().map(|problem| view! { <p class="form-error">{problem.to_string()}</p> })}
            </div>
            <Show when=move || is_open.get()>
                <CameraDialog title=label problem on_taken=taken on_close=Callback::new(move |()| is_open.set(false)) />
            </Show>
            {move || {
                enlarged
                    .get()
                    .map(|hash| {
                        view! {
                            <Dialog title=name on_close=move || enlarged.set(None)>
                                <LocalPhoto hash name is_full=true />
                                <div class="modal-action">
                                    <button type="button" class="btn" on:click=move |_| remove(hash)>
                                        "删除照片"
                                    </button>
                                    <button type="button" class="btn btn-primary" on:click=move |_| enlarged.set(None)>
                                        "关闭"
                                    </button>
                                </div>
                            </Dialog>
                        }
                    })
            }}
        </div>
    }
}

/// A photo from the phone's disk.
#[component]
pub fn LocalPhoto(
    /// Looked for in the [`Photos`] of the context.
    hash: PhotoHash,
    /// What it shows.
    name: &'static str,
    /// Whether it is shown large.
    #[prop(optional)]
    is_full: bool,
) -> impl IntoView {
    let address = RwSignal::new(None::<String>);
    let is_gone = RwSignal::new(false);
    let Some(store) = Photos::expect().get() else { return ().into_any() };
    let own = StoredValue::new_local(store.clone());
    spawn_local(async move {
        match store.address(hash).await {
            // The photo may have left the screen meanwhile.
            Some(made) if address.is_disposed() => store.release(&made),
            Some(made) => address.set(Some(made)),
            None => {
                is_gone.try_set(true);
            }
        }
    });
    on_cleanup(move || {
        if let (Some(made), Some(store)) = (address.try_get_untracked().flatten(), own.try_get_value()) {
            store.release(&made);
        }
    });
    let class = if is_full { "photo-full" } else { "" };
    let photo = move || match (address.get(), is_gone.get()) {
        (Some(address), _) => view! { <img class=class src=address alt=name /> }.into_any(),
        (None, true) => view! { <span class="muted">"照片已不在本机"</span> }.into_any(),
        (None, false) => view! { <span class="muted">"…"</span> }.into_any(),
    };
    photo.into_any()
}

/// The camera in the page, with the phone's own as the other way.
#[component]
fn CameraDialog(
    title: &'static str,
    problem: RwSignal<Option<Problem>>,
    on_taken: Callback<Result<PhotoHash, Problem>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let store = Photos::expect();
    let video = NodeRef::<html::Video>::new();
    let camera = StoredValue::new_local(None::<Box<dyn Camera>>);
    let refusal = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let has_picture = RwSignal::new(false);
    spawn_local(async move {
        let Some(store) = store.get() else { return };
        match store.camera().await {
            // Closed meanwhile: dropping the camera stops it.
            Ok(opened) if camera.is_disposed() => drop(opened),
            Ok(opened) => {
                if let Some(video) = video.try_get_untracked().flatten() {
                    opened.show_in(&video);
                }
                camera.try_update_value(|camera| *camera = Some(opened));
            }
            Err(reason) => {
                refusal.try_set(Some(reason));
            }
        }
    });
    on_cleanup(move || drop(camera.try_update_value(Option::take)));
    let take = move |taking: Pending<Result<PhotoHash, Problem>>| {
        is_busy.set(true);
        spawn_local(async move {
            let taken = taking.await;
            is_busy.try_set(false);
            on_taken.try_run(taken);
        });
    };
    let shoot = move |_| {
        let Some(video) = video.get_untracked() else { return };
        if let Some(taking) = camera.with_value(|camera| camera.as_ref().map(|camera| camera.snap(video))) {
            take(taking);
        }
    };
    let choose = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) else { return };
        if let Some(store) = store.get() {
            take(store.take_in(file));
        }
    };
    view! {
        <Dialog title on_close>
            {move || match refusal.get() {
                Some(reason) => view! { <p class="notice notice-warn" role="alert">{reason}</p> }.into_any(),
                None => view! { <video class="camera" node_ref=video autoplay muted playsinline on:loadeddata=move |_| has_picture.set(true)></video> }.into_any(),
            }}
            <div role="alert">
                {move || problem.get().map(|problem| view! { <p class="form-error">{problem.to_string()}</p> })}
            </div>
            <div class="form">
                <Show when=move || refusal.with(Option::is_none)>
                    <button
                        type="button"
                        class="btn btn-primary btn-block btn-lg"
                        disabled=move || is_busy.get() || !has_picture.get()
                        on:click=shoot
                    >
                        "按下快门"
                    </button>
                </Show>
                <label class="btn btn-block">
                    "用系统相机"
                    <input type="file" accept="image/*" capture="environment" class="sr-only" on:change=choose />
                </label>
                <button type="button" class="btn btn-block" on:click=move |_| on_close.run(())>
                    "取消"
                </button>
            </div>
        </Dialog>
    }
}

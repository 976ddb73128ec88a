//! A draft on a screen: opened once it is sure which window writes it, and shown without a pen where another one does.

use crate::{
    offline::{
        autosave::{Autosave, lock_name},
        draft::SavedDraft,
        drafts,
        lock::{Held, Holder},
    },
    ui::{
        page::{Loading, ProblemView},
        reading::Reading,
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// Shows a draft that lies on disk, or what there is instead.
type Show = Arc<dyn Fn(Option<SavedDraft>, Held) -> AnyView + Send + Sync>;

/// The draft under a key, with its lock held; read anew when `again` changes.
///
/// Where another window holds it the screen is read-only, until the person goes on here. A draft that cannot be read is
/// a failure, with 重试: never an empty form.
#[component]
pub fn Writing(
    /// The draft's key.
    #[prop(into)]
    key: String,
    /// Read anew when this changes.
    #[prop(into)]
    again: Signal<bool>,
    /// Drawn anew with each reading.
    show: Show,
) -> impl IntoView {
    // How often the draft was taken over from another window.
    let taken = RwSignal::new(0_u32);
    move || {
        let held = Held::request(&lock_name(&key), taken.get() > 0);
        // Read once it is known whose it is, and again when it becomes this window's: another one has written meanwhile.
        let reading =
            Memo::new(move |last: Option<&u32>| match (held.holder.get(), last.copied().unwrap_or_default()) {
                (Holder::Unknown, _) => 0,
                (Holder::Other, last) => last.max(1),
                (Holder::Us, last) => last.max(1) + u32::from(last == 1),
            });
        let is_other = Memo::new(move |_| held.holder.get() == Holder::Other);
        let opened = {
            let key = key.clone();
            Reading::new(move || {
                again.track();
                let (key, reading) = (key.clone(), reading.get());
                async move { if reading > 0 { Some(drafts::open(&key).await) } else { None } }
            })
        };
        let show = show.clone();
        let draft = move || match opened.get().flatten() {
            None => view! { <Loading /> }.into_any(),
            Some(Err(problem)) => view! { <ProblemView problem retry=move || opened.again() /> }.into_any(),
            Some(Ok(saved)) => show(saved, held),
        };
        view! {
            <Show when=move || is_other.get()>
                <div class="notice notice-warn" role="alert">
                    <p>"正在另一窗口填写，这里只能查看。"</p>
                    <button type="button" class="btn btn-primary" on:click=move |_| taken.update(|taken| *taken += 1)>
                        "在此继续"
                    </button>
                </div>
            </Show>
            <div inert=move || is_other.get()>{draft}</div>
        }
    }
}

/// Why the office sent the draft back, and that another window went on with it, above what is written.
#[component]
pub fn DraftNotices(
    /// Why it was sent back.
    returned: Option<domain::operation::HeldReason>,
) -> impl IntoView {
    let autosave = expect_context::<Autosave>();
    view! {
        {returned.map(|reason| view! { <p class="notice notice-warn" role="alert">"退回：" {reason.text}</p> })}
        <Show when=move || autosave.is_lost.get()>
            <p class="notice notice-warn" role="alert">
                "这份草稿已在另一窗口更新或提交，这里的改动不再保存。请返回后重新打开。"
            </p>
        </Show>
    }
}

/// The state of the draft's saving, in a line; loud when it fails.
#[component]
pub fn SavedLine(autosave: Autosave) -> impl IntoView {
    let has_failed = move || autosave.problem.with(Option::is_some);
    view! {
        <p class="saved" class:saved-failed=has_failed role="status">
            {move || autosave.line()}
        </p>
    }
}

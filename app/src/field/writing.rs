//! A draft on a screen: opened once it is sure which window writes it, and shown without a pen where another one does.

use crate::{
    offline::{
        autosave::{Autosave, lock_name},
        draft::{Author, Draft, SavedDraft},
        drafts,
        lock::{Held, Holder},
    },
    ui::{
        dialog::{FormDialog, submit_action},
        page::{Empty, Loading, ProblemView},
        post::use_switch,
        reading::Reading,
        session::Session,
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

/// A draft of someone else, or of another post: nothing of it is shown, and its own author may switch to that post.
#[component]
pub fn OthersDraft(
    /// Whose it is.
    author: Author,
    /// What it is, such as 检查.
    what: &'static str,
) -> impl IntoView {
    let session = Session::expect();
    let switch = use_switch("/field");
    let is_own = untrack(|| session.me()).is_some_and(|me| me.id == author.person);
    let text = format!("这份{what}由 {}（{}）填写。", author.name, author.post_title);
    let title = format!("切换为 {}", author.post_title);
    let post = author.post;
    view! {
        <Empty text=text>
            {is_own
                .then(|| {
                    view! {
                        <button type="button" class="btn btn-primary" on:click=move |_| switch.run(post)>
                            {title}
                        </button>
                    }
                })}
        </Empty>
    }
}

/// What is said above a draft whose post is its author's no more.
pub fn withdrawn_view(author: &Author) -> impl IntoView + use<> {
    let text = format!(
        "您已不在“{}”岗位。这份内容仍可提交：按当时的岗位和时间登记，不能登记的转为待处理；不需要的可以放弃。",
        author.post_title
    );
    view! {
        <p class="notice notice-warn" role="status">
            {text}
        </p>
    }
}

/// 放弃: throws a draft away once it was asked whether it shall be. Not shown where nothing was written.
#[component]
pub fn GiveUp(
    /// What is given up, such as 整改.
    what: &'static str,
    /// As it is on the screen.
    #[prop(into)]
    draft: Signal<Draft>,
    /// Called when it is gone.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let autosave = expect_context::<Autosave>();
    let is_open = RwSignal::new(false);
    let is_written = Memo::new(move |_| draft.with(|draft| !draft.is_untouched()));
    let title = format!("放弃{what}草稿");
    let discard = submit_action(move || {
        let draft = draft.try_get_untracked();
        async move {
            if let Some(draft) = draft {
                autosave.finish().await;
                autosave.stop();
                drafts::discard(&draft).await.inspect_err(|_| autosave.resume(draft.clone()))?;
                on_done.try_run(());
            }
            Ok(())
        }
    });
    let button = title.clone();
    view! {
        <Show when=move || is_written.get()>
            <button type="button" class="btn btn-ghost btn-block" on:click=move |_| is_open.set(true)>
                {button.clone()}
            </button>
        </Show>
        <Show when=move || is_open.get()>
            <FormDialog
                title=title.clone()
                verb="放弃"
                is_final=true
                submit_action=discard.clone()
                on_close=move || is_open.set(false)
            >
                <p>"已填写的内容和照片将从本机删除，不能恢复。"</p>
            </FormDialog>
        </Show>
    }
}

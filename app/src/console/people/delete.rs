//! 删除: withdraws posts; a person left without any is deleted.

use super::{managed, titles};
use crate::{
    api::people::delete_person,
    ui::{
        dialog::{FormDialog, submit_action},
        session::Session,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    id::PostId,
    person::{Person, Post},
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The question, which names the posts that go and those that stay.
#[component]
pub fn DeletePerson(
    /// Whom.
    person: Person,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the question should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let posts = untrack(|| managed(Session::expect(), &person));
    let chosen = RwSignal::new(posts.iter().map(|post| post.id).collect::<BTreeSet<_>>());
    let delete = submit_action(move || {
        let posts: Vec<_> = chosen.get_untracked().into_iter().collect();
        async move {
            if posts.is_empty() {
                return Err(Problem::invalid("岗位", "请至少选择一个要撤销的岗位").into());
            }
            delete_person(person.id, posts).await?;
            toast("已删除");
            on_done.run(());
            Ok(())
        }
    });
    let all = person.posts.clone();
    let outcome = move || {
        let kept: Vec<_> =
            chosen.with(|chosen| all.iter().filter(|post| !chosen.contains(&post.id)).cloned().collect());
        if kept.is_empty() {
            "撤销后不再有任何岗位，该人员将被删除，不能再登录。已有的检查和隐患记录不受影响。".to_owned()
        } else {
            format!("撤销后仍保留：{}。", titles(&kept))
        }
    };
    let boxes = posts.iter().map(|post| post_box(post, chosen)).collect_view();
    view! {
        <FormDialog title="删除人员" verb="删除" is_final=true submit_action=delete on_close>
            <fieldset class="form-item">
                <legend>{format!("撤销{}的岗位：", person.name)}</legend>
                {boxes}
            </fieldset>
            <p>{outcome}</p>
        </FormDialog>
    }
}

fn post_box(post: &Post, chosen: RwSignal<BTreeSet<PostId>>) -> impl IntoView + use<> {
    let id = post.id;
    let choose = move |event| {
        chosen.update(|chosen| {
            if event_target_checked(&event) {
                chosen.insert(id)
            } else {
                chosen.remove(&id)
            };
        });
    };
    view! {
        <label>
            <input
                type="checkbox"
                class="checkbox"
                prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                on:change=choose
            />
            " "
            {post.title()}
        </label>
    }
}

//! 删除: withdraws posts; a person left without any is deleted.

use super::{managed, titles};
use crate::{
    api::{
        ApiError,
        people::{delete_person, read_handover},
    },
    ui::{
        dialog::{FormDialog, submit_action},
        form::SelectField,
        fresh::fresh_id,
        options::Choices,
        page::ProblemView,
        session::Session,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    id::{EventId, PersonId, PostId},
    person::{Handover, Person, Post, Role},
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The question, which names the posts that go and those that stay.
#[component]
pub fn DeletePerson(
    /// With the posts as the caller last saw them.
    person: Person,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the question should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let posts = untrack(|| managed(Session::expect(), &person));
    let chosen = RwSignal::new(posts.iter().map(|post| post.id).collect::<BTreeSet<_>>());
    let problems = RwSignal::new(Vec::new());
    let successor = RwSignal::new(String::new());
    // Sent twice, it happens once.
    let event = EventId(fresh_id());
    let left = LocalResource::new(move || async move { read_handover(person.id).await });
    let inspecting: BTreeSet<_> =
        posts.iter().filter(|post| post.role == Role::Inspector).map(|post| post.id).collect();
    let must_hand_over = move || {
        let left = left.get().and_then(Result::ok);
        let goes = chosen.with(|chosen| chosen.intersection(&inspecting).next().is_some());
        left.filter(|left| goes && left.open > 0)
    };
    let delete = submit_action(move || {
        let posts: Vec<_> = chosen.get_untracked().into_iter().collect();
        let successor = successor.get_untracked().parse::<PersonId>().ok();
        async move {
            if posts.is_empty() {
                return Err(Problem::invalid("岗位", "请至少选择一个要撤销的岗位").into());
            }
            delete_person(event, person.id, posts, successor).await?;
            toast("已删除");
            on_done.run(());
            Ok(())
        }
    });
    // Without an answer nobody could be named.
    let unread = move || match left.get() {
        Some(Err(ApiError(problem))) => Some(view! { <ProblemView problem retry=move || left.refetch() /> }),
        _ => None,
    };
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
        <FormDialog title="删除人员" verb="删除" is_final=true submit_action=delete on_refused=on_done on_close problems fields=&["接手人员"]>
            <fieldset class="form-item">
                <legend>{format!("撤销{}的岗位：", person.name)}</legend>
                {boxes}
            </fieldset>
            <p>{outcome}</p>
            {unread}
            {move || must_hand_over().map(|left| view! { <Successor left value=successor problems /> })}
        </FormDialog>
    }
}

/// Who takes over the open hazards (Q26).
#[component]
fn Successor(left: Handover, value: RwSignal<String>, problems: RwSignal<Vec<Problem>>) -> impl IntoView {
    let told = format!("该人员是 {} 条未销号隐患的整治责任人。", left.open);
    if left.candidates.is_empty() {
        return view! {
            <p>{told} "本地区没有其他检查人员，删除后这些隐患可由本地区新的检查人员整改。"</p>
        }
        .into_any();
    }
    let options: Choices = left
        .candidates
        .into_iter()
        .map(|colleague| (colleague.id.to_string(), format!("{}（{}）", colleague.name, colleague.department.name)))
        .collect();
    view! {
        <p>{told}</p>
        <SelectField label="接手人员" options value problems />
    }
    .into_any()
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

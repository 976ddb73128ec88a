//! `/field/enterprises/new` 现场新增企业: an enterprise that nobody had registered (Q18). It asks nobody: it goes into the
//! outbox, and can be inspected at once.

use super::super::{
    layout::TaskHead,
    writing::{DraftNotices, GiveUp, OthersDraft, SavedLine, Writing, withdrawn_view},
};
use crate::{
    offline::{
        autosave::Autosave,
        draft::{Author, Draft, SavedDraft, Standing},
        enterprise_draft::NewEnterpriseDraft,
        lock::Held,
        operation::Body,
        outbox::Outbox,
        position::{Locator, Search},
        register,
        source::Sources,
    },
    ui::{
        enterprise::{ENTERPRISE_FIELDS, EnterpriseFields, EnterpriseInputs},
        form::FormProblem,
        format::distance,
        fresh::fresh_id,
        session::Session,
        title::Title,
        toast::use_toast,
    },
};
use domain::{Problem, geo::Fix, id::EnterpriseId};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::sync::Arc;

/// 现场新增企业: a draft like any other, which an inspection may need before it is filed.
#[component]
pub fn AddEnterprise() -> impl IntoView {
    let me = untrack(|| Session::expect().me());
    let author = me.as_ref().and_then(Author::of);
    let form = me.zip(author).map(|(me, author)| {
        let key = NewEnterpriseDraft::key(author.person);
        let again = RwSignal::new(false);
        let show = move |saved: Option<SavedDraft>, held| {
            let draft = match saved.as_ref().map(|saved| &saved.draft) {
                Some(Draft::Enterprise(draft)) => draft.clone(),
                _ => NewEnterpriseDraft::new(fresh_id().into(), EnterpriseId(fresh_id()), author.clone()),
            };
            // Where nothing was written, nothing belongs to another post.
            let draft = if draft.is_empty() { NewEnterpriseDraft { author: author.clone(), ..draft } } else { draft };
            let by = draft.author.clone();
            match by.standing(&me) {
                Standing::Elsewhere | Standing::Foreign => {
                    view! { <OthersDraft author=by what="新增企业草稿" /> }.into_any()
                }
                Standing::Here => view! { <Form draft saved held again is_withdrawn=false /> }.into_any(),
                Standing::Withdrawn => view! {
                    {withdrawn_view(&by)}
                    <Form draft saved held again is_withdrawn=true />
                }
                .into_any(),
            }
        };
        view! { <Writing key again show=Arc::new(show) /> }
    });
    view! {
        <Title text="现场新增企业" />
        <TaskHead title="现场新增企业" back="/field/enterprises" />
        <main class="page">{form}</main>
    }
}

#[component]
fn Form(
    draft: NewEnterpriseDraft,
    saved: Option<SavedDraft>,
    held: Held,
    again: RwSignal<bool>,
    is_withdrawn: bool,
) -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let toast = use_toast();
    let navigate = use_navigate();
    let fields = EnterpriseFields::new(draft.fields.clone());
    let fix = RwSignal::new(draft.fix);
    let begun = StoredValue::new(draft);
    let draft = Memo::new(move |_| {
        let (fields, fix) = (fields.get(), fix.get());
        begun.with_value(|begun| NewEnterpriseDraft { fields, fix, ..begun.clone() })
    });
    let autosave = Autosave::provide(Signal::derive(move || Draft::Enterprise(draft.get())), saved.as_ref(), held);
    let returned = saved.and_then(|saved| saved.returned);
    let problems = RwSignal::new(Vec::<Problem>::new());
    let is_busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(post), Some(sources)) = (untrack(|| session.post()), Sources::of(session)) else { return };
        let draft = draft.get_untracked();
        is_busy.set(true);
        problems.set(Vec::new());
        let navigate = navigate.clone();
        spawn_local(async move {
            let rule = sources.position_rule().kept().await.map(|(rule, _)| rule).unwrap_or_default();
            let (body, row) = match draft.on_site(post.region, post.region_name.clone(), rule) {
                Ok(made) => made,
                Err(reasons) => {
                    problems.try_set(reasons);
                    is_busy.try_set(false);
                    return;
                }
            };
            let (id, author, operation) = (row.id, draft.author.clone(), draft.operation);
            let body = Body::Enterprise(body);
            let done = outbox.hand_in(operation, body, Draft::Enterprise(draft), Some(id), autosave).await;
            is_busy.try_set(false);
            match done {
                Ok(()) => {
                    // It belongs to the register of its own post. Where this fails the enterprise is found once the server
                    // has it.
                    if !is_withdrawn {
                        let _ = register::add(&author, row).await;
                    }
                    toast("已增加企业，有网络时自动提交");
                    if !problems.is_disposed() {
                        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                        let home = "/field/enterprises".to_owned();
                        navigate(&if is_withdrawn { home } else { format!("/field/enterprises/{id}") }, options);
                    }
                }
                Err(reason) => drop(problems.try_set(vec![reason])),
            }
        });
    };
    view! {
        <DraftNotices returned />
        <form class="form" novalidate on:submit=submit>
            <EnterpriseInputs fields problems code_hint="无照店铺填写经营人手机号" />
            <Here fix />
            <FormProblem problems fields=ENTERPRISE_FIELDS />
            <SavedLine autosave />
            <button type="submit" class="btn btn-primary btn-block btn-lg" disabled=move || is_busy.get()>
                "增加"
            </button>
        </form>
        <GiveUp
            what="新增企业"
            draft=Signal::derive(move || Draft::Enterprise(draft.get()))
            on_done=move |()| {
                again.try_update(|again| *again = !*again);
            }
        />
    }
}

/// Where the inspector stands becomes the enterprise's position; without it the first inspection fixes it.
#[component]
fn Here(fix: RwSignal<Option<Fix>>) -> impl IntoView {
    let locator = Locator::new();
    Effect::new(move || {
        if let Search::Done(found) = locator.search.get() {
            fix.set(Some(found));
        }
    });
    let line = move || match (locator.search.get(), fix.get()) {
        (Search::Watching(_), _) => "正在定位，请尽量在开阔处…".to_owned(),
        (Search::Failed(reason), None) => format!("{reason}。没有定位也可以增加，首次检查时确定位置"),
        (_, Some(fix)) => format!("已取得现场定位，精度 {}", distance(fix.accuracy_m)),
        (_, None) => "没有定位也可以增加，首次检查时确定位置".to_owned(),
    };
    view! {
        <p class="form-hint" role="status">
            {line}
        </p>
        <button type="button" class="btn btn-block" on:click=move |_| locator.start()>
            "取现场定位"
        </button>
    }
}

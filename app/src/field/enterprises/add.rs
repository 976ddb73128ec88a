//! `/field/enterprises/new` 现场新增企业: an enterprise that nobody had registered (Q18).

use super::super::layout::TaskHead;
use crate::{
    api::{ApiError, enterprises::add_enterprise},
    offline::source::Sources,
    ui::{
        enterprise::{ENTERPRISE_FIELDS, EnterpriseFields, EnterpriseInputs},
        form::FormProblem,
        fresh::fresh_id,
        session::Session,
        title::Title,
        toast::use_toast,
    },
};
use domain::{Problem, enterprise::EnterpriseDraft, id::EnterpriseId};
use gloo_storage::{LocalStorage, Storage};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use serde::{Deserialize, Serialize};

/// What was typed, kept on the device until it is on the server. The id too: sent twice, it is the same enterprise.
#[derive(Clone, Serialize, Deserialize)]
struct Typed {
    id: EnterpriseId,
    draft: EnterpriseDraft,
}

/// The page.
#[component]
pub fn AddEnterprise() -> impl IntoView {
    let session = Session::expect();
    let toast = use_toast();
    let navigate = use_navigate();
    let person = untrack(|| session.me()).map(|me| me.id.to_string()).unwrap_or_default();
    let key = StoredValue::new(format!("ranan.new-enterprise.{person}"));
    let kept = key.with_value(|key| LocalStorage::get::<Typed>(key)).ok();
    let id = kept.as_ref().map_or_else(|| EnterpriseId(fresh_id()), |kept| kept.id);
    let fields = EnterpriseFields::new(kept.map(|kept| kept.draft).unwrap_or_default());
    let problems = RwSignal::new(Vec::<Problem>::new());
    let is_busy = RwSignal::new(false);
    Effect::new(move || {
        let typed = Typed { id, draft: fields.get() };
        // What cannot be kept still stands in the form.
        let _ = key.with_value(|key| LocalStorage::set(key, &typed));
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let draft = fields.read();
        if let Err(reasons) = draft.parse() {
            problems.set(reasons);
            return;
        }
        is_busy.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = add_enterprise(id, draft).await;
            is_busy.set(false);
            match answer {
                Ok(row) => {
                    key.with_value(|key| LocalStorage::delete(key));
                    toast("已增加企业");
                    if let Some(sources) = Sources::of(session) {
                        // The register on the phone catches up by itself where this fails.
                        let _ = sources.enterprises().pull().await;
                    }
                    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                    navigate(&format!("/field/enterprises/{}", row.id), options);
                }
                Err(ApiError(reason)) => problems.set(vec![reason]),
            }
        });
    };
    view! {
        <Title text="现场新增企业" />
        <TaskHead title="现场新增企业" back="/field/enterprises" />
        <main class="page">
            <form class="form" novalidate on:submit=submit>
                <EnterpriseInputs fields problems code_hint="无照店铺填写经营人手机号" />
                <FormProblem problems fields=ENTERPRISE_FIELDS />
                <p class="form-hint">"已填写的内容存在本机，没有网络时可稍后再提交。"</p>
                <button type="submit" class="btn btn-primary btn-block btn-lg" disabled=move || is_busy.get()>
                    "增加"
                </button>
            </form>
        </main>
    }
}

//! `/field/enterprises/{id}` 企业详情: what is known before an inspection starts (Q23), and its start.

use super::super::{hazards::HazardEntry, layout::TaskHead};
use crate::{
    offline::{
        copy::LocalCopy,
        draft::{Author, Draft, SavedDraft},
        drafts::{self, Saving},
        inspection_draft::InspectionDraft,
        position::PURPOSE,
        register,
        savings::Turn,
        source::Sources,
    },
    ui::{
        badge::UnmatchedBadge,
        facts::fact,
        fresh::fresh_id,
        page::{Empty, Loading, ProblemView},
        reading::Reading,
        session::Session,
        title::Title,
    },
};
use domain::{
    Problem,
    action::Action,
    enterprise::{EnterpriseDetail, EnterpriseRow},
    id::{EnterpriseId, InspectionId},
    inspection::InspectionRow,
    login::Me,
    person::Colleague,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_params_map},
};

/// 企业详情: from here an inspection starts, with or without a network.
#[component]
pub fn EnterprisePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse().ok()));
    view! {
        <Title text="企业详情" />
        <TaskHead title="企业详情" back="/field/enterprises" />
        <main class="page">
            {move || match id.get() {
                Some(id) => view! { <Known id /> }.into_any(),
                None => view! { <Empty text="没有这家企业，请返回重新选择。" /> }.into_any(),
            }}
        </main>
    }
}

/// The enterprise under its own id, also where the address carries one that this phone once gave to it.
#[component]
fn Known(id: EnterpriseId) -> impl IntoView {
    let post = Sources::of(Session::expect()).and_then(|sources| sources.post());
    let known = Reading::new(move || async move {
        match post {
            Some(post) => register::enterprise(post, id).await.ok().flatten().map_or(id, |row| row.id),
            None => id,
        }
    });
    move || known.get().map(|id| view! { <Detail id /> })
}

/// What the phone itself knows: one row of the register, read by its key, and the enterprise's open hazards.
async fn offline_detail(sources: &Sources, id: EnterpriseId) -> Option<EnterpriseDetail> {
    let post = sources.post()?;
    let enterprise = register::enterprise(post, id).await.ok().flatten()?;
    let open_hazards = register::open_hazards(post, id).await.unwrap_or_default();
    Some(EnterpriseDetail { enterprise, open_hazards, inspections: Vec::new(), under_way: Vec::new() })
}

#[component]
fn Detail(id: EnterpriseId) -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let copy = LocalCopy::new(sources.enterprise(id));
    let spare = Reading::new(move || {
        let sources = sources.clone();
        async move { offline_detail(&sources, id).await }
    });
    let detail = Memo::new(move |_| copy.value.get().or_else(|| spare.get().flatten()));
    let is_partial = move || copy.value.with(Option::is_none) && !copy.is_busy.get();
    let shown = move || match (detail.get(), copy.problem.get()) {
        (Some(detail), _) => view! {
            <DetailView detail />
            <Show when=is_partial>
                <p class="muted">"没有网络，检查历史暂时看不到；仍可以检查。"</p>
            </Show>
        }
        .into_any(),
        (None, Some(problem)) => view! { <ProblemView problem retry=move || copy.refresh() /> }.into_any(),
        (None, None) => view! { <Loading /> }.into_any(),
    };
    shown.into_any()
}

#[component]
fn DetailView(detail: EnterpriseDetail) -> impl IntoView {
    let row = detail.enterprise.clone();
    let position = if row.position.is_some() { "已确定" } else { "未确定，由本次检查确定" };
    let hazards = detail.open_hazards.clone();
    let has_hazards = !hazards.is_empty();
    let hazards = hazards.into_iter().map(|hazard| view! { <HazardEntry hazard /> });
    let has_history = !detail.inspections.is_empty();
    let history = detail.inspections.iter().map(history_entry).collect_view();
    view! {
        <h2>{row.name.clone()}</h2>
        <dl class="facts">
            {fact("企业类型", row.enterprise_type.name())} {fact("企业住所", row.address.clone())}
            {fact("法人代表", row.legal_representative.clone())} {fact("信用代码", row.credit_code.clone())}
            {fact("许可证", format!("{} {}", row.licence_name, row.licence_number))} {fact("位置", position)}
        </dl>
        <Begin detail />
        <h2 class="section-title">"未整改隐患"</h2>
        <ul class="entries">{hazards.collect_view()}</ul>
        {(!has_hazards).then(|| view! { <p class="muted">"没有未整改的隐患。"</p> })}
        <h2 class="section-title">"检查历史"</h2>
        <ul class="entries">{history}</ul>
        {(!has_history).then(|| view! { <p class="muted">"还没有检查过。"</p> })}
    }
}

fn history_entry(row: &InspectionRow) -> impl IntoView + use<> {
    let mark = row.is_unmatched().then(|| view! { <UnmatchedBadge /> });
    view! {
        <li>
            <div class="entry">
                <span class="entry-title">{row.started_at.to_string()}</span>
                <span class="entry-note">{row.inspectors.join("、")}</span>
                <span class="entry-end">{format!("{} 项不合格", row.failed)} {mark}</span>
            </div>
        </li>
    }
}

/// 发起检查, and what was begun here already.
#[component]
fn Begin(detail: EnterpriseDetail) -> impl IntoView {
    let session = Session::expect();
    let navigate = use_navigate();
    let here = use_location().pathname;
    let id = detail.enterprise.id;
    let is_closed = detail.enterprise.closed_at.is_some();
    let problem = RwSignal::new(None::<Problem>);
    let is_busy = RwSignal::new(false);
    let begun = Reading::new(move || own_drafts(session, id));
    let detail = StoredValue::new(detail);
    let begin = move |_| {
        is_busy.set(true);
        problem.set(None);
        let (navigate, started) = (navigate.clone(), start(session, detail.get_value()));
        let tapped_at = here.get_untracked();
        spawn_local(async move {
            match started.await {
                // Whoever left the page meanwhile finds it among the drafts. The page itself may have been drawn anew: what the
                // server says of the enterprise takes the place of the phone's copy.
                Ok(id) if here.try_get_untracked().is_some_and(|here| here == tapped_at) => {
                    navigate(&format!("/field/inspections/{id}"), NavigateOptions::default());
                }
                Ok(_) => {}
                Err(reason) => drop(problem.try_set(Some(reason))),
            }
            is_busy.try_set(false);
        });
    };
    let drafts = move || {
        let drafts = begun.get().unwrap_or_default();
        let links = drafts.into_iter().filter_map(|saved| {
            let Draft::Inspection(draft) = &saved.draft else { return None };
            let (done, all) = draft.progress();
            let text = format!("继续检查 {done}/{all}，已存本机 {}", saved.at);
            (!draft.is_untouched()).then(|| {
                view! {
                    <a class="btn btn-primary btn-block btn-lg" href=saved.draft.address()>
                        {text}
                    </a>
                }
            })
        });
        links.collect_view()
    };
    if is_closed {
        return view! { <p class="notice">"该企业已停业或注销，不能检查。恢复营业请联系县级管理员。"</p> }.into_any();
    }
    let may_inspect = untrack(|| session.may(Action::SubmitInspection));
    view! {
        {drafts}
        <button
            type="button"
            class="btn btn-primary btn-block btn-lg"
            disabled=move || is_busy.get() || !may_inspect
            on:click=begin
        >
            "发起检查"
        </button>
        <p class="form-hint">{PURPOSE}"。"</p>
        {(!may_inspect).then(|| view! { <p class="notice">"当前岗位不能检查，请切换为检查员岗位。"</p> })}
        {move || problem.get().map(|problem| view! { <ProblemView problem /> })}
    }
    .into_any()
}

async fn own_drafts(session: Session, enterprise: EnterpriseId) -> Vec<SavedDraft> {
    let Some(own) = untrack(|| session.me()).and_then(|me| Author::of(&me)) else { return Vec::new() };
    // What cannot be read is said on the workbench.
    let mut drafts = drafts::of(own.person).await.unwrap_or_default();
    // What was begun before the enterprise was known to be another one is of this one too.
    let ids = register::ids_of(own.post, enterprise).await.unwrap_or_else(|_| vec![enterprise]);
    drafts.retain(|saved| match &saved.draft {
        Draft::Inspection(draft) => ids.contains(&draft.enterprise.id) && draft.author == own,
        _ => false,
    });
    drafts
}

/// Makes the draft, with all that it needs to go on without network, and puts it on disk. What lies on the phone is
/// enough, however old: nobody is asked.
async fn start(session: Session, detail: EnterpriseDetail) -> Result<InspectionId, Problem> {
    let me = untrack(|| session.me()).ok_or(Problem::NotSignedIn)?;
    let author = Author::of(&me).ok_or_else(|| Problem::conflict("当前没有岗位，请先切换岗位"))?;
    let sources = Sources::of(session).ok_or(Problem::NotSignedIn)?;
    let EnterpriseDetail { enterprise, open_hazards, .. } = detail;
    if enterprise.enterprise_type.known().is_none() {
        return Err(Problem::conflict("本版本不认识该企业类型，请更新后再检查"));
    }
    let checklists = match sources.checklists().kept().await {
        Some((checklists, _)) => checklists,
        None => sources.checklists().pull().await?,
    };
    let rule = sources.position_rule().kept().await.map(|(rule, _)| rule).unwrap_or_default();
    let checklist = checklists.into_iter().find(|list| list.enterprise_type == enterprise.enterprise_type);
    let checklist = checklist.ok_or_else(|| no_checklist(&enterprise))?;
    let unstarted = own_drafts(session, enterprise.id).await.into_iter().find_map(|saved| match saved.draft {
        Draft::Inspection(draft) if draft.is_untouched() => Some((draft.id, saved.revision)),
        _ => None,
    });
    // One that stopped before its position is begun anew, not beside it.
    let (id, last_seen) =
        unstarted.map_or_else(|| (InspectionId(fresh_id()), None), |(id, revision)| (id, Some(revision)));
    let draft = InspectionDraft::new(id, author, colleague(me), enterprise, checklist, open_hazards, rule);
    let turn = Turn::first(fresh_id(), last_seen);
    Saving { draft: Draft::Inspection(draft), turn, returned: None }.run().await?;
    Ok(id)
}

fn no_checklist(enterprise: &EnterpriseRow) -> Problem {
    let kind = enterprise.enterprise_type.name();
    Problem::conflict(format!("还没有“{kind}”的检查清单，请联系上级管理员"))
}

fn colleague(me: Me) -> Colleague {
    Colleague { id: me.id, name: me.name, department: me.department, is_internal: me.is_internal }
}

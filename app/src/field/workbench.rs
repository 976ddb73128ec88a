//! `/field` 工作台: what to do next. Drafts first, then hazards by urgency.

use super::{
    hazards::HazardEntry,
    layout::{ForInspectors, TabPage, is_inspector},
    me::SyncButton,
};
use crate::{
    offline::{
        copy::LocalCopy,
        draft::{Draft, SavedDraft, Standing},
        drafts,
        outbox::Outbox,
        source::Sources,
    },
    ui::{page::ProblemView, reading::Reading, session::Session, title::Title},
};
use leptos::prelude::*;
use leptos_router::components::A;

/// So many hazards are shown here; the rest is a tap away.
const MOST_HAZARDS: usize = 5;

/// 工作台: where a day in the field begins.
#[component]
pub fn Workbench() -> impl IntoView {
    let session = Session::expect();
    view! {
        <Title text="工作台" />
        <TabPage>
            <h1>"工作台"</h1>
            <ForInspectors>
                <A href="/field/enterprises" attr:class="btn btn-primary btn-block btn-lg">
                    "发起检查"
                </A>
                <Drafts />
                <OpenHazards />
            </ForInspectors>
            <Show when=move || !is_inspector(session)>
                <Drafts />
            </Show>
            <WaitingLink />
            <SyncButton />
        </TabPage>
    }
}

/// What was begun on this phone and not handed in.
#[component]
fn Drafts() -> impl IntoView {
    let session = Session::expect();
    let outbox = Outbox::expect();
    let read = Reading::new(move || {
        let person = session.me().map(|me| me.id);
        // What the office sent back opens again while the page is open.
        outbox.delivered.track();
        async move {
            let Some(person) = person else { return Ok(Vec::new()) };
            let mut own = drafts::of(person).await?;
            own.retain(|saved| !saved.draft.is_untouched());
            Ok(own)
        }
    });
    move || {
        let drafts: Vec<SavedDraft> = match read.get() {
            Some(Err(problem)) => return view! { <ProblemView problem retry=move || read.again() /> }.into_any(),
            Some(Ok(drafts)) => drafts,
            None => Vec::new(),
        };
        let list = (!drafts.is_empty()).then(|| {
            let entries = drafts.iter().map(|saved| view! { <li>{draft_entry(saved, session)}</li> });
            view! {
                <h2 class="section-title">"继续填写"</h2>
                <ul class="entries">{entries.collect_view()}</ul>
            }
        });
        list.into_any()
    }
}

fn draft_entry(saved: &SavedDraft, session: Session) -> impl IntoView + use<> {
    let state = match &saved.draft {
        Draft::Inspection(draft) => {
            let (done, all) = draft.progress();
            format!("检查 {done}/{all}")
        }
        other => other.kind_name().to_owned(),
    };
    let author = saved.draft.author();
    let standing = untrack(|| session.me()).map(|me| author.standing(&me)).filter(|_| saved.draft.keeps_its_post());
    let post = match standing {
        Some(Standing::Elsewhere) => Some(format!("需切换到“{}” · ", author.post_title)),
        Some(Standing::Withdrawn) => Some(format!("已不在“{}”岗位 · ", author.post_title)),
        _ => None,
    };
    let returned = saved.returned.as_ref().map(|reason| format!("退回：{} · ", reason.text));
    view! {
        <a class="entry" href=saved.draft.address()>
            <span class="entry-title">"继续：" {saved.draft.title()}</span>
            <span class="entry-note">{post} {returned} "已存本机 " {saved.at.to_string()}</span>
            <span class="entry-end num">{state}</span>
        </a>
    }
}

/// 待整改隐患: the most urgent.
#[component]
fn OpenHazards() -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let hazards = LocalCopy::new(sources.my_hazards());
    let count = move || hazards.value.with(|value| value.as_ref().map(Vec::len));
    let first = move || {
        let mut all = hazards.value.get().unwrap_or_default();
        all.truncate(MOST_HAZARDS);
        all
    };
    let problem = move || hazards.problem.get().filter(|_| hazards.value.with(Option::is_none));
    view! {
        <h2 class="section-title">
            "待整改隐患" {move || count().filter(|count| *count > 0).map(|count| format!(" {count}"))}
        </h2>
        <ul class="entries">
            <For each=first key=|hazard| (hazard.id, hazard.due_on) let:hazard>
                <HazardEntry hazard />
            </For>
        </ul>
        {move || problem().map(|problem| view! { <ProblemView problem retry=move || hazards.refresh() /> })}
        <Show when=move || count() == Some(0)>
            <p class="muted">"没有待您整改的隐患。"</p>
        </Show>
        <Show when=move || count().is_some_and(|count| count > MOST_HAZARDS)>
            <A href="/field/hazards" attr:class="btn btn-block">
                "查看全部待整改隐患"
            </A>
        </Show>
    }
    .into_any()
}

#[component]
fn WaitingLink() -> impl IntoView {
    let outbox = Outbox::expect();
    view! {
        <Show when=move || { outbox.count() > 0 }>
            <A href="/field/outbox" attr:class="btn btn-block">
                "待上传 "
                {move || outbox.count()}
                " 条"
            </A>
        </Show>
        <Show when=move || { outbox.unknown.get() > 0 }>
            <A href="/field/outbox" attr:class="btn btn-block">
                "无法识别的记录 "
                {move || outbox.unknown.get()}
                " 条"
            </A>
        </Show>
    }
}

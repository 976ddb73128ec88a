//! `/field/enterprises` 选择企业: searched in the phone's own copy, or nearest first.

mod add;
mod detail;

use super::layout::{ForInspectors, TabPage};
use crate::{
    api::{
        ApiError,
        enterprises::{enterprises, nearby_enterprises},
    },
    offline::{
        copy::LocalCopy,
        position::{Locator, Search},
        source::Sources,
    },
    ui::{
        form::FieldId,
        format::distance,
        page::{Loading, ProblemView},
        reading::Reading,
        session::Session,
        title::Title,
    },
};
pub use add::AddEnterprise;
pub use detail::EnterprisePage;
use domain::{
    action::Action, enterprise::EnterpriseFilter, enterprise::EnterpriseRow, fold::squeeze, geo::Wgs84,
    region::RegionLevel,
};
use leptos::prelude::*;
use leptos_router::components::A;

/// So many are shown before 显示更多.
const STEP: usize = 30;

/// The page.
#[component]
pub fn Enterprises() -> impl IntoView {
    view! {
        <Title text="选择企业" />
        <TabPage>
            <h1>"选择企业"</h1>
            <ForInspectors>
                <Chooser />
            </ForInspectors>
        </TabPage>
    }
}

#[component]
fn Chooser() -> impl IntoView {
    let session = Session::expect();
    let text = RwSignal::new(String::new());
    let locator = Locator::new();
    let here = Memo::new(move |_| match locator.search.get() {
        Search::Done(fix) => Some(fix.at),
        _ => None,
    });
    let id = FieldId::unique();
    // A county's register lies on the phone; a larger one is asked for.
    let is_local = untrack(|| session.post()).is_some_and(|post| post.region.level() == RegionLevel::County);
    let may_add = move || session.may(Action::AddEnterprise);
    let results = if is_local {
        view! { <LocalResults text here /> }.into_any()
    } else {
        view! { <ServerResults text here /> }.into_any()
    };
    view! {
        <div class="form-item">
            <label for=id.control()>"搜索企业"</label>
            <input
                type="search"
                class="input"
                id=id.control()
                placeholder="名称、地址或信用代码"
                autocomplete="off"
                enterkeyhint="search"
                bind:value=text
            />
        </div>
        <div class="choice-row choice-two">
            <button type="button" class="btn" on:click=move |_| locator.start()>
                "附近企业"
            </button>
            <Show when=may_add>
                <A href="/field/enterprises/new" attr:class="btn">
                    "现场新增企业"
                </A>
            </Show>
        </div>
        {move || search_view(&locator.search.get())}
        {results}
    }
}

/// What the search for a position says.
fn search_view(search: &Search) -> AnyView {
    match search {
        Search::Idle => ().into_any(),
        Search::Watching(_) => view! {
            <p class="muted" role="status">
                "正在定位，只用于按远近排列…"
            </p>
        }
        .into_any(),
        Search::Done(fix) => view! {
            <p class="muted" role="status">
                {format!("已按远近排列，定位精度 {}", distance(fix.accuracy_m))}
            </p>
        }
        .into_any(),
        Search::Failed(reason) => view! {
            <p class="notice notice-warn" role="alert">
                {*reason}
            </p>
        }
        .into_any(),
    }
}

/// Whether every word typed is part of name, address or code.
fn fits(row: &EnterpriseRow, words: &[String]) -> bool {
    let text = squeeze(&format!("{}{}{}", row.name, row.address, row.credit_code));
    words.iter().all(|word| text.contains(word))
}

/// Metres from here, where both positions are known.
fn metres(row: &EnterpriseRow, here: Option<Wgs84>) -> Option<f64> {
    Some(here?.distance_m(row.position?))
}

/// Nearest first; those without a position last, in their own order.
fn sort_by_distance(rows: &mut [EnterpriseRow], here: Option<Wgs84>) {
    if here.is_some() {
        let key = |row: &EnterpriseRow| metres(row, here).unwrap_or(f64::INFINITY);
        rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
    }
}

#[component]
fn LocalResults(text: RwSignal<String>, here: Memo<Option<Wgs84>>) -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let copy = LocalCopy::new(sources.enterprises());
    let found = Memo::new(move |_| {
        let words: Vec<String> = text.with(|text| text.split_whitespace().map(squeeze).collect());
        let mut rows = copy.value.with(|rows| {
            let rows = rows.iter().flatten();
            rows.filter(|row| row.closed_at.is_none() && fits(row, &words)).cloned().collect::<Vec<_>>()
        });
        sort_by_distance(&mut rows, here.get());
        rows
    });
    let is_first_load = move || copy.value.with(Option::is_none);
    view! {
        <Show when=move || is_first_load() && copy.problem.with(Option::is_none)>
            <Loading />
        </Show>
        {move || {
            copy.problem
                .get()
                .filter(|_| is_first_load())
                .map(|problem| view! { <ProblemView problem retry=move || copy.refresh() /> })
        }}
        <Show when=move || !is_first_load()>
            <Results found here />
        </Show>
    }
    .into_any()
}

#[component]
fn ServerResults(text: RwSignal<String>, here: Memo<Option<Wgs84>>) -> impl IntoView {
    let answer = Reading::new(move || {
        let (text, here) = (text.get(), here.get());
        async move {
            match here.filter(|_| text.trim().is_empty()) {
                Some(here) => nearby_enterprises(here).await,
                None => {
                    let filter = EnterpriseFilter { text, ..EnterpriseFilter::default() };
                    enterprises(filter, None).await.map(|page| page.rows)
                }
            }
        }
    });
    let found = Memo::new(move |_| {
        let mut rows = answer.get().and_then(Result::ok).unwrap_or_default();
        sort_by_distance(&mut rows, here.get());
        rows
    });
    move || match answer.get() {
        None => view! { <Loading /> }.into_any(),
        Some(Ok(_)) => view! { <Results found here /> }.into_any(),
        Some(Err(ApiError(problem))) => view! { <ProblemView problem retry=move || answer.again() /> }.into_any(),
    }
}

#[component]
fn Results(found: Memo<Vec<EnterpriseRow>>, here: Memo<Option<Wgs84>>) -> impl IntoView {
    let most = RwSignal::new(STEP);
    let shown = move || {
        let mut rows = found.get();
        rows.truncate(most.get());
        rows
    };
    let count = move || found.with(Vec::len);
    view! {
        <ul class="entries">
            <For each=shown key=move |row| (row.id, here.get().is_some(), row.open_hazards) let:row>
                <li>{entry(&row, here.get_untracked())}</li>
            </For>
        </ul>
        <Show when=move || count() == 0>
            <p class="muted">"没有找到企业。请换个关键字；确实没有登记的，可“现场新增企业”。"</p>
        </Show>
        <Show when=move || { count() > most.get() }>
            <button type="button" class="btn btn-block" on:click=move |_| most.update(|most| *most += STEP)>
                {move || format!("显示更多（共 {} 家）", count())}
            </button>
        </Show>
    }
}

fn entry(row: &EnterpriseRow, here: Option<Wgs84>) -> impl IntoView + use<> {
    let hazards = (row.open_hazards > 0).then(|| format!("{} 隐患", row.open_hazards));
    view! {
        <a class="entry" href=format!("/field/enterprises/{}", row.id)>
            <span class="entry-title">{row.name.clone()}</span>
            <span class="entry-note">{row.enterprise_type.name()} " · " {row.address.clone()}</span>
            <span class="entry-end num">
                {metres(row, here).map(|metres| view! { <span>{distance(metres)}</span> })}
                {hazards.map(|text| view! { <span>{text}</span> })}
            </span>
        </a>
    }
}

//! `/field/enterprises` 选择企业: searched in the phone's own copy, or nearest first.

mod add;
mod detail;

use super::layout::{ForInspectors, TabPage};
use crate::{
    api::enterprises::{list_enterprises, list_nearby_enterprises},
    offline::{
        draft::Author,
        operation::added_here,
        outbox::Outbox,
        position::{Locator, Search},
        register,
        search::Hits,
        source::Sources,
    },
    ui::{
        form::FieldId,
        format::{count, distance},
        page::{Loading, ProblemView},
        patience::within,
        reading::Reading,
        session::Session,
        title::Title,
    },
};
pub use add::AddEnterprise;
pub use detail::EnterprisePage;
use domain::{
    Problem,
    action::Action,
    enterprise::{EnterpriseFilter, EnterpriseRow},
    geo::Wgs84,
    id::PostId,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

/// So many are shown, and so many more with each 更多: two screens of a phone, for at each keystroke all are read and drawn.
const STEP: usize = 20;

/// 选择企业: searched on the phone, or near by.
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
    let county = Sources::of(session).and_then(|sources| sources.county());
    // By which position the list below is sorted: it takes a moment.
    let sorted = RwSignal::new(None::<Wgs84>);
    let may_add = move || session.may(Action::AddEnterprise);
    let results = match county {
        Some(post) => view! { <LocalResults post text here sorted /> }.into_any(),
        None => view! { <ServerResults text here sorted /> }.into_any(),
    };
    view! {
        <div class="form-item">
            <label for=id.control()>"搜索企业"</label>
            <input
                type="search"
                class="input"
                id=id.control()
                placeholder="名称、拼音首字母、地址或信用代码"
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
        {move || search_view(&locator.search.get(), sorted.get().is_some())}
        {results}
    }
}

/// What the search for a position says.
fn search_view(search: &Search, is_sorted: bool) -> AnyView {
    match search {
        Search::Idle => ().into_any(),
        Search::Done(fix) if is_sorted => view! {
            <p class="muted" role="status">
                {format!("已按远近排列，定位精度 {}", distance(fix.accuracy_m))}
            </p>
        }
        .into_any(),
        Search::Watching(_) | Search::Done(_) => view! {
            <p class="muted" role="status">
                "正在定位，只用于按远近排列…"
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

/// The register on this phone: searched at each keystroke, shown as far as it is here.
#[component]
fn LocalResults(
    post: PostId,
    text: RwSignal<String>,
    here: Memo<Option<Wgs84>>,
    sorted: RwSignal<Option<Wgs84>>,
) -> impl IntoView {
    let Some(sources) = Sources::of(Session::expect()) else { return ().into_any() };
    let most = RwSignal::new(STEP);
    let changed = register::changed();
    // A longer text looks through what the last search found.
    let last = StoredValue::new(None::<Hits>);
    let found = Reading::new(move || {
        changed.track();
        let (text, here, most) = (text.get(), here.get(), most.get());
        async move {
            let before = last.try_get_value().flatten();
            let (hits, rows) = register::find(post, &text, before, here, most).await?;
            let all = hits.len();
            last.try_update_value(|last| *last = Some(hits));
            Ok::<_, Problem>((all, rows, here))
        }
    });
    let outbox = Outbox::expect();
    let author = untrack(|| Session::expect().me()).and_then(|me| Author::of(&me));
    let ids = Memo::new(move |_| {
        let author = author.as_ref()?;
        Some(outbox.operations.with(|all| added_here(all, author)))
    });
    let changed = register::changed();
    let added = Reading::new(move || {
        changed.track();
        let ids = ids.get().unwrap_or_default();
        async move { register::enterprises(post, &ids).await.unwrap_or_default() }
    });
    let changed = register::changed();
    let progress = Reading::new(move || {
        changed.track();
        register::progress(post)
    });
    let problem = RwSignal::new(None::<Problem>);
    let refresh = move || {
        let sources = sources.clone();
        problem.set(None);
        spawn_local(async move {
            if let Err(reason) = sources.refresh_register().await {
                problem.try_set(Some(reason));
            }
        });
    };
    refresh();
    let refresh = StoredValue::new_local(refresh);
    // What was just uploaded comes back with its initials.
    Effect::new(move |last: Option<u32>| {
        let delivered = outbox.delivered.get();
        if last.is_some_and(|last| last != delivered) {
            refresh.with_value(|refresh| refresh());
        }
        delivered
    });
    let state = move || {
        let progress = progress.get().and_then(Result::ok)?;
        let waiting = progress.is_incomplete().then(|| {
            let text = format!("企业名单没有下载完：已下载 {}/{}", progress.held, progress.total.max(progress.held));
            view! {
                <div class="notice notice-warn" role="status">
                    <p>{text}</p>
                    {problem.get().map(|problem| view! { <p>{problem.to_string()}</p> })}
                    <button type="button" class="btn" on:click=move |_| refresh.with_value(|refresh| refresh())>
                        "继续下载"
                    </button>
                </div>
            }
        });
        Some(waiting)
    };
    let list = move || match found.get() {
        None => view! { <Loading /> }.into_any(),
        Some(Err(problem)) => view! { <ProblemView problem retry=move || found.again() /> }.into_any(),
        Some(Ok((all, rows, by))) => {
            // Said once it stands on the screen.
            request_animation_frame(move || sorted.set(by));
            let more = all > rows.len();
            let text = format!("显示前 {} 条，共 {} 条", rows.len(), count(i64::try_from(all).unwrap_or(i64::MAX)));
            let mut added = added.get().unwrap_or_default();
            added.retain(|row| rows.iter().all(|shown| shown.id != row.id));
            view! {
                <Rows rows here />
                {(all == 0).then(nothing_found)}
                {(!added.is_empty()).then(|| added_view(added, here))}
                <Show when=move || more>
                    <p class="muted" role="status">
                        {text.clone()}
                    </p>
                    <button type="button" class="btn btn-block" on:click=move |_| most.update(|most| *most += STEP)>
                        "更多"
                    </button>
                </Show>
            }
            .into_any()
        }
    };
    view! {
        {state}
        {list}
    }
    .into_any()
}

/// What was added here, whatever is searched for: initials do not find it yet, and it must not be added twice.
fn added_view(rows: Vec<EnterpriseRow>, here: Memo<Option<Wgs84>>) -> impl IntoView {
    view! {
        <h2 class="section-title">"本机新增，尚未登记"</h2>
        <Rows rows here />
    }
}

fn nothing_found() -> impl IntoView {
    view! { <p class="muted">"没有找到企业。请换个关键字；确实没有登记的，可“现场新增企业”。"</p> }
}

#[component]
fn Rows(rows: Vec<EnterpriseRow>, here: Memo<Option<Wgs84>>) -> impl IntoView {
    let here = here.get_untracked();
    let rows = rows.into_iter().map(|row| view! { <li>{entry(&row, here)}</li> });
    view! { <ul class="entries">{rows.collect_view()}</ul> }
}

#[component]
fn ServerResults(text: RwSignal<String>, here: Memo<Option<Wgs84>>, sorted: RwSignal<Option<Wgs84>>) -> impl IntoView {
    let answer = Reading::new(move || {
        let (text, here) = (text.get(), here.get());
        async move {
            if let Some(here) = here.filter(|_| text.trim().is_empty()) {
                within(list_nearby_enterprises(here)).await
            } else {
                let filter = EnterpriseFilter { text, ..EnterpriseFilter::default() };
                within(list_enterprises(filter, None)).await.map(|page| page.rows)
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
        Some(Ok(_)) => {
            let is_empty = found.with(Vec::is_empty);
            request_animation_frame(move || sorted.set(here.try_get_untracked().flatten()));
            view! {
                <Rows rows=found.get() here />
                {is_empty.then(nothing_found)}
            }
            .into_any()
        }
        Some(Err(problem)) => view! { <ProblemView problem retry=move || answer.again() /> }.into_any(),
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

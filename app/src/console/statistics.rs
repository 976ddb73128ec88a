//! `/console/statistics` 统计报表: sums per region of the level below; a click goes down a level, a number to its rows.

use super::head::PageHead;
use crate::{
    api::{dictionary::read_region_path, statistics::read_statistics},
    ui::{
        filters::{FilterInput, Filters},
        format::{count, per_cent},
        page::{Empty, loaded},
        query::{query_of, use_filter},
        session::Session,
    },
};
use domain::{
    region::{Region, RegionCode, RegionLevel},
    statistics::RegionStatistics,
    time::Date,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

const PATH: &str = "/console/statistics";

/// What the address narrows the sums to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Question {
    region: Option<RegionCode>,
    from: Option<Date>,
    to: Option<Date>,
}

/// 统计报表: the sums of the regions below one, in a period.
#[component]
pub fn Statistics() -> impl IntoView {
    let session = Session::expect();
    let address = use_filter::<Question>();
    let question = Memo::new(move |_| {
        let asked = address.get();
        Question { region: asked.region.or_else(|| session.post().map(|post| post.region)), ..asked }
    });
    let resource = LocalResource::new(move || {
        let Question { region, from, to } = question.get();
        read_statistics(region.unwrap_or(RegionCode::NATION), from, to)
    });
    view! {
        <PageHead title="统计报表" />
        <Filters path=PATH>
            <input type="hidden" name="region" prop:value=move || address.get().region.map_or_else(String::new, Into::into) />
            <FilterInput name="from" label="发现日期从" kind="date" />
            <FilterInput name="to" label="发现日期至" kind="date" />
        </Filters>
        <Path question />
        {loaded(resource, move |rows| table(&rows, &question.get_untracked()))}
    }
}

/// The way from the current post's region to the one shown; each step leads back up.
#[component]
fn Path(question: Memo<Question>) -> impl IntoView {
    let session = Session::expect();
    let region = Memo::new(move |_| question.with(|question| question.region));
    let path = LocalResource::new(move || {
        let region = region.get();
        async move {
            match region {
                Some(region) => read_region_path(region).await.unwrap_or_default(),
                None => Vec::new(),
            }
        }
    });
    let steps = move || {
        let own = session.post().map(|post| post.region);
        let visible = path.get().unwrap_or_default().into_iter();
        let visible = visible.filter(|step| own.is_some_and(|own| own.includes(step.code)));
        visible.map(|step| view! { <li>{region_link(&step, &question.get())}</li> }).collect_view()
    };
    view! {
        <nav class="breadcrumbs" aria-label="统计区划">
            <ol>{steps}</ol>
        </nav>
    }
}

fn region_link(region: &Region, question: &Question) -> impl IntoView + use<> {
    let query = query_of(&Question { region: Some(region.code), ..question.clone() });
    view! {
        <a class="link" href=format!("{PATH}{query}")>
            {region.name.clone()}
        </a>
    }
}

const HEADS: [&str; 10] =
    ["区划", "企业数", "已检查", "覆盖率", "检查次数", "隐患数", "重大", "已整改", "整改率", "逾期"];

fn table(rows: &[RegionStatistics], question: &Question) -> AnyView {
    let Some(total) = total(rows, question.region) else {
        return view! { <Empty text="该区划下没有可统计的地区。" /> }.into_any();
    };
    let heads = HEADS.iter().enumerate().map(|(index, head)| {
        view! {
            <th scope="col" class=(index > 0).then_some("num")>
                {*head}
            </th>
        }
    });
    let body = rows.iter().map(|row| {
        // A county has no level below; its name is no link.
        let name = match row.region.code.level() {
            RegionLevel::County => row.region.name.clone().into_any(),
            _ => region_link(&row.region, question).into_any(),
        };
        line(row, name, question)
    });
    let body = body.collect_view();
    let foot = line(&total, "合计".into_any(), question);
    view! {
        <div class="ledger">
            <table class="table" aria-label="统计报表">
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{body}</tbody>
                <tfoot>{foot}</tfoot>
            </table>
        </div>
        <p class="muted">"覆盖率 = 已检查 ÷ 企业数；整改率 = 已整改 ÷ 隐患数。日期按隐患发现日和检查日计，企业数为当前数。"</p>
    }
    .into_any()
}

/// The sums of a whole region, from those of the level below; `None` where there are none.
pub fn total(rows: &[RegionStatistics], region: Option<RegionCode>) -> Option<RegionStatistics> {
    let code = region.unwrap_or(RegionCode::NATION);
    let sum = |pick: fn(&RegionStatistics) -> i64| rows.iter().map(pick).sum();
    (!rows.is_empty()).then(|| RegionStatistics {
        region: Region { code, name: "合计".into() },
        enterprises: sum(|row| row.enterprises),
        inspected: sum(|row| row.inspected),
        inspections: sum(|row| row.inspections),
        hazards: sum(|row| row.hazards),
        major: sum(|row| row.major),
        closed: sum(|row| row.closed),
        overdue: sum(|row| row.overdue),
    })
}

fn line(row: &RegionStatistics, name: AnyView, question: &Question) -> impl IntoView + use<> {
    let region = row.region.code;
    let period = query_of(&Question { region: Some(region), ..question.clone() });
    let link = |number: i64, address: String| {
        view! {
            <td class="num">
                <a class="link" href=address>
                    {count(number)}
                </a>
            </td>
        }
    };
    let rate = |value: Option<f64>| view! { <td class="num">{per_cent(value)}</td> };
    let enterprises = |narrowed: &str| format!("/console/enterprises?region={region}{narrowed}");
    let hazards = |narrowed: &str| format!("/console/hazards{period}{narrowed}");
    view! {
        <tr>
            <th scope="row">{name}</th>
            {link(row.enterprises, enterprises(""))}
            {link(row.inspected, enterprises("&is_inspected=true"))}
            {rate(row.coverage())}
            {link(row.inspections, format!("/console/inspections{period}"))}
            {link(row.hazards, hazards(""))}
            {link(row.major, hazards("&severity=major"))}
            {link(row.closed, hazards("&state=closed"))}
            {rate(row.cure_rate())}
            {link(row.overdue, hazards("&state=overdue"))}
        </tr>
    }
}

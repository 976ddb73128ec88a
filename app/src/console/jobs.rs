//! `/console/jobs` 后台任务: what the server does outside of requests, and what failed of it.

use super::head::PageHead;
use crate::{
    api::{
        ApiError,
        jobs::{list_jobs, retry_job},
    },
    ui::{
        format::count,
        page::{Empty, loaded},
        toast::use_toast,
    },
};
use domain::job::{JobList, JobRow, JobState};
use leptos::{prelude::*, task::spawn_local};

/// 后台任务: what waits, runs or failed for good.
#[component]
pub fn Jobs() -> impl IntoView {
    let resource = LocalResource::new(list_jobs);
    let refresh = Callback::new(move |()| resource.refetch());
    view! {
        <PageHead title="后台任务" />
        <p class="summary">"照片检验、定时清理等在后台完成；失败的任务会自动重试，多次失败后停下来等待处理。"</p>
        {loaded(resource, move |jobs| list(jobs, refresh))}
    }
}

fn list(jobs: JobList, refresh: Callback<()>) -> AnyView {
    let JobList { waiting, later, running, dead, photos_unreadable, rows, .. } = jobs;
    let sums = format!(
        "等待 {}，其中到期 {}；运行中 {}，失败 {}",
        count(waiting + later),
        count(waiting),
        count(running),
        count(dead)
    );
    let unreadable = (photos_unreadable > 0).then(|| {
        let told = format!("有 {} 张照片无法显示，列在操作日志的“照片检验”中。", count(photos_unreadable));
        view! { <p class="notice notice-bad">{told}</p> }
    });
    if rows.is_empty() {
        return view! { <Empty text="没有后台任务。" /> }.into_any();
    }
    let rows = rows.into_iter().map(|row| line(row, refresh)).collect_view();
    view! {
        <p role="status">{sums}</p>
        {unreadable}
        <div class="ledger">
            <table class="table" aria-label="后台任务">
                <thead>
                    <tr>
                        <th scope="col">"任务"</th>
                        <th scope="col">"状态"</th>
                        <th scope="col" class="num">
                            "次数"
                        </th>
                        <th scope="col">"提交时间"</th>
                        <th scope="col">"下次运行"</th>
                        <th scope="col" class="clip broad">
                            "失败原因"
                        </th>
                        <th scope="col" class="clip">
                            "对象编号"
                        </th>
                        <th scope="col">"操作"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(row: JobRow, refresh: Callback<()>) -> impl IntoView {
    let toast = use_toast();
    let title = row.title().to_owned();
    let JobRow { kind, key, state, tries, enqueued_at, run_at, error } = row;
    let next = if state == JobState::Waiting { run_at.to_string() } else { String::new() };
    let (shown_key, shown_error) = (key.clone(), error.clone());
    let whole_key = key.clone();
    let retry = move |_| {
        let (kind, key) = (kind.clone(), key.clone());
        spawn_local(async move {
            match retry_job(kind, key).await {
                Ok(()) => toast("已安排重试"),
                Err(ApiError(problem)) => toast(&problem.to_string()),
            }
            refresh.run(());
        });
    };
    // What failed is tried again at once on demand, also before its time.
    let has_failed = state == JobState::Dead || (state == JobState::Waiting && tries > 0);
    view! {
        <tr>
            <td>{title}</td>
            <td>{state.name()}</td>
            <td class="num">{tries}</td>
            <td>{enqueued_at.to_string()}</td>
            <td>{next}</td>
            <td class="clip broad">
                <span title=error>{shown_error}</span>
            </td>
            <td class="clip">
                <span title=whole_key>{shown_key}</span>
            </td>
            <td>
                {has_failed
                    .then(|| {
                        view! {
                            <button type="button" class="btn" on:click=retry>
                                "重试"
                            </button>
                        }
                    })}
            </td>
        </tr>
    }
}

//! 校验结果: how many rows can be taken, what is wrong with the others, and 确认导入.

use super::{Kind, Step, head};
use crate::{
    api::ApiError,
    console::head::Download,
    ui::{format::count, page::Empty},
};
use domain::{
    Problem,
    import::{ImportReport, ImportState, RowError, RowFault, SHOWN_ERRORS},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

/// The report, before and after it was written.
#[component]
pub fn ReportView(
    /// As it stands.
    report: ImportReport,
) -> impl IntoView {
    let report = RwSignal::new(report);
    let is_written = Memo::new(move |_| report.with(|report| report.state == ImportState::Written));
    let kind = Kind(report.with_untracked(|report| report.kind));
    view! {
        {move || head(kind, if is_written.get() { Step::Done } else { Step::Check })}
        {move || report.with(counts)}
        {move || {
            if is_written.get() {
                report.with(|report| done(report, kind)).into_any()
            } else {
                view! { <ConfirmImport report kind /> }.into_any()
            }
        }}
        {move || report.with(errors)}
        {move || report.with(preview)}
    }
}

/// 可导入 / 重复 / 错误
fn counts(report: &ImportReport) -> impl IntoView + use<> {
    let panel = |name: &'static str, number: i64| {
        view! {
            <div class="panel">
                <span class="muted">{name}</span>
                <p class="figure">{count(number)} <small>"行"</small></p>
            </div>
        }
    };
    view! {
        <section aria-label="校验结果">
            <h2 class="section-title">"校验结果"</h2>
            <p class="muted">{format!("{} · 共 {} 行 · {}", report.file_name, count(report.rows), report.at)}</p>
            <div class="panels">
                {panel("可导入", report.good)} {panel("重复", report.repeated)} {panel("错误", report.wrong)}
            </div>
        </section>
    }
}

/// 确认导入: writes all good rows at once.
#[component]
fn ConfirmImport(report: RwSignal<ImportReport>, kind: Kind) -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let confirm = move |_| {
        is_busy.set(true);
        problem.set(None);
        let id = report.with_untracked(|report| report.id);
        spawn_local(async move {
            match kind.confirm(id).await {
                // The page may have been left meanwhile.
                Ok(written) => {
                    report.try_set(written);
                }
                Err(ApiError(reason)) => {
                    problem.try_set(Some(match reason {
                        Problem::Unreachable => Problem::conflict(
                            "没有收到服务器的应答，导入可能仍在服务器上进行。请稍后点“查看结果”；重新确认也不会重复写入",
                        ),
                        reason => reason,
                    }));
                    is_busy.try_set(false);
                }
            }
        });
    };
    let look = move |_| {
        is_busy.set(true);
        let id = report.with_untracked(|report| report.id);
        spawn_local(async move {
            match kind.get(id).await {
                Ok(written) if written.state == ImportState::Written => {
                    report.try_set(written);
                }
                Ok(_) => {
                    problem.try_set(Some(Problem::conflict(
                        "还没有写入完成。请稍后再查看结果，或重新点“确认导入”，不会重复写入",
                    )));
                }
                Err(ApiError(reason)) => {
                    problem.try_set(Some(reason));
                }
            }
            is_busy.try_set(false);
        });
    };
    let good = move || report.with(|report| report.good);
    view! {
        <div class="page-actions">
            <button
                type="button"
                class="btn btn-primary"
                disabled=move || is_busy.get() || good() == 0
                on:click=confirm
            >
                "确认导入"
            </button>
            <Show when=move || problem.with(Option::is_some)>
                <button type="button" class="btn" disabled=move || is_busy.get() on:click=look>
                    "查看结果"
                </button>
            </Show>
            <ErrorWorkbook report />
            <A href=format!("/console/imports/{}", kind.0.code()) attr:class="btn">
                "重新选择文件"
            </A>
            <span class="muted">
                {move || match good() {
                    _ if is_busy.get() => "正在写入，行数多时可能要几分钟，离开本页也会继续…".to_owned(),
                    0 => "没有可导入的行，请按下面的原因修改后重新选择文件。".to_owned(),
                    good => format!("将一次写入 {} 行；重复和错误的行不写入，可修改后再次导入。", count(good)),
                }}
            </span>
        </div>
        <div role="alert">
            {move || problem.get().map(|problem| view! { <p class="notice notice-bad">{problem.to_string()}</p> })}
        </div>
    }
}

#[component]
fn ErrorWorkbook(report: RwSignal<ImportReport>) -> impl IntoView {
    let has_errors = move || report.with(|report| report.repeated + report.wrong > 0);
    let address = Signal::derive(move || report.with(|report| format!("/imports/{}/errors.xlsx", report.id)));
    view! {
        <Show when=has_errors>
            <Download href=address label="下载错误明细" />
        </Show>
    }
}

/// What was written, and where it is now.
fn done(report: &ImportReport, kind: Kind) -> impl IntoView + use<> {
    let (list, name) = kind.list();
    let rest = report.repeated + report.wrong;
    let rest = (rest > 0).then(|| format!("另有 {} 行没有写入，原因见下。", count(rest)));
    let id = report.id;
    view! {
        <div class="notice notice-good" role="status">
            <p>{format!("已导入 {} 行。", count(report.good))} {rest.clone()}</p>
            <div class="page-actions">
                <A href=list attr:class="btn btn-primary">
                    {format!("查看{name}")}
                </A>
                {rest
                    .map(|_| {
                        view! { <Download href=format!("/imports/{id}/errors.xlsx") label="下载错误明细" /> }
                    })}
            </div>
        </div>
    }
}

/// Row, column, value and reason of everything that is not taken.
fn errors(report: &ImportReport) -> Option<impl IntoView + use<>> {
    let total = report.repeated + report.wrong;
    let rows = report.errors.iter().map(error_row).collect_view();
    let shown = report.errors.len();
    // A row may be wrong in several places, so only a whole list is sure to be one.
    let is_whole = shown < SHOWN_ERRORS;
    let note = (!is_whole).then(|| format!("显示前 {shown} 处，全部见“下载错误明细”。"));
    (total > 0).then(|| {
        view! {
            <h2 class="section-title">"没有写入的行"</h2>
            {note.map(|note| view! { <p class="muted">{note}</p> })}
            <div class="ledger">
                <table class="table" aria-label="错误明细">
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                "行"
                            </th>
                            <th scope="col">"列"</th>
                            <th scope="col">"值"</th>
                            <th scope="col">"类别"</th>
                            <th scope="col">"原因"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    })
}

fn error_row(error: &RowError) -> impl IntoView + use<> {
    let fault = match error.fault {
        RowFault::Repeat => "重复",
        RowFault::Error => "错误",
    };
    view! {
        <tr>
            <td class="num">{error.row}</td>
            <td>{error.column.clone()}</td>
            <td>{error.value.clone()}</td>
            <td>{fault}</td>
            <td class="wrap">{error.reason.clone()}</td>
        </tr>
    }
}

/// The first good rows as they will be written (Q13, Q37).
fn preview(report: &ImportReport) -> AnyView {
    if report.preview.is_empty() {
        return view! { <Empty text="没有可导入的行。" /> }.into_any();
    }
    let heads = report.preview_columns.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let rows = report.preview.iter().map(|row| {
        let cells = row.iter().map(|cell| view! { <td>{cell.clone()}</td> }).collect_view();
        view! { <tr>{cells}</tr> }
    });
    view! {
        <h2 class="section-title">"可导入的行（预览）"</h2>
        <div class="ledger">
            <table class="table" aria-label="预览">
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

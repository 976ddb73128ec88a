//! `/console/imports/{kind}`: hand in a workbook; `/console/imports/{kind}/{id}`: what its check found, and 确认导入.

mod report;

use super::head::Download;
use crate::{
    api::{
        ApiError,
        imports::{confirm_enterprise_import, confirm_people_import, read_enterprise_import, read_people_import},
    },
    ui::{
        page::{Empty, loaded},
        query::encode,
        title::Title,
        upload::{FilePicker, post_file},
    },
};
use domain::{
    Problem,
    id::ImportId,
    import::{ImportKind, ImportReport},
};
use leptos::{prelude::*, task::spawn_local, web_sys};
use leptos_router::{
    NavigateOptions,
    components::A,
    hooks::{use_navigate, use_params_map},
};
use report::ReportView;

/// What differs between the two kinds.
#[derive(Clone, Copy, PartialEq)]
struct Kind(ImportKind);

impl Kind {
    fn title(self) -> &'static str {
        match self.0 {
            ImportKind::People => "导入人员",
            ImportKind::Enterprises => "导入企业",
        }
    }

    /// Where the rows are afterwards, and what that page is called.
    fn list(self) -> (&'static str, &'static str) {
        match self.0 {
            ImportKind::People => ("/console/people", "人员配置"),
            ImportKind::Enterprises => ("/console/enterprises", "企业信息配置"),
        }
    }

    async fn get(self, id: ImportId) -> Result<ImportReport, ApiError> {
        match self.0 {
            ImportKind::People => read_people_import(id).await,
            ImportKind::Enterprises => read_enterprise_import(id).await,
        }
    }

    async fn confirm(self, id: ImportId) -> Result<ImportReport, ApiError> {
        match self.0 {
            ImportKind::People => confirm_people_import(id).await,
            ImportKind::Enterprises => confirm_enterprise_import(id).await,
        }
    }
}

/// The kind in the address.
fn use_kind() -> Memo<Option<Kind>> {
    let params = use_params_map();
    Memo::new(move |_| {
        let code = params.with(|params| params.get("kind")).unwrap_or_default();
        [ImportKind::People, ImportKind::Enterprises].into_iter().find(|kind| kind.code() == code).map(Kind)
    })
}

/// A step of the import; the page shows all three and where one is.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    File,
    Check,
    Done,
}

fn head(kind: Kind, now: Step) -> impl IntoView {
    let steps = [(Step::File, "选择文件"), (Step::Check, "校验结果"), (Step::Done, "导入完成")];
    let steps = steps.map(|(step, name)| view! { <li aria-current=(step == now).then_some("step")>{name}</li> });
    let (list, name) = kind.list();
    view! {
        <Title text=kind.title() />
        <header class="page-head">
            <h1>{kind.title()}</h1>
            <div class="page-actions">
                <A href=list attr:class="btn">
                    {format!("返回{name}")}
                </A>
            </div>
        </header>
        <ol class="steps-line">{steps.collect_view()}</ol>
    }
}

/// Hand in a workbook.
#[component]
pub fn ImportFile() -> impl IntoView {
    let kind = use_kind();
    move || match kind.get() {
        Some(kind) => view! { <HandIn kind /> }.into_any(),
        None => view! { <Empty text="没有这种导入。请从“人员配置”或“企业信息配置”进入。" /> }.into_any(),
    }
}

#[component]
fn HandIn(kind: Kind) -> impl IntoView {
    let navigate = use_navigate();
    let is_busy = RwSignal::new(false);
    let progress = RwSignal::new(0.0);
    let problem = RwSignal::new(None::<Problem>);
    let code = kind.0.code();
    let take = Callback::new(move |file: web_sys::File| {
        is_busy.set(true);
        progress.set(0.0);
        problem.set(None);
        let navigate = navigate.clone();
        spawn_local(async move {
            let address = format!("/imports/{code}?name={}", encode(&file.name()));
            match post_file::<ImportReport>(&address, &file, progress).await {
                Ok(report) => {
                    navigate(&format!("/console/imports/{code}/{}", report.id), NavigateOptions::default());
                }
                Err(reason) => {
                    problem.set(Some(reason));
                    is_busy.set(false);
                }
            }
        });
    });
    view! {
        {head(kind, Step::File)}
        <section class="panel form">
            <p>
                {format!("请使用“{}”填写。选择文件后先逐行校验，列出每一处问题；点“确认导入”之前不写入任何数据。", kind.0.template_name())}
            </p>
            <div class="page-actions">
                <Download href=format!("/templates/{code}.xlsx") label="下载模板" />
            </div>
            <FilePicker label="选择文件" accept=".xlsx,.ods" on_file=take is_busy progress />
            <div role="alert">
                {move || problem.get().map(|problem| view! { <p class="notice notice-bad">{problem.to_string()}</p> })}
            </div>
        </section>
    }
}

/// What the check of a workbook found.
#[component]
pub fn ImportResult() -> impl IntoView {
    let kind = use_kind();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default().parse::<ImportId>().ok());
    let resource = LocalResource::new(move || {
        let (kind, id) = (kind.get(), id.get());
        async move {
            match (kind, id) {
                (Some(kind), Some(id)) => kind.get(id).await,
                _ => Err(Problem::not_found("导入记录").into()),
            }
        }
    });
    loaded(resource, |report| view! { <ReportView report /> })
}

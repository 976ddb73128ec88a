//! 采纳, 改归属 and 退回.

use super::{PATH, Refresh};
use crate::{
    api::{
        ApiError,
        enterprises::list_enterprises,
        operations::{accept_operation, move_operation, return_operation},
    },
    ui::{
        dialog::{FormDialog, submit_action},
        form::{SelectField, TextField, choose_listed},
        page::ProblemView,
        reading::Reading,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    enterprise::{EnterpriseFilter, EnterpriseRow},
    id::EnterpriseId,
    operation::HeldRow,
    page::Page,
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// What the office decides.
#[derive(Clone, Copy, PartialEq)]
enum Decision {
    Accept,
    Move,
    Return,
}

impl Decision {
    fn name(self) -> &'static str {
        match self {
            Self::Accept => "采纳",
            Self::Move => "改归属",
            Self::Return => "退回",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Accept => "已采纳",
            Self::Move => "已改归属",
            Self::Return => "已退回",
        }
    }
}

/// The fields that show their own problems.
const FIELDS: &[&str] = &["归属企业", "退回原因"];

/// A button for each decision, and its dialog.
#[component]
pub fn Decisions(
    /// The operation; its kind decides what is offered.
    row: HeldRow,
    /// Reads anew what the sheet shows: a refusal may mean that another decided first.
    again: Callback<()>,
) -> impl IntoView {
    let Refresh(refresh) = expect_context::<Refresh>();
    let on_refused = Callback::new(move |()| {
        refresh.run(());
        again.run(());
    });
    let open = RwSignal::new(None::<Decision>);
    let offered = [Decision::Accept, Decision::Move, Decision::Return];
    let buttons = offered.into_iter().filter(|decision| *decision != Decision::Move || row.can_move());
    let buttons = buttons.map(|decision| {
        view! {
            <button type="button" class="btn" on:click=move |_| open.set(Some(decision))>
                {decision.name()}
            </button>
        }
    });
    let buttons = buttons.collect_view();
    let row = StoredValue::new(row);
    view! {
        <div class="actions">{buttons}</div>
        {move || {
            open.get()
                .map(|decision| {
                    let on_close = move || open.set(None);
                    view! { <DecisionForm decision row=row.get_value() on_refused on_close /> }
                })
        }}
    }
}

#[component]
fn DecisionForm(
    decision: Decision,
    row: HeldRow,
    on_refused: Callback<()>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let Refresh(refresh) = expect_context::<Refresh>();
    let navigate = StoredValue::new(use_navigate());
    let id = row.operation;
    let chosen = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::new());
    let submit = submit_action(move || {
        let (chosen, reason) = (chosen.get_untracked(), reason.get_untracked());
        async move {
            match decision {
                Decision::Accept => accept_operation(id).await?,
                Decision::Move => {
                    let enterprise = chosen.parse::<EnterpriseId>();
                    let enterprise = enterprise.map_err(|_| Problem::invalid("归属企业", "请选择归属企业"))?;
                    move_operation(id, enterprise).await?;
                }
                Decision::Return => return_operation(id, reason).await?,
            }
            toast(decision.done());
            // The sheet is about what no longer waits. The page may have been left meanwhile.
            refresh.try_run(());
            navigate.try_with_value(|navigate| navigate(PATH, leptos_router::NavigateOptions::default()));
            Ok(())
        }
    });
    let content = match decision {
        Decision::Accept => view! { <p>"采纳后按填写的内容入账。待处理原因：" {row.reason.text}</p> }.into_any(),
        Decision::Move => view! { <EnterpriseField chosen problems /> }.into_any(),
        Decision::Return => view! {
            <TextField label="退回原因" value=reason hint="填写人会看到，并可修改后重新提交" problems />
        }
        .into_any(),
    };
    view! {
        <FormDialog
            title=format!("{}：{}", decision.name(), row.title)
            verb=decision.name()
            is_final=decision == Decision::Return
            submit_action=submit
            on_refused
            on_close
            problems
            fields=FIELDS
        >
            {content}
            <p class="muted">"本次处理会记入操作日志。"</p>
        </FormDialog>
    }
}

/// Any enterprise of the caller's area, searched by name, address or code.
#[component]
fn EnterpriseField(chosen: RwSignal<String>, problems: RwSignal<Vec<Problem>>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = Reading::new(move || {
        let filter = EnterpriseFilter { text: text.get(), ..EnterpriseFilter::default() };
        list_enterprises(filter, None)
    });
    let rows = move || found.get().and_then(Result::ok).map(|page| page.rows).unwrap_or_default();
    let options = Signal::derive(move || rows().iter().map(option).collect::<Vec<_>>());
    choose_listed(options, chosen);
    let beyond = move || match found.get()? {
        Ok(Page { rows, next }) => {
            let words = format!("符合的企业较多，只列出前 {} 家，请输入更多文字缩小范围。", rows.len());
            next.is_some().then(|| view! { <p class="notice notice-warn">{words}</p> }.into_any())
        }
        Err(ApiError(problem)) => Some(view! { <ProblemView problem retry=move || found.again() /> }.into_any()),
    };
    view! {
        <TextField label="搜索企业" kind="search" value=text hint="输入名称、住所或信用代码查找" />
        {beyond}
        <SelectField label="归属企业" options value=chosen problems />
    }
}

fn option(row: &EnterpriseRow) -> (String, String) {
    (row.id.to_string(), format!("{}（{}）", row.name, row.address))
}

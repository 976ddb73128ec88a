//! What may be done with a hazard now, as the server says: a button for each act, and its short form.

use crate::{
    api::{
        ApiError,
        hazards::{
            change_severity, extend_hazard, reassign_hazard, reopen_hazard, review_hazard, search_officers,
            transfer_hazard, void_hazard,
        },
    },
    ui::{
        dialog::{FormDialog, submit_action},
        form::{SelectField, TextField, choose_listed},
        fresh::fresh_id,
        options::{severities, use_departments},
        page::ProblemView,
        patience::within,
        reading::Reading,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    code::Lenient,
    hazard::{Act, HazardDetail, Officers, Severity},
    id::{EventId, HazardId, PersonId},
    person::{Colleague, DepartmentCode},
};
use leptos::prelude::*;

/// The fields that show their own problems.
const FIELDS: &[&str] = &["整治责任人", "整改期限", "责任部门", "隐患级别", "复核意见", "复核结果", "原因"];

/// The buttons; nothing for those who may do nothing. A cure has a form of its own, on the phone.
#[component]
pub fn Acts(
    /// With what the caller may do, which decides on the buttons.
    detail: HazardDetail,
    /// Called with what it is after an act.
    on_change: Callback<HazardDetail>,
    /// Called after an act that was refused: somebody else may have been faster, and what is shown be out of date.
    on_refused: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(None::<Act>);
    let has_form = |act: &Act| !matches!(act, Act::Cure | Act::Add | Act::OrderSupervision | Act::LiftSupervision);
    let buttons = detail.may.iter().filter_map(Lenient::known).filter(has_form).map(|act| {
        view! {
            <button type="button" class="btn" on:click=move |_| open.set(Some(act))>
                {act.name()}
            </button>
        }
    });
    let buttons = buttons.collect_view();
    let detail = StoredValue::new(detail);
    view! {
        <div class="actions">{buttons}</div>
        {move || {
            open.get()
                .map(|act| {
                    let on_close = move || open.set(None);
                    view! { <ActForm act detail=detail.get_value() on_change on_refused on_close /> }
                })
        }}
    }
}

#[component]
fn ActForm(
    act: Act,
    detail: HazardDetail,
    on_change: Callback<HazardDetail>,
    on_refused: Callback<()>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let id = detail.hazard.id;
    // Sent twice, it happens once; what is sent after a change is something else.
    let event = StoredValue::new((EventId(fresh_id()), None::<(String, String)>));
    let event_of = move |sent: &(String, String)| {
        event
            .try_update_value(|(event, last)| {
                if last.as_ref().is_some_and(|last| last != sent) {
                    *event = EventId(fresh_id());
                }
                *last = Some(sent.clone());
                *event
            })
            .unwrap_or_else(|| EventId(fresh_id()))
    };
    let to = RwSignal::new(match act {
        Act::Extend => detail.hazard.due_on.to_string(),
        _ => String::new(),
    });
    let reason = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::new());
    let submit = submit_action(move || {
        let sent = (to.get_untracked(), reason.get_untracked());
        let event = event_of(&sent);
        let (to, reason) = sent;
        async move {
            let call = async {
                let detail = match act {
                    Act::Reassign => {
                        let to = to.parse::<PersonId>().map_err(|_| missing("整治责任人"))?;
                        reassign_hazard(event, id, to).await?
                    }
                    Act::Extend => {
                        extend_hazard(event, id, to.parse().map_err(|_| missing("整改期限"))?, reason).await?
                    }
                    Act::Transfer => transfer_hazard(event, id, DepartmentCode(to), reason).await?,
                    Act::ChangeSeverity => {
                        let severity = match to.as_str() {
                            "major" => Severity::Major,
                            "general" => Severity::General,
                            _ => return Err(missing("隐患级别").into()),
                        };
                        change_severity(event, id, severity, reason).await?
                    }
                    Act::Review => match to.as_str() {
                        "" => return Err(missing("复核结果").into()),
                        to => review_hazard(event, id, to == "true", reason).await?,
                    },
                    Act::Void => void_hazard(event, id, reason).await?,
                    _ => reopen_hazard(event, id, reason).await?,
                };
                Ok::<_, ApiError>(detail)
            };
            let detail = within(call).await?;
            toast("已保存");
            // The page may have been left meanwhile.
            on_change.try_run(detail);
            Ok(())
        }
    });
    let field = match act {
        Act::Reassign => view! { <OfficerField hazard=id officer=to problems /> }.into_any(),
        Act::Extend => view! { <TextField label="整改期限" kind="date" value=to problems /> }.into_any(),
        Act::Transfer => {
            view! { <SelectField label="责任部门" options=use_departments() value=to problems /> }.into_any()
        }
        Act::ChangeSeverity => {
            view! { <SelectField label="隐患级别" options=severities() value=to problems /> }.into_any()
        }
        Act::Review => {
            let options = vec![("true".to_owned(), "通过".to_owned()), ("false".to_owned(), "退回".to_owned())];
            view! { <SelectField label="复核结果" options value=to problems /> }.into_any()
        }
        _ => ().into_any(),
    };
    let label = match act {
        Act::Reassign => None,
        Act::Review => Some(("复核意见", "退回时必填")),
        _ => Some(("原因", "")),
    };
    view! {
        <FormDialog
            title=act.name()
            verb="确定"
            is_final=act == Act::Void
            submit_action=submit
            on_refused
            on_close
            problems
            fields=FIELDS
        >
            {field}
            {label.map(|(label, hint)| view! { <TextField label value=reason hint problems /> })}
            <p class="muted">"本次变更会记入隐患经过和操作日志。"</p>
        </FormDialog>
    }
}

fn missing(field: &'static str) -> Problem {
    Problem::invalid(field, format!("请选择{field}"))
}

/// Any inspector of the hazard's place, searched by name.
#[component]
fn OfficerField(hazard: HazardId, officer: RwSignal<String>, problems: RwSignal<Vec<Problem>>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = Reading::new(move || {
        let text = text.get();
        async move { within(search_officers(hazard, text)).await }
    });
    let people = move || found.get().and_then(Result::ok).unwrap_or_default().people;
    let options = Signal::derive(move || people().iter().map(option).collect::<Vec<_>>());
    choose_listed(options, officer);
    let beyond = move || match found.get()? {
        Ok(Officers { people, total }) => {
            let is_cut = i64::try_from(people.len()).is_ok_and(|listed| listed < total);
            let words = format!("符合的共 {total} 人，只列出前 {} 人，请输入姓名缩小范围。", people.len());
            is_cut.then(|| view! { <p class="notice notice-warn">{words}</p> }.into_any())
        }
        Err(problem) => Some(view! { <ProblemView problem retry=move || found.again() /> }.into_any()),
    };
    view! {
        <TextField label="搜索人员" kind="search" value=text hint="本地在岗检查员；人多时输入姓名查找" />
        {beyond}
        <SelectField label="整治责任人" options value=officer problems />
    }
}

fn option(person: &Colleague) -> (String, String) {
    (person.id.to_string(), format!("{}（{}）", person.name, person.department.name))
}

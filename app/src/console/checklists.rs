//! `/console/checklists` 检查清单: what is asked of each type of enterprise, and on which legal basis.

use super::head::PageHead;
use crate::{
    api::checklists::list_checklists,
    ui::{
        badge::SeverityBadge,
        options::use_departments,
        page::{Empty, loaded},
    },
};
use domain::checklist::{Checklist, ChecklistItem};
use leptos::prelude::*;

/// 检查清单: the current items of a type.
#[component]
pub fn Checklists() -> impl IntoView {
    let resource = LocalResource::new(list_checklists);
    let departments = use_departments();
    view! {
        <PageHead title="检查清单" />
        <p class="summary">"每种企业类型一份清单；隐患级别和责任部门是登记隐患时的默认值。"</p>
        {loaded(
            resource,
            move |lists| {
                if lists.is_empty() {
                    return view! { <Empty text="还没有检查清单。" /> }.into_any();
                }
                lists.into_iter().map(|list| list_view(list, departments)).collect_view().into_any()
            },
        )}
    }
}

fn list_view(list: Checklist, departments: Signal<Vec<(String, String)>>) -> impl IntoView {
    let name = list.enterprise_type.name().into_owned();
    let note = format!("第 {} 版 · {} 项", list.version, list.items.len());
    let is_open = RwSignal::new(false);
    let items = StoredValue::new(list.items);
    view! {
        <details class="fold" on:toggle=move |_| is_open.update(|is_open| *is_open = !*is_open)>
            <summary>{name.clone()} " " <span class="muted">{note}</span></summary>
            <Show when=move || is_open.get()>
                <div class="ledger">
                    <table class="table" aria-label=name.clone()>
                        <thead>
                            <tr>
                                <th scope="col">"编号"</th>
                                <th scope="col">"检查项"</th>
                                <th scope="col">"检查依据"</th>
                                <th scope="col">"隐患级别"</th>
                                <th scope="col">"责任部门"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {items
                                .get_value()
                                .into_iter()
                                .map(|item| item_view(item, departments))
                                .collect_view()}
                        </tbody>
                    </table>
                </div>
            </Show>
        </details>
    }
}

fn item_view(item: ChecklistItem, departments: Signal<Vec<(String, String)>>) -> impl IntoView {
    let code = item.department.0;
    let department = move || {
        departments.with(|known| {
            known.iter().find(|(known, _)| *known == code).map_or_else(|| code.clone(), |(_, name)| name.clone())
        })
    };
    view! {
        <tr>
            <td>{item.code.0}</td>
            <td>{item.text}</td>
            <td class="muted">{item.basis}</td>
            <td>
                <SeverityBadge severity=item.severity />
            </td>
            <td>{department}</td>
        </tr>
    }
}

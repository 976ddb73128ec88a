//! The menu on the left: groups and entries in the words of the requirements.

use crate::ui::session::Session;
use domain::action::Action;
use leptos::prelude::*;
use leptos_router::components::A;

/// A group's title, and path, name and necessary right of each entry.
type Group = (&'static str, &'static [(&'static str, &'static str, Action)]);

const GROUPS: &[Group] = &[
    (
        "基础信息",
        &[
            ("/console/people", "人员配置", Action::ReadPeople),
            ("/console/enterprises", "企业信息配置", Action::ReadEnterprises),
        ],
    ),
    (
        "安全检查",
        &[
            ("/console/inspections", "检查记录", Action::ReadInspections),
            ("/console/hazards", "隐患台账", Action::ReadHazards),
            ("/console/held", "待处理", Action::ReadHeld),
        ],
    ),
    ("统计分析", &[("/console/statistics", "统计报表", Action::ReadStatistics)]),
    (
        "系统管理",
        &[
            ("/console/checklists", "检查清单", Action::ReadChecklists),
            ("/console/audit", "操作日志", Action::ReadAudit),
            ("/console/jobs", "后台任务", Action::ReadJobs),
        ],
    ),
];

/// The menu; entries that the current post may not open are left out.
#[component]
pub fn Menu() -> impl IntoView {
    let session = Session::expect();
    view! {
        <nav class="sidebar" aria-label="主菜单">
            <p class="brand">"燃安"</p>
            <ul>
                <li>
                    <A href="/console" exact=true>
                        "概览"
                    </A>
                </li>
            </ul>
            {move || GROUPS.iter().map(|group| group_view(session, group)).collect_view()}
        </nav>
    }
}

fn group_view(session: Session, (title, entries): &'static Group) -> Option<impl IntoView> {
    let entries: Vec<_> = entries.iter().filter(|(_, _, action)| session.may(*action)).collect();
    (!entries.is_empty()).then(|| {
        view! {
            <section>
                <h2>{*title}</h2>
                <ul>
                    {entries
                        .into_iter()
                        .map(|(path, name, _)| {
                            view! {
                                <li>
                                    <A href=*path>{*name}</A>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </section>
        }
    })
}

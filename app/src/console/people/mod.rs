//! `/console/people` 人员配置: people and their posts in one's area.

mod delete;
mod form;
mod phone;

use super::head::{Download, PageHead};
use crate::{
    api::people::list_people,
    ui::{
        filters::{FilterInput, FilterRegion, FilterSelect, Filters},
        listing::Listing,
        options::{roles, use_departments},
        page::Empty,
        query::use_filter,
        session::Session,
        table::{Column, Table},
    },
};
use delete::DeletePerson;
use domain::person::{Person, PersonFilter, Post};
use form::{AddPerson, EditPerson};
use leptos::prelude::*;
use leptos_router::components::A;
use phone::Phone;

const PATH: &str = "/console/people";

/// What is being done to whom.
#[derive(Clone)]
enum Task {
    Add,
    Edit(Person),
    Delete(Person),
}

/// 人员配置: people who hold posts in the area.
#[component]
pub fn People() -> impl IntoView {
    let session = Session::expect();
    let listing = Listing::new(use_filter::<PersonFilter>(), list_people);
    let task = RwSignal::new(None::<Task>);
    let done = Callback::new(move |()| listing.reload());
    let close = Callback::new(move |()| task.set(None));
    let form = move || {
        task.get().map(|task| match task {
            Task::Add => view! { <AddPerson on_done=done on_close=close /> }.into_any(),
            Task::Edit(person) => view! { <EditPerson person on_done=done on_close=close /> }.into_any(),
            Task::Delete(person) => view! { <DeletePerson person on_done=done on_close=close /> }.into_any(),
        })
    };
    view! {
        <PageHead title="人员配置">
            <Download href="/templates/people.xlsx".to_owned() label="下载模板" />
            <A href="/console/imports/people" attr:class="btn">
                "导入"
            </A>
            <button type="button" class="btn btn-primary" on:click=move |_| task.set(Some(Task::Add))>
                "增加"
            </button>
        </PageHead>
        <Filters path=PATH>
            <FilterRegion />
            <FilterSelect name="role" label="岗位" options=roles() />
            <FilterSelect name="department" label="人员归属部门" options=use_departments() />
            <FilterInput name="text" label="关键字" placeholder="姓名，或完整手机号" />
        </Filters>
        <Table
            name="人员配置"
            columns=columns(session, task)
            listing
            row_id=|person: &Person| person.id.to_string()
            empty=|| {
                view! {
                    <Empty text="没有符合条件的人员。可以放宽查询条件，或点“增加”“导入”添加人员。" />
                }
                    .into_any()
            }
        />
        {form}
    }
}

fn columns(session: Session, task: RwSignal<Option<Task>>) -> Vec<Column<Person>> {
    vec![
        Column::new("姓名", |person: &Person| person.name.clone()),
        Column::new("手机号", |person: &Person| view! { <Phone person=person.clone() /> }),
        Column::new("人员归属部门", |person: &Person| person.department.name.clone()),
        Column::new("是否内部人员", |person: &Person| if person.is_internal { "是" } else { "否" }),
        Column::new("岗位", |person: &Person| titles(&person.posts)),
        Column::new("操作", move |person: &Person| actions(session, person, task)),
    ]
}

/// The posts, by their titles.
fn titles(posts: &[Post]) -> String {
    posts.iter().map(Post::title).collect::<Vec<_>>().join("、")
}

/// The posts of a person that the current post may withdraw.
fn managed(session: Session, person: &Person) -> Vec<Post> {
    let Some(own) = session.post() else { return Vec::new() };
    person.posts.iter().filter(|post| own.manages(post.role.clone(), post.region)).cloned().collect()
}

/// 编辑 and 删除, where the current post manages one of the person's posts.
fn actions(session: Session, person: &Person, task: RwSignal<Option<Task>>) -> impl IntoView + use<> {
    let may = !untrack(|| managed(session, person)).is_empty();
    let (edited, deleted) = (person.clone(), person.clone());
    may.then(|| {
        view! {
            <button type="button" class="btn btn-link" on:click=move |_| task.set(Some(Task::Edit(edited.clone())))>
                "编辑"
            </button>
            <button type="button" class="btn btn-link" on:click=move |_| task.set(Some(Task::Delete(deleted.clone())))>
                "删除"
            </button>
        }
    })
}

//! 增加 and 编辑 a person.

use super::managed;
use crate::{
    api::{
        dictionary::list_regions,
        people::{add_person, edit_person},
    },
    ui::{
        dialog::{FormDialog, submit_action},
        form::{SelectField, TextField},
        fresh::fresh_id,
        options::{Choices, use_departments, yes_or_no},
        session::Session,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    id::{PersonId, PostId},
    person::{DepartmentCode, Identity, NewPost, Person, PersonEntry, Post, PostCorrection, Role, parse_name},
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["姓名", "手机号", "人员归属部门", "是否内部人员", "岗位"];

/// What the form's fields hold.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    phone: RwSignal<String>,
    department: RwSignal<String>,
    is_internal: RwSignal<String>,
}

impl Draft {
    fn of(person: Option<&Person>) -> Self {
        let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
        Self {
            name: text(person.map(|person| person.name.clone())),
            phone: text(None),
            department: text(person.map(|person| person.department.code.0.clone())),
            is_internal: text(Some(person.is_none_or(|person| person.is_internal).to_string())),
        }
    }

    fn entry(self) -> Result<PersonEntry, Problem> {
        let department = self.department.get_untracked();
        if department.is_empty() {
            return Err(Problem::invalid("人员归属部门", "请选择人员归属部门"));
        }
        Ok(PersonEntry {
            name: parse_name(&self.name.get_untracked())?,
            phone: self.phone.get_untracked(),
            department: DepartmentCode(department),
            is_internal: self.is_internal.get_untracked() == "true",
        })
    }
}

#[component]
fn DraftFields(
    draft: Draft,
    problems: RwSignal<Vec<Problem>>,
    #[prop(optional, into)] phone_hint: String,
) -> impl IntoView {
    view! {
        <TextField label="姓名" value=draft.name problems />
        <TextField label="手机号" kind="tel" value=draft.phone hint=phone_hint problems />
        <SelectField label="人员归属部门" options=use_departments() value=draft.department problems />
        <SelectField
            label="是否内部人员"
            options=yes_or_no()
            value=draft.is_internal
            hint="外请专家选“否”，归属部门选邀请其参加的部门"
            problems
        />
    }
}

/// 增加: a person with a post; a number that is there already gets the post in addition (Q39).
#[component]
pub fn AddPerson(
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let draft = Draft::of(None);
    let post = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::new());
    let posts = use_openable_posts();
    // Asked once the server has said that a deleted person had the number.
    let identity = RwSignal::new(String::new());
    let is_asked = RwSignal::new(false);
    Effect::new(move || {
        if problems.with(|problems| problems.iter().any(|problem| matches!(problem, Problem::FormerPerson { .. }))) {
            is_asked.set(true);
        }
    });
    // Where only one can be opened, as in a county, it is chosen already.
    Effect::new(move || {
        if let [(only, _)] = posts.get().as_slice() {
            post.set(only.clone());
        }
    });
    // Made once: sent twice, it is the same person.
    let (person_id, post_id) = (PersonId(fresh_id()), PostId(fresh_id()));
    let add = submit_action(move || {
        let entry = draft.entry();
        let post = parse_post(post_id, &post.get_untracked());
        let identity = Identity::ALL.into_iter().find(|known| known.name() == identity.get_untracked());
        async move {
            add_person(person_id, entry?, post?, identity).await?;
            toast("已增加人员");
            on_done.run(());
            Ok(())
        }
    });
    view! {
        <FormDialog title="增加人员" verb="确定" submit_action=add on_refused=on_done on_close problems fields=FIELDS>
            <DraftFields draft problems phone_hint="手机号已登记的，将为该人员增加岗位" />
            <SelectField label="岗位" options=posts value=post problems />
            <Show when=move || is_asked.get()>
                <SelectField
                    label="与原登记人员"
                    options=identities()
                    value=identity
                    hint="同一人：恢复其原有的账号和检查、隐患记录，并改为此处的姓名。另一人：号码已换人，原人员的记录不变"
                    problems
                />
            </Show>
        </FormDialog>
    }
}

/// 编辑 (Q15, Q34).
#[component]
pub fn EditPerson(
    /// As the list last had it; its masked number is not filled in.
    person: Person,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let draft = Draft::of(Some(&person));
    let problems = RwSignal::new(Vec::new());
    let own = untrack(|| managed(Session::expect(), &person));
    let corrected: Vec<_> =
        own.into_iter().map(|post| (RwSignal::new(value_of(&post)), PostId(fresh_id()), post)).collect();
    let choices = use_openable_posts();
    let fields = corrected.iter().map(|(value, _, post)| {
        let label = format!("岗位（{}）", post.title());
        view! { <SelectField label options=choices value=*value problems /> }
    });
    let fields = fields.collect_view();
    let hint = format!("不修改请留空（当前 {}）", person.phone_masked);
    let (id, seen) = (person.id, person);
    let edit = submit_action(move || {
        let entry = draft.entry();
        let changed = corrected.iter().filter(|(value, _, post)| value.get_untracked() != value_of(post));
        let corrections = changed.map(|(value, id, post)| {
            Ok(PostCorrection { wrong: post.id, right: parse_post(*id, &value.get_untracked())? })
        });
        let corrections = corrections.collect::<Result<Vec<_>, Problem>>();
        let seen = seen.clone();
        async move {
            edit_person(id, entry?, corrections?, Some(seen)).await?;
            toast("已保存");
            on_done.run(());
            Ok(())
        }
    });
    view! {
        <FormDialog title="编辑人员" verb="保存" submit_action=edit on_refused=on_done on_close problems fields=FIELDS>
            <DraftFields draft problems phone_hint=hint />
            {fields}
            <p class="form-hint">
                "岗位开错时在此更正：原岗位撤销，同时开通正确的岗位，已登录的设备随之切换。在原岗位完成的检查和隐患记录不变。"
            </p>
        </FormDialog>
    }
}

/// The posts that the current post may open: inspectors of its place, administrators of the level below (Q6–Q9).
fn use_openable_posts() -> Signal<Choices> {
    let own = untrack(|| Session::expect().post());
    let region = own.as_ref().map(|post| post.region);
    let below = LocalResource::new(move || async move {
        match region {
            Some(region) if region.level().below().is_some() => list_regions(region).await.unwrap_or_default(),
            _ => Vec::new(),
        }
    });
    Signal::derive(move || {
        let own =
            own.iter().map(|post| (format!("inspector:{}", post.region), format!("{} · 检查员", post.region_name)));
        let below = below.get().unwrap_or_default().into_iter();
        let below = below.map(|region| (format!("administrator:{}", region.code), format!("{} · 管理员", region.name)));
        own.chain(below).collect()
    })
}

/// A post as the options name it.
fn value_of(post: &Post) -> String {
    let role = if post.role == Role::Administrator { "administrator" } else { "inspector" };
    format!("{role}:{}", post.region)
}

fn identities() -> Choices {
    Identity::ALL.map(|identity| (identity.name().to_owned(), identity.name().to_owned())).into()
}

fn parse_post(id: PostId, value: &str) -> Result<NewPost, Problem> {
    let missing = || Problem::invalid("岗位", "请选择岗位");
    let (role, region) = value.split_once(':').ok_or_else(missing)?;
    let role = if role == "administrator" { Role::Administrator } else { Role::Inspector };
    Ok(NewPost { id, role, region: region.parse().map_err(|_| missing())? })
}

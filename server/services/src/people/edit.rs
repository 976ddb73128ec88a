//! Corrects people and withdraws posts (Q15, Q34).

use super::{add::taken, entry, read, visible};
use crate::{
    Permit,
    actions::{DeletePerson, EditPerson},
    login::revoke,
    permit::internal,
};
use domain::{
    Problem,
    id::{PersonId, PostId},
    person::{Person, PersonEntry, Post},
};
use store::people::PersonRecord;

/// Corrects a person; an empty phone number stays as it is. A changed number ends the person's sessions.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when the person also holds a post that is out of the caller's reach;
/// [`Problem::Invalid`] on the field that is wrong.
pub async fn edit(mut permit: Permit<EditPerson>, id: PersonId, entry: PersonEntry) -> Result<Person, Problem> {
    let own = permit.post()?.clone();
    let (known, posts) = visible(&mut permit.tx, own.region, id).await?;
    if let Some(other) = posts.iter().find(|post| !reaches(&own, post)) {
        let message = format!("该人员还持有岗位“{}”，不归当前岗位管理，请联系该岗位的上级管理员修改", other.title());
        return Err(Problem::conflict(message));
    }
    let parsed = entry::parse(&mut permit.tx, &entry, Some(&known.phone)).await?;
    let updated = store::people::update(&mut permit.tx, id, parsed.fields()).await;
    updated.map_err(|error| taken(error, || Problem::invalid("手机号", "该手机号已属于其他人员，请核对")))?;
    if parsed.phone != known.phone {
        revoke(&mut permit.tx, id, &known.phone).await?;
    }
    let answer = read(&mut permit.tx, id).await?;
    permit.commit(&known.name, &difference(&known, &parsed.record(id))).await?;
    Ok(answer)
}

/// Whether the caller may change the account behind this post: it manages the post, or the post lies below its place,
/// where it manages those who manage it. A new phone number hands the whole account over, so every post counts.
fn reaches(own: &Post, post: &Post) -> bool {
    own.manages(post.role, post.region) || own.region != post.region && own.region.includes(post.region)
}

/// What changed, in words; a number is not named.
fn difference(before: &PersonRecord, after: &PersonRecord) -> String {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(format!("姓名：{} → {}", before.name, after.name));
    }
    if before.phone != after.phone {
        changes.push("手机号已变更".to_owned());
    }
    if before.department != after.department {
        changes.push(format!("人员归属部门：{} → {}", before.department.name, after.department.name));
    }
    if before.is_internal != after.is_internal {
        changes.push(format!("是否内部人员：{}", if after.is_internal { "否 → 是" } else { "是 → 否" }));
    }
    changes.join("；")
}

/// Withdraws posts; a person without any is deleted and signed out. Records go on naming the person.
///
/// # Errors
/// [`Problem::NotFound`], also for a post that is not the person's; [`Problem::Conflict`] for oneself and for posts
/// that the caller's post does not manage.
pub async fn delete(mut permit: Permit<DeletePerson>, id: PersonId, posts: Vec<PostId>) -> Result<(), Problem> {
    let own = permit.post()?.clone();
    if id == permit.person() {
        return Err(Problem::conflict("不能删除自己的岗位，请由上级管理员操作"));
    }
    if posts.is_empty() {
        return Err(Problem::invalid("岗位", "请选择要删除的岗位"));
    }
    store::people::lock(&mut permit.tx, id).await.map_err(internal)?;
    let (person, held) = visible(&mut permit.tx, own.region, id).await?;
    let (withdrawn, kept): (Vec<&Post>, Vec<&Post>) = held.iter().partition(|post| posts.contains(&post.id));
    if withdrawn.is_empty() || posts.iter().any(|wanted| !withdrawn.iter().any(|post| post.id == *wanted)) {
        return Err(Problem::not_found("岗位"));
    }
    if let Some(other) = withdrawn.iter().find(|post| !own.manages(post.role, post.region)) {
        let message = format!("岗位“{}”不归当前岗位管理，请联系其上级管理员删除", other.title());
        return Err(Problem::conflict(message));
    }
    for post in &withdrawn {
        store::posts::withdraw(&mut permit.tx, post.id, permit.now).await.map_err(internal)?;
    }
    if kept.is_empty() {
        store::people::delete(&mut permit.tx, id, permit.now).await.map_err(internal)?;
        revoke(&mut permit.tx, id, &person.phone).await?;
    }
    let titles: Vec<String> = withdrawn.iter().map(|post| post.title()).collect();
    permit.commit(&person.name, &titles.join("、")).await
}

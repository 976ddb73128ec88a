//! Corrects people and withdraws posts (Q15, Q34).

use super::{add::taken, entry, handover, read, shown, visible};
use crate::{
    Permit,
    actions::{DeletePerson, EditPerson},
    login::revoke,
    permit::internal,
};
use domain::{
    Problem,
    id::{EventId, PersonId, PostId},
    person::{Person, PersonEntry, Post, PostCorrection, Role},
};
use store::people::PersonRecord;

/// Corrects a person, an empty phone number stays as it is, and posts that were given by mistake (Q15, Q34). A changed
/// number ends the person's sessions; a session at a wrong post goes on at the right one. `seen` is the person as the
/// caller's form began with it; without one (an older page) the edit is not compared. A copy of an edit changes nothing.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when the person also holds a post that is out of the caller's reach, holds
/// the right post already, or is not what was seen any more; [`Problem::Invalid`] on the field that is wrong.
pub async fn edit(
    mut permit: Permit<EditPerson>,
    id: PersonId,
    entry: PersonEntry,
    corrections: Vec<PostCorrection>,
    seen: Option<Person>,
) -> Result<Person, Problem> {
    let own = permit.post()?.clone();
    lock_places(&mut permit, &corrections).await?;
    store::people::lock(&mut permit.tx, id).await.map_err(internal)?;
    let (known, posts) = visible(&mut permit.tx, own.region, id).await?;
    let parsed = entry::parse(&mut permit.tx, &entry, Some(&known.phone)).await?;
    let mut changes = difference(&known, &parsed.record(id));
    if !changes.is_empty() && seen.is_some_and(|seen| !seen.reads_as(&shown(Vec::new(), known.clone()))) {
        // Whoever tries numbers leaves a trace.
        permit.commit(&known.name, "已被他人修改，未保存").await?;
        return Err(Problem::moved_on("人员"));
    }
    if !changes.is_empty() {
        if let Some(other) = posts.iter().find(|post| !reaches(&own, post)) {
            let message =
                format!("该人员还持有岗位“{}”，不归当前岗位管理，请联系该岗位的上级管理员修改", other.title());
            // So does this, or the right number alone would be told, by what else it is answered with.
            permit.commit(&known.name, "该人员还持有其他岗位，未修改").await?;
            return Err(Problem::conflict(message));
        }
        let other = Problem::invalid("手机号", "该手机号已属于其他人员，请核对");
        let owner = store::people::by_phone(&mut permit.tx, &parsed.phone).await.map_err(internal)?;
        if owner.is_some_and(|owner| owner.id != id) {
            // Whoever tries numbers leaves a trace.
            permit.commit(&parsed.phone.masked(), "该手机号已有登记，未修改").await?;
            return Err(other);
        }
        let updated = store::people::update(&mut permit.tx, id, parsed.fields()).await;
        updated.map_err(|error| taken(error, || other))?;
        if parsed.phone != known.phone {
            revoke(&mut permit.tx, id, &known.phone).await?;
        }
    }
    for correction in corrections {
        if !is_corrected(&posts, correction) {
            changes.push(correct(&mut permit, &own, id, &posts, correction).await?);
        }
    }
    let answer = read(&mut permit.tx, id).await?;
    permit.commit(&known.name, &changes.join("；")).await?;
    Ok(answer)
}

/// Places before people, and in the order of their codes: so no two transactions wait for each other.
async fn lock_places(permit: &mut Permit<EditPerson>, corrections: &[PostCorrection]) -> Result<(), Problem> {
    let right = corrections.iter().map(|correction| correction.right);
    let mut places: Vec<_> =
        right.filter(|right| right.role == Role::Administrator).map(|right| right.region).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        let is_known = store::dictionary::region(&mut permit.tx, place).await.map_err(internal)?.is_some();
        if !is_known {
            return Err(Problem::invalid("所属区划", "没有这个区划"));
        }
        store::people::lock_region(&mut permit.tx, place).await.map_err(internal)?;
    }
    Ok(())
}

/// Whether a correction was made already: the answer to it may have been lost.
fn is_corrected(held: &[Post], PostCorrection { wrong, right }: PostCorrection) -> bool {
    let is_right = |post: &Post| post.role == right.role && post.region == right.region;
    held.iter().all(|post| post.id != wrong) && held.iter().any(is_right)
}

/// Withdraws a wrong post and grants the right one; says so in words.
async fn correct(
    permit: &mut Permit<EditPerson>,
    own: &Post,
    person: PersonId,
    held: &[Post],
    PostCorrection { wrong, right }: PostCorrection,
) -> Result<String, Problem> {
    if person == permit.person() {
        return Err(Problem::conflict("不能更正自己的岗位，请由上级管理员操作"));
    }
    let wrong = held.iter().find(|post| post.id == wrong).ok_or_else(|| Problem::not_found("岗位"))?;
    check_managed(own, wrong)?;
    entry::check_manages(own, right.role, right.region)?;
    let now = permit.now;
    store::posts::withdraw(&mut permit.tx, wrong.id, EventId(right.id.0), now).await.map_err(internal)?;
    if right.role == Role::Administrator {
        entry::check_administrators(&mut permit.tx, right.region).await?;
    }
    let granted = store::posts::grant(&mut permit.tx, &[(person, right)], now).await;
    let granted = granted.map_err(|error| taken(error, || Problem::OperationConflict))?;
    let &[granted] = granted.as_slice() else {
        return Err(Problem::conflict("该人员已有更正后的岗位，请改为删除多余的岗位"));
    };
    store::sessions::move_post(&mut permit.tx, wrong.id, granted).await.map_err(internal)?;
    let posts = store::people::posts_of(&mut permit.tx, &[person]).await.map_err(internal)?;
    let opened = posts.get(&person).into_iter().flatten().find(|post| post.id == granted);
    Ok(format!("岗位更正：{} → {}", wrong.title(), opened.map(Post::title).unwrap_or_default()))
}

/// Whether the caller's post may withdraw such a post.
fn check_managed(own: &Post, post: &Post) -> Result<(), Problem> {
    if own.manages(post.role.clone(), post.region) {
        return Ok(());
    }
    Err(Problem::conflict(format!("岗位“{}”不归当前岗位管理，请联系其上级管理员处理", post.title())))
}

/// Whether the caller may change the account behind this post: it manages the post, or the post lies below its place,
/// where it manages those who manage it. A new phone number hands the whole account over, so every post counts.
fn reaches(own: &Post, post: &Post) -> bool {
    own.manages(post.role.clone(), post.region) || own.region != post.region && own.region.includes(post.region)
}

/// What changed, in words; a number is not named.
fn difference(before: &PersonRecord, after: &PersonRecord) -> Vec<String> {
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
    changes
}

/// Withdraws posts; a person without any is deleted and signed out. Records go on naming the person. Who is officer of
/// open hazards hands them over to `successor`, another inspector of the place, if there is one. `event` is the request's
/// own id: a copy of it changes nothing.
///
/// # Errors
/// [`Problem::NotFound`], also for a post that is not the person's; [`Problem::Conflict`] for oneself and for posts
/// that the caller's post does not manage; [`Problem::Invalid`] on 接手人员 when one must be named.
pub async fn delete(
    mut permit: Permit<DeletePerson>,
    event: EventId,
    id: PersonId,
    posts: Vec<PostId>,
    successor: Option<PersonId>,
) -> Result<(), Problem> {
    let own = permit.post()?.clone();
    if id == permit.person() {
        return Err(Problem::conflict("不能删除自己的岗位，请由上级管理员操作"));
    }
    if posts.is_empty() {
        return Err(Problem::invalid("岗位", "请选择要删除的岗位"));
    }
    let mut people: Vec<_> = successor.into_iter().chain([id]).collect();
    people.sort_unstable();
    for person in people {
        store::people::lock(&mut permit.tx, person).await.map_err(internal)?;
    }
    if store::posts::was_withdrawn_as(&mut permit.tx, id, event).await.map_err(internal)? {
        return Ok(());
    }
    let (person, held) = visible(&mut permit.tx, own.region, id).await?;
    let (withdrawn, kept): (Vec<&Post>, Vec<&Post>) = held.iter().partition(|post| posts.contains(&post.id));
    if withdrawn.is_empty() || posts.iter().any(|wanted| !withdrawn.iter().any(|post| post.id == *wanted)) {
        return Err(Problem::not_found("岗位"));
    }
    for post in &withdrawn {
        check_managed(&own, post)?;
    }
    let mut trace = withdrawn.iter().map(|post| post.title()).collect::<Vec<_>>().join("、");
    // The only inspectors that a post manages are those of its own place.
    if withdrawn.iter().any(|post| post.role == Role::Inspector) {
        trace.push_str(&handover::hand_over(&mut permit, event, own.region, id, successor).await?);
    }
    for post in &withdrawn {
        store::posts::withdraw(&mut permit.tx, post.id, event, permit.now).await.map_err(internal)?;
    }
    if kept.is_empty() {
        store::people::delete(&mut permit.tx, id, permit.now).await.map_err(internal)?;
        revoke(&mut permit.tx, id, &person.phone).await?;
    }
    permit.commit(&person.name, &trace).await
}

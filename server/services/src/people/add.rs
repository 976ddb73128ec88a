//! Adds a person with a post, or a post to the person who has the number (Q28, Q39).

use super::{
    entry::{self, ParsedPerson},
    owners::{Meant, Owners},
    read,
};
use crate::{Permit, actions::AddPerson, copies::Request, permit::internal};
use domain::{
    Problem,
    id::PersonId,
    person::{Identity, NewPost, Person, PersonEntry, Post, Role, rank},
};
use store::StoreError;

/// Adds a person with a post; when the number belongs to a person already, that person gets the post, provided that
/// all other fields agree. A deleted person who is entered again is that person; `identity` says so where the name
/// differs. The ids come from the caller: the same call again changes nothing. Whatever depends on the number leaves a trace.
///
/// # Errors
/// [`Problem::Invalid`] on the field that is wrong, [`Problem::Conflict`] when the post is held already or the place
/// has its administrators, [`Problem::FormerPerson`] when `identity` must be said, [`Problem::OperationConflict`] when an
/// id is taken, whatever the rest says.
pub async fn add(
    mut permit: Permit<AddPerson>,
    id: PersonId,
    entry: PersonEntry,
    post: NewPost,
    identity: Option<Identity>,
) -> Result<Person, Problem> {
    let parsed = entry::parse(&mut permit.tx, &entry, None).await?;
    let own = permit.post()?.clone();
    entry::check_manages(&own, post.role, post.region)?;
    let region = store::dictionary::region(&mut permit.tx, post.region).await.map_err(internal)?;
    let region = region.ok_or_else(|| Problem::invalid("所属区划", "没有这个区划"))?;
    if post.role == Role::Administrator {
        store::people::lock_region(&mut permit.tx, post.region).await.map_err(internal)?;
    }
    store::people::lock_numbers(&mut permit.tx, &[&parsed.phone]).await.map_err(internal)?;
    let request = Request::new(post.id.0, &(id, &entry, post, identity));
    if let Some(person) = request.done(&mut permit).await? {
        return read(&mut permit.tx, PersonId(person)).await;
    }
    let is_taken = store::people::is_known(&mut permit.tx, id).await.map_err(internal)?
        || store::posts::is_known(&mut permit.tx, post.id).await.map_err(internal)?;
    if is_taken {
        return Err(Problem::OperationConflict);
    }
    if post.role == Role::Administrator {
        entry::check_administrators(&mut permit.tx, post.region).await?;
    }
    let owners = Owners::load(&mut permit.tx, own.region, &[&parsed.phone]).await?;
    let person = match owners.find(&parsed, identity) {
        Ok(Meant::Known(person)) => person,
        Ok(Meant::Former(person)) => {
            store::people::revive(&mut permit.tx, &[(person, parsed.fields())]).await.map_err(internal)?;
            person
        }
        Ok(Meant::New) => insert(&mut permit, id, &parsed).await?,
        Err(problem) => {
            // Whoever tries numbers leaves a trace.
            permit.commit(&parsed.phone.masked(), "该手机号已有登记，未增加").await?;
            return Err(problem);
        }
    };
    let held = store::people::posts_of(&mut permit.tx, &[person]).await.map_err(internal)?;
    let mut held = held.get(&person).into_iter().flatten();
    if held.any(|held| held.role == post.role && held.region == post.region) {
        permit.commit(&parsed.phone.masked(), "该人员已有此岗位，未增加").await?;
        return Err(Problem::conflict("该人员已有此岗位，无需重复开通"));
    }
    let granted = store::posts::grant(&mut permit.tx, &[(person, post)], permit.now).await;
    granted.map_err(|error| taken(error, || Problem::OperationConflict))?;
    request.keep(&mut permit, person.0).await?;
    let answer = read(&mut permit.tx, person).await?;
    let opened = Post { id: post.id, role: post.role.into(), region: post.region, region_name: region.name };
    let detail = format!("{}（{}）", opened.title(), rank(post.region.level(), post.role));
    permit.commit(&answer.name, &detail).await?;
    Ok(answer)
}

async fn insert(permit: &mut Permit<AddPerson>, id: PersonId, parsed: &ParsedPerson) -> Result<PersonId, Problem> {
    let inserted = store::people::insert(&mut permit.tx, id, parsed.fields(), permit.now).await;
    inserted.map_err(|error| taken(error, || Problem::conflict("该手机号刚刚被登记，请重新查询")))?;
    Ok(id)
}

/// Two that race: the second finds the place taken.
pub(super) fn taken(error: StoreError, problem: impl FnOnce() -> Problem) -> Problem {
    if error.is_duplicate() { problem() } else { internal(error) }
}

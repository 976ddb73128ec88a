//! People and their posts: who opens, corrects and withdraws what (Q6–Q9, Q15, Q29, Q34).

mod add;
mod bootstrap;
mod edit;
pub(crate) mod entry;
mod handover;
pub(crate) mod owners;

use crate::{
    Permit,
    actions::{FindPerson, ReadPeople, RevealPhone},
    permit::internal,
};
use domain::{
    Problem,
    id::PersonId,
    page::{Cursor, PAGE_ROWS, Page},
    person::{Person, PersonFilter, PhoneNumber, Post, fold_name},
    region::RegionCode,
};
use store::{Tx, people::PersonRecord};

pub use add::add;
pub use bootstrap::create_administrator;
pub use edit::{delete, edit};
pub use handover::handover;

/// People holding posts in the caller's area, the newest first, each with all of its posts; by name only, see [`find`].
///
/// # Errors
/// [`Problem::NotFound`] when the filter's region lies outside the area.
pub async fn list(
    mut permit: Permit<ReadPeople>,
    mut filter: PersonFilter,
    after: Option<Cursor>,
) -> Result<Page<Person>, Problem> {
    filter.text = fold_name(&filter.text);
    domain::search::check(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    let after = after.map(|cursor| cursor.0.parse::<PersonId>().map_err(|_| Problem::not_found("页"))).transpose()?;
    let found = store::people::list(&mut permit.tx, scope, &filter, after, PAGE_ROWS + 1).await;
    let mut records = found.map_err(internal)?;
    let has_more = records.len() > PAGE_ROWS as usize;
    records.truncate(PAGE_ROWS as usize);
    let next = records.last().filter(|_| has_more).map(|last| Cursor(last.id.to_string()));
    Ok(Page { rows: with_posts(&mut permit.tx, records).await?, next })
}

/// The person who has this number, if the caller manages it and the rest of the filter fits; leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`] when the filter's region lies outside the area.
pub async fn find(
    mut permit: Permit<FindPerson>,
    phone: &PhoneNumber,
    filter: &PersonFilter,
) -> Result<Page<Person>, Problem> {
    let scope = permit.scope(filter.region)?;
    let found = store::people::by_phone(&mut permit.tx, phone).await.map_err(internal)?;
    let mut rows = with_posts(&mut permit.tx, found.into_iter().collect()).await?;
    let own = permit.post()?.clone();
    rows.retain(|person| {
        let mut posts = person.posts.iter().filter(|post| scope.admits(post.region, None));
        posts.any(|post| filter.role.is_none_or(|role| post.role == role))
            && filter.department.as_ref().is_none_or(|department| person.department.code == *department)
            && (person.id == permit.person() || manages_any(&own, &person.posts))
    });
    let outcome = if rows.is_empty() { "未找到" } else { "找到" };
    permit.commit(&phone.masked(), outcome).await?;
    Ok(Page { rows, next: None })
}

/// Whether the holder of this post manages one of those.
fn manages_any(own: &Post, posts: &[Post]) -> bool {
    posts.iter().any(|post| own.manages(post.role.clone(), post.region))
}

/// The whole phone number; leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`] when the person holds no post in the caller's area; [`Problem::Conflict`] when it holds none
/// that the caller's post manages.
pub async fn reveal_phone(mut permit: Permit<RevealPhone>, id: PersonId) -> Result<String, Problem> {
    let own = permit.post()?.clone();
    let (person, posts) = visible(&mut permit.tx, own.region, id).await?;
    if id != permit.person() && !manages_any(&own, &posts) {
        return Err(Problem::conflict("该人员不归当前岗位管理，完整手机号请向其管理员查询"));
    }
    permit.commit(&person.name, "").await?;
    Ok(person.phone.into())
}

/// A person with its posts, if one of them lies in the area.
async fn visible(tx: &mut Tx, area: RegionCode, id: PersonId) -> Result<(PersonRecord, Vec<Post>), Problem> {
    let person = store::people::get(tx, id).await.map_err(internal)?;
    let posts = store::people::posts_of(tx, &[id]).await.map_err(internal)?.remove(&id).unwrap_or_default();
    match person {
        Some(person) if posts.iter().any(|post| area.includes(post.region)) => Ok((person, posts)),
        _ => Err(Problem::not_found("人员")),
    }
}

async fn with_posts(tx: &mut Tx, records: Vec<PersonRecord>) -> Result<Vec<Person>, Problem> {
    let ids: Vec<PersonId> = records.iter().map(|record| record.id).collect();
    let mut posts = store::people::posts_of(tx, &ids).await.map_err(internal)?;
    let mut posts_of = |id| posts.remove(&id).unwrap_or_default();
    Ok(records.into_iter().map(|record| shown(posts_of(record.id), record)).collect())
}

/// A person as administrators see it.
fn shown(posts: Vec<Post>, record: PersonRecord) -> Person {
    Person {
        id: record.id,
        phone_masked: record.phone.masked(),
        name: record.name,
        department: record.department,
        is_internal: record.is_internal,
        posts,
    }
}

/// A person read afresh, as administrators see it.
async fn read(tx: &mut Tx, id: PersonId) -> Result<Person, Problem> {
    let record = store::people::get(tx, id).await.map_err(internal)?.ok_or_else(|| Problem::not_found("人员"))?;
    with_posts(tx, vec![record]).await?.pop().ok_or_else(|| Problem::not_found("人员"))
}

//! People and their posts: who opens, corrects and withdraws what (Q6–Q9, Q15, Q29, Q34).

mod add;
mod bootstrap;
mod edit;
pub(crate) mod entry;

use crate::{
    Permit,
    actions::{ReadColleagues, ReadPeople, RevealPhone},
    permit::internal,
};
use domain::{
    Problem,
    id::PersonId,
    page::{Cursor, PAGE_ROWS, Page},
    person::{Colleague, Person, PersonFilter, Post},
    region::RegionCode,
};
use store::{Tx, people::PersonRecord};

pub use add::add;
pub use bootstrap::create_administrator;
pub use edit::{delete, edit};

/// Colleagues of one answer.
const COLLEAGUES: u32 = 50;

/// People holding posts in the caller's area, the newest first, each with all of its posts.
///
/// # Errors
/// [`Problem::NotFound`] when the filter's region lies outside the area.
pub async fn list(
    mut permit: Permit<ReadPeople>,
    filter: PersonFilter,
    after: Option<Cursor>,
) -> Result<Page<Person>, Problem> {
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

/// The whole phone number; leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`] when the person holds no post in the caller's area.
pub async fn reveal_phone(mut permit: Permit<RevealPhone>, id: PersonId) -> Result<String, Problem> {
    let scope = permit.scope(None)?;
    let (person, _) = visible(&mut permit.tx, scope, id).await?;
    permit.commit(&person.name, "").await?;
    Ok(person.phone.into())
}

/// Inspectors of the current post's level and place (Q29), oneself included, by name.
///
/// # Errors
/// [`Problem::Internal`] when the store fails.
pub async fn colleagues(mut permit: Permit<ReadColleagues>, text: String) -> Result<Vec<Colleague>, Problem> {
    let region = permit.post()?.region;
    store::people::colleagues(&mut permit.tx, region, &text, COLLEAGUES).await.map_err(internal)
}

/// A person with its posts, if one of them lies in the scope.
async fn visible(tx: &mut Tx, scope: RegionCode, id: PersonId) -> Result<(PersonRecord, Vec<Post>), Problem> {
    let person = store::people::get(tx, id).await.map_err(internal)?;
    let posts = store::people::posts_of(tx, &[id]).await.map_err(internal)?.remove(&id).unwrap_or_default();
    match person {
        Some(person) if posts.iter().any(|post| scope.includes(post.region)) => Ok((person, posts)),
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

//! Posts (岗位): granted and withdrawn at an instant, never deleted. Who held one at the time of a visit is told from its
//! terms, so that nothing done then is stranded by what an office did later.

use crate::{
    Result, StoreError, Tx,
    error::expect_rows,
    people::ColleagueRow,
    sessions::{parse_role, role_code},
};
use domain::{
    id::{EventId, PersonId, PostId},
    person::{Colleague, NewPost, Post},
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Posts of one statement: four values each stay far below both engines' limit of parameters.
const ROWS: usize = 500;

/// A post at a point in time; withdrawn posts and deleted people included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPost {
    /// Whose it is.
    pub person: PersonId,
    /// The person's name, as it is today.
    pub person_name: String,
    /// Role and place; they never change.
    pub post: Post,
    /// Whether the person held it then.
    pub is_held: bool,
}

/// Opens posts, or revives those that these people once held: then the old id stays. Gives the posts opened, fewer than
/// asked when a person holds one already, and in no order.
///
/// # Errors
/// When the engine fails; [`StoreError::is_duplicate`] when an id is another post's.
pub async fn grant(tx: &mut Tx, posts: &[(PersonId, NewPost)], at: Timestamp) -> Result<Vec<PostId>> {
    let mut granted = Vec::new();
    for some in posts.chunks(ROWS) {
        let ids = build_prepared!(tx, (Uuid,), |q| {
            q.push("insert into posts (id, person_id, role, region) ");
            q.push_values(some, |mut row, (person, post)| {
                row.push_bind(post.id.0).push_bind(person.0).push_bind(role_code(post.role));
                row.push_bind(post.region.to_string());
            });
            q.push(
                " on conflict (person_id, role, region) do update set withdrawn_at = null
                 where posts.withdrawn_at is not null returning id",
            );
        })?;
        if ids.is_empty() {
            continue;
        }
        let terms = build_execute!(tx, |q| {
            q.push("insert into post_terms (post_id, granted_at) ");
            q.push_values(&ids, |mut row, (id,)| {
                row.push_bind(*id).push_bind(at.0);
            });
            // Withdrawn and granted again at one instant: it was never away.
            q.push(" on conflict (post_id, granted_at) do update set withdrawn_at = null");
        })?;
        expect_rows(terms, ids.len(), "post_terms")?;
        granted.extend(ids.into_iter().map(|(id,)| PostId(id)));
    }
    Ok(granted)
}

/// Whether there is a post with this id, held or not.
///
/// # Errors
/// When the engine fails.
pub async fn is_known(tx: &mut Tx, post: PostId) -> Result<bool> {
    Ok(fetch_optional!(tx, (Uuid,), "select id from posts where id = $1", post.0)?.is_some())
}

/// Withdraws a post that is held, by the request of this id.
///
/// # Errors
/// When the engine fails, or the post is not held.
pub async fn withdraw(tx: &mut Tx, post: PostId, request: EventId, at: Timestamp) -> Result<()> {
    let sql = "update posts set withdrawn_at = $2, withdrawn_as = $3 where id = $1 and withdrawn_at is null";
    expect_rows(execute!(tx, sql, post.0, at.0, request.0)?, 1, "posts")?;
    let sql = "update post_terms set withdrawn_at = $2 where post_id = $1 and withdrawn_at is null";
    expect_rows(execute!(tx, sql, post.0, at.0)?, 1, "post_terms")
}

/// Whether this very request withdrew a post of the person: a copy of a call that was answered, also where the post was
/// granted again since.
///
/// # Errors
/// When the engine fails.
pub async fn was_withdrawn_as(tx: &mut Tx, person: PersonId, request: EventId) -> Result<bool> {
    let sql = "select id from posts where person_id = $1 and withdrawn_as = $2 limit 1";
    Ok(fetch_optional!(tx, (Uuid,), sql, person.0, request.0)?.is_some())
}

#[derive(FromRow)]
struct HeldRow {
    person_id: Uuid,
    person_name: String,
    id: Uuid,
    role: String,
    region: String,
    region_name: String,
    is_held: bool,
}

/// A post, and whether it was held at `at`; one granted later on the same day in China counts, since an office types in
/// the afternoon what holds since the morning.
///
/// # Errors
/// When the engine fails.
pub async fn held_at(tx: &mut Tx, post: PostId, at: Timestamp) -> Result<Option<HeldPost>> {
    let row = fetch_optional!(
        tx,
        HeldRow,
        "select o.person_id, p.name as person_name, o.id, o.role, o.region, r.name as region_name,
             exists (select 1 from post_terms t
                 where t.post_id = o.id and t.granted_at < $2 and (t.withdrawn_at is null or t.withdrawn_at > $3)
             ) as is_held
         from posts o
         join people p on p.id = o.person_id
         join regions r on r.code = o.region
         where o.id = $1",
        post.0,
        end_of_day(at).0,
        at.0,
    )?;
    row.map(|row| {
        let region = row.region.parse().map_err(StoreError::inconsistent("posts.region"))?;
        let role = parse_role(&row.role)?;
        Ok(HeldPost {
            person: PersonId(row.person_id),
            person_name: row.person_name,
            post: Post { id: PostId(row.id), role: role.into(), region, region_name: row.region_name },
            is_held: row.is_held,
        })
    })
    .transpose()
}

/// Those of these people who held a post as inspector at exactly this place at `at` (Q29), in the order of `ids`;
/// leavers and deleted people included. As lenient as [`held_at`].
///
/// # Errors
/// When the engine fails.
pub async fn inspectors_at(tx: &mut Tx, region: RegionCode, ids: &[PersonId], at: Timestamp) -> Result<Vec<Colleague>> {
    let mut found: HashMap<PersonId, Colleague> = HashMap::new();
    for some in ids.chunks(ROWS) {
        let rows = build_prepared!(tx, ColleagueRow, |q| {
            q.push(
                "select p.id, p.name, p.department, d.name as department_name, p.is_internal
                 from posts o
                 join people p on p.id = o.person_id
                 join departments d on d.code = p.department
                 where o.role = 'inspector' and o.region = ",
            );
            q.push_bind(region.to_string());
            q.push(" and exists (select 1 from post_terms t where t.post_id = o.id and t.granted_at < ");
            q.push_bind(end_of_day(at).0).push(" and (t.withdrawn_at is null or t.withdrawn_at > ");
            q.push_bind(at.0).push(")) and o.person_id in (");
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        found.extend(rows.into_iter().map(|row| (PersonId(row.id), row.into())));
    }
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// Those of these people who hold a post in the region, or ever did.
///
/// # Errors
/// When the engine fails.
pub async fn ever_in(tx: &mut Tx, area: RegionCode, people: &[PersonId]) -> Result<HashSet<PersonId>> {
    let (from, to) = area.range();
    let mut found = HashSet::new();
    for some in people.chunks(ROWS) {
        let rows = build!(tx, (Uuid,), |q| {
            q.push("select person_id from posts where region >= ").push_bind(&from);
            q.push(" and region < ").push_bind(&to).push(" and person_id in (");
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        found.extend(rows.into_iter().map(|(id,)| PersonId(id)));
    }
    Ok(found)
}

/// The midnight in China that ends the day of `at`.
fn end_of_day(at: Timestamp) -> Timestamp {
    Timestamp::start_of(at.date()).plus_seconds(86_400)
}

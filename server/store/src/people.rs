//! People, their posts, and colleagues.

use crate::{
    Result, Scope, StoreError, Tx,
    engine::push_contains,
    error::expect_rows,
    sessions::{parse_role, role_code},
};
use domain::{
    id::{HazardId, PersonId, PostId},
    person::{Colleague, Department, DepartmentCode, PersonFilter, PhoneNumber, Post},
    region::RegionCode,
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// A person as stored, with the whole phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRecord {
    /// Stays when name and number change, and after deletion.
    pub id: PersonId,
    /// The real name.
    pub name: String,
    /// The phone number.
    pub phone: PhoneNumber,
    /// 人员归属部门 (Q40), with its name from the dictionary.
    pub department: Department,
    /// 是否内部人员
    pub is_internal: bool,
}

/// A person to be written.
#[derive(Clone, Copy, Debug)]
pub struct PersonFields<'a> {
    /// The real name.
    pub name: &'a str,
    /// The phone number.
    pub phone: &'a PhoneNumber,
    /// A code of the dictionary of departments.
    pub department: &'a DepartmentCode,
    /// 是否内部人员
    pub is_internal: bool,
}

#[derive(FromRow)]
struct PersonRow {
    id: Uuid,
    name: String,
    phone: String,
    department: String,
    department_name: String,
    is_internal: bool,
}

impl TryFrom<PersonRow> for PersonRecord {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self> {
        Ok(Self {
            id: PersonId(row.id),
            name: row.name,
            phone: PhoneNumber::parse(&row.phone).map_err(StoreError::inconsistent("people.phone"))?,
            department: Department { code: DepartmentCode(row.department), name: row.department_name },
            is_internal: row.is_internal,
        })
    }
}

/// A person who was not deleted.
///
/// # Errors
/// When the engine fails.
pub async fn get(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRecord>> {
    let row = fetch_optional!(
        tx,
        PersonRow,
        "select p.id, p.name, p.phone, p.department, d.name as department_name, p.is_internal
         from people p join departments d on d.code = p.department
         where p.id = $1 and p.deleted_at is null",
        id.0,
    )?;
    row.map(PersonRecord::try_from).transpose()
}

/// Whether the id was ever given to a person, a deleted one included.
///
/// # Errors
/// When the engine fails.
pub async fn is_known(tx: &mut Tx, id: PersonId) -> Result<bool> {
    Ok(fetch_optional!(tx, (Uuid,), "select id from people where id = $1", id.0)?.is_some())
}

/// The names of these people, deleted ones included.
///
/// # Errors
/// When the engine fails.
pub async fn names(tx: &mut Tx, ids: &[PersonId]) -> Result<HashMap<PersonId, String>> {
    let mut names = HashMap::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, (Uuid, String), |q| {
            q.push("select id, name from people where id in (");
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        names.extend(rows.into_iter().map(|(id, name)| (PersonId(id), name)));
    }
    Ok(names)
}

/// The people with these numbers; of a number without a person nothing.
///
/// # Errors
/// When the engine fails.
pub async fn by_phones(tx: &mut Tx, phones: &[&PhoneNumber]) -> Result<Vec<PersonRecord>> {
    with_phones(tx, phones, " and p.deleted_at is null").await
}

/// The deleted people who had these numbers, the last deleted first: numbers are given out anew, so one may have several.
///
/// # Errors
/// When the engine fails.
pub async fn former(tx: &mut Tx, phones: &[&PhoneNumber]) -> Result<Vec<PersonRecord>> {
    with_phones(tx, phones, " and p.deleted_at is not null order by p.deleted_at desc, p.id").await
}

async fn with_phones(tx: &mut Tx, phones: &[&PhoneNumber], condition: &'static str) -> Result<Vec<PersonRecord>> {
    let mut people = Vec::new();
    for some in phones.chunks(500) {
        let rows = build!(tx, PersonRow, |q| {
            q.push(
                "select p.id, p.name, p.phone, p.department, d.name as department_name, p.is_internal
                 from people p join departments d on d.code = p.department where p.phone in (",
            );
            let mut list = q.separated(", ");
            for phone in some {
                list.push_bind(phone.as_str());
            }
            q.push(")").push(condition);
        })?;
        for row in rows {
            people.push(row.try_into()?);
        }
    }
    Ok(people)
}

/// The person with this number.
///
/// # Errors
/// When the engine fails.
pub async fn by_phone(tx: &mut Tx, phone: &PhoneNumber) -> Result<Option<PersonRecord>> {
    Ok(by_phones(tx, &[phone]).await?.pop())
}

/// People holding posts in the scope, newest first, after (that is, older than) `after`; at most `limit`.
/// The filter's text is part of a name. The filter's region is not read: the caller has narrowed the scope by it.
///
/// # Errors
/// When the engine fails.
pub async fn list(
    tx: &mut Tx,
    scope: Scope,
    filter: &PersonFilter,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<PersonRecord>> {
    let (from, to) = scope.region().range();
    let text = filter.text.trim();
    let rows = build!(tx, PersonRow, |q| {
        q.push(
            "select p.id, p.name, p.phone, p.department, d.name as department_name, p.is_internal
             from people p join departments d on d.code = p.department
             where p.deleted_at is null and exists (
                 select 1 from posts o where o.person_id = p.id and o.withdrawn_at is null and o.region >= ",
        );
        q.push_bind(&from).push(" and o.region < ").push_bind(&to);
        if let Some(role) = filter.role {
            q.push(" and o.role = ").push_bind(role_code(role));
        }
        q.push(")");
        if let Some(department) = &filter.department {
            q.push(" and p.department = ").push_bind(&department.0);
        }
        if !text.is_empty() {
            push_contains(&mut q, "p.name", text);
        }
        if let Some(after) = after {
            q.push(" and p.id < ").push_bind(after.0);
        }
        q.push(" order by p.id desc limit ").push_bind(i64::from(limit));
    })?;
    rows.into_iter().map(PersonRecord::try_from).collect()
}

/// Adds a person.
///
/// # Errors
/// When the engine fails; [`StoreError::is_duplicate`] when the id or the number is taken.
pub async fn insert(tx: &mut Tx, id: PersonId, fields: PersonFields<'_>, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into people (id, name, phone, department, is_internal, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        fields.name,
        fields.phone.as_str(),
        &fields.department.0,
        fields.is_internal,
        now.0,
    )?;
    Ok(())
}

/// Corrects a person.
///
/// # Errors
/// When the engine fails, or there is no such person; [`StoreError::is_duplicate`] when the number is another person's.
pub async fn update(tx: &mut Tx, id: PersonId, fields: PersonFields<'_>) -> Result<()> {
    let rows = execute!(
        tx,
        "update people set name = $2, phone = $3, department = $4, is_internal = $5
         where id = $1 and deleted_at is null",
        id.0,
        fields.name,
        fields.phone.as_str(),
        &fields.department.0,
        fields.is_internal,
    )?;
    expect_rows(rows, 1, "people")
}

/// Marks a person as deleted; records keep naming it, and its number is free again.
///
/// # Errors
/// When the engine fails, or there is no such person.
pub async fn delete(tx: &mut Tx, id: PersonId, now: Timestamp) -> Result<()> {
    let sql = "update people set deleted_at = $2 where id = $1 and deleted_at is null";
    expect_rows(execute!(tx, sql, id.0, now.0)?, 1, "people")
}

/// Takes deleted people back, with what is known of them now: entered again, they are who they were.
///
/// # Errors
/// When the engine fails, or one of them is not deleted; [`StoreError::is_duplicate`] when a number is taken.
pub async fn revive(tx: &mut Tx, people: &[(PersonId, PersonFields<'_>)]) -> Result<()> {
    for (id, fields) in people {
        let rows = execute!(
            tx,
            "update people set name = $2, phone = $3, department = $4, is_internal = $5, deleted_at = null
             where id = $1 and deleted_at is not null",
            id.0,
            fields.name,
            fields.phone.as_str(),
            &fields.department.0,
            fields.is_internal,
        )?;
        expect_rows(rows, 1, "people")?;
    }
    Ok(())
}

/// Makes other transactions that change this person, or send it a code, wait for this one. Whoever locks places too
/// locks them first, and people in the order of their ids; then enterprises and hazards. What only refers to the person
/// need not wait.
///
/// # Errors
/// When the engine fails.
pub async fn lock(tx: &mut Tx, id: PersonId) -> Result<()> {
    if let Tx::Postgres(tx) = tx {
        sqlx::query("select id from people where id = $1 for no key update").bind(id.0).execute(&mut **tx).await?;
    }
    // SQLite has one writer: whoever writes waits already.
    Ok(())
}

/// Makes others that change or delete one of these people wait for this transaction, but none that keeps them too; in the
/// order of [`lock`]. Gives those of them who are there.
///
/// # Errors
/// When the engine fails.
pub async fn keep(tx: &mut Tx, ids: &[PersonId]) -> Result<Vec<PersonId>> {
    // SQLite has one writer: whoever writes waits already.
    let lock = if matches!(tx, Tx::Postgres(_)) { " for share" } else { "" };
    let rows = build_prepared!(tx, (Uuid,), |q| {
        q.push("select id from people where deleted_at is null and id in (");
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        q.push(") order by id").push(lock);
    })?;
    Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
}

/// The same as [`lock`] for all who have or had these numbers.
///
/// # Errors
/// When the engine fails.
pub async fn lock_numbers(tx: &mut Tx, phones: &[&PhoneNumber]) -> Result<()> {
    if let Tx::Postgres(tx) = tx {
        let phones: Vec<&str> = phones.iter().map(|phone| phone.as_str()).collect();
        let sql = "select id from people where phone = any($1) order by id for no key update";
        sqlx::query(sql).bind(phones).execute(&mut **tx).await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct PostRow {
    person_id: Uuid,
    id: Uuid,
    role: String,
    region: String,
    region_name: String,
}

/// The posts of these people, each person's highest level first.
///
/// # Errors
/// When the engine fails.
pub async fn posts_of(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Post>>> {
    let mut posts: HashMap<PersonId, Vec<Post>> = HashMap::new();
    for some in people.chunks(500) {
        let rows = build!(tx, PostRow, |q| {
            q.push(
                "select o.person_id, o.id, o.role, o.region, r.name as region_name
                 from posts o join regions r on r.code = o.region where o.withdrawn_at is null and o.person_id in (",
            );
            let mut list = q.separated(", ");
            for id in some {
                list.push_bind(id.0);
            }
            q.push(")");
        })?;
        for row in rows {
            let region: RegionCode = row.region.parse().map_err(StoreError::inconsistent("posts.region"))?;
            let role = parse_role(&row.role)?;
            let post = Post { id: PostId(row.id), role: role.into(), region, region_name: row.region_name };
            posts.entry(PersonId(row.person_id)).or_default().push(post);
        }
    }
    for posts in posts.values_mut() {
        posts.sort_by_key(|post| (post.region.level(), post.region, post.role.clone()));
    }
    Ok(posts)
}

/// Makes other transactions that open administrators at this place wait for this one, so that the limit holds.
///
/// # Errors
/// When the engine fails.
pub async fn lock_region(tx: &mut Tx, region: RegionCode) -> Result<()> {
    let sql = "update regions set name = name where code = $1";
    expect_rows(execute!(tx, sql, region.to_string())?, 1, "regions")
}

/// The names of a place's administrators.
///
/// # Errors
/// When the engine fails.
pub async fn administrators_at(tx: &mut Tx, region: RegionCode) -> Result<Vec<String>> {
    let names = fetch_all!(
        tx,
        (String,),
        "select p.name from posts o join people p on p.id = o.person_id
         where o.region = $1 and o.role = 'administrator' and o.withdrawn_at is null order by o.id",
        region.to_string(),
    )?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

#[derive(FromRow)]
pub(crate) struct ColleagueRow {
    pub(crate) id: Uuid,
    name: String,
    department: String,
    department_name: String,
    is_internal: bool,
}

impl From<ColleagueRow> for Colleague {
    fn from(row: ColleagueRow) -> Self {
        Self {
            id: PersonId(row.id),
            name: row.name,
            department: Department { code: DepartmentCode(row.department), name: row.department_name },
            is_internal: row.is_internal,
        }
    }
}

/// All inspectors with a post at exactly this place (Q29) whose name contains `text`, by name.
///
/// # Errors
/// When the engine fails.
pub async fn colleagues(tx: &mut Tx, region: RegionCode, text: &str) -> Result<Vec<Colleague>> {
    let rows = build!(tx, ColleagueRow, |q| {
        q.push(
            "select p.id, p.name, p.department, d.name as department_name, p.is_internal
             from posts o
             join people p on p.id = o.person_id and p.deleted_at is null
             join departments d on d.code = p.department
             where o.role = 'inspector' and o.withdrawn_at is null and o.region = ",
        );
        q.push_bind(region.to_string());
        push_contains(&mut q, "p.name", text);
        q.push(" order by p.name, p.id");
    })?;
    Ok(rows.into_iter().map(Colleague::from).collect())
}

/// Those of these people who are inspectors with a post at exactly this place (Q29), in the order of `ids`.
///
/// # Errors
/// When the engine fails.
pub async fn colleagues_among(tx: &mut Tx, region: RegionCode, ids: &[PersonId]) -> Result<Vec<Colleague>> {
    let mut found: HashMap<PersonId, Colleague> = HashMap::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, ColleagueRow, |q| {
            q.push(
                "select p.id, p.name, p.department, d.name as department_name, p.is_internal
                 from posts o
                 join people p on p.id = o.person_id and p.deleted_at is null
                 join departments d on d.code = p.department
                 where o.role = 'inspector' and o.withdrawn_at is null and o.region = ",
            );
            q.push_bind(region.to_string()).push(" and o.person_id in (");
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

/// Those of these people who exist, deleted or not, in the order of `ids`.
pub async fn named(tx: &mut Tx, ids: &[PersonId]) -> Result<Vec<Colleague>> {
    let mut found: HashMap<PersonId, Colleague> = HashMap::new();
    for some in ids.chunks(500) {
        let rows = build!(tx, ColleagueRow, |q| {
            q.push(
                "select p.id, p.name, p.department, d.name as department_name, p.is_internal
                 from people p join departments d on d.code = p.department where p.id in (",
            );
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

/// The open hazards that this officer leaves behind who is no inspector of exactly this place any more: those that were
/// found from posts there, or lie there, unless the officer is an inspector of the hazard's other place.
///
/// # Errors
/// When the engine fails.
pub async fn open_hazards_of_officer(tx: &mut Tx, place: RegionCode, officer: PersonId) -> Result<Vec<HazardId>> {
    let rows = fetch_all!(
        tx,
        (Uuid,),
        "select h.id from hazards h join inspections i on i.id = h.inspection_id
         where h.officer_id = $1 and h.closed_at is null and h.region >= $2 and h.region < $3
           and (i.post_region = $2 or h.region = $2)
           and not exists (select 1 from posts o where o.person_id = $1 and o.role = 'inspector'
               and o.withdrawn_at is null and o.region <> $2 and o.region in (i.post_region, h.region))
         order by h.enterprise_id, h.id",
        officer.0,
        place.to_string(),
        place.range().1,
    )?;
    Ok(rows.into_iter().map(|(id,)| HazardId(id)).collect())
}

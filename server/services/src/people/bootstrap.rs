//! The first administrator, who cannot be opened by one: for whoever runs the server, from its command line only.

use super::{
    entry,
    owners::{Meant, Owners},
    read,
};
use crate::{Gate, actions::CreateAdministrator, permit::internal};
use domain::{
    Problem,
    id::{PersonId, PostId},
    person::{Identity, NewPost, Person, PersonEntry, Role, find_department},
    region::RegionCode,
};
use uuid::Uuid;

/// Makes a person an administrator **without a session or a limit**: `ranan create-admin`, nothing that answers a
/// request. `department` is a name or a code. Again, it changes nothing.
///
/// # Errors
/// [`Problem::Invalid`] on the field that is wrong.
#[expect(clippy::disallowed_methods, reason = "nobody calls the command line but a person, who makes no ids")]
pub async fn create_administrator(
    gate: &Gate,
    phone: &str,
    name: &str,
    region: RegionCode,
    department: &str,
) -> Result<Person, Problem> {
    let mut permit = gate.operator::<CreateAdministrator>("create-admin").await?;
    let now = permit.now;
    let tx = &mut permit.tx;
    let departments = store::dictionary::departments(tx).await.map_err(internal)?;
    let found =
        departments.iter().find(|d| d.code.0 == department).or_else(|| find_department(&departments, department));
    let names = || departments.iter().map(|d| d.name.as_str()).collect::<Vec<_>>().join("、");
    let found = found.ok_or_else(|| Problem::invalid("人员归属部门", format!("应为下列之一：{}", names())))?;
    if store::dictionary::region(tx, region).await.map_err(internal)?.is_none() {
        return Err(Problem::invalid("所属区划", "没有这个区划"));
    }
    let entry =
        PersonEntry { name: name.into(), phone: phone.into(), department: found.code.clone(), is_internal: true };
    let parsed = entry::parse(tx, &entry, None).await?;
    let owners = Owners::load(tx, RegionCode::NATION, &[&parsed.phone]).await?;
    // Whoever runs the server is not asked: under another name it is another person.
    let id = match owners.find(&parsed, Some(Identity::Another))? {
        Meant::Known(id) => id,
        Meant::Former(id) => {
            store::people::revive(tx, &[(id, parsed.fields())]).await.map_err(internal)?;
            id
        }
        Meant::New => {
            let id = PersonId(Uuid::now_v7());
            store::people::insert(tx, id, parsed.fields(), now).await.map_err(internal)?;
            id
        }
    };
    let person = read(tx, id).await?;
    if person.posts.iter().any(|post| post.role == Role::Administrator && post.region == region) {
        return Ok(person);
    }
    let post = NewPost { id: PostId(Uuid::now_v7()), role: Role::Administrator, region };
    let granted = store::posts::grant(tx, &[(id, post)], now).await.map_err(internal)?;
    let person = read(tx, id).await?;
    let opened = person.posts.iter().find(|held| granted.contains(&held.id));
    let title = opened.map(domain::person::Post::title).unwrap_or_default();
    permit.commit_at(region, &person.name, &title).await?;
    Ok(person)
}

//! Bulk writing of synthetic records, for demonstration and measuring. Not a way in for real ones: nothing is checked,
//! and no audit row is written.

use crate::{Db, Result, StoreError, Tx, hazards::severity_code};
use domain::{
    hazard::{CureDetails, Event, EventData, Stage},
    id::PersonId,
    region::RegionCode,
    search::Indexed,
    time::Date,
};
use uuid::Uuid;

/// A person with posts.
#[derive(Debug)]
pub struct SeedPerson {
    /// Under which visits name their people.
    pub id: Uuid,
    /// The invented name.
    pub name: String,
    /// The invented number.
    pub phone: String,
    /// The department's code.
    pub department: String,
    /// 是否内部人员
    pub is_internal: bool,
    /// Post ids, stored roles and regions.
    pub posts: Vec<(Uuid, domain::person::Role, RegionCode)>,
}

/// An enterprise with what its visits left on it.
#[derive(Debug)]
pub struct SeedEnterprise {
    /// Under which visits and hazards name it.
    pub id: Uuid,
    /// The seven fields.
    pub entry: domain::enterprise::EnterpriseEntry,
    /// The county whose ledger it is in.
    pub region: RegionCode,
    /// Its position, where an inspection fixed it.
    pub position: Option<domain::geo::Wgs84>,
    /// When it was last inspected, in microseconds.
    pub last_inspected_at: Option<i64>,
    /// When it came onto the register, in microseconds.
    pub created_at: i64,
}

/// An inspection, with the answers and the people.
#[derive(Debug)]
pub struct SeedInspection {
    /// Under which hazards name it; no operation is filed for it.
    pub id: Uuid,
    /// The id of the enterprise visited.
    pub enterprise: Uuid,
    /// The enterprise's type code.
    pub enterprise_type: &'static str,
    /// The enterprise's county.
    pub region: RegionCode,
    /// When, in microseconds.
    pub at: i64,
    /// Metres between phone and enterprise.
    pub distance_m: f64,
    /// JSON of the answers.
    pub answers: String,
    /// How many items there were.
    pub items: i64,
    /// How many were answered 不合格.
    pub failed: i64,
    /// Who took part, by id and name, the author first.
    pub people: Vec<(Uuid, String)>,
}

/// A hazard, cured or not.
#[derive(Debug)]
pub struct SeedHazard {
    /// Under which its events lie.
    pub id: Uuid,
    /// The id of the visit that found it.
    pub inspection: Uuid,
    /// The id of the enterprise visited.
    pub enterprise: Uuid,
    /// The enterprise's type code.
    pub enterprise_type: &'static str,
    /// The enterprise's county.
    pub region: RegionCode,
    /// The failed item.
    pub item: domain::checklist::ChecklistItem,
    /// 隐患描述
    pub description: String,
    /// Who found it, by id and name.
    pub author: (Uuid, String),
    /// 整治责任人, by id and name, who also cures it.
    pub officer: (Uuid, String),
    /// The title of the post that both hold.
    pub title: String,
    /// When found, in microseconds.
    pub found_at: i64,
    /// 整改期限
    pub due_on: Date,
    /// What it is found by.
    pub indexed: Indexed,
    /// When cured, in microseconds, in which words, and how.
    pub cure: Option<(i64, String, CureDetails)>,
}

/// Records to be written together.
#[derive(Debug, Default)]
pub struct Batch {
    /// People and posts.
    pub people: Vec<SeedPerson>,
    /// Enterprises, before what names them.
    pub enterprises: Vec<SeedEnterprise>,
    /// Visits to these, or to enterprises that are there.
    pub inspections: Vec<SeedInspection>,
    /// What these visits found.
    pub hazards: Vec<SeedHazard>,
}

/// Rows per statement: nineteen columns times this stays below SQLite's 32,766 parameters.
const ROWS: usize = 500;

/// Whether the database was not used yet: there are no people.
///
/// # Errors
/// When the engine fails.
pub async fn is_empty(tx: &mut Tx) -> Result<bool> {
    Ok(fetch_optional!(tx, (Uuid,), "select id from people limit 1")?.is_none())
}

/// Writes a batch.
///
/// # Errors
/// When the engine fails.
pub async fn insert(tx: &mut Tx, batch: &Batch) -> Result<()> {
    insert_people(tx, &batch.people).await?;
    insert_enterprises(tx, &batch.enterprises).await?;
    insert_inspections(tx, &batch.inspections).await?;
    insert_hazards(tx, &batch.hazards).await
}

/// Lets PostgreSQL take stock of what was written, as it does by itself within minutes, so that it plans well from the
/// first query on. SQLite plans without statistics.
///
/// # Errors
/// When the engine fails.
pub async fn take_stock(db: &Db) -> Result<()> {
    if let Db::Postgres(pool) = db {
        sqlx::query("vacuum analyze").execute(pool).await?;
    }
    Ok(())
}

async fn insert_people(tx: &mut Tx, people: &[SeedPerson]) -> Result<()> {
    for some in people.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push("insert into people (id, name, phone, department, is_internal, created_at) ");
            q.push_values(some, |mut row, person| {
                row.push_bind(person.id).push_bind(&person.name).push_bind(&person.phone);
                row.push_bind(&person.department).push_bind(person.is_internal).push_bind(0_i64);
            });
        })?;
        let posts: Vec<_> =
            some.iter().flat_map(|person| person.posts.iter().map(move |post| (person.id, post))).collect();
        build_execute!(tx, |q| {
            q.push("insert into posts (id, person_id, role, region) ");
            q.push_values(&posts, |mut row, (person, (id, role, region))| {
                row.push_bind(*id)
                    .push_bind(*person)
                    .push_bind(crate::sessions::role_code(*role))
                    .push_bind(region.to_string());
            });
        })?;
        build_execute!(tx, |q| {
            q.push("insert into post_terms (post_id, granted_at) ");
            q.push_values(&posts, |mut row, (_, (id, ..))| {
                row.push_bind(*id).push_bind(0_i64);
            });
        })?;
    }
    Ok(())
}

async fn insert_enterprises(tx: &mut Tx, enterprises: &[SeedEnterprise]) -> Result<()> {
    for some in enterprises.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push(
                "insert into enterprises (id, name, enterprise_type, address, legal_representative, credit_code,
                 licence_name, licence_number, region, unique_key, latitude, longitude, position_source,
                 last_inspected_at, created_at, changed_at) ",
            );
            q.push_values(some, |mut row, enterprise| {
                let entry = &enterprise.entry;
                row.push_bind(enterprise.id).push_bind(&entry.name).push_bind(entry.enterprise_type.code());
                row.push_bind(&entry.address)
                    .push_bind(&entry.legal_representative)
                    .push_bind(entry.credit_code.as_str());
                row.push_bind(&entry.licence_name).push_bind(&entry.licence_number);
                row.push_bind(enterprise.region.to_string()).push_bind(entry.unique_key());
                row.push_bind(enterprise.position.map(|at| at.latitude))
                    .push_bind(enterprise.position.map(|at| at.longitude));
                row.push_bind(enterprise.position.map(|_| "inspection")).push_bind(enterprise.last_inspected_at);
                row.push_bind(enterprise.created_at);
                row.push_bind(enterprise.last_inspected_at.unwrap_or(enterprise.created_at));
            });
        })?;
        let ids: Vec<_> = some.iter().map(|enterprise| enterprise.id).collect();
        let seqs = build!(tx, (Uuid, i64), |q| {
            q.push("select id, seq from enterprises where id in (");
            let mut list = q.separated(", ");
            for id in &ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        let seqs: std::collections::HashMap<_, _> = seqs.into_iter().collect();
        for enterprise in some {
            if let Some(seq) = seqs.get(&enterprise.id) {
                let entry = &enterprise.entry;
                let words = crate::enterprises::search_words(entry);
                crate::engine::index_words(tx, crate::engine::Searched::Enterprises, *seq, enterprise.region, &words)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn insert_inspections(tx: &mut Tx, inspections: &[SeedInspection]) -> Result<()> {
    for some in inspections.chunks(ROWS) {
        build_execute!(tx, |q| {
            q.push(
                "insert into inspections (id, enterprise_id, enterprise_type, region, author_id, post_region,
                 checklist_version, started_at, finished_at, received_at, verdict, is_unmatched, answers, inspectors, items, failed) ",
            );
            q.push_values(some, |mut row, inspection| {
                let names: Vec<_> = inspection.people.iter().map(|(_, name)| name.as_str()).collect();
                row.push_bind(inspection.id).push_bind(inspection.enterprise).push_bind(inspection.enterprise_type);
                row.push_bind(inspection.region.to_string()).push_bind(inspection.people[0].0);
                row.push_bind(inspection.region.to_string()).push_bind(1_i64);
                row.push_bind(inspection.at - 1_800_000_000)
                    .push_bind(inspection.at)
                    .push_bind(inspection.at + 5_000_000);
                row.push_bind(format!("{{\"verdict\":\"match\",\"distance_m\":{:.1}}}", inspection.distance_m));
                row.push_bind(false).push_bind(&inspection.answers).push_bind(names.join("、"));
                row.push_bind(inspection.items).push_bind(inspection.failed);
            });
        })?;
        let people: Vec<_> = some
            .iter()
            .flat_map(|inspection| {
                (0_i64..).zip(&inspection.people).map(move |(n, (person, _))| (inspection.id, *person, n))
            })
            .collect();
        build_execute!(tx, |q| {
            q.push("insert into inspection_people (inspection_id, person_id, ordinal) ");
            q.push_values(&people, |mut row, (inspection, person, ordinal)| {
                row.push_bind(*inspection).push_bind(*person).push_bind(*ordinal);
            });
        })?;
    }
    Ok(())
}

async fn insert_hazards(tx: &mut Tx, hazards: &[SeedHazard]) -> Result<()> {
    for some in hazards.chunks(ROWS) {
        let words: Vec<String> =
            some.iter().map(|hazard| crate::engine::scoped_words(hazard.region, &hazard.indexed.words)).collect();
        let is_postgres = matches!(tx, Tx::Postgres(_));
        build_execute!(tx, |q| {
            q.push(
                "insert into hazards (id, inspection_id, enterprise_id, enterprise_type, region, item_code, item_text,
                 basis, description, severity, department, officer_id, found_at, due_on, state, closed_at, version, cure,
                 changed_at,
                 search_text",
            );
            q.push(if is_postgres { ", words) " } else { ") " });
            q.push_values(some.iter().zip(&words), |mut row, (hazard, words)| {
                row.push_bind(hazard.id).push_bind(hazard.inspection).push_bind(hazard.enterprise);
                row.push_bind(hazard.enterprise_type).push_bind(hazard.region.to_string());
                row.push_bind(&hazard.item.code.0).push_bind(&hazard.item.text).push_bind(&hazard.item.basis);
                row.push_bind(&hazard.description);
                row.push_bind(severity_code(hazard.item.preset()));
                row.push_bind(&hazard.item.department.0).push_bind(hazard.officer.0).push_bind(hazard.found_at);
                let cure = hazard.cure.as_ref();
                let (stage, version) = if cure.is_some() { (Stage::Closed, 2_i64) } else { (Stage::Open, 1) };
                row.push_bind(hazard.due_on.to_string()).push_bind(stage.code()).push_bind(cure.map(|cure| cure.0));
                row.push_bind(version).push_bind(cure.map(|_| version));
                row.push_bind(cure.map_or(hazard.found_at, |cure| cure.0));
                row.push_bind(&hazard.indexed.text);
                if is_postgres {
                    row.push("array_to_tsvector(string_to_array(").push_bind_unseparated(words);
                    row.push_unseparated(", ' '))");
                }
            });
        })?;
        if !is_postgres {
            index_last(tx, &words).await?;
        }
        insert_events(tx, &some.iter().flat_map(events).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// An event of a seeded hazard: which, its ordinal, when, by whom, and what.
type SeedEvent<'a> = (&'a SeedHazard, i64, i64, &'a (Uuid, String), Event);

/// Found, and where it was, cured.
fn events(hazard: &SeedHazard) -> impl Iterator<Item = SeedEvent<'_>> {
    let found = EventData::Found {
        severity: hazard.item.preset(),
        department: hazard.item.department.clone(),
        officer: PersonId(hazard.officer.0),
        due_on: hazard.due_on,
    };
    let found = Event { data: found, text: hazard.description.clone() };
    let cured = hazard.cure.as_ref().map(|(at, text, details)| {
        let data = EventData::Cured { details: details.clone(), needs_review: false };
        (hazard, 2, *at, &hazard.officer, Event { data, text: text.clone() })
    });
    std::iter::once((hazard, 1, hazard.found_at, &hazard.author, found)).chain(cured)
}

async fn insert_events(tx: &mut Tx, events: &[SeedEvent<'_>]) -> Result<()> {
    let data =
        |event: &Event| serde_json::to_string(&event.data).map_err(StoreError::inconsistent("hazard_events.data"));
    let data = events.iter().map(|(.., event)| data(event)).collect::<Result<Vec<_>>>()?;
    build_execute!(tx, |q| {
        q.push(
            "insert into hazard_events (hazard_id, ordinal, id, kind, at, made_at, actor_id, actor_name, actor_title, text, data) ",
        );
        q.push_values(events.iter().zip(&data), |mut row, ((hazard, ordinal, at, actor, event), data)| {
            row.push_bind(hazard.id).push_bind(*ordinal).push_bind(hazard.id);
            row.push_bind(event.data.kind().code()).push_bind(*at).push_bind(*at);
            row.push_bind(actor.0).push_bind(&actor.1).push_bind(&hazard.title);
            row.push_bind(&event.text).push_bind(data);
        });
    })?;
    Ok(())
}

/// Indexes the rows just inserted: one writer, so the last sequence numbers are theirs.
async fn index_last(tx: &mut Tx, words: &[String]) -> Result<()> {
    let (last,) = fetch_one!(tx, (i64,), "select max(seq) from hazards")?;
    let first = last + 1 - i64::try_from(words.len()).unwrap_or(i64::MAX);
    if let Tx::Sqlite(tx) = tx {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("insert into hazard_words (rowid, words) ");
        query.push_values((first..).zip(words), |mut row, (seq, words)| {
            row.push_bind(seq).push_bind(words);
        });
        query.build().execute(&mut **tx).await?;
    }
    Ok(())
}

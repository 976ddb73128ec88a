//! Synthetic data of Yunnan, plausible and the same every time: for demonstration, tests and measuring.
//!
//! Every name, number and record is invented. Nothing here asks for a permit: it runs from the command line, before
//! anyone can sign in.

mod invent;

use domain::{
    checklist::Checklist,
    enterprise::EnterpriseType,
    geo::Wgs84,
    hazard::{ControlMeasure, CureDetails, EnforcementAction, Severity},
    inspection::Answer,
    person::Role,
    region::{RegionCode, RegionLevel},
    time::Timestamp,
};
use invent::Invent;
use std::collections::{BTreeMap, HashMap};
use store::{
    Db, Result,
    seed::{Batch, SeedEnterprise, SeedHazard, SeedInspection, SeedPerson},
};
use uuid::Uuid;

/// An account of the demonstration.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    /// 官渡区 · 检查员, and the department.
    pub title: String,
    /// The invented name.
    pub name: String,
    /// The invented number.
    pub phone: String,
}

/// Hazards of the demonstration.
pub const DEMO_HAZARDS: u32 = 1_500;
/// Enterprises, or hazards, written together.
const BATCH_ROWS: usize = 4_000;
/// Departments that send inspectors in every county, in the order of opening.
const INSPECTING: [&str; 8] =
    ["housing", "market_regulation", "commerce", "emergency", "fire", "education", "transport", "health"];

const YUNNAN: &str = "530000";
const KUNMING: &str = "530100";
const GUANDU: &str = "530111";

struct County {
    region: RegionCode,
    name: String,
    centre: Wgs84,
    inspectors: Vec<(Uuid, String, String)>,
}

/// Fills an empty database with `hazards` hazards and the accounts, enterprises and inspections around them; a
/// database that has people already is left alone. `now` is the day on which the data ends.
///
/// # Errors
/// When the store fails.
pub async fn run(db: &Db, hazards: u32, now: Timestamp) -> Result<Vec<DemoAccount>> {
    let mut tx = db.read().await?;
    let is_empty = store::seed::is_empty(&mut tx).await?;
    let names = store::dictionary::region_names(&mut tx, region(YUNNAN)).await?;
    let departments = store::dictionary::departments(&mut tx).await?;
    let checklists = store::checklists::current(&mut tx).await?;
    drop(tx);
    let department_names: HashMap<_, _> = departments.into_iter().map(|d| (d.code.0, d.name)).collect();
    let mut invent = Invent::new();
    let (people, mut counties, accounts) = open_accounts(&mut invent, &names, &department_names);
    if is_empty {
        insert(db, &Batch { people, ..Batch::default() }).await?;
        counties.sort_by_key(|county| county.region);
        fill(db, &mut invent, &counties, &checklists, hazards as usize, now).await?;
        store::seed::take_stock(db).await?;
    }
    Ok(accounts)
}

async fn insert(db: &Db, batch: &Batch) -> Result<()> {
    let mut tx = db.write().await?;
    store::seed::insert(&mut tx, batch).await?;
    tx.commit().await
}

fn region(code: &str) -> RegionCode {
    code.parse().expect("a constant of this file")
}

/// Accounts of every place of Yunnan, and those of one branch that the demonstration names.
fn open_accounts(
    invent: &mut Invent,
    names: &HashMap<RegionCode, String>,
    departments: &HashMap<String, String>,
) -> (Vec<SeedPerson>, Vec<County>, Vec<DemoAccount>) {
    let mut places: Vec<_> = names.iter().map(|(code, name)| (*code, name.clone())).collect();
    places.push((RegionCode::NATION, "全国".to_owned()));
    places.sort();
    let branch = [RegionCode::NATION, region(YUNNAN), region(KUNMING), region(GUANDU)];
    let (mut people, mut counties, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
    let (mut shown, mut hidden) = (13_000_000_000_u64, 13_000_100_000_u64);
    for (code, name) in places {
        let is_shown = branch.contains(&code);
        let administrators = if is_shown { 1 } else { 2 };
        let inspectors = match code.level() {
            RegionLevel::County => INSPECTING.len(),
            RegionLevel::Prefecture => 3,
            RegionLevel::Province | RegionLevel::Nation => 1,
        };
        let roles = std::iter::repeat_n((Role::Administrator, "housing"), administrators)
            .chain(INSPECTING.iter().take(inspectors).map(|department| (Role::Inspector, *department)));
        let mut own = Vec::new();
        for (role, department) in roles {
            let next = if is_shown { &mut shown } else { &mut hidden };
            *next += 1;
            let phone = next.to_string();
            let person = SeedPerson {
                id: invent.id(0),
                name: invent.person(),
                phone,
                department: department.to_owned(),
                is_internal: true,
                posts: vec![(invent.id(0), role, code)],
            };
            if is_shown {
                let department = departments.get(department).map_or("", String::as_str);
                accounts.push(DemoAccount {
                    title: format!("{name} · {} · {department}", domain::person::rank(code.level(), role)),
                    name: person.name.clone(),
                    phone: person.phone.clone(),
                });
            }
            if role == Role::Inspector {
                own.push((person.id, person.name.clone(), department.to_owned()));
            }
            people.push(person);
        }
        if code.level() == RegionLevel::County {
            let centre =
                if code == region(GUANDU) { Wgs84 { latitude: 25.015, longitude: 102.744 } } else { invent.centre() };
            counties.push(County { region: code, name, centre, inspectors: own });
        }
    }
    (people, counties, accounts)
}

/// An enterprise that was written, and what its visits need to know of it.
struct Enterprise<'a> {
    id: Uuid,
    name: String,
    address: String,
    county: &'a County,
    checklist: &'a Checklist,
}

/// A visit to be written.
struct Visit {
    at: Timestamp,
    /// Which of the enterprises, by its place in their list.
    enterprise: usize,
    /// How many hazards it finds.
    hazards: usize,
}

/// Enterprises first, as imports bring them; then the visits, in the order of time, as phones hand them in.
async fn fill(
    db: &Db,
    invent: &mut Invent,
    counties: &[County],
    checklists: &[Checklist],
    hazards: usize,
    now: Timestamp,
) -> Result<()> {
    let lists: HashMap<EnterpriseType, &Checklist> =
        checklists.iter().filter_map(|list| Some((list.enterprise_type.known()?, list))).collect();
    let (mut batch, mut enterprises, mut visits, mut planned) = (Batch::default(), Vec::new(), Vec::new(), 0);
    while planned < hazards {
        // One in eight lies in the county of the demonstration's inspectors; the others are spread evenly.
        let county = match invent.below(8) {
            0 => counties.iter().find(|county| county.region == region(GUANDU)),
            _ => counties.get(invent.below(counties.len())),
        };
        let kind = invent.enterprise_type();
        let (Some(county), Some(checklist)) = (county, lists.get(&kind)) else { break };
        let own = plan(invent, enterprises.len(), now);
        planned += own.iter().map(|visit| visit.hazards).sum::<usize>();
        let enterprise = enterprise(invent, kind, county, own.iter().map(|visit| visit.at).max(), now);
        let (name, address) = (enterprise.entry.name.clone(), enterprise.entry.address.clone());
        enterprises.push(Enterprise { id: enterprise.id, name, address, county, checklist });
        visits.extend(own);
        batch.enterprises.push(enterprise);
        if batch.enterprises.len() >= BATCH_ROWS {
            insert(db, &std::mem::take(&mut batch)).await?;
            tracing::info!(enterprises = enterprises.len(), "seeding");
        }
    }
    visits.sort_by_key(|visit| visit.at);
    let mut written = 0;
    for visit in visits {
        add_inspection(invent, &mut batch, &enterprises[visit.enterprise], &visit, now);
        if batch.hazards.len() >= BATCH_ROWS {
            written += batch.hazards.len();
            insert(db, &std::mem::take(&mut batch)).await?;
            tracing::info!(hazards = written, "seeding");
        }
    }
    insert(db, &batch).await
}

/// None to four visits of an enterprise, each finding none to five hazards.
fn plan(invent: &mut Invent, enterprise: usize, now: Timestamp) -> Vec<Visit> {
    let visits = [0, 1, 1, 2, 2, 3, 4][invent.below(7)];
    let visit = |_| Visit { at: visit(invent, now), enterprise, hazards: [0, 1, 1, 2, 2, 3, 5][invent.below(7)] };
    (0..visits).map(visit).collect()
}

fn enterprise(
    invent: &mut Invent,
    kind: EnterpriseType,
    county: &County,
    last_visit: Option<Timestamp>,
    now: Timestamp,
) -> SeedEnterprise {
    let created_at = now.plus_seconds(-86_400 * 500);
    SeedEnterprise {
        id: invent.id(created_at.0),
        entry: invent.enterprise(kind, &county.name, county.region),
        region: county.region,
        position: last_visit.map(|_| invent.near(county.centre)),
        last_inspected_at: last_visit.map(|at| at.0),
        created_at: created_at.0,
    }
}

/// Within the last fourteen months, between nine and half past five.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "numbers below 100,000")]
fn visit(invent: &mut Invent, now: Timestamp) -> Timestamp {
    let day = domain::time::plus_days(now.date(), -1 - invent.below(420) as i32);
    Timestamp::start_of(day).plus_seconds(9 * 3_600 + invent.below(8 * 3_600 + 1_800) as i64)
}

fn cure_details() -> CureDetails {
    CureDetails {
        measures: vec![ControlMeasure::Notified, ControlMeasure::Watched],
        enforcement: vec![EnforcementAction::Ordered],
        fine_fen: None,
    }
}

#[expect(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "numbers below 10,000,000")]
fn add_inspection(invent: &mut Invent, batch: &mut Batch, enterprise: &Enterprise<'_>, visit: &Visit, now: Timestamp) {
    let Enterprise { county, checklist, .. } = *enterprise;
    let at = visit.at;
    let id = invent.id(at.0);
    let first = invent.below(county.inspectors.len());
    let team: Vec<_> = (0..3).map(|n| &county.inspectors[(first + n) % county.inspectors.len()]).collect();
    let mut answers: BTreeMap<_, _> = checklist.items.iter().map(|item| (item.code.clone(), Answer::Pass)).collect();
    let first = invent.below(checklist.items.len());
    for number in 0..visit.hazards {
        let item = &checklist.items[(first + number) % checklist.items.len()];
        answers.insert(item.code.clone(), Answer::Fail);
        let officer = team.iter().find(|person| person.2 == item.department.0).unwrap_or(&team[0]);
        let description = invent.description(&item.text);
        let due_on = item.preset().suggested_due_on(at.date());
        let cured_at = at.plus_seconds(86_400 + invent.below(28 * 86_400) as i64);
        // What is long overdue has become rare: it is what the campaign is about.
        let is_old = now.seconds_since(at) > 60 * 86_400;
        let cured_of_1000 = match (is_old, item.preset()) {
            (true, _) => 992,
            (false, Severity::Major) => 800,
            (false, Severity::General) => 900,
        };
        let is_cured = cured_at < now && invent.below(1_000) < cured_of_1000;
        batch.hazards.push(SeedHazard {
            id: invent.id(at.0),
            inspection: id,
            enterprise: enterprise.id,
            enterprise_type: checklist.enterprise_type.known().map_or("", EnterpriseType::code),
            region: county.region,
            item: item.clone(),
            indexed: domain::search::index(&[&enterprise.name, &enterprise.address, &description]),
            description,
            author: (team[0].0, team[0].1.clone()),
            officer: (officer.0, officer.1.clone()),
            title: format!("{} · {}", county.name, Role::Inspector.name()),
            found_at: at.0,
            due_on,
            cure: is_cured.then(|| (cured_at.0, invent.cure(), cure_details())),
        });
    }
    let failed = answers.values().filter(|answer| **answer == Answer::Fail).count();
    batch.inspections.push(SeedInspection {
        id,
        enterprise: enterprise.id,
        enterprise_type: checklist.enterprise_type.known().map_or("", EnterpriseType::code),
        region: county.region,
        at: at.0,
        distance_m: invent.below(300) as f64,
        answers: serde_json::to_string(&answers).unwrap_or_default(),
        items: checklist.items.len() as i64,
        failed: failed as i64,
        people: team.into_iter().map(|person| (person.0, person.1.clone())).collect(),
    });
}

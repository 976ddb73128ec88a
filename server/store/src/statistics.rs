//! Sums per region of the level below: by county from the sums that are kept, or, where days bound them, counted in the
//! order of a covering index; and added up here.

use crate::{Result, Scope, Tx, dictionary, hazards::COUNTED, scope::push_range, sums};
use domain::{
    region::{RegionCode, RegionLevel},
    statistics::RegionStatistics,
    time::{Date, Timestamp},
};
use sqlx::{Database, Encode, QueryBuilder, Type};
use std::collections::{BTreeMap, HashMap};

/// The days that are counted: of visits by their start, of hazards by when they were found. Absent means no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Period {
    /// From this day.
    pub from: Option<Date>,
    /// To this day.
    pub to: Option<Date>,
}

/// The sums of every region directly below that of `scope`, by code, those without data included; of a county, its own.
/// `today` decides what is overdue.
///
/// # Errors
/// When the engine fails.
pub async fn by_region(tx: &mut Tx, scope: Scope, period: Period, today: Date) -> Result<Vec<RegionStatistics>> {
    let counted = if period == Period::default() {
        kept(tx, scope, today).await?
    } else {
        count(tx, scope, period, today).await?
    };
    let mut sums = zeros(tx, scope.region()).await?;
    for (region, county) in counted {
        sums.entry(region[..key_length(scope.region().level())].to_owned()).and_modify(|sum| {
            sum.enterprises += county.enterprises;
            sum.inspected += county.inspected;
            sum.inspections += county.inspections;
            sum.hazards += county.hazards;
            sum.major += county.major;
            sum.closed += county.closed;
            sum.overdue += county.overdue;
        });
    }
    Ok(sums.into_values().collect())
}

/// What is counted of a county.
#[derive(Clone, Copy, Default)]
struct County {
    enterprises: i64,
    inspected: i64,
    inspections: i64,
    hazards: i64,
    major: i64,
    closed: i64,
    overdue: i64,
}

type Counties = HashMap<String, County>;

/// From the sums that are kept, less what is open.
async fn kept(tx: &mut Tx, scope: Scope, today: Date) -> Result<Counties> {
    let mut counties = Counties::new();
    for (region, what, severity, n) in sums::of_counties(tx, scope).await? {
        let county = counties.entry(region).or_default();
        match what.as_str() {
            "enterprises" => county.enterprises += n,
            "inspected" => county.inspected += n,
            "inspections" => county.inspections += n,
            _ => {
                county.hazards += n;
                county.closed += n;
                county.major += if severity == "major" { n } else { 0 };
            }
        }
    }
    let open = build!(tx, (String, i64, i64), |q| {
        q.push("select region, count(*), count(case when state = 'open' and due_on < ").push_bind(today.to_string());
        q.push(" then 1 end) from hazards where closed_at is null");
        push_range(&mut q, "", scope);
        q.push(" group by region");
    })?;
    for (region, open, overdue) in open {
        let county = counties.entry(region).or_default();
        county.closed -= open;
        county.overdue = overdue;
    }
    Ok(counties)
}

/// From the records themselves, where days bound them.
async fn count(tx: &mut Tx, scope: Scope, period: Period, today: Date) -> Result<Counties> {
    let mut counties = Counties::new();
    for (region, what, _, n) in sums::of_counties(tx, scope).await? {
        let county = counties.entry(region).or_default();
        match what.as_str() {
            "enterprises" => county.enterprises += n,
            "inspected" => county.inspected += n,
            _ => {}
        }
    }
    let inspections = build!(tx, (String, i64), |q| {
        q.push("select region, count(*) from inspections where 1 = 1");
        push_where(&mut q, scope, "started_at", period);
    })?;
    for (region, inspections) in inspections {
        counties.entry(region).or_default().inspections = inspections;
    }
    let hazards = build!(tx, (String, i64, i64, i64, i64), |q| {
        q.push("select h.region, count(*), count(case when h.severity = 'major' then 1 end),");
        q.push(" count(case when h.state = 'closed' then 1 end),");
        q.push(" count(case when h.state = 'open' and h.due_on < ").push_bind(today.to_string());
        q.push(" then 1 end) from hazards h where ").push(COUNTED);
        push_where(&mut q, scope, "found_at", period);
    })?;
    for (region, hazards, major, closed, overdue) in hazards {
        let county = counties.entry(region).or_default();
        (county.hazards, county.major, county.closed, county.overdue) = (hazards, major, closed, overdue);
    }
    Ok(counties)
}

/// How much of a row's code tells apart the regions directly below this level.
fn key_length(level: RegionLevel) -> usize {
    match level {
        RegionLevel::Nation => 2,
        RegionLevel::Province => 4,
        RegionLevel::Prefecture | RegionLevel::County => 6,
    }
}

/// The regions to be told apart, by prefix, with nothing counted yet.
async fn zeros(tx: &mut Tx, top: RegionCode) -> Result<BTreeMap<String, RegionStatistics>> {
    let regions = match top.level() {
        RegionLevel::County => dictionary::region(tx, top).await?.into_iter().collect(),
        _ => dictionary::regions(tx, top).await?,
    };
    let zero = |region| RegionStatistics {
        region,
        enterprises: 0,
        inspected: 0,
        inspections: 0,
        hazards: 0,
        major: 0,
        closed: 0,
        overdue: 0,
    };
    Ok(regions.into_iter().map(|region| (region.code.prefix(), zero(region))).collect())
}

/// And the scope, and the period of a column of instants.
fn push_where<D>(query: &mut QueryBuilder<D>, scope: Scope, column: &'static str, period: Period)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
    i64: Type<D> + for<'q> Encode<'q, D>,
{
    push_range(query, "", scope);
    if let Some(from) = period.from {
        query.push(" and ").push(column).push(" >= ").push_bind(Timestamp::start_of(from).0);
    }
    if let Some(to) = period.to {
        query.push(" and ").push(column).push(" < ").push_bind(Timestamp::end_of(to).0);
    }
    query.push(" group by region");
}

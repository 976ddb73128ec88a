//! Sums per region of the level below: one query a table, grouped by county in the order of a covering index, and added up
//! here.

use crate::{Result, Tx, dictionary, scope::push_range};
use domain::{
    region::{RegionCode, RegionLevel},
    statistics::RegionStatistics,
    time::{Date, Timestamp},
};
use sqlx::{Database, Encode, QueryBuilder, Type};
use std::collections::BTreeMap;

/// The days that are counted: of visits by their start, of hazards by when they were found. Absent means no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Period {
    /// From this day.
    pub from: Option<Date>,
    /// To this day.
    pub to: Option<Date>,
}

/// The sums of every region directly below `scope`, by code, those without data included; of a county, its own.
/// `today` decides what is overdue.
///
/// # Errors
/// When the engine fails.
pub async fn by_region(tx: &mut Tx, scope: RegionCode, period: Period, today: Date) -> Result<Vec<RegionStatistics>> {
    let enterprises = build!(tx, (String, i64, i64), |q| {
        q.push("select region, count(case when closed_at is null and deleted_at is null then 1 end),");
        q.push(
            " count(case when closed_at is null and deleted_at is null then last_inspected_at end) from enterprises",
        );
        push_where(&mut q, scope, None, period);
    })?;
    let inspections = build!(tx, (String, i64), |q| {
        q.push("select region, count(*) from inspections");
        push_where(&mut q, scope, Some("started_at"), period);
    })?;
    let hazards = build!(tx, (String, i64, i64, i64, i64), |q| {
        q.push("select region, count(*), count(case when severity = 'major' then 1 end), count(closed_at),");
        q.push(" count(case when closed_at is null and due_on < ").push_bind(today.to_string());
        q.push(" then 1 end) from hazards");
        push_where(&mut q, scope, Some("found_at"), period);
    })?;

    let mut sums = zeros(tx, scope).await?;
    let key = |region: &str| region[..key_length(scope.level())].to_owned();
    for (region, enterprises, inspected) in enterprises {
        sums.entry(key(&region)).and_modify(|sum| {
            sum.enterprises += enterprises;
            sum.inspected += inspected;
        });
    }
    for (region, inspections) in inspections {
        sums.entry(key(&region)).and_modify(|sum| sum.inspections += inspections);
    }
    for (region, hazards, major, closed, overdue) in hazards {
        sums.entry(key(&region)).and_modify(|sum| {
            sum.hazards += hazards;
            sum.major += major;
            sum.closed += closed;
            sum.overdue += overdue;
        });
    }
    Ok(sums.into_values().collect())
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
async fn zeros(tx: &mut Tx, scope: RegionCode) -> Result<BTreeMap<String, RegionStatistics>> {
    let regions = match scope.level() {
        RegionLevel::County => dictionary::region(tx, scope).await?.into_iter().collect(),
        _ => dictionary::regions(tx, scope).await?,
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

/// The scope, and the period of a column of instants.
fn push_where<D>(query: &mut QueryBuilder<D>, scope: RegionCode, instants: Option<&'static str>, period: Period)
where
    D: Database,
    String: Type<D> + for<'q> Encode<'q, D>,
    i64: Type<D> + for<'q> Encode<'q, D>,
{
    query.push(" where 1 = 1");
    push_range(query, "", scope);
    if let Some(column) = instants {
        if let Some(from) = period.from {
            query.push(" and ").push(column).push(" >= ").push_bind(Timestamp::start_of(from).0);
        }
        if let Some(to) = period.to {
            query.push(" and ").push(column).push(" < ").push_bind(Timestamp::end_of(to).0);
        }
    }
    query.push(" group by region");
}

//! Sums kept beside the records, by triggers of both engines: read instead of counting a million rows. What is open is
//! little, and is counted.

use crate::{Result, Tx, engine, hazards::severity_code, scope::push_range};
use domain::{ledger::HazardFilter, region::RegionCode};

/// Adds up rows that say the same: the sums stay as they are, and fewer rows are read.
///
/// # Errors
/// When the engine fails.
pub async fn fold(tx: &mut Tx) -> Result<()> {
    engine::fold_sums(tx).await
}

/// How many hazards there are, and how many of them are major, of a filter that names no state, no period and no text.
pub(crate) async fn hazards(tx: &mut Tx, scope: RegionCode, filter: &HazardFilter) -> Result<(i64, i64)> {
    let rows = build!(tx, (i64, i64), |q| {
        q.push(
            "select cast(coalesce(sum(n), 0) as bigint),
             cast(coalesce(sum(case when severity = 'major' then n else 0 end), 0) as bigint)
             from sums where what = 'hazards'",
        );
        push_range(&mut q, "", scope);
        if let Some(kind) = filter.enterprise_type {
            q.push(" and enterprise_type = ").push_bind(kind.code());
        }
        if let Some(severity) = filter.severity {
            q.push(" and severity = ").push_bind(severity_code(severity));
        }
        if let Some(department) = &filter.department {
            q.push(" and department = ").push_bind(department.0.clone());
        }
    })?;
    Ok(rows.first().copied().unwrap_or_default())
}

/// The sums of each county: what is summed up, how severe, how many.
pub(crate) async fn of_counties(tx: &mut Tx, scope: RegionCode) -> Result<Vec<(String, String, String, i64)>> {
    build!(tx, (String, String, String, i64), |q| {
        q.push("select region, what, severity, cast(sum(n) as bigint) from sums where 1 = 1");
        push_range(&mut q, "", scope);
        q.push(" group by region, what, severity");
    })
}

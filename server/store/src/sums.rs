//! Sums kept beside the records, by triggers of both engines: read instead of counting a million rows. What is open is
//! little, and is counted.

use crate::{Result, Scope, Tx, engine, hazards::severity_code, scope::push_range};
use domain::ledger::HazardFilter;

/// Adds up rows that say the same: the sums stay as they are, and fewer rows are read.
///
/// # Errors
/// When the engine fails.
pub async fn fold(tx: &mut Tx) -> Result<()> {
    engine::fold_sums(tx).await
}

/// How many hazards there are, and how many of them are major, of a filter that names no state, no period and no text.
pub(crate) async fn hazards(tx: &mut Tx, scope: Scope, filter: &HazardFilter) -> Result<(i64, i64)> {
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

/// The sums of each county: what is summed up, how severe, how many. Only hazards are kept by the type of enterprise;
/// where a scope has some types only, all else is counted.
pub(crate) async fn of_counties(tx: &mut Tx, scope: Scope) -> Result<Vec<(String, String, String, i64)>> {
    let is_of_types = scope.types().is_some();
    let mut sums = build!(tx, (String, String, String, i64), |q| {
        q.push("select region, what, severity, cast(sum(n) as bigint) from sums where ");
        q.push(if is_of_types { "what = 'hazards'" } else { "1 = 1" });
        push_range(&mut q, "", scope);
        q.push(" group by region, what, severity");
    })?;
    if is_of_types {
        sums.extend(count_by_county(tx, scope).await?);
    }
    Ok(sums)
}

/// What the triggers keep of enterprises and inspections, counted.
async fn count_by_county(tx: &mut Tx, scope: Scope) -> Result<Vec<(String, String, String, i64)>> {
    build!(tx, (String, String, String, i64), |q| {
        for (index, (what, rows)) in COUNTED_BY_TYPE.into_iter().enumerate() {
            q.push(if index == 0 { "select region, '" } else { " union all select region, '" });
            q.push(what).push("', '', count(*) from ").push(rows);
            push_range(&mut q, "", scope);
            q.push(" group by region");
        }
    })
}

/// In the words of the triggers.
const COUNTED_BY_TYPE: [(&str, &str); 3] = [
    ("enterprises", "enterprises where closed_at is null and deleted_at is null"),
    ("inspected", "enterprises where closed_at is null and deleted_at is null and last_inspected_at is not null"),
    ("inspections", "inspections where 1 = 1"),
];

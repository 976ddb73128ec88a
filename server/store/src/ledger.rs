//! The hazard ledger: pages, sums and export lines under a filter, within a scope.

mod lines;

pub use lines::lines;

use crate::{
    Result, Scope, Tx,
    engine::TextSearch,
    hazards::{COUNTED, DECORATED, DECORATION, OPEN, Row, severity_code},
    scope::{push_range, push_scope},
    sums,
};
use domain::{
    hazard::{HazardRow, HazardState},
    ledger::{HazardFilter, LedgerSummary},
    page::{Cursor, Page},
    search::Query,
    time::{Date, Timestamp},
};

macro_rules! push_filter {
    ($q:ident, $filter:expr, $today:expr) => {
        push_filter!($q, $filter, $today, false)
    };
    ($q:ident, $filter:expr, $today:expr, $only_open:expr) => {{
        let filter: &HazardFilter = $filter;
        if let Some(kind) = filter.enterprise_type {
            $q.push(" and h.enterprise_type = ").push_bind(kind.code());
        }
        if let Some(severity) = filter.severity {
            $q.push(" and h.severity = ").push_bind(severity_code(severity));
        }
        match filter.state {
            Some(HazardState::Open) => $q.push(" and h.state = 'open'"),
            Some(HazardState::Overdue) => {
                $q.push(" and h.state = 'open' and h.due_on < ").push_bind($today.to_string())
            }
            Some(HazardState::UnderReview) => $q.push(" and h.state = 'under_review'"),
            Some(HazardState::Closed) => $q.push(" and h.state = 'closed'"),
            Some(HazardState::Voided) => $q.push(" and h.state = 'voided'"),
            None => &mut $q,
        };
        // In the words of one partial index, for the planners look for these; with those of two, the large one is taken.
        match filter.state {
            None if $only_open => $q.push(" and ").push(OPEN),
            Some(HazardState::Open | HazardState::Overdue | HazardState::UnderReview) => $q.push(" and ").push(OPEN),
            Some(HazardState::Voided) => &mut $q,
            Some(HazardState::Closed) | None => $q.push(" and ").push(COUNTED),
        };
        if let Some(department) = &filter.department {
            $q.push(" and h.department = ").push_bind(department.0.clone());
        }
        if let Some(from) = filter.from {
            $q.push(" and h.found_at >= ").push_bind(Timestamp::start_of(from).0);
        }
        if let Some(to) = filter.to {
            $q.push(" and h.found_at < ").push_bind(Timestamp::end_of(to).0);
        }
    }};
}
use push_filter;

/// A page of the ledger of a scope, newest first by when it was found.
///
/// # Errors
/// When the engine fails.
pub async fn page(
    tx: &mut Tx,
    scope: Scope,
    filter: &HazardFilter,
    today: Date,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<HazardRow>> {
    let after = after.and_then(parse_cursor);
    let text = TextSearch::of_ledger(tx, scope.region(), Query::parse(&filter.text)).await?;
    let mut rows = build!(tx, Row, |q| {
        q.push(DECORATED);
        text.push_hazards(&mut q);
        push_scope(&mut q, "h.", scope);
        push_filter!(q, filter, today);
        if let Some((found_at, seq)) = after {
            q.push(" and (h.found_at, h.seq) < (").push_bind(found_at).push(", ").push_bind(seq).push(")");
        }
        q.push(" order by h.found_at desc, h.seq desc limit ").push_bind(i64::from(limit) + 1).push(DECORATION);
    })?;
    let limit = limit as usize;
    let next = (rows.len() > limit).then(|| {
        rows.truncate(limit);
        Cursor(format!("{}.{}", rows[limit - 1].found_at, rows[limit - 1].seq))
    });
    Ok(Page { rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, next })
}

/// The ledger's sums under a filter: of what the page lists, so what was voided counts only where it is asked for. Where it
/// names neither days nor words, they are kept sums less what is open.
///
/// # Errors
/// When the engine fails.
pub async fn summary(tx: &mut Tx, scope: Scope, filter: &HazardFilter, today: Date) -> Result<LedgerSummary> {
    let is_kept = filter.from.is_none() && filter.to.is_none() && Query::parse(&filter.text).terms.is_empty();
    if !is_kept || !matches!(filter.state, None | Some(HazardState::Closed)) {
        return count(tx, scope, filter, today, false).await;
    }
    let (all, all_major) = sums::hazards(tx, scope, filter).await?;
    let open = count(tx, scope, &HazardFilter { state: None, ..filter.clone() }, today, true).await?;
    let closed = all - open.total;
    Ok(match filter.state {
        None => LedgerSummary { total: all, major: all_major, overdue: open.overdue, closed },
        Some(_) => LedgerSummary { total: closed, major: all_major - open.major, overdue: 0, closed },
    })
}

/// Counts the rows themselves; only what is open where wanted, 待整改 and 待复核 alike.
async fn count(
    tx: &mut Tx,
    scope: Scope,
    filter: &HazardFilter,
    today: Date,
    only_open: bool,
) -> Result<LedgerSummary> {
    let text = TextSearch::by_index(tx, scope.region(), Query::parse(&filter.text));
    let rows = build!(tx, (i64, i64, i64, i64), |q| {
        q.push(
            "select count(*), cast(coalesce(sum(case when h.severity = 'major' then 1 else 0 end), 0) as bigint),
             cast(coalesce(sum(case when h.state = 'open' and h.due_on < ",
        );
        q.push_bind(today.to_string());
        q.push(" then 1 else 0 end), 0) as bigint), count(case when h.state = 'closed' then 1 end) from ");
        text.push_hazards(&mut q);
        push_range(&mut q, "h.", scope);
        push_filter!(q, filter, today, only_open);
    })?;
    let (total, major, overdue, closed) = rows.first().copied().unwrap_or_default();
    Ok(LedgerSummary { total, major, overdue, closed })
}

fn parse_cursor(cursor: &Cursor) -> Option<(i64, i64)> {
    let (found_at, seq) = cursor.0.split_once('.')?;
    Some((found_at.parse().ok()?, seq.parse().ok()?))
}

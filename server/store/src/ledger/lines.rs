//! The lines of an export. There may be millions, and each value on its way out of an engine costs more than the engine's
//! work for it: a batch comes as one text of JSON.

use super::{parse_cursor, push_filter};
use crate::{
    Result, Scope, StoreError, Tx,
    engine::{TextSearch, as_json},
    hazards::{COUNTED, OPEN, parse_severity, parse_stage, severity_code},
    scope::push_scope,
};
use domain::{
    hazard::{CureDetails, HazardState, Stage},
    ledger::{HazardFilter, LedgerLine},
    page::{Cursor, Page},
    search::Query,
    time::{Date, Timestamp},
};
use serde::Deserialize;

/// A line as [`COLUMNS`] make it.
#[derive(Deserialize)]
struct Line {
    found_at: i64,
    seq: i64,
    enterprise_name: String,
    enterprise_type: String,
    address: String,
    region: String,
    item_text: String,
    description: String,
    severity: String,
    department: String,
    officer_name: String,
    inspectors: String,
    due_on: String,
    state: String,
    closed_at: Option<i64>,
    cure_text: Option<String>,
    cure_data: Option<String>,
}

const COLUMNS: &str = "h.found_at, h.seq, e.name, h.enterprise_type, e.address, h.region, h.item_text, h.description,
    h.severity, d.name, p.name, i.inspectors, h.due_on, h.state, h.closed_at, c.text, c.data";

impl TryFrom<Line> for LedgerLine {
    type Error = StoreError;

    fn try_from(line: Line) -> Result<Self> {
        let cure = line.cure_data.as_deref().map(serde_json::from_str::<CureDetails>).transpose();
        let stage = parse_stage(&line.state)?;
        Ok(Self {
            enterprise_name: line.enterprise_name,
            enterprise_type: line
                .enterprise_type
                .parse()
                .map_err(StoreError::inconsistent("hazards.enterprise_type"))?,
            address: line.address,
            region: line.region.parse().map_err(StoreError::inconsistent("hazards.region"))?,
            item_text: line.item_text,
            description: line.description,
            severity: parse_severity(&line.severity),
            department: line.department,
            officer_name: line.officer_name,
            inspectors: line.inspectors,
            found_at: Timestamp(line.found_at),
            due_on: line.due_on.parse().map_err(StoreError::inconsistent("hazards.due_on"))?,
            stage,
            closed_at: line.closed_at.filter(|_| stage == Stage::Closed).map(Timestamp),
            cure_text: line.cure_text.unwrap_or_default(),
            cure: cure.map_err(StoreError::inconsistent("hazard_events.data"))?.unwrap_or_default(),
        })
    }
}

/// A batch of the ledger with all that an export shows, in the order of [`page`](super::page).
///
/// # Errors
/// When the engine fails.
pub async fn lines(
    tx: &mut Tx,
    scope: Scope,
    filter: &HazardFilter,
    today: Date,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<LedgerLine>> {
    let after = after.and_then(parse_cursor);
    let text = TextSearch::of_ledger(tx, scope.region(), Query::parse(&filter.text)).await?;
    let rows = build!(tx, (Option<String>,), |q| {
        let (begin, end) = as_json(&q);
        q.push("select ").push(begin).push(COLUMNS).push(end);
        q.push(" from (select h.found_at, h.seq, h.enterprise_id, h.enterprise_type, h.region, h.item_text, h.description,
            h.severity, h.department, h.officer_id, h.inspection_id, h.due_on, h.state, h.closed_at, h.id, h.cure from ");
        text.push_hazards(&mut q);
        push_scope(&mut q, "h.", scope);
        push_filter!(q, filter, today);
        if let Some((found_at, seq)) = after {
            q.push(" and (h.found_at, h.seq) < (").push_bind(found_at).push(", ").push_bind(seq).push(")");
        }
        q.push(" order by h.found_at desc, h.seq desc limit ").push_bind(i64::from(limit) + 1);
        q.push(
            ") h join enterprises e on e.id = h.enterprise_id join departments d on d.code = h.department
             join people p on p.id = h.officer_id join inspections i on i.id = h.inspection_id
             left join hazard_events c on c.hazard_id = h.id and c.ordinal = h.cure",
        );
    })?;
    let json = rows.into_iter().next().and_then(|(json,)| json);
    let mut lines: Vec<Line> = json
        .map_or_else(|| Ok(Vec::new()), |json| serde_json::from_str(&json))
        .map_err(StoreError::inconsistent("lines"))?;
    // The engines join in an order of their own.
    lines.sort_unstable_by_key(|line| std::cmp::Reverse((line.found_at, line.seq)));
    let limit = limit as usize;
    let next = (lines.len() > limit).then(|| {
        lines.truncate(limit);
        Cursor(format!("{}.{}", lines[limit - 1].found_at, lines[limit - 1].seq))
    });
    Ok(Page { rows: lines.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, next })
}

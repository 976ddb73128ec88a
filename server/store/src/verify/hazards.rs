//! Hazards against the fold of their events.

use super::{Fault, Tell, unreadable};
use crate::{
    Result, StoreError, Tx,
    hazards::{cure_in_force, severity_code},
};
use domain::{
    hazard::{Event, EventData, Hazard, Record},
    id::PersonId,
    time::Timestamp,
};
use sqlx::FromRow;
use uuid::Uuid;

const PAGE: i64 = 500;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    description: String,
    state: String,
    closed_at: Option<i64>,
    severity: String,
    department: String,
    officer_id: Uuid,
    due_on: String,
    supervised_until: Option<String>,
    version: i64,
    cure: Option<i64>,
}

#[derive(FromRow)]
struct EventRow {
    hazard_id: Uuid,
    ordinal: i64,
    kind: String,
    at: i64,
    made_at: i64,
    actor_id: Uuid,
    text: String,
    data: String,
}

impl EventRow {
    fn record(&self) -> Result<Record> {
        let data: EventData =
            serde_json::from_str(&self.data).map_err(StoreError::inconsistent("hazard_events.data"))?;
        if data.kind().code() != self.kind {
            return Err(StoreError::inconsistent("hazard_events.kind")(&self.kind));
        }
        Ok(Record {
            actor: PersonId(self.actor_id),
            made_at: Timestamp(self.made_at),
            at: Timestamp(self.at),
            event: Event { data, text: self.text.clone() },
        })
    }
}

/// What events decide of a row, in words that can be compared.
type Columns = [(&'static str, String); 10];

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "无".to_owned(), |value| value.to_string())
}

impl Row {
    fn columns(&self) -> Columns {
        [
            ("隐患描述", self.description.clone()),
            ("状态", self.state.clone()),
            ("结束时间", shown(self.closed_at)),
            ("隐患级别", self.severity.clone()),
            ("责任部门", self.department.clone()),
            ("整治责任人", self.officer_id.to_string()),
            ("整改期限", self.due_on.clone()),
            ("督办期限", shown(self.supervised_until.as_ref())),
            ("经过条数", self.version.to_string()),
            ("生效的整改", shown(self.cure)),
        ]
    }
}

/// The row that events make; nothing unless the first says how the hazard was found.
fn folded(events: &[EventRow]) -> Result<Option<Columns>> {
    let Some(first) = events.first() else { return Ok(None) };
    let found = first.record()?;
    let Some(mut hazard) = domain::hazard::fold([&found]) else { return Ok(None) };
    let (mut version, mut cure) = (1, None);
    for event in &events[1..] {
        let record = event.record()?;
        version += 1;
        hazard = hazard.after(&record);
        cure = cure_in_force(cure, &hazard, &record, version);
    }
    if events.iter().zip(1..).any(|(event, ordinal)| event.ordinal != ordinal) {
        return Err(StoreError::inconsistent("hazard_events.ordinal")("an event is missing"));
    }
    Ok(Some(columns(&hazard, found.event.text, version, cure)))
}

fn columns(hazard: &Hazard, description: String, version: i64, cure: Option<i64>) -> Columns {
    [
        ("隐患描述", description),
        ("状态", hazard.life.stage().code().to_owned()),
        ("结束时间", shown(hazard.life.ended_at().map(|at| at.0))),
        ("隐患级别", severity_code(hazard.severity).to_owned()),
        ("责任部门", hazard.department.0.clone()),
        ("整治责任人", hazard.officer.0.to_string()),
        ("整改期限", hazard.due_on.to_string()),
        ("督办期限", shown(hazard.supervised_until)),
        ("经过条数", version.to_string()),
        ("生效的整改", shown(cure)),
    ]
}

/// Every hazard: its row is the fold of its events. Gives how many hazards there are, and how many events.
///
/// # Errors
/// When the engine fails.
pub async fn hazards(tx: &mut Tx, tell: Tell<'_>) -> Result<(u64, u64)> {
    let (mut after, mut seen, mut happened) = (None, 0, 0);
    loop {
        let rows = build!(tx, Row, |q| {
            q.push(
                "select id, description, state, closed_at, severity, department, officer_id, due_on, supervised_until,
                 version, cure from hazards",
            );
            if let Some(after) = after {
                q.push(" where id > ").push_bind(after);
            }
            q.push(" order by id limit ").push_bind(PAGE);
        })?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok((seen, happened)) };
        let events = fetch_all!(
            tx,
            EventRow,
            "select hazard_id, ordinal, kind, at, made_at, actor_id, text, data from hazard_events
             where hazard_id >= $1 and hazard_id <= $2 order by hazard_id, ordinal",
            first.id,
            last.id,
        )?;
        after = Some(last.id);
        seen += rows.len() as u64;
        happened += events.len() as u64;
        for row in &rows {
            let from = events.partition_point(|event| event.hazard_id < row.id);
            let to = events.partition_point(|event| event.hazard_id <= row.id);
            let faults = match folded(&events[from..to]) {
                Err(error) => vec![unreadable(&error)],
                Ok(None) => vec!["隐患经过不是从发现开始".to_owned()],
                Ok(Some(folded)) => std::iter::zip(row.columns(), folded)
                    .filter(|((_, stored), (_, folded))| stored != folded)
                    .map(|((name, stored), (_, folded))| format!("{name}为 {stored}，按隐患经过应为 {folded}"))
                    .collect(),
            };
            for why in faults {
                tell(Fault { what: "隐患", id: row.id.to_string(), why });
            }
        }
    }
}

//! Inspections and who took part.

use crate::{
    Result, Scope, StoreError, Tx,
    engine::{self, push_terms},
    enterprises::{Site, SiteRow},
    scope::push_scope,
    settings,
};
use domain::{
    checklist::ItemCode,
    enterprise::EnterpriseType,
    geo::{PositionRule, PositionVerdict},
    id::{EnterpriseId, InspectionId, PersonId, PostId},
    inspection::{Accepted, Answer, Begun, InspectionFilter, InspectionRow, UnderWay},
    page::{Cursor, Page},
    person::{Colleague, Department, DepartmentCode},
    region::RegionCode,
    search::Query,
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is known of an accepted inspection besides what the phone said.
#[derive(Debug)]
pub struct Context<'a> {
    /// Who did it and answers for it, whoever delivered it.
    pub author: PersonId,
    /// From which post's region.
    pub post_region: RegionCode,
    /// The enterprise's region.
    pub region: RegionCode,
    /// The names of all who took part, the author first.
    pub inspectors: &'a [String],
    /// When the server received it.
    pub received_at: Timestamp,
}

/// Writes an accepted inspection and who took part; it is under way no more.
///
/// # Errors
/// When the engine fails.
pub async fn insert(tx: &mut Tx, accepted: &Accepted, context: &Context<'_>) -> Result<()> {
    let submission = &accepted.submission;
    let failed = submission.answers.values().filter(|answer| **answer == Answer::Fail).count();
    let sql = engine::insert_inspection(tx);
    execute!(
        tx,
        sql,
        submission.id.0,
        submission.enterprise.0,
        submission.enterprise_type.code(),
        context.region.to_string(),
        context.author.0,
        context.post_region.to_string(),
        i64::from(submission.checklist_version),
        submission.started_at.0,
        submission.finished_at.0,
        context.received_at.0,
        submission.fix.as_ref().map(json),
        json(&accepted.verdict),
        !accepted.verdict.is_accepted(),
        submission.exception.as_ref().map(|exception| exception.reason.as_str()),
        json(&submission.answers),
        context.inspectors.join("、"),
        i64::try_from(submission.answers.len()).unwrap_or(i64::MAX),
        i64::try_from(failed).unwrap_or(i64::MAX),
        json(&submission.participants),
    )?;
    Ok(())
}

/// By what an inspection is judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Where it was made.
    pub site: Site,
    /// How near an inspector must be there.
    pub rule: PositionRule,
    /// Whether it is filed already.
    pub is_known: bool,
}

#[derive(FromRow)]
struct FactsRow {
    #[sqlx(flatten)]
    site: SiteRow,
    radius_m: Option<String>,
    accuracy_cap_m: Option<String>,
    is_known: bool,
}

/// By what an inspection of this enterprise is judged, read at once; nothing where there is no such enterprise. As
/// [`crate::enterprises::site`] and [`settings::position_rule`]. Other transactions that change the enterprise, or file an
/// inspection of it, wait for this one.
///
/// # Errors
/// When the engine fails, or a stored setting is no number.
pub async fn facts(tx: &mut Tx, id: InspectionId, enterprise: EnterpriseId) -> Result<Option<Facts>> {
    let sql = engine::inspection_facts(tx);
    let row = fetch_optional!(tx, FactsRow, sql, enterprise.0, id.0)?;
    row.map(|row| {
        Ok(Facts {
            site: row.site.try_into()?,
            rule: settings::parse_position_rule(row.radius_m.as_deref(), row.accuracy_cap_m.as_deref())?,
            is_known: row.is_known,
        })
    })
    .transpose()
}

/// JSON of a domain value, for a text column.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("domain types serialize: string keys, no failing impl")
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    id: Uuid,
    enterprise_id: Uuid,
    enterprise_name: String,
    enterprise_type: String,
    region: String,
    region_name: String,
    inspectors: String,
    started_at: i64,
    received_at: i64,
    verdict: String,
    exception_reason: Option<String>,
    failed: i64,
    items: i64,
}

impl TryFrom<Row> for InspectionRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: InspectionId(row.id),
            enterprise: EnterpriseId(row.enterprise_id),
            enterprise_name: row.enterprise_name,
            enterprise_type: row
                .enterprise_type
                .parse::<EnterpriseType>()
                .map_err(StoreError::inconsistent("inspections.enterprise_type"))?
                .into(),
            region: row.region.parse().map_err(StoreError::inconsistent("inspections.region"))?,
            region_name: row.region_name,
            inspectors: row.inspectors.split('、').map(str::to_owned).collect(),
            started_at: Timestamp(row.started_at),
            received_at: Timestamp(row.received_at),
            position: parse_verdict(&row.verdict)?.into(),
            exception_reason: row.exception_reason,
            failed: row.failed,
            items: row.items,
        })
    }
}

fn parse_verdict(json: &str) -> Result<PositionVerdict> {
    serde_json::from_str(json).map_err(StoreError::inconsistent("inspections.verdict"))
}

const DECORATED: &str = "select i.seq, i.id, i.enterprise_id, e.name as enterprise_name, i.enterprise_type, i.region,
    r.name as region_name, i.inspectors, i.started_at, i.received_at, i.verdict, i.exception_reason, i.failed, i.items
    from (select * from inspections i where 1 = 1";
const DECORATION: &str = ") i join enterprises e on e.id = i.enterprise_id join regions r on r.code = i.region
    order by i.seq desc";

/// Which inspections to list.
enum Which<'a> {
    Listed(&'a InspectionFilter, Option<i64>),
    OfEnterprise(EnterpriseId),
    One(InspectionId),
}

async fn rows(tx: &mut Tx, scope: Scope, which: Which<'_>, limit: u32) -> Result<Vec<Row>> {
    build!(tx, Row, |q| {
        q.push(DECORATED);
        push_scope(&mut q, "i.", scope);
        match &which {
            Which::One(id) => {
                q.push(" and i.id = ").push_bind(id.0);
            }
            Which::OfEnterprise(id) => {
                q.push(" and i.enterprise_id = ").push_bind(id.0);
            }
            Which::Listed(filter, after) => {
                if let Some(kind) = filter.enterprise_type {
                    q.push(" and i.enterprise_type = ").push_bind(kind.code());
                }
                if let Some(from) = filter.from {
                    q.push(" and i.started_at >= ").push_bind(Timestamp::start_of(from).0);
                }
                if let Some(to) = filter.to {
                    q.push(" and i.started_at < ").push_bind(Timestamp::end_of(to).0);
                }
                if filter.unmatched_only {
                    q.push(" and i.is_unmatched");
                }
                let terms = Query::parse(&filter.text).terms;
                if !terms.is_empty() {
                    q.push(" and exists (select 1 from enterprises x where x.id = i.enterprise_id");
                    push_terms(&mut q, "x.", &terms);
                    q.push(")");
                }
                if let Some(after) = after {
                    q.push(" and i.seq < ").push_bind(*after);
                }
            }
        }
        q.push(" order by i.seq desc limit ").push_bind(i64::from(limit));
        q.push(DECORATION);
    })
}

/// A page of the inspections of a scope, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn page(
    tx: &mut Tx,
    scope: Scope,
    filter: &InspectionFilter,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page<InspectionRow>> {
    let after = after.and_then(|cursor| cursor.0.parse().ok());
    let mut rows = rows(tx, scope, Which::Listed(filter, after), limit + 1).await?;
    let next = (rows.len() > limit as usize).then(|| {
        rows.truncate(limit as usize);
        Cursor(rows[limit as usize - 1].seq.to_string())
    });
    Ok(Page { rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, next })
}

/// The last twenty inspections of an enterprise, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn of_enterprise(tx: &mut Tx, scope: Scope, enterprise: EnterpriseId) -> Result<Vec<InspectionRow>> {
    rows(tx, scope, Which::OfEnterprise(enterprise), 20).await?.into_iter().map(TryInto::try_into).collect()
}

/// One inspection of a scope.
///
/// # Errors
/// When the engine fails.
pub async fn get(tx: &mut Tx, scope: Scope, id: InspectionId) -> Result<Option<InspectionRow>> {
    rows(tx, scope, Which::One(id), 1).await?.pop().map(TryInto::try_into).transpose()
}

/// Whether there is an inspection with this id.
pub async fn is_known(tx: &mut Tx, id: InspectionId) -> Result<bool> {
    Ok(fetch_optional!(tx, (Uuid,), "select id from inspections where id = $1", id.0)?.is_some())
}

/// Notes that an inspection was begun; a second time changes nothing.
pub async fn begin(
    tx: &mut Tx,
    begun: &Begun,
    enterprise: EnterpriseId,
    author: PersonId,
    post: PostId,
    at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "insert into begun_inspections (id, enterprise_id, author_id, post_id, started_at, received_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        begun.inspection.0,
        enterprise.0,
        author.0,
        post.0,
        begun.started_at.0,
        at.0,
    )?;
    Ok(())
}

/// 正在检查: what was begun at an enterprise since then and is not handed in, newest first.
pub async fn under_way(tx: &mut Tx, enterprise: EnterpriseId, since: Timestamp) -> Result<Vec<UnderWay>> {
    let rows = fetch_all!(
        tx,
        (Uuid, String, i64),
        "select b.id, p.name, b.started_at from begun_inspections b join people p on p.id = b.author_id
         where b.enterprise_id = $1 and b.started_at > $2 order by b.started_at desc limit 20",
        enterprise.0,
        since.0,
    )?;
    let under_way = |(id, author, at)| UnderWay { inspection: InspectionId(id), author, started_at: Timestamp(at) };
    Ok(rows.into_iter().map(under_way).collect())
}

/// The checklist's version and the answers of an inspection.
///
/// # Errors
/// When the engine fails.
pub async fn answers(tx: &mut Tx, id: InspectionId) -> Result<(i32, BTreeMap<ItemCode, Answer>)> {
    let (version, answers) =
        fetch_one!(tx, (i64, String), "select checklist_version, answers from inspections where id = $1", id.0,)?;
    Ok((
        i32::try_from(version).map_err(StoreError::inconsistent("inspections.checklist_version"))?,
        serde_json::from_str(&answers).map_err(StoreError::inconsistent("inspections.answers"))?,
    ))
}

/// All who took part, the author first.
///
/// # Errors
/// When the engine fails.
pub async fn participants(tx: &mut Tx, id: InspectionId) -> Result<Vec<Colleague>> {
    let rows = fetch_all!(
        tx,
        (Uuid, String, String, String, bool),
        "select p.id, p.name, p.department, d.name, p.is_internal from inspection_people i
         join people p on p.id = i.person_id join departments d on d.code = p.department
         where i.inspection_id = $1 order by i.ordinal",
        id.0,
    )?;
    let colleague = |(id, name, code, department, is_internal)| Colleague {
        id: PersonId(id),
        name,
        department: Department { code: DepartmentCode(code), name: department },
        is_internal,
    };
    Ok(rows.into_iter().map(colleague).collect())
}

//! Enterprises: the register, and what its county does with it.

use crate::{
    Action, Gate, Permit,
    actions::{
        AddEnterprise, CloseEnterprise, DeleteEnterprise, EditEnterprise, ExportEnterprises, FindEnterprise,
        ReadEnterprises,
    },
    copies::Request,
    permit::internal,
};
use domain::{
    Problem,
    enterprise::{EnterpriseDetail, EnterpriseDraft, EnterpriseEntry, EnterpriseFilter, EnterpriseRow},
    geo::Wgs84,
    id::EnterpriseId,
    page::{Cursor, PAGE_ROWS, Page},
    person::PhoneNumber,
};
use store::{
    Scope,
    enterprises::{self, NewEnterprise, PositionSource},
};

/// A page of the caller's register, newest first.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn list(
    mut permit: Permit<ReadEnterprises>,
    filter: EnterpriseFilter,
    after: Option<Cursor>,
) -> Result<Page<EnterpriseRow>, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    enterprises::page(&mut permit.tx, scope, &filter, after.as_ref(), PAGE_ROWS).await.map_err(internal)
}

/// The enterprises of the caller's county whose operator has this number; leaves a trace. Nobody else finds any by it.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn find(
    mut permit: Permit<FindEnterprise>,
    phone: &PhoneNumber,
    filter: &EnterpriseFilter,
    after: Option<Cursor>,
) -> Result<Page<EnterpriseRow>, Problem> {
    let scope = permit.scope(filter.region)?;
    let found = enterprises::page_of_phone(&mut permit.tx, scope, phone, filter, after.as_ref(), PAGE_ROWS).await;
    let page = found.map_err(internal)?;
    permit.commit(&phone.masked(), &format!("找到 {} 家企业", page.rows.len())).await?;
    Ok(page)
}

/// 附近企业 of the caller's area, nearest first, at most thirty.
///
/// # Errors
/// [`Problem::Invalid`] for a position outside the country.
pub async fn nearby(mut permit: Permit<ReadEnterprises>, at: Wgs84) -> Result<Vec<EnterpriseRow>, Problem> {
    let at = at.checked()?;
    let scope = permit.scope(None)?;
    enterprises::nearby(&mut permit.tx, scope, at).await.map_err(internal)
}

/// An inspection that was begun so long ago, in seconds, is no longer under way: three days.
const UNDER_WAY_S: i64 = 3 * 86_400;

/// One enterprise with its open hazards, oldest first, and its last inspections (Q23); also by the id that a phone gave it.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(mut permit: Permit<ReadEnterprises>, id: EnterpriseId) -> Result<EnterpriseDetail, Problem> {
    let site = enterprises::site(&mut permit.tx, id).await.map_err(internal)?;
    let id = site.map_or(id, |site| site.id);
    let enterprise = visible(&mut permit, id).await?;
    let scope = permit.scope(None)?;
    let tx = &mut permit.tx;
    let mut open_hazards = store::hazards::open_of_enterprise(tx, scope, id).await.map_err(internal)?;
    open_hazards.sort_by_key(|hazard| hazard.found_at);
    let mut inspections = store::inspections::of_enterprise(tx, scope, id).await.map_err(internal)?;
    // The store gives them as they arrived; one made without network may arrive after a later one.
    inspections.sort_by_key(|inspection| std::cmp::Reverse(inspection.started_at));
    let since = permit.now.plus_seconds(-UNDER_WAY_S);
    let under_way = store::inspections::under_way(tx, id, since).await.map_err(internal)?;
    Ok(EnterpriseDetail { enterprise, open_hazards, inspections, under_way })
}

/// Adds an enterprise in the current post's county (Q17, Q18). The same call again changes nothing.
///
/// # Errors
/// [`Problem::Invalid`] for the first wrong field; [`Problem::EnterpriseExists`], which leaves a trace, for the code may be
/// a number that is tried; [`Problem::OperationConflict`] when the id is taken, whatever the rest says.
pub async fn add(
    mut permit: Permit<AddEnterprise>,
    id: EnterpriseId,
    draft: EnterpriseDraft,
) -> Result<EnterpriseRow, Problem> {
    let entry = parse(&draft)?;
    let post = permit.post()?;
    let (region, place) = (post.region, post.region_name.clone());
    let request = Request::new(id.0, &draft);
    let new = NewEnterprise { id, entry: &entry, region, at: permit.now };
    if !enterprises::insert(&mut permit.tx, &new).await.map_err(internal)? {
        // By the id alone, before the key is looked at.
        if request.done(&mut permit).await?.is_some() {
            return visible(&mut permit, id).await;
        }
        if enterprises::site(&mut permit.tx, id).await.map_err(internal)?.is_some() {
            return Err(Problem::OperationConflict);
        }
        let same = enterprises::find_by_key(&mut permit.tx, region, &entry.unique_key()).await.map_err(internal)?;
        let (_, name) = same.ok_or(Problem::OperationConflict)?;
        permit.commit(&name, "企业已登记，未增加").await?;
        return Err(Problem::EnterpriseExists { name, place });
    }
    request.keep(&mut permit, id.0).await?;
    let row = visible(&mut permit, id).await?;
    permit.commit(&row.name, &format!("{}，{}", row.enterprise_type.name(), row.address)).await?;
    Ok(row)
}

/// Corrects an enterprise; an empty credit code stays as it is, and so does the position without a new one (Q33). `seen`
/// is the row as the caller's form began with it; without one (an older page) the edit is not compared.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Invalid`] for the first wrong field; [`Problem::EnterpriseExists`];
/// [`Problem::Conflict`] when what it changes is not what was seen any more.
pub async fn edit(
    mut permit: Permit<EditEnterprise>,
    id: EnterpriseId,
    mut draft: EnterpriseDraft,
    position: Option<Wgs84>,
    seen: Option<EnterpriseRow>,
) -> Result<EnterpriseRow, Problem> {
    // Of two that edit at once, the second reads what the first wrote.
    enterprises::lock(&mut permit.tx, id).await.map_err(internal)?;
    let before = visible(&mut permit, id).await?;
    let stored = enterprises::entry(&mut permit.tx, id).await.map_err(internal)?;
    let stored = stored.ok_or_else(not_found)?;
    if draft.credit_code.trim().is_empty() {
        draft.credit_code = stored.credit_code.as_str().to_owned();
    }
    let entry = parse(&draft)?;
    let position = position.map(Wgs84::checked).transpose()?.filter(|position| before.position != Some(*position));
    let mut changes = changes(&stored, &entry);
    let is_overtaken = seen.is_some_and(|seen| {
        !changes.is_empty() && !seen.reads_as(&before) || position.is_some() && !seen.lies_as(&before)
    });
    if is_overtaken {
        // Whoever tries numbers leaves a trace.
        permit.commit(&before.name, "已被他人修改，未保存").await?;
        return Err(Problem::moved_on("企业"));
    }

    let same = enterprises::find_by_key(&mut permit.tx, before.region, &entry.unique_key()).await.map_err(internal)?;
    if let Some((_, name)) = same.filter(|(same, _)| *same != id) {
        // Whoever tries numbers leaves a trace.
        permit.commit(&before.name, &format!("与“{name}”重复，未修改")).await?;
        return Err(Problem::EnterpriseExists { name, place: before.region_name });
    }
    match enterprises::update(&mut permit.tx, id, &entry, permit.now).await {
        Err(error) if error.is_duplicate() => {
            return Err(Problem::EnterpriseExists { name: entry.name, place: before.region_name });
        }
        done => done.map_err(internal)?,
    }
    if let Some(position) = position {
        let now = permit.now;
        enterprises::set_position(&mut permit.tx, id, (position, None), PositionSource::Console, now, now)
            .await
            .map_err(internal)?;
        changes.push(moved(before.position, position));
    }
    let row = visible(&mut permit, id).await?;
    let detail = if changes.is_empty() { "无变化".to_owned() } else { changes.join("；") };
    permit.commit(&before.name, &detail).await?;
    Ok(row)
}

/// Deletes an enterprise that has no inspection and no hazard (Q27).
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] when it has records.
pub async fn delete(mut permit: Permit<DeleteEnterprise>, id: EnterpriseId) -> Result<(), Problem> {
    let row = visible(&mut permit, id).await?;
    if !enterprises::delete(&mut permit.tx, id, permit.now).await.map_err(internal)? {
        return Err(Problem::conflict("该企业已有检查或隐患记录，不能删除。已停业或注销的，请改为标记停业"));
    }
    permit.commit(&row.name, &format!("{}，{}", row.enterprise_type.name(), row.address)).await
}

/// Marks an enterprise as out of business, or as open again; doing it twice is doing it once.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn close(
    mut permit: Permit<CloseEnterprise>,
    id: EnterpriseId,
    is_closed: bool,
) -> Result<EnterpriseRow, Problem> {
    let mut row = visible(&mut permit, id).await?;
    if row.closed_at.is_some() == is_closed {
        return Ok(row);
    }
    row.closed_at = is_closed.then_some(permit.now);
    enterprises::set_closed(&mut permit.tx, id, row.closed_at, permit.now).await.map_err(internal)?;
    permit.commit(&row.name, if is_closed { "标记停业" } else { "恢复营业" }).await?;
    Ok(row)
}

/// The register's rows under a filter, in batches, for an export: neither a transaction nor memory grows with them.
pub struct Export {
    db: store::Db,
    /// From the first rows on: whoever waits for a core holds no connection.
    tx: Option<store::Tx>,
    scope: Scope,
    filter: EnterpriseFilter,
    /// An operator's whole number, where the filter's text is one and the caller may look for it.
    phone: Option<PhoneNumber>,
    after: Option<Cursor>,
    is_done: bool,
}

/// Rows of one batch of an export.
const BATCH_ROWS: u32 = 2_000;

/// Begins an export of the register; leaves a trace.
///
/// # Errors
/// [`Problem::NotFound`] for a region outside the caller's area.
pub async fn export(
    gate: &Gate,
    mut permit: Permit<ExportEnterprises>,
    filter: EnterpriseFilter,
) -> Result<Export, Problem> {
    domain::search::check_terms(&filter.text)?;
    let scope = permit.scope(filter.region)?;
    let finds = FindEnterprise::ACTION.who().includes(permit.caller.post.as_ref());
    let phone = PhoneNumber::parse(&filter.text).ok().filter(|_| finds);
    let masked = domain::person::mask_numbers(&filter.text);
    let region = crate::dictionary::region_name(&mut permit.tx, filter.region).await?;
    let words = EnterpriseFilter { text: masked, ..filter.clone() }.in_words(region.as_deref());
    permit.commit("企业台账", if words.is_empty() { "全部" } else { &words }).await?;
    Ok(Export { db: gate.db().clone(), tx: None, scope, filter, phone, after: None, is_done: false })
}

impl Export {
    /// The next rows; empty at the end.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store fails.
    pub async fn next(&mut self) -> Result<Vec<EnterpriseRow>, Problem> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let tx = match &mut self.tx {
            Some(tx) => tx,
            None => self.tx.insert(self.db.read_in_pieces().await.map_err(internal)?),
        };
        let (scope, filter, after) = (self.scope, &self.filter, self.after.as_ref());
        let page = match &self.phone {
            Some(phone) => enterprises::page_of_phone(tx, scope, phone, filter, after, BATCH_ROWS).await,
            None => enterprises::page(tx, scope, filter, after, BATCH_ROWS).await,
        };
        let page = page.map_err(internal)?;
        self.is_done = page.next.is_none();
        self.after = page.next;
        Ok(page.rows)
    }
}

fn not_found() -> Problem {
    Problem::not_found("企业")
}

async fn visible<A: Action>(permit: &mut Permit<A>, id: EnterpriseId) -> Result<EnterpriseRow, Problem> {
    let scope = permit.scope(None)?;
    enterprises::get(&mut permit.tx, scope, id).await.map_err(internal)?.ok_or_else(not_found)
}

/// The form shows one problem at a time: the first, in the order of its fields.
fn parse(draft: &EnterpriseDraft) -> Result<EnterpriseEntry, Problem> {
    draft.parse().map_err(|problems| problems.into_iter().next().unwrap_or(Problem::Unexpected))
}

/// What an edit changed, field by field; of the code only that it did, for it may be a phone number.
fn changes(before: &EnterpriseEntry, after: &EnterpriseEntry) -> Vec<String> {
    let fields = [
        ("企业名称", before.name.as_str(), after.name.as_str()),
        ("企业类型", before.enterprise_type.name(), after.enterprise_type.name()),
        ("企业住所", &before.address, &after.address),
        ("法人代表", &before.legal_representative, &after.legal_representative),
        ("许可证名称", &before.licence_name, &after.licence_name),
        ("许可证编号", &before.licence_number, &after.licence_number),
    ];
    let differing = fields.into_iter().filter(|(_, before, after)| before != after);
    let mut changes: Vec<_> = differing.map(|(field, before, after)| format!("{field}：{before} → {after}")).collect();
    if before.credit_code != after.credit_code {
        changes.push("社会统一信用代码已更改".to_owned());
    }
    changes
}

/// The trace of a corrected position (Q33).
fn moved(before: Option<Wgs84>, after: Wgs84) -> String {
    let show = |at: Wgs84| format!("{:.6},{:.6}", at.latitude, at.longitude);
    match before {
        Some(before) => {
            format!("定位：{} → {}（移动 {:.0} 米）", show(before), show(after), before.distance_m(after))
        }
        None => format!("定位：{}", show(after)),
    }
}

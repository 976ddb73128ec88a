//! 现场新增企业, made without asking the server; and which enterprise an operation means.

use super::{Done, Filing, Stop};
use crate::{Permit, Work};
use domain::{
    enterprise::OnSiteEnterprise,
    geo::{Fix, PositionVerdict, compare},
    id::EnterpriseId,
    region::{RegionCode, RegionLevel},
    time::Timestamp,
};
use store::{
    Tx,
    enterprises::{self, NewEnterprise, PositionSource, Site},
};

/// Adds an enterprise to the post's county; one that is on the register already is that one (Q21).
pub(super) async fn add<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    new: &OnSiteEnterprise,
) -> Result<Done, Stop> {
    let entry = new.draft.parse().map_err(|problems| {
        let first = problems.into_iter().next().unwrap_or(domain::Problem::Unexpected);
        Stop::content(&first).about(&new.draft.name)
    })?;
    let title = entry.name.clone();
    let (region, now) = (filing.region, filing.now);
    let tx = &mut permit.tx;
    if let Some(known) = enterprises::site(tx, new.id).await? {
        if filing.enterprise.is_none_or(|chosen| chosen == known.id) && known.region == region {
            return Ok(Done { title, detail: "该企业已登记".to_owned(), region });
        }
        return Err(Stop::held("content", "企业编号已被占用，只能退回").about(&title));
    }
    if let Some(chosen) = filing.enterprise {
        name_once_more(tx, new.id, chosen, now).await?;
        return Ok(Done { title, detail: "归并到已登记的企业".to_owned(), region });
    }
    if region.level() != RegionLevel::County {
        return Err(Stop::held("post", "企业只能登记在县级地区，请改归属或退回").about(&title));
    }
    let is_new = enterprises::insert(tx, &NewEnterprise { id: new.id, entry: &entry, region, at: now }).await?;
    let mut id = new.id;
    if !is_new {
        let same = enterprises::find_by_key(tx, region, &entry.unique_key()).await?;
        let Some((same, _)) = same else {
            return Err(Stop::held("content", "企业编号已被占用，只能退回").about(&title));
        };
        name_once_more(tx, new.id, same, now).await?;
        id = same;
    }
    if let Some(fix) = new.fix {
        locate(permit, id, region, fix, now).await?;
    }
    let detail = if is_new {
        format!("{}，{}", entry.enterprise_type.name(), entry.address)
    } else {
        "主表已存在".to_owned()
    };
    Ok(Done { detail: format!("{title}：{detail}"), title, region })
}

/// Keeps the id of the phone, and lets every phone of the place know that it is this enterprise: the one that made it shows
/// an enterprise of its own beside this one until then.
async fn name_once_more(tx: &mut Tx, id: EnterpriseId, same: EnterpriseId, now: Timestamp) -> Result<(), Stop> {
    enterprises::add_alias(tx, id, same).await?;
    Ok(enterprises::touch(tx, same, now).await?)
}

/// A good first fix is where the enterprise is (Q33).
async fn locate<W: Work>(
    permit: &mut Permit<W>,
    id: EnterpriseId,
    region: RegionCode,
    fix: Fix,
    now: Timestamp,
) -> Result<(), Stop> {
    let Ok(fix) = fix.checked(fix.taken_at) else { return Ok(()) };
    let rule = store::settings::position_rule(&mut permit.tx, region).await?;
    if compare(None, Some(fix), rule) == PositionVerdict::First {
        let position = (fix.at, Some(fix.accuracy_m));
        enterprises::set_position(&mut permit.tx, id, position, PositionSource::Inspection, fix.taken_at, now).await?;
    }
    Ok(())
}

/// The enterprise that an operation means, or was moved to: of the post's place, and not deleted unless the office
/// accepts, which revives it.
pub(super) async fn meant<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    id: EnterpriseId,
) -> Result<Site, Stop> {
    let site = enterprises::site(&mut permit.tx, filing.enterprise.unwrap_or(id)).await?;
    check(filing, site, |site| site)
}

/// The same of what was read already, with more beside it.
pub(super) fn check<T>(filing: &Filing<'_>, known: Option<T>, site: impl Fn(&T) -> &Site) -> Result<T, Stop> {
    let Some(known) = known else {
        return Err(Stop::held("enterprise", "系统中没有该企业，请改归属到正确的企业或退回"));
    };
    let site = site(&known);
    filing.check_in_reach(
        site.region,
        Some(site.enterprise_type),
        "enterprise",
        "该企业不在本地区，请改归属到本地区的企业或退回",
    )?;
    if !filing.region.includes(site.region) {
        filing.hold("enterprise", "该企业不在岗位所在的地区")?;
    }
    if site.deleted_at.is_some() {
        filing.hold("enterprise", "该企业已被删除，采纳后恢复该企业").map_err(|stop| stop.about(&site.name))?;
    }
    Ok(known)
}

/// Brings a deleted enterprise back, for the office accepted a visit to it.
pub(super) async fn revive<W: Work>(permit: &mut Permit<W>, site: &Site) -> Result<(), Stop> {
    if site.deleted_at.is_none() {
        return Ok(());
    }
    match enterprises::revive(&mut permit.tx, site.id, permit.now).await {
        Err(error) if error.is_duplicate() => {
            Err(Stop::held("enterprise", "同一企业已重新登记，请改归属到新登记的企业").about(&site.name))
        }
        done => Ok(done?),
    }
}

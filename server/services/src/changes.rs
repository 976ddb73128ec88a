//! What changed since a phone last asked, for the copies that it keeps.

use crate::{
    Action, Permit,
    actions::{CheckPosition, ReadColleagues, ReadEnterprises, ReadHazards},
    permit::internal,
    pinyin::initials,
};
use domain::{
    Problem,
    changes::{Changes, MOST_CHANGES},
    enterprise::{EnterpriseRow, LocalEnterprise},
    geo::PositionRule,
    hazard::HazardRow,
    id::{EnterpriseId, HazardId, PostId},
    person::Colleague,
    time::Timestamp,
};
use std::collections::BTreeMap;
use store::changes::{self, Change, Kept};
use uuid::Uuid;

/// A transaction may commit so long after the time that its rows carry, in seconds.
const LATE_S: i64 = 120;

/// Where a phone stands: `f{begun}.{at}.{id}` while it takes everything for the first time, then `d{at}.{id}`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Since {
    /// When the first taking began; what changed meanwhile is given again afterwards.
    begun: Option<Timestamp>,
    at: Timestamp,
    id: Uuid,
}

impl Since {
    /// What was handed out; anything else, an empty text above all, begins anew.
    fn parse(text: &str, now: Timestamp) -> Self {
        let begin = Self { begun: Some(now), at: Timestamp(i64::MIN), id: Uuid::nil() };
        let read = || {
            if let Some(rest) = text.strip_prefix('d') {
                let (at, id) = rest.split_once('.')?;
                return Some(Self { begun: None, at: Timestamp(at.parse().ok()?), id: id.parse().ok()? });
            }
            let (first, rest) = text.strip_prefix('f')?.split_once('.')?;
            let (at, id) = rest.split_once('.')?;
            Some(Self {
                begun: Some(Timestamp(first.parse().ok()?)),
                at: Timestamp(at.parse().ok()?),
                id: id.parse().ok()?,
            })
        };
        read().unwrap_or(begin)
    }

    /// Where it stands after these; after the last page it goes back a little, for transactions that commit late.
    fn after(self, page: &[Change], has_more: bool, now: Timestamp) -> String {
        let (at, id) = page.last().map_or((self.at, self.id), |last| (last.at, last.id));
        match (has_more, self.begun) {
            (true, Some(begun)) => format!("f{}.{}.{id}", begun.0, at.0),
            (true, None) => format!("d{}.{id}", at.0),
            (false, begun) => {
                let back = begun.unwrap_or(now).min(now).plus_seconds(-LATE_S);
                let is_late = begun.is_some() || at > back;
                let (at, id) = if is_late { (back, Uuid::nil()) } else { (at, id) };
                format!("d{}.{id}", at.0)
            }
        }
    }
}

/// Whether the session is still at the post under which a phone keeps what it asks for; a phone of an older version names
/// none.
pub(crate) fn check_post<A: Action>(permit: &Permit<A>, kept_under: Option<PostId>) -> Result<(), Problem> {
    let current = permit.caller.post.as_ref().map(|post| post.id);
    match kept_under {
        Some(post) if current != Some(post) => Err(Problem::conflict("岗位已切换，请按当前岗位重新下载")),
        _ => Ok(()),
    }
}

/// A page of changes, without its rows: the ids of those that are there.
async fn page<A: Action>(
    permit: &mut Permit<A>,
    kept: Kept,
    kept_under: Option<PostId>,
    since: &str,
    limit: u32,
) -> Result<(Vec<Uuid>, Changes<()>), Problem> {
    check_post(permit, kept_under)?;
    let (scope, now) = (permit.scope(None)?, permit.now);
    let (since, limit) = (Since::parse(since, now), limit.clamp(1, MOST_CHANGES));
    let tx = &mut permit.tx;
    let from = (since.at, since.id);
    let mut page = changes::after(tx, kept, scope, from, since.begun.is_some(), limit + 1).await.map_err(internal)?;
    let has_more = page.len() > limit as usize;
    page.truncate(limit as usize);
    let (there, gone): (Vec<Change>, Vec<Change>) = page.iter().partition(|change| change.is_there);
    let total = changes::total(tx, kept, scope).await.map_err(internal)?;
    let removed = gone.into_iter().map(|change| change.id).collect();
    let next = since.after(&page, has_more, now);
    let changes = Changes { rows: Vec::new(), removed, next, has_more, total };
    Ok((there.into_iter().map(|change| change.id).collect(), changes))
}

fn with_rows<T>(changes: Changes<()>, rows: Vec<T>) -> Changes<T> {
    let Changes { rows: _, removed, next, has_more, total } = changes;
    Changes { rows, removed, next, has_more, total }
}

/// Enterprises of the caller's area that changed, with the initials of their names and the ids that phones gave to them:
/// under these there is nothing any more.
///
/// # Errors
/// [`Problem::Conflict`] after 切换岗位, when the phone keeps it under another post.
pub async fn enterprises(
    mut permit: Permit<ReadEnterprises>,
    kept_under: Option<PostId>,
    since: &str,
    limit: u32,
) -> Result<Changes<LocalEnterprise>, Problem> {
    let (ids, mut changes) = page(&mut permit, Kept::Enterprises, kept_under, since, limit).await?;
    let scope = permit.scope(None)?;
    let tx = &mut permit.tx;
    let touched: Vec<_> = ids.iter().chain(&changes.removed).copied().collect();
    let aliases = store::enterprises::aliases(tx, &touched).await.map_err(internal)?;
    changes.removed.extend(aliases.iter().map(|(alias, _)| alias.0));
    let mut names = BTreeMap::<EnterpriseId, Vec<EnterpriseId>>::new();
    for (alias, of) in aliases {
        names.entry(of).or_default().push(alias);
    }
    let ids: Vec<_> = ids.into_iter().map(EnterpriseId).collect();
    let rows = store::enterprises::among(tx, scope, &ids).await.map_err(internal)?;
    let local = |row: EnterpriseRow| {
        let aliases = names.remove(&row.id).unwrap_or_default();
        LocalEnterprise { initials: initials(&row.name), row, aliases }
    };
    let rows = rows.into_iter().map(local).collect();
    Ok(with_rows(changes, rows))
}

/// Open hazards of the caller's area that changed.
///
/// # Errors
/// [`Problem::Conflict`] after 切换岗位, when the phone keeps it under another post.
pub async fn hazards(
    mut permit: Permit<ReadHazards>,
    kept_under: Option<PostId>,
    since: &str,
    limit: u32,
) -> Result<Changes<HazardRow>, Problem> {
    let (ids, changes) = page(&mut permit, Kept::Hazards, kept_under, since, limit).await?;
    let ids: Vec<_> = ids.into_iter().map(HazardId).collect();
    let rows = store::hazards::among(&mut permit.tx, &ids).await.map_err(internal)?;
    Ok(with_rows(changes, rows))
}

/// All who may be chosen as co-inspectors (Q29), and those who no longer may: few enough to be given whole each time.
///
/// # Errors
/// [`Problem::Conflict`] after 切换岗位, when the phone keeps it under another post.
pub async fn colleagues(
    mut permit: Permit<ReadColleagues>,
    kept_under: Option<PostId>,
) -> Result<Changes<Colleague>, Problem> {
    check_post(&permit, kept_under)?;
    let region = permit.post()?.region;
    let tx = &mut permit.tx;
    let rows = store::people::colleagues(tx, region, "").await.map_err(internal)?;
    let former = changes::former_colleagues(tx, region).await.map_err(internal)?;
    let removed = former.into_iter().filter(|id| rows.iter().all(|row| row.id != *id)).map(|id| id.0).collect();
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(Changes { rows, removed, next: "all".to_owned(), has_more: false, total })
}

/// How near an inspector of the current post must be: for a phone that compares without a network.
///
/// # Errors
/// [`Problem::Conflict`] after 切换岗位, when the phone keeps it under another post.
pub async fn position_rule(
    mut permit: Permit<CheckPosition>,
    kept_under: Option<PostId>,
) -> Result<PositionRule, Problem> {
    check_post(&permit, kept_under)?;
    let region = permit.post()?.region;
    store::settings::position_rule(&mut permit.tx, region).await.map_err(internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000_000);

    fn change(at: i64) -> Change {
        Change { id: Uuid::from_u128(7), at: Timestamp(at), is_there: true }
    }

    #[test]
    fn what_was_handed_out_is_read_and_anything_else_begins_anew() {
        let begin = Since::parse("", NOW);
        assert_eq!((begin.begun, begin.at), (Some(NOW), Timestamp(i64::MIN)));
        let middle = Since::parse(&begin.after(&[change(5)], true, NOW), NOW.plus_seconds(9));
        assert_eq!(middle, Since { begun: Some(NOW), at: Timestamp(5), id: Uuid::from_u128(7) });
        let end = Since::parse(&middle.after(&[change(9)], false, NOW.plus_seconds(9)), NOW.plus_seconds(9));
        assert_eq!(end, Since { begun: None, at: NOW.plus_seconds(-LATE_S), id: Uuid::nil() });
        for text in ["x", "d", "d1", "d1.x", "f1.2", "f1.2.x", "all"] {
            assert_eq!(Since::parse(text, NOW), begin, "{text}");
        }
    }

    #[test]
    fn the_last_page_goes_back_two_minutes_and_no_further_than_its_last_row() {
        let since = Since { begun: None, at: Timestamp(1), id: Uuid::nil() };
        assert_eq!(since.after(&[], false, NOW), format!("d1.{}", Uuid::nil()));
        assert_eq!(since.after(&[change(5)], false, NOW), format!("d5.{}", Uuid::from_u128(7)));
        let fresh = since.after(&[change(NOW.0 - 1)], false, NOW);
        assert_eq!(fresh, format!("d{}.{}", NOW.plus_seconds(-LATE_S).0, Uuid::nil()));
    }
}

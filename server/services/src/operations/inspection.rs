//! An inspection that was begun, and one that was finished.

use super::{Done, Filing, Stop, enterprise};
use crate::{Permit, Work, actions::Acts, checklists};
use domain::{
    Problem,
    checklist::Checklist,
    geo::PositionVerdict,
    id::{HazardId, InspectionId},
    inspection::{self, Accepted, Begun, Facts, NewHazard, Submission, Whereabouts},
    operation::is_plausible,
    person::Colleague,
};
use store::{
    audit::Actor,
    enterprises::{self, PositionSource, Site},
    hazards::{self, Author, FoundAt},
    inspections::{self, Context},
    photos::{self, Link, PhotoPurpose},
    posts,
};

/// Notes that an inspection is under way; one that was handed in meanwhile is not.
pub(super) async fn begin<W: Work>(permit: &mut Permit<W>, filing: &Filing<'_>, begun: &Begun) -> Result<Done, Stop> {
    let site = enterprise::meant(permit, filing, begun.enterprise).await?;
    let tx = &mut permit.tx;
    if !inspections::is_known(tx, begun.inspection).await? {
        inspections::begin(tx, begun, site.id, filing.author(), filing.operation.post, filing.now).await?;
    }
    Ok(Done { detail: site.name.clone(), title: site.name, region: site.region })
}

/// 提交检查: decides by the facts of the time of the visit, and writes the inspection, its hazards, what it announces of
/// photos, and the enterprise's position where this was the first (Q33).
pub(super) async fn file<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    submission: &Submission,
) -> Result<Done, Stop> {
    let id = InspectionId(filing.operation.id.0);
    keep_officers(permit, submission).await?;
    let meant = filing.enterprise.unwrap_or(submission.enterprise);
    // The enterprise is held from here on: its hazards are indexed by the name that is read now.
    let known = inspections::facts(&mut permit.tx, id, meant).await?;
    let known = enterprise::check(filing, known, |known| &known.site)?;
    let filed = decide_and_write(permit, filing, submission, &known).await;
    filed.map_err(|stop| filing.about(stop, known.site.region, &known.site.name))
}

/// Whoever deletes an officer of what is filed waits for it, and hands it over; whoever was deleted meanwhile is signed out.
/// A job files for nobody.
async fn keep_officers<W: Work>(permit: &mut Permit<W>, submission: &Submission) -> Result<(), Stop> {
    if submission.hazards.is_empty() {
        return Ok(());
    }
    let caller = match permit.caller.actor() {
        Actor::Person { person, .. } => Some(person),
        Actor::System(_) | Actor::Operator(_) | Actor::Stranger => None,
    };
    let mut people: Vec<_> = submission.hazards.iter().map(|hazard| hazard.officer).chain(caller).collect();
    people.sort_unstable();
    people.dedup();
    let kept = store::people::keep(&mut permit.tx, &people).await?;
    let is_there = caller.is_none_or(|caller| kept.contains(&caller));
    if is_there { Ok(()) } else { Err(Stop::Failed(Problem::NotSignedIn)) }
}

async fn decide_and_write<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    submission: &Submission,
    known: &inspections::Facts,
) -> Result<Done, Stop> {
    let site = &known.site;
    // The operation's id is the inspection's, whatever the body says: by it each finds the other.
    let id = InspectionId(filing.operation.id.0);
    let mut submission = Submission { id, enterprise: site.id, ..submission.clone() };
    let received_at = filing.operation.received_at;
    let is_timely = [submission.started_at, submission.finished_at].iter().all(|at| is_plausible(*at, received_at));
    if !is_timely {
        submission = submission.finished_by(received_at);
    }
    if site.closed_at.is_some_and(|closed_at| closed_at <= submission.started_at) {
        filing.hold("enterprise_closed", "该企业在检查之前已标记停业，请核实是否仍在经营")?;
    }
    let version = submission.checklist_version;
    let checklist = checklists::version(permit, submission.enterprise_type, version).await?;
    let Some(checklist) = checklist else {
        return Err(Stop::held("checklist", "检查清单的版本不存在，只能退回"));
    };
    if known.is_known {
        return Err(Stop::held("content", "该次检查已提交过"));
    }
    let ids: Vec<HazardId> = submission.hazards.iter().map(|hazard| hazard.id).collect();
    if !ids.is_empty() && !hazards::known_among(&mut permit.tx, &ids).await?.is_empty() {
        return Err(Stop::held("content", "隐患编号已被占用，请退回重新填写"));
    }
    let people = participants(permit, filing, &submission).await?;
    let known_hazards = seen_again(permit, filing, &submission).await?;
    let facts = Facts {
        author: filing.author(),
        colleagues: &people.iter().map(|person| person.id).collect::<Vec<_>>(),
        checklist: &checklist,
        known_hazards: &known_hazards,
    };
    let whereabouts = Whereabouts { position: site.position, rule: known.rule };
    let accepted = inspection::submit(submission, &facts, whereabouts).map_err(|problem| Stop::content(&problem))?;
    let by = super::hazard::context(permit, filing, accepted.submission.finished_at).await?;
    for seen in &accepted.submission.seen_again {
        let checked = crate::hazards::check_seen_again(&mut permit.tx, &by, seen).await;
        checked.map_err(|problem| super::hazard::stop(&problem))?;
    }
    enterprise::revive(permit, site).await?;
    write(permit, filing, &accepted, Known { site, checklist: &checklist, people: &people, by: &by }).await?;
    Ok(Done {
        title: site.name.clone(),
        region: site.region,
        detail: format!(
            "{}：检查 {} 项，隐患 {} 条，检查人员 {} 人",
            site.name,
            accepted.submission.answers.len(),
            accepted.submission.hazards.len(),
            people.len(),
        ),
    })
}

/// Who took part: inspectors of the post's place at the time (Q29). The office may accept others, as far as they exist.
async fn participants<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    submission: &Submission,
) -> Result<Vec<Colleague>, Stop> {
    let named = &submission.participants;
    let at = submission.started_at.min(filing.now);
    let mut people = posts::inspectors_at(&mut permit.tx, filing.region, named, at).await?;
    if people.len() < named.len() {
        let later = at.plus_seconds(86_400).min(filing.now);
        people = posts::inspectors_at(&mut permit.tx, filing.region, named, later).await?;
    }
    if named.iter().all(|id| people.iter().any(|person| person.id == *id)) {
        return Ok(people);
    }
    filing.hold("people", "检查人员中有人当时不是该地区的检查员，请核实")?;
    let people = store::people::named(&mut permit.tx, named).await?;
    if named.iter().all(|id| people.iter().any(|person| person.id == *id)) {
        return Ok(people);
    }
    Err(Stop::held("people", "检查人员中有系统中没有的人员，只能退回"))
}

/// The hazards that were seen again, with their items: of this enterprise, closed meanwhile or not.
async fn seen_again<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    submission: &Submission,
) -> Result<Vec<(HazardId, domain::checklist::ItemCode)>, Stop> {
    let mut known = Vec::new();
    for seen in &submission.seen_again {
        let Some(hazard) = hazards::get(&mut permit.tx, seen.hazard).await? else {
            return Err(Stop::held("hazard", "要补充的隐患不存在，请退回重新登记"));
        };
        filing.check_in_reach(
            hazard.region,
            hazard.enterprise_type.known(),
            "hazard",
            "要补充的隐患不在本地区，只能退回",
        )?;
        if hazard.enterprise != submission.enterprise || hazard.item != seen.item {
            filing.hold("hazard", "要补充的隐患不属于该企业的该检查项，请核实")?;
        }
        known.push((hazard.id, seen.item.clone()));
    }
    Ok(known)
}

/// What an inspection is written with.
struct Known<'a> {
    site: &'a Site,
    checklist: &'a Checklist,
    people: &'a [Colleague],
    by: &'a crate::hazards::Context,
}

/// Writes an inspection that was decided on. It is not held from here on: what fails fails whole.
async fn write<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    accepted: &Accepted,
    Known { site, checklist, people, by }: Known<'_>,
) -> Result<(), Stop> {
    let submission = &accepted.submission;
    let (author, now) = (filing.author(), filing.now);
    let tx = &mut permit.tx;
    let mut inspectors: Vec<_> = people.iter().collect();
    inspectors.sort_by_key(|person| person.id != author);
    let context = Context {
        author,
        post_region: filing.region,
        region: site.region,
        inspectors: &inspectors.iter().map(|person| person.name.clone()).collect::<Vec<_>>(),
        received_at: filing.operation.received_at,
    };
    inspections::insert(tx, accepted, &context).await?;
    let found_at = FoundAt {
        inspection: submission.id,
        enterprise: site.id,
        name: &site.name,
        address: &site.address,
        enterprise_type: submission.enterprise_type.code(),
        region: site.region,
        found_at: submission.finished_at,
        received_at: filing.operation.received_at,
        author: Author { person: author, name: &by.name, title: &by.post.title() },
    };
    let found = submission.hazards.iter().map(|hazard| {
        let item = checklist.item(&hazard.item).ok_or_else(|| Problem::not_found("检查项"))?;
        Ok((hazard, item))
    });
    let found: Vec<_> = found.collect::<Result<_, Stop>>()?;
    hazards::insert(tx, &found, &found_at).await?;
    let link = |shows| filing.link(shows, site.region);
    let of_hazard = |hazard: &NewHazard| Link { hazard: Some(hazard.id), ..link(PhotoPurpose::Found) };
    let mut named: Vec<_> =
        submission.hazards.iter().map(|hazard| (of_hazard(hazard), hazard.photos.as_slice())).collect();
    if let Some(exception) = &submission.exception {
        let link = Link { inspection: Some(submission.id), ..link(PhotoPurpose::Place) };
        named.push((link, std::slice::from_ref(&exception.photo)));
    }
    photos::announce(tx, &named).await?;
    for seen in &submission.seen_again {
        // Who came between the check and the lock is found there when the phone sends it again.
        let again = |problem| match problem {
            Problem::Internal { .. } => problem,
            _ => Problem::TooMany { retry_after_s: 1 },
        };
        crate::hazards::see_again(&mut permit.tx, by, seen).await.map_err(again)?;
    }
    let tx = &mut permit.tx;
    if let (PositionVerdict::First, Some(fix)) = (&accepted.verdict, &submission.fix) {
        let position = (fix.at, Some(fix.accuracy_m));
        enterprises::set_position(tx, site.id, position, PositionSource::Inspection, fix.taken_at, now).await?;
    }
    enterprises::set_inspected(tx, site.id, submission.finished_at, now).await?;
    Ok(())
}

//! Hazards: whose they are to cure, and what happens to them. What may happen is decided by [`domain::hazard::decide()`];
//! here the facts are gathered, and what was decided is written.

mod act;
mod detail;
mod field;

use crate::{Action, Permit, actions::ReadHazards, permit::internal};
use domain::{
    Problem,
    hazard::{EventData, Facts, HazardDetail, HazardRow, ReviewRule},
    id::{HazardId, OperationId, PersonId, PostId},
    person::{Colleague, Post, Role},
    region::RegionCode,
    time::Timestamp,
};
use store::{
    Scope, Tx,
    hazards::{self, Author, StoredHazard},
};

pub(crate) use act::take_over;
pub use act::{change_severity, extend, officers, reassign, reopen, review, transfer, void};
pub(crate) use field::{add, check_seen_again, cure, see_again};

/// Who does something to a hazard, at which post, and when.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// Whoever did it, which is not always who sent it.
    pub author: PersonId,
    /// The name as the event keeps it.
    pub name: String,
    /// The post at which it is done.
    pub post: Post,
    /// What that post reaches.
    pub scope: Scope,
    /// When it was done, in the field or at the desk.
    pub made_at: Timestamp,
    /// When the server received it.
    pub received_at: Timestamp,
    /// The operation that brings it; none at the desk.
    pub operation: Option<OperationId>,
    /// The area of the office that was asked, and accepts it.
    pub vouching: Option<Scope>,
}

impl Context {
    /// The caller of a permit, now.
    fn of<A: Action>(permit: &Permit<A>) -> Result<Self, Problem> {
        Ok(Self {
            author: permit.person(),
            name: permit.caller.name.clone(),
            post: permit.post()?.clone(),
            scope: permit.scope(None)?,
            made_at: permit.now,
            received_at: permit.now,
            operation: None,
            vouching: None,
        })
    }

    /// As the store writes it beside an event.
    fn by<'a>(&'a self, title: &'a str) -> Author<'a> {
        Author { person: self.author, name: &self.name, title }
    }
}

/// 待整改隐患 of the caller: what the caller took part in finding or is officer of, and for an inspector what nobody is left
/// for. By date, the graver first.
///
/// # Errors
/// [`Problem::Conflict`] after 切换岗位, when the phone keeps it under another post.
pub async fn mine(mut permit: Permit<ReadHazards>, kept_under: Option<PostId>) -> Result<Vec<HazardRow>, Problem> {
    crate::changes::check_post(&permit, kept_under)?;
    let (person, role, scope) = (permit.person(), permit.post()?.role.clone(), permit.scope(None)?);
    let tx = &mut permit.tx;
    let mut open = hazards::open_of_person(tx, person).await.map_err(internal)?;
    if role == Role::Inspector {
        let orphaned = hazards::orphaned(tx, scope).await.map_err(internal)?;
        open.extend(orphaned);
    }
    open.sort_by_key(|hazard| (hazard.due_on, std::cmp::Reverse(hazard.severity.clone()), hazard.id));
    open.dedup_by_key(|hazard| hazard.id);
    Ok(open)
}

/// Everything about one hazard that the caller may see.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(mut permit: Permit<ReadHazards>, id: HazardId) -> Result<HazardDetail, Problem> {
    let context = Context::of(&permit)?;
    let stored = hazards::find(&mut permit.tx, id).await.map_err(internal)?.ok_or_else(not_found)?;
    let known = gather(&mut permit.tx, &context, &stored, None).await?;
    detail::read(&mut permit.tx, &context, &stored, known).await
}

fn not_found() -> Problem {
    Problem::not_found("隐患")
}

/// Who took part in finding a hazard, and the facts by which is decided.
struct Gathered {
    participants: Vec<Colleague>,
    facts: Facts,
}

/// Gathers the facts for a caller who may see the hazard: it lies in the post's scope, or the caller took part in finding it or
/// is its officer, or was when it was made, wherever the post is now. `candidate` is who shall be officer, if that is asked.
///
/// # Errors
/// [`Problem::NotFound`] for all others.
async fn gather(
    tx: &mut Tx,
    context: &Context,
    stored: &StoredHazard,
    candidate: Option<PersonId>,
) -> Result<Gathered, Problem> {
    let participants = store::inspections::participants(tx, stored.inspection).await.map_err(internal)?;
    let is_participant = participants.iter().any(|participant| participant.id == context.author);
    let is_in_area = context.scope.admits(stored.region, Some(stored.enterprise_type));
    let was_officer = context.operation.is_some() && was_officer(tx, context, stored).await?;
    let has_part = is_participant || was_officer || stored.hazard.officer == context.author;
    let is_vouched_for =
        context.vouching.is_some_and(|office| office.admits(stored.region, Some(stored.enterprise_type)));
    if !is_in_area && !has_part && !is_vouched_for {
        return Err(not_found());
    }
    let ids: Vec<_> = participants.iter().map(|participant| participant.id).collect();
    let left = store::people::colleagues_among(tx, stored.visit_region, &ids).await.map_err(internal)?;
    let mut may_be_officer = false;
    if let Some(candidate) = candidate {
        for place in places(stored) {
            let found = store::people::colleagues_among(tx, place, &[candidate]).await.map_err(internal)?;
            may_be_officer |= !found.is_empty();
        }
    }
    let review: ReviewRule = store::settings::review_rule(tx, stored.region).await.map_err(internal)?;
    let facts = Facts {
        actor: context.author,
        role: context.post.role.known().ok_or(Problem::Unexpected)?,
        is_in_area,
        is_of_place: places(stored).contains(&context.post.region),
        is_participant,
        was_officer,
        are_all_gone: left.is_empty(),
        may_be_officer,
        is_vouched_for,
        review,
        made_at: context.made_at,
        received_at: context.received_at,
    };
    Ok(Gathered { participants, facts })
}

/// Whether the author was officer at the time of what comes from the field: another who was named since takes nothing away.
async fn was_officer(tx: &mut Tx, context: &Context, stored: &StoredHazard) -> Result<bool, Problem> {
    let events = hazards::events(tx, stored.id).await.map_err(internal)?;
    let mut later = events.iter().filter(|event| event.record.at > context.made_at);
    let left = later.find_map(|event| match event.record.event.data {
        EventData::Reassigned { from, .. } => Some(from),
        _ => None,
    });
    Ok(left == Some(context.author))
}

/// Where a hazard's inspectors hold their posts: at the place of the team that found it, and in its county.
fn places(stored: &StoredHazard) -> [RegionCode; 2] {
    [stored.visit_region, stored.region]
}

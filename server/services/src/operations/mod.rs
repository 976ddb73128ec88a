//! Operations: work done in the field, filed as it came. The server never argues with a fact: what it cannot apply by
//! itself is held for the office of the place ([`office`]), and judged by the time of the visit, not of the upload.

mod content;
mod enterprise;
mod hazard;
mod inspection;
mod letter;
pub mod office;

use crate::{
    Action, Gate, Permit, Work,
    actions::{FileOperation, FileWaiting, ReadOperation},
    permit::internal,
};
use domain::{
    Problem,
    enterprise::EnterpriseType,
    fold::clean,
    hazard::{Addition, Rectification},
    id::{EnterpriseId, OperationId, PersonId},
    job::JobKind,
    operation::{Envelope, HeldReason, OperationKind, OperationStatus, Outcome, Receipt, content_hash, is_plausible},
    person::Post,
    photo::PhotoHash,
    region::RegionCode,
    time::Timestamp,
};
use letter::{Body, Letter};
use store::{
    Scope, StoreError, Tx,
    operations::{self as filed, Operation},
    photos::{self, Link, PhotoPurpose},
    posts::{self, HeldPost},
};

/// The line in the table of rights for whoever delivers what another did.
const CARRY: domain::action::Action = domain::action::Action::CarryOperation;
/// The most operations that can be asked after at once.
const MOST_ASKED: usize = 500;
/// Operations that one transaction files because what they waited for is there: others wait for it to end. The rest is a job's.
const TOGETHER: u32 = 32;
/// Characters of a kind, of what an operation is about (a name has a hundred at most), and of why it is held.
const LONGEST_KIND: usize = 40;
const LONGEST_TITLE: usize = 120;
const LONGEST_REASON: usize = 300;

/// An operation that is about to be applied, and all that its kind needs to know.
struct Filing<'a> {
    operation: &'a Operation,
    /// The post at which it was made; none where the office accepts one without a known post.
    post: Option<HeldPost>,
    /// The place of the post.
    region: RegionCode,
    /// By the server's clock.
    now: Timestamp,
    /// The area of the office that accepts it: there, what only it can decide stands in the way no more.
    office: Option<Scope>,
    /// The enterprise that the office moved it to.
    enterprise: Option<EnterpriseId>,
}

impl Filing<'_> {
    /// Something that the office may overlook stands in the way.
    fn hold(&self, code: &str, text: &str) -> Result<(), Stop> {
        if self.is_accepted() { Ok(()) } else { Err(Stop::held(code, text)) }
    }

    fn is_accepted(&self) -> bool {
        self.office.is_some()
    }

    /// An office overlooks nothing outside of its own area, where another office would not know of it.
    fn check_in_reach(
        &self,
        region: RegionCode,
        kind: Option<EnterpriseType>,
        code: &str,
        text: &str,
    ) -> Result<(), Stop> {
        if self.office.is_none_or(|office| office.admits(region, kind)) { Ok(()) } else { Err(Stop::held(code, text)) }
    }

    /// What holds it is about this, as far as the place that decides may know: its offices see no other place's.
    fn about(&self, stop: Stop, region: RegionCode, name: &str) -> Stop {
        if self.region.includes(region) { stop.about(name) } else { stop }
    }

    fn author(&self) -> PersonId {
        self.operation.author
    }

    fn link(&self, shows: PhotoPurpose, region: RegionCode) -> Link {
        Link { operation: self.operation.id, shows, hazard: None, inspection: None, region }
    }
}

/// What was applied, in words.
struct Done {
    /// What it is about: a name.
    title: String,
    /// What was done, for the audit log.
    detail: String,
    /// The county where it was done.
    region: RegionCode,
}

/// Why an operation was not applied. Nothing was written.
enum Stop {
    /// It waits for the office, or for another operation.
    Held {
        reason: HeldReason,
        /// What it is about, where that is known.
        title: String,
    },
    /// The store failed.
    Failed(Problem),
}

impl Stop {
    fn held(code: &str, text: impl Into<String>) -> Self {
        Self::Held { reason: HeldReason::new(code, text), title: String::new() }
    }

    /// What the domain's rules found wrong.
    fn content(problem: &Problem) -> Self {
        let text = match problem {
            Problem::Invalid { field, message } if !message.contains(field.as_str()) => format!("{field}：{message}"),
            other => other.to_string(),
        };
        Self::held("content", text)
    }

    /// The same, about this.
    fn about(self, name: &str) -> Self {
        match self {
            Self::Held { reason, .. } => Self::Held { reason, title: name.to_owned() },
            failed @ Self::Failed(_) => failed,
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(internal(error))
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// Files an operation: keeps its very bytes, and applies it or holds it. The same bytes are answered with the same receipt
/// for ever. `is_carried` says that another person's work is delivered for them.
///
/// # Errors
/// [`Problem::Invalid`] for what no server could ever file; [`Problem::Forbidden`] for a signer who is neither the author
/// nor may carry it; [`Problem::OperationConflict`] when other bytes came under this id before.
pub async fn file<A: Action>(
    mut permit: Permit<A>,
    id: OperationId,
    bytes: &[u8],
    is_carried: bool,
) -> Result<Receipt, Problem> {
    let letter = Letter::read(bytes)?;
    domain::operation::check_envelope(&letter.envelope, id, bytes.len())?;
    let (person, now) = (permit.person(), permit.now);
    let envelope = &letter.envelope;
    let post = post_of(&mut permit, &letter).await.map_err(internal)?;
    check_signer(&permit, envelope, post.as_ref(), is_carried)?;
    let region = match (&post, &permit.caller.post) {
        (Some(post), _) if post.person == envelope.author => post.post.region,
        (_, Some(current)) => current.region,
        _ => RegionCode::NATION,
    };
    let operation = Operation {
        id,
        kind: shown(&envelope.kind, LONGEST_KIND),
        format: envelope.format,
        author: envelope.author,
        deliverer: person,
        post: envelope.post,
        region,
        enterprise_type: letter.enterprise_type(),
        made_at: envelope.made_at,
        received_at: now,
        content_hash: content_hash(bytes),
        envelope: letter.text.to_owned(),
    };
    if !filed::claim(&mut permit.tx, &operation, &envelope.needs).await.map_err(internal)? {
        return copy(&mut permit, &operation).await;
    }
    filed::await_deciders(&mut permit.tx, &envelope.needs).await.map_err(internal)?;
    let outcome = settle(&mut permit, &operation, &letter, post.as_ref()).await?;
    if matches!(outcome, Outcome::Held(_)) {
        // Not before it is known to be held: what is applied costs nobody's time.
        permit.held.take(person, bytes.len(), now).map_err(|retry_after_s| Problem::TooMany { retry_after_s })?;
    }
    permit.finish().await?;
    Ok(receipt(&letter, operation, outcome))
}

/// The receipt of an operation that was filed before, for the same bytes.
async fn copy<A: Action>(permit: &mut Permit<A>, operation: &Operation) -> Result<Receipt, Problem> {
    let Some(known) = filed::find(&mut permit.tx, operation.id).await.map_err(internal)? else {
        return Err(Problem::OperationConflict);
    };
    if known.operation.content_hash != operation.content_hash {
        return Err(Problem::OperationConflict);
    }
    let Operation { id, received_at, content_hash, .. } = known.operation;
    filed::receipt(&mut permit.tx, id, received_at, content_hash, known.outcome).await.map_err(internal)
}

/// The receipt of an operation that was just filed: none of its photos can be here before it.
fn receipt(letter: &Letter<'_>, operation: Operation, outcome: Outcome) -> Receipt {
    let photos_expected = letter.photos().into_iter().collect();
    let Operation { id, received_at, content_hash, .. } = operation;
    Receipt { operation: id, received_at, content_hash, photos_held: Vec::new(), photos_expected, outcome }
}

/// The post at which an operation was made, at that time. A phone's clock may be up to a day slow, so that a post
/// granted on that day counts.
async fn post_of<W: Work>(permit: &mut Permit<W>, letter: &Letter<'_>) -> Result<Option<HeldPost>, StoreError> {
    let (id, at) = (letter.envelope.post, letter.visited_at().min(permit.now));
    let post = posts::held_at(&mut permit.tx, id, at).await?;
    match post {
        Some(post) if !post.is_held => {
            posts::held_at(&mut permit.tx, id, at.plus_seconds(86_400).min(permit.now)).await
        }
        post => Ok(post),
    }
}

/// Whoever delivers an operation is its author, or says to carry it, and its post lies in the area of the carrier's own.
fn check_signer<A: Action>(
    permit: &Permit<A>,
    envelope: &Envelope<Body>,
    post: Option<&HeldPost>,
    is_carried: bool,
) -> Result<(), Problem> {
    let person = permit.person();
    if envelope.author == person {
        return Ok(());
    }
    let is_author = post.is_some_and(|post| post.person == envelope.author);
    if let Some(post) = post.filter(|_| is_carried && is_author) {
        let own = permit.caller.post.as_ref();
        if CARRY.who().includes(own) && own.is_some_and(|own| own.region.includes(post.post.region)) {
            return Ok(());
        }
    }
    let title = permit.caller.post.as_ref().map_or_else(|| "无岗位".to_owned(), Post::title);
    Err(Problem::Forbidden { post: title, action: CARRY.verb().to_owned() })
}

/// Applies an operation or holds it, leaves its trace, and files what waited for it, and what waited for that.
async fn settle<A: Action>(
    permit: &mut Permit<A>,
    operation: &Operation,
    letter: &Letter<'_>,
    post: Option<&HeldPost>,
) -> Result<Outcome, Problem> {
    let waiting = filed::lock_with_waiting(&mut permit.tx, operation.id, TOGETHER).await.map_err(internal)?;
    let outcome = settle_one(permit, operation, letter, post, true).await?;
    // Whoever files what needs it waits since it was claimed, so that nothing joined those.
    if let (Outcome::Applied, Some(waiting)) = (&outcome, waiting) {
        settle_waiting(permit, operation.id, waiting).await?;
    }
    Ok(outcome)
}

/// Files what waited for an operation that was applied, and what waited for that, as far as it is locked: each once, when
/// nothing that it needs is missing any more. What is left is a job's, which begins when this has ended: of two transactions
/// that apply what one operation needs, neither sees the other's work, but the later one's job sees both.
async fn settle_waiting<W: Work>(
    permit: &mut Permit<W>,
    applied: OperationId,
    mut waiting: Vec<OperationId>,
) -> Result<(), Problem> {
    let mut applied = vec![applied];
    while !waiting.is_empty() {
        // Somebody may have decided on one of them while we waited for the lock.
        let ready = filed::ready_among(&mut permit.tx, &waiting).await.map_err(internal)?;
        if ready.is_empty() {
            break;
        }
        for id in &ready {
            let Some(known) = filed::find(&mut permit.tx, *id).await.map_err(internal)? else { continue };
            let letter = Letter::read(known.operation.envelope.as_bytes())?;
            let post = post_of(permit, &letter).await.map_err(internal)?;
            if settle_one(permit, &known.operation, &letter, post.as_ref(), false).await? == Outcome::Applied {
                applied.push(*id);
            }
        }
        waiting.retain(|id| !ready.contains(id));
    }
    for id in filed::awaited_among(&mut permit.tx, &applied).await.map_err(internal)? {
        store::jobs::enqueue(&mut permit.tx, JobKind::FileWaiting, &id.to_string(), permit.now)
            .await
            .map_err(internal)?;
    }
    Ok(())
}

/// Files the rest of what waited for an operation that was applied: so many in each transaction, that others come between.
///
/// # Errors
/// Only when the store fails.
pub async fn file_waiting(gate: &Gate, applied: OperationId) -> Result<(), Problem> {
    loop {
        let mut permit = gate.system::<FileWaiting>(JobKind::FileWaiting.name()).await?;
        let waiting = filed::lock_with_waiting(&mut permit.tx, applied, TOGETHER).await.map_err(internal)?;
        let Some(waiting) = waiting.filter(|waiting| !waiting.is_empty()) else { return permit.finish().await };
        settle_waiting(&mut permit, applied, waiting).await?;
        permit.finish().await?;
    }
}

/// A text out of an envelope as a list shows it: one line of so many characters, of which none is unseen.
fn shown(text: &str, most: usize) -> String {
    let mut text = clean(text);
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Whether an operation is held until others that it needs are applied.
fn is_waiting(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Held(reason) if reason.code == "needs")
}

/// One that is new lies there as applied.
async fn settle_one<W: Work>(
    permit: &mut Permit<W>,
    operation: &Operation,
    letter: &Letter<'_>,
    post: Option<&HeldPost>,
    is_new: bool,
) -> Result<Outcome, Problem> {
    let filing = Filing {
        operation,
        post: post.filter(|post| post.person == operation.author).cloned(),
        region: operation.region,
        now: permit.now,
        office: None,
        enterprise: None,
    };
    let is_held = post.is_some_and(|post| post.is_held);
    let (outcome, title, trace, place) = match apply(permit, &filing, letter, is_held).await {
        Ok(Done { title, detail, region }) => (Outcome::Applied, title, detail, region),
        Err(Stop::Held { reason, title }) => {
            // Both may be made of what nobody has looked at yet.
            let reason = HeldReason { text: shown(&reason.text, LONGEST_REASON), ..reason };
            let trace = format!("待处理：{}", reason.text);
            (Outcome::Held(reason), shown(&title, LONGEST_TITLE), trace, operation.region)
        }
        Err(Stop::Failed(problem)) => return Err(problem),
    };
    announce_rest(permit, operation, letter).await?;
    let tx = &mut permit.tx;
    if outcome != Outcome::Applied || !is_new {
        filed::settle(tx, operation.id, &outcome, &title, None).await.map_err(internal)?;
    }
    if outcome != Outcome::Applied && operation.enterprise_type.is_none() {
        note_enterprise_type(tx, operation.id, letter).await.map_err(internal)?;
    }
    if is_waiting(&outcome) {
        filed::await_others(tx, operation.id, &letter.envelope.needs).await.map_err(internal)?;
    }
    let author = post.map_or("", |post| post.person_name.as_str());
    let kind = OperationKind::from_code(&operation.kind).map_or("其他", OperationKind::name);
    let carried = if operation.author == operation.deliverer { "" } else { "（由他人代传）" };
    let trace = format!("{kind}：{trace}；作者 {author}{carried}");
    note(permit, operation, place, &trace).await?;
    Ok(outcome)
}

/// Notes of which type the enterprise is that a held operation means only by its id, or by a hazard's: who may see it hangs
/// on that.
async fn note_enterprise_type(tx: &mut Tx, id: OperationId, letter: &Letter<'_>) -> Result<(), StoreError> {
    let kind = match &letter.envelope.body {
        Body::Begun(begun) => store::enterprises::site(tx, begun.enterprise).await?.map(|site| site.enterprise_type),
        Body::Rectification(Rectification { hazard, .. }) | Body::Addition(Addition { hazard, .. }) => {
            store::hazards::get(tx, *hazard).await?.and_then(|hazard| hazard.enterprise_type.known())
        }
        Body::Enterprise(_) | Body::Inspection(_) | Body::Unread(_) => None,
    };
    match kind {
        Some(kind) => filed::set_enterprise_type(tx, id, kind).await,
        None => Ok(()),
    }
}

/// Leaves the trace of an operation where it was done, whose office sees it, as those above do; and at its post's place,
/// where that is another.
async fn note<W: Work>(
    permit: &mut Permit<W>,
    operation: &Operation,
    place: RegionCode,
    trace: &str,
) -> Result<(), Problem> {
    let subject = operation.id.to_string();
    permit.note(place, &subject, trace).await?;
    if !operation.region.includes(place) {
        permit.note(operation.region, &subject, trace).await?;
    }
    Ok(())
}

/// Photos that an operation names and no record of it does: so that they are taken all the same.
async fn announce_rest<W: Work>(
    permit: &mut Permit<W>,
    operation: &Operation,
    letter: &Letter<'_>,
) -> Result<(), Problem> {
    let mut rest = letter.photos();
    if rest.is_empty() {
        return Ok(());
    }
    let (held, expected) = filed::photos(&mut permit.tx, operation.id).await.map_err(internal)?;
    rest.retain(|hash| !held.contains(hash) && !expected.contains(hash));
    let rest: Vec<PhotoHash> = rest.into_iter().collect();
    let link = Link {
        operation: operation.id,
        shows: PhotoPurpose::Announced,
        hazard: None,
        inspection: None,
        region: operation.region,
    };
    photos::announce(&mut permit.tx, &[(link, &rest)]).await.map_err(internal)
}

/// Decides on an operation and applies it. Whatever holds it is found before anything is written.
async fn apply<W: Work>(
    permit: &mut Permit<W>,
    filing: &Filing<'_>,
    letter: &Letter<'_>,
    is_post_held: bool,
) -> Result<Done, Stop> {
    let body = letter.body()?;
    check_needs(permit, filing, letter).await?;
    // By the time it came: one that waited for another is no more believable for that.
    if !letter.times().iter().all(|at| is_plausible(*at, filing.operation.received_at)) {
        filing.hold("clock", "手机时间与实际相差过大，无法确定检查时间。采纳后按收到的时间登记")?;
    }
    match &filing.post {
        None => filing.hold("post", "岗位不存在，或不是本人的岗位")?,
        Some(_) if !is_post_held => filing.hold("post", "当时本人没有这个岗位：尚未授予或已收回")?,
        Some(held) if !letter.rights().who().includes(Some(&held.post)) => {
            filing.hold("post", &format!("岗位“{}”不能{}", held.post.title(), letter.rights().verb()))?;
        }
        Some(_) => {}
    }
    if filing.is_accepted() && !store::people::is_known(&mut permit.tx, filing.author()).await? {
        return Err(Stop::held("people", "系统中没有该作者，只能退回"));
    }
    match body {
        Body::Enterprise(new) => enterprise::add(permit, filing, new).await,
        Body::Begun(begun) => inspection::begin(permit, filing, begun).await,
        Body::Inspection(submission) => inspection::file(permit, filing, submission).await,
        Body::Rectification(rectification) => hazard::cure(permit, filing, rectification).await,
        Body::Addition(addition) => hazard::add(permit, filing, addition).await,
        Body::Unread(reason) => Err(Stop::Held { reason: reason.clone(), title: String::new() }),
    }
}

async fn check_needs<W: Work>(permit: &mut Permit<W>, filing: &Filing<'_>, letter: &Letter<'_>) -> Result<(), Stop> {
    let needs = &letter.envelope.needs;
    if needs.is_empty() || filing.is_accepted() {
        return Ok(());
    }
    let applied = filed::applied_among(&mut permit.tx, needs).await?;
    if needs.iter().all(|need| applied.contains(need)) {
        return Ok(());
    }
    filing.hold("needs", "所依赖的记录尚未收到或尚未采用，收到后自动采用")
}

/// The envelope as it came, for its author and whoever delivered it: so that a phone can show both versions of what came
/// twice. It may hold an operator's whole number: its office is shown what [`office::get`] says of it.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn read(mut permit: Permit<ReadOperation>, id: OperationId) -> Result<String, Problem> {
    let not_found = || Problem::not_found("记录");
    let known = filed::find(&mut permit.tx, id).await.map_err(internal)?.ok_or_else(not_found)?.operation;
    let person = permit.person();
    if known.author == person || known.deliverer == person { Ok(known.envelope) } else { Err(not_found()) }
}

/// What became of operations that the caller did or delivered; of others nothing is said.
///
/// # Errors
/// [`Problem::Invalid`] for more than 500 at once.
pub async fn status(mut permit: Permit<ReadOperation>, ids: Vec<OperationId>) -> Result<Vec<OperationStatus>, Problem> {
    if ids.len() > MOST_ASKED {
        return Err(Problem::invalid("编号", format!("一次最多查询 {MOST_ASKED} 条记录")));
    }
    let person = permit.person();
    let receipts = filed::receipts(&mut permit.tx, &ids, person).await.map_err(internal)?;
    let mut receipts: std::collections::HashMap<_, _> =
        receipts.into_iter().map(|receipt| (receipt.operation, receipt)).collect();
    let unreadable = filed::unreadable(&mut permit.tx, &ids, person).await.map_err(internal)?;
    let status = |id| OperationStatus {
        operation: id,
        receipt: receipts.remove(&id),
        unreadable: unreadable.iter().filter(|(of, _)| *of == id).map(|(_, hash)| *hash).collect(),
    };
    Ok(ids.into_iter().map(status).collect())
}

/// The permit to hand in operations.
pub type FilePermit = Permit<FileOperation>;

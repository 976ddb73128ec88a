//! A hazard's life over HTTP: who may do what, what is told to whoever may not, acts that race, and who takes over.

mod acts;
mod cures;
mod handover;
mod races;

use crate::support::{
    GUANDU, Session, Site, UploadQuery, WUHUA, World, code, cure, handing_in, new_id, now, photo, sealed,
};
use domain::{
    hazard::{EventKind, HazardDetail, Rectification, Severity},
    id::{HazardId, OperationId, PersonId, PostId},
    login::Me,
    operation::Receipt,
    person::{NewPost, Person, PersonFilter, Role},
    photo::PhotoHash,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// Somebody with a session.
struct Caller {
    session: Session,
    me: Me,
}

impl Caller {
    async fn of(session: Session) -> Self {
        let me = session.call("session/me", &json!({})).await;
        Self { session, me }
    }

    async fn at(world: &World, role: Role, region: &str) -> Self {
        Self::of(world.sign_in_as(role, region).await).await
    }

    /// Adds an inspector of 官渡区, who signs in.
    async fn hire(&self, world: &World, name: &str, phone: &str) -> Self {
        let entry = json!({ "name": name, "phone": phone, "department": "fire", "is_internal": true });
        let post = json!({ "id": new_id(), "role": "inspector", "region": GUANDU });
        let input = json!({ "id": new_id(), "entry": entry, "post": post });
        let _: Person = self.session.call("people/add", &input).await;
        Self::of(world.sign_in(phone).await).await
    }

    /// A cure's envelope, from the caller's current post.
    fn curing(&self, cure: &Rectification) -> RequestBuilder {
        handing_in(&self.session, &sealed(&self.me, "rectification", cure.id, cure.recorded_at, cure))
    }

    async fn cure(&self, cure: &Rectification) -> Receipt {
        self.curing(cure).content().await
    }

    async fn detail(&self, hazard: HazardId) -> HazardDetail {
        self.session.call("hazards/get", &json!({ "id": hazard })).await
    }

    /// An act at the desk, with a reason and an id of its own.
    fn act(&self, endpoint: &str, hazard: HazardId, more: Value) -> RequestBuilder {
        let mut input = json!({ "event": new_id(), "id": hazard, "reason": "核对后更正" });
        let Value::Object(more) = more else { panic!("{more} is no object") };
        input.as_object_mut().unwrap().extend(more);
        self.session.function(&format!("hazards/{endpoint}"), &input)
    }
}

/// Inspectors of 官渡区, and its office.
struct Team {
    site: Site,
    office: Caller,
    /// The author of the visits, and those who take part in them.
    author: Caller,
    partner: Caller,
    /// Officer of what is found, who took no part.
    officer: Caller,
    /// New inspectors of the same place, who have no part in anything.
    other: Caller,
    spare: Caller,
    /// Takes part as well, and has a number.
    third: (PersonId, String),
}

impl Team {
    async fn open(world: &World) -> Self {
        let site = Site::open(world).await;
        let author = Caller { session: site.inspector.clone(), me: site.me.clone() };
        let mut phones = phones(world, GUANDU).await;
        let third = phones.pop().unwrap();
        let own = site.me.id;
        let mut rest = phones.into_iter().filter(|(id, _)| *id != own);
        let mut next = async || Caller::of(world.sign_in(&rest.next().unwrap().1).await).await;
        let (partner, officer) = (next().await, next().await);
        let office = Caller::at(world, Role::Administrator, GUANDU).await;
        let other = office.hire(world, "新来甲", "13977700101").await;
        let spare = office.hire(world, "新来乙", "13977700102").await;
        Self { site, office, author, partner, officer, other, spare, third }
    }

    /// A hazard that the author and two others found an hour ago, and whose officer took no part.
    async fn find(&self) -> HazardId {
        let mut visit = self.site.finding(&[PhotoHash::of(&photo(10))]);
        visit.started_at = visit.started_at.plus_seconds(-3600);
        visit.finished_at = visit.started_at;
        visit.fix.as_mut().unwrap().taken_at = visit.started_at;
        visit.participants.extend([self.partner.me.id, self.third.0]);
        let hazard = visit.hazards[0].id;
        self.site.hand_in(&visit).await;
        let to = json!({ "to": self.officer.me.id });
        let _: HazardDetail = self.office.act("reassign", hazard, to).content().await;
        hazard
    }

    /// A severity that what is found has not.
    fn other_severity(&self) -> Severity {
        let found = self.site.finding(&[]).hazards[0].severity;
        if found == Severity::Major { Severity::General } else { Severity::Major }
    }

    async fn kinds(&self, hazard: HazardId) -> Vec<EventKind> {
        self.office.detail(hazard).await.events.iter().filter_map(|event| event.kind.known()).collect()
    }
}

/// The inspectors of a place with their numbers, in the order of the numbers.
async fn phones(world: &World, region: &str) -> Vec<(PersonId, String)> {
    let mut tx = world.db.read().await.unwrap();
    let filter = PersonFilter { role: Some(Role::Inspector), ..PersonFilter::default() };
    let scope = store::Scope::unrestricted("a test looks for whom to sign in as").within(code(region)).unwrap();
    let records = store::people::list(&mut tx, scope, &filter, None, 5_000).await.unwrap();
    let mut phones: Vec<_> = records.into_iter().map(|record| (record.id, String::from(record.phone))).collect();
    phones.sort_by(|a, b| a.1.cmp(&b.1));
    phones
}

/// Gives a person's post here up for the same in another county.
async fn move_away(world: &World, person: PersonId) {
    let mut tx = world.db.write().await.unwrap();
    let posts = store::people::posts_of(&mut tx, &[person]).await.unwrap();
    for post in &posts[&person] {
        store::posts::withdraw(&mut tx, post.id, new_id().into(), now()).await.unwrap();
    }
    let there = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(WUHUA) };
    store::posts::grant(&mut tx, &[(person, there)], now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whether the region of 官渡区 wants a second look at cures.
async fn set_review(world: &World, rule: &str) {
    let mut tx = world.db.write().await.unwrap();
    store::settings::set(&mut tx, code(GUANDU), "review", rule).await.unwrap();
    tx.commit().await.unwrap();
}

/// A cure of this hazard, in part.
fn part_cure(hazard: HazardId) -> Rectification {
    Rectification { is_partial: true, enforcement: Vec::new(), ..whole_cure(hazard) }
}

fn whole_cure(hazard: HazardId) -> Rectification {
    Rectification { id: OperationId(new_id()), ..cure(hazard, PhotoHash::of(&photo(11))) }
}

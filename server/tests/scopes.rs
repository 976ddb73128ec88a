//! What lies in another place is not found: its ids are told apart from ids that are nowhere neither by reads nor by
//! writes, and no filter reaches it.

use crate::support::{
    GUANDU, KUNMING, NATION, QILIN, QUJING, Session, Site, UploadQuery, WUHUA, World, YUNNAN, code, new_id,
    on_each_engine, photo, workbook,
};
use domain::{
    Problem,
    action::Action,
    audit::AuditRow,
    enterprise::{EnterpriseDetail, EnterpriseRow},
    hazard::{HazardDetail, HazardRow},
    id::{HazardId, ImportId},
    import::ImportReport,
    inspection::{InspectionRow, Submission},
    login::Me,
    page::{Cursor, Page},
    person::{Person, Role},
    photo::PhotoHash,
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// What there is in 官渡区.
struct There {
    administrator: Session,
    site: Site,
    submission: Submission,
    hazard: HazardId,
    photo: Vec<u8>,
    import: ImportId,
    people_import: ImportId,
    colleague: Person,
}

impl There {
    async fn open(world: &World) -> Self {
        let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
        let site = Site::open(world).await;
        let photo = photo(90);
        let submission = site.finding(&[PhotoHash::of(&photo)]);
        site.hand_in(&submission).await;
        let address = format!("/photos/{}", PhotoHash::of(&photo));
        let _: Value = site.inspector.put(&address).body(photo.clone()).content().await;
        let rows = [["老街米线", "餐饮企业", "关上街 1 号", "王老街", "91360727MA38QC805G"]];
        let workbook = workbook::enterprises(&rows);
        let import: ImportReport = administrator.post("/imports/enterprises").body(workbook).content().await;
        let workbook = workbook::people(&[["张三丰", "13911112222", "住房城乡建设", "是", "检查员"]]);
        let people_import: ImportReport = administrator.post("/imports/people").body(workbook).content().await;
        let filter = json!({ "filter": { "role": "inspector" } });
        let people: Page<Person> = administrator.call("people/list", &filter).await;
        let colleague = people.rows.into_iter().find(|person| person.id != site.me.id).unwrap();
        let hazard = submission.hazards[0].id;
        let (import, people_import) = (import.id, people_import.id);
        Self { administrator, site, submission, hazard, photo, import, people_import, colleague }
    }

    fn insider(&self, role: Role) -> &Session {
        if role == Role::Administrator { &self.administrator } else { &self.site.inspector }
    }

    /// Everything that may be asked about it: the action, and the request. Those that end it come last.
    fn questions(&self, caller: &Session, role: Role) -> Vec<(Action, RequestBuilder)> {
        let ask = |endpoint: &str, input: Value| caller.function(endpoint, &input);
        let (enterprise, inspection, hazard) = (self.site.enterprise.id, self.submission.id, self.hazard);
        let act = |more: Value| {
            let mut input = json!({ "event": new_id(), "id": hazard, "reason": "核对后更正" });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        // To the same person twice would be refused.
        let officer = if role == Role::Inspector { self.colleague.id } else { self.site.me.id };
        let (person, address) = (self.colleague.id, format!("/photos/{}", PhotoHash::of(&self.photo)));
        let mut questions = vec![
            (Action::ReadEnterprises, ask("enterprises/get", json!({ "id": enterprise }))),
            (Action::ReadInspections, ask("inspections/get", json!({ "id": inspection }))),
            (Action::ReadHazards, ask("hazards/get", json!({ "id": hazard }))),
            (Action::ReadHazards, ask("hazards/officers", json!({ "id": hazard, "text": "" }))),
            (
                Action::ReassignHazard,
                ask("hazards/reassign", json!({ "event": new_id(), "id": hazard, "to": officer })),
            ),
            (Action::ReviewHazard, ask("hazards/review", act(json!({ "is_passed": true })))),
            (Action::ReadPhoto, caller.get(&address)),
            (Action::ReadPhoto, caller.get(&format!("{address}/thumbnail"))),
            (Action::ReadEnterprises, ask("enterprises/list", json!({ "filter": { "region": GUANDU } }))),
            (Action::ReadInspections, ask("inspections/list", json!({ "filter": { "region": GUANDU } }))),
            (Action::ReadHazards, ask("hazards/list", json!({ "filter": { "region": GUANDU } }))),
            (Action::ReadHazards, ask("hazards/summary", json!({ "filter": { "region": GUANDU } }))),
        ];
        if role == Role::Inspector {
            questions.push((Action::StorePhoto, caller.put(&address).body(self.photo.clone())));
            return questions;
        }
        let entry = json!({ "name": self.colleague.name, "phone": "", "department": "fire", "is_internal": true });
        let draft = json!({ "name": "改名米线", "enterprise_type": "餐饮企业", "address": "改址 9 号",
            "legal_representative": "王改名", "credit_code": "", "licence_name": "", "licence_number": "" });
        let posts = [self.colleague.posts[0].id];
        questions.extend([
            (Action::ChangeSeverity, ask("hazards/change_severity", act(json!({ "to": "major" })))),
            (Action::ExtendHazard, ask("hazards/extend", act(json!({ "to": "2099-01-01" })))),
            (Action::TransferHazard, ask("hazards/transfer", act(json!({ "to": "fire" })))),
            (Action::VoidHazard, ask("hazards/void", act(json!({})))),
            (Action::ReopenHazard, ask("hazards/reopen", act(json!({})))),
            (Action::ReadPeople, ask("people/list", json!({ "filter": { "region": GUANDU } }))),
            (Action::RevealPhone, ask("people/reveal_phone", json!({ "id": person }))),
            (Action::ReadStatistics, ask("statistics/by_region", json!({ "region": GUANDU }))),
            (Action::ExportHazards, caller.get(&format!("/exports/hazards.xlsx?region={GUANDU}"))),
            (Action::ExportEnterprises, caller.get(&format!("/exports/enterprises.xlsx?region={GUANDU}"))),
            (Action::ImportEnterprises, ask("imports/enterprises", json!({ "id": self.import }))),
            (Action::ImportPeople, ask("imports/people", json!({ "id": self.people_import }))),
            (Action::ImportPeople, caller.get(&format!("/imports/{}/errors.xlsx", self.import))),
            (Action::ImportPeople, caller.get(&format!("/imports/{}/errors.xlsx", self.people_import))),
            (Action::ImportEnterprises, ask("imports/confirm_enterprises", json!({ "id": self.import }))),
            (Action::ImportPeople, ask("imports/confirm_people", json!({ "id": self.people_import }))),
            (Action::EditEnterprise, ask("enterprises/edit", json!({ "id": enterprise, "draft": draft }))),
            (Action::CloseEnterprise, ask("enterprises/close", json!({ "id": enterprise, "is_closed": true }))),
            (Action::DeleteEnterprise, ask("enterprises/delete", json!({ "id": enterprise }))),
            (Action::DeletePerson, ask("people/handover", json!({ "id": person }))),
            (Action::EditPerson, ask("people/edit", json!({ "id": person, "entry": entry, "corrections": [] }))),
            (
                Action::DeletePerson,
                ask(
                    "people/delete",
                    json!({ "event": new_id(), "id": person, "posts": posts, "successor": self.site.me.id }),
                ),
            ),
        ]);
        questions
    }

    /// What an outsider must not change.
    async fn state(&self) -> (EnterpriseDetail, HazardDetail, ImportReport, ImportReport, Page<Person>) {
        let administrator = &self.administrator;
        (
            administrator.call("enterprises/get", &json!({ "id": self.site.enterprise.id })).await,
            administrator.call("hazards/get", &json!({ "id": self.hazard })).await,
            administrator.call("imports/enterprises", &json!({ "id": self.import })).await,
            administrator.call("imports/people", &json!({ "id": self.people_import })).await,
            administrator.call("people/list", &json!({ "filter": {} })).await,
        )
    }
}

#[tokio::test]
async fn another_place_finds_nothing_by_its_ids_and_changes_nothing() {
    on_each_engine(async |world| {
        let there = There::open(world).await;
        let before = there.state().await;
        for region in [WUHUA, QILIN, QUJING] {
            for role in [Role::Administrator, Role::Inspector] {
                let outsider = world.sign_in_as(role, region).await;
                let me: Me = outsider.call("session/me", &json!({})).await;
                let questions = there.questions(&outsider, role);
                for (action, question) in questions.into_iter().filter(|(a, _)| a.who().includes(me.post.as_ref())) {
                    let problem = question.problem().await;
                    let is_not_found = matches!(problem, Problem::NotFound { .. });
                    assert!(is_not_found, "{action:?} of {region}'s {}: {problem:?}", role.name());
                }
                if role == Role::Administrator {
                    let log: Page<AuditRow> = outsider.call("audit/list", &json!({})).await;
                    let written = log.rows.into_iter().filter(|row| row.action != "session.sign_in");
                    assert_eq!(written.collect::<Vec<_>>(), [], "{region}");
                }
            }
        }
        assert_eq!(there.state().await, before);
        // The same questions from within are answered, so what was refused was the place.
        for role in [Role::Inspector, Role::Administrator] {
            for (action, question) in there.questions(there.insider(role), role) {
                let status = question.answer().await.status();
                let is_answered = [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&status);
                assert!(status.is_success() || is_answered, "{action:?}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lists_hold_only_what_lies_in_the_area_however_they_are_asked() {
    on_each_engine(async |world| {
        let above = world.sign_in_as(Role::Administrator, YUNNAN).await;
        let all: Page<HazardRow> = above.call("hazards/list", &json!({ "filter": {} })).await;
        let cursor: Cursor = all.next.unwrap();
        for region in [WUHUA, KUNMING] {
            let caller = world.sign_in_as(Role::Administrator, region).await;
            // A page that begins where another's list went on is still of one's own.
            for after in [None, Some(&cursor), Some(&Cursor("' or 1=1 --".to_owned()))] {
                let ask = json!({ "filter": {}, "after": after });
                let hazards: Page<HazardRow> = caller.call("hazards/list", &ask).await;
                let enterprises: Page<EnterpriseRow> = caller.call("enterprises/list", &ask).await;
                let inspections: Page<InspectionRow> = caller.call("inspections/list", &ask).await;
                let places = hazards.rows.iter().map(|row| row.region);
                let places = places.chain(enterprises.rows.iter().map(|row| row.region));
                let mut places = places.chain(inspections.rows.iter().map(|row| row.region));
                assert!(places.all(|place| code(region).includes(place)), "{region}, after {after:?}");
            }
            for wider in [NATION, YUNNAN, QUJING] {
                let refused = caller.refused("hazards/list", &json!({ "filter": { "region": wider } })).await;
                assert_eq!(refused, Problem::not_found("地区"));
            }
        }
    })
    .await;
}

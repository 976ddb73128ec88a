//! Who goes leaves no hazard without an officer, and nobody is offered a part of a list as if it were all.

use super::{Caller, Team, phones};
use crate::support::{GUANDU, KUNMING, UploadQuery, code, new_id, now, on_each_engine};
use domain::{
    Problem,
    hazard::{EventKind, HazardDetail, Officers},
    id::{PersonId, PostId},
    person::{DepartmentCode, Handover, NewPost, PhoneNumber, Role},
};
use serde_json::{Value, json};
use store::people::PersonFields;
use uuid::Uuid;

fn deletion(event: Uuid, person: &Caller, successor: Option<PersonId>) -> Value {
    json!({ "event": event, "id": person.me.id, "posts": [person.me.post.as_ref().unwrap().id], "successor": successor })
}

#[tokio::test]
async fn a_deleted_officers_hazards_are_taken_over_with_an_event_in_each_and_a_copy_does_nothing() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazards = [team.find().await, team.find().await];
        let office = &team.office.session;
        let asked: Handover = office.call("people/handover", &json!({ "id": team.officer.me.id })).await;
        assert!(asked.open >= 2 && asked.candidates.iter().all(|candidate| candidate.id != team.officer.me.id));
        let refused = office.refused("people/delete", &deletion(new_id(), &team.officer, None)).await;
        assert!(matches!(&refused, Problem::Invalid { field, .. } if field == "接手人员"), "{refused:?}");
        let outsider =
            office.refused("people/delete", &deletion(new_id(), &team.officer, Some(team.office.me.id))).await;
        assert!(matches!(&outsider, Problem::Invalid { field, .. } if field == "接手人员"), "{outsider:?}");

        let event = new_id();
        for _ in 0..2 {
            office
                .function("people/delete", &deletion(event, &team.officer, Some(team.other.me.id)))
                .content::<()>()
                .await;
            for hazard in hazards {
                let detail = team.office.detail(hazard).await;
                assert_eq!(detail.officer, team.other.me.id);
                let last = detail.events.last().unwrap();
                assert_eq!(
                    (last.kind.known().unwrap(), &last.from, &last.to),
                    (EventKind::Reassigned, &team.officer.me.name, &team.other.me.name)
                );
                assert_eq!(detail.events.len(), 3);
            }
        }
        // Back and forth: each takeover is an event of its own.
        for (from, to) in [(&team.other, &team.spare), (&team.spare, &team.partner)] {
            office.function("people/delete", &deletion(new_id(), from, Some(to.me.id))).content::<()>().await;
        }
        for hazard in hazards {
            let detail = team.office.detail(hazard).await;
            let ids: std::collections::BTreeSet<_> = detail.events.iter().map(|event| event.id).collect();
            assert_eq!((detail.events.len(), ids.len(), detail.officer), (5, 5, team.partner.me.id));
        }
    })
    .await;
}

#[tokio::test]
async fn hazards_taken_over_twice_by_one_person_are_two_events() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let office = &team.office.session;
        office
            .function("people/delete", &deletion(new_id(), &team.officer, Some(team.other.me.id)))
            .content::<()>()
            .await;
        let to = json!({ "to": team.spare.me.id });
        team.office.act("reassign", hazard, to).content::<HazardDetail>().await;
        office
            .function("people/delete", &deletion(new_id(), &team.spare, Some(team.other.me.id)))
            .content::<()>()
            .await;
        let detail = team.office.detail(hazard).await;
        let ids: std::collections::BTreeSet<_> = detail.events.iter().map(|event| event.id).collect();
        assert_eq!((detail.officer, ids.len()), (team.other.me.id, detail.events.len()));
    })
    .await;
}

#[tokio::test]
async fn a_hazard_of_the_prefectures_team_in_the_county_is_handed_over_too() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let above = Caller::at(world, Role::Inspector, KUNMING).await;
        let mut visit = team.site.finding(&[]);
        visit.participants = vec![above.me.id];
        visit.hazards[0].officer = above.me.id;
        visit.hazards[0].photos = vec![domain::photo::PhotoHash::of(b"x")];
        let hazard = visit.hazards[0].id;
        let envelope = crate::support::sealed(&above.me, "inspection", visit.id.into(), visit.finished_at, &visit);
        let _: Value = crate::support::handing_in(&above.session, &envelope).content().await;
        let to = json!({ "to": team.spare.me.id });
        team.office.act("reassign", hazard, to).content::<HazardDetail>().await;
        let asked: Handover = team.office.session.call("people/handover", &json!({ "id": team.spare.me.id })).await;
        assert_eq!(asked.open, 1);
        let refused = team.office.session.refused("people/delete", &deletion(new_id(), &team.spare, None)).await;
        assert!(matches!(&refused, Problem::Invalid { field, .. } if field == "接手人员"), "{refused:?}");
        let done = deletion(new_id(), &team.spare, Some(team.other.me.id));
        team.office.session.function("people/delete", &done).content::<()>().await;
        assert_eq!(team.office.detail(hazard).await.officer, team.other.me.id);
    })
    .await;
}

#[tokio::test]
async fn a_search_of_officers_says_how_many_there_are_beyond_those_it_lists() {
    on_each_engine(async |world| {
        let team = Team::open(world).await;
        let hazard = team.find().await;
        let mut tx = world.db.write().await.unwrap();
        for n in 0..60 {
            let (id, phone) = (PersonId(new_id()), PhoneNumber::parse(&format!("139777000{n:02}")).unwrap());
            let department = DepartmentCode("fire".into());
            let name = format!("众多{n:02}");
            let fields = PersonFields { name: &name, phone: &phone, department: &department, is_internal: true };
            store::people::insert(&mut tx, id, fields, now()).await.unwrap();
            let post = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(GUANDU) };
            store::posts::grant(&mut tx, &[(id, post)], now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let search = async |text: &str| -> Officers {
            team.author.session.call("hazards/officers", &json!({ "id": hazard, "text": text })).await
        };
        let all = search("").await;
        let there = i64::try_from(phones(world, GUANDU).await.len()).unwrap();
        assert_eq!((all.people.len(), all.total), (50, there));
        let some = search("众多").await;
        assert_eq!((some.people.len(), some.total), (50, 60));
        let one = search("众多59").await;
        assert_eq!((one.people.len(), one.total), (1, 1));
    })
    .await;
}

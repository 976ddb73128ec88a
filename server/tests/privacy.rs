//! What a number tells, to whom, and what trace that leaves.

use crate::support::{
    GUANDU, KUNMING, NATION, Session, UploadQuery, WUHUA, World, YUNNAN, code, handing_in, held, new_id, now,
    on_each_engine, sealed, workbook,
};
use domain::{
    Problem,
    audit::AuditRow,
    enterprise::EnterpriseRow,
    id::{OperationId, PostId},
    login::Me,
    page::Page,
    person::{NewPost, Person, PersonFilter, Role},
};
use serde_json::json;
use store::people::PersonRecord;

const OPERATOR: &str = "13712345678";

/// Everybody with a post, by level; the county's administrator last.
async fn everybody(world: &World) -> Vec<(Role, &'static str, Session)> {
    let mut all = Vec::new();
    for role in [Role::Inspector, Role::Administrator] {
        for region in [NATION, YUNNAN, KUNMING, WUHUA, GUANDU] {
            all.push((role, region, world.sign_in_as(role, region).await));
        }
    }
    all
}

/// An inspector of 官渡区 who holds no other post.
async fn inspector(world: &World) -> PersonRecord {
    let mut tx = world.db.read().await.unwrap();
    let filter = PersonFilter { role: Some(Role::Inspector), ..PersonFilter::default() };
    let scope = store::Scope::unrestricted("a test looks for whom to sign in as").within(code(GUANDU)).unwrap();
    store::people::list(&mut tx, scope, &filter, None, 1).await.unwrap().remove(0)
}

async fn log(caller: &Session) -> Vec<AuditRow> {
    let page: Page<AuditRow> = caller.call("audit/list", &json!({ "after": null })).await;
    page.rows
}

#[tokio::test]
async fn an_operators_number_finds_enterprises_for_their_countys_administrators_only_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let all = everybody(world).await;
        let office = &all.last().unwrap().2;
        let draft = json!({ "name": "路边烧烤摊", "enterprise_type": "餐饮企业", "address": "夜市 3 号",
            "legal_representative": "王老街", "credit_code": OPERATOR, "licence_name": "", "licence_number": "" });
        let added: EnterpriseRow = office.call("enterprises/add", &json!({ "id": new_id(), "draft": draft })).await;
        assert!(!added.credit_code.contains(OPERATOR), "{}", added.credit_code);
        for (role, region, caller) in &all {
            for digits in 1..=OPERATOR.len() {
                let filter = json!({ "filter": { "text": &OPERATOR[..digits] }, "after": null });
                let found: Page<EnterpriseRow> = caller.call("enterprises/list", &filter).await;
                let is_found = found.rows.iter().any(|row| row.id == added.id);
                let may = *role == Role::Administrator && *region == GUANDU && digits == OPERATOR.len();
                assert_eq!(is_found, may, "{role:?} {region} {digits}");
            }
        }
        let traces = log(office).await;
        let trace = traces.iter().find(|row| row.action == "enterprise.find").unwrap();
        assert_eq!((trace.subject.as_str(), trace.detail.as_str()), ("137****5678", "找到 1 家企业"));
    })
    .await;
}

#[tokio::test]
async fn a_number_is_revealed_to_whoever_manages_the_person_and_to_nobody_above() {
    on_each_engine(async |world| {
        let person = inspector(world).await;
        for (role, region, caller) in everybody(world).await {
            let answer = caller.function("people/reveal_phone", &json!({ "id": person.id }));
            let search = json!({ "filter": { "text": person.phone.as_str() }, "after": null });
            let search = caller.function("people/list", &search);
            if role == Role::Inspector {
                assert!(matches!(answer.problem().await, Problem::Forbidden { .. }));
                assert!(matches!(search.problem().await, Problem::Forbidden { .. }));
            } else if region == GUANDU {
                assert_eq!(answer.content::<String>().await, person.phone.as_str());
                let found: Page<Person> = search.content().await;
                assert_eq!(found.rows[0].id, person.id);
                let actions: Vec<_> = log(&caller).await.into_iter().take(2).map(|row| row.action).collect();
                assert_eq!(actions, ["person.find", "person.reveal_phone"]);
            } else {
                let refused = answer.problem().await;
                assert!(!refused.to_string().contains(person.phone.as_str()), "{refused}");
                let found: Page<Person> = search.content().await;
                assert_eq!(found.rows, [], "{region}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_with_a_wrong_name_never_tells_whose_it_is_and_leaves_a_trace() {
    on_each_engine(async |world| {
        let person = inspector(world).await;
        let phone = person.phone.as_str();
        let all = everybody(world).await;
        for (role, region, caller) in &all {
            let mut said = Vec::new();
            let entry = json!({ "name": "某某人", "phone": phone, "department": "housing", "is_internal": true });
            let post = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(region) };
            let add = json!({ "id": new_id(), "entry": entry, "post": post });
            let refused = caller.function("people/add", &add).problem().await;
            said.push(refused.to_string());
            let book = workbook::people(&[["某某人", phone, "住房城乡建设", "是", "检查员"]]);
            let checked = caller.post("/imports/people").body(book).answer().await;
            said.push(checked.text().await.unwrap());
            if *role == Role::Inspector {
                assert!(matches!(refused, Problem::Forbidden { .. }));
            } else {
                let own: Page<Person> = caller.call("people/list", &json!({ "filter": {}, "after": null })).await;
                let other = own.rows.iter().find(|other| other.id != person.id).unwrap();
                let edit = json!({ "id": other.id, "entry": entry, "corrections": [] });
                said.push(caller.function("people/edit", &edit).problem().await.to_string());
                let traces = log(caller).await;
                let is_logged = |action: &str, subject: &str| {
                    traces.iter().any(|row| row.action == action && row.subject.contains(subject))
                };
                assert!(is_logged("person.add", &person.phone.masked()), "{region}: {traces:?}");
                assert!(is_logged("person.import", ""), "{region}: {traces:?}");
                assert!(traces.iter().all(|row| !row.subject.contains(phone) && !row.detail.contains(phone)));
            }
            assert!(said.iter().all(|said| !said.contains(&person.name)), "{role:?} {region}: {said:?}");
        }
        // Nor of one who was deleted.
        let office = &all.last().unwrap().2;
        let entry = json!({ "name": "孙悟空", "phone": OPERATOR, "department": "housing", "is_internal": true });
        let post = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(GUANDU) };
        let mut add = json!({ "id": new_id(), "entry": entry, "post": post });
        let added: Person = office.call("people/add", &add).await;
        let delete = json!({ "event": new_id(), "id": added.id, "posts": [added.posts[0].id], "successor": null });
        office.call::<()>("people/delete", &delete).await;
        (add["entry"]["name"], add["id"], add["post"]["id"]) = (json!("某某人"), json!(new_id()), json!(new_id()));
        let asked = office.refused("people/add", &add).await;
        assert!(matches!(&asked, Problem::FormerPerson { name } if name == "孙*"), "{asked}");
        assert_eq!(log(office).await[0].subject, "137****5678");
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_taken_tells_nobody_whether_the_number_was_guessed() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let inspector = world.sign_in_as(Role::Inspector, GUANDU).await;
        let draft = |number: &str| {
            json!({ "name": "路边烧烤摊", "enterprise_type": "餐饮企业", "address": "夜市 3 号",
                "legal_representative": "王老街", "credit_code": number, "licence_name": "", "licence_number": "" })
        };
        let first = json!({ "id": new_id(), "draft": draft(OPERATOR) });
        let added: EnterpriseRow = office.call("enterprises/add", &first).await;
        let copy: EnterpriseRow = office.call("enterprises/add", &first).await;
        assert_eq!(copy, added);
        // Corrected since by another: its first maker learns nothing of the new number either.
        let edit = json!({ "id": added.id, "draft": draft("13712345679"), "position": null });
        let _: EnterpriseRow = office.call("enterprises/edit", &edit).await;
        for caller in [&office, &inspector] {
            for number in ["13712345670", "13712345679"] {
                let guess = json!({ "id": added.id, "draft": draft(number) });
                assert_eq!(caller.refused("enterprises/add", &guess).await, Problem::OperationConflict, "{number}");
            }
        }
        let before = log(&office).await.len();
        let guess = json!({ "id": new_id(), "draft": draft("13712345679") });
        let told = inspector.refused("enterprises/add", &guess).await;
        assert!(matches!(told, Problem::EnterpriseExists { .. }), "{told:?}");
        let book = workbook::enterprises(&[["烧烤摊", "餐饮企业", "夜市 3 号", "王老街", "13712345679"]]);
        assert!(office.post("/imports/enterprises").body(book).answer().await.status().is_success());
        let traces = log(&office).await;
        let actions: Vec<_> = traces.iter().take(2).map(|row| row.action.as_str()).collect();
        assert_eq!((traces.len() - before, actions), (2, vec!["enterprise.import", "enterprise.add"]));
    })
    .await;
}

#[tokio::test]
async fn a_persons_id_or_post_tells_nobody_whether_the_number_was_guessed_and_other_tries_leave_a_trace() {
    on_each_engine(async |world| {
        let person = inspector(world).await;
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let list = json!({ "filter": { "text": person.name }, "after": null });
        let page: Page<Person> = office.call("people/list", &list).await;
        let shown = page.rows.into_iter().find(|row| row.id == person.id).unwrap();
        let entry = |number: &str| {
            json!({ "name": person.name, "phone": number, "department": person.department.code,
                "is_internal": person.is_internal })
        };
        let (right, wrong) = (person.phone.as_str(), "13712345670");
        let post = |id| json!({ "id": id, "role": "inspector", "region": GUANDU });
        for (id, post) in [
            (person.id.0, post(new_id())),
            (person.id.0, post(shown.posts[0].id.0)),
            (new_id(), post(shown.posts[0].id.0)),
        ] {
            for number in [right, wrong] {
                let guess = json!({ "id": id, "entry": entry(number), "post": post });
                assert_eq!(office.refused("people/add", &guess).await, Problem::OperationConflict, "{number}");
            }
        }
        let guess = json!({ "id": new_id(), "entry": entry(right), "post": post(new_id()) });
        let told = office.refused("people/add", &guess).await;
        assert!(matches!(told, Problem::Conflict { .. }), "{told:?}");
        assert_eq!(log(&office).await[0].subject, person.phone.masked());
        // Of one whom another office manages too, no number is changed, and each try is seen.
        let mut tx = world.db.write().await.unwrap();
        let above = NewPost { id: PostId(new_id()), role: Role::Inspector, region: code(KUNMING) };
        store::posts::grant(&mut tx, &[(person.id, above)], now()).await.unwrap();
        tx.commit().await.unwrap();
        for (number, status) in [(right, 200), (wrong, 409)] {
            let before = log(&office).await.len();
            let edit = json!({ "id": person.id, "entry": entry(number), "corrections": [] });
            assert_eq!(office.function("people/edit", &edit).answer().await.status(), status);
            assert_eq!(log(&office).await.len(), before + 1, "{number}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_number_in_a_record_is_its_authors_and_its_office_is_shown_it_masked() {
    on_each_engine(async |world| {
        let all = everybody(world).await;
        let (_, _, author) =
            all.iter().find(|(role, region, _)| *role == Role::Inspector && *region == GUANDU).unwrap();
        let me: Me = author.call("session/me", &json!({})).await;
        let new = json!({ "id": new_id(), "draft": { "name": "路边烧烤摊", "enterprise_type": "餐饮企业",
            "address": "夜市 3 号", "legal_representative": "王老街", "credit_code": OPERATOR, "licence_name": "",
            "licence_number": "" }, "fix": null });
        for kind in ["enterprise", "later"] {
            let mut envelope = sealed(&me, kind, OperationId(new_id()), now(), &new);
            envelope.needs = vec![OperationId(new_id())];
            held(&handing_in(author, &envelope).content().await);
            let address = format!("/operations/{}", envelope.id);
            for (role, region, caller) in &all {
                let answer = caller.get(&address).answer().await;
                let is_author = *role == Role::Inspector && *region == GUANDU;
                assert_eq!(answer.status(), if is_author { 200 } else { 404 }, "{kind}: {role:?} {region}");
                if *role == Role::Administrator && *region != WUHUA {
                    let shown = caller.function("operations/held_one", &json!({ "id": envelope.id })).answer().await;
                    let shown = shown.text().await.unwrap();
                    assert!(shown.contains("137****5678") && !shown.contains(OPERATOR), "{kind}: {region}: {shown}");
                }
            }
        }
    })
    .await;
}

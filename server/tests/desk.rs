//! Two at their desks, and answers that get lost: no change is undone unseen, and what was asked twice is done once.

use crate::support::{GUANDU, KUNMING, UploadQuery, new_id, on_each_engine, workbook};
use domain::{
    Problem,
    enterprise::EnterpriseRow,
    import::ImportReport,
    page::Page,
    person::{Person, Role},
    region::Region,
};
use serde_json::{Value, json};

#[test]
fn no_call_of_the_server_is_waited_for_without_end() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src/api");
    let mut found = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("#[server(")) {
            let is_patient =
                ["client = super::Patient", "client = super::MostPatient"].iter().any(|way| line.contains(way));
            assert!(is_patient, "{}: {line}", path.display());
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

fn is_overtaken(problem: &Problem) -> bool {
    matches!(problem, Problem::Conflict { message } if message.contains("已被他人修改，请刷新"))
}

#[tokio::test]
async fn who_edits_a_person_that_another_changed_meanwhile_is_told_and_undoes_nothing() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let page: Page<Person> = office.call("people/list", &json!({ "filter": { "role": "inspector" } })).await;
        let seen = page.rows.into_iter().find(|person| person.posts.len() == 1).unwrap();
        let edit = |name: &str, department: &str, phone: &str, seen: &Person| {
            let entry =
                json!({ "name": name, "phone": phone, "department": department, "is_internal": seen.is_internal });
            json!({ "id": seen.id, "entry": entry, "corrections": [], "seen": seen })
        };
        let other = if seen.department.code.0 == "fire" { "education" } else { "fire" };
        let by_b = edit(&seen.name, other, "", &seen);
        let changed: Person = office.call("people/edit", &by_b).await;
        assert_eq!(changed.department.code.0, other);

        let by_a = edit("改了姓名", &seen.department.code.0, "", &seen);
        assert!(is_overtaken(&office.refused("people/edit", &by_a).await));
        // The answer to B was lost: the copy is answered as the first was.
        let again: Person = office.call("people/edit", &by_b).await;
        assert_eq!(again, changed);
        // Once refreshed, A's change is saved on top of B's.
        let saved: Person = office.call("people/edit", &edit("改了姓名", other, "", &changed)).await;
        assert_eq!((saved.name.as_str(), saved.department.code.0.as_str()), ("改了姓名", other));
        // A number is told by a stale edit no more than by a fresh one: both leave a trace.
        let log = async || {
            let page: Page<Value> = office.call("audit/list", &json!({ "after": null })).await;
            page.rows.into_iter().filter(|row| row["action"] == "person.edit").count()
        };
        let before = log().await;
        assert!(is_overtaken(&office.refused("people/edit", &edit("改了姓名", other, "13700000001", &seen)).await));
        assert_eq!(log().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn who_edits_an_enterprise_that_another_changed_meanwhile_is_told_and_undoes_nothing() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let draft = |name: &str, address: &str| {
            json!({ "name": name, "enterprise_type": "餐饮企业", "address": address, "legal_representative": "王老街",
                "credit_code": "", "licence_name": "", "licence_number": "" })
        };
        let mut first = draft("两窗口米线", "夜市 3 号");
        first["credit_code"] = json!("13712345678");
        let seen: EnterpriseRow = office.call("enterprises/add", &json!({ "id": new_id(), "draft": first })).await;
        let edit = |name: &str, address: &str, position: Value, seen: &EnterpriseRow| {
            json!({ "id": seen.id, "draft": draft(name, address), "position": position, "seen": seen })
        };
        let here = json!({ "latitude": 25.0150001, "longitude": 102.7440003 });
        let by_b = edit("两窗口米线", "夜市 4 号", here.clone(), &seen);
        let changed: EnterpriseRow = office.call("enterprises/edit", &by_b).await;
        assert_eq!(changed.address, "夜市 4 号");

        let by_a = edit("改名米线", "夜市 3 号", Value::Null, &seen);
        assert!(is_overtaken(&office.refused("enterprises/edit", &by_a).await));
        let there = json!({ "latitude": 25.02, "longitude": 102.75 });
        let moving = edit("两窗口米线", "夜市 4 号", there, &seen);
        assert!(is_overtaken(&office.refused("enterprises/edit", &moving).await));
        let again: EnterpriseRow = office.call("enterprises/edit", &by_b).await;
        assert_eq!(again, changed);
        let saved: EnterpriseRow = office.call("enterprises/edit", &edit("改名米线", "夜市 4 号", here, &changed)).await;
        assert_eq!((saved.name.as_str(), saved.address.as_str()), ("改名米线", "夜市 4 号"));
    })
    .await;
}

#[tokio::test]
async fn two_who_save_at_once_do_not_both_succeed() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let draft = |name: &str, address: &str| {
            json!({ "name": name, "enterprise_type": "餐饮企业", "address": address, "legal_representative": "王老街",
                "credit_code": "91360727MA38QC805G", "licence_name": "", "licence_number": "" })
        };
        for round in 0..8 {
            let added = json!({ "id": new_id(), "draft": draft("同时米线", &format!("夜市 {round} 号")) });
            let seen: EnterpriseRow = office.call("enterprises/add", &added).await;
            let edit = |name: &str, address: &str| {
                json!({ "id": seen.id, "draft": draft(name, address), "position": null, "seen": seen })
            };
            let (one, two) = (edit("甲改的", &seen.address), edit(&seen.name, &format!("改到 {round} 号")));
            let (one, two) = tokio::join!(
                office.function("enterprises/edit", &one).send(),
                office.function("enterprises/edit", &two).send(),
            );
            let statuses = [one.unwrap().status().as_u16(), two.unwrap().status().as_u16()];
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_corrected_post_is_answered_alike_when_it_is_sent_again() {
    on_each_engine(async |world| {
        let city = world.sign_in_as(Role::Administrator, "530100").await;
        let entry = json!({ "name": "更正岗位", "phone": "13700000011", "department": "fire", "is_internal": true });
        let post = |role: &str, region: &str| json!({ "id": new_id(), "role": role, "region": region });
        let add = json!({ "id": new_id(), "entry": entry, "post": post("inspector", "530100"), "identity": null });
        let seen: Person = city.call("people/add", &add).await;
        let mut kept = entry.clone();
        kept["phone"] = json!("");
        let regions: Vec<Region> = city.call("dictionary/regions", &json!({ "parent": "530100" })).await;
        let mut free = None;
        for region in regions {
            let filter = json!({ "filter": { "role": "administrator", "region": region.code }, "after": null });
            let page: Page<Person> = city.call("people/list", &filter).await;
            if page.rows.len() < 2 {
                free = Some(region.code.to_string());
            }
        }
        let place = json!([{ "wrong": seen.posts[0].id, "right": post("administrator", &free.unwrap()) }]);
        let edit = json!({ "id": seen.id, "entry": kept, "corrections": place, "seen": seen });
        let first: Person = city.call("people/edit", &edit).await;
        let again: Person = city.call("people/edit", &edit).await;
        assert_eq!(again, first);
    })
    .await;
}

#[tokio::test]
async fn a_name_padded_with_blanks_is_found_and_known_without_them() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        let add = |name: &str, number: &str| {
            let entry = json!({ "name": name, "phone": number, "department": "fire", "is_internal": true });
            let post = json!({ "id": new_id(), "role": "inspector", "region": GUANDU });
            json!({ "id": new_id(), "entry": entry, "post": post, "identity": null })
        };
        let added: Person = office.call("people/add", &add("刀　十 六", "13700000012")).await;
        assert_eq!(added.name, "刀十六");
        for text in ["刀十六", "刀 十六", "十　六"] {
            let list = json!({ "filter": { "text": text }, "after": null });
            let page: Page<Person> = office.call("people/list", &list).await;
            assert_eq!(page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), [added.id], "{text}");
        }
        // The same person unpadded is told to have the post, not to be somebody else.
        let told = office.refused("people/add", &add("刀十六", "13700000012")).await;
        assert!(matches!(&told, Problem::Conflict { message } if message.contains("已有此岗位")), "{told}");
    })
    .await;
}

#[tokio::test]
async fn signs_alone_find_no_whole_ledger() {
    on_each_engine(async |world| {
        let office = world.sign_in_as(Role::Administrator, GUANDU).await;
        for list in ["hazards/list", "hazards/summary", "enterprises/list", "inspections/list"] {
            for text in ["%", "，", "-"] {
                let told = office.refused(list, &json!({ "filter": { "text": text }, "after": null })).await;
                assert!(matches!(&told, Problem::Invalid { field, .. } if field == "搜索内容"), "{list}: {told}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_import_blames_the_column_that_is_wrong_and_masks_no_wrong_number_into_a_right_one() {
    on_each_engine(async |world| {
        let city = world.sign_in_as(Role::Administrator, KUNMING).await;
        let book = workbook::people(&[
            ["无区划", "13700000021", "住房城乡建设", "是", "管理员"],
            ["少一位", "1351111000", "住房城乡建设", "是", "检查员"],
        ]);
        let report: ImportReport = city.post("/imports/people").body(book).content().await;
        let told: Vec<_> = report.errors.iter().map(|error| (error.column.as_str(), error.value.as_str())).collect();
        assert_eq!(told, [("所属区划", ""), ("手机号", "135***1000（10 位）")]);
    })
    .await;
}

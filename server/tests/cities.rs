//! Cities of the level of a prefecture that have no counties by GB/T 2260: enterprises are entered and inspected there too.

use crate::support::{Session, Site, World, code, new_id, now, on_each_engine};
use domain::{
    enterprise::EnterpriseRow,
    id::{PersonId, PostId},
    operation::Outcome,
    person::{DepartmentCode, NewPost, Person, PhoneNumber, Role},
    region::Region,
};
use serde_json::json;
use store::people::PersonFields;

/// Makes the administrator of a prefecture, as the province would, and signs in.
async fn administrator(world: &World, city: &str, phone: &str) -> Session {
    let (id, number) = (PersonId(new_id()), PhoneNumber::parse(phone).unwrap());
    let department = DepartmentCode("housing".to_owned());
    let fields = PersonFields { name: "市管员", phone: &number, department: &department, is_internal: true };
    let post = NewPost { id: PostId(new_id()), role: Role::Administrator, region: code(city) };
    let mut tx = world.db.write().await.unwrap();
    store::people::insert(&mut tx, id, fields, now()).await.unwrap();
    store::posts::grant(&mut tx, &[(id, post)], now()).await.unwrap();
    tx.commit().await.unwrap();
    world.sign_in(phone).await
}

async fn add(caller: &Session, phone: &str, role: Role, region: &Region) {
    let entry = json!({ "name": "新来的", "phone": phone, "department": "housing", "is_internal": true });
    let post = NewPost { id: PostId(new_id()), role, region: region.code };
    let _: Person = caller.call("people/add", &json!({ "id": new_id(), "entry": entry, "post": post })).await;
}

#[tokio::test]
async fn a_city_without_counties_has_people_enterprises_and_inspections() {
    on_each_engine(async |world| {
        for (number, city) in ["441900", "442000", "460400", "620200", "460300"].into_iter().enumerate() {
            let phone = |role: u32| format!("139777{role}000{number}");
            let upper = administrator(world, city, &phone(1)).await;
            let below: Vec<Region> = upper.call("dictionary/regions", &json!({ "parent": city })).await;
            let county = below.first().unwrap();
            add(&upper, &phone(2), Role::Administrator, county).await;
            let office = world.sign_in(&phone(2)).await;
            add(&office, &phone(3), Role::Inspector, county).await;
            let draft = json!({ "name": "街口饭店", "enterprise_type": "餐饮企业", "address": "中心路 1 号",
                "legal_representative": "王老街", "credit_code": "91360727MA38QC805G", "licence_name": "",
                "licence_number": "" });
            let id = new_id();
            let _: EnterpriseRow = office.call("enterprises/add", &json!({ "id": id, "draft": draft })).await;
            let position = json!({ "latitude": 23.02, "longitude": 113.75 });
            let edit = json!({ "id": id, "draft": draft, "position": position });
            let _: EnterpriseRow = office.call("enterprises/edit", &edit).await;

            let site = Site::open_at(world, &county.code.to_string()).await;
            assert_eq!(site.enterprise.region_name, county.name);
            assert_eq!(site.hand_in(&site.submission()).await.outcome, Outcome::Applied, "{}", county.name);
        }
    })
    .await;
}

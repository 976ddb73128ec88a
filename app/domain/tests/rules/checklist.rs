//! Checklists as shipped fit the types.

use crate::samples::{CHECKLISTS, DEPARTMENTS, checklist, item};
use domain::{checklist::ItemCode, enterprise::EnterpriseType, hazard::Severity};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn an_item_is_found_by_its_code_and_no_other() {
    let checklist = checklist(3);
    assert_eq!(checklist.item(&item(2)).map(|found| found.text.as_str()), Some("第 2 项"));
    assert_eq!(checklist.item(&ItemCode("CY-04".into())), None);
}

#[test]
fn every_shipped_checklist_names_known_types_departments_and_severities() {
    let departments: BTreeSet<_> = DEPARTMENTS.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let lists: Vec<Value> = serde_json::from_str(CHECKLISTS).expect("the shipped checklists are JSON");
    let mut types = BTreeSet::new();
    for list in &lists {
        let code = list["type_code"].as_str().expect("a type code");
        let enterprise_type: EnterpriseType = code.parse().expect("a known type");
        types.insert(enterprise_type);
        let name = list["type_name"].as_str().expect("a type name");
        assert_eq!(EnterpriseType::parse(name), Some(enterprise_type), "{name}");
        let mut codes = BTreeSet::new();
        for item in list["items"].as_array().expect("items") {
            assert!(codes.insert(item["code"].as_str()), "{} twice", item["code"]);
            serde_json::from_value::<Severity>(item["level"].clone()).expect("a known severity");
            assert!(departments.contains(item["department"].as_str().expect("a department")), "{}", item["code"]);
        }
    }
    assert_eq!(types, EnterpriseType::ALL.into(), "every type has its checklist");
}

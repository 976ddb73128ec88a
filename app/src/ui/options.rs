//! What the choices of filters and forms offer: value and text.

use crate::api::dictionary::list_departments;
use domain::{
    enterprise::EnterpriseType,
    hazard::{HazardState, Severity},
    person::Role,
};
use leptos::prelude::*;

/// Value and text of each option.
pub type Choices = Vec<(String, String)>;

fn choices<const N: usize>(options: [(&str, &str); N]) -> Choices {
    options.map(|(value, text)| (value.to_owned(), text.to_owned())).into()
}

/// The sixteen types of enterprises.
pub fn types() -> Choices {
    choices(EnterpriseType::ALL.map(|kind| (kind.code(), kind.name())))
}

/// 重大, 一般
pub fn severities() -> Choices {
    choices([("major", Severity::Major.name()), ("general", Severity::General.name())])
}

/// 待整改, 逾期, 待复核, 已销号, 已作废
pub fn states() -> Choices {
    HazardState::ALL.iter().map(|state| (state.code().to_owned(), state.name().to_owned())).collect()
}

/// 管理员, 检查员
pub fn roles() -> Choices {
    choices([("administrator", Role::Administrator.name()), ("inspector", Role::Inspector.name())])
}

/// 是, 否
pub fn yes_or_no() -> Choices {
    choices([("true", "是"), ("false", "否")])
}

/// The member departments, once they have come.
pub fn use_departments() -> Signal<Choices> {
    let departments = LocalResource::new(list_departments);
    Signal::derive(move || {
        let departments = departments.get().and_then(Result::ok).unwrap_or_default();
        departments.into_iter().map(|department| (department.code.0, department.name)).collect()
    })
}

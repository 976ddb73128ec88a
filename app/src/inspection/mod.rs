//! The screens of an inspection, wherever it is filled in: position, participants, items, hazards, and 提交检查. They work
//! over [`stores`]; the phone's are in `field/inspection.rs`.

pub mod capture;
mod foot;
mod hazard;
mod items;
mod participants;
mod place;
mod seen;
pub mod stores;

use crate::offline::inspection_draft::InspectionDraft;
use domain::person::DepartmentCode;
pub use foot::{Discard, Foot};
pub use items::Items;
use leptos::prelude::*;
pub use participants::Participants;
pub use place::Place;
use std::collections::BTreeMap;
use stores::Drafts;

/// What every part of the draft's screen shares.
#[derive(Clone, Copy)]
pub struct Editing {
    /// What is filled in so far; each change of it is saved.
    pub draft: RwSignal<InspectionDraft>,
    /// Names of the departments, by code.
    departments: Memo<BTreeMap<DepartmentCode, String>>,
    /// Whether 提交检查 was pressed while something was missing: from then on each gap is marked.
    is_checked: RwSignal<bool>,
}

impl Editing {
    /// Puts it into the context, over the draft store of the context.
    pub fn provide(draft: RwSignal<InspectionDraft>) {
        let departments = Drafts::expect().departments();
        let departments = Memo::new(move |_| {
            let departments = departments.get().unwrap_or_default();
            departments.into_iter().map(|department| (department.code, department.name)).collect()
        });
        provide_context(Self { draft, departments, is_checked: RwSignal::new(false) });
    }

    /// The one of the context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// A department's name; its code until the names have come.
    fn department_name(self, code: &DepartmentCode) -> String {
        self.departments.with(|names| names.get(code).cloned()).unwrap_or_else(|| code.0.clone())
    }
}

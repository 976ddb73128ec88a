//! The seven fields of an enterprise (Q12), as forms of both faces show them.

use crate::ui::{
    form::{SelectField, TextField},
    options::types,
};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseRow, EnterpriseType},
};
use leptos::prelude::*;

/// The names of the fields, which show their own problems.
pub const ENTERPRISE_FIELDS: &[&str] =
    &["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号"];

/// What the seven fields hold.
#[derive(Clone, Copy)]
pub struct EnterpriseFields {
    name: RwSignal<String>,
    enterprise_type: RwSignal<String>,
    address: RwSignal<String>,
    legal_representative: RwSignal<String>,
    credit_code: RwSignal<String>,
    licence_name: RwSignal<String>,
    licence_number: RwSignal<String>,
}

impl EnterpriseFields {
    /// Filled in with what a draft holds.
    pub fn new(draft: EnterpriseDraft) -> Self {
        Self {
            name: RwSignal::new(draft.name),
            enterprise_type: RwSignal::new(draft.enterprise_type),
            address: RwSignal::new(draft.address),
            legal_representative: RwSignal::new(draft.legal_representative),
            credit_code: RwSignal::new(draft.credit_code),
            licence_name: RwSignal::new(draft.licence_name),
            licence_number: RwSignal::new(draft.licence_number),
        }
    }

    /// Filled in from an enterprise, but for its credit code, which is masked there.
    pub fn of(row: &EnterpriseRow) -> Self {
        Self::new(EnterpriseDraft {
            name: row.name.clone(),
            enterprise_type: row.enterprise_type.code().to_owned(),
            address: row.address.clone(),
            legal_representative: row.legal_representative.clone(),
            credit_code: String::new(),
            licence_name: row.licence_name.clone(),
            licence_number: row.licence_number.clone(),
        })
    }

    /// What is typed now; reactive.
    pub fn get(self) -> EnterpriseDraft {
        EnterpriseDraft {
            name: self.name.get(),
            enterprise_type: self.enterprise_type.get(),
            address: self.address.get(),
            legal_representative: self.legal_representative.get(),
            credit_code: self.credit_code.get(),
            licence_name: self.licence_name.get(),
            licence_number: self.licence_number.get(),
        }
    }

    /// What is typed now.
    pub fn read(self) -> EnterpriseDraft {
        untrack(|| self.get())
    }
}

/// The seven fields, each with what it was refused for.
#[component]
pub fn EnterpriseInputs(
    /// What they hold.
    fields: EnterpriseFields,
    /// What the form was refused for.
    problems: RwSignal<Vec<Problem>>,
    /// What may be written as 社会统一信用代码.
    #[prop(into)]
    code_hint: String,
) -> impl IntoView {
    let licences = Signal::derive(move || {
        let kind = fields.enterprise_type.with(|code| code.parse::<EnterpriseType>());
        kind.map(|kind| kind.licences().iter().map(ToString::to_string).collect()).unwrap_or_default()
    });
    view! {
        <TextField label="企业名称" value=fields.name problems />
        <SelectField label="企业类型" options=types() value=fields.enterprise_type problems />
        <TextField label="企业住所" value=fields.address problems />
        <TextField label="法人代表" value=fields.legal_representative problems />
        <TextField label="社会统一信用代码" value=fields.credit_code hint=code_hint problems />
        <TextField
            label="许可证名称"
            value=fields.licence_name
            hint="没有许可证填“无”"
            suggestions=licences
            problems
        />
        <TextField label="许可证编号" value=fields.licence_number problems />
    }
}

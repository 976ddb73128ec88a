//! 增加 and 编辑 an enterprise: the seven fields (Q12), and the position.

use super::position::{PositionDraft, PositionFields};
use crate::{
    api::enterprises::{add_enterprise, edit_enterprise},
    console::options::types,
    ui::{
        dialog::{Deed, FormDialog},
        form::{SelectField, TextField},
        toast::use_toast,
    },
};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseRow, EnterpriseType},
    id::EnterpriseId,
};
use leptos::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

const FIELDS: &[&str] =
    &["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号", "经度", "纬度"];

/// What the seven fields hold.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    enterprise_type: RwSignal<String>,
    address: RwSignal<String>,
    legal_representative: RwSignal<String>,
    credit_code: RwSignal<String>,
    licence_name: RwSignal<String>,
    licence_number: RwSignal<String>,
}

impl Draft {
    fn of(row: Option<&EnterpriseRow>) -> Self {
        let text = |pick: fn(&EnterpriseRow) -> String| RwSignal::new(row.map(pick).unwrap_or_default());
        Self {
            name: text(|row| row.name.clone()),
            enterprise_type: text(|row| row.enterprise_type.code().to_owned()),
            address: text(|row| row.address.clone()),
            legal_representative: text(|row| row.legal_representative.clone()),
            credit_code: RwSignal::new(String::new()),
            licence_name: text(|row| row.licence_name.clone()),
            licence_number: text(|row| row.licence_number.clone()),
        }
    }

    fn read(self) -> EnterpriseDraft {
        EnterpriseDraft {
            name: self.name.get_untracked(),
            enterprise_type: self.enterprise_type.get_untracked(),
            address: self.address.get_untracked(),
            legal_representative: self.legal_representative.get_untracked(),
            credit_code: self.credit_code.get_untracked(),
            licence_name: self.licence_name.get_untracked(),
            licence_number: self.licence_number.get_untracked(),
        }
    }
}

#[component]
fn DraftFields(draft: Draft, problems: RwSignal<Vec<Problem>>, #[prop(into)] code_hint: String) -> impl IntoView {
    let licences = Signal::derive(move || {
        let kind = draft.enterprise_type.with(|code| code.parse::<EnterpriseType>());
        kind.map(|kind| kind.licences().iter().map(ToString::to_string).collect()).unwrap_or_default()
    });
    view! {
        <TextField label="企业名称" value=draft.name problems />
        <SelectField label="企业类型" options=types() value=draft.enterprise_type problems />
        <TextField label="企业住所" value=draft.address problems />
        <TextField label="法人代表" value=draft.legal_representative problems />
        <TextField label="社会统一信用代码" value=draft.credit_code hint=code_hint problems />
        <TextField
            label="许可证名称"
            value=draft.licence_name
            hint="没有许可证填“无”"
            suggestions=licences
            problems
        />
        <TextField label="许可证编号" value=draft.licence_number problems />
    }
}

/// 增加, in the current post's county (Q17).
#[component]
pub fn AddEnterprise(
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let draft = Draft::of(None);
    let problems = RwSignal::new(Vec::new());
    // Made once: sent twice, it is the same enterprise.
    let id = EnterpriseId(Uuid::now_v7());
    let add: Deed = Arc::new(move || {
        let draft = draft.read();
        Box::pin(async move {
            draft.parse()?;
            add_enterprise(id, draft).await.map_err(|refusal| vec![refusal.0])?;
            toast("已增加企业");
            on_done.run(());
            Ok(())
        })
    });
    view! {
        <FormDialog title="增加企业" verb="确定" deed=add on_close problems fields=FIELDS>
            <div class="form-two">
                <DraftFields draft problems code_hint="无照店铺填写经营人手机号" />
            </div>
        </FormDialog>
    }
}

/// 编辑, with the position as a map or a device shows it (Q33).
#[component]
pub fn EditEnterprise(
    /// Which.
    row: EnterpriseRow,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let draft = Draft::of(Some(&row));
    let position = PositionDraft::of(row.position);
    let problems = RwSignal::new(Vec::new());
    let edit: Deed = Arc::new(move || {
        let draft = draft.read();
        let position = position.read();
        Box::pin(async move {
            check(&draft)?;
            let position = position.map_err(|problem| vec![problem])?;
            edit_enterprise(row.id, draft, position).await.map_err(|refusal| vec![refusal.0])?;
            toast("已保存");
            on_done.run(());
            Ok(())
        })
    });
    let hint = format!("不修改请留空（当前 {}）", row.credit_code);
    view! {
        <FormDialog title="编辑企业" verb="保存" deed=edit on_close problems fields=FIELDS>
            <div class="form-two">
                <DraftFields draft problems code_hint=hint />
                <PositionFields draft=position problems />
            </div>
        </FormDialog>
    }
}

/// The checks of the form, but for a credit code left empty, which stays as it is.
fn check(draft: &EnterpriseDraft) -> Result<(), Vec<Problem>> {
    let keeps_code = draft.credit_code.trim().is_empty();
    let mut problems = draft.parse().err().unwrap_or_default();
    problems.retain(|problem| {
        !(keeps_code && matches!(problem, Problem::Invalid { field, .. } if field == "社会统一信用代码"))
    });
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

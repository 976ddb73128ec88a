//! 增加 and 编辑 an enterprise: the seven fields (Q12), and the position.

use super::position::{PositionDraft, PositionFields};
use crate::{
    api::enterprises::{add_enterprise, edit_enterprise},
    ui::{
        dialog::{FormDialog, SubmitAction},
        enterprise::{ENTERPRISE_FIELDS, EnterpriseFields, EnterpriseInputs},
        fresh::fresh_id,
        toast::use_toast,
    },
};
use domain::{
    Problem,
    enterprise::{EnterpriseDraft, EnterpriseRow},
    id::EnterpriseId,
};
use leptos::prelude::*;
use std::sync::Arc;

const FIELDS: &[&str] =
    &["企业名称", "企业类型", "企业住所", "法人代表", "社会统一信用代码", "许可证名称", "许可证编号", "经度", "纬度"];

/// 增加, in the current post's county (Q17).
#[component]
pub fn AddEnterprise(
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let fields = EnterpriseFields::new(EnterpriseDraft::default());
    let problems = RwSignal::new(Vec::new());
    // Made once: sent twice, it is the same enterprise.
    let id = EnterpriseId(fresh_id());
    let add: SubmitAction = Arc::new(move || {
        let draft = fields.read();
        Box::pin(async move {
            draft.parse()?;
            add_enterprise(id, draft).await.map_err(|refusal| vec![refusal.0])?;
            toast("已增加企业");
            on_done.run(());
            Ok(())
        })
    });
    view! {
        <FormDialog title="增加企业" verb="确定" submit_action=add on_refused=on_done on_close problems fields=ENTERPRISE_FIELDS>
            <div class="form-two">
                <EnterpriseInputs fields problems code_hint="无照店铺填写经营人手机号" />
            </div>
        </FormDialog>
    }
}

/// 编辑, with the position as a map or a device shows it (Q33).
#[component]
pub fn EditEnterprise(
    /// As the list last had it; its credit code is not filled in.
    row: EnterpriseRow,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the form should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let fields = EnterpriseFields::of(&row);
    let position = PositionDraft::of(row.position);
    let problems = RwSignal::new(Vec::new());
    let hint = format!("不修改请留空（当前 {}）", row.credit_code);
    let (id, seen) = (row.id, row);
    let edit: SubmitAction = Arc::new(move || {
        let draft = fields.read();
        let seen = seen.clone();
        let position = position.read();
        Box::pin(async move {
            check(&draft)?;
            let position = position.map_err(|problem| vec![problem])?;
            edit_enterprise(id, draft, position, Some(seen)).await.map_err(|refusal| vec![refusal.0])?;
            toast("已保存");
            on_done.run(());
            Ok(())
        })
    });
    view! {
        <FormDialog title="编辑企业" verb="保存" submit_action=edit on_refused=on_done on_close problems fields=FIELDS>
            <div class="form-two">
                <EnterpriseInputs fields problems code_hint=hint />
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

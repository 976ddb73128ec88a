//! 删除, and 停业 or 恢复.

use crate::{
    api::enterprises::{close_enterprise, delete_enterprise},
    ui::{
        dialog::{FormDialog, submit_action},
        toast::use_toast,
    },
};
use domain::enterprise::EnterpriseRow;
use leptos::prelude::*;

/// 删除: only without inspections and hazards (Q27); the refusal says so, and offers 停业 instead.
#[component]
pub fn DeleteEnterprise(
    /// Named in the question, deleted by its id.
    row: EnterpriseRow,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the question should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let delete = submit_action(move || async move {
        delete_enterprise(row.id).await?;
        toast("已删除企业");
        on_done.run(());
        Ok(())
    });
    view! {
        <FormDialog title="删除企业" verb="删除" is_final=true submit_action=delete on_refused=on_done on_close>
            <p>{format!("确定删除“{}”？删除后不能恢复。", row.name)}</p>
            <p class="muted">"已有检查或隐患记录的企业不能删除，可改为“停业”，记录会保留。"</p>
        </FormDialog>
    }
}

/// 停业 or 恢复.
#[component]
pub fn CloseEnterprise(
    /// Whether it is closed decides which of the two is offered.
    row: EnterpriseRow,
    /// Called when it was done.
    on_done: Callback<()>,
    /// Called when the question should go.
    on_close: Callback<()>,
) -> impl IntoView {
    let toast = use_toast();
    let closes = row.closed_at.is_none();
    let close = submit_action(move || async move {
        close_enterprise(row.id, closes).await?;
        toast(if closes { "已标记为停业" } else { "已恢复为正常" });
        on_done.run(());
        Ok(())
    });
    let (title, verb, text) = if closes {
        ("企业停业", "停业", format!("将“{}”标记为停业或注销？不再列入检查和统计的企业数，历史记录保留。", row.name))
    } else {
        ("企业恢复", "恢复", format!("将“{}”恢复为正常经营？", row.name))
    };
    view! {
        <FormDialog title verb submit_action=close on_refused=on_done on_close>
            <p>{text}</p>
        </FormDialog>
    }
}

//! One held operation in the side sheet: why it waits, what it says, its photos, and what may be done with it.

use super::decide::Decisions;
use crate::{
    api::operations::read_held_operation,
    ui::{
        facts::fact,
        page::loaded,
        photos::Photos,
        sheet::{SideSheet, use_sheet_id},
    },
};
use domain::{
    Problem,
    id::OperationId,
    operation::{HeldDetail, HeldRow},
};
use leptos::prelude::*;

/// One held operation beside its list, with what the office may decide.
#[component]
pub fn HeldSheet() -> impl IntoView {
    let id = use_sheet_id();
    let resource = LocalResource::new(move || {
        let id = id.with(|id| id.parse::<OperationId>());
        async move { read_held_operation(id.map_err(|_| Problem::not_found("待处理记录"))?).await }
    });
    let again = Callback::new(move |()| resource.refetch());
    view! {
        <SideSheet title="待处理详情">{loaded(resource, move |detail| detail_view(detail, again))}</SideSheet>
    }
}

fn detail_view(detail: HeldDetail, again: Callback<()>) -> impl IntoView {
    let HeldDetail { row, content, photos, photos_expected } = detail;
    let kind = row.kind_name().to_owned();
    let HeldRow { title, author, deliverer, region_name, made_at, received_at, reason, .. } = row.clone();
    let has_content = !content.is_empty();
    let has_photos = !photos.is_empty();
    let lines = content.into_iter().map(|(field, value)| {
        view! {
            <dt>{field}</dt>
            <dd>{value}</dd>
        }
    });
    let missing = photos_expected.len();
    view! {
        <p class="notice">{reason.text}</p>
        <Decisions row again />
        <dl class="facts">
            {fact("类型", kind)} {fact("企业名称", title)} {fact("区划", region_name)} {fact("填写人", author)}
            {fact("填写时间", made_at.to_string())} {fact("上传人", deliverer)} {fact("上传时间", received_at.to_string())}
        </dl>
        <section>
            <h3 class="section-title">"记录内容"</h3>
            {if has_content {
                view! { <dl class="facts">{lines.collect_view()}</dl> }.into_any()
            } else {
                view! { <p class="muted">"当前版本无法显示这类内容，原文已完整保存。"</p> }.into_any()
            }}
        </section>
        {has_photos.then(|| view! { <Photos title="照片" photos caption=made_at.to_string() /> })}
        {(missing > 0).then(|| view! { <p class="muted">{format!("还有 {missing} 张照片未上传。")}</p> })}
    }
}

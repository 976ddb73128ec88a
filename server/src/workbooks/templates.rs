//! `GET /templates/{kind}.xlsx`: the workbooks to fill in, for those who may import what is filled in.

use crate::{
    answer::{RouteResult, internal, workbook_headers},
    router::AppState,
};
use axum::{extract::State, http::HeaderMap, response::IntoResponse};
use domain::{Problem, import::ImportKind};
use services::{
    actions::ImportEnterprises,
    imports::{self, PeopleChoices},
};
use sheets::WriteError;

/// 用户岗位导入填写模板.xlsx. Its lists offer the posts that the caller may open, and no others.
pub async fn people(State(state): State<AppState>, headers: HeaderMap) -> RouteResult {
    let permit = state.gate.permit(app::api::session_token(&headers).as_deref()).await?;
    let PeopleChoices { departments, places, can_open_administrators } = imports::people_choices(permit).await?;
    send(ImportKind::People, sheets::people_template(&departments, &places, can_open_administrators))
}

/// 企业信息收集表.xlsx. It is the same everywhere: a row goes into the county of whoever hands it in.
pub async fn enterprises(State(state): State<AppState>, headers: HeaderMap) -> RouteResult {
    drop(state.gate.permit::<ImportEnterprises>(app::api::session_token(&headers).as_deref()).await?);
    send(ImportKind::Enterprises, sheets::enterprise_template())
}

fn send(kind: ImportKind, template: Result<Vec<u8>, WriteError>) -> RouteResult {
    let template = template.map_err(|error| -> Problem { internal("a template could not be written", &error) })?;
    Ok((workbook_headers(kind.template_name()), template).into_response())
}

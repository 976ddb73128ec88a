//! All routes, and the walls in front of them.

use crate::{
    body::Budget,
    changes,
    connections::Bounds,
    functions,
    guard::{headers, origin, pace, pace::Pace, settle},
    health::{self, Health},
    jobs::Bell,
    observe, operations,
    photos::{Photos, routes as photo_routes},
    share::Shares,
    site,
    workbooks::{Workbooks, exports, imports, templates},
};
use axum::{
    Router,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, get, post, put},
};
use domain::id::OperationId;
use services::Gate;
use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

/// What routes need; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The way to all services.
    pub gate: Gate,
    /// Where photos lie, and the memory that those on their way share.
    pub photos: Photos,
    /// The memory of records and calls on their way in.
    pub memory: Budget,
    /// The operations that are being filed: each by one request at a time.
    pub filing: Shares<OperationId>,
    /// Who tells the worker of new jobs.
    pub bell: Bell,
    /// How the server was when it was last looked at.
    pub health: Health,
    /// Where workbooks pass through.
    pub workbooks: Workbooks,
    /// What the operator chose.
    pub settings: Arc<Settings>,
}

/// What the operator chose about serving.
#[derive(Debug)]
pub struct Settings {
    /// The folder of the built site.
    pub site: PathBuf,
    /// Whether a proxy in front tells address and scheme of the caller.
    pub is_behind_proxy: bool,
    /// How many proxies stand in a row before the server, when any does.
    pub proxies: NonZeroUsize,
    /// How often one address may ask for codes and try them.
    pub pace: Pace,
    /// How many connections there may be, and for how long.
    pub connections: Bounds,
}

impl Settings {
    /// How many proxies are believed: none without one in front.
    pub fn trusted_proxies(&self) -> usize {
        if self.is_behind_proxy { self.proxies.get() } else { 0 }
    }
}

/// What is no server function: the method and the address as the walk over all routes knows them, and who answers.
pub fn plain_routes() -> Vec<(Method, &'static str, MethodRouter<AppState>)> {
    vec![
        (Method::PUT, "/operations/{id}", put(operations::put)),
        (Method::GET, "/operations/{id}", get(operations::get)),
        (Method::GET, "/changes/{kind}", get(changes::get)),
        (Method::PUT, "/photos/{hash}", put(photo_routes::put)),
        (Method::GET, "/photos/{hash}", get(photo_routes::get)),
        (Method::GET, "/photos/{hash}/thumbnail", get(photo_routes::get_thumbnail)),
        (Method::GET, "/templates/people.xlsx", get(templates::people)),
        (Method::GET, "/templates/enterprises.xlsx", get(templates::enterprises)),
        (Method::POST, "/imports/people", post(imports::post_people)),
        (Method::POST, "/imports/enterprises", post(imports::post_enterprises)),
        (Method::GET, "/imports/{id}/errors.xlsx", get(imports::errors)),
        (Method::GET, "/exports/hazards.xlsx", get(exports::hazards)),
        (Method::GET, "/exports/enterprises.xlsx", get(exports::enterprises)),
        (Method::GET, "/healthz", get(health::get)),
    ]
}

/// The whole server as one service.
pub fn router(state: AppState) -> Router {
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(1024));
    let functions = functions::routes().layer(compression);
    let plain = plain_routes().into_iter();
    plain
        .fold(Router::new().merge(functions), |router, (_, path, route)| router.route(path, route))
        .fallback(site::serve)
        .layer(from_fn(settle::wait))
        .layer(from_fn_with_state(state.clone(), pace::check))
        .layer(from_fn(origin::check))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn(observe::watch))
        .with_state(state)
}

//! All routes, and the walls in front of them.

use crate::{
    functions,
    guard::{headers, origin, pace, pace::Pace},
    observe,
    photos::{Photos, routes as photo_routes},
    site,
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, put},
};
use services::Gate;
use std::{path::PathBuf, sync::Arc};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

/// What routes need; cheap to clone.
#[derive(Clone)]
pub struct House {
    /// The way to all services.
    pub gate: Gate,
    /// The photos.
    pub photos: Photos,
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
    /// How often one address may ask for codes and try them.
    pub pace: Pace,
}

/// The whole server as one service.
pub fn router(house: House) -> Router {
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(1024));
    let functions = functions::routes().layer(compression);
    Router::new()
        .merge(functions)
        .route("/photos/{hash}", put(photo_routes::put).get(photo_routes::get))
        .route("/photos/{hash}/thumbnail", get(photo_routes::get_thumbnail))
        .route("/healthz", get(health))
        .fallback(site::serve)
        .layer(from_fn_with_state(house.clone(), pace::check))
        .layer(from_fn(origin::check))
        .layer(from_fn_with_state(house.clone(), headers::add))
        .layer(from_fn(observe::watch))
        .with_state(house)
}

/// Whether the server can work: whether its database answers.
async fn health(State(house): State<House>) -> (StatusCode, &'static str) {
    match house.gate.check_health().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::error!(error = &error as &(dyn std::error::Error + 'static), "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "database")
        }
    }
}

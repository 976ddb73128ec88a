//! `GET /healthz`: whether the server can work, answered soon whatever hangs.

use crate::router::AppState;
use axum::{extract::State, http::StatusCode};
use services::{Gate, space::Space};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// What asks expects an answer within two seconds.
const LONGEST: Duration = Duration::from_millis(1_800);
/// How long an answer holds: whoever asks more often costs nothing.
const FRESH: Duration = Duration::from_secs(1);

/// How the server was when it was last looked at; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<Option<(Instant, bool)>>>);

impl Health {
    /// Whether the database reads and writes. Only one at a time looks.
    async fn works(&self, gate: &Gate) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, works)) = *last
            && at.elapsed() < FRESH
        {
            return works;
        }
        let works = match gate.check_health().await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the database does not work");
                false
            }
        };
        *last = Some((Instant::now(), works));
        works
    }
}

/// 200 while the database works; a disk that fills up is a warning beside it.
pub async fn get(State(state): State<AppState>) -> (StatusCode, &'static str) {
    let reserve = state.gate.config().reserve.clone();
    // A folder may be on a disk that does not answer either.
    let space = tokio::task::spawn_blocking(move || reserve.space());
    let looked = timeout(LONGEST, async { (state.health.works(&state.gate).await, space.await) }).await;
    match looked {
        Err(_) => {
            tracing::error!("the database or the disk does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "no answer")
        }
        Ok((false, _)) => (StatusCode::SERVICE_UNAVAILABLE, "database"),
        Ok((true, Ok(Space::Low))) => (StatusCode::OK, "ok, but the disk fills up"),
        Ok((true, Ok(Space::None))) => (StatusCode::OK, "ok, but the disk is full: only records are taken"),
        Ok((true, _)) => (StatusCode::OK, "ok"),
    }
}

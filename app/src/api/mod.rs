//! Server functions, one file per thing: each takes a permit, calls its service, and answers.
//!
//! Paths are fixed and types on the wire only grow, for an old phone may call a new server.

pub mod audit;
pub mod checklists;
pub mod dictionary;
pub mod disk;
pub mod enterprises;
pub mod hazards;
pub mod imports;
pub mod inspections;
pub mod jobs;
pub mod operations;
pub mod people;
pub mod session;
pub mod settings;
pub mod statistics;

#[cfg(feature = "csr")]
use crate::ui::patience::{MostPatient, Patient};
use domain::Problem;
#[cfg(not(feature = "csr"))]
use leptos::server_fn::client::browser::{BrowserClient as Patient, BrowserClient as MostPatient};
use leptos::server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A [`Problem`] on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiError(pub Problem);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<ApiError> for Problem {
    fn from(ApiError(problem): ApiError) -> Self {
        problem
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => unreadable(),
            // On the server it is the input that was not understood; in the browser, an answer that is not ours: the page
            // of a gateway or of a captive portal.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => unreadable(),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => {
                Problem::Unreachable
            }
            _ => Problem::Unexpected,
        })
    }
}

fn unreadable() -> Problem {
    Problem::invalid("请求", "请求内容无法识别，请刷新页面后重试")
}

#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub use server::session_token;
#[cfg(feature = "ssr")]
use server::{answer, browser, gate, lasting_browser, permit, set_session, token, user_agent};

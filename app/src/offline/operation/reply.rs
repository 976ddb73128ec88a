//! What an answer of the server means, and what is no answer of it.

use super::Trouble;
use domain::Problem;

/// What a request came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply<T> {
    /// Our server's own good answer.
    Good(T),
    /// Our server will never take it.
    Refused(Problem),
    /// Our server has other bytes under this id.
    Conflict,
    /// Nobody is signed in.
    SignedOut,
    /// Not now: after so many seconds, where that was said.
    Later(Trouble, Option<i64>),
}

impl<T> Reply<T> {
    /// The same for a screen that asked for something.
    ///
    /// # Errors
    /// Why there is no good answer.
    pub fn into_result(self) -> Result<T, Problem> {
        match self {
            Self::Good(value) => Ok(value),
            Self::Refused(problem) => Err(problem),
            Self::Conflict => Err(Problem::OperationConflict),
            Self::SignedOut => Err(Problem::NotSignedIn),
            Self::Later(Trouble::Busy, told_s) => Err(Problem::TooMany { retry_after_s: told_s.unwrap_or(60) }),
            Self::Later(..) => Err(Problem::Unreachable),
        }
    }
}

/// Reads an answer. What is not our server's own JSON, and every 5xx, is "no network".
pub fn read_reply<T>(status: u16, body: &[u8], good: impl FnOnce(&[u8]) -> Option<T>) -> Reply<T> {
    let network = Reply::Later(Trouble::Network, None);
    if (200..300).contains(&status) {
        return good(body).map_or(network, Reply::Good);
    }
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else { return network };
    // A gateway may answer with JSON of its own; ours comes with the status that fits it.
    if problem.status() != status {
        return network;
    }
    match problem {
        Problem::NotSignedIn => Reply::SignedOut,
        Problem::OperationConflict => Reply::Conflict,
        Problem::TooMany { retry_after_s } => Reply::Later(Trouble::Busy, Some(retry_after_s)),
        Problem::Invalid { .. }
        | Problem::Forbidden { .. }
        | Problem::NotFound { .. }
        | Problem::TooLarge { .. }
        | Problem::BadPhoto { .. }
        | Problem::Conflict { .. } => Reply::Refused(problem),
        _ => network,
    }
}

//! How long a request may take, the only place that says so: a network that swallows one must not hold a screen for ever.

use domain::Problem;
use gloo_timers::future::TimeoutFuture;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Milliseconds that every answer may take.
const PATIENCE_MS: u32 = 20_000;
/// And so much longer for what is carried: 8 bytes a millisecond is a bad line.
const BYTES_A_MS: u32 = 8;

/// Waits for a call of a server function; when its time is up, the call is dropped, which aborts its request.
///
/// # Errors
/// [`Problem::Unreachable`] when its time is up; else what the call answered.
pub async fn within<T, E: Into<Problem>>(call: impl Future<Output = Result<T, E>>) -> Result<T, Problem> {
    carrying(0, call).await.map_or(Err(Problem::Unreachable), |answer| answer.map_err(Into::into))
}

/// Waits for a request that carries so many bytes, one way or the other; `None` when its time is up.
pub async fn carrying<T>(size_bytes: u32, request: impl Future<Output = T>) -> Option<T> {
    let mut request = Box::pin(request);
    let mut timer = pin!(TimeoutFuture::new(PATIENCE_MS + size_bytes / BYTES_A_MS));
    poll_fn(move |context| match request.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

//! How long a call of a server function may take: a network that swallows a request must not hold a screen for ever.

use domain::Problem;
use gloo_timers::future::TimeoutFuture;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Milliseconds that an answer may take.
const PATIENCE_MS: u32 = 20_000;

/// Waits for a call; when its time is up, the call is dropped, which aborts its request.
///
/// # Errors
/// [`Problem::Unreachable`] when its time is up; else what the call answered.
pub async fn within<T, E: Into<Problem>>(call: impl Future<Output = Result<T, E>>) -> Result<T, Problem> {
    let mut call = Box::pin(call);
    let mut timer = pin!(TimeoutFuture::new(PATIENCE_MS));
    poll_fn(move |context| match call.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(answer.map_err(Into::into)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| Err(Problem::Unreachable)),
    })
    .await
}

//! How long a request may take, the only place that says so: a network that swallows one must not hold a screen for ever.
//! Every server function goes through [`Patient`] or [`MostPatient`]; a test of the server looks for one that does not.

use domain::Problem;
use gloo_timers::future::TimeoutFuture;
use leptos::__reexports::send_wrapper::SendWrapper;
use server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
    request::browser::BrowserRequest,
    response::{ClientRes, browser::BrowserResponse},
};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Milliseconds that every answer may take.
const PATIENCE_MS: u32 = 20_000;
/// Milliseconds that the work of a whole workbook may take before the page says that the server goes on with it.
pub const WORKBOOK_MS: u32 = 120_000;
/// And so much longer for what is carried: 8 bytes a millisecond is a bad line.
const BYTES_A_MS: u32 = 8;

/// The browser's way to the server, given up after so many milliseconds; what had been sent may be done all the same.
pub struct Waiting<const MS: u32>;

/// For all but [`MostPatient`].
pub type Patient = Waiting<PATIENCE_MS>;
/// For what may take minutes at the server.
pub type MostPatient = Waiting<WORKBOOK_MS>;

impl<E, I, O, const MS: u32> Client<E, I, O> for Waiting<MS>
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = Awaited<MS>;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<Awaited<MS>, E>> + Send {
        let answer = <BrowserClient as Client<E, I, O>>::send(request);
        // A timer of the browser's stays on its one thread.
        SendWrapper::new(async move { timely(MS, answer).await.map(Awaited) })
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl futures::Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl futures::Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}

/// An answer whose body is not waited for any longer than its head.
pub struct Awaited<const MS: u32>(BrowserResponse);

impl<E: FromServerFnError, const MS: u32> ClientRes<E> for Awaited<MS> {
    fn try_into_string(self) -> impl Future<Output = Result<String, E>> + Send {
        SendWrapper::new(timely(MS, self.0.try_into_string()))
    }

    fn try_into_bytes(self) -> impl Future<Output = Result<Bytes, E>> + Send {
        SendWrapper::new(timely(MS, self.0.try_into_bytes()))
    }

    fn try_into_stream(self) -> Result<impl futures::Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, E> {
        self.0.try_into_stream()
    }

    fn status(&self) -> u16 {
        <BrowserResponse as ClientRes<E>>::status(&self.0)
    }

    fn status_text(&self) -> String {
        <BrowserResponse as ClientRes<E>>::status_text(&self.0)
    }

    fn location(&self) -> String {
        <BrowserResponse as ClientRes<E>>::location(&self.0)
    }

    fn has_redirect(&self) -> bool {
        <BrowserResponse as ClientRes<E>>::has_redirect(&self.0)
    }
}

async fn timely<T, E: FromServerFnError>(ms: u32, answer: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let late = || ServerFnErrorErr::Request("not answered in time".to_owned()).into_app_error();
    until(ms, answer).await.unwrap_or_else(|| Err(late()))
}

/// Waits for a call of a server function; when its time is up, the call is dropped, which aborts its request.
///
/// # Errors
/// [`Problem::Unreachable`] when its time is up; else what the call answered.
pub async fn within<T, E: Into<Problem>>(call: impl Future<Output = Result<T, E>>) -> Result<T, Problem> {
    carrying(0, call).await.map_or(Err(Problem::Unreachable), |answer| answer.map_err(Into::into))
}

/// Waits for a request that carries so many bytes, one way or the other; `None` when its time is up.
pub async fn carrying<T>(size_bytes: u32, request: impl Future<Output = T>) -> Option<T> {
    until(PATIENCE_MS + size_bytes / BYTES_A_MS, request).await
}

/// Milliseconds for a workbook of so many bytes that is sent and checked.
pub fn workbook_ms(size_bytes: u32) -> u32 {
    WORKBOOK_MS + size_bytes / BYTES_A_MS
}

async fn until<T>(ms: u32, request: impl Future<Output = T>) -> Option<T> {
    let mut request = Box::pin(request);
    let mut timer = pin!(TimeoutFuture::new(ms));
    poll_fn(move |context| match request.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

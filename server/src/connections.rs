//! Connections: how many there are in all and from one address, how long they may be silent, and how they end.
//! `axum::serve` bounds none of it, so this is its loop over hyper, with the deadlines that hyper has.

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use rustix::{
    net::sockopt,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroUsize,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// A connection on which nothing moves is asked after so long whether its other end is still there.
const QUIET: Duration = Duration::from_mins(1);
/// And one that takes nothing of what it is sent, or does not answer, is cut after so long.
const DEAF: Duration = Duration::from_mins(2);
/// How long the listener rests when the system gives no more connections.
const REST: Duration = Duration::from_millis(500);
/// The most bytes that are read ahead of what is understood: a head is no longer, and of a body no more waits to be taken.
const READ_AHEAD: usize = 64 * 1024;
/// Open files beside connections: of the database, photos and workbooks.
const OTHER_FILES: u64 = 256;

/// What the operator chose about connections.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many at once; whoever comes then waits before the door.
    pub most: NonZeroUsize,
    /// So many from one address, others of it are turned away; no bound where a proxy stands for all.
    pub per_address: Option<NonZeroUsize>,
    /// How long one may be silent before a request's head has come, the first or a later one.
    pub idle: Duration,
    /// How long running requests may take to end when the server stops.
    pub stopping: Duration,
}

/// Answers on a listener until `stop` is done, then lets running requests end, for as long as they may.
///
/// # Errors
/// When the listener cannot be set up.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    watch_ends(&listener)?;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.idle).max_buf_size(READ_AHEAD);
    let addresses = Addresses::default();
    let places = Arc::new(Semaphore::new(bounds.most.get().min(Semaphore::MAX_PERMITS)));
    let (ending, mut connections, mut stop) = (GracefulShutdown::new(), JoinSet::new(), pin!(stop));
    loop {
        let next = async { (place(&places).await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be taken");
                if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
                    sleep(REST).await;
                }
                continue;
            }
        };
        let Some(seat) = addresses.seat(peer.ip(), bounds.per_address) else {
            tracing::warn!(address = %peer.ip(), "an address has as many connections as one may have; others of it are turned away");
            continue;
        };
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = ending.watch(http.serve_connection(TokioIo::new(stream), service));
        connections.spawn(async move {
            // How a connection ends badly is the other side's affair.
            drop(connection.await);
            drop((place, seat));
        });
    }
    drop(listener);
    if timeout(bounds.stopping, ending.shutdown()).await.is_err() {
        tracing::warn!("requests that did not end in time are cut off");
    }
    connections.shutdown().await;
    Ok(())
}

/// An address as it is counted: an IPv6 network is one, for whoever has an address of it has them all.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Addresses {
    /// One connection more from an address, unless it has as many as it may; counted until the answer is dropped.
    fn seat(&self, address: IpAddr, most: Option<NonZeroUsize>) -> Option<Seat> {
        let address = network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if most.is_some_and(|most| *count >= most.get()) {
            return None;
        }
        *count += 1;
        Some(Seat { addresses: self.clone(), address })
    }
}

/// A connection that is counted.
struct Seat {
    addresses: Addresses,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Waits for a place among the connections; it is free again when the answer is dropped.
async fn place(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    if places.available_permits() == 0 {
        tracing::warn!("there are as many connections as there may be; others wait");
    }
    places.clone().acquire_owned().await.expect("the semaphore is never closed")
}

/// Lets the system find out that the other end is gone. Connections have it from their listener.
fn watch_ends(listener: &TcpListener) -> io::Result<()> {
    sockopt::set_socket_keepalive(listener, true)?;
    sockopt::set_tcp_keepidle(listener, QUIET)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(listener, u32::try_from(DEAF.as_millis()).unwrap_or(u32::MAX))?;
    Ok(())
}

/// Asks the system for as many open files as so many connections need, as far as it gives them.
pub fn raise_open_files(connections: NonZeroUsize) {
    let needed = connections.get() as u64 + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(now) = current.filter(|now| *now < needed) else { return };
    let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    if raised.is_err() || wanted < needed {
        tracing::warn!(now, needed, "the system gives fewer open files than RANAN_CONNECTIONS needs");
    }
}

//! How often one address may ask for codes and try them. Limits per number are kept by `services::login`.

use crate::{answer::Refusal, connections::network, router::AppState};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::Problem;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
};

/// Addresses remembered before those that have been quiet are forgotten.
const MOST_ADDRESSES: usize = 10_000;

/// The two limits.
#[derive(Debug)]
pub struct Pace {
    codes: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
}

impl Pace {
    /// So many codes and tries per hour and address.
    pub fn new(codes_per_hour: NonZeroU32, sign_ins_per_hour: NonZeroU32) -> Self {
        Self {
            codes: RateLimiter::keyed(Quota::per_hour(codes_per_hour)),
            sign_ins: RateLimiter::keyed(Quota::per_hour(sign_ins_per_hour)),
        }
    }

    fn check(&self, path: &str, address: IpAddr) -> Result<(), Problem> {
        let limiter = match path {
            "/api/session/request_code" => &self.codes,
            "/api/session/sign_in" => &self.sign_ins,
            _ => return Ok(()),
        };
        if limiter.len() > MOST_ADDRESSES {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::TooMany { retry_after_s: i64::try_from(wait.as_secs() + 1).unwrap_or(i64::MAX) }
        })
    }
}

/// Refuses what comes too often.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match state.settings.pace.check(request.uri().path(), address(&request, state.settings.trusted_proxies())) {
        Ok(()) => next.run(request).await,
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// Who asks: the other end of the connection, or whom the outermost of the trusted proxies names. An IPv6 network counts
/// as one.
fn address(request: &Request, trusted_proxies: usize) -> IpAddr {
    // Every proxy adds whom it saw behind whatever came in, so what a client made up stands further left. With fewer
    // names than proxies nobody trusted has named the client.
    let lines = request.headers().get_all("x-forwarded-for").iter().rev();
    let mut named = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let forwarded = trusted_proxies.checked_sub(1).and_then(|inner| named.nth(inner)?.trim().parse().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    network(forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_address_too_often_is_told_when_to_come_back_and_others_are_not_touched() {
        let pace = Pace::new(NonZeroU32::MIN, NonZeroU32::MIN);
        let (one, other) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        assert_eq!(pace.check("/api/session/request_code", one), Ok(()));
        let refused = pace.check("/api/session/request_code", one);
        assert!(matches!(refused, Err(Problem::TooMany { retry_after_s: 3590..=3601 })), "{refused:?}");
        assert_eq!(pace.check("/api/session/sign_in", one), Ok(()));
        assert_eq!(pace.check("/api/session/request_code", other), Ok(()));
        assert_eq!(pace.check("/api/hazards/mine", one), Ok(()));
    }

    fn asked(lines: &[&'static str], trusted_proxies: usize) -> String {
        let mut request = Request::new(axum::body::Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 1))));
        for line in lines {
            request.headers_mut().append("x-forwarded-for", HeaderValue::from_static(line));
        }
        address(&request, trusted_proxies).to_string()
    }

    #[test]
    fn the_client_is_whom_the_outermost_trusted_proxy_names_over_all_lines() {
        let lines = ["1.1.1.1, 2.2.2.2", "3.3.3.3"];
        assert_eq!(asked(&lines, 0), "10.0.0.9");
        assert_eq!(asked(&lines, 1), "3.3.3.3");
        assert_eq!(asked(&lines, 2), "2.2.2.2");
        assert_eq!(asked(&lines, 3), "1.1.1.1");
        assert_eq!(asked(&lines, 4), "10.0.0.9");
        assert_eq!(asked(&["3.3.3.3", "made up"], 1), "10.0.0.9");
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        assert_eq!(asked(&["2001:db8:1:2:3:4:5:6"], 1), "2001:db8:1:2::");
    }
}

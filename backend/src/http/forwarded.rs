//! Who really asks, where a proxy stands before the server: the last address of `X-Forwarded-For` that is not a proxy's own, and only if the
//! configuration trusts the proxy that says it. Otherwise everybody behind it would share one limit, or could choose an address to have another.

use super::serve::Peer;
use super::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::IpAddr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Puts the one who asks in place of the proxy.
pub(super) async fn look_behind_proxies(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let proxies = &state.settings.trusted_proxies;
    if !proxies.is_empty()
        && let Some(Peer(peer)) = request.extensions().get::<Peer>().copied()
    {
        let asks = who_asks(peer, request.headers(), proxies);
        request.extensions_mut().insert(Peer(asks));
    }
    next.run(request).await
}

fn who_asks(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(&address.to_canonical()));
    let said = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
    let mut chain: Vec<&str> = said.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut asks = peer;
    // From the nearest on, as long as whoever said it can be believed.
    while is_proxy(asks) {
        match chain.pop().and_then(|text| text.parse::<IpAddr>().ok()) {
            Some(before) => asks = before.to_canonical(),
            None => break,
        }
    }
    asks
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn asks(peer: &str, said: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        let proxies = ["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        who_asks(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_who_stands_behind_a_trusted_proxy_is_believed() {
        assert_eq!(asks("127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks("::ffff:127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks("192.0.2.9", &["192.0.2.7"]), "192.0.2.9", "a stranger says what they like");
        assert_eq!(asks("127.0.0.1", &["198.51.100.1, 192.0.2.7, 10.1.2.3"]), "192.0.2.7", "what comes before a stranger is invented");
        assert_eq!(asks("127.0.0.1", &["198.51.100.1", "192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(asks("127.0.0.1", &["unknown"]), "127.0.0.1");
    }
}

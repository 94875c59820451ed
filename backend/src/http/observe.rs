//! One line and one figure for every request: method, route, status and time. Never an address, a name, a token or a body.

use super::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use std::time::Instant;

/// Lets the request through and writes down how it went.
pub(super) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("(other)", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    state.metrics.request(method, &route, status, took);
    let millis = took.as_secs_f64() * 1_000.0;
    if status >= 500 {
        tracing::warn!(method, route, status, millis, "request");
    } else {
        tracing::debug!(method, route, status, millis, "request");
    }
    response
}

/// Only so many: who invents methods does not fill the figures.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "(other)",
    }
}

//! Whether the server serves, and its figures. Outside `/v1`: for machines that watch it.

use super::problem::{Refused, internal};
use super::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use lanterna_shared::problem::Problem;

/// The process runs and answers.
#[utoipa::path(get, path = "/healthz", tag = "watch", responses((status = 200, description = "It runs", body = String, content_type = "text/plain")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// It can read and durably write.
#[utoipa::path(get, path = "/readyz", tag = "watch", responses(
    (status = 200, description = "It can serve", body = String, content_type = "text/plain"),
    (status = 503, description = "`unavailable`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn readyz(State(state): State<AppState>) -> Result<&'static str, Refused> {
    state.store.ready().await?;
    Ok("ready\n")
}

/// Figures in the `OpenMetrics` text format.
#[utoipa::path(get, path = "/metrics", tag = "watch", responses(
    (status = 200, description = "Figures", body = String, content_type = "application/openmetrics-text"),
))]
pub async fn metrics(State(state): State<AppState>) -> Result<Response, Refused> {
    let text = state.metrics.encode().map_err(|error| {
        tracing::error!(%error, "the figures could not be written");
        internal()
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response())
}

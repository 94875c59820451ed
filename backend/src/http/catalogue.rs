//! `GET /v1/catalogue`: what can be reported where, for anybody. Its `ETag` is its version, so that asking again costs nothing.

use super::problem::Refused;
use super::state::AppState;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lanterna_shared::catalogue::Catalogue;

/// The catalogue of the jurisdiction: services with their questions, and areas.
#[utoipa::path(get, path = "/v1/catalogue", tag = "devices", params(
    ("if-none-match" = Option<String>, Header, description = "The ETag of an earlier answer"),
), responses(
    (status = 200, description = "The catalogue; `ETag` names its version", body = Catalogue),
    (status = 304, description = "It is still the one that `If-None-Match` names"),
))]
pub async fn catalogue(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Refused> {
    let city = state.store.city().await?;
    // Weak: the answer may be compressed on its way.
    let tag = format!("W/\"{}\"", city.catalogue.version);
    let named = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let is_known = named.map(str::trim).any(|named| named == "*" || named.trim_start_matches("W/") == tag.trim_start_matches("W/"));
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(city.catalogue_json()) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let answers = response.headers_mut();
    answers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answers.insert(header::ETAG, tag);
    }
    Ok(response)
}

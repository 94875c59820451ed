//! The server's edge: every request is bounded, authorised, answered or refused with a problem, and counted.
//!
//! It must never hold a rule of the domain: handlers turn requests into calls of the [`crate::store::Store`] and its values into answers. The story in
//! order: [`serve`] accepts a connection, the layers of [`app`] bound body and time, [`access`] decides who it is and whether they may, a handler
//! answers, [`problem`] says no.

pub mod access;
pub mod account;
pub mod addresses;
pub mod alike;
pub mod audit;
pub mod cases;
pub mod catalogue;
pub mod devices;
pub mod follow;
mod forwarded;
pub mod health;
pub mod json;
pub mod limit;
mod observe;
pub mod open_cases;
pub mod photos;
pub mod problem;
pub mod profile;
pub mod serve;
pub mod session;
pub mod staff;
pub mod state;
pub mod sync;
pub mod tls;
pub mod uploads;

use crate::web;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::wire::MAX_REQUEST_BYTES;
use problem::Refused;
use state::AppState;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a request's body may stand still.
const STALL: Duration = Duration::from_secs(30);
/// Replies below this are not worth compressing, in bytes.
const COMPRESSED_FROM: u64 = 512;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lanterna",
        description = "Reports of citizens, cases of a city. Every refusal is RFC 9457 problem+json with a stable `code`.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    tags(
        (name = "devices", description = "What a citizen's device says and hears"),
        (name = "photos", description = "Photos on their way in (tus 1.0) and out"),
        (name = "citizens", description = "How a person can be reached and follow what they reported"),
        (name = "administration", description = "Log-ins, devices and the audit"),
        (name = "office", description = "What the back office's pages say and hear"),
        (name = "watch", description = "For machines that watch the server"),
    )
)]
struct Document;

fn routes() -> OpenApiRouter<AppState> {
    // Bodies of these may be compressed and are bounded by what comes out.
    let bounded = OpenApiRouter::new()
        .routes(routes!(devices::register, devices::page))
        .routes(routes!(devices::revoke))
        .routes(routes!(devices::enrol))
        .routes(routes!(sync::sync))
        .routes(routes!(session::log_in, session::who, session::log_out))
        .routes(routes!(catalogue::catalogue))
        .routes(routes!(addresses::addresses))
        .routes(routes!(account::log_out_everywhere))
        .routes(routes!(account::change_password))
        .routes(routes!(account::begin_second_factor))
        .routes(routes!(account::confirm_second_factor))
        .routes(routes!(staff::page))
        .routes(routes!(staff::reset))
        .routes(routes!(staff::reset_second_factor))
        .routes(routes!(staff::disable))
        .routes(routes!(staff::enable))
        .routes(routes!(audit::page))
        .routes(routes!(profile::read, profile::change))
        .routes(routes!(profile::claim))
        .routes(routes!(profile::verify))
        .routes(routes!(profile::answer_by))
        .routes(routes!(profile::of_case))
        .routes(routes!(follow::follow))
        .routes(routes!(cases::page))
        .routes(routes!(cases::detail))
        .routes(routes!(cases::make_move))
        .routes(routes!(cases::departments))
        .routes(routes!(alike::alike))
        .routes(routes!(alike::dismiss, alike::undo_dismissal))
        .routes(routes!(alike::publish))
        .routes(routes!(alike::unpublish))
        .routes(routes!(open_cases::open_cases))
        .layer(RequestDecompressionLayer::new())
        .layer(middleware::map_response(unknown_coding));
    // Bodies of these are streamed and bounded by what was announced.
    let streamed = OpenApiRouter::new()
        .routes(routes!(uploads::create, uploads::capabilities))
        .routes(routes!(uploads::offset, uploads::append, uploads::end))
        .routes(routes!(photos::photo))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics));
    OpenApiRouter::with_openapi(Document::openapi()).merge(bounded).merge(streamed)
}

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    described(routes().split_for_parts().1)
}

fn described(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The device's secret, 64 hexadecimal digits")).build();
    components.add_security_scheme("device", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(session::COOKIE, "Set by a log-in");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document
}

/// The whole server as one service, for a listener or for tests in process.
pub fn app(state: AppState) -> Router {
    let (router, document) = routes().split_for_parts();
    let document = Bytes::from(serde_json::to_vec(&described(document)).unwrap_or_default());
    let compressed = SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::IMAGES);
    router
        .route("/openapi.json", axum::routing::get(move || std::future::ready(openapi(document.clone()))))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_like_this)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(RequestBodyTimeoutLayer::new(STALL))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(middleware::from_fn_with_state(state.clone(), observe::observe))
        .layer(middleware::from_fn_with_state(state.clone(), forwarded::look_behind_proxies))
        .with_state(state)
}

fn openapi(document: Bytes) -> Response {
    ([(http::header::CONTENT_TYPE, "application/json")], document).into_response()
}

async fn nothing_here(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path() == "/v1" || uri.path().starts_with("/v1/") || !matches!(method, Method::GET | Method::HEAD) {
        return Refused::not_found("There is nothing at this address.").into_response();
    }
    web::page_or_file(uri.path(), &headers)
}

async fn not_like_this(method: Method) -> Response {
    let refused = Refused::new(ProblemCode::Malformed, format!("This address does not take {method}."));
    refused.with_status(StatusCode::METHOD_NOT_ALLOWED).into_response()
}

/// The decompression refuses a coding that it does not know without a word.
async fn unknown_coding(response: Response) -> Response {
    if response.status() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return response;
    }
    let refused = Refused::new(ProblemCode::Malformed, "Send the body as it is, or compressed with gzip or zstd.");
    refused.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_has_a_rule_and_every_rule_a_route() {
        let document = serde_json::to_value(document()).unwrap();
        let documented: BTreeSet<_> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(path, _)| path.starts_with("/v1"))
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
            })
            .collect();
        let ruled: BTreeSet<_> = access::RULES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(documented, ruled);
    }

    #[test]
    fn the_document_is_what_clients_were_built_for() {
        insta::assert_json_snapshot!("openapi", document());
    }
}

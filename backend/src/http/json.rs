//! JSON in and out, with every refusal a problem.

use super::problem::{Refused, internal};
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use lanterna_shared::problem::ProblemCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A body of JSON.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        if !is_json(request.headers().get(header::CONTENT_TYPE)) {
            return Err(Refused::new(ProblemCode::Malformed, "Send JSON, with Content-Type: application/json."));
        }
        let body = Bytes::from_request(request, state).await?;
        // Where it is wrong, not what stands there: bodies hold what people wrote.
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let detail = format!("The body is not what this address expects, at line {} column {}.", error.line(), error.column());
            Refused::new(ProblemCode::Malformed, detail)
        })
    }
}

fn is_json(content_type: Option<&HeaderValue>) -> bool {
    let text = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
                (headers, body).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                internal().into_response()
            }
        }
    }
}

impl From<BytesRejection> for Refused {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(ProblemCode::TooLarge, "The request is too large: send less at once.");
        }
        Self::new(ProblemCode::Malformed, "The body did not arrive whole, or is not compressed as it says: send it again.")
    }
}

/// Parts of the address.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refused))]
pub struct Path<T>(pub T);

/// What stands behind the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refused))]
pub struct Query<T>(pub T);

impl From<PathRejection> for Refused {
    fn from(_: PathRejection) -> Self {
        Self::not_found("There is nothing at this address.")
    }
}

impl From<QueryRejection> for Refused {
    fn from(_: QueryRejection) -> Self {
        Self::new(ProblemCode::Invalid, "What stands behind the question mark cannot be read: correct it.")
    }
}

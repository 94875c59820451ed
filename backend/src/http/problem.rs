//! How a request is refused: RFC 9457 problem+json, with a sentence that says what to do and nothing of the server's insides.

use crate::photo::budget::BudgetError;
use crate::photo::intake::IntakeError;
use crate::store::error::StoreError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use lanterna_shared::problem::{Invalid, PROBLEM_JSON, Problem, ProblemCode};

/// A refused request.
#[derive(Debug)]
pub struct Refused {
    problem: Box<Problem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refused {
    /// With the code's own status and title, and this sentence.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { problem: Box::new(Problem::new(code, detail)), headers: Vec::new() }
    }

    /// Nobody is logged in, or the device is not known.
    pub fn unauthenticated(detail: &str) -> Self {
        Self::new(ProblemCode::Unauthenticated, detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"lanterna\""))
    }

    /// No such thing, or none that this person may see: the two are not told apart.
    pub fn not_found(detail: &str) -> Self {
        Self::new(ProblemCode::NotFound, detail)
    }

    /// Wait `seconds` and try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Another HTTP status than the code's own.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.problem.status = status.as_u16();
        self
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self { problem: Box::new(Problem::from(invalid)), headers: Vec::new() }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        if error.is_transient() {
            tracing::warn!(%error, "the store cannot answer now");
            return Self::new(ProblemCode::Unavailable, "The server cannot answer now: try again in a moment.").retry_after(5);
        }
        tracing::error!(%error, cause = ?error, "the store failed");
        internal()
    }
}

/// Something broke here; the log says what.
pub(super) fn internal() -> Refused {
    Refused::new(ProblemCode::Internal, "Something went wrong on the server and was logged: try again later.").retry_after(60)
}

impl From<IntakeError> for Refused {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => error.into(),
            IntakeError::Disk(error) => {
                tracing::error!(%error, "a photo cannot be written");
                Self::new(ProblemCode::Unavailable, "The photo cannot be kept now: try again in a few minutes.").retry_after(60)
            }
            IntakeError::Stopping => Self::new(ProblemCode::Unavailable, "The server is stopping: try again in a moment.").retry_after(5),
            IntakeError::Overtaken => Self::new(ProblemCode::OffsetMismatch, "A newer request goes on with this upload: ask where it is."),
            IntakeError::OtherBytes => {
                Self::new(ProblemCode::HashMismatch, "What arrived is not the photo that was announced: send it again from the start.")
            }
            IntakeError::TooMany => Self::new(ProblemCode::TooLarge, "More bytes came than Upload-Length promised: send the photo again."),
        }
    }
}

impl From<BudgetError> for Refused {
    fn from(error: BudgetError) -> Self {
        match error {
            BudgetError::Spent { wait_s } => {
                let hours = wait_s.div_ceil(3_600);
                Self::new(
                    ProblemCode::TooMany,
                    format!("These are as many photos as one may send in a day: the rest can go on in {hours} h."),
                )
                .retry_after(wait_s)
            }
            BudgetError::Store(error) => error.into(),
            BudgetError::Entropy(error) => {
                tracing::error!(%error, "senders cannot be counted");
                internal()
            }
        }
    }
}

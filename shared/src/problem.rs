//! How a request or one op is refused: a stable code for programs and a sentence for people that says what to do.
//!
//! At the HTTP edge it is RFC 9457 `application/problem+json`. Internals never appear in it.

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A value from outside that breaks a bound; `field` names it, `why` completes the sentence "*field* …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct Invalid {
    /// The field as it is called on the wire.
    pub field: &'static str,
    /// What is wrong and what to do, as the rest of a sentence that starts with the field.
    pub why: &'static str,
}

impl Invalid {
    /// A refusal of `field`; see the type for how `why` reads.
    pub const fn new(field: &'static str, why: &'static str) -> Self {
        Self { field, why }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $text:literal, $title:literal;)+) => {
        /// Why something was refused. Stable: clients of 24 months decide by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl ProblemCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// A short sentence for people, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

codes! {
    /// A field breaks a bound.
    Invalid = 422, "invalid", "A value cannot be accepted";
    /// The body is not what the route expects.
    Malformed = 400, "malformed", "The request could not be read";
    /// No session, device or password that is known.
    Unauthenticated = 401, "unauthenticated", "Log in first";
    /// The device's credential was revoked: drop the city's data, keep what was not sent, and enrol again.
    Revoked = 401, "revoked", "This device may no longer speak for anybody";
    /// Name and password are right; a code of the authenticator app is missing or wrong.
    SecondFactor = 401, "second_factor", "A code is needed";
    /// Known, but not allowed to.
    Forbidden = 403, "forbidden", "This is not yours to do";
    /// The password was made by somebody else: choose one first.
    PasswordDue = 403, "password_due", "Choose a password first";
    /// This role needs a second factor: set one up first.
    SecondFactorDue = 403, "second_factor_due", "Set up a second factor first";
    /// No such thing, or none that may be seen.
    NotFound = 404, "not_found", "There is no such thing";
    /// The move is not in the table for this status.
    IllegalMove = 409, "illegal_move", "The case cannot be moved like this now";
    /// The case changed since it was read.
    Stale = 409, "stale", "Somebody changed this meanwhile";
    /// The same id with another content.
    IdReused = 409, "id_reused", "This id was used for something else";
    /// An enrolment code that is unknown, used or over.
    EnrolmentRefused = 409, "enrolment_refused", "This enrolment code cannot be used";
    /// The code that should prove a contact is wrong, used or over.
    ProofRefused = 409, "proof_refused", "This code does not prove the contact";
    /// An upload's offset is not where the server is.
    OffsetMismatch = 409, "offset_mismatch", "The upload goes on elsewhere";
    /// An upload whose bytes are not what its name promised.
    HashMismatch = 460, "hash_mismatch", "The photo did not arrive whole";
    /// A photo that no report of this subject mentions.
    PhotoNotExpected = 409, "photo_not_expected", "No report mentions this photo yet";
    /// Expired or ended.
    UploadGone = 410, "upload_gone", "This upload has ended";
    /// Over a limit of size.
    TooLarge = 413, "too_large", "This is too large";
    /// Too much in too short a time.
    TooMany = 429, "too_many", "Wait a little";
    /// The service, area or other thing an op names does not exist here.
    Unknown = 422, "unknown", "This names something that does not exist here";
    /// A kind of op that this server does not know.
    UnknownOp = 422, "unknown_op", "This server is too old for this";
    /// The server's fault.
    Internal = 500, "internal", "Something went wrong on the server";
    /// Not now.
    Unavailable = 503, "unavailable", "The server cannot answer now";
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ProblemCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let codes = Self::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Why something was refused. Stable."))
            .enum_values(Some(codes))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ProblemCode {}

/// A refused request (RFC 9457).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that identifies the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// [`ProblemCode::title`].
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What programs decide by.
    pub code: ProblemCode,
    /// What happened here and what to do.
    pub detail: String,
}

impl Problem {
    /// A problem with its code's title and status.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: detail.into(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(refusal: Invalid) -> Self {
        Self::new(ProblemCode::Invalid, format!("{refusal}."))
    }
}

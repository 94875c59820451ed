//! Codes: what files, ops and rules call a service, a department, an area, …

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::problem::Invalid;

/// The longest code, in bytes.
const MAX_CODE_BYTES: usize = 48;

fn check_code(field: &'static str, code: &str) -> Result<(), Invalid> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if code.is_empty() || code.len() > MAX_CODE_BYTES || !code.bytes().all(plain) {
        return Err(Invalid::new(field, "is not a code: 1 to 48 of a-z, 0-9, - and _"));
    }
    Ok(())
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident, $field:literal;)+) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a code from outside.
            ///
            /// # Errors
            /// [`Invalid`] unless it is 1 to 48 of a-z, 0-9, - and _.
            pub fn new(code: impl Into<String>) -> Result<Self, Invalid> {
                let code = code.into();
                check_code($field, &code)?;
                Ok(Self(code))
            }

            /// The code as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(code: String) -> Result<Self, Invalid> {
                Self::new(code)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

codes! {
    /// The category of a report, "pothole".
    ServiceCode, "service";
    /// A department or partner that can own cases, "roads".
    DepartmentCode, "department";
    /// An area, "municipio-1".
    AreaCode, "area";
    /// A question of a service, "depth".
    QuestionCode, "question";
    /// A choice of a list, "more-than-30-cm".
    ChoiceCode, "choice";
    /// A team of a department or partner that goes out, "roads-east".
    CrewCode, "crew";
}

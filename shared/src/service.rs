//! Services: the categories of reports, in citizens' words.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
}

/// A category that a citizen can choose.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What ops and rules call it.
    pub code: ServiceCode,
    /// What people read, by language code ("it", "en").
    pub name: BTreeMap<String, String>,
    /// The promise: working days until it should be resolved, 1 to 365.
    pub working_days: u16,
}

impl Service {
    /// The name in `language`, else in Italian, else the code.
    pub fn name_in(&self, language: &str) -> &str {
        self.name.get(language).or_else(|| self.name.get("it")).map_or(self.code.as_str(), String::as_str)
    }
}

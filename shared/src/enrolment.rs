//! Crews and how a device joins one: a one-time code that somebody reads out or shows as a picture.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::check::ReceiptCode;
use crate::problem::Invalid;
use crate::service::{CrewCode, DepartmentCode};

/// How long an enrolment code can be used, in milliseconds: a day.
pub const ENROLMENT_LASTS_MS: i64 = 24 * 3_600 * 1_000;
/// The longest name of a crew, in characters.
pub const MAX_CREW_NAME_CHARS: usize = 128;

/// A team of a department or partner that goes out.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crew {
    /// What commands and imports call it.
    pub code: CrewCode,
    /// What people read.
    pub name: String,
    /// For whom it goes out.
    pub department: DepartmentCode,
}

/// A code that binds one device to one crew, once: 45 random bits and a check symbol, "7ZK3-M9Q0-4T". A secret until it is used or over.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnrolmentCode(ReceiptCode);

impl EnrolmentCode {
    /// Mints a code from 64 random bits, 45 of which are used.
    pub fn mint(entropy: u64) -> Self {
        Self(ReceiptCode::mint(entropy))
    }

    /// The one way of writing it, which is what is hashed.
    pub fn written(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

impl FromStr for EnrolmentCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid::new("code", "is not an enrolment code: compare it with what `lanterna enrol` printed"))
    }
}

/// `POST /v1/enrolments`: this device joins the crew of a code.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    /// As it was read out.
    pub code: EnrolmentCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_out_and_is_never_shown_in_a_log() {
        let code = EnrolmentCode::mint(0x1234_5678_9abc_def0);
        assert_eq!(code.written().to_lowercase().replace('-', "").parse::<EnrolmentCode>().unwrap(), code);
        assert!(!format!("{code:?}").contains(&code.written()));
        let wrong = "0000-0000-01".parse::<EnrolmentCode>().unwrap_err();
        assert!(wrong.to_string().contains("enrolment code"));
    }

    #[test]
    fn the_code_of_a_crew_is_plain() {
        assert!(CrewCode::new("roads-1").is_ok());
        for wrong in ["", "Roads", "a b", "squadra'; --", &"x".repeat(65)] {
            assert!(CrewCode::new(wrong).is_err(), "{wrong}");
        }
    }
}

//! Log-ins of people who work for the city: passwords, second factors, devices and the administrator's view of them.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::enrolment::Crew;
use crate::id::{InstallId, UserId};
use crate::office::{Department, MAX_LOGIN_CHARS};
use crate::problem::Invalid;
use crate::report::Channel;
use crate::role::Role;
use crate::time::Timestamp;

/// The shortest password that somebody may choose, in characters (NIST SP 800-63B, section 5.1.1.1).
pub const MIN_PASSWORD_CHARS: usize = 8;
/// The most lines on one page of staff, devices or the audit.
pub const MAX_PAGE_LINES: u32 = 200;

/// Checks a password that somebody chose: its length only, as NIST SP 800-63B advises.
///
/// # Errors
/// [`Invalid`] outside 8 to 128 characters.
pub fn check_password(field: &'static str, password: &str) -> Result<(), Invalid> {
    if password.len() > MAX_LOGIN_CHARS.saturating_mul(4) || !(MIN_PASSWORD_CHARS..=MAX_LOGIN_CHARS).contains(&password.chars().count()) {
        return Err(Invalid::new(field, "has to have 8 to 128 characters: choose another"));
    }
    Ok(())
}

/// What somebody who is logged in has to do before anything else.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owes {
    /// The password was made by somebody else: choose one.
    Password,
    /// This role needs a second factor: set one up.
    SecondFactor,
}

/// `PUT /v1/account/password`: a new password of one's own. Every other session of the person ends.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct PasswordChange {
    /// The one of now.
    pub old: String,
    /// 8 to 128 characters.
    pub new: String,
}

/// `POST /v1/account/second-factor`: begin to set one up, which asks for the password again.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct SecondFactorRequest {
    /// The password.
    pub password: String,
}

/// What an authenticator app needs. Shown once; it counts from the first right code on.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct SecondFactorBegun {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as `otpauth://totp/…`, to be shown as a QR code.
    pub uri: String,
}

impl fmt::Debug for SecondFactorBegun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactorBegun(…)")
    }
}

/// `POST /v1/account/second-factor/confirm`: a code of the app.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct SecondFactorCode {
    /// Six digits.
    pub code: String,
}

/// Codes for the day on which the telephone is lost. Shown once; each works once in the place of a code.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// Ten of them.
    pub codes: Vec<String>,
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// A password that works once: the answer to an administrator's reset.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct OneTimePassword {
    /// To be told to the person, who chooses another at the log-in.
    pub password: String,
    /// Until when it works.
    pub until: Timestamp,
}

impl fmt::Debug for OneTimePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OneTimePassword(…, until {})", self.until.as_millis())
    }
}

/// One person with a log-in.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffLine {
    /// The person.
    pub user: UserId,
    /// The log-in name.
    pub name: String,
    /// In what capacity.
    pub role: Role,
    /// Of officers and partners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Whether they can no longer log in.
    #[serde(default)]
    pub disabled: bool,
    /// Whether they have a second factor.
    #[serde(default)]
    pub second_factor: bool,
    /// Whether their password is one that works once.
    #[serde(default)]
    pub one_time_password: bool,
}

/// `GET /v1/staff`, by name.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffPage {
    /// At most [`MAX_PAGE_LINES`].
    pub staff: Vec<StaffLine>,
    /// What to give as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One device. It says nothing of whose it is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLine {
    /// The installation.
    pub install: InstallId,
    /// By which way its reports come in.
    pub channel: Channel,
    /// When it made itself known.
    pub registered_at: Timestamp,
    /// The crew that it was enrolled to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<Crew>,
    /// When it was revoked; absent while it may speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// `GET /v1/devices`, by installation.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePage {
    /// At most [`MAX_PAGE_LINES`].
    pub devices: Vec<DeviceLine>,
    /// What to give as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_by_its_length_alone() {
        for right in ["12345678", "correct horse battery staple", &"ü".repeat(128)] {
            assert!(check_password("new", right).is_ok(), "{right}");
        }
        for wrong in ["", "1234567", &"x".repeat(129), &"x".repeat(1_000_000)] {
            assert!(check_password("new", wrong).is_err());
        }
    }
}

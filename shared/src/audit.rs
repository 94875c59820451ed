//! The audit: who looked at what and who changed what, when. Never what stood there.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How long the audit is kept, in milliseconds: two years. The Italian authority asks for six months at least of an administrator's log-ins
/// (Garante, provision of 27 November 2008, 4.5); disputes about a case are about a year old.
pub const AUDIT_KEPT_MS: i64 = 730 * 24 * 3_600 * 1_000;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// What somebody did.
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Act {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Act {
            /// Every act there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

acts! {
    /// Opened a case.
    CaseOpened = "case_opened";
    /// Looked at how the people of a case can be reached.
    ContactsSeen = "contacts_seen";
    /// Opened a photo in full size.
    PhotoOpened = "photo_opened";
    /// Read the audit itself.
    AuditRead = "audit_read";
    /// Logged in.
    LoggedIn = "logged_in";
    /// Gave a wrong password or code for a name that exists.
    LogInFailed = "log_in_failed";
    /// Ended all sessions.
    LoggedOutEverywhere = "logged_out_everywhere";
    /// Chose another password.
    PasswordChanged = "password_changed";
    /// Gave somebody a password that works once.
    PasswordReset = "password_reset";
    /// Set up a second factor.
    SecondFactorSet = "second_factor_set";
    /// Used a recovery code.
    RecoveryCodeUsed = "recovery_code_used";
    /// Took somebody's second factor away.
    SecondFactorReset = "second_factor_reset";
    /// Added somebody.
    StaffAdded = "staff_added";
    /// Shut somebody out.
    StaffDisabled = "staff_disabled";
    /// Let somebody in again.
    StaffEnabled = "staff_enabled";
    /// Revoked a device.
    DeviceRevoked = "device_revoked";
    /// A device joined a crew.
    DeviceEnrolled = "device_enrolled";
    /// Added or changed a crew.
    CrewKept = "crew_kept";
    /// Made an enrolment code for a crew.
    EnrolmentMade = "enrolment_made";
    /// Two subjects were found to be one person.
    ProfilesMerged = "profiles_merged";
    /// Replaced a part of the city.
    Imported = "imported";
}

impl Act {
    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.as_str() == text)
    }
}

/// One line of the audit.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its place: grows by one.
    pub place: u64,
    /// When.
    pub at: Timestamp,
    /// The log-in name of who did it; absent for a device, and for whoever has the server's command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// "staff", "device", "operator" (the command line) or "system".
    pub by: String,
    /// What.
    pub act: Act,
    /// To what: an id or a code; empty where the act says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// `GET /v1/audit`, newest first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// At most [`crate::account::MAX_PAGE_LINES`].
    pub lines: Vec<AuditLine>,
    /// What to give as `before` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_stored_as_it_is_sent() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(*act));
            assert_eq!(serde_json::to_value(act).unwrap(), act.as_str());
        }
        assert_eq!(Act::parse("looked_away"), None);
    }
}

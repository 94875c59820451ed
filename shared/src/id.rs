//! Identities: a type for each thing, so that a case's id can never stand where a report's belongs.
//!
//! All are UUIDs (RFC 9562). Version 7 is minted where the thing is made (on the device for reports and ops), so that ids sort by birth and an index
//! over them grows at its end. Minting needs a clock and randomness, so [`uuid_v7`] takes both as values.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

use crate::time::Timestamp;

/// Builds a UUID version 7 from a wall time and 80 random bits (RFC 9562, section 5.7).
///
/// `entropy` must come from a cryptographic source where ids must not be guessed; its first 10 bytes are used, less the 6 bits of version and
/// variant. Times before 1970 count as 0.
pub fn uuid_v7(now: Timestamp, entropy: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Mints a new id; see [`uuid_v7`] for what the arguments must be.
            pub fn mint(now: Timestamp, entropy: [u8; 10]) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// The 16 bytes under which it is stored.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads the 16 bytes under which it was stored; `None` for another length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// What a citizen sent.
    ReportId;
    /// What the city works on.
    CaseId;
    /// One intent recorded on a device.
    OpId;
    /// One installation of the app: a browser profile, a phone, a kiosk.
    InstallId;
    /// One unbroken history of a device store. A restored or cloned store mints a new one (SYNC.md, "Ops and identity").
    Lineage;
    /// A person who can log in.
    UserId;
    /// Whom reports and their outbox belong to; stays the same over log-outs and new tokens.
    SubjectId;
    /// A report still being written on a device.
    DraftId;
    /// A photo as the camera gave it, on the device that took it.
    PhotoId;
    /// A started upload.
    UploadId;
    /// The legal entity that a deployment serves.
    JurisdictionId;
}

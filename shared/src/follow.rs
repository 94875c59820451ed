//! Following a report without an account: a secret link of 128 random bits, made on the device with the report and offline.
//!
//! The server is told SHA-256 of the secret only; whoever shows the secret later sees what a citizen may know of that one report, and nothing else.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// The secret of one report's link. Written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FollowSecret([u8; 16]);

impl FollowSecret {
    /// From 128 random bits of their own, which must come from a cryptographic source.
    pub const fn mint(entropy: [u8; 16]) -> Self {
        Self(entropy)
    }

    /// As it stands in the link.
    pub fn written(&self) -> String {
        hex(&self.0)
    }

    /// What the server is told.
    pub fn hash(&self) -> FollowHash {
        FollowHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for FollowSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FollowSecret(…)")
    }
}

impl FromStr for FollowSecret {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        unhex(text).map(Self).ok_or(Invalid::new("follow", "is not the secret of a link: open the link as it was given"))
    }
}

/// SHA-256 of a [`FollowSecret`], in 64 hexadecimal digits on the wire.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FollowHash([u8; 32]);

impl FollowHash {
    /// The 32 bytes under which it is stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<String> for FollowHash {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        unhex(&text).map(Self).ok_or(Invalid::new("follow", "is not 64 hexadecimal digits"))
    }
}

impl From<FollowHash> for String {
    fn from(hash: FollowHash) -> Self {
        hex(&hash.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |symbol: &u8| char::from(*symbol).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let [high, low] = pair else { return None };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_secret_survives_its_link(entropy: [u8; 16]) {
            let secret = FollowSecret::mint(entropy);
            prop_assert_eq!(secret.written().parse::<FollowSecret>().unwrap(), secret);
            let wire = serde_json::to_string(&secret.hash()).unwrap();
            prop_assert_eq!(serde_json::from_str::<FollowHash>(&wire).unwrap(), secret.hash());
            let shown = format!("{secret:?}");
            prop_assert!(!shown.contains(&secret.written()));
        }

        #[test]
        fn no_text_breaks_the_reader(text: String) {
            let _ = text.parse::<FollowSecret>();
            let _ = FollowHash::try_from(text);
        }
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for wrong in ["", "00", &"g".repeat(32), &"0".repeat(33), "é000000000000000000000000000000"] {
            assert!(wrong.parse::<FollowSecret>().is_err(), "{wrong}");
        }
    }
}

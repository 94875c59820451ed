//! Photos by reference: the three renditions of each, named by their hashes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::duplicate::PerceptualHash;
use crate::problem::Invalid;

/// The most photos on one report.
pub const MAX_PHOTOS: usize = 8;
/// The largest file a camera may hand over, in bytes.
pub const MAX_RAW_BYTES: u64 = 64 * 1024 * 1024;

/// A SHA-256 over the bytes of a photo; hexadecimal on the wire.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoHash([u8; 32]);

impl PhotoHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// From a finished SHA-256.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the 32 bytes under which it was stored; `None` for another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes under which it is stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhotoHash({self})")
    }
}

impl FromStr for PhotoHash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("photo", "is not named by a SHA-256: give 64 hexadecimal digits");
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let digit = |b: u8| char::from(b).to_digit(16).and_then(|value| u8::try_from(value).ok());
            *byte = digit(*high).ok_or_else(wrong)? << 4 | digit(*low).ok_or_else(wrong)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for PhotoHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhotoHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Which of the three sizes. Ordered by when they travel.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rendition {
    /// 320 px on the longer side, at most 24 KB.
    Thumb,
    /// 1600 px on the longer side, at most 300 KB.
    Screen,
    /// Full size, re-encoded.
    Full,
}

impl Rendition {
    /// All three, in the order they travel.
    pub const ALL: [Self; 3] = [Self::Thumb, Self::Screen, Self::Full];

    /// The longest side in pixels; `None` = as the camera gave it.
    pub const fn max_side_px(self) -> Option<u32> {
        match self {
            Self::Thumb => Some(320),
            Self::Screen => Some(1600),
            Self::Full => None,
        }
    }

    /// The most bytes that a device makes and the server takes.
    pub const fn max_bytes(self) -> u64 {
        match self {
            Self::Thumb => 24 * 1024,
            Self::Screen => 300 * 1024,
            Self::Full => 32 * 1024 * 1024,
        }
    }

    /// As it is stored and stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Screen => "screen",
            Self::Full => "full",
        }
    }
}

impl FromStr for Rendition {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|rendition| rendition.as_str() == text)
            .ok_or(Invalid::new("rendition", "is none of thumb, screen and full"))
    }
}

/// One photo of a report: what its three renditions will be named when they arrive.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRef {
    /// Hash of the [`Rendition::Thumb`].
    pub thumb: PhotoHash,
    /// Hash of the [`Rendition::Screen`].
    pub screen: PhotoHash,
    /// Hash of the [`Rendition::Full`].
    pub full: PhotoHash,
    /// What the picture looks like, to find others of the same thing; absent from older devices and where a picture is too plain to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alike: Option<PerceptualHash>,
}

impl PhotoRef {
    /// The hash of one rendition.
    pub const fn hash(&self, rendition: Rendition) -> PhotoHash {
        match rendition {
            Rendition::Thumb => self.thumb,
            Rendition::Screen => self.screen,
            Rendition::Full => self.full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_its_written_form() {
        let hash = PhotoHash::of(b"abc");
        assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hash.to_string().parse::<PhotoHash>().unwrap(), hash);
        assert!("ba78".parse::<PhotoHash>().is_err());
        assert!("g".repeat(64).parse::<PhotoHash>().is_err());
    }
}

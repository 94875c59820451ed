//! Photos as 64 bits that stay nearly the same when the picture is re-encoded, scaled or made a little brighter.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// Up to so many differing bits two pictures look alike. Neal Krawetz's finding for this kind of hash: 0 is very likely the same picture, up to 10 a
/// variation of it (<https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html>). Unrelated pictures differ in some 32.
pub const ALIKE_BITS: u32 = 10;

/// A perceptual hash: what a device makes of a photo's pixels, 64 bits, 16 hexadecimal digits on the wire. It says nothing about what is on a photo.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PerceptualHash(u64);

impl PerceptualHash {
    /// From its bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// How many bits differ, 0 to 64: Hamming's distance.
    pub const fn differing_bits(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// The fewest bits in which a picture of one side differs from one of the other; `None` where a side has none.
pub fn nearest(a: &[PerceptualHash], b: &[PerceptualHash]) -> Option<u32> {
    a.iter().flat_map(|one| b.iter().map(|other| one.differing_bits(*other))).min()
}

impl fmt::Display for PerceptualHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for PerceptualHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PerceptualHash({self})")
    }
}

impl FromStr for PerceptualHash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        bits.map(Self).ok_or(Invalid::new("alike", "is no perceptual hash: give 16 hexadecimal digits, or leave it out"))
    }
}

impl Serialize for PerceptualHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PerceptualHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_hash_survives_its_written_form(bits: u64) {
            let hash = PerceptualHash::from_bits(bits);
            prop_assert_eq!(hash.to_string().parse::<PerceptualHash>().unwrap(), hash);
            prop_assert_eq!(serde_json::to_string(&hash).unwrap().len(), 18);
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for wrong in ["", "12", "+123456789abcdef", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(wrong.parse::<PerceptualHash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_nearest_pair_counts() {
        let hash = PerceptualHash::from_bits;
        assert_eq!(nearest(&[hash(0), hash(0xff)], &[hash(0x7f), hash(u64::MAX)]), Some(1));
        assert_eq!(nearest(&[hash(0)], &[]), None);
    }
}

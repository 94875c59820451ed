//! Addresses: house numbers on streets, where they are, and who says so.
//!
//! In Genoa (as in Florence and Savona) doors of dwellings have black numbers and those of shops red ones, counted apart on the same street:
//! "9" and "9 rosso" are two places.

use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::position::Position;

/// The most addresses in one answer.
pub const MAX_FOUND: usize = 20;
/// The farthest that an address near a position may be asked for, in metres.
pub const MAX_WITHIN_M: u32 = 500;
/// The longest search, in characters.
pub const MAX_QUERY_CHARS: usize = 120;

/// The colour of a house number.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberColour {
    /// Of dwellings; every number where a city has no red ones.
    #[default]
    Black,
    /// Of shops and workshops.
    Red,
}

impl NumberColour {
    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Black => "black",
            Self::Red => "red",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Black, Self::Red].into_iter().find(|colour| colour.as_str() == text)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_usual(&self) -> bool {
        matches!(self, Self::Black)
    }
}

/// A house number on a street.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// "Via Garibaldi".
    pub street: String,
    /// 1 to 99,999.
    pub number: u32,
    /// What follows the number, "A", "bis"; mostly empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exponent: String,
    /// Its colour.
    #[serde(default, skip_serializing_if = "NumberColour::is_usual")]
    pub colour: NumberColour,
    /// Latitude in 1e-7 degree, WGS 84.
    #[serde(rename = "lat")]
    pub lat_e7: i32,
    /// Longitude in 1e-7 degree, WGS 84.
    #[serde(rename = "lon")]
    pub lon_e7: i32,
    /// Who says so: "ANNCSU", "Comune di Genova", …
    pub source: String,
}

/// As Italians write it: "Via Garibaldi 9/A rosso".
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, &self.street, self.number, &self.exponent, self.colour)
    }
}

fn written(f: &mut impl fmt::Write, street: &str, number: u32, exponent: &str, colour: NumberColour) -> fmt::Result {
    write!(f, "{street} {number}")?;
    if !exponent.is_empty() {
        write!(f, "/{exponent}")?;
    }
    if colour == NumberColour::Red { f.write_str(" rosso") } else { Ok(()) }
}

impl Address {
    /// Metres from `position` to this door, on the sphere.
    pub fn distance_m(&self, position: &Position) -> f64 {
        let here = Point::new(position.lon_degrees(), position.lat_degrees());
        Haversine.distance(here, Point::new(f64::from(self.lon_e7) / 1e7, f64::from(self.lat_e7) / 1e7))
    }
}

/// An address that was found.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressFound {
    /// "Via Garibaldi 9 rosso".
    pub text: String,
    /// Its parts.
    #[serde(flatten)]
    pub address: Address,
    /// Metres from the position that was asked about, rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u32>,
}

impl AddressFound {
    /// With its text, and its distance where a position was asked about.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a u32 holds")]
    pub fn new(address: Address, near: Option<&Position>) -> Self {
        let distance_m = near.map(|position| address.distance_m(position).round().clamp(0.0, f64::from(u32::MAX)) as u32);
        Self { text: address.to_string(), address, distance_m }
    }
}

/// `GET /v1/addresses`: nearest first near a position, else best first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressList {
    /// At most [`MAX_FOUND`].
    pub addresses: Vec<AddressFound>,
}

/// The address that a case got from its first report's position.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseAddress {
    /// "Via Garibaldi 9 rosso".
    pub text: String,
    /// Who says that this door is there.
    pub source: String,
    /// Metres from the position to the door.
    pub distance_m: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::PositionSource;

    fn garibaldi(number: u32, exponent: &str, colour: NumberColour) -> Address {
        Address {
            street: "Via Garibaldi".to_owned(),
            number,
            exponent: exponent.to_owned(),
            colour,
            lat_e7: 444_112_000,
            lon_e7: 89_326_000,
            source: "ANNCSU".to_owned(),
        }
    }

    #[test]
    fn red_and_black_numbers_are_written_apart() {
        assert_eq!(garibaldi(9, "", NumberColour::Black).to_string(), "Via Garibaldi 9");
        assert_eq!(garibaldi(9, "", NumberColour::Red).to_string(), "Via Garibaldi 9 rosso");
        assert_eq!(garibaldi(12, "A", NumberColour::Red).to_string(), "Via Garibaldi 12/A rosso");
    }

    #[test]
    fn distances_are_metres() {
        // 0.001 degree of latitude is 111.2 m on the sphere of 6,371 km.
        let position = Position::from_degrees(44.4122, 8.9326, None, PositionSource::Gps).unwrap();
        assert_eq!(AddressFound::new(garibaldi(9, "", NumberColour::Black), Some(&position)).distance_m, Some(111));
    }
}

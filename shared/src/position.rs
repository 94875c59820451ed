//! Where something is: a position with its accuracy and its source.

use serde::{Deserialize, Serialize};

use crate::problem::Invalid;

/// Units of 1e-7 degree in one degree.
const E7: f64 = 1e7;
/// The worst accuracy that is still worth keeping, in metres; a larger circle covers a whole region.
pub const MAX_ACCURACY_M: u32 = 100_000;

/// Where a position came from, so that a person can judge it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// The device's own positioning.
    Gps,
    /// Read from the photo before its metadata was stripped.
    Photo,
    /// Put on a map by hand.
    Map,
    /// Found by an address.
    Address,
}

/// A point on earth, WGS 84, with the radius of the circle it may be off by.
///
/// Latitude and longitude are integers of 1e-7 degree (about 11 mm), so that every host compares them alike.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, -900000000 to 900000000.
    #[serde(rename = "lat")]
    lat_e7: i32,
    /// Longitude, -1800000000 to 1800000000.
    #[serde(rename = "lon")]
    lon_e7: i32,
    /// Radius in metres within which the true place lies, 1 to [`MAX_ACCURACY_M`]; `None` where the source does not say.
    #[serde(rename = "acc", default, skip_serializing_if = "Option::is_none")]
    accuracy_m: Option<u32>,
    /// Where it came from.
    #[serde(rename = "src")]
    source: PositionSource,
}

impl Position {
    /// From degrees and metres. Accuracies are rounded up and capped at [`MAX_ACCURACY_M`].
    ///
    /// # Errors
    /// [`Invalid`] for values that are not finite or not on earth, and for 0/0, which is what broken receivers report.
    pub fn from_degrees(lat: f64, lon: f64, accuracy_m: Option<f64>, source: PositionSource) -> Result<Self, Invalid> {
        if !lat.is_finite() || !lon.is_finite() || lat.abs() > 90.0 || lon.abs() > 180.0 {
            return Err(Invalid::new("position", "is not a place on earth: give degrees, latitude -90 to 90 and longitude -180 to 180"));
        }
        let accuracy_m = accuracy_m.filter(|metres| metres.is_finite() && *metres > 0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the checks above and by the clamp")]
        let position = Self {
            lat_e7: (lat * E7).round() as i32,
            lon_e7: (lon * E7).round() as i32,
            accuracy_m: accuracy_m.map(|metres| metres.ceil().clamp(1.0, f64::from(MAX_ACCURACY_M)) as u32),
            source,
        };
        position.check()?;
        Ok(position)
    }

    /// Checks a position that came from outside.
    ///
    /// # Errors
    /// [`Invalid`] when it is not on earth, is exactly 0/0, or claims an accuracy of 0 or over [`MAX_ACCURACY_M`].
    pub fn check(&self) -> Result<(), Invalid> {
        if self.lat_e7.unsigned_abs() > 900_000_000 || self.lon_e7.unsigned_abs() > 1_800_000_000 {
            return Err(Invalid::new("position", "is not a place on earth: give degrees, latitude -90 to 90 and longitude -180 to 180"));
        }
        if self.lat_e7 == 0 && self.lon_e7 == 0 {
            return Err(Invalid::new("position", "is 0/0, which receivers report when they have none: leave it out instead"));
        }
        if self.accuracy_m.is_some_and(|metres| metres == 0 || metres > MAX_ACCURACY_M) {
            return Err(Invalid::new("position", "has an accuracy outside 1 to 100,000 metres: leave the accuracy out instead"));
        }
        Ok(())
    }

    /// Latitude in 1e-7 degree.
    pub fn lat_e7(&self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 1e-7 degree.
    pub fn lon_e7(&self) -> i32 {
        self.lon_e7
    }

    /// Latitude in degrees.
    pub fn lat_degrees(&self) -> f64 {
        f64::from(self.lat_e7) / E7
    }

    /// Longitude in degrees.
    pub fn lon_degrees(&self) -> f64 {
        f64::from(self.lon_e7) / E7
    }

    /// Radius in metres, where known.
    pub fn accuracy_m(&self) -> Option<u32> {
        self.accuracy_m
    }

    /// Where it came from.
    pub fn source(&self) -> PositionSource {
        self.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_positions_are_refused_with_a_sentence() {
        for (lat, lon) in [(f64::NAN, 8.9), (44.4, f64::INFINITY), (91.0, 8.9), (44.4, -180.1), (0.0, 0.0)] {
            let refusal = Position::from_degrees(lat, lon, None, PositionSource::Gps).unwrap_err();
            assert_eq!(refusal.field, "position");
        }
    }

    #[test]
    fn accuracy_is_rounded_up_and_capped() {
        let at = |accuracy| Position::from_degrees(44.4, 8.9, Some(accuracy), PositionSource::Gps).unwrap().accuracy_m();
        assert_eq!(at(4.2), Some(5));
        assert_eq!(at(1e9), Some(MAX_ACCURACY_M));
        assert_eq!(at(-3.0), None);
        assert_eq!(at(f64::NAN), None);
    }

    #[test]
    fn degrees_survive_the_integer_form() {
        let position = Position::from_degrees(44.405_650_1, 8.946_256_2, Some(8.0), PositionSource::Gps).unwrap();
        assert!((position.lat_degrees() - 44.405_650_1).abs() < 1e-7);
        let json = serde_json::to_string(&position).unwrap();
        assert_eq!(json, r#"{"lat":444056501,"lon":89462562,"acc":8,"src":"gps"}"#);
        assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), position);
    }
}

//! The thin public index: the open cases that staff have published, as a device may keep them to warn of a duplicate without a network.
//!
//! It holds no personal data: a category, an age, a rounded place and 64 bits of a picture. No words, no photo, no reporter, and nothing of a case
//! that nobody decided to publish.

use serde::{Deserialize, Serialize};

use super::geohash::Geohash;
use super::picture::PerceptualHash;
use super::traits::Traits;
use super::words::Words;
use crate::check::CaseNumber;
use crate::id::CaseId;
use crate::position::Position;
use crate::service::ServiceCode;
use crate::time::Timestamp;

/// The most cases in one answer.
pub const MAX_OPEN_CASES: usize = 500;
/// Places are rounded to this, in 1e-7 degree: 0.0005°, so that a house is one of a block.
const ROUNDED_E7: i32 = 5_000;
/// By how much a rounded place may be off, in metres: half the diagonal of 0.0005° squared.
const ROUNDED_M: f64 = 40.0;

/// One open case that anybody may know of.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCase {
    /// The case: what a report that joins it names.
    pub case: CaseId,
    /// The number that stands on the receipt.
    pub number: CaseNumber,
    /// Its category.
    pub service: ServiceCode,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where, rounded; its accuracy says how far it may be off.
    pub position: Position,
    /// Its first photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alike: Option<PerceptualHash>,
}

impl OpenCase {
    /// What a device compares a draft with.
    pub fn traits(&self) -> Traits {
        Traits {
            position: self.position,
            received_at: self.received_at,
            words: Words::default(),
            pictures: self.alike.into_iter().collect(),
        }
    }
}

/// `GET /v1/open-cases?cell=…&around=…`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCases {
    /// The cells that were looked through, the one that was asked for first: what a device had of them before is replaced.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub cells: Vec<Geohash>,
    /// The newest first in each cell; at most [`MAX_OPEN_CASES`].
    pub cases: Vec<OpenCase>,
}

/// A place as the public may know it.
pub fn rounded(position: &Position) -> Position {
    let round = |value: i32| {
        let value = f64::from(value) / f64::from(ROUNDED_E7);
        value.round() * f64::from(ROUNDED_E7) / 1e7
    };
    let (lat, lon) = (round(position.lat_e7()).clamp(-90.0, 90.0), round(position.lon_e7()).clamp(-180.0, 180.0));
    // Rounding can only fail where it comes to 0/0, in the sea off Africa: half a step aside then.
    Position::from_degrees(lat, lon, Some(ROUNDED_M), position.source())
        .or_else(|_| Position::from_degrees(lat + 0.000_25, lon, Some(ROUNDED_M), position.source()))
        .unwrap_or(*position)
}

#[cfg(test)]
mod tests {
    use super::super::near::distance_m;
    use super::super::{Kinship, liken};
    use super::*;
    use crate::position::PositionSource;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_rounded_place_is_within_what_it_says(lat in -85.0_f64..85.0, lon in -180.0_f64..180.0) {
            let Ok(exact) = Position::from_degrees(lat, lon, Some(3.0), PositionSource::Gps) else { return Ok(()) };
            let rounded = rounded(&exact);
            prop_assert!(distance_m(&exact, &rounded) <= f64::from(rounded.accuracy_m().unwrap()));
            prop_assert_eq!((rounded.lat_e7() % ROUNDED_E7, rounded.lon_e7() % ROUNDED_E7), (0, 0));
        }
    }

    #[test]
    fn a_draft_is_compared_with_the_index_on_the_device() {
        let exact = Position::from_degrees(44.407_21, 8.934_12, Some(6.0), PositionSource::Gps).unwrap();
        let known = OpenCase {
            case: CaseId::mint(Timestamp::from_millis(5), [1; 10]),
            number: CaseNumber::new(7),
            service: ServiceCode::new("pothole").unwrap(),
            received_at: Timestamp::from_millis(1_795_680_000_000),
            position: rounded(&exact),
            alike: None,
        };
        let received_at = Timestamp::from_millis(1_795_700_000_000);
        let draft = Traits { position: exact, received_at, words: Words::of("Buca"), pictures: Vec::new() };
        assert!(liken(&draft, &known.traits(), Kinship::Same).unwrap().is_suggested());
        let json = serde_json::to_value(&known).unwrap();
        let mut fields: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["case", "number", "position", "received_at", "service"], "nothing else is public");
    }
}

//! Whether two positions can be one place: circles, not points.
//!
//! A position is a circle with its accuracy as radius, and who reports stands a few metres from what they report. Two circles that overlap count as
//! near; circles that cannot meet are never the same place, however alike everything else is.

use geo::{Distance, Haversine, Point};

use crate::position::Position;

/// The accuracy of a position whose source does not say one, in metres: a finger on a map at street scale.
pub const UNSTATED_ACCURACY_M: u32 = 30;
/// Accuracies count up to this, in metres. A circle of kilometres would be near to everything and say nothing.
pub const MAX_COUNTED_ACCURACY_M: u32 = 60;
/// How far two circles may be apart and still be one place, in metres: each of the two people stands up to 15 m from what they report, as across a
/// street of two lanes with its pavements.
pub const STANDING_OFF_M: u32 = 30;
/// The farthest that two positions can be apart and still be one place, in metres.
pub const MAX_DISTANCE_M: u32 = 2 * MAX_COUNTED_ACCURACY_M + STANDING_OFF_M;
/// The distance at which nearness is halved even where the circles overlap, in metres.
const HALVED_AT_M: f64 = 100.0;

/// The radius that counts of a position, in metres, 1 to [`MAX_COUNTED_ACCURACY_M`].
pub fn counted_accuracy_m(position: &Position) -> u32 {
    position.accuracy_m().unwrap_or(UNSTATED_ACCURACY_M).clamp(1, MAX_COUNTED_ACCURACY_M)
}

/// Metres between two positions along a great circle: the haversine formula on a sphere of the earth's mean radius, as `geo` has it. At the
/// distances that count here it is off by less than 0.6 %.
pub fn distance_m(a: &Position, b: &Position) -> f64 {
    let point = |position: &Position| Point::new(position.lon_degrees(), position.lat_degrees());
    Haversine.distance(point(a), point(b))
}

/// Metres between the two circles; 0 where they overlap. `None` where they cannot be one place.
fn gap_m(a: &Position, b: &Position, distance_m: f64) -> Option<f64> {
    let radii = f64::from(counted_accuracy_m(a)) + f64::from(counted_accuracy_m(b));
    let gap = (distance_m - radii).max(0.0);
    (gap <= f64::from(STANDING_OFF_M)).then_some(gap)
}

/// Whether the two can be one place.
pub fn can_meet(a: &Position, b: &Position) -> bool {
    gap_m(a, b, distance_m(a, b)).is_some()
}

/// How near two positions are, above 0 and at most 1, which is the same point; `None` where they cannot be one place.
///
/// `(1 − gap / (30 m + 1 m)) / (1 + distance / 100 m)`: falls with the distance, slowly inside the circles and fast outside.
pub fn nearness(a: &Position, b: &Position) -> Option<f64> {
    let distance = distance_m(a, b);
    let gap = gap_m(a, b, distance)?;
    Some((1.0 - gap / (f64::from(STANDING_OFF_M) + 1.0)) / (1.0 + distance / HALVED_AT_M))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::PositionSource;

    /// So many metres north of Piazza De Ferrari.
    fn north(metres: f64, accuracy: Option<f64>) -> Position {
        Position::from_degrees(44.4072 + metres / 111_195.0, 8.934, accuracy, PositionSource::Gps).unwrap()
    }

    #[test]
    fn metres_are_metres() {
        let metres = distance_m(&north(0.0, None), &north(100.0, None));
        assert!((metres - 100.0).abs() < 0.1, "{metres}");
        // Piazza De Ferrari to the lighthouse that gave the name, 2.8 km.
        let lighthouse = Position::from_degrees(44.4045, 8.9047, None, PositionSource::Map).unwrap();
        assert!((distance_m(&north(0.0, None), &lighthouse) - 2_350.0).abs() < 50.0);
    }

    #[test]
    fn circles_that_overlap_are_near_and_those_that_cannot_meet_are_not() {
        let precise = north(0.0, Some(5.0));
        assert!(can_meet(&precise, &north(39.0, Some(5.0))), "5 + 5 + 30 m");
        assert!(!can_meet(&precise, &north(41.0, Some(5.0))));
        assert!(can_meet(&precise, &north(90.0, Some(60.0))));
        assert!(can_meet(&precise, &north(60.0, None)), "a finger on a map is 30 m wide");
    }

    #[test]
    fn a_circle_of_kilometres_reaches_no_further_than_one_of_sixty_metres() {
        let precise = north(0.0, Some(5.0));
        assert!(can_meet(&precise, &north(94.0, Some(5_000.0))));
        assert!(!can_meet(&precise, &north(96.0, Some(5_000.0))));
        assert!(!can_meet(&north(0.0, Some(1e9)), &north(f64::from(MAX_DISTANCE_M) + 1.0, Some(1e9))));
    }
}

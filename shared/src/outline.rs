//! Outlines of areas: where one crosses itself, and whether longitude and latitude were swapped.
//!
//! All of it is integers of 1e-7 degree, so that every host finds the same crossing and nothing depends on rounding.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::area::{Area, Corner};

/// A rectangle of longitude and latitude in 1e-7 degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// South-west.
    pub least: Corner,
    /// North-east.
    pub most: Corner,
}

impl Bounds {
    /// Around all corners of `areas`; `None` where there are none.
    pub fn of<'a>(areas: impl IntoIterator<Item = &'a Area>) -> Option<Self> {
        areas.into_iter().flat_map(|area| area.polygons.iter().flatten().flatten()).fold(None, |bounds: Option<Self>, corner| {
            let Self { least, most } = bounds.unwrap_or(Self { least: *corner, most: *corner });
            Some(Self {
                least: Corner(least.0.min(corner.0), least.1.min(corner.1)),
                most: Corner(most.0.max(corner.0), most.1.max(corner.1)),
            })
        })
    }

    /// Italy with its islands and seas.
    pub const ITALY: Self = Self { least: Corner(60_000_000, 350_000_000), most: Corner(190_000_000, 480_000_000) };

    /// Wider by so much on every side, in 1e-7 degree.
    #[must_use]
    pub const fn widened(self, by: i32) -> Self {
        Self {
            least: Corner(self.least.0.saturating_sub(by), self.least.1.saturating_sub(by)),
            most: Corner(self.most.0.saturating_add(by), self.most.1.saturating_add(by)),
        }
    }

    /// Whether a corner lies within or on the edge.
    pub const fn holds(&self, corner: Corner) -> bool {
        self.least.0 <= corner.0 && corner.0 <= self.most.0 && self.least.1 <= corner.1 && corner.1 <= self.most.1
    }

    /// The middle.
    pub fn middle(&self) -> Corner {
        let middle = |a: i32, b: i32| i32::try_from(i64::midpoint(i64::from(a), i64::from(b))).unwrap_or(a);
        Corner(middle(self.least.0, self.most.0), middle(self.least.1, self.most.1))
    }

    /// Whether a corner lies outside, and would lie within with longitude and latitude exchanged.
    pub const fn is_swapped(&self, corner: Corner) -> bool {
        !self.holds(corner) && self.holds(Corner(corner.1, corner.0))
    }
}

/// A side of a ring: its place in the ring, and its ends.
type Side = GeomWithData<Rectangle<[i64; 2]>, (usize, Corner, Corner)>;

/// Where a closed ring crosses itself or runs back along itself: a corner of one of the sides that do. `None` for a ring that does not.
///
/// Touching in a point is allowed: it makes nobody doubt what is inside. O(n log n) for outlines as they are.
pub fn crossing(ring: &[Corner]) -> Option<Corner> {
    let ends = ring.iter().zip(ring.iter().skip(1)).filter(|(a, b)| a != b);
    let sides: Vec<Side> = ends
        .enumerate()
        .map(|(place, (a, b))| {
            let point = |corner: &Corner| [i64::from(corner.0), i64::from(corner.1)];
            Side::new(Rectangle::from_corners(point(a), point(b)), (place, *a, *b))
        })
        .collect();
    let tree = RTree::bulk_load(sides.clone());
    sides.iter().find_map(|side| {
        let (place, a, b) = side.data;
        let around: AABB<[i64; 2]> = AABB::from_corners([i64::from(a.0), i64::from(a.1)], [i64::from(b.0), i64::from(b.1)]);
        let later = tree.locate_in_envelope_intersecting(&around).filter(|other| other.data.0 > place);
        later.map(|other| (other.data.1, other.data.2)).find(|(c, d)| crosses(a, b, *c, *d)).map(|(c, _)| c)
    })
}

/// On which side of the line from `a` to `b` a corner lies: 1 left, -1 right, 0 on it. Exact.
fn side(a: Corner, b: Corner, c: Corner) -> i128 {
    let to = |from: Corner, to: Corner| (i128::from(to.0) - i128::from(from.0), i128::from(to.1) - i128::from(from.1));
    let ((x1, y1), (x2, y2)) = (to(a, b), to(a, c));
    (x1 * y2 - y1 * x2).signum()
}

fn crosses(a: Corner, b: Corner, c: Corner, d: Corner) -> bool {
    let (of_c, of_d, of_a, of_b) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    if of_c * of_d < 0 && of_a * of_b < 0 {
        return true;
    }
    // On one line: do they share more than a point? Looked at along the longer axis.
    of_c == 0 && of_d == 0 && {
        let wide = a.0 != b.0;
        let along = |corner: Corner| if wide { corner.0 } else { corner.1 };
        let (first, second) = ((along(a).min(along(b)), along(a).max(along(b))), (along(c).min(along(d)), along(c).max(along(d))));
        first.0.max(second.0) < first.1.min(second.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(points: &[(i32, i32)]) -> Vec<Corner> {
        points.iter().map(|(x, y)| Corner(*x, *y)).collect()
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_square_does_not() {
        assert_eq!(crossing(&ring(&[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)])), None);
        assert!(crossing(&ring(&[(0, 0), (4, 4), (4, 0), (0, 4), (0, 0)])).is_some());
    }

    #[test]
    fn a_ring_that_runs_back_along_itself_is_found() {
        assert!(crossing(&ring(&[(0, 0), (6, 0), (3, 0), (3, 3), (0, 0)])).is_some());
        assert!(crossing(&ring(&[(0, 0), (0, 6), (0, 3), (3, 3), (0, 0)])).is_some());
    }

    #[test]
    fn touching_in_a_point_and_repeated_corners_are_no_crossing() {
        assert_eq!(crossing(&ring(&[(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4), (0, 0)])), None);
        assert_eq!(crossing(&ring(&[(0, 0), (4, 0), (4, 0), (4, 4), (0, 0)])), None);
        assert_eq!(crossing(&[]), None);
    }

    #[test]
    fn the_whole_earth_does_not_overflow() {
        let (x, y) = (1_800_000_000, 900_000_000);
        assert_eq!(crossing(&ring(&[(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)])), None);
        assert!(crossing(&ring(&[(-x, -y), (x, y), (x, -y), (-x, y), (-x, -y)])).is_some());
    }

    #[test]
    fn swapped_coordinates_are_seen() {
        let genoa = Bounds { least: Corner(86_000_000, 443_000_000), most: Corner(91_000_000, 446_000_000) };
        assert!(genoa.is_swapped(Corner(444_000_000, 89_000_000)));
        assert!(!genoa.is_swapped(Corner(89_000_000, 444_000_000)));
        assert!(!genoa.is_swapped(Corner(20_000_000, 488_000_000)));
        assert!(Bounds::ITALY.is_swapped(Corner(444_000_000, 89_000_000)));
    }

    /// A ring around the middle, with a corner in each direction.
    fn star(radii: &[i32]) -> Vec<Corner> {
        let count = radii.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
        let corner = |(at, radius): (usize, &i32)| {
            let angle = std::f64::consts::TAU * at as f64 / count as f64;
            Corner((f64::from(*radius) * 1_000.0 * angle.cos()) as i32, (f64::from(*radius) * 1_000.0 * angle.sin()) as i32)
        };
        let mut ring: Vec<Corner> = radii.iter().enumerate().map(corner).collect();
        ring.push(ring[0]);
        ring
    }

    proptest! {
        #[test]
        fn a_star_never_crosses_itself(radii in proptest::collection::vec(1_000_i32..2_000, 3..60)) {
            prop_assert_eq!(crossing(&star(&radii)), None);
        }

        #[test]
        fn two_exchanged_corners_of_a_circle_are_found(count in 6_usize..60, place in 1_usize..50) {
            let mut circle = star(&vec![1_500; count]);
            let place = 1 + place % (count - 3);
            circle.swap(place, place + 1);
            prop_assert!(crossing(&circle).is_some());
        }
    }
}

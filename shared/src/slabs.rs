//! A polygon laid out for one question: does it hold this point?
//!
//! Its edges are sorted into slabs, strips between two latitudes, so that a point is compared with the few edges at its own height and not with all.
//! Everything is whole numbers of 1e-7 degree, so the answer is exact and the same on every host; `geo` gives it too, a hundred edges at a time, and
//! the tests hold the two together.

use crate::area::Corner;

/// The most slabs of one polygon.
const MAX_SLABS: usize = 4_096;

/// An edge with its lower end first.
#[derive(Clone, Copy, Debug)]
struct Edge {
    low: Corner,
    high: Corner,
}

/// A polygon with holes.
#[derive(Debug)]
pub(crate) struct Slabs {
    south: i64,
    /// Of one slab, in 1e-7 degree; at least 1.
    height: i64,
    /// Where the edges of each slab begin, and the end.
    starts: Vec<u32>,
    /// By slab; an edge stands in every slab that it touches.
    edges: Vec<Edge>,
}

impl Slabs {
    /// From closed rings, the outer one and its holes.
    pub(crate) fn new(rings: &[Vec<Corner>]) -> Self {
        let sorted = |(a, b): (&Corner, &Corner)| if a.1 <= b.1 { Edge { low: *a, high: *b } } else { Edge { low: *b, high: *a } };
        let edges: Vec<_> = rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().skip(1)).map(sorted)).collect();
        let south = edges.iter().map(|edge| i64::from(edge.low.1)).min().unwrap_or(0);
        let north = edges.iter().map(|edge| i64::from(edge.high.1)).max().unwrap_or(0);
        let wanted = i64::try_from((edges.len() / 2).clamp(1, MAX_SLABS)).unwrap_or(1);
        let height = (north - south) / wanted + 1;
        let count = usize::try_from((north - south) / height + 1).unwrap_or(1);
        let mut slabs = vec![Vec::new(); count];
        let mut laid = Self { south, height, starts: Vec::with_capacity(count + 1), edges: Vec::new() };
        for edge in edges {
            let (first, last) = (laid.slab(edge.low.1), laid.slab(edge.high.1));
            for slab in slabs.iter_mut().take(last.unwrap_or(0) + 1).skip(first.unwrap_or(0)) {
                slab.push(edge);
            }
        }
        for slab in slabs {
            laid.starts.push(u32::try_from(laid.edges.len()).unwrap_or(u32::MAX));
            laid.edges.extend(slab);
        }
        laid.starts.push(u32::try_from(laid.edges.len()).unwrap_or(u32::MAX));
        laid
    }

    /// The slab at a latitude; `None` below all.
    fn slab(&self, lat: i32) -> Option<usize> {
        usize::try_from((i64::from(lat) - self.south).div_euclid(self.height)).ok()
    }

    /// Whether it holds a point; its boundary, that of holes too, is part of it.
    ///
    /// A ray to the east crosses an odd number of edges from within (even-odd rule); an edge's upper end does not count, so that a corner counts once.
    pub(crate) fn holds(&self, lon: i32, lat: i32) -> bool {
        let Some(slab) = self.slab(lat) else { return false };
        let bound = |place: usize| self.starts.get(place).and_then(|start| usize::try_from(*start).ok());
        let (Some(from), Some(to)) = (bound(slab), bound(slab + 1)) else { return false };
        let mut is_within = false;
        for Edge { low, high } in self.edges.get(from..to).unwrap_or_default() {
            if lat < low.1 || lat > high.1 {
                continue;
            }
            let (west, east) = if low.0 <= high.0 { (low.0, high.0) } else { (high.0, low.0) };
            if lon > east {
                continue;
            }
            let is_counted = lat < high.1;
            if lon < west {
                is_within ^= is_counted;
                continue;
            }
            // Beside the edge's box nothing is multiplied, so no product is above 3.6e9 × 1.8e9, which 64 bits hold.
            let up = |corner: i32, from: i32| i64::from(corner) - i64::from(from);
            let at_point = up(lon, low.0) * up(high.1, low.1);
            let at_edge = up(high.0, low.0) * up(lat, low.1);
            if at_point == at_edge {
                return true;
            }
            is_within ^= is_counted && at_point < at_edge;
        }
        is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Coord, Intersects, LineString, Polygon};
    use proptest::prelude::*;

    fn by_geo(rings: &[Vec<Corner>], lon: i32, lat: i32) -> bool {
        let ring = |ring: &Vec<Corner>| LineString::new(ring.iter().map(|c| Coord { x: f64::from(c.0), y: f64::from(c.1) }).collect());
        let polygon = Polygon::new(ring(&rings[0]), rings[1..].iter().map(ring).collect());
        polygon.intersects(&Coord { x: f64::from(lon), y: f64::from(lat) })
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most 120")]
    fn whole(number: f64) -> i32 {
        number as i32
    }

    /// A jagged ring around the middle: corners in the order of their angles.
    fn ring(middle: (i32, i32), least: i32, radii: &[i32]) -> Vec<Corner> {
        let mut corners: Vec<_> = radii
            .iter()
            .zip(0_u32..)
            .map(|(radius, place)| {
                let angle = std::f64::consts::TAU * f64::from(place) / f64::from(u32::try_from(radii.len()).unwrap());
                let out = f64::from(least + radius);
                Corner(middle.0 + whole(out * angle.cos()), middle.1 + whole(out * angle.sin()))
            })
            .collect();
        corners.push(corners[0]);
        corners
    }

    proptest! {
        #[test]
        fn a_point_is_held_as_geo_says(
            outer in prop::collection::vec(0_i32..60, 3..80),
            hole in prop::option::of(prop::collection::vec(0_i32..20, 3..12)),
            points in prop::collection::vec((-130_i32..130, -130_i32..130), 100),
        ) {
            let middle = (89_340_000, -444_072_000);
            let mut rings = vec![ring(middle, 60, &outer)];
            rings.extend(hole.filter(|_| outer.len() > 20).map(|hole| ring(middle, 5, &hole)));
            let slabs = Slabs::new(&rings);
            // The corners too, and what lies beside them.
            let corners = rings.iter().flatten().flat_map(|c| [(c.0, c.1), (c.0 + 1, c.1), (c.0, c.1 - 1)]);
            for (lon, lat) in points.into_iter().map(|(x, y)| (middle.0 + x, middle.1 + y)).chain(corners) {
                prop_assert_eq!(slabs.holds(lon, lat), by_geo(&rings, lon, lat), "{} {}", lon, lat);
            }
        }
    }

    #[test]
    fn a_polygon_around_the_earth_does_not_overflow() {
        let (w, s, e, n) = (-1_800_000_000, -900_000_000, 1_800_000_000, 900_000_000);
        let slabs = Slabs::new(&[vec![Corner(w, s), Corner(e, s), Corner(e, n), Corner(w, s)]]);
        assert!(slabs.holds(e, 0) && slabs.holds(0, s) && slabs.holds(e - 1, n - 2) && slabs.holds(w, s) && slabs.holds(0, 0));
        assert!(!slabs.holds(w, n) && !slabs.holds(-1_000, 0));
    }

    #[test]
    fn nothing_holds_nothing() {
        assert!(!Slabs::new(&[]).holds(0, 0));
        assert!(!Slabs::new(&[vec![Corner(5, 5)]]).holds(5, 5));
    }
}

//! Areas: named polygons, and which of them a point lies in.
//!
//! Candidates come from a grid for points ([`crate::cells`]) and from an R-tree over bounding boxes for circles (`rstar`); the decision is
//! [`crate::slabs`]'s, which is held to `geo`'s. A point exactly on a boundary belongs to
//! the first of its neighbours by code, so that every host answers alike and no point between two areas is lost. Areas of different kinds may overlap;
//! of one kind a position lies in one.
//!
//! A position is a circle as large as its accuracy: which areas that touches is measured in metres, on a plane laid around it.

use geo::line_measures::{Distance, Euclidean};
use geo::{BoundingRect, Coord, Line, LineString, Point, Polygon};
use rstar::{AABB, RTree, RTreeObject};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

use crate::cells::{Bounds, Cells};
use crate::position::Position;
use crate::problem::Invalid;
use crate::service::AreaCode;
use crate::slabs::Slabs;

/// The most points one area may have.
pub const MAX_POINTS: usize = 200_000;

/// One corner: longitude and latitude in 1e-7 degree, in that order (as `GeoJSON` has it).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Corner(pub i32, pub i32);

/// An area of the city.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// What rules call it.
    pub code: AreaCode,
    /// What people read.
    pub name: String,
    /// "municipio", "ward", "park", …
    pub kind: String,
    /// Polygons, each an outer ring and then its holes; rings are closed (first corner = last).
    pub polygons: Vec<Vec<Vec<Corner>>>,
}

impl Area {
    /// Checks an area that came from outside.
    ///
    /// # Errors
    /// [`Invalid`] for no ring, an open ring, a ring of fewer than four corners, a corner that is not on earth, or over [`MAX_POINTS`].
    pub fn check(&self) -> Result<(), Invalid> {
        if self.polygons.is_empty() || self.polygons.iter().any(Vec::is_empty) {
            return Err(Invalid::new("area", "has no outline: give at least one polygon with one ring"));
        }
        let mut points = 0_usize;
        for ring in self.polygons.iter().flatten() {
            points = points.saturating_add(ring.len());
            if ring.len() < 4 || ring.first() != ring.last() {
                return Err(Invalid::new(
                    "area",
                    "has an open ring: repeat the first corner at the end, with at least three different ones",
                ));
            }
            if ring.iter().any(|Corner(lon, lat)| lon.unsigned_abs() > 1_800_000_000 || lat.unsigned_abs() > 900_000_000) {
                return Err(Invalid::new("area", "has a corner that is not on earth: longitude comes before latitude, in degrees"));
            }
        }
        if points > MAX_POINTS {
            return Err(Invalid::new("area", "has over 200,000 corners: simplify it"));
        }
        Ok(())
    }
}

/// What the tree holds of a polygon: little, so that the tree stays in the processor's caches.
struct Piece {
    /// Index into the outlines.
    outline: u32,
    bounds: AABB<[f64; 2]>,
}

/// A polygon of an area.
struct Outline {
    /// Index into the areas, which are sorted by code.
    area: usize,
    slabs: Slabs,
    polygon: Polygon<f64>,
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

/// Finds areas by position.
///
/// A point can lie in areas of several kinds, in a municipio and in a park: [`Self::find`] looks at the one kind that says where a case lies.
pub struct AreaIndex {
    areas: Vec<Area>,
    /// The kind that [`Self::find`] looks at; empty = every kind.
    kind: String,
    /// In the order of their areas.
    outlines: Vec<Outline>,
    cells: Cells,
    tree: RTree<Piece>,
}

impl AreaIndex {
    /// Builds the index, in which every kind says where a case lies; O(n log n) in polygons.
    pub fn new(areas: Vec<Area>) -> Self {
        Self::of_kind(areas, "")
    }

    /// Builds the index, in which areas of `kind` say where a case lies; an empty one is every kind.
    pub fn of_kind(mut areas: Vec<Area>, kind: &str) -> Self {
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        let (mut outlines, mut pieces, mut boxes) = (Vec::new(), Vec::new(), Vec::new());
        for (area, shape) in areas.iter().enumerate() {
            for corners in &shape.polygons {
                let mut rings = corners.iter().map(|ring| {
                    LineString::new(ring.iter().map(|Corner(lon, lat)| Coord { x: f64::from(*lon), y: f64::from(*lat) }).collect())
                });
                let Some(outer) = rings.next() else { continue };
                let polygon = Polygon::new(outer, rings.collect());
                if let (Some(rect), Ok(outline)) = (polygon.bounding_rect(), u32::try_from(outlines.len())) {
                    let bounds = AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
                    pieces.push(Piece { outline, bounds });
                    boxes.push(box_of(corners));
                    outlines.push(Outline { area, slabs: Slabs::new(corners), polygon });
                }
            }
        }
        Self { areas, kind: kind.to_owned(), outlines, cells: Cells::new(&boxes), tree: RTree::bulk_load(pieces) }
    }

    /// The area that says where a case at this position lies; on a shared boundary the first by code. `None` outside all.
    pub fn find(&self, position: &Position) -> Option<&Area> {
        let is_of_kind = |area: &&Area| self.kind.is_empty() || area.kind == self.kind;
        self.holding(position).filter_map(|area| self.areas.get(area)).find(is_of_kind)
    }

    /// Which areas hold a point, in their order; one of several polygons that hold it may come twice.
    fn holding(&self, position: &Position) -> impl Iterator<Item = usize> {
        let (lon, lat) = (position.lon_e7(), position.lat_e7());
        let near = self.cells.at(lon, lat).filter_map(|outline| self.outlines.get(usize::try_from(outline).ok()?));
        near.filter(move |outline| outline.slabs.holds(lon, lat)).map(|outline| outline.area)
    }

    /// The kind that [`Self::find`] looks at; empty = every kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The areas that a position lies in, by code: of each kind at most one, on a shared boundary the first.
    pub fn all_at(&self, position: &Position) -> Vec<&Area> {
        let mut found: Vec<_> = self.holding(position).collect();
        self.named(&mut found, |kinds, area| !kinds.contains(&area.kind.as_str()))
    }

    /// The areas that a position's circle touches, by code; those that it lies in are among them. Without a known accuracy the circle is a point.
    ///
    /// Distances are taken on an equirectangular plane around the position: within 100 km their error stays below 1 %, far below what receivers say of
    /// their own accuracy. Areas across the 180th meridian are not seen.
    pub fn touched_by(&self, position: &Position) -> Vec<&Area> {
        let radius = position.accuracy_m().map_or(0.0, f64::from);
        let mut found = Vec::new();
        self.each_near(position, radius, |outline| {
            if outline.slabs.holds(position.lon_e7(), position.lat_e7()) || is_edge_within(&outline.polygon, position, radius) {
                found.push(outline.area);
            }
        });
        self.named(&mut found, |_, _| true)
    }

    /// Visits the polygons whose box is not further away than `radius` metres, roughly; never fewer.
    fn each_near(&self, position: &Position, radius: f64, mut visit: impl FnMut(&Outline)) {
        let Coord { x, y } = coord(position);
        let up = radius * 1.01 / METRES_PER_E7;
        // Meridians come together towards the poles: take the narrower end of the circle.
        let aside = up / (position.lat_degrees().abs() + up / 1e7).min(89.9).to_radians().cos();
        let around = AABB::from_corners([x - aside, y - up], [x + aside, y + up]);
        let _: ControlFlow<()> = self.tree.locate_in_envelope_intersecting_int(&around, |piece| {
            if let Some(outline) = usize::try_from(piece.outline).ok().and_then(|outline| self.outlines.get(outline)) {
                visit(outline);
            }
            ControlFlow::Continue(())
        });
    }

    fn named<'a>(&'a self, found: &mut Vec<usize>, is_wanted: impl Fn(&[&str], &Area) -> bool) -> Vec<&'a Area> {
        found.sort_unstable();
        found.dedup();
        let (mut kinds, mut areas) = (Vec::new(), Vec::new());
        for area in found.iter().filter_map(|area| self.areas.get(*area)) {
            if is_wanted(&kinds, area) {
                kinds.push(area.kind.as_str());
                areas.push(area);
            }
        }
        areas
    }

    /// All areas, by code.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }
}

fn box_of(rings: &[Vec<Corner>]) -> Bounds {
    let none = Bounds { west: i32::MAX, south: i32::MAX, east: i32::MIN, north: i32::MIN };
    rings.iter().flatten().fold(none, |all, Corner(lon, lat)| Bounds {
        west: all.west.min(*lon),
        south: all.south.min(*lat),
        east: all.east.max(*lon),
        north: all.north.max(*lat),
    })
}

fn coord(position: &Position) -> Coord {
    Coord { x: f64::from(position.lon_e7()), y: f64::from(position.lat_e7()) }
}

/// Metres in 1e-7 degree of latitude, on a sphere with the earth's mean radius of 6,371,008.8 m (IUGG).
const METRES_PER_E7: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0 / 1e7;

/// Whether an edge of the polygon is at most `radius` metres away.
fn is_edge_within(polygon: &Polygon<f64>, position: &Position, radius: f64) -> bool {
    let middle = coord(position);
    let aside = METRES_PER_E7 * position.lat_degrees().to_radians().cos();
    let metres = |corner: Coord| Coord { x: (corner.x - middle.x) * aside, y: (corner.y - middle.y) * METRES_PER_E7 };
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings.flat_map(LineString::lines).any(|edge| {
        // Most edges are ruled out by their height alone.
        let (low, high) = (edge.start.y.min(edge.end.y), edge.start.y.max(edge.end.y));
        let is_near = (low - middle.y) * METRES_PER_E7 <= radius && (middle.y - high) * METRES_PER_E7 <= radius;
        is_near && Euclidean.distance(&Point::new(0.0, 0.0), &Line::new(metres(edge.start), metres(edge.end))) <= radius
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::PositionSource;

    fn square(code: &str, west: i32, south: i32) -> Area {
        let (w, s, e, n) = (west, south, west + 1_000_000, south + 1_000_000);
        let ring = vec![Corner(w, s), Corner(e, s), Corner(e, n), Corner(w, n), Corner(w, s)];
        Area { code: AreaCode::new(code).unwrap(), name: code.to_owned(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] }
    }

    fn at(lat: f64, lon: f64) -> Position {
        Position::from_degrees(lat, lon, None, PositionSource::Gps).unwrap()
    }

    #[test]
    fn a_point_is_found_in_its_area_and_outside_is_nowhere() {
        let index = AreaIndex::new(vec![square("b", 90_000_000, 444_000_000), square("a", 89_000_000, 444_000_000)]);
        let code = |lat, lon| index.find(&at(lat, lon)).map(|area| area.code.as_str().to_owned());
        assert_eq!(code(44.45, 8.95), Some("a".to_owned()));
        assert_eq!(code(44.45, 9.05), Some("b".to_owned()));
        assert_eq!(code(44.6, 9.05), None);
    }

    #[test]
    fn a_point_on_a_shared_boundary_belongs_to_the_first_by_code() {
        let index = AreaIndex::new(vec![square("b", 90_000_000, 444_000_000), square("a", 89_000_000, 444_000_000)]);
        assert_eq!(index.find(&at(44.45, 9.0)).map(|area| area.code.as_str()), Some("a"));
    }

    fn touched(index: &AreaIndex, lat: f64, lon: f64, metres: f64) -> Vec<&str> {
        let position = Position::from_degrees(lat, lon, Some(metres), PositionSource::Gps).unwrap();
        index.touched_by(&position).into_iter().map(|area| area.code.as_str()).collect()
    }

    #[test]
    fn a_circle_touches_what_it_reaches_and_no_more() {
        let index = AreaIndex::new(vec![square("b", 90_000_000, 444_000_000), square("a", 89_000_000, 444_000_000)]);
        // At 44.45° north a thousandth of a degree of longitude is 79.4 m.
        assert_eq!(touched(&index, 44.45, 8.999, 79.0), ["a"]);
        assert_eq!(touched(&index, 44.45, 8.999, 80.0), ["a", "b"]);
        assert_eq!(touched(&index, 44.45, 9.001, 80.0), ["a", "b"]);
        assert_eq!(touched(&index, 44.45, 9.0, 1.0), ["a", "b"]);
        assert_eq!(touched(&index, 44.45, 8.95, 5_000.0), ["a", "b"]);
        assert_eq!(touched(&index, 44.45, 8.92, 5_000.0), ["a"]);
        // Outside every area: 111 m north of both.
        assert_eq!(touched(&index, 44.501, 9.0, 100.0), Vec::<&str>::new());
        assert_eq!(touched(&index, 44.501, 9.0, 112.0), ["a", "b"]);
        assert_eq!(touched(&index, 10.0, -60.0, 100_000.0), Vec::<&str>::new());
        assert_eq!(touched(&index, 89.99, 9.0, 100_000.0), Vec::<&str>::new());
        let exact = index.touched_by(&at(44.45, 8.999));
        assert_eq!(exact.into_iter().map(|area| area.code.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_circle_in_a_hole_touches_its_edge_only() {
        let mut area = square("a", 89_000_000, 444_000_000);
        let (w, s, e, n) = (89_400_000, 444_400_000, 89_600_000, 444_600_000);
        area.polygons[0].push(vec![Corner(w, s), Corner(e, s), Corner(e, n), Corner(w, n), Corner(w, s)]);
        let index = AreaIndex::new(vec![area]);
        // The middle of the hole is 794 m from its nearest edge.
        assert_eq!(touched(&index, 44.45, 8.95, 790.0), Vec::<&str>::new());
        assert_eq!(touched(&index, 44.45, 8.95, 800.0), ["a"]);
    }

    #[test]
    fn a_place_lies_in_one_area_of_each_kind() {
        let mut park = square("park", 89_500_000, 444_000_000);
        park.kind = "park".to_owned();
        let index = AreaIndex::new(vec![park, square("b", 90_000_000, 444_000_000), square("a", 89_000_000, 444_000_000)]);
        let codes = |lat, lon| index.all_at(&at(lat, lon)).into_iter().map(|area| area.code.as_str()).collect::<Vec<_>>();
        assert_eq!(codes(44.45, 8.92), ["a"]);
        assert_eq!(codes(44.45, 8.97), ["a", "park"]);
        assert_eq!(codes(44.45, 9.0), ["a", "park"]);
        assert_eq!(codes(44.45, 9.02), ["b", "park"]);
        assert_eq!(codes(44.6, 9.02), Vec::<&str>::new());
    }

    #[test]
    fn a_park_in_a_municipio_is_found_beside_it_and_does_not_take_its_place() {
        let mut park = square("a-park", 89_000_000, 444_000_000);
        park.kind = "park".to_owned();
        let index = AreaIndex::of_kind(vec![park, square("m", 89_000_000, 444_000_000)], "municipio");
        let codes = |areas: Vec<&Area>| areas.iter().map(|area| area.code.to_string()).collect::<Vec<_>>();
        assert_eq!(codes(index.all_at(&at(44.45, 8.95))), ["a-park", "m"]);
        assert_eq!(index.find(&at(44.45, 8.95)).unwrap().code.as_str(), "m");
        assert!(index.all_at(&at(44.6, 9.05)).is_empty());
    }

    #[test]
    fn a_hole_is_outside() {
        let mut area = square("a", 89_000_000, 444_000_000);
        let (w, s, e, n) = (89_400_000, 444_400_000, 89_600_000, 444_600_000);
        area.polygons[0].push(vec![Corner(w, s), Corner(e, s), Corner(e, n), Corner(w, n), Corner(w, s)]);
        area.check().unwrap();
        let index = AreaIndex::new(vec![area]);
        assert!(index.find(&at(44.45, 8.95)).is_none());
        assert!(index.find(&at(44.41, 8.91)).is_some());
    }

    #[test]
    fn broken_outlines_are_refused() {
        let mut open = square("a", 89_000_000, 444_000_000);
        open.polygons[0][0].pop();
        assert!(open.check().is_err());
        let mut swapped = square("a", 89_000_000, 444_000_000);
        swapped.polygons[0][0][1] = Corner(1, 1_000_000_000);
        assert!(swapped.check().is_err());
    }
}

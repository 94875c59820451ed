//! Where the demo's reports are: along the roads of the schematic basemap, a little beside them, on land and in the city.

use super::dice::Dice;
use crate::demo::DemoError;
use geojson::{FeatureCollection, GeometryValue};
use lanterna_shared::area::{Area, AreaIndex, Corner};
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::service::AreaCode;

const BASEMAP: &str = include_str!("../../../../assets/demo/basemap.geojson");

/// Metres in one degree of latitude (40,008 km around the poles).
const METRES_PER_DEGREE: f64 = 111_133.0;
/// How far beside a road most things are, in metres.
const BESIDE_M: f64 = 55.0;
/// How often a place is looked for before the report goes without one.
const TRIES: u32 = 40;

/// Longitude and latitude in degrees.
type Point = [f64; 2];

/// The middle of the city: streets near it carry more than the long roads out of it.
const CENTRE: Point = [8.935, 44.408];

/// A stretch of road from which places are drawn.
struct Stretch {
    from: Point,
    to: Point,
    /// Its length in degrees, times how much of the city's life is on it.
    weight: f64,
    road: usize,
}

/// The roads of the city and what is land.
pub(super) struct Places {
    stretches: Vec<Stretch>,
    total: f64,
    names: Vec<String>,
    land: AreaIndex,
}

/// A place that somebody reports from.
pub(super) struct Place {
    /// Where.
    pub(super) position: Position,
    /// The road that it is on or near.
    pub(super) road: String,
}

impl Places {
    /// Reads the basemap.
    pub(super) fn read() -> Result<Self, DemoError> {
        let wrong = |what: &str| DemoError::Files(format!("basemap.geojson: {what}"));
        let collection: FeatureCollection = BASEMAP.parse().map_err(|error| wrong(&format!("{error}")))?;
        let (mut stretches, mut names, mut outlines) = (Vec::new(), Vec::new(), Vec::new());
        for feature in collection.features {
            let text = |key: &str| feature.property(key).and_then(|value| value.as_str()).map(str::to_owned);
            let (layer, name) = (text("layer").unwrap_or_default(), text("name").unwrap_or_default());
            match (layer.as_str(), feature.geometry.map(|geometry| geometry.value)) {
                ("road", Some(GeometryValue::LineString { coordinates })) => {
                    let points: Vec<Point> = coordinates.iter().filter_map(|at| point(at.as_slice())).collect();
                    stretches.extend(points.windows(2).filter_map(|pair| Stretch::of(pair, names.len())));
                    names.push(name);
                }
                ("land", Some(GeometryValue::Polygon { coordinates })) => {
                    let ring = |ring: &Vec<_>| ring.iter().filter_map(|at: &geojson::Position| corner(at.as_slice())).collect();
                    outlines.push(coordinates.iter().map(ring).collect());
                }
                _ => {}
            }
        }
        let total = stretches.iter().map(|stretch| stretch.weight).sum();
        let code = AreaCode::new("land").map_err(|error| wrong(&error.to_string()))?;
        let land = Area { code, name: String::new(), kind: String::new(), polygons: outlines };
        land.check().map_err(|error| wrong(&error.to_string()))?;
        if stretches.is_empty() {
            return Err(wrong("there is no road in it"));
        }
        Ok(Self { stretches, total, names, land: AreaIndex::new(vec![land]) })
    }

    /// A place on land and in one of the areas; `None` in the rare case that none is found.
    pub(super) fn pick(&self, dice: &mut Dice, areas: &AreaIndex) -> Option<Place> {
        (0..TRIES).find_map(|_| {
            let mut at = dice.unit() * self.total;
            let stretch = self.stretches.iter().find(|stretch| {
                at -= stretch.weight;
                at < 0.0
            })?;
            let along = dice.unit();
            let between = |from: f64, to: f64| from + (to - from) * along;
            let ([west, south], [east, north]) = (stretch.from, stretch.to);
            let place = self.beside(dice, [between(west, east), between(south, north)], BESIDE_M)?;
            areas.find(&place)?;
            Some(Place { position: place, road: self.names.get(stretch.road)?.clone() })
        })
    }

    /// A position some metres from another, on land: as another person would point at the same thing.
    pub(super) fn near(&self, dice: &mut Dice, position: &Position, metres: f64) -> Option<Position> {
        self.beside(dice, [position.lon_degrees(), position.lat_degrees()], metres)
    }

    fn beside(&self, dice: &mut Dice, [lon, lat]: Point, metres: f64) -> Option<Position> {
        let narrowing = lat.to_radians().cos();
        let shift = |dice: &mut Dice| dice.bell() * metres / METRES_PER_DEGREE;
        let (lon, lat) = (lon + shift(dice) / narrowing, lat + shift(dice));
        let (accuracy, source) = match dice.unit() {
            share if share < 0.7 => (Some(4.0 + 14.0 * dice.unit()), PositionSource::Gps),
            share if share < 0.85 => (Some(20.0 + 60.0 * dice.unit()), PositionSource::Gps),
            share if share < 0.93 => (Some(8.0 + 10.0 * dice.unit()), PositionSource::Photo),
            _ => (None, PositionSource::Map),
        };
        Position::from_degrees(lat, lon, accuracy, source).ok().filter(|position| self.land.find(position).is_some())
    }
}

impl Stretch {
    fn of(pair: &[Point], road: usize) -> Option<Self> {
        let [from, to] = pair else { return None };
        let distance = |[a, b]: Point, [c, d]: Point| (c - a).hypot(d - b);
        let middle = [f64::midpoint(from[0], to[0]), f64::midpoint(from[1], to[1])];
        Some(Self { from: *from, to: *to, weight: distance(*from, *to) / (0.03 + distance(middle, CENTRE)), road })
    }
}

fn point(at: &[f64]) -> Option<Point> {
    Some([*at.first()?, *at.get(1)?])
}

fn corner(at: &[f64]) -> Option<Corner> {
    let e7 = |degrees: f64| Position::from_degrees(degrees, 1.0, None, PositionSource::Map).ok().map(|position| position.lat_e7());
    let [lon, lat] = point(at)?;
    Some(Corner(e7(lon)?, e7(lat)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_on_land_in_an_area_and_spread_over_the_whole_city() {
        let places = Places::read().unwrap();
        let areas = AreaIndex::new(crate::catalogue::areas::read(crate::demo::AREAS).unwrap().areas);
        let mut dice = Dice::new(7);
        let mut found = std::collections::BTreeMap::<String, u32>::new();
        for _ in 0..2_000 {
            let place = places.pick(&mut dice, &areas).unwrap();
            assert!(!place.road.is_empty());
            *found.entry(areas.find(&place.position).unwrap().name.clone()).or_default() += 1;
        }
        assert_eq!(found.len(), 9, "{found:?}");
        assert!(found.values().all(|count| *count >= 20), "{found:?}");
    }

    #[test]
    fn somebody_else_points_at_the_same_thing_from_a_few_metres_away() {
        let places = Places::read().unwrap();
        let mut dice = Dice::new(3);
        let here = Position::from_degrees(44.4072, 8.934, Some(8.0), PositionSource::Gps).unwrap();
        let there = places.near(&mut dice, &here, 12.0).unwrap();
        assert!((there.lat_degrees() - here.lat_degrees()).abs() < 0.000_4);
    }
}

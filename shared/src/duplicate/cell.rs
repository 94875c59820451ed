//! The grid that candidates are looked up by: square cells of some 333 m, everywhere on earth.
//!
//! Bands of 0.003° from south to north, each cut into as many columns as make its cells at least as wide as they are high. A circle of
//! [`MAX_DISTANCE_M`](super::near::MAX_DISTANCE_M) is smaller than half a cell, so it touches four cells at most.

use crate::position::Position;

/// The height of a band in 1e-7 degree: 0.003°, 333 m.
const BAND_E7: i64 = 30_000;
/// A whole turn in 1e-7 degree.
const TURN_E7: i64 = 3_600_000_000;
/// Metres in 1e-7 degree of latitude, rounded down, so that what is looked up is never too little.
const METRES_PER_E7: f64 = 0.011_11;

/// One cell of the grid, as it is stored. The numbers mean nothing but "the same cell".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(i64);

impl Cell {
    /// As it is stored.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// Columns of a band: the widest circle of latitude in it decides, less one where nothing is left at the poles.
fn columns(band: i64) -> i64 {
    let edge = |band: i64| (band * BAND_E7 - 900_000_000).abs();
    // The edge nearer to the pole is the shorter one: its cells must still be wide enough.
    let lat_e7 = i32::try_from(edge(band).max(edge(band + 1)).min(900_000_000)).unwrap_or(900_000_000);
    let cosine = (f64::from(lat_e7) / 1e7).to_radians().cos().max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "0 to 120,000")]
    let fit = (cosine * f64::from(120_000_u32)).floor() as i64;
    fit.max(1)
}

fn band(lat_e7: i64) -> i64 {
    (lat_e7.clamp(-900_000_000, 900_000_000) + 900_000_000) / BAND_E7
}

fn column(lon_e7: i64, columns: i64) -> i64 {
    (lon_e7 + TURN_E7 / 2).rem_euclid(TURN_E7) * columns / TURN_E7
}

fn packed(band: i64, column: i64) -> Cell {
    Cell(band << 20 | column)
}

/// The cell that a position lies in.
pub fn cell_of(position: &Position) -> Cell {
    let band = band(position.lat_e7().into());
    packed(band, column(position.lon_e7().into(), columns(band)))
}

/// A box around a position, in 1e-7 degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Lowest and highest latitude.
    pub lat_e7: (i64, i64),
    /// Lowest and highest longitude; may reach over ±180°.
    pub lon_e7: (i64, i64),
}

/// The box that holds everything within `metres` of a position.
pub fn bounds(position: &Position, metres: u32) -> Bounds {
    let reach_e7 = f64::from(metres) / METRES_PER_E7;
    let (lat, lon) = (i64::from(position.lat_e7()), i64::from(position.lon_e7()));
    // At the end of the box that is nearer to the pole, where a degree of longitude is shortest.
    let farthest = (f64::from(position.lat_e7()).abs() + reach_e7) / 1e7;
    let cosine = farthest.min(90.0).to_radians().cos().max(1e-6);
    #[expect(clippy::cast_possible_truncation, reason = "bounded by a whole turn")]
    let (up, aside) = (reach_e7.ceil() as i64, (reach_e7 / cosine).ceil().min(1.8e9) as i64);
    Bounds { lat_e7: (lat - up, lat + up), lon_e7: (lon - aside, lon + aside) }
}

/// The cells that a circle of `metres` around a position touches, its own first: at most four while `metres` is at most
/// [`MAX_DISTANCE_M`](super::near::MAX_DISTANCE_M), and never more than nine.
pub fn cells_around(position: &Position, metres: u32) -> Vec<Cell> {
    let bounds = bounds(position, metres);
    let mut cells = vec![cell_of(position)];
    for band in band(bounds.lat_e7.0)..=band(bounds.lat_e7.1) {
        let columns = columns(band);
        let (west, east) = bounds.lon_e7;
        for lon in [west, i64::from(position.lon_e7()), east] {
            let cell = packed(band, column(lon, columns));
            if !cells.contains(&cell) && cells.len() < 9 {
                cells.push(cell);
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::near::{MAX_DISTANCE_M, distance_m};
    use super::*;
    use crate::position::PositionSource;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Option<Position> {
        Position::from_degrees(lat, lon, None, PositionSource::Map).ok()
    }

    proptest! {
        #[test]
        fn whatever_is_near_lies_in_a_cell_that_is_looked_up(
            lat in -89.0_f64..89.0, lon in -180.0_f64..180.0, north in -1.0_f64..1.0, east in -1.0_f64..1.0,
        ) {
            let reach = f64::from(MAX_DISTANCE_M) / 111_195.0;
            let wrapped = |lon: f64| if lon > 180.0 { lon - 360.0 } else if lon < -180.0 { lon + 360.0 } else { lon };
            let there = (lat + north * reach, wrapped(lon + east * reach / lat.to_radians().cos()));
            let (Some(here), Some(there)) = (at(lat, lon), at(there.0, there.1)) else { return Ok(()) };
            prop_assume!(distance_m(&here, &there) <= f64::from(MAX_DISTANCE_M));
            let cells = cells_around(&here, MAX_DISTANCE_M);
            prop_assert!(cells.contains(&cell_of(&there)), "{here:?} {there:?}");
            prop_assert!(cells.len() <= 4, "{} cells", cells.len());
            prop_assert_eq!(cells[0], cell_of(&here));
        }

        #[test]
        fn the_box_holds_the_circle(lat in -88.0_f64..88.0, lon in -179.0_f64..179.0, turn in 0.0_f64..360.0) {
            let metres = f64::from(MAX_DISTANCE_M) * 0.999;
            let (north, east) = (metres * turn.to_radians().cos() / 111_195.0, metres * turn.to_radians().sin() / 111_195.0);
            let (Some(here), Some(there)) = (at(lat, lon), at(lat + north, lon + east / lat.to_radians().cos())) else { return Ok(()) };
            prop_assume!(distance_m(&here, &there) <= f64::from(MAX_DISTANCE_M));
            let bounds = bounds(&here, MAX_DISTANCE_M);
            let within = |(low, high): (i64, i64), value: i32| (low..=high).contains(&i64::from(value));
            prop_assert!(within(bounds.lat_e7, there.lat_e7()) && within(bounds.lon_e7, there.lon_e7()));
        }
    }

    #[test]
    fn the_ends_of_the_earth_have_cells_too() {
        for (lat, lon) in [(90.0, 0.0), (-90.0, 12.0), (89.999_9, -180.0), (0.000_1, 180.0), (0.000_1, -180.0)] {
            assert!(!cells_around(&at(lat, lon).unwrap(), MAX_DISTANCE_M).is_empty());
        }
        assert_eq!(cell_of(&at(10.0, 180.0).unwrap()), cell_of(&at(10.0, -180.0).unwrap()));
    }
}

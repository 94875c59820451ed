//! Cells that a device asks the public index by: geohash (Gustavo Niemeyer, 2008, <https://en.wikipedia.org/wiki/Geohash>) of six characters, some
//! 1.2 by 0.6 km. A device says no more of where it is than that.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::position::Position;
use crate::problem::Invalid;

const SYMBOLS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// Characters of a cell.
const CHARS: u32 = 6;
/// Steps of longitude and latitude: 30 bits, the first for longitude and then in turn.
const STEPS: u32 = 1 << 15;
/// The most rings of neighbours around a cell.
pub const MAX_RINGS: u8 = 2;

/// A cell: its column from the west and its row from the south, each below 32,768.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Geohash {
    column: u32,
    row: u32,
}

impl Geohash {
    /// The cell of a position.
    pub fn of(position: &Position) -> Self {
        let step = |value: i32, half: i64| {
            let along = (i64::from(value) + half) * i64::from(STEPS) / (2 * half);
            u32::try_from(along.clamp(0, i64::from(STEPS) - 1)).unwrap_or(0)
        };
        Self { column: step(position.lon_e7(), 1_800_000_000), row: step(position.lat_e7(), 900_000_000) }
    }

    /// This cell and `rings` rings of neighbours, at most [`MAX_RINGS`]: 1, 9 or 25 cells, fewer at a pole. The cell itself is first.
    pub fn around(self, rings: u8) -> Vec<Self> {
        let rings = i64::from(rings.min(MAX_RINGS));
        let mut cells = vec![self];
        for up in -rings..=rings {
            let Ok(row) = u32::try_from(i64::from(self.row) + up) else { continue };
            for aside in -rings..=rings {
                // East of the last column lies the first.
                let column = (i64::from(self.column) + aside).rem_euclid(i64::from(STEPS));
                let Ok(column) = u32::try_from(column) else { continue };
                let cell = Self { column, row };
                if row < STEPS && !cells.contains(&cell) {
                    cells.push(cell);
                }
            }
        }
        cells
    }
}

impl fmt::Display for Geohash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..CHARS).rev() {
            let value = (0..5).rev().fold(0_usize, |value, bit| {
                let at = place * 5 + bit;
                // Even bits from the lowest are latitude's, because the highest of 30 is longitude's.
                let of = if at.is_multiple_of(2) { self.row } else { self.column };
                value << 1 | usize::from(of >> (at / 2) & 1 == 1)
            });
            write!(f, "{}", SYMBOLS.get(value).map_or('0', |symbol| char::from(*symbol)))?;
        }
        Ok(())
    }
}

impl FromStr for Geohash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("cell", "is no geohash of 6 characters");
        if text.len() != 6 {
            return Err(wrong());
        }
        let (mut column, mut row) = (0_u32, 0_u32);
        let mut at = CHARS * 5;
        for byte in text.bytes() {
            let value = SYMBOLS.iter().position(|symbol| *symbol == byte.to_ascii_lowercase()).ok_or_else(wrong)?;
            for bit in (0..5).rev() {
                at -= 1;
                let bit = u32::from(value >> bit & 1 == 1);
                if at.is_multiple_of(2) {
                    row = row << 1 | bit;
                } else {
                    column = column << 1 | bit;
                }
            }
        }
        Ok(Self { column, row })
    }
}

impl Serialize for Geohash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Geohash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::PositionSource;
    use proptest::prelude::*;

    fn of(lat: f64, lon: f64) -> String {
        Geohash::of(&Position::from_degrees(lat, lon, None, PositionSource::Map).unwrap()).to_string()
    }

    #[test]
    fn cells_are_those_that_everybody_calls_so() {
        // The examples of the article: 57.64911, 10.40744 is u4pruydqqvj; 42.605, -5.603 is ezs42.
        assert_eq!(of(57.649_11, 10.407_44), "u4pruy");
        assert!(of(42.605, -5.603).starts_with("ezs42"));
        assert_eq!(of(-90.0, -180.0), "000000");
        assert_eq!(of(90.0, 180.0), "zzzzzz");
    }

    #[test]
    fn a_cell_has_eight_neighbours_that_touch_it() {
        let cell: Geohash = "u4pruy".parse().unwrap();
        assert_eq!((cell.around(0).len(), cell.around(1).len(), cell.around(2).len(), cell.around(9).len()), (1, 9, 25, 25));
        // Its neighbours by name, as every map of geohashes shows them.
        let names: Vec<_> = cell.around(1).iter().map(ToString::to_string).collect();
        for name in ["u4pruz", "u4pruv", "u4pruw", "u4prux", "u4prut"] {
            assert!(names.contains(&name.to_owned()), "{name} is not in {names:?}");
        }
        assert_eq!("000000".parse::<Geohash>().unwrap().around(1).len(), 6, "nothing lies south of the pole");
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for wrong in ["", "u4pru", "u4pruyd", "u4pruа", "u4prua", "......"] {
            assert!(wrong.parse::<Geohash>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_cell_survives_its_written_form(column in 0_u32..STEPS, row in 0_u32..STEPS) {
            let cell = Geohash { column, row };
            prop_assert_eq!(cell.to_string().parse::<Geohash>().unwrap(), cell);
            prop_assert_eq!(cell.to_string().to_uppercase().parse::<Geohash>().unwrap(), cell);
        }
    }
}

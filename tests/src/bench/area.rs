//! Point to area: thousands of outlines as large as a country's municipalities, one hit in five.

use std::time::Instant;

use lanterna_core::entropy::Entropy;
use lanterna_shared::area::{Area, AreaIndex, Corner};
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::service::AreaCode;

use super::{Row, float, on_core, peers};

const COLUMNS: usize = 100;
const ROWS: usize = 50;
const CORNERS: usize = 130;
/// A cell's side, in 1e-7 degree.
const SIDE: f64 = 1_000_000.0;
const POINTS: u64 = 2_000_000;

/// An outline with a coast-like edge around the middle of its cell, covering a fifth of it.
fn outline(column: usize, row: usize, dice: &mut Entropy) -> Area {
    let radius = SIDE * (0.2 / std::f64::consts::PI).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "far within i32: the whole grid is 10 by 5 degrees")]
    let corner = |x: f64, y: f64| Corner(x as i32, y as i32);
    let mut ring: Vec<Corner> = (0..CORNERS)
        .map(|place| {
            let angle = std::f64::consts::TAU * float(place as u64) / float(CORNERS as u64);
            let jagged = radius * (0.85 + float(dice.between(0, 300)) / 1_000.0);
            let (middle_x, middle_y) = ((float(column as u64) + 0.5) * SIDE, (float(row as u64) + 0.5) * SIDE);
            corner(70_000_000.0 + middle_x + jagged * angle.cos(), 420_000_000.0 + middle_y + jagged * angle.sin())
        })
        .collect();
    ring.push(ring[0]);
    let code = AreaCode::new(format!("area-{column}-{row}")).unwrap();
    Area { code, name: String::new(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] }
}

/// Measures.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut dice = Entropy::from_seed([5; 32]);
    let areas: Vec<Area> = (0..COLUMNS * ROWS).map(|number| outline(number % COLUMNS, number / COLUMNS, &mut dice)).collect();
    let start = Instant::now();
    let index = AreaIndex::new(areas.clone());
    let built = start.elapsed();
    let mut somewhere = |from: f64, cells: usize| from + float(dice.between(0, (cells * 1_000_000) as u64)) / 1e7;
    let points: Vec<Position> = (0..POINTS)
        .map(|_| Position::from_degrees(somewhere(42.0, ROWS), somewhere(7.0, COLUMNS), None, PositionSource::Gps).unwrap())
        .collect();
    let start = on_core();
    let hits = points.iter().filter(|point| index.find(point).is_some()).count();
    let a_second = float(POINTS) / on_core().saturating_sub(start).as_secs_f64();
    let share = float(hits as u64) / float(POINTS) * 100.0;
    let beside =
        format!("5,000 made-up outlines of {CORNERS} corners, {share:.0} % hits, index built in {:.0} ms", built.as_secs_f64() * 1e3);
    let mut rows = vec![Row::at_least("point → area, one core", a_second, 3_000_000.0, "points/s").beside(beside)];
    rows.extend(peers::rows(&areas, &points, a_second, hits));
    rows
}

//! A grid over outlines: which of them could hold a point, in one step and not in one for every level of a tree.
//!
//! Tens of thousands of points a second pass here when a city's cases are replayed. Only points: a circle, which may reach over many cells, goes through
//! the R-tree.

/// The most columns, and rows.
const MAX_COLUMNS: u32 = 512;
/// The most entries of all cells together: outlines that cover many cells make the grid coarser, not larger.
const MAX_ENTRIES: u64 = 1_000_000;

/// A box in 1e-7 degree, its edges in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) west: i32,
    pub(crate) south: i32,
    pub(crate) east: i32,
    pub(crate) north: i32,
}

impl Bounds {
    const fn holds(&self, lon: i32, lat: i32) -> bool {
        self.west <= lon && lon <= self.east && self.south <= lat && lat <= self.north
    }
}

/// The grid.
#[derive(Debug)]
pub(crate) struct Cells {
    west: i64,
    south: i64,
    /// Of one cell, in 1e-7 degree; at least 1.
    width: i64,
    /// The same.
    height: i64,
    columns: usize,
    rows: usize,
    /// Where the outlines of each cell begin, row by row, and the end.
    starts: Vec<u32>,
    /// By cell, in their order: the box beside the place, so that most points outside are done with here.
    entries: Vec<(Bounds, u32)>,
}

impl Cells {
    /// Lays a grid over boxes; each is known by its place.
    pub(crate) fn new(boxes: &[Bounds]) -> Self {
        let least = |side: fn(&Bounds) -> i32| boxes.iter().map(side).min().map_or(0, i64::from);
        let most = |side: fn(&Bounds) -> i32| boxes.iter().map(side).max().map_or(0, i64::from);
        let (west, south) = (least(|b| b.west), least(|b| b.south));
        let (wide, high) = (most(|b| b.east) - west, most(|b| b.north) - south);
        // About four cells for each outline, at least sixteen a side.
        let mut columns = u32::try_from(boxes.len()).unwrap_or(u32::MAX).saturating_mul(4).isqrt().clamp(16, MAX_COLUMNS);
        loop {
            let (width, height) = (wide / i64::from(columns) + 1, high / i64::from(columns) + 1);
            let side = usize::try_from(columns).unwrap_or(1);
            let mut grid = Self { west, south, width, height, columns: side, rows: side, starts: Vec::new(), entries: Vec::new() };
            let entries: u64 = boxes.iter().map(|bounds| grid.reach(bounds)).sum();
            if entries <= MAX_ENTRIES || columns == 1 {
                grid.fill(boxes);
                return grid;
            }
            columns /= 2;
        }
    }

    fn place(&self, lon: i32, lat: i32) -> Option<(usize, usize)> {
        let column = usize::try_from((i64::from(lon) - self.west).div_euclid(self.width)).ok()?;
        let row = usize::try_from((i64::from(lat) - self.south).div_euclid(self.height)).ok()?;
        (column < self.columns && row < self.rows).then_some((column, row))
    }

    /// The first and the last column and row of a box.
    fn corners(&self, bounds: &Bounds) -> ((usize, usize), (usize, usize)) {
        let low = self.place(bounds.west, bounds.south).unwrap_or((0, 0));
        let high = self.place(bounds.east, bounds.north).unwrap_or((self.columns - 1, self.rows - 1));
        (low, high)
    }

    fn reach(&self, bounds: &Bounds) -> u64 {
        let ((west, south), (east, north)) = self.corners(bounds);
        u64::try_from((east - west + 1) * (north - south + 1)).unwrap_or(u64::MAX)
    }

    fn fill(&mut self, boxes: &[Bounds]) {
        let mut cells = vec![Vec::new(); self.columns * self.rows];
        for (bounds, place) in boxes.iter().zip(0_u32..) {
            let ((west, south), (east, north)) = self.corners(bounds);
            for row in cells.chunks_mut(self.columns).take(north + 1).skip(south) {
                for cell in row.iter_mut().take(east + 1).skip(west) {
                    cell.push((*bounds, place));
                }
            }
        }
        for cell in cells {
            self.starts.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
            self.entries.extend(cell);
        }
        self.starts.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
    }

    /// The places of the boxes that hold a point, in their order.
    pub(crate) fn at(&self, lon: i32, lat: i32) -> impl Iterator<Item = u32> {
        let cell = self.place(lon, lat).map(|(column, row)| row * self.columns + column);
        let bound = |place: usize| self.starts.get(place).and_then(|start| usize::try_from(*start).ok());
        let range = cell.and_then(|cell| self.entries.get(bound(cell)?..bound(cell + 1)?));
        range.unwrap_or_default().iter().filter(move |(bounds, _)| bounds.holds(lon, lat)).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bounds() -> impl Strategy<Value = Bounds> {
        (-1_000_i32..1_000, -1_000_i32..1_000, 0_i32..300, 0_i32..300).prop_map(|(west, south, wide, high)| Bounds {
            west,
            south,
            east: west + wide,
            north: south + high,
        })
    }

    proptest! {
        #[test]
        fn every_box_that_holds_a_point_is_named_and_no_other(boxes in prop::collection::vec(bounds(), 0..60), points in prop::collection::vec((-1_400..1_400, -1_400..1_400), 100)) {
            let cells = Cells::new(&boxes);
            let corners = boxes.iter().flat_map(|b| [(b.west, b.south), (b.east, b.north), (b.west, b.north), (b.east, b.south)]);
            for (lon, lat) in points.into_iter().chain(corners) {
                let held: Vec<u32> = boxes.iter().zip(0..).filter(|(b, _)| b.holds(lon, lat)).map(|(_, place)| place).collect();
                prop_assert_eq!(cells.at(lon, lat).collect::<Vec<_>>(), held);
            }
        }
    }

    #[test]
    fn outlines_that_cover_everything_make_a_coarser_grid() {
        let earth = Bounds { west: -1_800_000_000, south: -900_000_000, east: 1_800_000_000, north: 900_000_000 };
        let cells = Cells::new(&vec![earth; 10_000]);
        assert!(u64::try_from(cells.entries.len()).unwrap() <= MAX_ENTRIES);
        assert_eq!(cells.at(1_800_000_000, 900_000_000).count(), 10_000);
        assert_eq!(Cells::new(&[]).at(0, 0).count(), 0);
    }
}

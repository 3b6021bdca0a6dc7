//! Outlines end to end, and the boxes around them: what is looked through for a place.

/// Longitude and latitude in degrees, or coordinates of another system, easting first.
pub(super) type Point = [f64; 2];

/// West, south, east, north.
pub(super) type Bounds = [f64; 4];

/// The bounds of nothing.
pub(super) const NOWHERE: Bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

/// Bounds that hold a point too.
pub(super) fn around(bounds: Bounds, [x, y]: Point) -> Bounds {
    [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)]
}

/// Bounds that hold two others.
pub(super) fn both(one: Bounds, other: Bounds) -> Bounds {
    around(around(one, [other[0], other[1]]), [other[2], other[3]])
}

/// 界址 · outlines of rows, multipolygons on CGCS2000. One that is empty has none.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    points: Vec<Point>,
    /// Where each ring ends among the points, each polygon among the rings, each row among the polygons.
    rings: Vec<u32>,
    polygons: Vec<u32>,
    rows: Vec<u32>,
    bounds: Vec<Bounds>,
}

impl Outlines {
    /// The next row's outline; no polygons where it has none.
    pub(super) fn push(&mut self, polygons: &[Vec<Vec<(f64, f64)>>]) {
        let mut bounds = NOWHERE;
        for rings in polygons {
            for ring in rings {
                for (x, y) in ring {
                    self.points.push([*x, *y]);
                    bounds = around(bounds, [*x, *y]);
                }
                self.rings.push(self.points.len() as u32);
            }
            self.polygons.push(self.rings.len() as u32);
        }
        self.rows.push(self.polygons.len() as u32);
        self.bounds.push(bounds);
    }

    /// The bounds of a row.
    pub(super) fn bounds(&self, row: usize) -> Bounds {
        self.bounds.get(row).copied().unwrap_or(NOWHERE)
    }

    /// The bounds of all rows; none where no row has an outline.
    pub(super) fn extent(&self) -> Option<Bounds> {
        let whole = self.bounds.iter().fold(NOWHERE, |whole, bounds| both(whole, *bounds));
        (whole[0] <= whole[2]).then_some(whole)
    }

    /// The polygons of a row, each a list of rings.
    pub(super) fn polygons(&self, row: usize) -> Vec<Vec<&[Point]>> {
        let span = |ends: &[u32], at: usize| {
            let from = at.checked_sub(1).map_or(0, |before| ends[before] as usize);
            from..ends[at] as usize
        };
        if row >= self.rows.len() {
            return Vec::new();
        }
        span(&self.rows, row)
            .map(|polygon| {
                let rings = span(&self.polygons, polygon);
                rings.map(|ring| &self.points[span(&self.rings, ring)]).collect()
            })
            .collect()
    }
}

//! Districts, zone lines and water of the sample city as outlines.
//!
//! **Invariant:** districts and zones are unions of superblocks: they share sides and never overlap.

use std::collections::{BTreeMap, BTreeSet};

use super::geodesy::Earth;
use super::layout::{Cell, Layout, Use};
use super::names::Names;

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AreaKind {
    /// A district of the city.
    District,
    /// A zone line around a park: level 1 is the core, level 2 the land around it.
    Zone {
        /// 1 or 2.
        level: u8,
    },
    /// The river or the lake.
    Water,
}

/// A polygon in degrees: the outer ring anticlockwise, then holes; every ring is closed.
pub type Polygon = Vec<Vec<[f64; 2]>>;

/// A district, zone line or water of the sample city.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleArea {
    /// What it is.
    pub kind: AreaKind,
    /// Name of the district, the zone line's park, or the water.
    pub name: &'static str,
    /// Parts, each with its holes.
    pub polygons: Vec<Polygon>,
}

type Node = (i32, i32);

pub(super) fn areas(layout: &Layout, names: &Names, earth: &Earth) -> Vec<SampleArea> {
    let mut groups: BTreeMap<(AreaKind, &'static str), Vec<&Cell>> = BTreeMap::new();
    for cell in &layout.cells {
        let district = names.district(cell.district);
        groups.entry((AreaKind::District, district)).or_default().push(cell);
        if let Some((park, level)) = cell.park {
            let name = names.park(park);
            groups.entry((AreaKind::Zone { level }, name)).or_default().push(cell);
        }
        if cell.purpose == Use::Water {
            groups.entry((AreaKind::Water, names.lake)).or_default().push(cell);
        }
    }
    let outline = |((kind, name), cells): ((AreaKind, &'static str), Vec<&Cell>)| SampleArea {
        kind,
        name,
        polygons: polygons(rings(&cells))
            .into_iter()
            .map(|polygon| polygon.iter().map(|ring| place(layout, earth, ring)).collect())
            .collect(),
    };
    let river = SampleArea { kind: AreaKind::Water, name: names.river, polygons: river(layout, earth) };
    groups.into_iter().map(outline).chain([river]).collect()
}

/// The river as one polygon for each unbroken stretch of rows.
fn river(layout: &Layout, earth: &Earth) -> Vec<Polygon> {
    let rows = layout.river_rows();
    rows.chunk_by(|row, next| row + 1 == *next)
        .map(|stretch| {
            let mut up = Vec::new();
            let mut down = Vec::new();
            for row in stretch {
                let [west, east] = layout.banks(*row);
                up.extend(east.map(|point| earth.degrees(point)));
                down.extend(west.map(|point| earth.degrees(point)));
            }
            down.reverse();
            up.extend(down);
            up.extend(up.first().copied());
            vec![up]
        })
        .collect()
}

fn place(layout: &Layout, earth: &Earth, ring: &[Node]) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> =
        ring.iter().map(|(i, j)| earth.degrees(layout.warp.node(*i, *j))).collect();
    points.extend(points.first().copied());
    points
}

/// Boundary rings of a union of cells, the union always on the left.
fn rings(cells: &[&Cell]) -> Vec<Vec<Node>> {
    let inside: BTreeSet<Node> = cells.iter().map(|cell| (cell.i, cell.j)).collect();
    let mut edges: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    for (i, j) in &inside {
        let (i, j) = (*i, *j);
        let sides = [
            ((i, j - 1), (i, j), (i + 1, j)),
            ((i + 1, j), (i + 1, j), (i + 1, j + 1)),
            ((i, j + 1), (i + 1, j + 1), (i, j + 1)),
            ((i - 1, j), (i, j + 1), (i, j)),
        ];
        for (neighbour, from, to) in sides {
            if !inside.contains(&neighbour) {
                edges.entry(from).or_default().push(to);
            }
        }
    }
    let mut rings = Vec::new();
    while let Some(start) = edges.keys().next().copied() {
        let mut ring = vec![start];
        let mut at = take(&mut edges, start, None);
        let mut before = start;
        while let Some(node) = at.filter(|node| *node != start) {
            ring.push(node);
            at = take(&mut edges, node, Some(before));
            before = node;
        }
        rings.extend(loops(ring));
    }
    rings
}

/// Splits a ring where it comes back to a node: two holes that touch at a corner are two rings.
fn loops(ring: Vec<Node>) -> Vec<Vec<Node>> {
    let mut parts = Vec::new();
    let mut open: Vec<Node> = Vec::new();
    for node in ring {
        if let Some(at) = open.iter().position(|seen| *seen == node) {
            parts.push(open.split_off(at));
        }
        open.push(node);
    }
    parts.push(open);
    parts
}

/// Follows an edge out of a node. Where two cells touch at a corner only, the left turn keeps
/// their rings apart, as simple features require.
fn take(edges: &mut BTreeMap<Node, Vec<Node>>, node: Node, before: Option<Node>) -> Option<Node> {
    let ways = edges.get_mut(&node)?;
    let left = |to: &Node| {
        before.is_some_and(|from| {
            let along = (node.0 - from.0, node.1 - from.1);
            along.0 * (to.1 - node.1) - along.1 * (to.0 - node.0) > 0
        })
    };
    let chosen = ways.iter().position(left).unwrap_or(0);
    let to = ways.swap_remove(chosen);
    if ways.is_empty() {
        edges.remove(&node);
    }
    Some(to)
}

/// Sorts rings into outer rings and the holes within them.
fn polygons(rings: Vec<Vec<Node>>) -> Vec<Vec<Vec<Node>>> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| turn(ring) > 0);
    let mut polygons: Vec<Vec<Vec<Node>>> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        let owner = polygons
            .iter_mut()
            .filter(|polygon| surrounds(&polygon[0], &hole))
            .min_by_key(|polygon| turn(&polygon[0]));
        if let Some(owner) = owner {
            owner.push(hole);
        }
    }
    polygons
}

/// Twice the signed area on the lattice.
fn turn(ring: &[Node]) -> i64 {
    (0..ring.len())
        .map(|k| {
            let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
            i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)
        })
        .sum()
}

/// True when the cell to the left of the hole's first side lies within the outer ring.
fn surrounds(outer: &[Node], hole: &[Node]) -> bool {
    let (from, to) = (hole[0], hole[1]);
    // The middle of the cell left of the side, in half units so that it is never on a line.
    let along = (to.0 - from.0, to.1 - from.1);
    let point = (from.0 + to.0 - along.1, from.1 + to.1 + along.0);
    let mut within = false;
    for k in 0..outer.len() {
        let (a, b) = (outer[k], outer[(k + 1) % outer.len()]);
        let crosses = (2 * a.1 > point.1) != (2 * b.1 > point.1);
        if crosses && 2 * a.0 > point.0 {
            within = !within;
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use super::{Cell, Use, polygons, rings, turn};

    fn cells(places: &[(i32, i32)]) -> Vec<Cell> {
        let cell = |(i, j): &(i32, i32)| Cell {
            i: *i,
            j: *j,
            purpose: Use::Park,
            district: 0,
            park: None,
            first: 0,
            count: 0,
        };
        places.iter().map(cell).collect()
    }

    #[test]
    fn a_ring_of_cells_has_a_hole_and_corner_neighbours_stay_apart() {
        let around: Vec<(i32, i32)> =
            (0..3).flat_map(|i| (0..3).map(move |j| (i, j))).filter(|place| *place != (1, 1)).collect();
        let cells_around = cells(&around);
        let parts = polygons(rings(&cells_around.iter().collect::<Vec<_>>()));
        assert_eq!((parts.len(), parts[0].len()), (1, 2));
        assert_eq!((turn(&parts[0][0]), turn(&parts[0][1])), (18, -2));

        let two_holes: Vec<(i32, i32)> = (0..4)
            .flat_map(|i| (0..4).map(move |j| (i, j)))
            .filter(|place| *place != (1, 1) && *place != (2, 2))
            .collect();
        let cells_around = cells(&two_holes);
        let parts = polygons(rings(&cells_around.iter().collect::<Vec<_>>()));
        assert_eq!((parts.len(), parts[0].len()), (1, 3));

        let diagonal = cells(&[(0, 0), (1, 1)]);
        let parts = polygons(rings(&diagonal.iter().collect::<Vec<_>>()));
        assert_eq!(parts.len(), 2);
    }
}

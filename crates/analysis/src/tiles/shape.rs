//! A ring in the steps of a tile: rounded, with what cannot be seen left out, and cut at the tile's edge.

use super::mercator::{BUFFER, EXTENT, MAX_ZOOM, Place, Tile};

/// A position in steps.
pub(super) type Step = [i32; 2];

/// Steps by which a line may be straightened: a quarter of a pixel, nothing at the deepest zoom.
pub(super) fn tolerance(z: u8) -> i64 {
    if z < MAX_ZOOM { 2 } else { 0 }
}

/// The first and the last step that a tile holds.
pub(super) const LEAST: i32 = -(BUFFER as i32);
pub(super) const GREATEST: i32 = (EXTENT + BUFFER) as i32;

/// An open ring in the steps of a tile; nothing where it bounds nothing there.
pub(super) fn ring(tile: Tile, places: &[Place], room: &mut Room) -> bool {
    room.ring.clear();
    for place in places {
        let step = tile.steps(*place);
        if room.ring.last() != Some(&step) {
            room.ring.push(step);
        }
    }
    while room.ring.len() > 1 && room.ring.first() == room.ring.last() {
        room.ring.pop();
    }
    if room.ring.len() > 3 {
        straighten(room, tolerance(tile.z));
    }
    let within = |step: &Step| step.iter().all(|at| (LEAST..=GREATEST).contains(at));
    if !room.ring.iter().all(within) {
        cut(room);
    }
    twice_area(&room.ring) != 0
}

/// Room that is used again for every ring.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) ring: Vec<Step>,
    other: Vec<Step>,
    kept: Vec<bool>,
    spans: Vec<(usize, usize)>,
}

/// Twice the area, positive clockwise as it is seen.
pub(super) fn twice_area(ring: &[Step]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    let cross =
        |(a, b): (&Step, &Step)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]);
    ring.iter().zip(next).map(cross).sum()
}

/// Leaves out the corners that lie within a tolerance of the line without them (Douglas and Peucker). The
/// ring is anchored at its first corner and the one farthest from it.
fn straighten(room: &mut Room, tolerance: i64) {
    let ring = &room.ring;
    let n = ring.len();
    let apart = |a: Step, b: Step| {
        let (x, y) = (i64::from(a[0] - b[0]), i64::from(a[1] - b[1]));
        x * x + y * y
    };
    let far = (0..n).max_by_key(|at| apart(ring[0], ring[*at])).unwrap_or(0);
    room.kept.clear();
    room.kept.resize(n, false);
    room.kept[0] = true;
    room.kept[far] = true;
    room.spans.clear();
    room.spans.extend([(0, far), (far, n)]);
    while let Some((from, until)) = room.spans.pop() {
        let (a, b) = (ring[from], ring[until % n]);
        let farthest = (from + 1..until)
            .map(|at| (line_distance(ring[at], a, b), at))
            .max_by(|x, y| x.0.total_cmp(&y.0));
        if let Some((distance, at)) = farthest
            && distance > (tolerance * tolerance) as f64
        {
            room.kept[at] = true;
            room.spans.extend([(from, at), (at, until)]);
        }
    }
    let mut at = 0;
    let kept = &room.kept;
    // A ring that would vanish keeps its corners: it is small, not absent.
    if kept.iter().filter(|kept| **kept).count() >= 3 {
        room.ring.retain(|_| {
            at += 1;
            kept[at - 1]
        });
    }
}

/// The square of the distance of a point from a piece of a line.
fn line_distance(at: Step, a: Step, b: Step) -> f64 {
    let [px, py, ax, ay, bx, by] = [at[0], at[1], a[0], a[1], b[0], b[1]].map(f64::from);
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (((px - ax) * dx + (py - ay) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let apart = [ax + share * dx - px, ay + share * dy - py];
    apart.iter().map(|along| along * along).sum()
}

/// Cuts the ring at the four edges in turn (Sutherland and Hodgman). Of a ring that leaves and comes back
/// the parts stay joined along the edge, which lies beyond what is seen.
fn cut(room: &mut Room) {
    for (axis, edge, above) in
        [(0, LEAST, true), (0, GREATEST, false), (1, LEAST, true), (1, GREATEST, false)]
    {
        room.other.clear();
        let inside = |step: Step| if above { step[axis] >= edge } else { step[axis] <= edge };
        let Some(mut before) = room.ring.last().copied() else { return };
        for &step in &room.ring {
            if inside(step) != inside(before) {
                room.other.push(crossing(before, step, axis, edge));
            }
            if inside(step) {
                room.other.push(step);
            }
            before = step;
        }
        room.other.dedup();
        while room.other.len() > 1 && room.other.first() == room.other.last() {
            room.other.pop();
        }
        std::mem::swap(&mut room.ring, &mut room.other);
    }
}

/// Where a line crosses an edge, rounded to a step. From the same end always, so that neighbours agree.
fn crossing(a: Step, b: Step, axis: usize, edge: i32) -> Step {
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    let other = 1 - axis;
    let (from, to) = (f64::from(a[axis]), f64::from(b[axis]));
    let share = (f64::from(edge) - from) / (to - from);
    let along = f64::from(a[other]) + share * (f64::from(b[other]) - f64::from(a[other]));
    let mut step = [edge; 2];
    step[other] = along.round() as i32;
    step
}

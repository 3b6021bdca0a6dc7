//! The overlay held against a slow method that shares nothing with it: rings taken apart into triangles,
//! and each pair of triangles clipped.

use proptest::prelude::*;

use super::{Doubled, Layer, Overlaps, Point, Polygon, Ring, Shapes, overlap_areas, self_overlaps};

/// Where the tests take place: near nothing, and where a survey's eastings and northings are.
const PLACES: [Point; 3] = [[0.0, 0.0], [38_450_000.0, 3_350_000.0], [-1024.0, 4096.0]];

fn shapes(all: &[Vec<Polygon>]) -> Shapes {
    let mut shapes = Shapes::new();
    for polygons in all {
        shapes.push(polygons).unwrap();
    }
    shapes
}

fn layer(zones: &[Vec<Polygon>]) -> Layer {
    let names = (0..zones.len()).map(|zone| format!("zone {zone}")).collect();
    Layer::new(names, &shapes(zones), 2).unwrap()
}

fn overlaps(parcels: &[Vec<Polygon>], zones: &[Vec<Polygon>]) -> Overlaps {
    overlap_areas(&shapes(parcels), &layer(zones), 2)
}

fn shared(found: &Overlaps, parcel: usize, zone: usize) -> f64 {
    found.of(parcel).iter().find(|overlap| overlap.zone as usize == zone).map_or(0.0, |overlap| overlap.area)
}

fn square(low: Point, side: f64) -> Ring {
    let ([x, y], far) = (low, [low[0] + side, low[1] + side]);
    vec![[x, y], [far[0], y], far, [x, far[1]], [x, y]]
}

/// Triangles with 1 where they add and -1 where they take away.
fn triangles(polygons: &[Polygon], near: Point) -> Vec<([Point; 3], f64)> {
    let mut all = Vec::new();
    for rings in polygons {
        for (ring, points) in rings.iter().enumerate() {
            let local: Vec<Point> = points.iter().map(|[x, y]| [x - near[0], y - near[1]]).collect();
            let fan: Vec<[Point; 3]> = local.windows(2).map(|pair| [local[0], pair[0], pair[1]]).collect();
            let turn = if (fan.iter().map(doubled).sum::<f64>() < 0.0) == (ring > 0) { 1.0 } else { -1.0 };
            for triangle in fan {
                let area = doubled(&triangle);
                let [a, b, c] = triangle;
                if area > 0.0 {
                    all.push(([a, b, c], turn));
                } else if area < 0.0 {
                    all.push(([a, c, b], -turn));
                }
            }
        }
    }
    all
}

fn doubled([a, b, c]: &[Point; 3]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// What two triangles share: one cut by the sides of the other.
fn clipped(one: &[Point; 3], other: &[Point; 3]) -> f64 {
    let mut shape = one.to_vec();
    for side in 0..3 {
        let (from, to) = (other[side], other[(side + 1) % 3]);
        let mut kept = Vec::new();
        for at in 0..shape.len() {
            let (p, q) = (shape[at], shape[(at + 1) % shape.len()]);
            let (d, e) = (doubled(&[from, to, p]), doubled(&[from, to, q]));
            if d >= 0.0 {
                kept.push(p);
            }
            if (d > 0.0 && e < 0.0) || (d < 0.0 && e > 0.0) {
                let part = d / (d - e);
                kept.push([p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])]);
            }
        }
        shape = kept;
    }
    shape.windows(2).map(|pair| doubled(&[shape[0], pair[0], pair[1]])).sum::<f64>() / 2.0
}

fn slowly(parcel: &[Polygon], zone: &[Polygon], near: Point) -> f64 {
    let zone = triangles(zone, near);
    let pairs = triangles(parcel, near);
    pairs.iter().flat_map(|(a, sign)| zone.iter().map(move |(b, other)| sign * other * clipped(a, b))).sum()
}

/// A ring around a centre, seen from which it has one radius in each direction.
fn star(centre: Point, radii: &[f64], turn: f64, snap: f64) -> Ring {
    let mut ring: Ring = radii
        .iter()
        .enumerate()
        .map(|(at, radius)| {
            let angle = turn + at as f64 / radii.len() as f64 * std::f64::consts::TAU;
            let [x, y] = [radius * angle.cos(), radius * angle.sin()];
            [((centre[0] + x) / snap).round() * snap, ((centre[1] + y) / snap).round() * snap]
        })
        .collect();
    ring.push(ring[0]);
    ring
}

/// Shapes in a square of 64 m, with a hole each second time. On a lattice of metres many touch, and
/// some cross themselves: both methods then count how often they wind.
fn some(many: usize, corners: usize, snap: f64) -> impl Strategy<Value = Vec<Vec<Polygon>>> {
    let radii = prop::collection::vec(2.0..24.0_f64, 3..corners);
    let one = (0.0..64.0_f64, 0.0..64.0_f64, radii, 0.0..6.3_f64, any::<bool>());
    let one = one.prop_map(move |(x, y, radii, turn, hole)| {
        let least = radii.iter().copied().fold(f64::INFINITY, f64::min);
        let mut rings = vec![star([x, y], &radii, turn, snap)];
        if hole {
            // A third of the least radius: inside, for the sides of a triangle come as near as a half.
            rings.push(star([x, y], &[least / 3.0, least / 4.0, least / 5.0], -turn, snap));
        }
        vec![rings]
    });
    prop::collection::vec(one, 1..many)
}

fn moved(all: &[Vec<Polygon>], by: Point) -> Vec<Vec<Polygon>> {
    let point = |p: &Point| [p[0] + by[0], p[1] + by[1]];
    let ring = |ring: &Ring| ring.iter().map(point).collect();
    let polygon = |rings: &Polygon| rings.iter().map(ring).collect();
    all.iter().map(|polygons| polygons.iter().map(polygon).collect()).collect()
}

fn agree(parcels: &[Vec<Polygon>], zones: &[Vec<Polygon>], near: Point) -> Result<(), TestCaseError> {
    let found = overlaps(parcels, zones);
    for (at, parcel) in parcels.iter().enumerate() {
        for (zone, polygons) in zones.iter().enumerate() {
            // A shape that crosses itself may wind around more than it takes away: that is no overlap.
            let (fast, slow) = (shared(&found, at, zone), slowly(parcel, polygons, near).max(0.0));
            // Both may be off by the last bits of products as large as the square of 64 m.
            prop_assert!((fast - slow).abs() < 1e-9, "parcel {at}, zone {zone}: {fast} and {slow}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_shapes_share_what_their_triangles_share(
        parcels in some(12, 14, 1.0 / 1024.0), zones in some(6, 40, 1.0 / 1024.0), place in 0..PLACES.len(),
    ) {
        let by = PLACES[place];
        agree(&moved(&parcels, by), &moved(&zones, by), by)?;
    }

    #[test]
    fn shapes_that_touch_share_what_their_triangles_share(
        parcels in some(12, 9, 4.0), zones in some(6, 9, 4.0), place in 0..PLACES.len(),
    ) {
        let by = PLACES[place];
        agree(&moved(&parcels, by), &moved(&zones, by), by)?;
    }

    #[test]
    fn parcels_with_many_edges_share_what_their_triangles_share(
        parcels in some(3, 160, 1.0 / 1024.0), zones in some(3, 160, 1.0 / 1024.0),
    ) {
        agree(&parcels, &zones, [0.0; 2])?;
    }

    #[test]
    fn small_and_large_shapes_are_alike(
        parcels in some(6, 9, 1.0 / 1024.0), zones in some(4, 9, 1.0 / 1024.0), power in -40..30_i32,
    ) {
        let scale = 2.0_f64.powi(power);
        let scaled = |all: &[Vec<Polygon>]| -> Vec<Vec<Polygon>> {
            let mut all = all.to_vec();
            all.iter_mut().flatten().flatten().flatten().flatten().for_each(|value| *value *= scale);
            all
        };
        let (plain, other) = (overlaps(&parcels, &zones), overlaps(&scaled(&parcels), &scaled(&zones)));
        for parcel in 0..parcels.len() {
            for zone in 0..zones.len() {
                let pair = [shared(&plain, parcel, zone), shared(&other, parcel, zone) / scale / scale];
                prop_assert!((pair[0] - pair[1]).abs() < 1e-9, "{pair:?}");
            }
        }
    }

    #[test]
    fn it_does_not_matter_how_a_ring_is_written(
        parcels in some(6, 9, 1.0 / 1024.0), zones in some(4, 30, 1.0 / 1024.0), start in 0..9_usize,
    ) {
        let written = |all: &[Vec<Polygon>]| -> Vec<Vec<Polygon>> {
            let mut all = all.to_vec();
            for ring in all.iter_mut().flatten().flatten() {
                ring.pop();
                let start = start % ring.len();
                ring.rotate_left(start);
                ring.insert(1, ring[0]);
                if start % 2 == 0 {
                    ring.reverse();
                }
            }
            all
        };
        let plain = overlaps(&parcels, &zones);
        let other = overlaps(&written(&parcels), &written(&zones));
        let by = moved(&parcels, [4096.0, -512.0]);
        let away = overlaps(&by, &moved(&zones, [4096.0, -512.0]));
        for parcel in 0..parcels.len() {
            for zone in 0..zones.len() {
                let one = shared(&plain, parcel, zone);
                for same in [&other, &away] {
                    prop_assert!((one - shared(same, parcel, zone)).abs() <= 1e-12 * plain.parcel_area(parcel));
                }
            }
        }
    }

    #[test]
    fn the_shares_of_a_partition_sum_to_one(
        parcels in some(20, 9, 1.0 / 1024.0), owners in prop::collection::vec(0..5_usize, 144),
        shifts in prop::collection::vec((-3.0..3.0_f64, -3.0..3.0_f64), 169), place in 0..PLACES.len(),
    ) {
        // Cells of a bent lattice, given to five zones: around all that the parcels can reach.
        let node = |x: usize, y: usize| {
            let (a, b) = shifts[y * 13 + x];
            [x as f64 * 12.0 - 40.0 + a, y as f64 * 12.0 - 40.0 + b]
        };
        let mut zones = vec![Vec::new(); 5];
        for (cell, owner) in owners.iter().enumerate() {
            let (x, y) = (cell % 12, cell / 12);
            zones[*owner].push(vec![vec![
                node(x, y), node(x + 1, y), node(x + 1, y + 1), node(x, y + 1), node(x, y),
            ]]);
        }
        let by = PLACES[place];
        let found = overlaps(&moved(&parcels, by), &moved(&zones, by));
        for (parcel, polygons) in parcels.iter().enumerate() {
            prop_assume!(found.parcel_area(parcel) > 1.0 && !polygons.is_empty());
            let sum: f64 = found.shares(parcel).map(|(_, share)| share).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12, "{sum}");
            prop_assert!((found.total(parcel) / found.parcel_area(parcel) - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn cells_of_a_lattice_lie_in_their_zone_wholly_or_not_at_all() {
    let node = |x: i32, y: i32| {
        let shift = |seed: i32| f64::from((x * 37 + y * 91 + seed) % 17) * 0.737;
        [38_450_000.0 + f64::from(x) * 100.0 + shift(3), 3_350_000.0 + f64::from(y) * 100.0 + shift(8)]
    };
    let cell =
        |x: i32, y: i32| vec![node(x, y), node(x + 1, y), node(x + 1, y + 1), node(x, y + 1), node(x, y)];
    let cells: Vec<(i32, i32)> = (0..30).flat_map(|y| (0..30).map(move |x| (x, y))).collect();
    // A block of cells as one ring around, with one cell left out as a hole.
    let (low, high, hole) = (5, 24, (11, 13));
    let along = |from: i32, to: i32| {
        if from < to { (from..to).collect() } else { (to + 1..=from).rev().collect::<Vec<_>>() }
    };
    let mut outer: Ring = along(low, high).into_iter().map(|x| node(x, low)).collect();
    outer.extend(along(low, high).into_iter().map(|y| node(high, y)));
    outer.extend(along(high, low).into_iter().map(|x| node(x, high)));
    outer.extend(along(high, low).into_iter().map(|y| node(low, y)));
    let zones = [vec![vec![outer, cell(hole.0, hole.1)]]];
    let parcels: Vec<Vec<Polygon>> = cells.iter().map(|(x, y)| vec![vec![cell(*x, *y)]]).collect();
    let found = overlaps(&parcels, &zones);
    for (at, (x, y)) in cells.iter().enumerate() {
        let inside = (low..high).contains(x) && (low..high).contains(y) && (*x, *y) != hole;
        let shares: Vec<f64> = found.shares(at).map(|(_, share)| share).collect();
        assert_eq!(shares, if inside { vec![1.0] } else { vec![] }, "cell {x}, {y}");
    }
}

#[test]
fn zones_that_lie_on_each_other_are_answered_each() {
    let zones: Vec<Vec<Polygon>> =
        [1000.0, 2000.0, 3000.0].map(|side| vec![vec![square([0.0, 0.0], side)]]).to_vec();
    let parcels = [vec![vec![square([400.0, 400.0], 8.0)]], vec![vec![square([996.0, 1996.0], 8.0)]]];
    let found = overlaps(&parcels, &zones);
    let told: Vec<_> = found.of(0).iter().map(|overlap| (overlap.zone, overlap.area)).collect();
    assert_eq!(told, [(0, 64.0), (1, 64.0), (2, 64.0)]);
    let told: Vec<_> = found.of(1).iter().map(|overlap| (overlap.zone, overlap.area)).collect();
    assert_eq!(told, [(1, 32.0), (2, 64.0)]);
    assert!((found.total(1) - 96.0).abs() < 1e-12);
    assert_eq!(layer(&zones).name(2), "zone 2");
}

#[test]
fn a_layer_tells_where_it_overlaps_itself() {
    let told = |zones: &[Vec<Polygon>]| self_overlaps(&shapes(zones), &layer(zones), 2);
    let beside = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]].map(|low| vec![vec![square(low, 10.0)]]);
    assert_eq!(told(&beside), []);
    let [a, b, c] = beside;
    let over = vec![vec![square([8.0, 8.0], 4.0)]];
    let doubled = |zone, area| Doubled { zone, other: 3, area };
    assert_eq!(told(&[a, b, c, over]), [doubled(0, 4.0), doubled(1, 4.0), doubled(2, 4.0)]);
}

#[test]
fn a_layer_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Layer>();
    shared::<Shapes>();
}

#[test]
fn what_only_touches_shares_nothing_and_what_is_not_there_is_no_fault() {
    let zones = [vec![vec![square([0.0, 0.0], 10.0)]], vec![], vec![vec![]], vec![vec![vec![[3.0, 3.0]]]]];
    let level = vec![vec![[2.0, 2.0], [4.0, 2.0], [2.0, 2.0]]];
    let parcels =
        [vec![vec![square([10.0, 0.0], 5.0)]], vec![vec![square([-5.0, 10.0], 5.0)]], vec![], vec![level]];
    let found = overlaps(&parcels, &zones);
    assert!((0..parcels.len()).all(|parcel| found.of(parcel).is_empty()));
    assert_eq!(overlaps(&parcels, &[]).len(), 4);
    assert!(overlaps(&[], &zones).is_empty());
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let parcels: Vec<Vec<Polygon>> = (0..40_000_u32)
        .map(|at| {
            let place = [f64::from(at * 7919 % 40_009) / 10.0, f64::from(at * 8111 % 39_989) / 10.0];
            vec![vec![star(place, &[9.0, 30.0, 14.0, 22.0, 17.0], f64::from(at), 1.0 / 1024.0)]]
        })
        .collect();
    let zones: Vec<Vec<Polygon>> = (0..60)
        .map(|at| {
            let radii: Vec<f64> = (0..200).map(|corner| 300.0 + f64::from((corner * 71 + at) % 60)).collect();
            let place = [f64::from(at % 8) * 500.0, f64::from(at / 8) * 550.0];
            vec![vec![star(place, &radii, f64::from(at), 1.0 / 1024.0)]]
        })
        .collect();
    let (parcels, zones) = (shapes(&parcels), shapes(&zones));
    let names = || vec![String::new(); zones.len()];
    let of = |threads| overlap_areas(&parcels, &Layer::new(names(), &zones, threads).unwrap(), threads);
    let one = of(1);
    assert!((0..one.len()).map(|parcel| one.of(parcel).len()).sum::<usize>() > 20_000);
    let bits = |found: &Overlaps, parcel| -> Vec<(u32, u64)> {
        found.of(parcel).iter().map(|overlap| (overlap.zone, overlap.area.to_bits())).collect()
    };
    for threads in [2, 3] {
        let other = of(threads);
        assert!((0..one.len()).all(|parcel| bits(&one, parcel) == bits(&other, parcel)));
    }
}

//! The sample city's parcels tile their blocks and never overlap, in exact integer arithmetic.

use std::collections::{HashMap, HashSet};

use landcycle_analysis::sample::{AreaKind, SampleCity, SampleParcel};

type Point = [i64; 2];

/// Coordinates are whole numbers of 1e-9 degree, a tenth of a millimetre.
fn ring(parcel: &SampleParcel) -> Vec<Point> {
    let whole = |degree: f64| (degree * 1e9).round() as i64;
    parcel.ring.iter().map(|point| point.map(whole)).collect()
}

fn cross(a: Point, b: Point, c: Point) -> i128 {
    let difference = |p: Point, axis: usize| i128::from(p[axis] - a[axis]);
    difference(b, 0) * difference(c, 1) - difference(b, 1) * difference(c, 0)
}

/// What rounding a point by one step each way can add to a cross product along this side.
fn slack(a: Point, b: Point) -> i128 {
    2 * i128::from((a[0] - b[0]).abs() + (a[1] - b[1]).abs())
}

/// True when some side of `ring` has all of `other` beyond it.
fn separates(ring: &[Point], other: &[Point]) -> bool {
    ring.windows(2)
        .any(|side| other.iter().all(|point| cross(side[0], side[1], *point) <= slack(side[0], side[1])))
}

fn boxed(ring: &[Point]) -> [Point; 2] {
    let bound = |axis: usize, far: fn(i64, i64) -> i64| {
        ring.iter().map(|point| point[axis]).reduce(far).unwrap_or_default()
    };
    [[bound(0, i64::min), bound(1, i64::min)], [bound(0, i64::max), bound(1, i64::max)]]
}

/// Pairs of parcels whose bounding boxes meet, by a grid of about two kilometres.
fn near_pairs(rings: &[Vec<Point>]) -> HashSet<(usize, usize)> {
    const STEP: i64 = 20_000_000;
    let boxes: Vec<[Point; 2]> = rings.iter().map(|ring| boxed(ring)).collect();
    let mut grid: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (number, [low, high]) in boxes.iter().enumerate() {
        for x in low[0].div_euclid(STEP)..=high[0].div_euclid(STEP) {
            for y in low[1].div_euclid(STEP)..=high[1].div_euclid(STEP) {
                grid.entry((x, y)).or_default().push(number);
            }
        }
    }
    let meet = |a: usize, b: usize| {
        (0..2).all(|axis| boxes[a][0][axis] <= boxes[b][1][axis] && boxes[b][0][axis] <= boxes[a][1][axis])
    };
    let mut pairs = HashSet::new();
    for members in grid.values() {
        for (at, a) in members.iter().enumerate() {
            let others = members[at + 1..].iter().filter(|b| meet(*a, **b));
            pairs.extend(others.map(|b| (*a, *b)));
        }
    }
    pairs
}

#[test]
fn parcels_are_convex_and_no_two_overlap() {
    for seed in [1, 2, 3] {
        let city = SampleCity::plan(3_000, seed).expect("the city can be planned");
        let rings: Vec<Vec<Point>> = city.parcels().map(|parcel| ring(&parcel)).collect();
        for ring in &rings {
            assert_eq!(ring.first(), ring.last());
            for corner in 0..ring.len() - 1 {
                let (from, at) = (ring[corner], ring[corner + 1]);
                let next = ring[if corner + 2 == ring.len() { 1 } else { corner + 2 }];
                let slack = slack(from, at) + slack(at, next);
                assert!(cross(from, at, next) >= -slack, "{ring:?}");
            }
        }
        let pairs = near_pairs(&rings);
        assert!(pairs.len() > 3_000);
        for (a, b) in pairs {
            let apart = separates(&rings[a], &rings[b]) || separates(&rings[b], &rings[a]);
            assert!(apart, "seed {seed}: {:?} {:?}", rings[a], rings[b]);
        }
    }
}

#[test]
fn neighbours_share_their_boundary_point_for_point() {
    let city = SampleCity::plan(2_000, 5).expect("the city can be planned");
    let rings: Vec<Vec<Point>> = city.parcels().map(|parcel| ring(&parcel)).collect();
    let mut sides = HashSet::new();
    for side in rings.iter().flat_map(|ring| ring.windows(2)) {
        assert!(sides.insert((side[0], side[1])), "two parcels on the same side of a boundary");
    }
    let shared = sides.iter().filter(|(a, b)| sides.contains(&(*b, *a))).count();
    assert!(shared * 3 > sides.len(), "{shared} of {} sides are shared", sides.len());
}

#[test]
fn the_city_has_districts_zone_lines_and_water_in_the_open_sea() {
    let city = SampleCity::plan(20_000, 1).expect("the city can be planned");
    let areas = city.areas();
    let count = |wanted: fn(&AreaKind) -> bool| {
        areas.iter().filter(|area| wanted(&area.kind) && !area.polygons.is_empty()).count()
    };
    assert!(count(|kind| matches!(kind, AreaKind::District)) >= 5);
    assert!(count(|kind| matches!(kind, AreaKind::Zone { level: 1 })) >= 4);
    assert!(count(|kind| matches!(kind, AreaKind::Zone { level: 2 })) >= 4);
    assert_eq!(count(|kind| matches!(kind, AreaKind::Water)), 2);
    let points = areas.iter().flat_map(|area| area.polygons.iter().flatten().flatten());
    for [longitude, latitude] in points {
        assert!((123.0..127.0).contains(longitude) && (28.0..31.0).contains(latitude));
    }
}

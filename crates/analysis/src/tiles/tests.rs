//! Shapes come back from tiles where they were put, none is lost, and every one is counted.

use proptest::prelude::*;
use prost::Message;

use super::mercator::curve;
use super::*;

/// A rectangle around a middle, in degrees.
fn block((lon, lat): (f64, f64), (width, height): (f64, f64)) -> Vec<Vec<Vec<(f64, f64)>>> {
    let (w, h) = (width / 2.0, height / 2.0);
    let ring = [(-w, -h), (w, -h), (w, h), (-w, h), (-w, -h)];
    vec![vec![ring.iter().map(|(x, y)| (lon + x, lat + y)).collect()]]
}

fn index(shapes: &[Vec<Vec<Vec<(f64, f64)>>>]) -> Outlines {
    let mut gathering = Gathering::default();
    for (row, shape) in shapes.iter().enumerate() {
        gathering.push(row as u32, shape);
    }
    gathering.finish()
}

/// A drawn layer, through its bytes.
fn drawn(outlines: &Outlines, tile: Tile) -> TileLayer {
    let layer = draw_outlines("parcels", outlines, tile, &mut |row, tags| {
        tags.whole("row", row.into());
        tags.own_text("name", "块");
        true
    });
    let bytes = TileMessage { layers: vec![layer] }.bytes();
    TileMessage::decode(bytes.as_slice()).expect("a tile").layers.remove(0)
}

/// The rings of a feature, in steps.
fn rings(feature: &TileFeature) -> Vec<Vec<[i32; 2]>> {
    let (mut rings, mut at, mut commands) =
        (Vec::<Vec<[i32; 2]>>::new(), [0_i32; 2], feature.geometry.iter());
    while let Some(command) = commands.next() {
        let (what, times) = (command & 7, command >> 3);
        for _ in 0..times {
            if what == 7 {
                continue;
            }
            for axis in &mut at {
                let by = *commands.next().expect("a parameter");
                *axis += (by >> 1) as i32 ^ -((by & 1) as i32);
            }
            if what == 1 {
                rings.push(Vec::new());
            }
            rings.last_mut().expect("a ring begun").push(at);
        }
    }
    rings
}

fn twice_area(ring: &[[i32; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
        .sum()
}

/// The tile of a zoom in which a place lies.
fn tile_of(z: u8, place: Place) -> Tile {
    let at = |axis: usize| place[axis].checked_shr(32 - u32::from(z)).unwrap_or(0);
    Tile::new(z, at(0), at(1)).expect("a tile of the grid")
}

fn places() -> impl Strategy<Value = (f64, f64)> {
    (115.0..118.0, 38.0..41.0)
}

fn sizes() -> impl Strategy<Value = (f64, f64)> {
    (0.000_01..0.01, 0.000_01..0.01)
}

#[test]
fn the_grid_is_that_of_web_mercator() {
    // The corners of tile 12/3372/1552, from the formulas of the grid.
    let (lon, lat) = degrees([3372 << 20, 1552 << 20]);
    assert!((lon - 116.367_187_5).abs() < 1e-6 && (lat - 39.909_736_23).abs() < 1e-4, "{lon} {lat}");
    assert_eq!(Tile::new(12, 4096, 0), None);
    assert_eq!(Tile::new(19, 0, 0), None);
    assert_eq!(Tile::new(0, 0, 0).map(Tile::run), Some([0, u64::MAX]));
    assert_eq!(curve([1, 0]), 1);
    assert_eq!(curve([0, 1]), 2);
    assert_eq!(curve([u32::MAX; 2]), u64::MAX);
}

#[test]
fn a_hole_runs_against_its_outer_ring_and_a_sliver_keeps_its_place() {
    let mut shape = block((116.4, 39.9), (0.01, 0.01));
    shape[0].push(block((116.4, 39.9), (0.005, 0.005))[0][0].clone());
    let outlines = index(&[shape, block((116.4, 39.91), (1e-9, 1e-9))]);
    let tile = tile_of(12, world((116.4, 39.9)));
    let layer = drawn(&outlines, tile);
    assert_eq!(layer.features.len(), 2);
    let of_first = layer.features.iter().find(|feature| feature.id == Some(1)).expect("the first");
    let areas: Vec<i64> = rings(of_first).iter().map(|ring| twice_area(ring)).collect();
    assert!(areas.len() == 2 && areas[0] > 0 && areas[1] < 0, "{areas:?}");
}

#[test]
fn nothing_is_drawn_where_nothing_is() {
    let outlines = index(&[]);
    assert_eq!((outlines.from_zoom(), outlines.around()), (0, None));
    let tile = Tile::new(3, 1, 1).expect("a tile");
    assert!(drawn(&outlines, tile).features.is_empty());
    assert_eq!(Cells::count(&outlines, 2, |_| Some(0)).total(0), 0);
}

proptest! {
    #[test]
    fn every_shape_lies_in_the_tiles_that_its_box_meets(
        shapes in prop::collection::vec((places(), sizes()), 1..80),
        z in 8_u8..=MAX_ZOOM,
        chosen in 0_usize..80,
    ) {
        let shapes: Vec<_> = shapes.into_iter().map(|(at, size)| block(at, size)).collect();
        let outlines = index(&shapes);
        let corner = world(shapes[chosen % shapes.len()][0][0][0]);
        let tile = tile_of(z, corner);
        let layer = drawn(&outlines, tile);
        let found: Vec<u64> = layer.features.iter().filter_map(|feature| feature.id).collect();
        let reach = tile.reach(BUFFER);
        for (row, shape) in shapes.iter().enumerate() {
            let corners: Vec<Place> = shape[0][0].iter().map(|at| world(*at)).collect();
            let least = [0, 1].map(|axis| corners.iter().map(|c| c[axis]).min().expect("corners"));
            let greatest = [0, 1].map(|axis| corners.iter().map(|c| c[axis]).max().expect("corners"));
            let meets = (0..2).all(|axis| least[axis] <= reach[1][axis] && reach[0][axis] <= greatest[axis]);
            // What touches the outermost step alone may be rounded away.
            let step = 1_i64 << tile.shift();
            let well = (0..2).all(|axis| {
                i64::from(least[axis]) + step < i64::from(reach[1][axis]) && i64::from(reach[0][axis]) + step < i64::from(greatest[axis])
            });
            let there = found.contains(&(row as u64 + 1));
            prop_assert!(!well || there, "row {} is missing", row);
            prop_assert!(meets || !there, "row {} lies elsewhere", row);
        }
    }

    #[test]
    fn drawn_corners_lie_where_the_outline_has_them(at in places(), size in sizes(), z in 6_u8..=MAX_ZOOM) {
        let shape = block(at, size);
        let outlines = index(std::slice::from_ref(&shape));
        let tile = tile_of(z, world(at));
        let layer = drawn(&outlines, tile);
        prop_assert_eq!(layer.features.len(), 1);
        let corners: Vec<Place> = shape[0][0].iter().map(|at| world(*at)).collect();
        let exact = |axis: usize, most: bool| {
            let all = corners.iter().map(|place| (f64::from(place[axis]) - tile.corner()[axis] as f64) / (1_u64 << tile.shift()) as f64);
            let edge = if most { all.fold(f64::MIN, f64::max) } else { all.fold(f64::MAX, f64::min) };
            edge.clamp(-(BUFFER as f64), (EXTENT + BUFFER) as f64)
        };
        let ring = &rings(&layer.features[0])[0];
        prop_assert!(twice_area(ring) > 0);
        // What is thinner than two steps may bound nothing on the grid; its mark then stands somewhere on it.
        let thin = (0..2).any(|axis| exact(axis, true) - exact(axis, false) < 2.0);
        for axis in 0..2 {
            let drawn = ring.iter().map(|step| f64::from(step[axis]));
            let (least, greatest) = drawn.fold((f64::MAX, f64::MIN), |(l, g), at| (l.min(at), g.max(at)));
            // Half a step of rounding, a quarter of a pixel of straightening, the mark of what is smaller.
            let error = 0.5 + 2.0;
            if thin {
                prop_assert!(least >= exact(axis, false) - error && greatest <= exact(axis, true) + error);
                continue;
            }
            prop_assert!((least - exact(axis, false)).abs() <= error && (greatest - exact(axis, true)).abs() <= error,
                "{} {} {} {}", least, exact(axis, false), greatest, exact(axis, true));
        }
    }

    #[test]
    fn every_shape_is_counted_once_at_every_zoom(
        shapes in prop::collection::vec((places(), sizes(), 0_usize..4), 1..200),
        from_zoom in 1_u8..=14,
    ) {
        let outlines = index(&shapes.iter().map(|(at, size, _)| block(*at, *size)).collect::<Vec<_>>()).drawn_from(from_zoom);
        // The last class is not shown.
        let cells = Cells::count(&outlines, 3, |row| Some(shapes[row as usize].2).filter(|class| *class < 3));
        let shown = shapes.iter().filter(|(_, _, class)| *class < 3).count() as u64;
        let names: Vec<String> = (0..3).map(|class| format!("n:{class}")).collect();
        for z in 0..from_zoom {
            prop_assert_eq!(cells.total(z), shown);
            let tiles: std::collections::BTreeSet<(u32, u32)> = shapes.iter().map(|(at, ..)| {
                let tile = tile_of(z, world(*at));
                (tile.x, tile.y)
            }).collect();
            let mut drawn = 0;
            // The middle of a box may round into the next tile, so its neighbours are looked at too.
            let around = tiles.iter().flat_map(|(x, y)| (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (*x as i64 + dx, *y as i64 + dy))));
            for (x, y) in around.collect::<std::collections::BTreeSet<_>>() {
                let Some(tile) = u32::try_from(x).ok().zip(u32::try_from(y).ok()).and_then(|(x, y)| Tile::new(z, x, y)) else { continue };
                let layer = draw_cells("cells", &cells, tile, &names);
                for feature in &layer.features {
                    for pair in feature.tags.chunks(2) {
                        let whole = layer.values[pair[1] as usize].whole.expect("a count");
                        if layer.keys[pair[0] as usize] == "count" {
                            drawn += whole;
                        }
                    }
                }
            }
            prop_assert_eq!(drawn, shown);
        }
        prop_assert_eq!(cells.total(from_zoom), 0);
    }
}

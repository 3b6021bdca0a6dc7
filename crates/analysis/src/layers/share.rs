//! What part of each parcel lies in each zone, and how much ground that is.

use crate::overlay::authalic::EqualArea;
use crate::overlay::{Layer, Point, Polygon, Refused, Shapes, ellipsoid, overlap_areas, self_overlaps};

/// A parcel's part in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Which zone.
    pub zone: usize,
    /// Which part of the parcel, from 0 to 1.
    pub share: f64,
    /// How much ground, in square metres on the CGCS2000 ellipsoid.
    pub area_m2: f64,
}

/// For every parcel its own ellipsoidal area and its parts, in the order of the zones.
///
/// Shares are areas in a plane that keeps areas; the ground is the share of the parcel's own area. Between
/// two vertices a boundary is straight in that plane, which for a parcel is so along the geodesic, and for
/// an edge of ten kilometres runs within two metres of it.
pub fn parts(
    parcels: &[Vec<Polygon>],
    zones: &[Vec<Polygon>],
    threads: usize,
) -> Result<Vec<(f64, Vec<Part>)>, Refused> {
    let Some(centre) = centre(parcels) else { return Ok(vec![(0.0, Vec::new()); parcels.len()]) };
    let plane = EqualArea::around(centre);
    let zones = lay(&plane, zones)?;
    let layer = Layer::new(vec![String::new(); zones.len()], &zones, threads)?;
    let found = overlap_areas(&lay(&plane, parcels)?, &layer, threads);
    let of = |(at, parcel): (usize, &Vec<Polygon>)| {
        let area_m2 = ellipsoid::area(parcel);
        let part = |(zone, share): (u32, f64)| Part { zone: zone as usize, share, area_m2: share * area_m2 };
        (area_m2, found.shares(at).map(part).collect())
    };
    Ok(parcels.iter().enumerate().map(of).collect())
}

/// Zones that lie on each other: which two, and how much ground in square metres.
///
/// Less than a square centimetre is what rounding leaves of common boundaries.
pub fn doubled(zones: &[Vec<Polygon>], threads: usize) -> Result<Vec<(usize, usize, f64)>, Refused> {
    /// Square metres.
    const NOTHING: f64 = 1e-4;
    let Some(centre) = centre(zones) else { return Ok(Vec::new()) };
    let zones = lay(&EqualArea::around(centre), zones)?;
    let layer = Layer::new(vec![String::new(); zones.len()], &zones, threads)?;
    let found = self_overlaps(&zones, &layer, threads).into_iter().filter(|doubled| doubled.area > NOTHING);
    Ok(found.map(|doubled| (doubled.zone as usize, doubled.other as usize, doubled.area)).collect())
}

fn lay(plane: &EqualArea, shapes: &[Vec<Polygon>]) -> Result<Shapes, Refused> {
    let mut laid = Shapes::new();
    shapes.iter().try_for_each(|polygons| laid.push(&plane.lay(polygons)))?;
    Ok(laid)
}

/// The middle of the box around all shapes, near the first of them.
fn centre(shapes: &[Vec<Polygon>]) -> Option<Point> {
    let points = || shapes.iter().flatten().flatten().flatten();
    let first = points().next()?[0];
    let near = |longitude: f64| longitude - 360.0 * ((longitude - first) / 360.0).round();
    let start = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    let [low, high] = points().fold(start, |[low, high], point| {
        let point = [near(point[0]), point[1]];
        [[low[0].min(point[0]), low[1].min(point[1])], [high[0].max(point[0]), high[1].max(point[1])]]
    });
    Some([low[0].midpoint(high[0]), low[1].midpoint(high[1])])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Vec<Polygon> {
        let (east, north) = (west + side, south + side);
        vec![vec![vec![[west, south], [east, south], [east, north], [west, north], [west, south]]]]
    }

    #[test]
    fn shares_and_ground() {
        let parcels = [square(116.3, 39.9, 0.002), square(116.31, 39.9, 0.002), square(117.0, 39.9, 0.002)];
        let zones = [square(116.301, 39.8, 0.2), square(116.309, 39.89, 0.02)];
        let found = parts(&parcels, &zones, 1).expect("sound");
        let [part] = found[0].1.as_slice() else { panic!("{found:?}") };
        assert!((part.share - 0.5).abs() < 1e-9, "{part:?}");
        assert!((part.area_m2 / found[0].0 - 0.5).abs() < 1e-9);
        // Wholly in both zones.
        assert_eq!(
            found[1].1.iter().map(|part| (part.zone, part.share)).collect::<Vec<_>>(),
            [(0, 1.0), (1, 1.0)]
        );
        assert!(found[2].1.is_empty() && found[2].0 > 30_000.0);
        assert_eq!(parts(&[], &zones, 1).expect("nothing"), []);
    }

    #[test]
    fn zones_that_lie_on_each_other_are_told() {
        let beside = [square(116.3, 39.9, 0.01), square(116.31, 39.9, 0.01)];
        assert_eq!(doubled(&beside, 1).expect("sound"), []);
        let found = doubled(&[square(116.3, 39.9, 0.01), square(116.305, 39.9, 0.01)], 1).expect("sound");
        let [(0, 1, area)] = found.as_slice() else { panic!("{found:?}") };
        assert!((area / ellipsoid::area(&square(116.3, 39.9, 0.01)) - 0.5).abs() < 1e-6, "{area}");
    }

    #[test]
    fn across_the_antimeridian() {
        let across = vec![vec![vec![
            [179.99, 10.0],
            [-179.99, 10.0],
            [-179.99, 10.02],
            [179.99, 10.02],
            [179.99, 10.0],
        ]]];
        let east = square(-180.0, 9.0, 2.0);
        let found = parts(&[across], &[east], 1).expect("sound");
        assert!((found[0].1[0].share - 0.5).abs() < 1e-9, "{found:?}");
    }
}

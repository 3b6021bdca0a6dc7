//! Well-known binary, as ISO and as `PostGIS` spell it: polygons and multipolygons, heights left out.

use super::Trouble;
use super::bytes::{Broken, Bytes};
use crate::overlay::{Point, Polygon, Ring};

const POLYGON: u32 = 3;
const MULTIPOLYGON: u32 = 6;
const COLLECTION: u32 = 7;
const NAMES: [&str; 7] =
    ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"];
/// Collections within collections: no file means more.
const DEEPEST: usize = 8;

enum Fault {
    Broken,
    Kind(String),
}

impl From<Broken> for Fault {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

/// Reads a shape; empty where the geometry is. Anything else than polygons is a trouble.
pub fn read(wkb: &[u8]) -> Result<Vec<Polygon>, Trouble> {
    let mut polygons = Vec::new();
    let mut bytes = Bytes::new(wkb);
    geometry(&mut bytes, &mut polygons, 0).map_err(|fault| match fault {
        Fault::Broken => Trouble::new("layer_bad_geometry"),
        Fault::Kind(kind) => Trouble::new("layer_not_polygons").with("kind", kind),
    })?;
    Ok(polygons)
}

fn geometry(bytes: &mut Bytes<'_>, polygons: &mut Vec<Polygon>, depth: usize) -> Result<(), Fault> {
    bytes.little = match bytes.take()? {
        [0] => false,
        [1] => true,
        _ => return Err(Fault::Broken),
    };
    let code = bytes.integer()?;
    // PostGIS marks Z, M and an SRID in the high bits; ISO adds thousands.
    if code & 0x2000_0000 != 0 {
        bytes.integer()?;
    }
    let plain = code & 0x0FFF_FFFF;
    let extra = match plain / 1000 {
        0 => usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0),
        1 | 2 => 1,
        3 => 2,
        _ => return Err(Fault::Broken),
    };
    match plain % 1000 {
        POLYGON => polygons.push(rings(bytes, extra)?),
        MULTIPOLYGON | COLLECTION if depth < DEEPEST => {
            for _ in 0..bytes.count(9)? {
                geometry(bytes, polygons, depth + 1)?;
            }
        }
        other => {
            let name = (other as usize).checked_sub(1).and_then(|at| NAMES.get(at));
            return Err(Fault::Kind(name.map_or_else(|| format!("type {other}"), |name| (*name).to_owned())));
        }
    }
    Ok(())
}

fn rings(bytes: &mut Bytes<'_>, extra: usize) -> Result<Polygon, Broken> {
    let count = bytes.count(4)?;
    let mut rings = Vec::with_capacity(count);
    for _ in 0..count {
        let many = bytes.count(16 + 8 * extra)?;
        let mut ring = Ring::with_capacity(many);
        for _ in 0..many {
            let point: Point = [bytes.double()?, bytes.double()?];
            bytes.slice(8 * extra)?;
            ring.push(point);
        }
        rings.push(ring);
    }
    // A polygon without rings is the empty one.
    Ok(rings)
}

/// Writes a multipolygon, little-endian.
pub fn write(polygons: &[Polygon]) -> Vec<u8> {
    fn head(bytes: &mut Vec<u8>, kind: u32, parts: usize) {
        bytes.push(1);
        bytes.extend(kind.to_le_bytes());
        bytes.extend((parts as u32).to_le_bytes());
    }
    let mut bytes = Vec::new();
    head(&mut bytes, MULTIPOLYGON, polygons.len());
    for rings in polygons {
        head(&mut bytes, POLYGON, rings.len());
        for ring in rings {
            bytes.extend((ring.len() as u32).to_le_bytes());
            bytes.extend(ring.iter().flatten().flat_map(|value| value.to_le_bytes()));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Vec<Polygon> {
        let square = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]];
        vec![vec![square.clone(), square.clone()], vec![square]]
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&write(&shape())), Ok(shape()));
        assert_eq!(read(&write(&[])), Ok(Vec::new()));
    }

    #[test]
    fn heights_are_left_out_in_both_spellings() {
        let ring: Vec<u8> = [0.0f64, 1.0, 9.0, 2.0, 3.0, 9.0].iter().flat_map(|v| v.to_be_bytes()).collect();
        for code in [1003u32, 0x8000_0003] {
            let mut bytes = vec![0];
            bytes.extend(code.to_be_bytes());
            bytes.extend(1u32.to_be_bytes());
            bytes.extend(2u32.to_be_bytes());
            bytes.extend(&ring);
            assert_eq!(read(&bytes), Ok(vec![vec![vec![[0.0, 1.0], [2.0, 3.0]]]]));
        }
    }

    #[test]
    fn what_is_no_polygon_is_named_and_damage_is_told() {
        let point = [&[1u8][..], &1u32.to_le_bytes(), &[0; 16]].concat();
        let trouble = read(&point).expect_err("a point");
        assert_eq!((trouble.key, trouble.values[0].1.as_str()), ("layer_not_polygons", "Point"));
        let whole = write(&shape());
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length}");
        }
        let mut huge = whole;
        huge[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&huge).expect_err("damaged").key, "layer_bad_geometry");
    }
}

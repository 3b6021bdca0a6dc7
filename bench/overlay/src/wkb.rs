//! Polygons and multipolygons in well-known binary, each after its length in four bytes.

use landcycle_analysis::overlay::{Polygon, Shapes};

use crate::Failure;

/// Reads all shapes of a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Shapes, Failure> {
    let mut shapes = Shapes::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = whole(&mut rest)? as usize;
        let (mut shape, after) = rest.split_at_checked(length).ok_or("a shape is cut short")?;
        shapes.push(&geometry(&mut shape)?)?;
        rest = after;
    }
    Ok(shapes)
}

fn geometry(rest: &mut &[u8]) -> Result<Vec<Polygon>, Failure> {
    if take::<1>(rest)? != [1] {
        return Err("not the byte order of this program".into());
    }
    match whole(rest)? {
        3 => Ok(vec![polygon(rest)?]),
        6 => {
            let parts = (0..whole(rest)?).map(|_| geometry(rest)).collect::<Result<Vec<_>, _>>()?;
            Ok(parts.into_iter().flatten().collect())
        }
        other => Err(format!("geometry of type {other}").into()),
    }
}

fn polygon(rest: &mut &[u8]) -> Result<Polygon, Failure> {
    let point = |rest: &mut &[u8]| -> Result<[f64; 2], Failure> {
        Ok([f64::from_le_bytes(take(rest)?), f64::from_le_bytes(take(rest)?)])
    };
    let rings = whole(rest)?;
    (0..rings).map(|_| (0..whole(rest)?).map(|_| point(rest)).collect()).collect()
}

fn whole(rest: &mut &[u8]) -> Result<u32, Failure> {
    Ok(u32::from_le_bytes(take(rest)?))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Failure> {
    let (first, after) = rest.split_first_chunk::<N>().ok_or("a shape is cut short")?;
    *rest = after;
    Ok(*first)
}

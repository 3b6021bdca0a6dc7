//! Shapefiles: outlines from `.shp`, attributes from `.dbf`, the reference system from `.prj`.

use super::bytes::{Broken, Bytes};
use super::{Collection, Declared, Feature, Trouble, dbf};
use crate::overlay::validate::within;
use crate::overlay::{Polygon, Ring, planar_area};

const FILE_CODE: u32 = 9994;
const NULL: u32 = 0;
/// Polygons, plain, with heights, and with measures.
const POLYGONS: [u32; 3] = [5, 15, 25];

/// The files of a shapefile.
#[derive(Clone, Copy, Debug)]
pub struct Shapefile<'a> {
    /// Outlines.
    pub shp: &'a [u8],
    /// Attributes; without them features have none.
    pub dbf: Option<&'a [u8]>,
    /// The reference system as well-known text.
    pub prj: Option<&'a str>,
    /// The encoding of the attributes.
    pub cpg: Option<&'a str>,
}

/// Reads a shapefile.
pub fn read(files: &Shapefile<'_>) -> Result<Collection, Trouble> {
    let declared = files.prj.map_or(Declared::Nothing, Declared::wkt);
    let shapes = shapes(files.shp)?;
    let rows = match files.dbf {
        Some(dbf) => dbf::rows(dbf, files.cpg)?,
        None => vec![Some(super::Attributes::new()); shapes.len()],
    };
    if rows.len() != shapes.len() {
        let trouble = Trouble::new("layer_rows_differ");
        return Err(trouble.with("shapes", shapes.len()).with("rows", rows.len()));
    }
    let feature = |(polygons, row): (Vec<Polygon>, Option<super::Attributes>)| {
        row.map(|attributes| Feature { id: None, attributes, polygons })
    };
    Ok(Collection { features: shapes.into_iter().zip(rows).filter_map(feature).collect(), declared })
}

fn shapes(shp: &[u8]) -> Result<Vec<Vec<Polygon>>, Trouble> {
    let broken = |Broken| Trouble::new("layer_file_broken").with("part", ".shp");
    let mut bytes = Bytes::new(shp);
    bytes.little = false;
    if bytes.integer() != Ok(FILE_CODE) {
        return Err(broken(Broken));
    }
    bytes.slice(96).map_err(broken)?;
    let mut shapes = Vec::new();
    while !bytes.rest.is_empty() {
        bytes.little = false;
        bytes.integer().map_err(broken)?;
        let words = bytes.integer().map_err(broken)? as usize;
        let record = bytes.slice(words.saturating_mul(2)).map_err(broken)?;
        let mut record = Bytes::new(record);
        let kind = record.integer().map_err(broken)?;
        shapes.push(match kind {
            NULL => Vec::new(),
            kind if POLYGONS.contains(&kind) => assemble(rings(record).map_err(broken)?),
            kind => {
                let trouble = Trouble::new("layer_not_polygons").with("kind", format!("shape type {kind}"));
                return Err(trouble.of(shapes.len() + 1, ""));
            }
        });
    }
    Ok(shapes)
}

fn rings(mut record: Bytes<'_>) -> Result<Vec<Ring>, Broken> {
    record.slice(32)?;
    let parts = record.integer()? as usize;
    let points = record.integer()? as usize;
    if parts > record.rest.len() / 4 || points > record.rest.len() / 16 {
        return Err(Broken);
    }
    let mut starts =
        (0..parts).map(|_| Ok(record.integer()? as usize)).collect::<Result<Vec<_>, Broken>>()?;
    let all =
        (0..points).map(|_| Ok([record.double()?, record.double()?])).collect::<Result<Ring, Broken>>()?;
    starts.push(points);
    starts.windows(2).map(|pair| all.get(pair[0]..pair[1]).map(<[_]>::to_vec).ok_or(Broken)).collect()
}

/// Rings that run clockwise bound polygons, others are holes of the smallest of these that holds them. One
/// that lies in none bounds a polygon: it was drawn the wrong way round.
fn assemble(rings: Vec<Ring>) -> Vec<Polygon> {
    let mut polygons: Vec<Polygon> = Vec::new();
    let mut holes = Vec::new();
    for ring in rings {
        if planar_area(&ring) > 0.0 {
            holes.push(ring);
        } else {
            polygons.push(vec![ring]);
        }
    }
    let outers = polygons.len();
    for hole in holes {
        let around = (0..outers).filter(|at| within(&hole, &polygons[*at][0]) != Some(false));
        let size = |at: &usize| planar_area(&polygons[*at][0]).abs();
        match around.min_by(|a, b| size(a).total_cmp(&size(b))) {
            Some(at) => polygons[at].push(hole),
            None => polygons.push(vec![hole]),
        }
    }
    polygons
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shapefile's outlines, each given by its rings.
    fn shp(shapes: &[Vec<Ring>]) -> Vec<u8> {
        let mut bytes = FILE_CODE.to_be_bytes().to_vec();
        bytes.extend([0; 96]);
        for (at, rings) in shapes.iter().enumerate() {
            let points: usize = rings.iter().map(Vec::len).sum();
            let words = if rings.is_empty() { 2 } else { (44 + 4 * rings.len() + 16 * points) / 2 };
            bytes.extend((at as u32 + 1).to_be_bytes());
            bytes.extend((words as u32).to_be_bytes());
            if rings.is_empty() {
                bytes.extend(NULL.to_le_bytes());
                continue;
            }
            bytes.extend(POLYGONS[0].to_le_bytes());
            bytes.extend([0; 32]);
            bytes.extend((rings.len() as u32).to_le_bytes());
            bytes.extend((points as u32).to_le_bytes());
            let mut start = 0u32;
            for ring in rings {
                bytes.extend(start.to_le_bytes());
                start += ring.len() as u32;
            }
            bytes.extend(rings.iter().flatten().flatten().flat_map(|value| value.to_le_bytes()));
        }
        bytes
    }

    fn clockwise(low: f64, high: f64) -> Ring {
        vec![[low, low], [low, high], [high, high], [high, low], [low, low]]
    }

    fn turned(mut ring: Ring) -> Ring {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_find_their_polygon_and_rows_their_shape() {
        let hole = turned(clockwise(1.0, 2.0));
        let shapes = [
            vec![hole.clone(), clockwise(20.0, 30.0), clockwise(0.0, 9.0)],
            vec![],
            vec![turned(clockwise(0.0, 1.0))],
        ];
        let table = dbf::tests::table(&[(b"n", b'N', 4, 0)], &[vec![b"1"], vec![b"2"], vec![b"3"]], 0);
        let bytes = shp(&shapes);
        let files = Shapefile { shp: &bytes, dbf: Some(&table), prj: None, cpg: None };
        let found = read(&files).expect("read");
        assert_eq!(found.declared, Declared::Nothing);
        assert_eq!(
            found.features[0].polygons,
            [vec![clockwise(20.0, 30.0)], vec![clockwise(0.0, 9.0), hole]]
        );
        assert!(found.features[1].polygons.is_empty());
        assert_eq!(found.features[2].polygons, [vec![turned(clockwise(0.0, 1.0))]]);
        assert_eq!(found.features[2].attributes["n"], 3);
        let short = dbf::tests::table(&[(b"n", b'N', 4, 0)], &[vec![b"1"]], 0);
        let files = Shapefile { dbf: Some(&short), ..files };
        assert_eq!(read(&files).expect_err("rows").key, "layer_rows_differ");
        for length in 0..bytes.len() {
            let _ = read(&Shapefile { shp: &bytes[..length], dbf: None, prj: None, cpg: None });
        }
    }
}

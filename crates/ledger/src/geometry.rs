//! Outlines of parcels, and their form in a `GeoPackage`: a small header, then well-known binary.
//!
//! Coordinates are (longitude, latitude) in degrees on CGCS2000, EPSG:4490. What is written is
//! always a multipolygon, so that the layer has one geometry type; a polygon drawn by a GIS program
//! is read as well. This is the one place in the crate where `f64` is at home.

/// Longitude and latitude in degrees.
pub type Position = (f64, f64);

/// A closed line: the last position repeats the first.
pub type Ring = Vec<Position>;

/// The spatial reference system of every outline: CGCS2000, geographic.
pub(crate) const EPSG: i32 = 4490;

/// One or more polygons; of each, the first ring is the outer one and the others are holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    polygons: Vec<Vec<Ring>>,
}

/// Why something is no outline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// No polygon, or a polygon without a ring.
    #[error("a polygon has no ring")]
    Empty,
    /// A ring of fewer than three corners.
    #[error("a ring has fewer than three corners")]
    TooFewCorners,
    /// A position that lies nowhere on Earth, as when axes are swapped or coordinates are projected.
    #[error("a position is not a longitude and latitude in degrees")]
    OffEarth,
    /// The bytes are not a two-dimensional polygon or multipolygon of a `GeoPackage`.
    #[error("the bytes are not a two-dimensional polygon or multipolygon of a GeoPackage")]
    Form,
}

/// The smallest box around an outline: least and greatest longitude, least and greatest latitude.
pub(crate) type Envelope = [f64; 4];

impl Geometry {
    /// An outline of one polygon: the outer ring, then holes. Open rings are closed.
    pub fn polygon(rings: Vec<Ring>) -> Result<Self, GeometryError> {
        Self::multi(vec![rings])
    }

    /// An outline of several polygons. Open rings are closed.
    pub fn multi(mut polygons: Vec<Vec<Ring>>) -> Result<Self, GeometryError> {
        if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
            return Err(GeometryError::Empty);
        }
        for ring in polygons.iter_mut().flatten() {
            let on_earth =
                |&(lon, lat): &Position| (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
            if !ring.iter().all(on_earth) {
                return Err(GeometryError::OffEarth);
            }
            if let Some(first) = ring.first().copied()
                && ring.last() != Some(&first)
            {
                ring.push(first);
            }
            if ring.len() < 4 {
                return Err(GeometryError::TooFewCorners);
            }
        }
        Ok(Self { polygons })
    }

    /// The polygons, each a list of rings; the shape of a `GeoJSON` `MultiPolygon`'s coordinates.
    pub fn polygons(&self) -> &[Vec<Ring>] {
        &self.polygons
    }

    /// The smallest box around it.
    pub(crate) fn envelope(&self) -> Envelope {
        let start = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        self.polygons
            .iter()
            .flatten()
            .flatten()
            .fold(start, |e, &(lon, lat)| [e[0].min(lon), e[1].max(lon), e[2].min(lat), e[3].max(lat)])
    }

    /// The blob of a `GeoPackage`: header with envelope, then little-endian WKB.
    pub(crate) fn to_blob(&self) -> Vec<u8> {
        let mut blob = head_of(self.envelope());
        self.put_wkb(&mut blob);
        blob
    }

    /// Little-endian well-known binary, as `PostGIS` takes it.
    pub(crate) fn to_wkb(&self) -> Vec<u8> {
        let mut wkb = Vec::new();
        self.put_wkb(&mut wkb);
        wkb
    }

    fn put_wkb(&self, bytes: &mut Vec<u8>) {
        put_head(bytes, MULTIPOLYGON, self.polygons.len());
        for polygon in &self.polygons {
            put_head(bytes, POLYGON, polygon.len());
            for ring in polygon {
                bytes.extend((ring.len() as u32).to_le_bytes());
                for &(lon, lat) in ring {
                    bytes.extend(lon.to_le_bytes());
                    bytes.extend(lat.to_le_bytes());
                }
            }
        }
    }

    /// Reads a blob; `None` for the empty geometry, which says as much as none.
    pub(crate) fn from_blob(blob: &[u8]) -> Result<Option<Self>, GeometryError> {
        wkb_of(blob)?.map_or(Ok(None), Self::from_wkb)
    }

    /// Reads well-known binary; `None` for the empty geometry.
    pub(crate) fn from_wkb(wkb: &[u8]) -> Result<Option<Self>, GeometryError> {
        let mut bytes = Bytes { rest: wkb, little: true };
        let polygons = match bytes.head()? {
            POLYGON => vec![bytes.rings()?],
            MULTIPOLYGON => {
                let count = bytes.count(MIN_POLYGON)?;
                let mut polygons = Vec::with_capacity(count);
                for _ in 0..count {
                    if bytes.head()? != POLYGON {
                        return Err(GeometryError::Form);
                    }
                    polygons.push(bytes.rings()?);
                }
                polygons
            }
            _ => return Err(GeometryError::Form),
        };
        if polygons.is_empty() {
            return Ok(None);
        }
        Self::multi(polygons).map(Some)
    }
}

/// The head of a blob with a box, then little-endian.
fn head_of(envelope: Envelope) -> Vec<u8> {
    // Bit 0: little-endian; bits 1 to 3: the envelope has two dimensions.
    const FLAGS: u8 = 0b0000_0011;
    let mut head = vec![b'G', b'P', 0, FLAGS];
    head.extend(EPSG.to_le_bytes());
    head.extend(envelope.into_iter().flat_map(f64::to_le_bytes));
    head
}

/// The blob of an outline that is well-known binary already.
pub(crate) fn blob_of(wkb: &[u8], envelope: Envelope) -> Vec<u8> {
    let mut blob = head_of(envelope);
    blob.extend(wkb);
    blob
}

/// The well-known binary in a blob; nothing for the empty geometry.
pub(crate) fn wkb_of(blob: &[u8]) -> Result<Option<&[u8]>, GeometryError> {
    let mut bytes = Bytes { rest: blob, little: true };
    let flags = header(&mut bytes)?;
    let envelope_doubles = match (flags & ENVELOPE) >> 1 {
        0 => 0,
        1 => 4,
        2 | 3 => 6,
        4 => 8,
        _ => return Err(GeometryError::Form),
    };
    bytes.take_slice(envelope_doubles * 8)?;
    Ok(if flags & EMPTY != 0 { None } else { Some(bytes.rest) })
}

const POLYGON: u32 = 3;
const MULTIPOLYGON: u32 = 6;
/// Flag of an empty geometry.
const EMPTY: u8 = 0b0001_0000;
/// Flags of the envelope's form; zeros where there is none.
const ENVELOPE: u8 = 0b0000_1110;
/// Fewest bytes of a polygon in WKB: byte order, type, number of rings.
const MIN_POLYGON: usize = 9;

fn put_head(blob: &mut Vec<u8>, kind: u32, parts: usize) {
    blob.push(1);
    blob.extend(kind.to_le_bytes());
    blob.extend((parts as u32).to_le_bytes());
}

/// Reads magic, version, flags and reference system; gives the flags.
fn header(bytes: &mut Bytes<'_>) -> Result<u8, GeometryError> {
    let [b'G', b'P', 0, flags] = bytes.take()? else {
        return Err(GeometryError::Form);
    };
    bytes.little = flags & 1 == 1;
    bytes.take::<4>()?;
    Ok(flags)
}

/// The envelope of a blob: from its header, where GIS programs and we put it, else from its
/// positions. `None` for the empty geometry.
pub(crate) fn envelope_of(blob: &[u8]) -> Result<Option<Envelope>, GeometryError> {
    let mut bytes = Bytes { rest: blob, little: true };
    let flags = header(&mut bytes)?;
    if flags & EMPTY != 0 {
        return Ok(None);
    }
    if flags & ENVELOPE == 0 {
        return Ok(Geometry::from_blob(blob)?.map(|geometry| geometry.envelope()));
    }
    Ok(Some([bytes.double()?, bytes.double()?, bytes.double()?, bytes.double()?]))
}

/// Bytes being read.
struct Bytes<'a> {
    rest: &'a [u8],
    little: bool,
}

impl<'a> Bytes<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], GeometryError> {
        let (first, rest) = self.rest.split_first_chunk().ok_or(GeometryError::Form)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take_slice(&mut self, length: usize) -> Result<&'a [u8], GeometryError> {
        let (first, rest) = self.rest.split_at_checked(length).ok_or(GeometryError::Form)?;
        self.rest = rest;
        Ok(first)
    }

    fn integer(&mut self) -> Result<u32, GeometryError> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn double(&mut self) -> Result<f64, GeometryError> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// Byte order and type of a geometry.
    fn head(&mut self) -> Result<u32, GeometryError> {
        self.little = match self.take()? {
            [0] => false,
            [1] => true,
            _ => return Err(GeometryError::Form),
        };
        self.integer()
    }

    /// A number of parts of at least `bytes_each`: a damaged count must not ask for all memory.
    fn count(&mut self, bytes_each: usize) -> Result<usize, GeometryError> {
        let count = self.integer()? as usize;
        if count > self.rest.len() / bytes_each { Err(GeometryError::Form) } else { Ok(count) }
    }

    fn rings(&mut self) -> Result<Vec<Ring>, GeometryError> {
        let count = self.count(4)?;
        let mut rings = Vec::with_capacity(count);
        for _ in 0..count {
            let corners = self.count(16)?;
            let mut ring = Vec::with_capacity(corners);
            for _ in 0..corners {
                ring.push((self.double()?, self.double()?));
            }
            rings.push(ring);
        }
        Ok(rings)
    }
}

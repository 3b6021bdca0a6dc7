//! What each parcel shares with the zones in force: kept in the store with what it was computed from, and
//! computed anew by whoever asks when parcels or layers are not those any more.

use std::path::Path;

use jiff::civil::Date;
use landcycle_analysis::layers::parts;
use landcycle_analysis::overlay::Polygon;
use landcycle_ledger::{Geometry, Ledger, LedgerError, ParcelPart, Store};
use sha2::{Digest, Sha256};

use super::{Edition, editions, feature, in_force, zones_of};
use crate::assessment::default_threads;
use crate::say::Failure;
use crate::store;

/// Parcels read at once.
const PAGE: usize = 5_000;

/// Parts that are those of the store as it is.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    /// The editions in force on the day.
    pub(crate) editions: Vec<Edition>,
    /// In the order of parcels, layers and zones.
    pub(crate) parts: Vec<ParcelPart>,
    /// Parcels with an outline.
    pub(crate) parcels: usize,
    /// Whether they had to be computed.
    pub(crate) computed: bool,
}

/// The parts of all parcels on a day. What was computed is kept, if the store may be written; a reader that
/// may not gets it all the same.
pub(crate) fn fresh(path: &Path, day: Date) -> Result<Fresh, Failure> {
    let failed = |error| store::failure(path, &error);
    let ledger = store::open_to_read(path)?;
    let all = editions(&ledger).map_err(failed)?;
    let editions: Vec<Edition> = in_force(&all, day).into_iter().cloned().collect();
    let outlines = Outlines::read(&ledger).map_err(failed)?;
    let parcels = outlines.cases.len();
    let computed_from = computed_from(&editions, &outlines.digest);
    if ledger.parts_of().map_err(failed)?.as_deref() == Some(&computed_from) {
        let parts = ledger.parts(None).map_err(failed)?;
        return Ok(Fresh { editions, parts, parcels, computed: false });
    }
    let parts = compute(&ledger, &store::name(path), &editions, &outlines)?;
    drop(ledger);
    if let Ok(mut ledger) = store::open(path) {
        // Another writer or a read-only place: the next reader computes again.
        let _ = ledger.set_parts(&computed_from, &parts);
    }
    Ok(Fresh { editions, parts, parcels, computed: true })
}

/// What parts depend on: the editions in force and the outlines, not the day itself.
fn computed_from(editions: &[Edition], outlines: &str) -> String {
    let mut text = format!("parts/1 outlines {outlines}");
    for edition in editions {
        text.push_str(&format!("; {} {} {}", edition.name, edition.number, edition.digest));
    }
    text
}

struct Outlines {
    cases: Vec<String>,
    shapes: Vec<Vec<Polygon>>,
    digest: String,
}

impl Outlines {
    fn read(ledger: &Store) -> Result<Self, LedgerError> {
        let mut found = Self { cases: Vec::new(), shapes: Vec::new(), digest: String::new() };
        let mut sum = Sha256::new();
        let mut last: Option<String> = None;
        loop {
            let page = ledger.parcels_after(last.as_deref(), PAGE)?;
            let Some(end) = page.last() else { break };
            last = Some(end.case_id.clone());
            for row in page {
                let Some(geometry) = row.geometry else { continue };
                sum.update((row.case_id.len() as u64).to_be_bytes());
                sum.update(row.case_id.as_bytes());
                found.shapes.push(polygons(&geometry, &mut sum));
                found.cases.push(row.case_id);
            }
        }
        found.digest = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(found)
    }
}

/// An outline as the overlay takes it, its content added to a digest.
fn polygons(geometry: &Geometry, sum: &mut Sha256) -> Vec<Polygon> {
    let mut shape = Vec::with_capacity(geometry.polygons().len());
    for rings in geometry.polygons() {
        sum.update((rings.len() as u64).to_be_bytes());
        let mut polygon = Vec::with_capacity(rings.len());
        for ring in rings {
            sum.update((ring.len() as u64).to_be_bytes());
            for (x, y) in ring {
                sum.update(x.to_bits().to_be_bytes());
                sum.update(y.to_bits().to_be_bytes());
            }
            polygon.push(ring.iter().map(|(x, y)| [*x, *y]).collect());
        }
        shape.push(polygon);
    }
    shape
}

fn compute(
    ledger: &Store,
    name: &str,
    editions: &[Edition],
    outlines: &Outlines,
) -> Result<Vec<ParcelPart>, Failure> {
    let mut shapes = Vec::new();
    let mut zones = Vec::new();
    for (at, edition) in editions.iter().enumerate() {
        for zone in zones_of(ledger, name, edition)?.zones {
            shapes.push(feature(&zone).polygons);
            zones.push((at, zone.place, zone.level));
        }
    }
    let found = parts(&outlines.shapes, &shapes, default_threads());
    let found = found.map_err(|why| Failure::new("layer_overlay_failed", &[("why", &why.to_string())]))?;
    let mut all = Vec::new();
    for (case_id, (parcel_m2, parts)) in outlines.cases.iter().zip(found) {
        for part in parts {
            let (edition, place, level) = &zones[part.zone];
            let edition = &editions[*edition];
            all.push(ParcelPart {
                case_id: case_id.clone(),
                layer: edition.name.clone(),
                edition: edition.number,
                place: *place,
                level: level.clone(),
                share: part.share,
                area_m2: part.area_m2,
                parcel_m2,
            });
        }
    }
    Ok(all)
}

//! Zones of layers as rows, a view for each edition, and the table of what parcels share with them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{read, write};
use crate::error::LedgerError;
use crate::geometry::{Envelope, Geometry};
use crate::layer::{LayerZones, ParcelPart, ViewType, Zone};

/// Meta entry: what the parts were computed from. The ledger's own, so that it is not carried along.
pub(super) const PARTS_OF: &str = "ledger.parts_of";

/// Columns of every view.
const OWN: [&str; 5] = ["OGC_FID", "geom", "place", "zone_id", "level"];

/// Puts an edition into its table and makes its view.
pub(super) fn put(
    transaction: &Transaction<'_>,
    zones: &LayerZones,
) -> Result<Option<Envelope>, LedgerError> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO layer_zone (geom, layer, edition, place, zone_id, level, title, attributes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut extent = None;
    for zone in &zones.zones {
        extent = Some(write::join(extent, zone.geometry.envelope()));
        statement.execute(params![
            zone.geometry.to_blob(),
            zones.layer,
            zones.edition,
            zone.place,
            zone.zone_id,
            zone.level,
            zones.title,
            zone.attributes,
        ])?;
    }
    let view = zones.view();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut columns = "fid AS OGC_FID, geom, place, zone_id, level".to_owned();
    for (name, column, kind) in zones.columns(&OWN) {
        let value = format!("json_extract(attributes, {})", text(&format!("$.\"{name}\"")));
        let cast = match kind {
            ViewType::Integer | ViewType::YesNo => format!("CAST({value} AS INTEGER)"),
            ViewType::Real => format!("CAST({value} AS REAL)"),
            ViewType::Text | ViewType::Unknown => format!("CAST({value} AS TEXT)"),
        };
        columns.push_str(&format!(", {cast} AS {}", quoted(&column)));
    }
    transaction.execute_batch(&format!(
        "CREATE VIEW {} AS SELECT {columns} FROM layer_zone WHERE layer = {} AND edition = {}",
        quoted(&view),
        text(&zones.layer),
        zones.edition
    ))?;
    let [west, east, south, north] = extent.unwrap_or_default();
    transaction.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, max_x, \
         min_y, max_y, srs_id) VALUES (?1, 'features', ?1, ?2, '1970-01-01T00:00:00.000Z', ?3, ?4, ?5, ?6, 4490)",
        params![view, zones.title, west, east, south, north],
    )?;
    transaction.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'MULTIPOLYGON', 4490, 0, 0)",
        [view],
    )?;
    Ok(extent)
}

/// All editions, by name and number.
pub(super) fn editions(connection: &Connection) -> Result<Vec<(String, i64)>, LedgerError> {
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT layer, edition FROM layer_zone ORDER BY layer, edition")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// One edition.
pub(super) fn zones(
    connection: &Connection,
    layer: &str,
    edition: i64,
) -> Result<Option<LayerZones>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT place, zone_id, level, attributes, geom, title FROM layer_zone \
         WHERE layer = ?1 AND edition = ?2 ORDER BY place",
    )?;
    let mut rows = statement.query(params![layer, edition])?;
    let mut found = LayerZones { layer: layer.to_owned(), edition, title: String::new(), zones: Vec::new() };
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        let unreadable =
            |why| LedgerError::Geometry { case_id: format!("{layer} {edition}, zone {place}"), why };
        let blob = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
        let geometry = Geometry::from_blob(blob).map_err(unreadable)?;
        found.title = row.get(5)?;
        found.zones.push(Zone {
            place,
            zone_id: row.get(1)?,
            level: row.get(2)?,
            attributes: row.get(3)?,
            geometry: geometry.ok_or(crate::GeometryError::Empty).map_err(unreadable)?,
        });
    }
    Ok((!found.zones.is_empty()).then_some(found))
}

/// What the parts were computed from, if they were.
pub(super) fn parts_of(connection: &Connection) -> Result<Option<String>, LedgerError> {
    read::meta(connection, PARTS_OF)
}

/// The parts of one parcel or of all.
pub(super) fn parts(connection: &Connection, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id, layer, edition, place, level, share, area_m2, parcel_m2 FROM parcel_layers \
         WHERE ?1 IS NULL OR case_id = ?1 ORDER BY fid",
    )?;
    let part = |row: &Row<'_>| {
        Ok(ParcelPart {
            case_id: row.get(0)?,
            layer: row.get(1)?,
            edition: row.get(2)?,
            place: row.get(3)?,
            level: row.get(4)?,
            share: row.get(5)?,
            area_m2: row.get(6)?,
            parcel_m2: row.get(7)?,
        })
    };
    Ok(statement.query_map([case_id], part)?.collect::<Result<_, _>>()?)
}

/// Puts computed parts in the place of those that are there, in one transaction.
pub(super) fn set_parts(
    connection: &mut Connection,
    computed_from: &str,
    parts: &[ParcelPart],
) -> Result<(), LedgerError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("DELETE FROM parcel_layers", [])?;
    {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO parcel_layers (case_id, layer, edition, place, level, share, area_m2, parcel_m2) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for part in parts {
            statement.execute(params![
                part.case_id,
                part.layer,
                part.edition,
                part.place,
                part.level,
                part.share,
                part.area_m2,
                part.parcel_m2
            ])?;
        }
    }
    write::put_meta(&transaction, PARTS_OF, computed_from)?;
    transaction.commit()?;
    Ok(())
}

/// Whether an edition is there already: rows of a batch that is told twice.
pub(super) fn holds(connection: &Connection, layer: &str, edition: i64) -> Result<bool, LedgerError> {
    let sql = "SELECT 1 FROM layer_zone WHERE layer = ?1 AND edition = ?2 LIMIT 1";
    let found: Option<i64> =
        connection.prepare_cached(sql)?.query_row(params![layer, edition], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

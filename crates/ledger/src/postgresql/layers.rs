//! Zones of layers as rows, a view for each edition, and the table of what parcels share with them.

use postgres::types::{ToSql, Type};
use postgres::{Client, Transaction};

use super::read;
use super::write::put_meta;
use crate::error::LedgerError;
use crate::geometry::Geometry;
use crate::layer::{LayerZones, ParcelPart, ViewType, Zone};

/// Meta entry: what the parts were computed from. The ledger's own, so that it is not carried along.
const PARTS_OF: &str = "ledger.parts_of";

/// Columns of every view.
const OWN: [&str; 5] = ["fid", "geom", "place", "zone_id", "level"];
/// Bytes of the longest name of PostgreSQL.
const LONGEST: usize = 63;

/// Puts an edition into its table and makes its view.
pub(super) fn put(transaction: &mut Transaction<'_>, zones: &LayerZones) -> Result<(), LedgerError> {
    let places: Vec<i64> = zones.zones.iter().map(|zone| zone.place).collect();
    let ids: Vec<Option<&str>> = zones.zones.iter().map(|zone| zone.zone_id.as_deref()).collect();
    let levels: Vec<Option<&str>> = zones.zones.iter().map(|zone| zone.level.as_deref()).collect();
    let attributes: Vec<&str> = zones.zones.iter().map(|zone| zone.attributes.as_str()).collect();
    let outlines: Vec<Vec<u8>> = zones.zones.iter().map(|zone| zone.geometry.to_wkb()).collect();
    let values: [(&(dyn ToSql + Sync), Type); 8] = [
        (&zones.layer, Type::TEXT),
        (&zones.edition, Type::INT8),
        (&zones.title, Type::TEXT),
        (&places, Type::INT8_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&levels, Type::TEXT_ARRAY),
        (&attributes, Type::TEXT_ARRAY),
        (&outlines, Type::BYTEA_ARRAY),
    ];
    transaction.execute_typed(
        "INSERT INTO layer_zone (layer, edition, title, place, zone_id, level, attributes, geom) \
         SELECT $1, $2, $3, a, b, c, d, ST_GeomFromWKB(e, 4490) \
         FROM unnest($4, $5, $6, $7, $8) AS rows (a, b, c, d, e) ORDER BY a",
        &values,
    )?;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut columns = OWN.join(", ");
    for (name, column, kind) in zones.columns(&OWN) {
        // A longer name would be cut, and two cut ones might be one.
        if column.len() > LONGEST {
            continue;
        }
        let value = format!("(attributes::json ->> {})", text(&name));
        let cast = match kind {
            ViewType::Integer => format!("{value}::bigint"),
            ViewType::YesNo => format!("{value}::boolean"),
            ViewType::Real => format!("{value}::double precision"),
            ViewType::Text | ViewType::Unknown => value,
        };
        columns.push_str(&format!(", {cast} AS {}", quoted(&column)));
    }
    transaction.batch_execute(&format!(
        "CREATE VIEW {} AS SELECT {columns} FROM layer_zone WHERE layer = {} AND edition = {}",
        quoted(&zones.view()),
        text(&zones.layer),
        zones.edition
    ))?;
    Ok(())
}

/// All editions, by name and number.
pub(super) fn editions(client: &mut Client) -> Result<Vec<(String, i64)>, LedgerError> {
    let sql = "SELECT DISTINCT layer, edition FROM layer_zone ORDER BY layer, edition";
    client.query_typed(sql, &[])?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// One edition.
pub(super) fn zones(
    client: &mut Client,
    layer: &str,
    edition: i64,
) -> Result<Option<LayerZones>, LedgerError> {
    if layer.contains('\0') {
        return Ok(None);
    }
    let sql = "SELECT place, zone_id, level, attributes, ST_AsBinary(geom, 'NDR'), title FROM layer_zone \
               WHERE layer = $1 AND edition = $2 ORDER BY place";
    let values: [(&(dyn ToSql + Sync), Type); 2] = [(&layer, Type::TEXT), (&edition, Type::INT8)];
    let mut found = LayerZones { layer: layer.to_owned(), edition, title: String::new(), zones: Vec::new() };
    for row in client.query_typed(sql, &values)? {
        let place: i64 = row.try_get(0)?;
        let unreadable =
            |why| LedgerError::Geometry { case_id: format!("{layer} {edition}, zone {place}"), why };
        let geometry = Geometry::from_wkb(row.try_get(4)?).map_err(unreadable)?;
        found.title = row.try_get(5)?;
        found.zones.push(Zone {
            place,
            zone_id: row.try_get(1)?,
            level: row.try_get(2)?,
            attributes: row.try_get(3)?,
            geometry: geometry.ok_or(crate::GeometryError::Empty).map_err(unreadable)?,
        });
    }
    Ok((!found.zones.is_empty()).then_some(found))
}

/// What the parts were computed from, if they were.
pub(super) fn parts_of(client: &mut Client) -> Result<Option<String>, LedgerError> {
    read::meta(client, PARTS_OF)
}

/// The parts of one parcel or of all.
pub(super) fn parts(client: &mut Client, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
    if case_id.is_some_and(|case_id| case_id.contains('\0')) {
        return Ok(Vec::new());
    }
    let sql = "SELECT case_id, layer, edition, place, level, share, area_m2, parcel_m2 FROM parcel_layers \
               WHERE $1::text IS NULL OR case_id = $1 ORDER BY fid";
    let rows = client.query_typed(sql, &[(&case_id, Type::TEXT)])?;
    let part = |row: &postgres::Row| {
        Ok(ParcelPart {
            case_id: row.try_get(0)?,
            layer: row.try_get(1)?,
            edition: row.try_get(2)?,
            place: row.try_get(3)?,
            level: row.try_get(4)?,
            share: row.try_get(5)?,
            area_m2: row.try_get(6)?,
            parcel_m2: row.try_get(7)?,
        })
    };
    rows.iter().map(part).collect()
}

/// Puts computed parts in the place of those that are there, in one transaction.
pub(super) fn set_parts(
    client: &mut Client,
    computed_from: &str,
    parts: &[ParcelPart],
) -> Result<(), LedgerError> {
    /// Rows sent at once.
    const MANY: usize = 20_000;
    let mut transaction = client.transaction()?;
    // Two programs that compute at the same time put the same; the second waits for the first.
    transaction.batch_execute("LOCK TABLE parcel_layers IN EXCLUSIVE MODE; DELETE FROM parcel_layers")?;
    for some in parts.chunks(MANY) {
        let cases: Vec<&str> = some.iter().map(|part| part.case_id.as_str()).collect();
        let layers: Vec<&str> = some.iter().map(|part| part.layer.as_str()).collect();
        let levels: Vec<Option<&str>> = some.iter().map(|part| part.level.as_deref()).collect();
        let integers = |of: fn(&ParcelPart) -> i64| -> Vec<i64> { some.iter().map(of).collect() };
        let reals = |of: fn(&ParcelPart) -> f64| -> Vec<f64> { some.iter().map(of).collect() };
        let (editions, places) = (integers(|part| part.edition), integers(|part| part.place));
        let (shares, areas) = (reals(|part| part.share), reals(|part| part.area_m2));
        let wholes = reals(|part| part.parcel_m2);
        let values: [(&(dyn ToSql + Sync), Type); 8] = [
            (&cases, Type::TEXT_ARRAY),
            (&layers, Type::TEXT_ARRAY),
            (&editions, Type::INT8_ARRAY),
            (&places, Type::INT8_ARRAY),
            (&levels, Type::TEXT_ARRAY),
            (&shares, Type::FLOAT8_ARRAY),
            (&areas, Type::FLOAT8_ARRAY),
            (&wholes, Type::FLOAT8_ARRAY),
        ];
        transaction.execute_typed(
            "INSERT INTO parcel_layers (case_id, layer, edition, place, level, share, area_m2, parcel_m2) \
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)",
            &values,
        )?;
    }
    put_meta(&mut transaction, PARTS_OF, computed_from)?;
    Ok(transaction.commit()?)
}

//! The layer of parcels: single rows, pages of rows, and its comparison with the events.

use postgres::types::{ToSql, Type};
use postgres::{Client, Row};

use super::failure::words;
use super::read::{bounded, snapshot, walk};
use crate::apart::{Apart, Comparison, FIRST_SHOWN, Shown, sql};
use crate::error::LedgerError;
use crate::geometry::Geometry;
use crate::parcel::ParcelRow;

/// Days of years 1 to 9999 as this program spells them; others, which a GIS program may have put
/// here, say nothing.
const SIGNED_ON: &str = "CASE WHEN parcel.signed_on BETWEEN '0001-01-01' AND '9999-12-31' \
                         THEN to_char(parcel.signed_on, 'YYYY-MM-DD') END";

fn select(rest: &str) -> String {
    format!(
        "SELECT case_id, parcel_no, supervision_no, project_name, location, holder, city, district, park, \
         industry, area_m2, {SIGNED_ON}, ST_AsBinary(geom, 'NDR') FROM parcel {rest}"
    )
}

pub(super) fn one(client: &mut Client, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
    if case_id.contains('\0') {
        return Ok(None);
    }
    let row = client.query_typed_opt(&select("WHERE case_id = $1"), &[(&case_id, Type::TEXT)])?;
    row.as_ref().map(parcel).transpose()
}

/// Rows of parcels after a case, in the order of the cases' bytes.
pub(super) fn after(
    client: &mut Client,
    case_id: Option<&str>,
    limit: usize,
) -> Result<Vec<ParcelRow>, LedgerError> {
    let sql = select("WHERE $1::text IS NULL OR case_id > $1 ORDER BY case_id LIMIT $2");
    let values: [(&(dyn ToSql + Sync), Type); 2] = [(&case_id, Type::TEXT), (&bounded(limit), Type::INT8)];
    client.query_typed(&sql, &values)?.iter().map(parcel).collect()
}

fn parcel(row: &Row) -> Result<ParcelRow, LedgerError> {
    let case_id: String = row.try_get(0)?;
    let geometry = match row.try_get::<_, Option<&[u8]>>(12)? {
        None => None,
        Some(wkb) => {
            Geometry::from_wkb(wkb).map_err(|why| LedgerError::Geometry { case_id: case_id.clone(), why })?
        }
    };
    let signed_on: Option<&str> = row.try_get(11)?;
    Ok(ParcelRow {
        case_id,
        parcel_no: row.try_get(1)?,
        supervision_no: row.try_get(2)?,
        project_name: row.try_get(3)?,
        location: row.try_get(4)?,
        holder: row.try_get(5)?,
        city: row.try_get(6)?,
        district: row.try_get(7)?,
        park: row.try_get(8)?,
        industry: row.try_get(9)?,
        area_m2: row.try_get(10)?,
        signed_on: signed_on.and_then(|day| day.parse().ok()),
        geometry,
    })
}

/// How the layer differs from what the events say.
pub(super) fn apart(client: &mut Client) -> Result<Apart, LedgerError> {
    let mut transaction = snapshot(client)?;
    let mut comparison = Comparison::default();
    walk(&mut transaction, &sql(SIGNED_ON), &[], &mut |row| comparison.step(row, shown))?;
    Ok(comparison.finish())
}

/// A column of the layer.
fn shown(row: &Row, index: usize) -> Result<Option<Shown>, String> {
    /// The one column that holds a number.
    const AREA: usize = FIRST_SHOWN + 9;
    let found = if index == AREA {
        row.try_get::<_, Option<f64>>(index).map(|area| area.map(Shown::Number))
    } else {
        row.try_get::<_, Option<String>>(index).map(|text| text.map(Shown::Text))
    };
    found.map_err(|error| words(&error))
}

//! `GeoPackage` files of others: a layer of features read out, and one written for them. Not a store: here
//! because this crate is the home of `SQLite`.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde_json::{Map, Number, Value};

use crate::geometry::wkb_of;

/// The features of a table, in the order of their identifiers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VectorTable {
    /// Attributes, and the outline as well-known binary.
    pub rows: Vec<(Map<String, Value>, Option<Vec<u8>>)>,
    /// Who defines the reference system, and its number there: `EPSG`, 4490.
    pub organization: String,
    /// The number.
    pub number: i64,
    /// Its definition as well-known text.
    pub definition: String,
}

/// A column to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: VectorKind,
}

/// The type of a column to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorKind {
    /// True or false.
    YesNo,
    /// A whole number.
    Integer,
    /// A floating number.
    Real,
    /// A text.
    Text,
    /// JSON.
    Json,
}

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VectorError {
    /// No database, or no `GeoPackage`.
    #[error("it is not a GeoPackage")]
    NotOne,
    /// No table of features.
    #[error("it has no layer of features")]
    NoLayer,
    /// Several, and none was named; or the named one is not there.
    #[error("it has these layers: {}", .0.join(", "))]
    Which(Vec<String>),
    /// The outline of a feature cannot be read.
    #[error("the geometry of feature {0} cannot be read")]
    Geometry(usize),
    /// A value is neither text nor number.
    #[error("column {column} of feature {feature} holds binary data")]
    Binary {
        /// The column.
        column: String,
        /// The place of the feature.
        feature: usize,
    },
    /// The engine's words.
    #[error(transparent)]
    Engine(#[from] rusqlite::Error),
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Reads a layer of features; `table` is needed where there are several.
pub fn read_vector(path: &Path, table: Option<&str>) -> Result<VectorTable, VectorError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    if !connection.table_exists(None, "gpkg_geometry_columns").map_err(|_| VectorError::NotOne)? {
        return Err(VectorError::NotOne);
    }
    let layers = layers(&connection)?;
    let table = match table {
        Some(named) => {
            layers.iter().find(|name| *name == named).ok_or_else(|| VectorError::Which(layers.clone()))?
        }
        None => match layers.as_slice() {
            [] => return Err(VectorError::NoLayer),
            [one] => one,
            _ => return Err(VectorError::Which(layers)),
        },
    };
    let (geometry, organization, number, definition) = connection.query_row(
        "SELECT column_name, organization, organization_coordsys_id, definition FROM gpkg_geometry_columns AS g \
         JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE table_name = ?1",
        [table],
        |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let mut found = VectorTable { rows: Vec::new(), organization, number, definition };
    let columns = columns(&connection, table)?;
    let key =
        columns.iter().find(|column| column.key).map_or_else(|| "rowid".to_owned(), |key| quoted(&key.name));
    let mut statement = connection.prepare(&format!("SELECT * FROM {} ORDER BY {key}", quoted(table)))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let feature = found.rows.len() + 1;
        let (mut attributes, mut outline) = (Map::new(), None);
        for (at, column) in columns.iter().enumerate() {
            let value = row.get_ref(at)?;
            if column.name.eq_ignore_ascii_case(&geometry) {
                if let ValueRef::Blob(blob) = value {
                    outline = wkb_of(blob).map_err(|_| VectorError::Geometry(feature))?.map(<[u8]>::to_vec);
                }
                continue;
            }
            if column.key {
                continue;
            }
            let value = column.value(value);
            let binary = || VectorError::Binary { column: column.name.clone(), feature };
            attributes.insert(column.name.clone(), value.ok_or_else(binary)?);
        }
        found.rows.push((attributes, outline));
    }
    Ok(found)
}

fn layers(connection: &Connection) -> Result<Vec<String>, VectorError> {
    let sql = "SELECT g.table_name FROM gpkg_geometry_columns AS g JOIN gpkg_contents AS c USING (table_name) \
               WHERE c.data_type = 'features' ORDER BY g.table_name";
    let mut statement = connection.prepare(sql)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

struct Found {
    name: String,
    key: bool,
    boolean: bool,
    json: bool,
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<Found>, VectorError> {
    let described = connection.table_exists(None, "gpkg_data_columns")?;
    let mut statement = connection.prepare(&format!("PRAGMA table_info({})", quoted(table)))?;
    let mut found = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, declared, key): (String, String, i64) = (row.get(1)?, row.get(2)?, row.get(5)?);
        let mime: Option<String> = if described {
            let sql = "SELECT mime_type FROM gpkg_data_columns WHERE table_name = ?1 AND column_name = ?2";
            connection.query_row(sql, [table, &name], |row| row.get(0)).optional()?.flatten()
        } else {
            None
        };
        found.push(Found {
            key: key > 0,
            boolean: declared.eq_ignore_ascii_case("BOOLEAN"),
            json: mime.as_deref() == Some("application/json"),
            name,
        });
    }
    Ok(found)
}

impl Found {
    fn value(&self, value: ValueRef<'_>) -> Option<Value> {
        Some(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) if self.boolean => (number != 0).into(),
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            ValueRef::Text(text) => {
                let text = String::from_utf8_lossy(text);
                let json = if self.json { serde_json::from_str(&text).ok() } else { None };
                json.unwrap_or_else(|| text.into_owned().into())
            }
            ValueRef::Blob(_) => return None,
        })
    }
}

/// The tables of the standard, as in a store.
const STANDARD: &str = include_str!("geopackage/schema.sql");

/// Writes a `GeoPackage` with one layer of multipolygons in longitude and latitude on CGCS2000. The file
/// must not be there. Rows are the values of the columns and the outline as well-known binary with its box:
/// least and greatest longitude, least and greatest latitude.
pub fn write_vector(
    path: &Path,
    table: &str,
    title: &str,
    columns: &[VectorColumn],
    rows: &mut dyn Iterator<Item = (Vec<Value>, Vec<u8>, [f64; 4])>,
) -> Result<(), VectorError> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "application_id", 0x4750_4B47)?;
    connection.pragma_update(None, "user_version", 10_300)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(&standard())?;
    let mut used = vec!["fid".to_owned(), "geom".to_owned()];
    let mut names = Vec::new();
    for column in columns {
        let mut name = column.name.clone();
        while name.is_empty() || used.contains(&name.to_lowercase()) {
            name.insert_str(0, "attribute_");
        }
        used.push(name.to_lowercase());
        names.push(name);
    }
    let declared = names.iter().zip(columns).map(|(name, column)| {
        let kind = match column.kind {
            VectorKind::YesNo => "BOOLEAN",
            VectorKind::Integer => "INTEGER",
            VectorKind::Real => "DOUBLE",
            VectorKind::Text | VectorKind::Json => "TEXT",
        };
        format!(", {} {kind}", quoted(name))
    });
    let declared: String = declared.collect();
    transaction.execute_batch(&format!(
        "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON{declared})",
        quoted(table)
    ))?;
    for (name, column) in names.iter().zip(columns) {
        if column.kind == VectorKind::Json {
            transaction.execute(
                "INSERT INTO gpkg_data_columns (table_name, column_name, mime_type) VALUES (?1, ?2, 'application/json')",
                [table, name],
            )?;
        }
    }
    let places: String = (0..names.len()).map(|at| format!(", ?{}", at + 2)).collect();
    let listed: String = names.iter().map(|name| format!(", {}", quoted(name))).collect();
    let mut extent = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
    {
        let sql = format!("INSERT INTO {} (geom{listed}) VALUES (?1{places})", quoted(table));
        let mut statement = transaction.prepare(&sql)?;
        for (values, wkb, around) in rows {
            for axis in [0, 2] {
                extent[axis] = extent[axis].min(around[axis]);
                extent[axis + 1] = extent[axis + 1].max(around[axis + 1]);
            }
            statement.raw_bind_parameter(1, crate::geometry::blob_of(&wkb, around))?;
            for (at, (value, column)) in values.iter().zip(columns).enumerate() {
                bind(&mut statement, at + 2, value, column.kind)?;
            }
            statement.raw_execute()?;
        }
    }
    let extent = extent.map(|value| value.is_finite().then_some(value));
    transaction.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, max_x, \
         min_y, max_y, srs_id) VALUES (?1, 'features', ?1, ?2, '1970-01-01T00:00:00.000Z', ?3, ?4, ?5, ?6, 4490)",
        params![table, title, extent[0], extent[1], extent[2], extent[3]],
    )?;
    transaction.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'MULTIPOLYGON', 4490, 0, 0)",
        [table],
    )?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error.into())
}

fn bind(
    statement: &mut rusqlite::Statement<'_>,
    at: usize,
    value: &Value,
    kind: VectorKind,
) -> rusqlite::Result<()> {
    match (kind, value) {
        (_, Value::Null) => statement.raw_bind_parameter(at, rusqlite::types::Null),
        (VectorKind::Json, value) => statement.raw_bind_parameter(at, value.to_string()),
        (_, Value::Bool(yes)) => statement.raw_bind_parameter(at, *yes),
        (VectorKind::Real, Value::Number(number)) => statement.raw_bind_parameter(at, number.as_f64()),
        (_, Value::Number(number)) => statement.raw_bind_parameter(at, number.as_i64()),
        (_, Value::String(text)) => statement.raw_bind_parameter(at, text),
        (_, value) => statement.raw_bind_parameter(at, value.to_string()),
    }
}

/// Of a store's schema what the standard asks for, and nothing of a store.
fn standard() -> String {
    let tables = ["gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions"];
    let wanted = |statement: &&str| {
        let code: Vec<&str> = statement.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let code = code.join("\n");
        let code = code.trim();
        tables.iter().any(|table| code.contains(&format!("CREATE TABLE {table} ")))
            || code.contains("INSERT INTO gpkg_spatial_ref_sys")
    };
    let mut sql: String =
        STANDARD.split(";\n").filter(wanted).flat_map(|statement| [statement, ";\n"]).collect();
    sql.push_str(
        "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, \
         description TEXT, mime_type TEXT, constraint_name TEXT, PRIMARY KEY (table_name, column_name));\n\
         INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', \
         'http://www.geopackage.org/spec121/#extension_schema', 'read-write');\n",
    );
    sql
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Geometry;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("层.gpkg");
        let kinds = [
            ("名称", VectorKind::Text),
            ("fid", VectorKind::Integer),
            ("x", VectorKind::Real),
            ("yes", VectorKind::YesNo),
            ("list", VectorKind::Json),
        ];
        let columns = kinds.map(|(name, kind)| VectorColumn { name: name.into(), kind });
        let ring = vec![(116.0, 40.0), (116.1, 40.0), (116.0, 40.1), (116.0, 40.0)];
        let geometry = Geometry::polygon(vec![ring]).expect("an outline");
        let rows = [
            vec![
                json!("一级\"线"),
                json!(9_007_199_254_740_993_i64),
                json!(0.1),
                json!(true),
                json!([1, "二"]),
            ],
            vec![Value::Null; 5],
        ];
        let row = |values: &Vec<Value>| (values.clone(), geometry.to_wkb(), geometry.envelope());
        write_vector(&path, "zones", "线", &columns, &mut rows.iter().map(row)).expect("written");
        let found = read_vector(&path, None).expect("read");
        assert_eq!((found.organization.as_str(), found.number), ("EPSG", 4490));
        for (row, (attributes, outline)) in rows.iter().zip(&found.rows) {
            assert_eq!(attributes.values().cloned().collect::<Vec<_>>(), *row);
            assert_eq!(outline.as_ref(), Some(&geometry.to_wkb()));
        }
        let names: Vec<&String> = found.rows[0].0.keys().collect();
        assert_eq!(names, ["名称", "attribute_fid", "x", "yes", "list"]);
        assert!(
            matches!(read_vector(&path, Some("other")), Err(VectorError::Which(names)) if names == ["zones"])
        );
        std::fs::write(&path, "no database at all").expect("written");
        assert!(read_vector(&path, None).is_err());
    }
}

//! A file of polygons as it is read, whatever its form: `GeoPackage`, shapefile (also zipped), `GeoJSON`,
//! `FlatGeobuf`, `GeoParquet`.

use std::io::{Cursor, Read};
use std::path::Path;

use landcycle_analysis::layers::{self, Collection, Declared, Feature, Shapefile, Trouble};
use landcycle_ledger::read_vector;
use landcycle_policy::text::Text;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::import::Refused;
use crate::say::{Failure, filled, io_reason, words};

/// Bytes that the files of an archive may have together when they are unpacked.
const UNPACKED: u64 = 512 * 1024 * 1024;

/// A file as it was read.
pub(super) struct Source {
    pub(super) collection: Collection,
    /// The digest of the file, or of its files one after another.
    pub(super) digest: String,
    /// Whether the reference system follows from the file's silence.
    pub(super) silent: bool,
}

impl Source {
    pub(super) fn read(path: &Path, table: Option<&str>) -> Result<Self, Refused> {
        let name = path.display().to_string();
        let unreadable = |path: &Path, error: &std::io::Error| {
            let values = [("file", Text::same(path.display().to_string())), ("why", io_reason(error))];
            Failure::text(words("layer_cannot_read").fill(&values))
        };
        let read = |path: &Path| std::fs::read(path).map_err(|error| unreadable(path, &error));
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let refuse = |trouble: Trouble| Refused::Troubles(vec![trouble]);
        let bytes = read(path)?;
        match ending.as_str() {
            "geojson" | "json" => {
                let collection = layers::read_geojson(&bytes).map_err(refuse)?;
                let silent = !declares(&bytes);
                Ok(Self { collection, digest: digest(&[&bytes]), silent })
            }
            "fgb" => {
                let collection = layers::read_flatgeobuf(&bytes).map_err(refuse)?;
                Ok(Self { collection, digest: digest(&[&bytes]), silent: false })
            }
            "parquet" | "geoparquet" => {
                let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
                let collection = layers::read_geoparquet(file).map_err(refuse)?;
                Ok(Self { collection, digest: digest(&[&bytes]), silent: false })
            }
            "gpkg" => {
                let collection = geopackage(path, table).map_err(|why| {
                    let values = [("file", Text::same(&name)), ("why", why)];
                    Failure::text(words("layer_cannot_read").fill(&values))
                })?;
                Ok(Self { collection: collection.map_err(refuse)?, digest: digest(&[&bytes]), silent: false })
            }
            "shp" => {
                let beside = |ending: &str| {
                    let found =
                        [ending.to_owned(), ending.to_uppercase()].map(|ending| path.with_extension(ending));
                    found.into_iter().find(|path| path.exists()).map(|path| read(&path)).transpose()
                };
                let (dbf, prj, cpg) = (beside("dbf")?, beside("prj")?, beside("cpg")?);
                Parts { shp: bytes, dbf, prj, cpg }.read()
            }
            "zip" => Parts::unpack(&bytes, &name)?.read(),
            _ => Err(Failure::new("layer_no_format", &[("file", &name)]).misuse().into()),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a `GeoJSON` file names a reference system.
fn declares(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        crs: Option<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Head>(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes))
        .is_ok_and(|head| head.crs.is_some())
}

/// A layer of a `GeoPackage`. The outer error is of the file, the inner one of a feature.
fn geopackage(path: &Path, table: Option<&str>) -> Result<Result<Collection, Trouble>, Text> {
    use landcycle_ledger::VectorError;
    let found = read_vector(path, table).map_err(|error| match &error {
        VectorError::NotOne => words("layer_no_geopackage"),
        VectorError::NoLayer => words("layer_no_table"),
        VectorError::Which(names) => filled("layer_which_table", &[("names", &names.join(", "))]),
        other => Text::same(other.to_string()),
    })?;
    let declared = match (found.organization.to_uppercase().as_str(), found.number) {
        (_, ..=0) => Declared::Nothing,
        ("EPSG", number) => Declared::Epsg(number as u32),
        _ => Declared::wkt(&found.definition),
    };
    let mut features = Vec::with_capacity(found.rows.len());
    for (attributes, wkb) in found.rows {
        let mut feature = Feature { id: None, attributes, polygons: Vec::new() };
        if let Some(wkb) = wkb {
            match layers::read_wkb(&wkb) {
                Ok(polygons) => feature.polygons = polygons,
                Err(trouble) => return Ok(Err(trouble.of(features.len() + 1, &feature.name()))),
            }
        }
        features.push(feature);
    }
    Ok(Ok(Collection { features, declared }))
}

fn digest(parts: &[&[u8]]) -> String {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update(part);
    }
    hex(&sum.finalize())
}

/// The files of a shapefile.
struct Parts {
    shp: Vec<u8>,
    dbf: Option<Vec<u8>>,
    prj: Option<Vec<u8>>,
    cpg: Option<Vec<u8>>,
}

impl Parts {
    fn read(self) -> Result<Source, Refused> {
        let text = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| String::from_utf8_lossy(b).into_owned());
        let (prj, cpg) = (text(&self.prj), text(&self.cpg));
        let files =
            Shapefile { shp: &self.shp, dbf: self.dbf.as_deref(), prj: prj.as_deref(), cpg: cpg.as_deref() };
        let collection = layers::read_shapefile(&files);
        let collection = collection.map_err(|trouble| Refused::Troubles(vec![trouble]))?;
        let parts = [Some(&self.shp), self.dbf.as_ref(), self.prj.as_ref(), self.cpg.as_ref()];
        let parts: Vec<&[u8]> = parts.into_iter().flatten().map(Vec::as_slice).collect();
        Ok(Source { collection, digest: digest(&parts), silent: false })
    }

    /// The one shapefile of an archive, with the files that belong to it.
    fn unpack(bytes: &[u8], name: &str) -> Result<Self, Failure> {
        let broken = |why: Text| {
            Failure::text(words("layer_cannot_read").fill(&[("file", Text::same(name)), ("why", why)]))
        };
        let unzipped = |error: zip::result::ZipError| broken(Text::same(error.to_string()));
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unzipped)?;
        let mut names = Vec::with_capacity(archive.len());
        for at in 0..archive.len() {
            names.push(archive.by_index(at).map_err(unzipped)?.name().map_err(unzipped)?.into_owned());
        }
        let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        let main: Vec<&String> =
            names.iter().filter(|name| name.to_lowercase().ends_with(".shp") && !hidden(name)).collect();
        let [main] = main.as_slice() else {
            let many = main.len().to_string();
            return Err(broken(filled("layer_zip_one", &[("many", &many)])));
        };
        let stem: String = main.chars().take(main.chars().count() - 4).collect();
        let mut left = UNPACKED;
        let mut part = |ending: &str| -> Result<Option<Vec<u8>>, Failure> {
            let wanted = format!("{stem}.{ending}");
            let Some(found) = names.iter().find(|name| name.to_lowercase() == wanted.to_lowercase()) else {
                return Ok(None);
            };
            let file = archive.by_name(found).map_err(unzipped)?;
            let mut unpacked = Vec::new();
            let read = file.take(left + 1).read_to_end(&mut unpacked);
            read.map_err(|error| broken(io_reason(&error)))?;
            left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| broken(words("layer_zip_large")))?;
            Ok(Some(unpacked))
        };
        let shp = part("shp")?.unwrap_or_default();
        Ok(Self { shp, dbf: part("dbf")?, prj: part("prj")?, cpg: part("cpg")? })
    }
}

//! A file becomes an edition: read, checked, recorded with its digests, whole or not at all.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use landcycle_analysis::layers::{
    self, Collection, Declared, Feature, Intake, Mending, Shapefile, System, Taken, Trouble,
};
use landcycle_ledger::{
    Body, Entry, Geometry, LAYER_CASES, LayerZones, Ledger, NewEvent, Zone, entries, is_layer_name,
    read_vector,
};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use sha2::{Digest, Sha256};

use super::{Edition, IMPORTED, codes, editions_of, listed, meant, said};
use crate::clock;
use crate::say::{Failure, filled, io_reason, words};
use crate::store::{self, Writing};

/// Faulty features that are told one by one.
const SHOWN: usize = 20;
/// The kind whose levels are those of a fact.
pub(super) const ZONE_LINE: &str = "zone_line";
/// That fact.
pub(super) const LEVEL_FACT: &str = "zone_line_level";

/// What a person asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) file: PathBuf,
    /// Layer within a `GeoPackage` of several.
    pub(crate) table: Option<String>,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: String,
    pub(crate) level: Option<String>,
    pub(crate) level_field: Option<String>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) crs: Option<String>,
    pub(crate) repair: bool,
    pub(crate) illustrative: bool,
    pub(crate) by: String,
}

/// What was done.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    pub(crate) number: i64,
    pub(crate) zones: usize,
    pub(crate) crs: String,
    /// Whether it was there already.
    pub(crate) there: bool,
    pub(crate) approximate: bool,
    /// What was mended, in words.
    pub(crate) mended: Vec<Text>,
}

/// Imports a file into a store, which is made when there is none.
pub(crate) fn import(library: &Library, store_path: &Path, wish: &Wish) -> Result<Imported, Failure> {
    let file = wish.file.display().to_string();
    if !is_layer_name(&wish.name) {
        return Err(Failure::new("layer_bad_name", &[("name", &wish.name)]).misuse());
    }
    if let (Some(from), Some(until)) = (wish.from, wish.until)
        && until < from
    {
        let values = [("from", from.to_string()), ("until", until.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Err(Failure::new("layer_ends_before", &values).misuse());
    }
    let kinds = codes(library, "layer_kind");
    let kind = meant(kinds, &wish.kind).ok_or_else(|| unknown("layer_no_kind", &wish.kind, listed(kinds)))?;
    let source = Source::read(&wish.file, wish.table.as_deref())?;
    let given = match &wish.crs {
        None => None,
        Some(text) => {
            let known = System::given(text);
            Some(known.ok_or_else(|| Failure::new("layer_crs_unknown", &[("crs", text)]).misuse())?)
        }
    };
    let refuse = |troubles: &[Trouble]| refused(&file, troubles);
    let system = System::choose(&source.collection.declared, given, source.silent);
    let system = system.map_err(|trouble| refuse(&[trouble]))?;
    if let Some(field) = &wish.level_field
        && source.collection.features.iter().all(|feature| !feature.attributes.contains_key(field))
    {
        return Err(refuse(&[Trouble::new("layer_no_column").with("field", field)]));
    }
    let intake = Intake {
        system,
        level: wish.level.clone(),
        level_field: wish.level_field.clone(),
        repair: wish.repair,
    };
    let mut taken = layers::take(source.collection, &intake).map_err(|troubles| refuse(&troubles))?;
    if kind.code == ZONE_LINE {
        name_levels(library, &mut taken)?;
    }
    let zones = zones(&taken).map_err(|troubles| refuse(&troubles))?;
    let mut mended = mended(&taken);
    mended.extend(doubled(&taken)?);
    let told = Told { wish, kind: &kind.code, system, source_digest: source.digest, mended };
    put(store_path, told, zones)
}

fn unknown(key: &str, text: &str, known: Text) -> Failure {
    Failure::text(words(key).fill(&[("text", Text::same(text)), ("known", known)])).misuse()
}

/// All troubles of a file, the first of them one by one.
fn refused(file: &str, troubles: &[Trouble]) -> Failure {
    let count = troubles.len().to_string();
    let mut text = filled("layer_refused", &[("file", file), ("count", &count)]);
    for trouble in troubles.iter().take(SHOWN) {
        let line = said(trouble);
        text = Text { zh: format!("{}\n{}", text.zh, line.zh), en: format!("{}\n{}", text.en, line.en) };
    }
    if troubles.len() > SHOWN {
        let more = filled("layer_more", &[("more", &(troubles.len() - SHOWN).to_string())]);
        text = Text { zh: format!("{}\n{}", text.zh, more.zh), en: format!("{}\n{}", text.en, more.en) };
    }
    Failure::text(text)
}

/// A file as it was read.
struct Source {
    collection: Collection,
    /// The digest of the file, or of its files one after another.
    digest: String,
    /// Whether the reference system follows from the file's silence.
    silent: bool,
}

impl Source {
    fn read(path: &Path, table: Option<&str>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let unreadable = |path: &Path, error: &std::io::Error| {
            let values = [("file", Text::same(path.display().to_string())), ("why", io_reason(error))];
            Failure::text(words("layer_cannot_read").fill(&values))
        };
        let read = |path: &Path| std::fs::read(path).map_err(|error| unreadable(path, &error));
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let refuse = |trouble: Trouble| refused(&name, &[trouble]);
        let bytes = read(path)?;
        let digest = |parts: &[&[u8]]| {
            let mut sum = Sha256::new();
            for part in parts {
                sum.update(part);
            }
            hex(&sum.finalize())
        };
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
                let text =
                    |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| String::from_utf8_lossy(b).into_owned());
                let (prj_text, cpg_text) = (text(&prj), text(&cpg));
                let files = Shapefile {
                    shp: &bytes,
                    dbf: dbf.as_deref(),
                    prj: prj_text.as_deref(),
                    cpg: cpg_text.as_deref(),
                };
                let collection = layers::read_shapefile(&files).map_err(refuse)?;
                let parts = [Some(&bytes), dbf.as_ref(), prj.as_ref(), cpg.as_ref()];
                let parts: Vec<&[u8]> = parts.into_iter().flatten().map(Vec::as_slice).collect();
                Ok(Self { collection, digest: digest(&parts), silent: false })
            }
            _ => Err(Failure::new("layer_no_format", &[("file", &name)]).misuse()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
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

/// Zone lines have the levels of a fact: other words for them are brought to its codes.
fn name_levels(library: &Library, taken: &mut Taken) -> Result<(), Failure> {
    let levels = codes(library, LEVEL_FACT);
    for zone in &mut taken.zones {
        let Some(text) = &zone.level else { return Err(unknown("layer_needs_level", "", listed(levels))) };
        let level = meant(levels, text).ok_or_else(|| {
            let (place, name) = (zone.place.to_string(), zone.feature.name());
            let at = [("feature", Text::same(place)), ("name", Text::same(name)), ("text", Text::same(text))];
            let message = words("layer_bad_level").fill(&at).fill(&[("known", listed(levels))]);
            Failure::text(message)
        })?;
        zone.level = Some(level.code.clone());
    }
    Ok(())
}

fn zones(taken: &Taken) -> Result<Vec<Zone>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut zones = Vec::with_capacity(taken.zones.len());
    for zone in &taken.zones {
        let ring = |ring: &Vec<[f64; 2]>| ring.iter().map(|[x, y]| (*x, *y)).collect();
        let polygons = zone.feature.polygons.iter().map(|rings| rings.iter().map(ring).collect());
        match Geometry::multi(polygons.collect()) {
            Ok(geometry) => zones.push(Zone {
                place: zone.place as i64,
                zone_id: zone.feature.id.clone(),
                level: zone.level.clone(),
                attributes: serde_json::Value::Object(zone.feature.attributes.clone()).to_string(),
                geometry,
            }),
            Err(_) => troubles.push(Trouble::new("layer_bad_geometry").of(zone.place, &zone.feature.name())),
        }
    }
    if troubles.is_empty() { Ok(zones) } else { Err(troubles) }
}

fn mended(taken: &Taken) -> Vec<Text> {
    let line = |(place, name, polygon, ring, what): &(usize, String, usize, usize, Mending)| {
        let (key, many) = match what {
            Mending::Closed => ("layer_mended_closed", String::new()),
            Mending::Duplicates(many) => ("layer_mended_duplicates", many.to_string()),
            Mending::Reversed => ("layer_mended_reversed", String::new()),
            Mending::Dropped => ("layer_mended_dropped", String::new()),
            Mending::LeftOut => ("layer_mended_left_out", String::new()),
        };
        let numbers = [place.to_string(), polygon.to_string(), ring.to_string()];
        let values = [
            ("feature", numbers[0].as_str()),
            ("name", name),
            ("polygon", &numbers[1]),
            ("ring", &numbers[2]),
            ("many", &many),
        ];
        filled(key, &values)
    };
    taken.mended.iter().map(line).collect()
}

/// Zones that lie on each other, in words: allowed, but a parcel's parts then add up to more than it.
fn doubled(taken: &Taken) -> Result<Vec<Text>, Failure> {
    let shapes: Vec<_> = taken.zones.iter().map(|zone| zone.feature.polygons.clone()).collect();
    let found = layers::doubled(&shapes, crate::assessment::default_threads());
    let found = found.map_err(|why| Failure::new("layer_overlay_failed", &[("why", &why.to_string())]))?;
    let line = |(one, other, area): &(usize, usize, f64)| {
        let place = |at: usize| (taken.zones[at].place.to_string(), taken.zones[at].feature.name());
        let ((one, name), (other, other_name)) = (place(*one), place(*other));
        let area = format!("{area:.2}");
        let values = [
            ("feature", one.as_str()),
            ("name", &name),
            ("other", &other),
            ("other_name", &other_name),
            ("area", &area),
        ];
        filled("layer_zones_overlap", &values)
    };
    let mut lines: Vec<Text> = found.iter().take(SHOWN).map(line).collect();
    if found.len() > SHOWN {
        lines.push(filled("layer_more", &[("more", &(found.len() - SHOWN).to_string())]));
    }
    Ok(lines)
}

/// What the event tells.
struct Told<'w> {
    wish: &'w Wish,
    kind: &'w str,
    system: System,
    source_digest: String,
    mended: Vec<Text>,
}

fn put(store_path: &Path, told: Told<'_>, zones: Vec<Zone>) -> Result<Imported, Failure> {
    let wish = told.wish;
    let failed = |error| store::failure(store_path, &error);
    let title = wish.title.clone().unwrap_or_else(|| wish.name.clone());
    let many = zones.len();
    let mut kept = LayerZones { layer: wish.name.clone(), edition: 1, title: title.clone(), zones };
    let digest = kept.digest();
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut facts = vec![
        ("layer_title", title),
        ("layer_kind", told.kind.to_owned()),
        ("layer_from", day(wish.from)),
        ("layer_until", day(wish.until)),
        ("layer_level", wish.level.clone().unwrap_or_default()),
        ("layer_level_field", wish.level_field.clone().unwrap_or_default()),
        ("layer_crs", told.system.name()),
        ("layer_approximate", yes(told.system.is_approximate())),
        ("layer_illustrative", yes(wish.illustrative)),
        ("layer_zones", many.to_string()),
        ("layer_digest", digest),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    // The same content with the same days is the same edition, whatever the file is called.
    let mut identity = Sha256::new();
    for (name, value) in &facts {
        identity.update(format!("{name}={}:{value}\n", value.len()));
    }
    let key = format!("layer:{}:{}", wish.name, hex(&identity.finalize()));
    let mut writing = Writing::begin(store_path)?;
    let ledger = writing.ledger();
    let case_id = format!("{LAYER_CASES}{}", wish.name);
    let last_seq = ledger.events_of(&case_id).map_err(failed)?.last().map(|event| event.seq);
    let before: Vec<Edition> = editions_of(ledger, &wish.name).map_err(failed)?;
    let mut imported = Imported {
        number: before.iter().map(|edition| edition.number).max().unwrap_or(0) + 1,
        zones: many,
        crs: told.system.name(),
        there: false,
        approximate: told.system.is_approximate(),
        mended: told.mended,
    };
    if let Some(same) = before.iter().find(|edition| edition.key == key) {
        (imported.number, imported.there) = (same.number, true);
        return Ok(imported);
    }
    kept.edition = imported.number;
    let source = wish.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    facts.push(("layer_edition", imported.number.to_string()));
    facts.push(("layer_source", source.clone()));
    facts.push(("layer_source_digest", told.source_digest));
    if !imported.mended.is_empty() {
        let lines: Vec<&str> = imported.mended.iter().map(|line| line.zh.as_str()).collect();
        facts.push(("layer_mended", lines.join("\n")));
    }
    let broken = |error: landcycle_ledger::BodyError| Failure::text(Text::same(error.to_string()));
    let event = NewEvent {
        case_id: case_id.clone(),
        kind: IMPORTED.to_owned(),
        happened_on: wish.from.unwrap_or_else(clock::today),
        recorded_at: clock::now(),
        actor: wish.by.clone(),
        origin: source,
        key,
        package: None,
        corrects: None,
        body: Body::new(facts).map_err(broken)?,
    };
    let batch = [Entry::Expect { case_id, last_seq }, Entry::Event(event), Entry::Layer(Box::new(kept))];
    ledger.append(&mut entries(batch)).map_err(failed)?;
    writing.finish()?;
    Ok(imported)
}

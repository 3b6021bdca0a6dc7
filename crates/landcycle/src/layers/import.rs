//! A file becomes an edition: read, checked, recorded with its digests, whole or not at all.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use landcycle_analysis::layers::{self, Intake, Mending, System, Taken, Trouble};
use landcycle_ledger::{
    Body, Entry, Geometry, LAYER_CASES, LayerZones, Ledger, NewEvent, Zone, entries, is_layer_name,
};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use sha2::{Digest, Sha256};

use super::source::{Source, hex};
use super::{Edition, IMPORTED, codes, editions_of, listed, meant, said};
use crate::clock;
use crate::say::{Failure, filled, words};
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

/// 不收 · why a file is not imported.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was asked, or the file as a whole.
    Whole(Failure),
    /// Features, each with its place.
    Troubles(Vec<Trouble>),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Whole(failure)
    }
}

impl Refused {
    /// For a person at a terminal.
    fn said(self, file: &str) -> Failure {
        match self {
            Self::Whole(failure) => failure,
            Self::Troubles(troubles) => refused(file, &troubles),
        }
    }
}

/// 待导入 · a file that was read and checked, and would be an edition.
pub(crate) struct Ready {
    kind: String,
    system: System,
    source_digest: String,
    /// The zones.
    pub(crate) zones: Vec<Zone>,
    /// What was mended, and zones that lie on each other, in words.
    pub(crate) mended: Vec<Text>,
}

impl Ready {
    /// The reference system of the file.
    pub(crate) fn crs(&self) -> String {
        self.system.name()
    }

    /// Whether its coordinates are good to a few metres only.
    pub(crate) fn approximate(&self) -> bool {
        self.system.is_approximate()
    }
}

/// Imports a file into a store, which is made when there is none.
pub(crate) fn import(library: &Library, store_path: &Path, wish: &Wish) -> Result<Imported, Failure> {
    let file = wish.file.display().to_string();
    let ready = prepare(library, wish).map_err(|refused| refused.said(&file))?;
    put(store_path, wish, ready)
}

/// Reads and checks a file; nothing is recorded.
pub(crate) fn prepare(library: &Library, wish: &Wish) -> Result<Ready, Refused> {
    if !is_layer_name(&wish.name) {
        return Err(Failure::new("layer_bad_name", &[("name", &wish.name)]).misuse().into());
    }
    if let (Some(from), Some(until)) = (wish.from, wish.until)
        && until < from
    {
        let values = [("from", from.to_string()), ("until", until.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Err(Failure::new("layer_ends_before", &values).misuse().into());
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
    let system = System::choose(&source.collection.declared, given, source.silent);
    let system = system.map_err(|trouble| Refused::Troubles(vec![trouble]))?;
    if let Some(field) = &wish.level_field
        && source.collection.features.iter().all(|feature| !feature.attributes.contains_key(field))
    {
        return Err(Refused::Troubles(vec![Trouble::new("layer_no_column").with("field", field)]));
    }
    let intake = Intake {
        system,
        level: wish.level.clone(),
        level_field: wish.level_field.clone(),
        repair: wish.repair,
    };
    let mut taken = layers::take(source.collection, &intake).map_err(Refused::Troubles)?;
    if kind.code == ZONE_LINE {
        name_levels(library, &mut taken)?;
    }
    let zones = zones(&taken).map_err(Refused::Troubles)?;
    let mut mended = mended(&taken);
    mended.extend(doubled(&taken)?);
    Ok(Ready { kind: kind.code.clone(), system, source_digest: source.digest, zones, mended })
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

fn put(store_path: &Path, wish: &Wish, ready: Ready) -> Result<Imported, Failure> {
    let (crs, approximate) = (ready.crs(), ready.approximate());
    let Ready { kind, source_digest, zones, mended, .. } = ready;
    let failed = |error| store::failure(store_path, &error);
    let title = wish.title.clone().unwrap_or_else(|| wish.name.clone());
    let many = zones.len();
    let mut kept = LayerZones { layer: wish.name.clone(), edition: 1, title: title.clone(), zones };
    let digest = kept.digest();
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut facts = vec![
        ("layer_title", title),
        ("layer_kind", kind),
        ("layer_from", day(wish.from)),
        ("layer_until", day(wish.until)),
        ("layer_level", wish.level.clone().unwrap_or_default()),
        ("layer_level_field", wish.level_field.clone().unwrap_or_default()),
        ("layer_crs", crs.clone()),
        ("layer_approximate", yes(approximate)),
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
        crs,
        there: false,
        approximate,
        mended,
    };
    if let Some(same) = before.iter().find(|edition| edition.key == key) {
        (imported.number, imported.there) = (same.number, true);
        return Ok(imported);
    }
    kept.edition = imported.number;
    let source = wish.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    facts.push(("layer_edition", imported.number.to_string()));
    facts.push(("layer_source", source.clone()));
    facts.push(("layer_source_digest", source_digest));
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

//! `landcycle layers`: import, list, export, and what parcels share with them.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use super::sheets::Sheets;
use super::target::Target;
use super::{Context, output, parse_date};
use crate::layers::{self, Edition, Fresh, Wish};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages, store};

/// What can be done with layers.
#[derive(Debug, Subcommand)]
pub(crate) enum Layers {
    /// 导入 · import a layer: GeoPackage, shapefile, GeoJSON, FlatGeobuf or GeoParquet
    Import(Box<Import>),
    /// 列出 · the layers of a store, each with its editions
    List(List),
    /// 导出 · an edition as GeoPackage, GeoJSON, FlatGeobuf or GeoParquet
    Export(Export),
    /// 压盖 · what each parcel shares with the layers in force on a day
    Overlay(Overlay),
    /// 判断 · a request to change the use of a parcel, held against the lines
    Judge(super::judge_use::Judge),
}

/// Options of `layers import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// 文件 · .gpkg, .shp, .geojson, .fgb or .parquet
    file: PathBuf,
    /// 库 · store, made when there is none: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 图层代号 · name of the layer: letters, digits, _ and -
    #[arg(long, value_name = "NAME")]
    name: String,
    /// 类别 · kind: a code or its name, such as park or 区块线
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// 图层名称 · what people call it (default: its name)
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// 级别 · level of the whole layer
    #[arg(long, value_name = "LEVEL", conflicts_with = "level_field")]
    level: Option<String>,
    /// 级别字段 · attribute that holds the level of each feature
    #[arg(long, value_name = "FIELD")]
    level_field: Option<String>,
    /// 施行之日 · first day in force (default: always)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    from: Option<Date>,
    /// 失效之日 · last day in force (default: it goes on)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    until: Option<Date>,
    /// 坐标系 · reference system, where the file names none: 4490, 4526, 3857, gcj02 …
    #[arg(long, value_name = "SYSTEM")]
    crs: Option<String>,
    /// 修复 · mend what moves no boundary; leave out features without an outline
    #[arg(long)]
    repair: bool,
    /// 示例 · the layer is invented or a stand-in
    #[arg(long)]
    illustrative: bool,
    /// 图层 · layer within a GeoPackage that has several
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// 经办 · who imports it
    #[arg(long, value_name = "NAME", default_value = "import")]
    by: String,
}

/// Options of `layers list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 核对 · hold the zones against the digests in the events
    #[arg(long)]
    check: bool,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `layers export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// 图层代号 · name of the layer
    name: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 版次 · edition (default: the last one)
    #[arg(long, value_name = "NUMBER")]
    edition: Option<i64>,
    /// 输出文件 · .gpkg, .geojson, .fgb or .parquet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Options of `layers overlay`.
#[derive(Debug, Args)]
pub(crate) struct Overlay {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 截至日 · layers in force on this day (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 档案号 · of this parcel alone
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// 记入 · record the facts that follow, such as the level of the zone line
    #[arg(long)]
    record: bool,
    /// 经办 · who records them
    #[arg(long, value_name = "NAME", default_value = "overlay")]
    by: String,
    /// 格式 · form of the output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// 输出文件 · output file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Xlsx,
}

impl Layers {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Import(import) => import.run(context),
            Self::List(list) => list.run(context),
            Self::Export(export) => export.run(context),
            Self::Overlay(overlay) => overlay.run(context),
            Self::Judge(judge) => judge.run(context),
        }
    }
}

fn say(context: &Context, key: &str, values: &[(&str, String)]) {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    tell(filled(key, &values).get(context.language));
}

impl Import {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let wish = Wish {
            file: self.file.clone(),
            table: self.table.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            kind: self.kind.clone(),
            level: self.level.clone(),
            level_field: self.level_field.clone(),
            from: self.from,
            until: self.until,
            crs: self.crs.clone(),
            repair: self.repair,
            illustrative: self.illustrative,
            by: self.by.clone(),
        };
        let done = layers::import(&library, &self.store, &wish)?;
        for line in &done.mended {
            tell(line.get(context.language));
        }
        if done.approximate {
            tell(words("layer_approximate_note").get(context.language));
        }
        let key = if done.there { "layer_there" } else { "layer_imported" };
        let values = [
            ("name", self.name.clone()),
            ("edition", done.number.to_string()),
            ("zones", done.zones.to_string()),
            ("crs", done.crs),
            ("store", store::name(&self.store)),
        ];
        say(context, key, &values);
        Ok(())
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let editions = layers::editions(&ledger).map_err(|error| store::failure(&self.store, &error))?;
        if self.check {
            let name = store::name(&self.store);
            editions.iter().try_for_each(|edition| layers::zones_of(&ledger, &name, edition).map(|_| ()))?;
        }
        if self.json {
            let lines: Vec<Value> = editions.iter().map(layers::edition_json).collect();
            return out(&Value::Array(lines).to_string());
        }
        let head = [
            "layer_head_name",
            "layer_head_edition",
            "layer_head_title",
            "layer_head_kind",
            "layer_head_from",
            "layer_head_until",
            "layer_head_zones",
            "layer_head_crs",
            "layer_head_source",
            "head_note",
        ];
        let mut table = table(head, context);
        for edition in &editions {
            let day = |day: Option<Date>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
            table.add_row([
                edition.name.clone(),
                edition.number.to_string(),
                edition.title.clone(),
                layers::title(&library, "layer_kind", &edition.kind).get(context.language).to_owned(),
                day(edition.from),
                day(edition.until),
                edition.zones.to_string(),
                edition.crs.clone(),
                edition.source.clone(),
                layers::marks(edition).get(context.language).to_owned(),
            ]);
        }
        out(&table.to_string())
    }
}

fn table<const N: usize>(head: [&str; N], context: &Context) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(head.map(|key| words(key).get(context.language).to_owned()));
    table
}

impl Export {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let editions = layers::editions(&ledger).map_err(|error| store::failure(&self.store, &error))?;
        let own = editions.iter().filter(|edition| edition.name == self.name);
        let wanted = own.filter(|edition| self.edition.is_none_or(|number| number == edition.number));
        let edition = wanted.max_by_key(|edition| edition.number).ok_or_else(|| {
            let known: Vec<String> =
                editions.iter().map(|edition| format!("{} {}", edition.name, edition.number)).collect();
            Failure::new("layer_none", &[("name", &self.name), ("known", &known.join(", "))])
        })?;
        let zones = layers::zones_of(&ledger, &store::name(&self.store), edition)?;
        layers::write(&zones, &self.to, &[&self.store])?;
        let values = [
            ("name", edition.name.clone()),
            ("edition", edition.number.to_string()),
            ("zones", zones.zones.len().to_string()),
            ("file", self.to.display().to_string()),
        ];
        say(context, "layer_exported", &values);
        Ok(())
    }
}

const COLUMNS: [&str; 11] = [
    "case_id",
    "layer",
    "edition",
    "title",
    "kind",
    "zone",
    "level",
    "share",
    "area_m2",
    "parcel_m2",
    "marks",
];

impl Overlay {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if self.format == Format::Xlsx && self.out.is_none() {
            return Err(Failure::new("needs_out", &[]).misuse());
        }
        let target = Target::open(self.out.as_deref(), &[&self.store])?;
        let day = self.day()?;
        let mut fresh = layers::fresh(&self.store, day)?;
        let offered = layers::offers(&library, &fresh, day)?;
        if let Some(case) = &self.case {
            fresh.parts.retain(|part| part.case_id == *case);
        }
        self.put(&fresh, target, context)?;
        let values = [
            ("day", day.to_string()),
            ("parcels", fresh.parcels.to_string()),
            ("layers", fresh.editions.len().to_string()),
            (
                "how",
                words(if fresh.computed { "layer_computed" } else { "layer_kept" })
                    .get(context.language)
                    .to_owned(),
            ),
        ];
        say(context, "layer_overlaid", &values);
        let values = [
            ("whole", offered.whole.len().to_string()),
            ("across", offered.across.to_string()),
            ("tolerance", offered.tolerance.to_string()),
        ];
        say(context, "layer_offered", &values);
        if let Some(why) = &offered.illustrative {
            let mark = words("layer_tolerance_mark").fill(&[("why", why.clone())]);
            tell(mark.get(context.language));
        }
        if self.record {
            let mut offers = offered.whole;
            offers.retain(|offer| self.case.as_ref().is_none_or(|case| offer.case_id == *case));
            let done = layers::record(&library, &self.store, &offers, day, &self.by)?;
            let values = [
                ("added", done.added.to_string()),
                ("there", done.there.to_string()),
                ("otherwise", done.otherwise.to_string()),
            ];
            say(context, "layer_recorded", &values);
        }
        Ok(())
    }

    fn day(&self) -> Result<Date, Failure> {
        if let Some(day) = self.as_of {
            return Ok(day);
        }
        let ledger = store::open_to_read(&self.store)?;
        let kept = ledger.meta(store::AS_OF_META).map_err(|error| store::failure(&self.store, &error))?;
        Ok(kept.and_then(|day| day.parse().ok()).unwrap_or_else(clock::today))
    }

    fn put(&self, fresh: &Fresh, target: Target, context: &Context) -> Result<(), Failure> {
        let mut stream = BufWriter::new(target.pen()?);
        let editions: BTreeMap<(&str, i64), &Edition> =
            fresh.editions.iter().map(|edition| ((edition.name.as_str(), edition.number), edition)).collect();
        let rows = fresh.parts.iter().filter_map(|part| {
            editions.get(&(part.layer.as_str(), part.edition)).map(|edition| (part, *edition))
        });
        let cells = rows.clone().map(|(part, edition)| {
            [
                part.case_id.clone(),
                part.layer.clone(),
                part.edition.to_string(),
                edition.title.clone(),
                edition.kind.clone(),
                part.place.to_string(),
                part.level.clone().unwrap_or_default(),
                format!("{:.9}", part.share),
                format!("{:.4}", part.area_m2),
                format!("{:.4}", part.parcel_m2),
                layers::marks(edition).get(context.language).to_owned(),
            ]
        });
        let failed = |error: &dyn std::fmt::Display| target.failure(error);
        match self.format {
            Format::Json => {
                for (part, edition) in rows {
                    let line = json!({
                        "case_id": part.case_id,
                        "layer": part.layer,
                        "edition": part.edition,
                        "kind": edition.kind,
                        "zone": part.place,
                        "level": part.level,
                        "share": part.share,
                        "area_m2": part.area_m2,
                        "parcel_m2": part.parcel_m2,
                        "illustrative": edition.illustrative,
                        "approximate": edition.approximate,
                    });
                    writeln!(stream, "{line}").map_err(|error| failed(&error))?;
                }
                stream.flush().map_err(|error| failed(&error))?;
            }
            Format::Csv => {
                // Spreadsheet programs in China take a file without this mark for GBK.
                stream.write_all("\u{feff}".as_bytes()).map_err(|error| failed(&error))?;
                let mut writer = csv::Writer::from_writer(stream);
                writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
                for row in cells {
                    writer
                        .write_record(row.map(|cell| output::guarded(&cell)))
                        .map_err(|error| failed(&error))?;
                }
                writer.flush().map_err(|error| failed(&error))?;
            }
            Format::Xlsx => {
                let mut sheets = Sheets::new("layers", &COLUMNS);
                for row in cells {
                    sheets.put(row.iter().map(String::as_str)).map_err(|error| failed(&error))?;
                }
                let packed = sheets.finish().map_err(|error| failed(&error))?;
                stream.write_all(&packed).and_then(|()| stream.flush()).map_err(|error| failed(&error))?;
            }
            Format::Table => {
                let text = if self.case.is_some() {
                    let mut table = table(COLUMN_HEADS, context);
                    for row in cells {
                        table.add_row(row);
                    }
                    table.to_string()
                } else {
                    summary(fresh, context)
                };
                writeln!(stream, "{text}").and_then(|()| stream.flush()).map_err(|error| failed(&error))?;
            }
        }
        target.finish()
    }
}

const COLUMN_HEADS: [&str; 11] = [
    "layer_head_case",
    "layer_head_name",
    "layer_head_edition",
    "layer_head_title",
    "layer_head_kind",
    "layer_head_zone",
    "layer_head_level",
    "layer_head_share",
    "layer_head_area",
    "layer_head_parcel",
    "head_note",
];

/// Layer by layer and level by level: parcels that lie there, and how much ground.
fn summary(fresh: &Fresh, context: &Context) -> String {
    let head = [
        "layer_head_name",
        "layer_head_edition",
        "layer_head_title",
        "layer_head_level",
        "layer_head_parcels",
        "layer_head_ground",
        "head_note",
    ];
    let mut table = table(head, context);
    for edition in &fresh.editions {
        let mut levels: BTreeMap<Option<&str>, (BTreeMap<&str, f64>, f64)> = BTreeMap::new();
        let own =
            fresh.parts.iter().filter(|part| part.layer == edition.name && part.edition == edition.number);
        for part in own {
            let (parcels, ground) = levels.entry(part.level.as_deref()).or_default();
            *parcels.entry(&part.case_id).or_default() += part.share;
            *ground += part.area_m2;
        }
        let note = layers::marks(edition);
        if levels.is_empty() {
            levels.insert(None, (BTreeMap::new(), 0.0));
        }
        for (level, (parcels, ground)) in levels {
            table.add_row([
                edition.name.clone(),
                edition.number.to_string(),
                edition.title.clone(),
                level.unwrap_or("–").to_owned(),
                parcels.len().to_string(),
                format!("{:.4}", ground / 10_000.0),
                note_or_dash(&note).get(context.language).to_owned(),
            ]);
        }
    }
    table.to_string()
}

fn note_or_dash(note: &Text) -> Text {
    if note.en.is_empty() { words("nothing") } else { note.clone() }
}

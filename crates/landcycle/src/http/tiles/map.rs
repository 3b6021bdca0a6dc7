//! What the page's map needs beside tiles: colourings with their classes and counts, layers, the days of the
//! store, the parcels in view as a table, and what is known of a zone.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use landcycle_analysis::tiles::{MAX_ZOOM, world};
use landcycle_policy::program::explain;
use serde_json::{Value, json};

use super::day::{Day, Known, YIELDS};
use super::parcels::Parcels;
use super::theme::{self, Theme};
use super::{coloured_by, day_of, may_see_layers, only, tileset};
use crate::cli::tree::{cite_json, text_json};
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::{App, apart, query};
use crate::layers::judge::reads;
use crate::portfolio::Sorter;
use crate::say::Failure;
use crate::{clock, layers};

/// The fact whose codes are the levels of zones.
pub(super) const LEVELS: &str = "zone_line_level";
const ROWS: usize = 100;
const ROWS_MAX: usize = 1_000;

/// Colourings, the classes of the one asked for with their counts, layers and extent.
pub(super) async fn about(
    State(app): State<Arc<App>>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        only(&pairs, &["as_of", "by"])?;
        let as_of = day_of(&app, &pairs)?;
        let (parcels, day) = app.tiles.day(&app, as_of)?;
        let theme = day.theme(&app.library, coloured_by(&pairs, &day)?)?;
        let mut counts = vec![0_usize; theme.classes.len()];
        let (mut total, mut marked, mut extent) = (0, false, None);
        for (row, known) in day.known.iter().enumerate() {
            if known.as_ref().is_some_and(|known| known.seen_by(&caller)) {
                counts[usize::from(theme.of[row])] += 1;
                total += 1;
                marked |= theme.marked(row);
            }
        }
        if total > 0 {
            extent = if caller.sees_all() { tileset::bounds(&parcels.outlines) } else { own(&parcels, &day, &caller) };
        }
        let without = day.without_outline.iter().filter(|known| known.seen_by(&caller)).count();
        let layers = if may_see_layers(&caller).is_ok() { layers_json(&app, as_of)? } else { Vec::new() };
        Ok(Json(json!({
            "as_of": as_of.to_string(), "by": theme.name, "title": text_json(&theme.title), "steps": theme.steps,
            "unit": theme.unit.as_ref().map(text_json), "rule": theme.rule, "illustrative": marked,
            "classes": classes_json(&theme, &counts), "total": total, "without_outline": without,
            "themes": theme::offered(&day), "extent": extent,
            "outlines_from": parcels.outlines.from_zoom(), "deepest": MAX_ZOOM,
            "evaluation": day.grades.as_ref().map(|grades| grades.name.clone()),
            "layers": layers, "basemap": app.basemap.as_ref().map(super::Basemap::json),
        })))
    })
    .await
}

fn classes_json(theme: &Theme, counts: &[usize]) -> Vec<Value> {
    let classes = theme.classes.iter().zip(counts);
    let told = classes.map(|(class, count)| {
        json!({"code": class.code, "title": text_json(&class.title), "tone": class.tone, "count": count})
    });
    told.collect()
}

/// The box of what a caller sees.
fn own(parcels: &Parcels, day: &Day, caller: &Caller) -> Option<[f64; 4]> {
    let mut all: Option<[f64; 4]> = None;
    for at in 0..parcels.outlines.len() {
        let known = day.known[parcels.outlines.row(at) as usize].as_ref();
        if !known.is_some_and(|known| known.seen_by(caller)) {
            continue;
        }
        let [least, greatest] = parcels.outlines.around_one(at).map(landcycle_analysis::tiles::degrees);
        let one = [least.0, greatest.1, greatest.0, least.1];
        all = Some(all.map_or(one, |all| {
            [all[0].min(one[0]), all[1].min(one[1]), all[2].max(one[2]), all[3].max(one[3])]
        }));
    }
    all
}

fn layers_json(app: &App, as_of: jiff::civil::Date) -> Result<Vec<Value>, Failure> {
    let mut told = Vec::new();
    for edition in app.tiles.in_force(app, as_of)? {
        let Some(zones) = app.tiles.zones(app, &edition.name, as_of)? else { continue };
        let levels: BTreeSet<&str> =
            zones.kept.zones.iter().filter_map(|zone| zone.level.as_deref()).collect();
        let levels: Vec<Value> = levels
            .into_iter()
            .map(|level| json!({"code": level, "title": text_json(&layers::title(&app.library, LEVELS, level))}))
            .collect();
        told.push(json!({
            "name": edition.name, "edition": edition.number, "title": edition.title,
            "kind": text_json(&layers::title(&app.library, "layer_kind", &edition.kind)),
            "zones": edition.zones, "levels": levels,
            "illustrative": edition.illustrative, "approximate": edition.approximate,
        }));
    }
    Ok(told)
}

/// The days on which anything happened, in their order.
pub(super) async fn days(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    apart(move || {
        let days = app.tiles.happened(&app)?;
        let days: Vec<String> = days.iter().map(ToString::to_string).collect();
        Ok(Json(json!({"days": days, "usual": app.usual_day().to_string()})))
    })
    .await
}

/// Four numbers: west, south, east, north.
fn boxed(pairs: &query::Pairs) -> Result<[f64; 4], Problem> {
    let text = pairs.get("bbox").map_or("", String::as_str);
    let numbers: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [west, south, east, north]
            if numbers.iter().all(|number| number.is_finite()) && west <= east && south <= north =>
        {
            Ok([*west, *south, *east, *north])
        }
        _ => Err(Problem::query("bbox", text, "west,south,east,north")),
    }
}

/// The parcels whose box meets a view, without the classes that are hidden.
pub(super) async fn in_view(
    State(app): State<Arc<App>>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        only(&pairs, &["as_of", "by", "bbox", "hidden", "sort", "offset", "limit"])?;
        let [west, south, east, north] = boxed(&pairs)?;
        let as_of = day_of(&app, &pairs)?;
        let offset = query::number(&pairs, "offset", 0, usize::MAX)?;
        let limit = query::number(&pairs, "limit", ROWS, ROWS_MAX)?;
        let order = Order::read(&pairs)?;
        let (parcels, day) = app.tiles.day(&app, as_of)?;
        let theme = day.theme(&app.library, coloured_by(&pairs, &day)?)?;
        let hidden: BTreeSet<&str> = pairs.get("hidden").map_or("", String::as_str).split(',').collect();
        let hidden: Vec<bool> =
            theme.classes.iter().map(|class| hidden.contains(class.code.as_str())).collect();
        let mut found: Vec<(u32, &Known)> = Vec::new();
        parcels.outlines.meeting([world((west, north)), world((east, south))], &mut |at| {
            let row = parcels.outlines.row(at);
            let Some(known) = &day.known[row as usize] else { return };
            if !hidden[usize::from(theme.of[row as usize])] && known.seen_by(&caller) {
                found.push((row, known));
            }
        });
        order.apply(&mut found, &theme, &parcels);
        let rows: Vec<Value> = found
            .iter()
            .skip(offset)
            .take(limit)
            .map(|(row, known)| row_json(&parcels, &theme, *row, known))
            .collect();
        Ok(Json(json!({"total": found.len(), "rows": rows})))
    })
    .await
}

/// How a table is ordered.
struct Order<'p> {
    key: &'p str,
    descending: bool,
}

const ORDERS: [&str; 8] =
    ["case_id", "project_name", "stage", "class", "area", YIELDS[0].0, YIELDS[1].0, "term_left"];

impl<'p> Order<'p> {
    fn read(pairs: &'p query::Pairs) -> Result<Self, Problem> {
        let text = pairs.get("sort").map_or("case_id", String::as_str);
        let key = text.strip_prefix('-').unwrap_or(text);
        if ORDERS.contains(&key) {
            return Ok(Self { key, descending: text.starts_with('-') });
        }
        Err(Problem::query("sort", text, &ORDERS.join(", ")))
    }

    fn apply(&self, rows: &mut [(u32, &Known)], theme: &Theme, parcels: &Parcels) {
        let case = |row: u32| &parcels.cases[row as usize];
        // What is not known comes last either way.
        let number = |known: &Known| match self.key {
            "area" => known.area,
            "term_left" => known.term_left,
            name => YIELDS.iter().position(|(known, _)| *known == name).and_then(|at| known.yields[at]),
        };
        rows.sort_by(|(a, one), (b, other)| {
            let order = match self.key {
                "case_id" => case(*a).cmp(case(*b)),
                "project_name" => one.project.cmp(&other.project),
                "stage" => one.stage.cmp(&other.stage),
                "class" => theme.of[*a as usize].cmp(&theme.of[*b as usize]),
                _ => match (number(one), number(other)) {
                    (Some(one), Some(other)) => one.total_cmp(&other),
                    (one, other) => {
                        return other.is_some().cmp(&one.is_some()).then_with(|| case(*a).cmp(case(*b)));
                    }
                },
            };
            let order = if self.descending { order.reverse() } else { order };
            order.then_with(|| case(*a).cmp(case(*b)))
        });
    }
}

fn row_json(parcels: &Parcels, theme: &Theme, row: u32, known: &Known) -> Value {
    let at = row as usize;
    let class = &theme.classes[usize::from(theme.of[at])];
    let round = |value: Option<f64>, steps: f64| value.map(|value| (value * steps).round() / steps);
    let mut value = json!({
        "case_id": parcels.cases[at], "project_name": known.project, "district": &*known.district,
        "stage": known.stage.name(), "class": class.code, "illustrative": theme.marked(at),
        "area": round(known.area, 100.0), "term_left": round(known.term_left, 10.0), "centre": centre(parcels, row),
    });
    if let Value::Object(object) = &mut value {
        for ((name, _), number) in YIELDS.iter().zip(known.yields) {
            object.insert((*name).to_owned(), json!(round(number, 100.0)));
        }
    }
    value
}

/// Where a parcel lies, for a map that moves there.
fn centre(parcels: &Parcels, row: u32) -> Option<[f64; 2]> {
    let [least, greatest] = parcels.box_of(row)?;
    let middle = [0, 1].map(|axis| least[axis] + (greatest[axis] - least[axis]) / 2);
    let (lon, lat) = landcycle_analysis::tiles::degrees(middle);
    Some([lon, lat])
}

/// What is known of a zone: its layer, its level, and the rules that its level decides by.
pub(super) async fn zone(
    State(app): State<Arc<App>>,
    Path((layer, place)): Path<(String, String)>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        only(&pairs, &["as_of"])?;
        may_see_layers(&caller)?;
        let as_of = day_of(&app, &pairs)?;
        let zones = app.tiles.zones(&app, &layer, as_of)?.ok_or_else(|| Problem::absent(&layer))?;
        let found = zones.kept.zones.iter().find(|zone| zone.place.to_string() == place);
        let found = found.ok_or_else(|| Problem::absent(&format!("{layer} {place}")))?;
        let edition = &zones.edition;
        let rules = match &found.level {
            Some(level) => rules_of(&app, level, as_of)?,
            None => Vec::new(),
        };
        Ok(Json(json!({
            "layer": edition.name, "edition": edition.number, "title": edition.title,
            "kind": text_json(&layers::title(&app.library, "layer_kind", &edition.kind)),
            "from": edition.from.map(|day| day.to_string()), "until": edition.until.map(|day| day.to_string()),
            "source": edition.source, "digest": edition.digest,
            "illustrative": edition.illustrative, "approximate": edition.approximate,
            "place": found.place, "zone_id": found.zone_id, "level": found.level.as_ref().map(|level| {
                json!({"code": level, "title": text_json(&layers::title(&app.library, LEVELS, level))})
            }),
            "attributes": serde_json::from_str::<Value>(&found.attributes).unwrap_or_default(), "rules": rules,
        })))
    })
    .await
}

/// The rules, in the packages of the store, that read the level of a zone.
fn rules_of(app: &App, level: &str, as_of: jiff::civil::Date) -> Result<Vec<Value>, Failure> {
    let (_, day) = app.tiles.day(app, as_of)?;
    let library = &app.library;
    let wanted = library.vocabulary.index(LEVELS);
    let mut told = Vec::new();
    for law in day.batches.iter().map(|batch| &batch.law) {
        let mut sorter = Sorter::new(library, Some(&law.package().id));
        let facts = [(LEVELS, level)];
        sorter.add("", facts.into_iter()).map_err(|bad| Failure::text(bad.message))?;
        let Some(batch) = sorter.finish().into_iter().next() else { continue };
        for (at, rule) in law.listed().filter(|(_, rule)| rule.subject.unwrap_or(0) == 0) {
            let tree =
                explain::explain(law, &library.vocabulary, &batch.facts, 0, at, clock::day_number(as_of));
            let tree = tree.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
            if !reads(&tree, wanted) {
                continue;
            }
            let found = crate::assessment::one(library, &batch, clock::day_number(as_of), at)?;
            let cites: Vec<Value> = found
                .iter()
                .flat_map(|found| &found.basis.cites)
                .map(|cite| cite_json(library, cite))
                .collect();
            told.push(json!({
                "package": law.package().id, "package_title": text_json(&law.package().title),
                "rule": rule.name, "title": text_json(&rule.title), "cites": cites,
                "grade": found.as_ref().map(|found| found.basis.grade.word()),
            }));
        }
    }
    Ok(told)
}

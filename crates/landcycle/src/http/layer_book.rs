//! Layers over HTTP: editions, zones, what parcels share with them, files looked at before they are imported,
//! requests judged by them. The same functions as `landcycle layers`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::civil::Date;
use landcycle_analysis::layers::Trouble;
use landcycle_ledger::{FoldedCase, Geometry, Zone};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use super::bodies::{self, Upload};
use super::caller::Caller;
use super::layers::multi_polygon;
use super::problem::Problem;
use super::{App, apart, query};
use crate::cli::tree::{self, text_json};
use crate::layers::{self, Edition, Fresh, Refused, Wish, judge};
use crate::say::{Failure, words};
use crate::store;

type Answer = Result<Json<Value>, Problem>;

/// Vertices of outlines that one answer holds at most; beyond them zones are told without outlines.
const VERTICES: usize = 60_000;
/// Zones that one answer holds at most.
const ZONES: usize = 500;
/// Faults that one answer holds at most; all are counted.
const FAULTS: usize = 200;

/// All routes of layers.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/layers", get(list))
        .route("/layers/overlay", get(overlay))
        .route("/layers/preview", post(preview))
        .route("/layers/import", post(import))
        .route("/layers/{layer}/{edition}", get(one))
        .route("/layers/{layer}/{edition}/file", get(file))
        .route("/cases/{id}/use", get(judge_use))
}

fn text<'p>(pairs: &'p query::Pairs, name: &str) -> Option<&'p str> {
    pairs.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

fn only(pairs: &query::Pairs, names: &[&str]) -> Result<(), Problem> {
    match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, value)) => Err(Problem::query(name, value, &names.join(", "))),
        None => Ok(()),
    }
}

fn editions(app: &App) -> Result<Vec<Edition>, Problem> {
    let found = app.with_ledger(layers::editions);
    found.map_err(|error| store::failure(&app.store, &error).into())
}

/// The codes of a fact with their titles.
fn choices(library: &Library, fact: &str) -> Vec<Value> {
    let each = layers::codes(library, fact).iter();
    each.map(|code| json!({"code": code.code, "title": text_json(&code.title)})).collect()
}

/// All editions, and which of them are in force on a day.
async fn list(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    only(&pairs, &["as_of", "lang"])?;
    apart(move || {
        let (library, day) = (&app.library, query::day(&pairs)?.unwrap_or_else(|| app.usual_day()));
        let all = editions(&app)?;
        let holding: BTreeSet<i64> = layers::in_force(&all, day).iter().map(|edition| edition.seq).collect();
        let each = all.iter().map(|edition| {
            json!({
                "edition": layers::edition_json(edition), "in_force": holding.contains(&edition.seq),
                "kind_title": text_json(&layers::title(library, "layer_kind", &edition.kind)),
            })
        });
        Ok(Json(json!({
            "as_of": day.to_string(), "layers": each.collect::<Vec<_>>(),
            "kinds": choices(library, "layer_kind"), "levels": choices(library, "zone_line_level"),
            "uses": choices(library, judge::USE), "file_limit": bodies::FILE_LIMIT,
        })))
    })
    .await
}

/// Which cases somebody may see; none for all.
fn seen(app: &App, caller: &Caller, day: Date) -> Result<Option<BTreeSet<String>>, Problem> {
    if caller.sees_all() {
        return Ok(None);
    }
    let occurrence = |name: &str| store::is_occurrence(&app.library.vocabulary, name);
    let mut found = BTreeSet::new();
    let visit = |case: &FoldedCase<'_>| {
        if caller.sees(|name| case.get(name).map(|fact| fact.value.as_ref())) {
            found.insert(case.case_id.to_owned());
        }
    };
    app.with_ledger(|ledger| ledger.fold_in_parts((day, None), &occurrence, vec![visit]).map(drop))
        .map_err(|error| store::failure(&app.store, &error))?;
    Ok(Some(found))
}

/// Layer by layer and level by level: parcels that lie there, and how much ground.
async fn overlay(State(app): State<Arc<App>>, caller: Caller, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    only(&pairs, &["as_of", "lang"])?;
    apart(move || {
        let (library, day) = (&app.library, query::day(&pairs)?.unwrap_or_else(|| app.usual_day()));
        let mut fresh = layers::fresh(&app.store, day)?;
        if let Some(seen) = seen(&app, &caller, day)? {
            fresh.parts.retain(|part| seen.contains(&part.case_id));
            fresh.parcels = seen.len();
        }
        let offered = layers::offers(library, &fresh, day)?;
        Ok(Json(json!({
            "as_of": day.to_string(), "parcels": fresh.parcels, "rows": rows(library, &fresh),
            "whole": offered.whole.len(), "across": offered.across,
            "tolerance": offered.tolerance.to_string(),
            "illustrative": offered.illustrative.as_ref().map(text_json),
        })))
    })
    .await
}

fn rows(library: &Library, fresh: &Fresh) -> Vec<Value> {
    let mut rows = Vec::new();
    for edition in &fresh.editions {
        let mut levels: BTreeMap<Option<&str>, (BTreeSet<&str>, f64)> = BTreeMap::new();
        let own = |layer: &str, number: i64| layer == edition.name && number == edition.number;
        for part in fresh.parts.iter().filter(|part| own(&part.layer, part.edition)) {
            let (parcels, ground) = levels.entry(part.level.as_deref()).or_default();
            parcels.insert(&part.case_id);
            *ground += part.area_m2;
        }
        for (level, (parcels, ground)) in levels {
            let title = level.map(|level| text_json(&layers::title(library, "zone_line_level", level)));
            rows.push(json!({
                "name": edition.name, "edition": edition.number, "title": edition.title, "level": title,
                "parcels": parcels.len(), "hectares": format!("{:.4}", ground / 10_000.0),
                "illustrative": edition.illustrative, "approximate": edition.approximate,
            }));
        }
    }
    rows
}

fn find(app: &App, layer: &str, number: &str) -> Result<Edition, Problem> {
    let all = editions(app)?;
    let wanted =
        all.into_iter().find(|edition| edition.name == layer && edition.number.to_string() == number);
    wanted.ok_or_else(|| Problem::absent(&format!("{layer} {number}")))
}

/// Zones as the page draws and lists them: outlines as long as there is room for them.
fn zones_json(library: &Library, zones: &[Zone], offset: usize, limit: usize) -> Vec<Value> {
    let mut room = VERTICES;
    let one = |zone: &Zone| {
        let vertices = vertices(&zone.geometry);
        let drawn = vertices <= room;
        if drawn {
            room -= vertices;
        }
        let attributes = serde_json::from_str::<Value>(&zone.attributes).unwrap_or_default();
        let level = zone.level.as_ref();
        json!({
            "place": zone.place, "id": zone.zone_id, "vertices": vertices,
            "level": level.map(|level| text_json(&layers::title(library, "zone_line_level", level))),
            "attributes": attributes, "geometry": drawn.then(|| multi_polygon(&zone.geometry)),
        })
    };
    zones.iter().skip(offset).take(limit).map(one).collect()
}

fn vertices(geometry: &Geometry) -> usize {
    geometry.polygons().iter().flatten().map(Vec::len).sum()
}

/// An edition with its zones.
async fn one(
    State(app): State<Arc<App>>,
    Path((layer, number)): Path<(String, String)>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    only(&pairs, &["offset", "limit", "lang", "as_of"])?;
    apart(move || {
        let edition = find(&app, &layer, &number)?;
        let offset = query::number(&pairs, "offset", 0, usize::MAX)?;
        let limit = query::number(&pairs, "limit", ZONES, ZONES)?;
        let kept = app.with_ledger(|ledger| layers::zones_of(ledger, &ledger.name(), &edition))?;
        Ok(Json(json!({
            "edition": layers::edition_json(&edition),
            "kind_title": text_json(&layers::title(&app.library, "layer_kind", &edition.kind)),
            "total": kept.zones.len(), "zones": zones_json(&app.library, &kept.zones, offset, limit),
        })))
    })
    .await
}

/// An edition as a file for other programs.
async fn file(
    State(app): State<Arc<App>>,
    Path((layer, number)): Path<(String, String)>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    only(&pairs, &["form"])?;
    apart(move || {
        const FORMS: [(&str, &str); 4] = [
            ("gpkg", "application/geopackage+sqlite3"),
            ("geojson", "application/geo+json"),
            ("fgb", "application/octet-stream"),
            ("parquet", "application/vnd.apache.parquet"),
        ];
        let form = text(&pairs, "form").unwrap_or("gpkg");
        let kind = FORMS.into_iter().find(|(known, _)| *known == form).map(|(_, kind)| kind);
        let kind = kind.ok_or_else(|| Problem::query("form", form, "gpkg, geojson, fgb, parquet"))?;
        let edition = find(&app, &layer, &number)?;
        let kept = app.with_ledger(|ledger| layers::zones_of(ledger, &ledger.name(), &edition))?;
        let failed = |error: &std::io::Error| Problem::from(crate::say::output_failure(None, error));
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let name = format!("{layer}-{number}.{form}");
        let path = folder.path().join(&name);
        layers::write(&kept, &path, &[])?;
        let bytes = std::fs::read(&path).map_err(|error| failed(&error))?;
        Ok(bodies::file(kind, &name, bytes))
    })
    .await
}

/// What is asked of a file, beside the file itself.
const WISHES: [&str; 13] = [
    "name",
    "layer",
    "title",
    "kind",
    "level",
    "level_field",
    "from",
    "until",
    "crs",
    "repair",
    "illustrative",
    "table",
    "by",
];

fn wish(pairs: &query::Pairs, upload: &Upload, by: &str) -> Result<Wish, Problem> {
    let own = |name: &str| text(pairs, name).map(str::to_owned);
    let yes = |name: &str| match text(pairs, name) {
        None | Some("no") => Ok(false),
        Some("yes") => Ok(true),
        Some(other) => Err(Problem::query(name, other, "yes, no")),
    };
    if own("level").is_some() && own("level_field").is_some() {
        return Err(Problem::query("level", text(pairs, "level").unwrap_or_default(), "level ∨ level_field"));
    }
    Ok(Wish {
        file: upload.path().to_owned(),
        table: own("table"),
        name: own("layer").unwrap_or_default(),
        title: own("title"),
        kind: own("kind").unwrap_or_default(),
        level: own("level"),
        level_field: own("level_field"),
        from: query::date(pairs, "from")?,
        until: query::date(pairs, "until")?,
        crs: own("crs"),
        repair: yes("repair")?,
        illustrative: yes("illustrative")?,
        by: by.to_owned(),
    })
}

/// A fault with its feature and the place in it.
fn fault_json(trouble: &Trouble) -> Value {
    let value = |name: &str| trouble.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    json!({
        "feature": value("feature"), "name": value("name"), "polygon": value("polygon"),
        "ring": value("ring"), "vertex": value("vertex"), "text": text_json(&layers::said(trouble)),
    })
}

fn bare(upload: &Upload, text: &Text) -> Text {
    let folder = upload.path().parent().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
    Text { zh: text.zh.replace(&folder, ""), en: text.en.replace(&folder, "") }
}

/// What a file would become: its zones, or every fault with its place. Nothing is recorded.
async fn preview(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>, body: Body) -> Answer {
    only(&pairs, &WISHES)?;
    let upload = Upload::take(body, text(&pairs, "name")).await?;
    apart(move || {
        let library = &app.library;
        let wish = wish(&pairs, &upload, "")?;
        let mut value = json!({
            "sound": false, "zones": 0, "crs": null, "approximate": false, "mended": [], "shown": [],
            "whole": null, "faults": [], "fault_count": 0, "edition": null,
        });
        match layers::prepare(library, &wish) {
            Ok(ready) => {
                let before = editions(&app)?;
                let numbers = before.iter().filter(|edition| edition.name == wish.name);
                let next = numbers.map(|edition| edition.number).max().unwrap_or(0) + 1;
                value["sound"] = json!(true);
                value["zones"] = json!(ready.zones.len());
                value["crs"] = json!(ready.crs());
                value["approximate"] = json!(ready.approximate());
                value["mended"] = ready.mended.iter().map(text_json).collect();
                value["shown"] = json!(zones_json(library, &ready.zones, 0, ZONES));
                value["edition"] = json!(next);
            }
            Err(Refused::Whole(failure)) => {
                value["whole"] = text_json(&bare(&upload, &failure.message));
                value["fault_count"] = json!(1);
            }
            Err(Refused::Troubles(troubles)) => {
                value["faults"] = troubles.iter().take(FAULTS).map(fault_json).collect();
                value["fault_count"] = json!(troubles.len());
            }
        }
        Ok(Json(value))
    })
    .await
}

/// Imports a file, whole or not at all.
async fn import(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
    body: Body,
) -> Result<Response, Problem> {
    only(&pairs, &WISHES)?;
    let upload = Upload::take(body, text(&pairs, "name")).await?;
    apart(move || {
        let by = caller.name(text(&pairs, "by").unwrap_or_default().trim());
        if by.is_empty() {
            return Err(Problem::query("by", "", words("who_acts").zh.as_str()));
        }
        let wish = wish(&pairs, &upload, by)?;
        let done = layers::import(&app.library, &app.store, &wish);
        let done = done.map_err(|failure: Failure| upload.problem("layer", failure))?;
        let status = if done.there { StatusCode::OK } else { StatusCode::CREATED };
        let body = json!({
            "name": wish.name, "edition": done.number, "zones": done.zones, "crs": done.crs,
            "there": done.there, "approximate": done.approximate,
            "mended": done.mended.iter().map(text_json).collect::<Vec<_>>(),
        });
        Ok((status, Json(body)).into_response())
    })
    .await
}

/// A request to change the use of a parcel, held against the lines: the rules that read it, as trees.
async fn judge_use(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    only(&pairs, &["proposed", "package", "as_of", "lang"])?;
    apart(move || {
        let (library, day) = (&app.library, query::day(&pairs)?.unwrap_or_else(|| app.usual_day()));
        let package = text(&pairs, "package");
        if let Some(package) = package.filter(|package| library.law(package).is_none()) {
            return Err(Problem::absent(package));
        }
        let known = app.with_ledger(|ledger| landcycle_ledger::Ledger::events_of(ledger, &id));
        if known.map_err(|error| store::failure(&app.store, &error))?.is_empty() {
            return Err(Problem::absent(&id));
        }
        let asked =
            judge::Asked { case: &id, proposed: text(&pairs, "proposed").unwrap_or_default(), package, day };
        let path: &FilePath = &app.store;
        let refused = |failure| bodies::refused("layer", failure);
        let judged = judge::judge(library, path, &asked).map_err(refused)?;
        let trees = judged.trees(library, |step, sources| tree::json(step, library, sources));
        Ok(Json(json!({
            "as_of": day.to_string(), "package": judged.package(),
            "told": judged.told.iter().map(text_json).collect::<Vec<_>>(), "rules": trees.map_err(refused)?,
        })))
    })
    .await
}

//! The law of a package as a tree: stages, rules with their versions, and what each rests on on a day.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use landcycle_policy::calendar::iso;
use landcycle_policy::law::grounds::{Ground, GroundKind};
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::library::Package;
use serde_json::{Value, json};

use super::problem::Problem;
use super::query;
use super::{App, apart};
use crate::cli::policy::rule_json;
use crate::cli::tree::{cite_json, text_json};
use crate::clock;

type Answer = Result<Json<Value>, Problem>;

/// The stages in the order of a parcel's life.
const STAGES: [&str; 4] = ["planning", "supply", "supervision", "diagnosis"];

/// The packages whose law can be read.
pub(super) async fn laws(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!(app.library.laws().map(|(_, law)| package_json(law.package())).collect::<Vec<_>>()))
}

fn package_json(package: &Package) -> Value {
    json!({
        "id": package.id, "title": text_json(&package.title), "layer": package.layer,
        "illustrative": package.illustrative,
    })
}

/// The law of a package with all that it extends, as it stands on a day.
pub(super) async fn law(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        if let Some((name, value)) = pairs.iter().find(|(name, _)| *name != "as_of") {
            return Err(Problem::query(name, value, "as_of"));
        }
        let law = app.library.law(&id).ok_or_else(|| Problem::absent(&id))?;
        let as_of = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let day = clock::day_number(as_of);
        let stages: Vec<Value> = STAGES
            .iter()
            .map(|stage| {
                let rules = law.rules.iter().enumerate().filter(|(_, rule)| rule.stage == *stage);
                let mut rules: Vec<(usize, &Rule)> = rules.collect();
                rules.sort_by(|a, b| a.1.id.cmp(&b.1.id));
                let told = rules.iter().map(|(at, rule)| rule_on(&app, law, *at, rule, day));
                json!({"stage": stage, "rules": told.collect::<Vec<_>>()})
            })
            .collect();
        let chain = law.chain.iter().map(|package| package_json(package)).collect::<Vec<_>>();
        Ok(Json(json!({
            "package": package_json(law.package()), "digest": law.digest, "as_of": as_of.to_string(),
            "chain": chain, "stages": stages,
        })))
    })
    .await
}

/// A rule with its versions and what its text rests on on a day.
fn rule_on(app: &App, law: &Law, at: usize, rule: &Rule, day: i64) -> Value {
    let subjects = app.library.vocabulary.subjects();
    let subject = rule.subject.and_then(|at| subjects.get(at));
    let grounds = rule.segment_on(day).map(|segment| law.grounds(at, segment)).unwrap_or_default();
    let uses: Vec<Value> = law
        .closure(at)
        .iter()
        .skip(1)
        .map(|other| json!({"name": law.rules[*other].name, "title": text_json(&law.rules[*other].title)}))
        .collect();
    let mut value = rule_json(&app.library, law, rule);
    if let Value::Object(object) = &mut value {
        object.insert("name".into(), json!(rule.name));
        object.insert("subject".into(), json!(subject.map(|subject| text_json(&subject.title))));
        object.insert("rests_on".into(), grounds.iter().map(|ground| ground_json(app, ground)).collect());
        object.insert("uses".into(), json!(uses));
    }
    value
}

/// A version, value or edition that holds.
fn ground_json(app: &App, ground: &Ground) -> Value {
    let package = app.library.packages.get(&ground.package);
    let reviewed = package.and_then(|package| match ground.kind {
        GroundKind::Parameter => package.parameters.get(&ground.path)?.reviewed.clone(),
        GroundKind::Table => package.tables.get(&ground.path)?.reviewed.clone(),
        GroundKind::Rule => None,
    });
    let display = ground.value.map(|(value, unit)| {
        let unit = app.library.vocabulary.units.display(unit);
        let join = |unit: &str| format!("{value} {unit}").trim_end().to_owned();
        json!({"zh": join(&unit.zh), "en": join(&unit.en)})
    });
    json!({
        "kind": ground.kind.word(), "path": ground.path, "title": text_json(&ground.title),
        "package": ground.package, "layer": package.map(|package| text_json(&package.title)),
        "from": iso(ground.from), "display": display, "grade": ground.grade.word(),
        "illustrative": ground.illustrative.as_ref().map(text_json), "reviewed": reviewed,
        "cites": ground.cites.iter().map(|id| cite_json(&app.library, id)).collect::<Vec<_>>(),
    })
}

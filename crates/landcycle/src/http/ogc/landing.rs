//! The landing page, what the service conforms to, and its own description.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::caller::Caller;
use super::super::problem::Problem;
use super::super::{App, apart};
use super::ask::Given;
use super::collections::properties;
use super::items::plain;
use super::links::{JSON, OPENAPI, Place, link, speak};
use super::{find, names, openapi};
use crate::say::words;

/// The classes of requirements that are met. HTML is none of them.
const CLASSES: [&str; 16] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
];

/// `/ogc`.
pub(super) async fn landing(Query(given): Query<Given>, place: Place) -> Result<Response, Problem> {
    plain(&given)?;
    let language = place.language;
    let title = |key: &str| words(key).get(language).to_owned();
    let links = json!([
        link(&place.at(&[]), "self", JSON, ""),
        link(&place.at(&["api"]), "service-desc", OPENAPI, &title("ogc_api")),
        link(&place.at(&["conformance"]), "conformance", JSON, &title("ogc_conformance")),
        link(&place.at(&["collections"]), "data", JSON, &title("ogc_collections")),
    ]);
    let body = json!({"title": "landcycle", "description": title("ogc_about"), "links": links});
    Ok(answer(&body, JSON, &place))
}

/// `/ogc/conformance`.
pub(super) async fn conformance(Query(given): Query<Given>, place: Place) -> Result<Response, Problem> {
    plain(&given)?;
    Ok(answer(&json!({"conformsTo": CLASSES}), JSON, &place))
}

/// `/ogc/api`.
pub(super) async fn api(
    State(app): State<Arc<App>>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        plain(&given)?;
        // What a caller may not read is not described to it either.
        let found: Result<Vec<_>, Problem> = names(&app, &caller, None)?
            .into_iter()
            .map(|name| {
                let table = find(&app, &caller, &name, None)?.table;
                Ok((name, properties(&table, place.language)))
            })
            .collect();
        Ok(answer(&openapi::document(&place.at(&[]), &found?), OPENAPI, &place))
    })
    .await
}

/// A body with its type and language.
pub(super) fn answer(body: &Value, kind: &'static str, place: &Place) -> Response {
    let response = ([(header::CONTENT_TYPE, kind)], body.to_string()).into_response();
    speak(response, place.language)
}

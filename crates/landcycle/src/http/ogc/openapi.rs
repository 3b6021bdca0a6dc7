//! The part of the contract that GIS programs read, as OpenAPI 3.0: the contract itself is 3.1, which they
//! do not know.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::contract::contract;

/// Where the addresses of GIS programs begin.
const PREFIX: &str = "/ogc";
const REFERENCE: &str = "#/components/";

/// The address of the items of any collection, and what stands there for its name.
const ITEMS: &str = "/collections/{collection}/items";
const COLLECTION: &str = "#/components/parameters/OgcCollection";

/// The document, for the address under which the service was reached, with the properties by which the
/// items of each collection can be asked for.
pub(super) fn document(base: &str, collections: &[(String, Map<String, Value>)]) -> Value {
    let contract = contract();
    let mut paths = Map::new();
    let all = contract["paths"].as_object();
    for (path, operations) in all.into_iter().flatten() {
        let Some(rest) = path.strip_prefix(PREFIX).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        else {
            continue;
        };
        let path = if rest.is_empty() { "/" } else { rest };
        paths.insert(path.to_owned(), plain(operations));
    }
    for (name, properties) in collections {
        let own = items_of(&paths[ITEMS], name, properties);
        paths.insert(format!("/collections/{name}/items"), own);
    }
    let mut components = Map::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    references(&Value::Object(paths.clone()), &mut open);
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some((section, own)) = name.split_once('/') else { continue };
        let found = plain(&contract["components"][section][own]);
        references(&found, &mut open);
        let section = components.entry(section.to_owned()).or_insert_with(|| json!({}));
        if let Value::Object(section) = section {
            section.insert(own.to_owned(), found);
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "landcycle: OGC API", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": base}],
        "paths": paths,
        "components": components,
    })
}

/// The address of the items of one collection. GIS programs look there for what they may ask a server and
/// not sift themselves.
fn items_of(items: &Value, name: &str, properties: &Map<String, Value>) -> Value {
    let mut own = items.clone();
    let operation = &mut own["get"];
    operation["operationId"] = json!(format!("ogcItems.{name}"));
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.retain(|parameter| parameter["$ref"] != COLLECTION);
        let known: Vec<String> =
            parameters.iter().filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect();
        for (property, schema) in properties {
            let kind = schema["type"].as_str().filter(|_| !known.contains(property));
            let Some(kind) = kind else { continue };
            let mut short = json!({"type": kind});
            if let Some(format) = schema.get("format") {
                short["format"] = format.clone();
            }
            parameters.push(json!({
                "name": property, "in": "query", "required": false, "style": "form", "explode": false,
                "description": schema["title"], "schema": short,
            }));
        }
    }
    own
}

/// The names of components that something refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(name) =
                object.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix(REFERENCE))
            {
                found.push(name.to_owned());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The same in the words of 3.0: `nullable` for a type among types, `enum` for `const`, no keys of our own.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut made = Map::new();
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("x-access", _) => {}
                    ("const", value) => drop(made.insert("enum".into(), json!([value]))),
                    ("type", Value::Array(types)) => {
                        let known: Vec<&Value> = types.iter().filter(|kind| *kind != "null").collect();
                        if let [one] = known[..] {
                            made.insert("type".into(), one.clone());
                        }
                        if known.len() < types.len() {
                            made.insert("nullable".into(), json!(true));
                        }
                    }
                    ("anyOf" | "oneOf", Value::Array(forms)) => {
                        let null = json!({"type": "null"});
                        let known: Vec<Value> =
                            forms.iter().filter(|form| **form != null).map(plain).collect();
                        if known.len() < forms.len() {
                            made.insert("nullable".into(), json!(true));
                        }
                        made.insert(key.clone(), json!(known));
                    }
                    _ => drop(made.insert(key.clone(), plain(value))),
                }
            }
            Value::Object(made)
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    //! What is said in 3.0 refers to nothing that is not there.

    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document("http://localhost/ogc", &[("parcels".to_owned(), Map::new())]);
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty() && document["paths"]["/collections"].is_object());
        for name in found {
            assert!(document.pointer(&format!("/components/{name}")).is_some(), "{name}");
        }
        let text = document.to_string();
        assert!(!text.contains("x-access") && !text.contains("\"const\"") && !text.contains("\"null\""));
    }
}

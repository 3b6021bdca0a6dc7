//! 接口约定 · the contract of the API: an OpenAPI document, one file for each area, read at start. Access
//! is decided by it, the page's types are made from it, and tests hold every answer against it.

use std::sync::LazyLock;

use axum::Json;
use landcycle_policy::node::{Kind, Node};
use landcycle_policy::text::Text;
use rust_embed::RustEmbed;
use serde_json::{Map, Value, json};

#[derive(RustEmbed)]
#[folder = "src/http/contract"]
struct Files;

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let info = json!({"title": "landcycle", "version": env!("CARGO_PKG_VERSION")});
    let mut contract = json!({"openapi": "3.1.0", "info": info, "servers": [{"url": "/"}]});
    for name in Files::iter() {
        let file = Files::get(&name).unwrap_or_else(|| unreachable!("a listed file is there"));
        let text = String::from_utf8_lossy(&file.data).into_owned();
        let Ok(root) = Node::parse(&text) else { continue };
        merge(&mut contract, value(&root));
    }
    contract
});

/// The whole document.
pub(crate) fn contract() -> &'static Value {
    &CONTRACT
}

/// The operation of a route as the router names it, or none where the contract forgot it.
pub(super) fn operation(method: &str, path: &str) -> Option<&'static Value> {
    CONTRACT.get("paths")?.get(path)?.get(method.to_ascii_lowercase())
}

/// The methods of an address as the router names it.
pub(super) fn methods(path: &str) -> Vec<String> {
    let known = CONTRACT["paths"][path].as_object();
    known.into_iter().flat_map(Map::keys).map(|method| method.to_ascii_uppercase()).collect()
}

/// What an operation does, in the words of the contract.
pub(super) fn summary(id: &str) -> Text {
    let paths = CONTRACT["paths"].as_object().into_iter().flat_map(Map::values);
    let mut operations = paths.filter_map(Value::as_object).flat_map(Map::values);
    let found = operations.find(|operation| operation["operationId"] == id);
    let word = |key: &str| found.and_then(|operation| operation[key].as_str()).unwrap_or(id).to_owned();
    Text { zh: word("x-zh"), en: word("summary") }
}

/// The document over HTTP.
pub(super) async fn serve() -> Json<&'static Value> {
    Json(contract())
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// A YAML node as JSON: plain scalars are numbers and flags where they read as such.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Map(pairs) => {
            let pair = |(key, item): &(Node, Node)| (key.text().unwrap_or_default().to_owned(), value(item));
            Value::Object(pairs.iter().map(pair).collect::<Map<_, _>>())
        }
        Kind::List(items) => items.iter().map(value).collect(),
        Kind::Scalar { text, plain: false } => json!(text),
        Kind::Scalar { text, plain: true } => match text.as_str() {
            "" | "~" | "null" => Value::Null,
            "true" => json!(true),
            "false" => json!(false),
            text => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        },
    }
}

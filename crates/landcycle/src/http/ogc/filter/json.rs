//! CQL2 as JSON.

use landcycle_policy::exact::Exact;
use serde_json::{Map, Value};

use super::super::outlines::Point;
use super::super::region::Shape;
use super::{DEEPEST, Node, Wrong, day, wrong};

/// Reads a filter.
pub(super) fn read(text: &str) -> Result<Node, Wrong> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return wrong("ogc_filter_json", error),
    };
    node(&value, DEEPEST)
}

fn node(value: &Value, room: usize) -> Result<Node, Wrong> {
    let Some(room) = room.checked_sub(1) else { return wrong("ogc_filter_deep", DEEPEST) };
    match value {
        Value::Bool(flag) => Ok(Node::Flag(*flag)),
        Value::String(text) => Ok(Node::Text(text.clone())),
        Value::Number(number) => {
            let text = number.to_string();
            Exact::parse(&text)
                .map_or_else(|| wrong("ogc_filter_stray", &text), |number| Ok(Node::Number(number)))
        }
        Value::Array(items) => {
            Ok(Node::List(items.iter().map(|item| node(item, room)).collect::<Result<_, _>>()?))
        }
        Value::Object(object) => of_object(object, room),
        Value::Null => wrong("ogc_filter_stray", "null"),
    }
}

fn of_object(object: &Map<String, Value>, room: usize) -> Result<Node, Wrong> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if let Some(op) = text("op") {
        let args = object.get("args").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let args = args.iter().map(|arg| node(arg, room)).collect::<Result<_, _>>()?;
        return Ok(Node::Op(op.to_ascii_lowercase(), args));
    }
    if let Some(name) = text("property") {
        return Ok(Node::Property(name.to_owned()));
    }
    if let Some(written) = text("date").or_else(|| text("timestamp")) {
        return day(written).map_or_else(|| wrong("ogc_filter_day", written), |day| Ok(Node::Day(day)));
    }
    if let Some(bounds) = object.get("bbox").and_then(Value::as_array) {
        let numbers: Option<Vec<f64>> = bounds.iter().map(Value::as_f64).collect();
        return match numbers.as_deref() {
            Some([a, b, c, d] | [a, b, _, c, d, _]) => Ok(Node::Bounds([*a, *b, *c, *d])),
            _ => wrong("ogc_filter_place", "bbox"),
        };
    }
    match shapes(object, room) {
        Some(shapes) => Ok(Node::Shapes(shapes)),
        None => wrong(
            "ogc_filter_stray",
            Value::Object(object.clone()).to_string().chars().take(40).collect::<String>(),
        ),
    }
}

fn shapes(object: &Map<String, Value>, room: usize) -> Option<Vec<Shape>> {
    let room = room.checked_sub(1)?;
    let at = object.get("coordinates");
    Some(match object.get("type")?.as_str()? {
        "Point" => vec![Shape::Point(point(at?)?)],
        "LineString" => vec![Shape::Line(line(at?)?)],
        "Polygon" => vec![Shape::Polygon(rings(at?)?)],
        "MultiPoint" => line(at?)?.into_iter().map(Shape::Point).collect(),
        "MultiLineString" => rings(at?)?.into_iter().map(Shape::Line).collect(),
        "MultiPolygon" => {
            at?.as_array()?.iter().map(|part| rings(part).map(Shape::Polygon)).collect::<Option<_>>()?
        }
        "GeometryCollection" => {
            let members = object.get("geometries")?.as_array()?;
            let each = members.iter().map(|member| shapes(member.as_object()?, room));
            each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        }
        _ => return None,
    })
}

fn point(value: &Value) -> Option<Point> {
    let numbers = value.as_array()?;
    let number = |at: usize| numbers.get(at)?.as_f64();
    Some([number(0)?, number(1)?])
}

fn line(value: &Value) -> Option<Vec<Point>> {
    value.as_array()?.iter().map(point).collect()
}

fn rings(value: &Value) -> Option<Vec<Vec<Point>>> {
    value.as_array()?.iter().map(line).collect()
}

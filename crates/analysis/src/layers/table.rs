//! Attributes as columns of one type, for the formats that need them.

use serde_json::Value;

use super::Attributes;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// True or false.
    YesNo,
    /// Whole numbers of 64 bits.
    Integer,
    /// Floating numbers of 64 bits.
    Real,
    /// Texts.
    Text,
    /// Lists, objects, or values of several types: each as JSON.
    Json,
}

/// A column of a table of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The attribute.
    pub name: String,
    /// The type that holds all its values.
    pub kind: ColumnKind,
}

/// The whole numbers that a float holds exactly go up to this.
const EXACT: u64 = 1 << 53;

impl Column {
    /// The value of a row as text, where the column holds texts or JSON; nothing for none.
    pub fn text(&self, attributes: &Attributes) -> Option<String> {
        let value = attributes.get(&self.name).filter(|value| !value.is_null())?;
        match (self.kind, value) {
            (ColumnKind::Text, Value::String(text)) => Some(text.clone()),
            (_, value) => Some(value.to_string()),
        }
    }
}

/// The columns of some features, in the order in which attributes first appear.
pub fn columns<'a>(rows: impl Iterator<Item = &'a Attributes>) -> Vec<Column> {
    let mut found: Vec<(String, Option<ColumnKind>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (name, value) in rows.flatten() {
        let place = *places.entry(name.clone()).or_insert(found.len());
        if place == found.len() {
            found.push((name.clone(), None));
        }
        if let Some(kind) = kind_of(value) {
            let there = &mut found[place].1;
            *there = Some(there.map_or(kind, |there| both(there, kind)));
        }
    }
    let column =
        |(name, kind): (String, Option<ColumnKind>)| Column { name, kind: kind.unwrap_or(ColumnKind::Text) };
    found.into_iter().map(column).collect()
}

fn kind_of(value: &Value) -> Option<ColumnKind> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => ColumnKind::YesNo,
        Value::Number(number) if number.is_i64() => ColumnKind::Integer,
        Value::Number(number) if number.is_f64() => ColumnKind::Real,
        Value::String(_) => ColumnKind::Text,
        _ => ColumnKind::Json,
    })
}

fn both(one: ColumnKind, other: ColumnKind) -> ColumnKind {
    use ColumnKind::{Integer, Json, Real};
    match (one, other) {
        _ if one == other => one,
        (Integer, Real) | (Real, Integer) => Real,
        _ => Json,
    }
}

/// A number as a float, if the float is that number.
pub(super) fn real(value: &Value) -> Option<f64> {
    let exact = value.as_i64().is_none_or(|whole| whole.unsigned_abs() <= EXACT);
    value.as_f64().filter(|_| exact)
}

#[cfg(test)]
mod tests {
    use super::ColumnKind::{Integer, Json, Real, Text, YesNo};
    use super::{Column, columns};
    use serde_json::json;

    #[test]
    fn each_column_holds_what_all_rows_say() {
        let rows = [
            json!({"名称": "一", "n": 1, "x": 1, "mixed": 1, "list": [1], "none": null, "yes": true}),
            json!({"名称": null, "n": -2, "x": 0.5, "mixed": "a", "late": "b"}),
        ];
        let rows: Vec<_> = rows.iter().map(|row| row.as_object().expect("an object")).collect();
        let found: Vec<_> = columns(rows.iter().copied()).into_iter().map(|c| (c.name, c.kind)).collect();
        let expected = [
            ("名称", Text),
            ("n", Integer),
            ("x", Real),
            ("mixed", Json),
            ("list", Json),
            ("none", Text),
            ("yes", YesNo),
            ("late", Text),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
        let mixed = Column { name: "mixed".into(), kind: Json };
        assert_eq!(mixed.text(rows[1]).as_deref(), Some("\"a\""));
    }
}

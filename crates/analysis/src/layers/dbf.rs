//! The attribute table of a shapefile: `dBASE` III, as GIS programs write it.
//!
//! Read here and not by a library: the encoding of Chinese tables is often not declared and must be told
//! from all texts together, strictly; and numbers are decimal texts that must not pass through a float.

use encoding_rs::{Encoding, GB18030, UTF_8};
use serde_json::{Map, Number, Value};

use super::bytes::{Broken, Bytes};
use super::{Attributes, Trouble};

const END_OF_FIELDS: u8 = 0x0D;
const DELETED: u8 = b'*';
/// Marks of encodings in the header that mean one thing.
const GBK_MARK: u8 = 0x4D;

struct Field {
    name: Vec<u8>,
    kind: u8,
    length: usize,
    decimals: u8,
}

/// The rows of a table, in order; nothing for a row that is marked as deleted.
pub(super) fn rows(dbf: &[u8], cpg: Option<&str>) -> Result<Vec<Option<Attributes>>, Trouble> {
    let broken = |Broken| Trouble::new("layer_file_broken").with("part", ".dbf");
    let (fields, mark, records) = layout(dbf).map_err(broken)?;
    let encoding = match cpg.and_then(declared) {
        Some(encoding) => encoding,
        None if mark == GBK_MARK => GB18030,
        None => told(&fields, &records)?,
    };
    let decode = |bytes: &[u8], row: usize, field: &str| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        text.map(std::borrow::Cow::into_owned).ok_or_else(|| {
            Trouble::new("layer_bad_text")
                .with("encoding", encoding.name())
                .with("row", row)
                .with("field", field)
        })
    };
    let names = fields.iter().map(|field| decode(&field.name, 0, "")).collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        let (flag, mut rest) = record.split_first().ok_or(Broken).map_err(broken)?;
        if *flag == DELETED {
            rows.push(None);
            continue;
        }
        let mut row = Map::new();
        for (field, name) in fields.iter().zip(&names) {
            let (cell, after) = rest.split_at_checked(field.length).ok_or(Broken).map_err(broken)?;
            rest = after;
            let value = match field.kind {
                b'C' => match trimmed(cell) {
                    [] => Value::Null,
                    cell => Value::String(decode(cell, at + 1, name)?),
                },
                _ => plain(field, cell).ok_or_else(|| {
                    let kind = char::from(field.kind);
                    Trouble::new("layer_column_type")
                        .with("field", name)
                        .with("kind", kind)
                        .with("row", at + 1)
                })?,
            };
            row.insert(name.clone(), value);
        }
        rows.push(Some(row));
    }
    Ok(rows)
}

type Layout<'d> = (Vec<Field>, u8, Vec<&'d [u8]>);

fn layout(dbf: &[u8]) -> Result<Layout<'_>, Broken> {
    let mut head = Bytes::new(dbf);
    head.slice(4)?;
    let count = head.integer()? as usize;
    let head_length = usize::from(u16::from_le_bytes(head.take()?));
    let length = usize::from(u16::from_le_bytes(head.take()?));
    head.slice(17)?;
    let [mark] = head.take()?;
    head.slice(2)?;
    let mut fields = Vec::new();
    while head.rest.first().is_some_and(|byte| *byte != END_OF_FIELDS) {
        let name: [u8; 11] = head.take()?;
        let [kind] = head.take()?;
        head.slice(4)?;
        let [length, decimals] = head.take()?;
        head.slice(14)?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        // A text of more than 255 bytes keeps the rest of its length where a number has its decimals.
        let long = if kind == b'C' { usize::from(decimals) << 8 } else { 0 };
        fields.push(Field {
            name: trimmed(&name[..end]).to_vec(),
            kind,
            length: long + usize::from(length),
            decimals,
        });
    }
    let data = dbf.get(head_length..).ok_or(Broken)?;
    if length == 0 || count > data.len() / length {
        return Err(Broken);
    }
    Ok((fields, mark, data.chunks_exact(length).take(count).collect()))
}

fn trimmed(cell: &[u8]) -> &[u8] {
    let end = cell.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    &cell[..end]
}

/// The encoding that a `.cpg` file names.
fn declared(cpg: &str) -> Option<&'static Encoding> {
    let label = cpg.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
    let digits: String = label.chars().filter(char::is_ascii_digit).collect();
    match digits.as_str() {
        "936" | "54936" => Some(GB18030),
        "65001" => Some(UTF_8),
        "88591" => Some(encoding_rs::WINDOWS_1252),
        _ => Encoding::for_label(label.as_bytes())
            .map(|known| if known == encoding_rs::GBK { GB18030 } else { known }),
    }
}

/// The encoding in which every text of the table can be read: UTF-8, else the one of Chinese Windows.
fn told(fields: &[Field], records: &[&[u8]]) -> Result<&'static Encoding, Trouble> {
    let mut texts: Vec<&[u8]> = fields.iter().map(|field| field.name.as_slice()).collect();
    for record in records {
        let mut rest = record.get(1..).unwrap_or_default();
        for field in fields {
            let (cell, after) = rest.split_at_checked(field.length).unwrap_or((rest, &[]));
            rest = after;
            if field.kind == b'C' {
                texts.push(trimmed(cell));
            }
        }
    }
    let fits = |encoding: &&'static Encoding| {
        let read =
            |text: &&[u8]| encoding.decode_without_bom_handling_and_without_replacement(text).is_some();
        texts.iter().all(read)
    };
    [UTF_8, GB18030].into_iter().find(fits).ok_or_else(|| Trouble::new("layer_no_encoding"))
}

/// What is no text; nothing where it cannot be read.
fn plain(field: &Field, cell: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(cell).ok().map(|text| text.trim_matches([' ', '\0']));
    match field.kind {
        b'N' | b'F' => {
            let text = text?;
            // Stars: the number did not fit when it was written.
            if text.is_empty() || text.bytes().all(|byte| byte == b'*') {
                return Some(Value::Null);
            }
            if field.decimals == 0
                && let Ok(whole) = text.parse::<i64>()
            {
                return Some(whole.into());
            }
            Number::from_f64(text.parse().ok()?).map(Value::Number)
        }
        b'L' => Some(match text? {
            "T" | "t" | "Y" | "y" => true.into(),
            "F" | "f" | "N" | "n" => false.into(),
            _ => Value::Null,
        }),
        b'D' => {
            let text = text?;
            if text.is_empty() || text == "00000000" {
                return Some(Value::Null);
            }
            let day = jiff::civil::Date::strptime("%Y%m%d", text).ok()?;
            Some(day.to_string().into())
        }
        b'I' => Some(i32::from_le_bytes(cell.try_into().ok()?).into()),
        b'B' | b'O' => Number::from_f64(f64::from_le_bytes(cell.try_into().ok()?)).map(Value::Number),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A table as a GIS program writes it.
    pub(in crate::layers) fn table(fields: &[(&[u8], u8, u8, u8)], rows: &[Vec<&[u8]>], mark: u8) -> Vec<u8> {
        let length: usize = 1 + fields.iter().map(|field| usize::from(field.2)).sum::<usize>();
        let mut bytes = vec![3, 126, 11, 29];
        bytes.extend((rows.len() as u32).to_le_bytes());
        bytes.extend((33 + 32 * fields.len() as u16).to_le_bytes());
        bytes.extend((length as u16).to_le_bytes());
        bytes.extend([0; 17]);
        bytes.extend([mark, 0, 0]);
        for (name, kind, length, decimals) in fields {
            let mut padded = name.to_vec();
            padded.resize(11, 0);
            bytes.extend(padded);
            bytes.push(*kind);
            bytes.extend([0; 4]);
            bytes.extend([*length, *decimals]);
            bytes.extend([0; 14]);
        }
        bytes.push(END_OF_FIELDS);
        for row in rows {
            bytes.push(b' ');
            for (cell, field) in row.iter().zip(fields) {
                let mut cell = cell.to_vec();
                cell.resize(usize::from(field.2), b' ');
                bytes.extend(cell);
            }
        }
        bytes
    }

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn chinese_is_read_declared_marked_or_neither() {
        let (name, value) = (gbk("名称"), gbk("东城区"));
        let fields = [(name.as_slice(), b'C', 20, 0)];
        let dbf = |mark| table(&fields, &[vec![&value]], mark);
        for (mark, cpg) in [(0, Some("GBK")), (0, Some("936\r\n")), (GBK_MARK, None), (0, None), (0x57, None)]
        {
            let rows = rows(&dbf(mark), cpg).expect("read");
            assert_eq!(rows[0].as_ref().expect("a row")["名称"], "东城区", "{mark} {cpg:?}");
        }
        let utf = table(&[("名称".as_bytes(), b'C', 20, 0)], &[vec!["东城区".as_bytes()]], 0);
        assert_eq!(rows(&utf, None).expect("read")[0].as_ref().expect("a row")["名称"], "东城区");
        // What is declared is not doubted, but has to be so.
        assert_eq!(rows(&dbf(0), Some("UTF-8")).expect_err("no UTF-8").key, "layer_bad_text");
        let neither = table(&[(b"a", b'C', 4, 0)], &[vec![&[0xFF, 0xFF]]], 0);
        assert_eq!(rows(&neither, None).expect_err("neither").key, "layer_no_encoding");
    }

    #[test]
    fn values_of_every_type() {
        let fields: [(&[u8], u8, u8, u8); 6] = [
            (b"code", b'N', 18, 0),
            (b"area", b'N', 19, 4),
            (b"yes", b'L', 1, 0),
            (b"day", b'D', 8, 0),
            (b"i", b'I', 4, 0),
            (b"t", b'C', 4, 0),
        ];
        let dbf = table(
            &fields,
            &[
                vec![b"123456789012345678", b"  12.3000", b"T", b"20260131", &[7, 0, 0, 0], b"a b"],
                vec![b"", b"*******************", b"?", b"", &[0, 0, 0, 0], b""],
            ],
            0,
        );
        let rows = rows(&dbf, None).expect("read");
        let row = rows[0].as_ref().expect("a row");
        assert_eq!(
            Value::Object(row.clone()),
            serde_json::json!({
                "code": 123_456_789_012_345_678_i64, "area": 12.3, "yes": true, "day": "2026-01-31", "i": 7, "t": "a b"
            })
        );
        let row = rows[1].as_ref().expect("a row");
        assert!(["code", "area", "yes", "day", "t"].iter().all(|name| row[*name].is_null()));
        for length in 0..dbf.len() {
            assert!(super::rows(&dbf[..length], None).is_err(), "{length}");
        }
    }
}

//! The published result: as a file for people and programs, and computed again from that file alone.

use jiff::Timestamp;
use landcycle_ledger::listing::{Bid, End, Key, Listing, Notice};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Value, json};

use super::result::{FORM, Found, result};
use crate::cli::output::guarded;
use crate::say::{Failure, words};

/// The published file: the result, and how the listing ended.
pub(crate) fn file(found: &Found, listing: &Listing) -> Value {
    let end = listing.end.as_ref().map(|end| match end {
        End::Awarded { bidder } => json!({"awarded": bidder}),
        End::Failed { reason } => json!({"failed": reason}),
    });
    let mut public = found.public.clone();
    if let Some(object) = public.as_object_mut() {
        object.insert("result_digest".to_owned(), json!(found.digest().to_string()));
        object.insert("end".to_owned(), end.into());
    }
    public
}

/// 重算 · what came of computing a published file again.
#[derive(Clone, Debug)]
pub(crate) struct Recomputed {
    /// Bids in the file.
    pub(crate) bids: usize,
    /// Valid ones, computed anew.
    pub(crate) valid: usize,
    /// Where it differs: place in the file, what the file says, what was computed.
    pub(crate) differences: Vec<(String, String, String)>,
}

/// Computes a published file again, by the packages at hand.
pub(crate) fn recompute(name: &str, text: &str, library: &Library) -> Result<Recomputed, Failure> {
    let wrong = |what: &str| Failure::new("listing_public_wrong", &[("file", name), ("what", what)]);
    let file: Value = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
    let listing = read(&file, library).map_err(|what| wrong(&what))?;
    let found = result(&listing, library)?;
    let mut own = self::file(&found, &listing);
    // How a listing ended is an act, not a figure; nothing to compute.
    if let Some(object) = own.as_object_mut() {
        object.insert("end".to_owned(), file["end"].clone());
    }
    let mut differences = Vec::new();
    compare("", &file, &own, &mut differences);
    Ok(Recomputed { bids: listing.bids.len(), valid: found.ranking.places.len(), differences })
}

/// The listing that a published file tells of: the notice, the seals and the opened keys, and nothing that
/// was computed from them.
fn read(file: &Value, library: &Library) -> Result<Listing, String> {
    let text = |value: &Value, key: &str| {
        value[key].as_str().map(str::to_owned).ok_or_else(|| format!("{key} is missing"))
    };
    if file["form"] != FORM {
        return Err(format!("form is not {FORM}"));
    }
    let day = |key: &str| text(file, key)?.parse().map_err(|_| format!("{key} is no day"));
    let facts = file["notice"].as_array().into_iter().flatten();
    let facts = facts.map(|fact| Ok((text(fact, "fact")?, text(fact, "value")?)));
    let asks = file["asks"].as_array().into_iter().flatten();
    let notice = Notice {
        listing: text(file, "listing")?,
        parcel: text(file, "parcel")?,
        closes_on: day("closes_on")?,
        opening_ends_on: day("opening_ends_on")?,
        facts: facts.collect::<Result<_, String>>()?,
        asks: asks.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
    };
    let mut bids = Vec::new();
    for (at, bid) in file["bids"].as_array().into_iter().flatten().enumerate() {
        bids.push(read_bid(bid).map_err(|what| format!("bids/{at}: {what}"))?);
    }
    follow(&mut bids);
    let package = text(file, "package")?;
    let name = package.split('@').next().unwrap_or(&package);
    let law = library.law(name).ok_or_else(|| format!("there is no package {name}"))?;
    Ok(Listing {
        notice,
        published_at: moment(file, "published_at")?.ok_or("published_at is missing")?,
        package: law.digest.clone(),
        bids,
        ranked: None,
        end: None,
        last_seq: 0,
    })
}

fn moment(value: &Value, key: &str) -> Result<Option<Timestamp>, String> {
    let text = value[key].as_str();
    text.map(|text| text.parse().map_err(|_| format!("{key} is no moment"))).transpose()
}

fn read_bid(bid: &Value) -> Result<Bid, String> {
    let text = |key: &str| bid[key].as_str().ok_or_else(|| format!("{key} is missing"));
    let (bidder, digest) = (text("bidder")?.to_owned(), text("digest")?);
    let digest = digest.parse().map_err(|_| "digest is no digest".to_owned())?;
    let opened = match (moment(bid, "opened_at")?, bid["key"].as_str()) {
        (Some(at), Some(key)) => {
            let key = Key::parse(key).map_err(|error| format!("key: {error}"))?;
            if key.seal().digest != digest {
                return Err(format!("the key gives the digest {}, not {digest}", key.seal().digest));
            }
            if key.bidder() != bidder {
                return Err("the key is another bidder's".to_owned());
            }
            Some((at, key))
        }
        (None, None) => None,
        _ => return Err("opened_at and key belong together".to_owned()),
    };
    Ok(Bid {
        bidder,
        digest,
        received_at: moment(bid, "received_at")?.ok_or("received_at is missing")?,
        withdrawn_at: moment(bid, "withdrawn_at")?,
        next_received_at: moment(bid, "next_received_at")?,
        opened,
    })
}

/// Which bid of the same bidder came next follows from the moments of receipt; where two are the same,
/// the one that says it had a successor was the earlier.
fn follow(bids: &mut [Bid]) {
    let mut order: Vec<usize> = (0..bids.len()).collect();
    order.sort_by_key(|at| {
        let bid = &bids[*at];
        (bid.bidder.clone(), bid.received_at, bid.next_received_at.unwrap_or(Timestamp::MAX))
    });
    for (place, at) in order.iter().enumerate() {
        let next = order.get(place + 1).map(|next| &bids[*next]);
        let next = next.filter(|next| next.bidder == bids[*at].bidder).map(|next| next.received_at);
        bids[*at].next_received_at = next;
    }
}

/// Places at which two values differ.
fn compare(place: &str, file: &Value, own: &Value, differences: &mut Vec<(String, String, String)>) {
    match (file, own) {
        (Value::Object(a), Value::Object(b)) => {
            let added = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(added) {
                compare(&format!("{place}/{key}"), &file[key], &own[key], differences);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (file, own)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}/{at}"), file, own, differences);
            }
        }
        _ if file == own => {}
        _ => differences.push((place.to_owned(), file.to_string(), own.to_string())),
    }
}

/// 文件格式 · the forms of the published file; only JSON can be computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileForm {
    /// All of it.
    Json,
    /// The bids as a table.
    Csv,
    /// Bids and method as sheets.
    Xlsx,
}

impl FileForm {
    /// The form of an ending; none where there is no such form.
    pub(crate) fn of(ending: &str) -> Option<Self> {
        match ending {
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// Its ending.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The published file in a form.
pub(crate) fn bytes(file: &Value, form: FileForm, language: Language) -> Result<Vec<u8>, Failure> {
    match form {
        FileForm::Xlsx => {
            let word = |key: &str| words(key).get(language).to_owned();
            let tables = [
                (word("listing_sheet_bids"), rows(file, language)),
                (word("listing_sheet_method"), method_rows(file, language)),
            ];
            workbook(&tables).map_err(|error| unwritten("xlsx", &error))
        }
        FileForm::Csv => sheet_csv(&rows(file, language)),
        FileForm::Json => {
            let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
            text.push('\n');
            Ok(text.into_bytes())
        }
    }
}

fn unwritten(form: &str, why: &dyn std::fmt::Display) -> Failure {
    Failure::new("cannot_write", &[("file", form), ("why", &why.to_string())])
}

/// Rows as CSV that spreadsheet programs in China open, with no cell that they would take for a formula.
pub(crate) fn sheet_csv(rows: &[Vec<String>]) -> Result<Vec<u8>, Failure> {
    // Without this mark such programs take a file for GBK.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        let row = row.iter().map(|cell| guarded(cell));
        writer.write_record(row).map_err(|error| unwritten("csv", &error))?;
    }
    writer.into_inner().map_err(|error| unwritten("csv", &error))
}

/// The bids as rows under headings, for a spreadsheet.
pub(crate) fn rows(public: &Value, language: Language) -> Vec<Vec<String>> {
    let form = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    let word = |key: &str| words(key).get(language).to_owned();
    let order: Vec<&Value> = public["method"]["order"].as_array().into_iter().flatten().collect();
    let mut heading =
        vec![word("listing_head_rank"), word("listing_head_bidder"), word("listing_head_outcome")];
    heading.extend(order.iter().map(|field| plain(&field["title"][form])));
    heading.extend(["listing_head_received", "listing_head_digest", "listing_head_grade"].map(word));
    let mut rows = vec![heading];
    for bid in public["bids"].as_array().into_iter().flatten() {
        let mut row = vec![plain(&bid["rank"]), plain(&bid["bidder"]), plain(&bid["outcome"]["title"][form])];
        let fields = bid["order"]["fields"].as_array();
        row.extend((0..order.len()).map(|at| {
            let field = fields.and_then(|fields| fields.get(at));
            field.map(|field| plain(&field["value"])).unwrap_or_default()
        }));
        let grade = bid["outcome"]["grade"].as_str().unwrap_or_default();
        let received = bid["received_at"].as_str().and_then(|text| text.parse().ok());
        row.extend([
            received.map(in_china).unwrap_or_default(),
            plain(&bid["digest"]),
            word(&format!("grade_{grade}")),
        ]);
        rows.push(row);
    }
    rows
}

/// The rules and numbers of the method as rows.
pub(crate) fn method_rows(public: &Value, language: Language) -> Vec<Vec<String>> {
    let form = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    let word = |key: &str| words(key).get(language).to_owned();
    let mut rows = vec![
        ["listing_head_part", "listing_head_value", "listing_head_cites", "listing_head_note"]
            .map(word)
            .to_vec(),
    ];
    let cites = |of: &Value| {
        let each = of["cites"].as_array().into_iter().flatten();
        each.map(|cite| plain(&cite["id"])).collect::<Vec<_>>().join(" ")
    };
    for rule in public["method"]["rules"].as_array().into_iter().flatten() {
        rows.push(vec![
            plain(&rule["title"][form]),
            plain(&rule["rule"]),
            cites(rule),
            plain(&rule["note"][form]),
        ]);
    }
    for number in public["method"]["parameters"].as_array().into_iter().flatten() {
        rows.push(vec![
            plain(&number["title"][form]),
            plain(&number["display"][form]),
            cites(number),
            plain(&number["illustrative"][form]),
        ]);
    }
    rows
}

/// A moment as people in China read it.
pub(crate) fn in_china(at: Timestamp) -> String {
    let at = jiff::tz::Offset::constant(8).to_datetime(at);
    format!("{at:.3}").replace('T', " ")
}

/// A value as a cell.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Tables as sheets of a workbook, by their names.
pub(crate) fn workbook(tables: &[(String, Vec<Vec<String>>)]) -> Result<Vec<u8>, XlsxError> {
    const WIDTH: f64 = 22.0;
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    for (name, rows) in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let (at, column) = (at as u32, column as u16);
                if at == 0 {
                    sheet.set_column_width(column, WIDTH)?;
                    sheet.write_string_with_format(at, column, cell, &bold)?;
                } else {
                    sheet.write_string(at, column, cell)?;
                }
            }
        }
    }
    book.save_to_buffer()
}

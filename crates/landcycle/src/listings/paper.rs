//! The sheet of a listing as a document, from the template of the package that the listing is decided by.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use landcycle_ledger::listing::Listing;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use serde_json::Value;

use super::public;
use super::result::result;
use crate::papers::{self, Question, Template};
use crate::say::Failure;
use crate::{clock, plan};

/// The paper, and the subject whose facts a notice states.
const PAPER: &str = "listing_notice";
const SUBJECT: &str = "bid";

/// The document. What is not known is marked in it: a sheet is handed out before everything is.
pub(crate) fn sheet(
    listing: &Listing,
    library: &Library,
    folder: Option<&Path>,
    banner: Option<String>,
    today: Date,
) -> Result<Vec<u8>, Failure> {
    let notice = &listing.notice;
    let found = result(listing, library)?;
    let mut facts = notice.facts.clone();
    facts.insert("bid_deadline_on".to_owned(), notice.closes_on.to_string());
    facts.insert("bid_opening_ends_on".to_owned(), notice.opening_ends_on.to_string());
    let package = listing.package.split('@').next();
    let batch = plan::batch(library, SUBJECT, &facts, package)?;
    let paper = papers::find(&batch.law, PAPER)?;
    let (name, bytes) = papers::template_of(&batch.law, folder, paper)?;
    let template = Template::read(&name, bytes)?;
    let mut entered: BTreeMap<String, Vec<String>> = BTreeMap::new();
    entered.insert("number".to_owned(), vec![notice.listing.clone()]);
    entered.insert("parcel".to_owned(), vec![notice.parcel.clone()]);
    entered.insert("package".to_owned(), vec![listing.package.clone()]);
    let asks = notice.asks.iter().filter_map(|name| library.vocabulary.fact(name));
    entered.insert("asks".to_owned(), asks.map(|fact| fact.title.zh.clone()).collect());
    entered.insert("method".to_owned(), method(&found.public));
    let question = Question {
        library,
        batch: &batch,
        row: 0,
        texts: &facts,
        as_of: clock::day_number(today),
        entered: &entered,
        banner,
    };
    papers::write(paper, &template, &question, true)
}

/// The rules and numbers by which bids are judged, a line each. Papers are in Chinese.
fn method(public: &Value) -> Vec<String> {
    let rows = public::method_rows(public, Language::Zh).into_iter().skip(1);
    rows.map(|row| {
        let told: Vec<String> = row.into_iter().filter(|cell| !cell.is_empty()).collect();
        told.join(" · ")
    })
    .collect()
}

//! A listing as an office, a firm and a page see it on a day: its state, what it states and asks, its
//! bids, its result.
//!
//! **Invariant:** while bids are taken, of a bid there is its digest and moment alone; until the bids are
//! ranked no figure of a bid is told, except to whoever made it.

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::listing::{Bid, End, Listing};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};
use serde_json::{Map, Value, json};

use super::bench::{Bench, Known, OUTCOME, Said};
use super::decide::{bench_of, titled};
use super::result::{moment, result};
use crate::acts::fact_form;
use crate::cli::tree::{cite_json, text_json};
use crate::say::{Failure, words};

/// 状态 · where a listing stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Bids are taken.
    Receiving,
    /// Bids are opened.
    Opening,
    /// The opening period is over, nothing is ranked yet.
    ToRank,
    /// Ranked, without a winner yet.
    Ranked,
    /// Somebody won.
    Awarded,
    /// It came to nothing.
    Failed,
}

impl State {
    /// All, in the order of a listing's course.
    pub(crate) const ALL: [Self; 6] =
        [Self::Receiving, Self::Opening, Self::ToRank, Self::Ranked, Self::Awarded, Self::Failed];

    /// Where a listing stands on a day.
    pub(crate) fn of(listing: &Listing, today: Date) -> Self {
        match &listing.end {
            Some(End::Awarded { .. }) => Self::Awarded,
            Some(End::Failed { .. }) => Self::Failed,
            None if listing.ranked.is_some() => Self::Ranked,
            None if today <= listing.notice.closes_on => Self::Receiving,
            None if today <= listing.notice.opening_ends_on => Self::Opening,
            None => Self::ToRank,
        }
    }

    /// Its word in addresses and answers.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Opening => "opening",
            Self::ToRank => "to_rank",
            Self::Ranked => "ranked",
            Self::Awarded => "awarded",
            Self::Failed => "failed",
        }
    }

    /// Whether the figures of opened bids are known to all.
    pub(crate) fn is_known(listing: &Listing) -> bool {
        listing.ranked.is_some()
    }
}

/// 竞买人 · whose bids are told as their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer<'v> {
    /// The firm, if the one who looks is one.
    pub(crate) firm: Option<&'v str>,
    /// The day.
    pub(crate) today: Date,
}

impl Viewer<'_> {
    /// Whether a bid is the viewer's own.
    pub(crate) fn owns(&self, bid: &Bid) -> bool {
        self.firm == Some(bid.bidder.as_str())
    }

    /// Whether the figures of a bid may be told.
    pub(crate) fn may_read(&self, listing: &Listing, bid: &Bid) -> bool {
        bid.opened.is_some() && (self.owns(bid) || State::is_known(listing))
    }
}

/// The line of a list.
pub(crate) fn row(listing: &Listing, present: &Library, today: Date) -> Value {
    let notice = &listing.notice;
    let state = State::of(listing, today);
    let next = match state {
        State::Receiving => Some(notice.closes_on),
        State::Opening => Some(notice.opening_ends_on),
        _ => None,
    };
    let package = listing.package.split('@').next().unwrap_or_default();
    let law = present.law(package);
    let title = law.map_or_else(|| Text::same(package), |law| law.package().title.clone());
    let area = present.vocabulary.fact(AREA).zip(notice.facts.get(AREA));
    json!({
        "listing": notice.listing, "parcel": notice.parcel, "state": state.word(),
        "closes_on": notice.closes_on.to_string(), "opening_ends_on": notice.opening_ends_on.to_string(),
        "days": next.and_then(|day| today.until(day).ok()).map(|span| span.get_days()),
        "sealed": listing.bids.len(), "published_at": moment(listing.published_at),
        "city": notice.facts.get("city"), "district": notice.facts.get("district"),
        "area": area.map(|(fact, value)| text_json(&present.vocabulary.display(fact, value))),
        "package": {"id": package, "title": text_json(&title), "digest": listing.package},
        "end": end(listing),
    })
}

/// What is sold, by the fact of its area.
const AREA: &str = "listing_area";

fn end(listing: &Listing) -> Value {
    match &listing.end {
        Some(End::Awarded { bidder }) => json!({"outcome": "awarded", "bidder": bidder, "reason": null}),
        Some(End::Failed { reason }) => json!({"outcome": "failed", "bidder": null, "reason": reason}),
        None => Value::Null,
    }
}

/// A listing with all that the viewer may know. `library` holds the law of the listing, `present` the
/// words of the clauses.
pub(crate) fn sheet(
    listing: &Listing,
    (library, present): (&Library, &Library),
    viewer: Viewer<'_>,
) -> Result<Value, Failure> {
    let found = result(listing, library)?;
    let bench = bench_of(listing, library)?;
    let mut sheet = row(listing, present, viewer.today);
    let asks = listing.notice.asks.iter().filter_map(|name| library.vocabulary.fact(name));
    let mut public = found.public;
    let mut add = |name: &str, value: Value| {
        if let Some(object) = sheet.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    };
    add("notice", in_order(library, public["notice"].take()));
    add("indicators", with_cites(public["indicators"].take(), present));
    add("asks", asks.map(|fact| ask(library, fact)).collect());
    add("method", public["method"].take());
    add("bids", bids(listing, &bench, viewer)?);
    let known = State::is_known(listing);
    add("result", if known { told(listing, library, present, &public) } else { Value::Null });
    Ok(sheet)
}

/// Facts in the order of the vocabulary, in which people think of them.
fn in_order(library: &Library, mut facts: Value) -> Value {
    if let Some(facts) = facts.as_array_mut() {
        facts.sort_by_key(|fact| library.vocabulary.index(fact["fact"].as_str().unwrap_or_default()));
    }
    facts
}

/// A fact that a bid states, with the units in which it may be written: the exact factor of each to the
/// unit in which a key has it.
fn ask(library: &Library, fact: &Fact) -> Value {
    let mut form = fact_form(library, fact);
    let mut units = Vec::new();
    let mut bounds = json!(null);
    if let FactKind::Number { unit, quantum, min, max, .. } = &fact.kind {
        // The program that seals sees to these itself: a bid that cannot be used is found out too late.
        let decimals = quantum.den().to_string().len() - 1;
        bounds = json!({"min": min.to_string(), "max": max.to_string(), "decimals": decimals});
        let own = library.vocabulary.units.display(*unit);
        let large = format!("{}{}", words("listing_ten_thousand").zh, own.zh);
        if let Some(found) =
            library.vocabulary.units.parse(&large).filter(|large| large.same_dimension(*unit))
        {
            let title = library.vocabulary.units.display(found);
            units.push(json!({"title": text_json(&title), "digits": 4}));
        }
        units.push(json!({"title": text_json(&own), "digits": 0}));
    }
    if let Some(object) = form.as_object_mut() {
        object.insert("units".to_owned(), units.into());
        object.insert("bounds".to_owned(), bounds);
    }
    form
}

/// What a rule said, with its clauses in full instead of their names.
fn with_cites(mut said: Value, present: &Library) -> Value {
    if let Some(cites) = said.get_mut("cites").and_then(Value::as_array_mut) {
        for cite in cites {
            if let Some(id) = cite.as_str() {
                *cite = cite_json(present, id);
            }
        }
    }
    said
}

/// The bids as a list: in the order of their digests while they are sealed, so that the order of hands
/// tells nothing either.
fn bids(listing: &Listing, bench: &Bench<'_>, viewer: Viewer<'_>) -> Result<Value, Failure> {
    let state = State::of(listing, viewer.today);
    let (sealed, known) = (state == State::Receiving, State::is_known(listing));
    let facts: Vec<Known> = listing.bids.iter().map(|bid| bid.facts(&listing.notice, viewer.today)).collect();
    let said = bench.judge(&facts, [OUTCOME])?;
    let mut all: Vec<(String, Value)> = Vec::with_capacity(listing.bids.len());
    for (bid, [outcome]) in listing.bids.iter().zip(&said) {
        let own = viewer.owns(bid);
        // That an opened bid is below a requirement tells of its figures.
        let telling = own || known || (!sealed && bid.opened.is_none());
        let standing = telling.then(|| standing(bench, outcome));
        let digest = bid.digest.to_string();
        all.push((
            digest.clone(),
            json!({
                "digest": digest, "own": own, "bidder": (own || !sealed).then_some(&bid.bidder),
                "received_at": moment(bid.received_at), "withdrawn_at": bid.withdrawn_at.map(moment),
                "opened": bid.opened.is_some(), "standing": standing,
            }),
        ));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all.into_iter().map(|(_, bid)| bid).collect())
}

/// How a bid stands; what is not known yet waits for the opening. The reasons that rest on figures are
/// for the result.
fn standing(bench: &Bench<'_>, said: &Said) -> Value {
    match said.word() {
        Some(code) => json!({"code": code, "title": text_json(&titled(bench, code))}),
        None => json!({"code": "unknown", "title": text_json(&words("listing_waits"))}),
    }
}

/// The result in full.
fn told(listing: &Listing, library: &Library, present: &Library, public: &Value) -> Value {
    let mut bids = Vec::new();
    for bid in public["bids"].as_array().into_iter().flatten() {
        let mut one = bid.clone();
        let digest = bid["digest"].as_str().unwrap_or_default();
        let opened = listing.bids.iter().find(|bid| bid.digest.to_string() == digest);
        let opened = opened.and_then(|bid| bid.opened.as_ref());
        if let Some(object) = one.as_object_mut() {
            object.remove("key");
            object.remove("next_received_at");
            let figures = opened.map(|(_, key)| figures(library, key.figures()));
            object.insert("figures".to_owned(), figures.into());
            for name in ["outcome", "order"] {
                let said = with_cites(object.get(name).cloned().unwrap_or_default(), present);
                object.insert(name.to_owned(), said);
            }
        }
        bids.push(one);
    }
    let mut result = Map::new();
    result.insert("bids".to_owned(), bids.into());
    result.insert("valid_bids".to_owned(), public["valid_bids"].clone());
    result.insert("award".to_owned(), with_cites(public["award"].clone(), present));
    result.insert("draw_seed".to_owned(), public["draw_seed"].clone());
    result.insert("result_digest".to_owned(), json!(listing.ranked));
    Value::Object(result)
}

fn figures(library: &Library, figures: &Known) -> Value {
    let vocabulary = &library.vocabulary;
    let each = figures.iter().map(|(name, value)| {
        let fact = vocabulary.fact(name);
        let title = fact.map_or_else(|| Text::same(name), |fact| fact.title.clone());
        let display = fact.map_or_else(|| Text::same(value), |fact| vocabulary.display(fact, value));
        json!({"fact": name, "title": text_json(&title), "value": value, "display": text_json(&display)})
    });
    in_order(library, each.collect())
}

/// How the bids of a bidder stand today: digest, receipt, code and title. What is not known yet waits
/// for the opening.
pub(crate) fn standings(
    listing: &Listing,
    library: &Library,
    bidder: &str,
    today: Date,
) -> Result<Vec<(String, Timestamp, String, Text)>, Failure> {
    let bench = bench_of(listing, library)?;
    let mut all = Vec::new();
    for bid in listing.bids.iter().filter(|bid| bid.bidder == bidder) {
        let [said] = bench.one(&bid.facts(&listing.notice, today), [OUTCOME])?;
        let (code, title) = match said.word() {
            Some(code) => (code.to_owned(), titled(&bench, code)),
            None => ("unknown".to_owned(), words("listing_waits")),
        };
        all.push((bid.digest.to_string(), bid.received_at, code, title));
    }
    Ok(all)
}

//! The result of a listing: the standing of every bid, the order of the valid ones, and how they were
//! found, as the file that is published.

use std::collections::BTreeMap;

use jiff::Timestamp;
use landcycle_ledger::Digest;
use landcycle_ledger::listing::{Bid, Listing, lot, seed};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::{Step, StepKind};
use landcycle_policy::text::Text;
use serde_json::{Map, Value, json};

use super::bench::{AWARDED, Bench, INDICATORS, Known, ORDER, OUTCOME, Said, VALID};
use super::decide::{bench_of, titled};
use crate::cli::tree::{cite_json, text_json};
use crate::say::Failure;

/// The form of the published file.
pub(crate) const FORM: &str = "landcycle-listing/1";

/// 名次 · the place of a valid bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1; bids that are equal in everything share one.
    pub(crate) rank: usize,
    /// The bid, by its index in the listing.
    pub(crate) bid: usize,
    /// Its digest.
    pub(crate) digest: Digest,
    /// Who bids.
    pub(crate) bidder: String,
    /// By what it is ordered.
    pub(crate) order: Vec<Exact>,
}

/// 排序 · the valid bids in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// The places, the first before the others.
    pub(crate) places: Vec<Place>,
}

impl Ranking {
    /// Sorts bids: numbers in their order, the greater first. Equal bids stand by their digests, so that
    /// the order in which they were handed in leaves no trace.
    fn of(mut places: Vec<Place>) -> Self {
        places.sort_by(|a, b| b.order.cmp(&a.order).then_with(|| a.digest.cmp(&b.digest)));
        for at in 0..places.len() {
            let tied = at > 0 && places[at - 1].order == places[at].order;
            places[at].rank = if tied { places[at - 1].rank } else { at + 1 };
        }
        Self { places }
    }

    /// A line for each place, for the record.
    pub(crate) fn lines(&self) -> String {
        let lines =
            self.places.iter().map(|place| format!("{} {} {}", place.rank, place.digest, place.bidder));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// 结果 · the result of a listing.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The valid bids in their order.
    pub(crate) ranking: Ranking,
    /// The facts of every bid, in the order of the listing.
    pub(crate) facts: Vec<Known>,
    /// The facts of the listing as a whole.
    pub(crate) totals: Known,
    /// The file that is published, without how the listing ended.
    pub(crate) public: Value,
}

impl Found {
    /// The digest of the result: what the record keeps of it.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.public.to_string().as_bytes())
    }
}

/// A moment as it is published: to the millisecond, as the ledger keeps it.
pub(crate) fn moment(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// The result of a listing whose opening period is over.
pub(crate) fn result(listing: &Listing, library: &Library) -> Result<Found, Failure> {
    let bench = bench_of(listing, library)?;
    let notice = &listing.notice;
    let after = notice.opening_ends_on.tomorrow().unwrap_or(notice.opening_ends_on);
    let seed = seed(listing.bids.iter().filter_map(|bid| bid.opened.as_ref()).map(|(_, key)| key));
    let facts: Vec<Known> = listing
        .bids
        .iter()
        .map(|bid| {
            let mut facts = bid.facts(notice, after);
            if bid.opened.is_some() {
                facts.insert("bid_lot".to_owned(), lot(seed, bid.digest).to_string());
            }
            facts
        })
        .collect();
    let said = bench.judge(&facts, [OUTCOME, ORDER])?;
    let mut places = Vec::new();
    for (at, (bid, [outcome, order])) in listing.bids.iter().zip(&said).enumerate() {
        if outcome.word() != Some(VALID) {
            continue;
        }
        if !order.is_order() {
            let values = [("bidder", bid.bidder.as_str()), ("digest", &bid.digest.to_string())];
            return Err(Failure::new("listing_no_order", &values));
        }
        places.push(Place {
            rank: 0,
            bid: at,
            digest: bid.digest,
            bidder: bid.bidder.clone(),
            order: order.amounts.clone(),
        });
    }
    let ranking = Ranking::of(places);
    let mut totals = notice.facts.clone();
    totals.insert("bid_deadline_on".to_owned(), notice.closes_on.to_string());
    totals.insert("valid_bids".to_owned(), ranking.places.len().to_string());
    let public = Writer { listing, library, bench: &bench }.public(&ranking, &said, &totals, seed)?;
    Ok(Found { ranking, facts, totals, public })
}

struct Writer<'w> {
    listing: &'w Listing,
    library: &'w Library,
    bench: &'w Bench<'w>,
}

impl Writer<'_> {
    fn public(
        &self,
        ranking: &Ranking,
        said: &[[Said; 2]],
        totals: &Known,
        seed: Digest,
    ) -> Result<Value, Failure> {
        let notice = &self.listing.notice;
        let [indicators, awarded] = self.bench.one(totals, [INDICATORS, AWARDED])?;
        let asks = self.bench.asks(&notice.facts, notice.closes_on)?;
        let mut bids: Vec<(usize, Digest, Value)> = Vec::new();
        for (at, (bid, said)) in self.listing.bids.iter().zip(said).enumerate() {
            let rank = ranking.places.iter().find(|place| place.bid == at).map(|place| place.rank);
            bids.push((rank.unwrap_or(usize::MAX), bid.digest, self.bid(bid, rank, said)));
        }
        // By rank and digest: the order of hands leaves no trace here either.
        bids.sort_by_key(|(rank, digest, _)| (*rank, *digest));
        let ranked = ranking.places.iter().map(
            |place| json!({"rank": place.rank, "bidder": place.bidder, "digest": place.digest.to_string()}),
        );
        Ok(json!({
            "form": FORM,
            "listing": notice.listing,
            "parcel": notice.parcel,
            "package": self.listing.package,
            "published_at": moment(self.listing.published_at),
            "closes_on": notice.closes_on.to_string(),
            "opening_ends_on": notice.opening_ends_on.to_string(),
            "notice": self.facts_json(&notice.facts),
            "asks": asks.of_bid,
            "indicators": self.fields_json(INDICATORS, &indicators),
            "method": self.method(totals)?,
            "draw_seed": seed.to_string(),
            "bids": bids.into_iter().map(|(_, _, bid)| bid).collect::<Vec<_>>(),
            "ranking": ranked.collect::<Vec<_>>(),
            "valid_bids": ranking.places.len(),
            "award": self.word_json(AWARDED, &awarded),
        }))
    }

    fn bid(&self, bid: &Bid, rank: Option<usize>, [outcome, order]: &[Said; 2]) -> Value {
        let at = |moment_at: Option<Timestamp>| moment_at.map(moment);
        let opened = bid.opened.as_ref();
        let mut order = order.clone();
        if rank.is_none() {
            // A bid that is not ranked has no place in an order.
            (order.fields, order.amounts) = (Vec::new(), Vec::new());
        }
        json!({
            "rank": rank,
            "bidder": bid.bidder,
            "digest": bid.digest.to_string(),
            "received_at": moment(bid.received_at),
            "withdrawn_at": at(bid.withdrawn_at),
            "next_received_at": at(bid.next_received_at),
            "opened_at": at(opened.map(|(at, _)| *at)),
            "key": opened.map(|(_, key)| key.text()),
            "outcome": self.word_json(OUTCOME, outcome),
            "order": rank.map(|_| self.fields_json(ORDER, &order)),
        })
    }

    /// Facts with their names for people.
    fn facts_json(&self, facts: &Known) -> Value {
        let vocabulary = &self.library.vocabulary;
        let each = facts.iter().map(|(name, value)| {
            let fact = vocabulary.fact(name);
            let shown = fact.map(|fact| vocabulary.display(fact, value));
            let title = fact.map(|fact| text_json(&fact.title));
            json!({"fact": name, "title": title, "value": value, "display": shown.as_ref().map(text_json)})
        });
        each.collect::<Vec<_>>().into()
    }

    fn fields_json(&self, rule: &str, said: &Said) -> Value {
        let fields = self.bench.rule(rule).map(|rule| rule.fields.clone()).unwrap_or_default();
        let each = said.fields.iter().map(|(name, value)| {
            let field = fields.iter().find(|field| field.name == *name);
            let unit = field.and_then(|field| field.unit.as_ref()).map(text_json);
            let title = field.map(|field| text_json(&field.title));
            json!({"field": name, "title": title, "value": value, "unit": unit})
        });
        json!({
            "rule": rule, "fields": each.collect::<Vec<_>>(),
            "cites": said.cites, "grade": said.grade,
        })
    }

    fn word_json(&self, rule: &str, said: &Said) -> Value {
        let code = said.word().unwrap_or("unknown");
        let title = if rule == OUTCOME { titled(self.bench, code) } else { self.title(rule, code) };
        json!({
            "rule": rule, "code": code, "title": text_json(&title),
            "missing": said.missing, "cites": said.cites, "grade": said.grade,
        })
    }

    fn title(&self, rule: &str, code: &str) -> Text {
        let fields = self.bench.rule(rule).into_iter().flat_map(|rule| &rule.fields);
        let found = fields.flat_map(|field| &field.codes).find(|known| known.code == code);
        found.map_or_else(|| Text::same(code), |known| known.title.clone())
    }

    /// The rules and the numbers of the law by which bids are judged, with what they rest on.
    fn method(&self, totals: &Known) -> Result<Value, Failure> {
        let mut rules = Vec::new();
        let mut numbers = BTreeMap::new();
        for name in [OUTCOME, ORDER, INDICATORS, AWARDED] {
            let told = self.bench.explain(totals, name, |step| {
                gather(step, self.library, &mut numbers);
                let version = step.children.iter().find(|child| child.kind() == StepKind::Version);
                version.map(|version| {
                    let cites = version.told.cites.iter().map(|cite| cite_json(self.library, cite));
                    json!({
                        "rule": name, "title": text_json(&step.told.title),
                        "cites": cites.collect::<Vec<_>>(),
                        "grade": version.told.grade.map(landcycle_policy::package::document::Grade::word),
                        "note": version.told.note.as_ref().map(text_json),
                    })
                })
            })?;
            rules.extend(told);
        }
        let fields = self.bench.rule(ORDER).map(|rule| rule.fields.clone()).unwrap_or_default();
        let order: Vec<Value> = fields
            .iter()
            .map(|field| json!({"field": field.name, "title": text_json(&field.title)}))
            .collect();
        Ok(json!({"rules": rules, "order": order, "parameters": numbers.into_values().collect::<Vec<_>>()}))
    }
}

/// The numbers of the law in an explanation, once each.
fn gather(step: &Step<'_>, library: &Library, numbers: &mut BTreeMap<String, Value>) {
    if let Some(parameter) = &step.told.parameter {
        let mut number = Map::new();
        number.insert("parameter".to_owned(), json!(format!("{}/{}", parameter.package, parameter.id)));
        number.insert("title".to_owned(), text_json(&step.told.title));
        number.insert("value".to_owned(), json!(step.raw()));
        number.insert("unit".to_owned(), json!(parameter.unit));
        number.insert("display".to_owned(), text_json(&step.display()));
        number.insert("from".to_owned(), json!(parameter.from));
        let cites = step.told.cites.iter().map(|cite| cite_json(library, cite));
        number.insert("cites".to_owned(), cites.collect::<Vec<_>>().into());
        number.insert("illustrative".to_owned(), parameter.illustrative.as_ref().map(text_json).into());
        numbers.insert(parameter.id.clone(), Value::Object(number));
    }
    for child in &step.children {
        gather(child, library, numbers);
    }
}

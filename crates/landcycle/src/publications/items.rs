//! The items that publications make of a store: parcels, plans, listings and their results.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use landcycle_ledger::listing::{End, Listing};
use landcycle_ledger::{Cut, Digest, Ledger, Store};
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::publication::{Of, Publication};
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue};
use landcycle_policy::text::Text;

use super::{Item, Lines, ShownFact, of_law};
use crate::http::outcomes;
use crate::listings::{self, NotDone, law_of};
use crate::plan::{self, Sheet};
use crate::portfolio::{Batch, Sorter};
use crate::say::{Failure, filled, words};
use crate::{assessment, clock, store};

/// What follows from the two days of a notice.
pub(super) const LISTING_STATE: &str = "listing_state";

/// Facts by name, as canonical texts.
type Known = BTreeMap<String, String>;

/// What of known facts a publication shows, in its order.
fn shown(library: &Library, found: &Publication, known: &Known) -> Vec<ShownFact> {
    let vocabulary = &library.vocabulary;
    let each = found.shows.iter().filter_map(|shown| {
        let (fact, value) = (vocabulary.fact(&shown.fact)?, known.get(&shown.fact)?);
        let told = !value.is_empty() && (shown.only.is_empty() || shown.only.contains(value));
        told.then(|| ShownFact {
            name: fact.name.clone(),
            title: fact.title.clone(),
            display: vocabulary.display(fact, value),
        })
    });
    each.collect()
}

/// A name in addresses that tells nothing and stays: the number of a file is not published.
fn veiled(kind: &str, case: &str) -> String {
    const SIGNS: usize = 20;
    let digest = Digest::of(format!("landcycle public 1\n{kind}\n{case}\n").as_bytes()).to_string();
    digest.chars().take(SIGNS).collect()
}

/// What an item is called by the first of these facts that it shows.
fn called(item: &[ShownFact], names: &[&str], otherwise: &Text) -> Text {
    let found = names.iter().find_map(|name| item.iter().find(|shown| shown.name == *name));
    found.map_or_else(|| otherwise.clone(), |shown| shown.display.clone())
}

/// Parcels of which a rule says that something is to be public.
pub(super) fn parcels(ledger: &Store, library: &Library, as_of: Date) -> Result<Vec<Item>, Failure> {
    let of_parcels = |law: &Law| -> Vec<Arc<Publication>> {
        of_law(law).into_values().filter(|found| found.of == Of::Parcel).cloned().collect()
    };
    // The texts that may be shown under any law, and no others, are kept of each case.
    let named: BTreeSet<String> = library
        .laws()
        .flat_map(|(_, law)| of_parcels(law))
        .flat_map(|found| {
            let shows = found.shows.iter().map(|shown| shown.fact.clone()).collect::<Vec<_>>();
            shows.into_iter().chain(found.dated.clone())
        })
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
    let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
    let mut sorter = Sorter::new(library, None);
    let mut texts: Vec<Vec<Known>> = Vec::new();
    let mut bad = None;
    let folded = ledger.fold(&cut, &mut |case| {
        let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
        match sorter.add(case.case_id, facts) {
            Ok((batch, _)) => {
                texts.resize_with(texts.len().max(batch + 1), Vec::new);
                let kept = case.facts.iter().filter(|fact| named.contains(fact.name));
                texts[batch].push(kept.map(|fact| (fact.name.to_owned(), fact.value.to_string())).collect());
            }
            Err(error) => bad = bad.take().or(Some(error)),
        }
    });
    folded.map_err(|error| store::failure(ledger.name(), &error))?;
    if let Some(bad) = bad {
        return Err(Failure::text(bad.message));
    }
    let mut items = Vec::new();
    for (batch, texts) in sorter.finish().iter().zip(&texts) {
        for found in of_parcels(&batch.law) {
            of_batch(library, (batch, texts), &found, as_of, &mut items)?;
        }
    }
    Ok(items)
}

fn of_batch(
    library: &Library,
    (batch, texts): (&Batch, &[Known]),
    found: &Publication,
    as_of: Date,
    items: &mut Vec<Item>,
) -> Result<(), Failure> {
    let law = &batch.law;
    let Some((when, _)) = found.when.as_ref().and_then(|when| law.rule(when)) else { return Ok(()) };
    let day = clock::day_number(as_of);
    let mut standing = Vec::new();
    let wanted = BTreeSet::from([when]);
    assessment::assess(library, batch, day, Some(&wanted), assessment::default_threads(), &mut |said| {
        if said.determination.outcome == Outcome::Value(OutcomeValue::Flag(true)) {
            standing.push(said.row);
        }
        Ok(())
    })?;
    let outcomes: BTreeSet<usize> =
        found.outcomes.iter().filter_map(|rule| law.rule(rule)).map(|(at, _)| at).collect();
    for row in standing {
        let mut all = shown(library, found, &texts[row]);
        if !outcomes.is_empty() {
            let said = assessment::several(library, batch, row, day, &outcomes)?;
            all.extend(said.iter().filter_map(|said| outcome(law, said)));
        }
        let dated = found.dated.as_ref().and_then(|fact| texts[row].get(fact)).cloned();
        let heading = called(&all, &["location", "parcel_no"], &found.title);
        items.push(Item {
            kind: found.id.clone(),
            key: veiled(&found.id, &batch.cases[row]),
            heading,
            dated: dated.unwrap_or_default(),
            package: law.package().id.clone(),
            shown: all,
            lines: None,
        });
    }
    Ok(())
}

/// An outcome that is known; what is not known is not published.
fn outcome(law: &Law, said: &Determination) -> Option<ShownFact> {
    let rule = law.rules.get(said.rule)?;
    matches!(said.outcome, Outcome::Value(_)).then(|| ShownFact {
        name: rule.name.clone(),
        title: rule.title.clone(),
        display: outcomes::text(&said.outcome, rule),
    })
}

/// Plans as they were last adopted or revised.
pub(super) fn plans(ledger: &Store, library: &Library) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for (id, revisions) in plan::list(library, ledger)? {
        let Some(last) = revisions.last() else { continue };
        let Some(law) = library.law(&last.package) else { continue };
        for found in of_law(law).into_values().filter(|found| found.of == Of::Plan) {
            let vocabulary = &library.vocabulary;
            let facts = shown(library, found, &last.plan.facts);
            let rows = last.plan.rows(Sheet::Lines);
            // A column of which no line says anything is left out.
            let columns: Vec<_> = found
                .lines
                .iter()
                .filter(|name| rows.iter().any(|row| row.values.contains_key(*name)))
                .filter_map(|name| vocabulary.fact(name))
                .collect();
            let rows = rows.iter().map(|row| {
                let cell = |fact: &&landcycle_policy::vocabulary::Fact| {
                    let value = row.values.get(&fact.name).map(|value| vocabulary.display(fact, value));
                    value.unwrap_or_default()
                };
                columns.iter().map(cell).collect()
            });
            let lines = (!columns.is_empty()).then(|| Lines {
                columns: columns.iter().map(|fact| (fact.name.clone(), fact.title.clone())).collect(),
                rows: rows.collect(),
            });
            let year = last.plan.facts.get(plan::FROM).and_then(|day| day.get(..4)).unwrap_or_default();
            let place = called(&facts, &["district", "city"], &Text::default());
            let values = [("place", place), ("year", Text::same(year)), ("title", found.title.clone())];
            items.push(Item {
                kind: found.id.clone(),
                key: id.clone(),
                heading: words("public_plan_heading").fill(&values),
                dated: last.event.happened_on.to_string(),
                package: law.package().id.clone(),
                shown: facts,
                lines,
            });
        }
    }
    Ok(items)
}

/// Listings from their notice on, and what came of them.
pub(super) fn listings(ledger: &Store, library: &Library, today: Date) -> Result<Vec<Item>, Failure> {
    let failed = |error| match error {
        NotDone::Failed(failure) => failure,
        NotDone::Store(error) => store::failure(ledger.name(), &error),
        NotDone::Refused(refusal) => Failure::text(refusal.detail),
    };
    let mut items = Vec::new();
    for listing in listings::all(ledger).map_err(failed)? {
        let package = listing.package.split('@').next().unwrap_or_default();
        let Some(law) = library.law(package) else { continue };
        for found in of_law(law).into_values() {
            let made = match found.of {
                Of::Listing => Some(of_notice(ledger, library, found, &listing, today)?),
                Of::ListingResult => of_result(ledger, library, found, &listing)?,
                _ => None,
            };
            items.extend(made.map(|item| Item { package: law.package().id.clone(), ..item }));
        }
    }
    Ok(items)
}

/// What every notice states beside its facts: number and parcel are its name.
fn of_notice(
    ledger: &Store,
    library: &Library,
    found: &Publication,
    listing: &Listing,
    today: Date,
) -> Result<Item, Failure> {
    let notice = &listing.notice;
    let mut known = notice.facts.clone();
    known.insert("bid_deadline_on".to_owned(), notice.closes_on.to_string());
    known.insert("bid_opening_ends_on".to_owned(), notice.opening_ends_on.to_string());
    let mut all = shown(library, found, &known);
    if found.outcomes.iter().any(|rule| rule == "listing_indicators") {
        let law = law_of(ledger, library, listing)?;
        let law = law.get(library);
        let bench = listings::decide::bench_of(listing, law)?;
        let [said] = bench.one(&known, [listings::bench::INDICATORS])?;
        let rule = bench.rule(listings::bench::INDICATORS);
        let fields = rule.map(|rule| rule.fields.clone()).unwrap_or_default();
        all.extend(said.fields.iter().filter_map(|(name, value)| {
            let field = fields.iter().find(|field| field.name == *name)?;
            let unit = field.unit.clone().unwrap_or_default();
            let join = |unit: &str| format!("{value} {unit}").trim().to_owned();
            Some(ShownFact {
                name: format!("listing_indicators.{name}"),
                title: field.title.clone(),
                display: Text { zh: join(&unit.zh), en: join(&unit.en) },
            })
        }));
    }
    // Said of the days alone, which are published; what came of it is another publication's.
    let state = match today {
        today if today <= notice.closes_on => "public_state_receiving",
        today if today <= notice.opening_ends_on => "public_state_opening",
        _ => "public_state_over",
    };
    let title = words("public_listing_state");
    all.push(ShownFact { name: LISTING_STATE.to_owned(), title, display: words(state) });
    Ok(named(found, listing, all, clock::day_in_china(listing.published_at).to_string()))
}

/// The winner and what the winner committed to; of who lost there is nothing.
fn of_result(
    ledger: &Store,
    library: &Library,
    found: &Publication,
    listing: &Listing,
) -> Result<Option<Item>, Failure> {
    let Some(End::Awarded { bidder }) = &listing.end else { return Ok(None) };
    let mut known = listing.notice.facts.clone();
    let law = law_of(ledger, library, listing)?;
    let valid = listings::result::result(listing, law.get(library))?.ranking.places.len();
    known.insert("valid_bids".to_owned(), valid.to_string());
    let won = listing.bids.iter().rfind(|bid| bid.bidder == *bidder && bid.opened.is_some());
    if let Some((_, key)) = won.and_then(|bid| bid.opened.as_ref()) {
        known.extend(key.figures().iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    known.insert("winning_bidder".to_owned(), bidder.clone());
    let ends = listing.notice.opening_ends_on;
    Ok(Some(named(found, listing, shown(library, found, &known), ends.to_string())))
}

fn named(found: &Publication, listing: &Listing, shown: Vec<ShownFact>, dated: String) -> Item {
    let values = [("parcel", listing.notice.parcel.as_str()), ("listing", &listing.notice.listing)];
    Item {
        kind: found.id.clone(),
        key: listing.notice.listing.clone(),
        heading: filled("public_listing_heading", &values),
        dated,
        package: String::new(),
        shown,
        lines: None,
    }
}

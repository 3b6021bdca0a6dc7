//! Deciding what is wanted of a listing: a pure function of the listing, the request, the law and the day.

use jiff::civil::Date;
use landcycle_ledger::listing::{Bid, End, Key, Listing, Notice, Said, Seal, Step};
use landcycle_policy::package::library::Library;

use super::bench::{AWARD, AWARDED, Bench, OUTCOME, VALID, law_named};
use super::form::{Draft, is_canonical};
use super::refusal::{Code, Refusal};
use super::result::{Ranking, result};
use super::{Asked, NotDone, Wanted};
use crate::say::Failure;

/// What is to be recorded and the digest of the package behind it; nothing where it is on record already.
pub(super) fn decide(
    listing: Option<&Listing>,
    library: &Library,
    asked: &Asked,
    today: Date,
) -> Result<Option<(Said, String)>, NotDone> {
    if let Wanted::Publish(draft) = &asked.wanted {
        return match listing {
            Some(_) => Err(Refusal::new(Code::ListingThere, &[("listing", &asked.listing)]).into()),
            None => publish(draft, library, today).map(Some),
        };
    }
    let listing = listing.ok_or_else(|| Refusal::no_listing(&asked.listing))?;
    let admits = |step: Step<'_>| {
        listing.admits(step, today).map_err(|bar| NotDone::from(Refusal::barred(bar, listing)))
    };
    let said = match &asked.wanted {
        Wanted::Seal(seal) => {
            admits(Step::Seal(seal))?;
            sealed(listing, seal)
        }
        Wanted::Withdraw(bidder) => {
            admits(Step::Withdraw { bidder })?;
            Some(Said::Withdrawn { bidder: bidder.clone() })
        }
        Wanted::Open(key) => {
            admits(Step::Open(key))?;
            open(listing, library, key, today)?
        }
        Wanted::Rank => {
            admits(Step::Rank)?;
            rank(listing, library)?
        }
        Wanted::Award => {
            admits(Step::Award)?;
            Some(award(listing, library)?)
        }
        Wanted::Fail(reason) => {
            admits(Step::Fail)?;
            Some(Said::Ended(End::Failed { reason: reason.clone() }))
        }
        Wanted::Publish(_) => None,
    };
    Ok(said.map(|said| (said, listing.package.clone())))
}

/// The bench of a listing's law.
pub(crate) fn bench_of<'l>(listing: &Listing, library: &'l Library) -> Result<Bench<'l>, Failure> {
    let absent = || Failure::new("listing_no_package", &[("digest", &listing.package)]);
    let law = law_named(library, &listing.package).ok_or_else(absent)?;
    Bench::new(library, law, listing.notice.closes_on)
}

fn publish(draft: &Draft, library: &Library, today: Date) -> Result<(Said, String), NotDone> {
    if draft.closes_on < today || draft.opening_ends_on <= draft.closes_on {
        let days = [draft.closes_on, draft.opening_ends_on, today].map(|day| day.to_string());
        let values = [("closes", days[0].as_str()), ("ends", &days[1]), ("today", &days[2])];
        return Err(Refusal::new(Code::Days, &values).into());
    }
    let place = |name: &str| draft.facts.get(name).map(String::as_str);
    let package = draft.package.clone().or_else(|| library.package_for(place).map(|found| found.id.clone()));
    let law = package.as_deref().and_then(|package| library.law(package));
    let law = law.ok_or_else(|| Failure::new("listing_no_package", &[("digest", "–")]))?;
    let bench = Bench::new(library, law, draft.closes_on)?;
    let asks = bench.asks(&draft.facts, draft.closes_on)?;
    if !asks.of_notice.is_empty() {
        return Err(Refusal::notice_lacks(library, &asks).into());
    }
    if !asks.ordered || asks.of_bid.is_empty() {
        return Err(Refusal::new(Code::NoOrder, &[]).with_cites(asks.cites).into());
    }
    let notice = Notice {
        listing: draft.listing.clone(),
        parcel: draft.parcel.clone(),
        closes_on: draft.closes_on,
        opening_ends_on: draft.opening_ends_on,
        facts: draft.facts.clone(),
        asks: asks.of_bid,
    };
    Ok((Said::Published(notice), law.digest.clone()))
}

/// A seal that is on record is not recorded again.
fn sealed(listing: &Listing, seal: &Seal) -> Option<Said> {
    listing.sealed(seal.digest).is_none().then(|| Said::Sealed(seal.clone()))
}

/// A bid whose standing is known before it is opened is not ranked, so it stays closed; and what is
/// opened has to be readable.
fn open(listing: &Listing, library: &Library, key: &Key, today: Date) -> Result<Option<Said>, NotDone> {
    let Some(bid) = listing.of_key(key) else { return Ok(None) };
    if bid.opened.is_some() {
        return Ok(None);
    }
    let bench = bench_of(listing, library)?;
    let [standing] = bench.one(&bid.facts(&listing.notice, today), [OUTCOME])?;
    if let Some(code) = standing.word().filter(|code| *code != VALID) {
        let refusal = Refusal::with_text(Code::NotAdmitted, &[("outcome", titled(&bench, code))]);
        return Err(refusal.by(OUTCOME, standing.cites.clone()).into());
    }
    for (name, value) in key.figures() {
        let title = library.vocabulary.fact(name).map(|fact| fact.title.clone());
        let title = title.unwrap_or_else(|| landcycle_policy::text::Text::same(name));
        if !listing.notice.asks.contains(name) {
            return Err(Refusal::with_text(Code::NotAsked, &[("fact", title)]).into());
        }
        if let Err(why) = is_canonical(library, name, value) {
            return Err(Refusal::with_text(Code::BadFigure, &[("fact", title), ("why", why)]).into());
        }
    }
    Ok(Some(Said::Opened(key.clone())))
}

/// What an outcome of [`OUTCOME`] is called.
pub(crate) fn titled(bench: &Bench<'_>, code: &str) -> landcycle_policy::text::Text {
    let codes = bench.rule(OUTCOME).into_iter().flat_map(|rule| &rule.fields).flat_map(|field| &field.codes);
    let found = codes.into_iter().find(|known| known.code == code);
    found.map_or_else(|| landcycle_policy::text::Text::same(code), |known| known.title.clone())
}

fn rank(listing: &Listing, library: &Library) -> Result<Option<Said>, NotDone> {
    if listing.ranked.is_some() {
        return Ok(None);
    }
    let found = result(listing, library)?;
    Ok(Some(Said::Ranked { result: found.digest(), order: found.ranking.lines() }))
}

fn award(listing: &Listing, library: &Library) -> Result<Said, NotDone> {
    let bench = bench_of(listing, library)?;
    let found = result(listing, library)?;
    let [awarded] = bench.one(&found.totals, [AWARDED])?;
    if awarded.word() != Some(AWARD) {
        let many = found.ranking.places.len().to_string();
        return Err(Refusal::new(Code::TooFew, &[("valid", &many)]).by(AWARDED, awarded.cites).into());
    }
    let Some(bid) = first_alone(listing, &found.ranking) else {
        return Err(Refusal::new(Code::Tied, &[]).into());
    };
    Ok(Said::Ended(End::Awarded { bidder: bid.bidder.clone() }))
}

/// The bid that is first and not tied.
fn first_alone<'b>(listing: &'b Listing, ranking: &Ranking) -> Option<&'b Bid> {
    let mut first = ranking.places.iter().filter(|place| place.rank == 1);
    let (only, more) = (first.next()?, first.next());
    if more.is_some() { None } else { listing.bids.get(only.bid) }
}

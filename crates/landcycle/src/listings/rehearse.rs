//! A written listing, run through the real steps and rules in a ledger that is gone afterwards, or recorded
//! in a store of invented data. Moments and random bytes are the script's own.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, Timestamp, tz};
use landcycle_ledger::listing::{Key, SALT};
use landcycle_ledger::{Ledger, MemoryLedger};
use landcycle_policy::node::Node;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use serde_json::Value;

use super::form::{Bid, DRAFT, Draft, Sheet};
use super::{Asked, NotDone, Wanted, perform, public, read};
use crate::clock;
use crate::say::Failure;

/// How a rehearsal went.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    /// A line for each step.
    pub(crate) lines: Vec<String>,
    /// The code of each step's refusal.
    pub(crate) refused: Vec<Option<String>>,
    /// Steps that went otherwise than written.
    pub(crate) astray: Vec<Failure>,
    /// The published file, if the bids were ranked.
    pub(crate) public: Option<Value>,
}

const KEYS: [&str; 3] = ["title", "notice", "steps"];
const STEP: [&str; 10] = ["at", "publish", "seal", "salt", "as", "withdraw", "open", "rank", "award", "fail"];
const REFUSED: &str = "refused";

/// Reads and runs a script; the error says where and what is wrong with it.
pub(crate) fn run(
    name: &str,
    text: &str,
    library: &Library,
    language: Language,
) -> Result<Rehearsed, Failure> {
    let script = Sheet::read(name, text, &KEYS)?;
    let notice = script.root.get("notice").ok_or_else(|| script.wrong(None, "notice: …"))?;
    let draft = Draft::of(&script.part(notice, &DRAFT)?, library)?;
    let mut ledger = MemoryLedger::new();
    steps(&script, (&draft, library, language), &mut ledger, 0)
}

/// Runs a script and records it in a store of invented data, with the days moved so that `today` of the
/// script is the given one.
pub(crate) fn record(
    (name, text): (&str, &str),
    library: &Library,
    language: Language,
    ledger: &mut dyn Ledger,
    (script_day, today): (Date, Date),
) -> Result<Rehearsed, Failure> {
    let script = Sheet::read(name, text, &KEYS)?;
    let notice = script.root.get("notice").ok_or_else(|| script.wrong(None, "notice: …"))?;
    let mut draft = Draft::of(&script.part(notice, &DRAFT)?, library)?;
    let days = script_day.until(today).map_or(0, |span| span.get_days());
    let moved = |day: Date| day.checked_add(Span::new().days(days)).unwrap_or(day);
    (draft.closes_on, draft.opening_ends_on) = (moved(draft.closes_on), moved(draft.opening_ends_on));
    steps(&script, (&draft, library, language), ledger, days)
}

fn steps(
    script: &Sheet<'_>,
    (draft, library, language): (&Draft, &Library, Language),
    ledger: &mut dyn Ledger,
    days: i32,
) -> Result<Rehearsed, Failure> {
    let mut keys: BTreeMap<String, Key> = BTreeMap::new();
    let mut went = Rehearsed { lines: Vec::new(), refused: Vec::new(), astray: Vec::new(), public: None };
    let allowed: Vec<&str> = STEP.into_iter().chain([REFUSED]).collect();
    for node in script.root.get("steps").map(Node::items).unwrap_or_default() {
        let step = script.part(node, &allowed)?;
        let at = moment(&step.asked("at")?)
            .and_then(|at| at.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok());
        let at = at.ok_or_else(|| step.wrong(Some(node), "at: YYYY-MM-DD HH:MM:SS"))?;
        let (what, wanted) = wanted(&step, node, draft, library, &mut keys)?;
        let asked = Asked {
            listing: draft.listing.clone(),
            wanted,
            by: "rehearsal".to_owned(),
            origin: "rehearsal".to_owned(),
        };
        let done = perform(ledger, library, &asked, (at, clock::day_in_china(at)));
        let refused = match done {
            Ok(_) => None,
            Err(NotDone::Refused(refusal)) => Some(refusal),
            Err(NotDone::Failed(failure)) => return Err(failure),
            Err(NotDone::Store(error)) => {
                return Err(Failure::new("store_other", &[("what", &error.to_string())]));
            }
        };
        let code = refused.as_ref().map(|refusal| refusal.code.text());
        let told = match &refused {
            None => format!("{} {what}", step.asked("at")?),
            Some(refusal) => {
                let (code, detail) = (refusal.code.text(), refusal.detail.get(language));
                format!("{} {what} ✗ {code} {detail}", step.asked("at")?)
            }
        };
        went.lines.push(told);
        let expected = step.root.get(REFUSED).and_then(Node::text);
        if expected != code.as_deref() {
            let found = code.clone().unwrap_or_else(|| "✓".to_owned());
            went.astray.push(step.wrong(Some(node), &format!("{} ≠ {found}", expected.unwrap_or("✓"))));
        }
        went.refused.push(code);
    }
    let listing = match read(ledger, &draft.listing) {
        Ok(listing) => listing.filter(|listing| listing.ranked.is_some()),
        Err(_) => None,
    };
    if let Some(listing) = listing {
        let found = super::result::result(&listing, library)?;
        went.public = Some(public::file(&found, &listing));
    }
    Ok(went)
}

/// What a step wants, and how it is told.
fn wanted(
    step: &Sheet<'_>,
    node: &Node,
    draft: &Draft,
    library: &Library,
    keys: &mut BTreeMap<String, Key>,
) -> Result<(String, Wanted), Failure> {
    let text = |key: &str| step.root.get(key).and_then(Node::text).map(str::to_owned);
    if let Some(seal) = step.root.get("seal") {
        let bid = Bid::of(&step.part(seal, &["listing", "bidder", "figures"])?, library)?;
        let salt = text("salt").and_then(|hex| salt(&hex));
        let salt = salt.ok_or_else(|| step.wrong(Some(node), "salt: (0-9a-f) × 64"))?;
        let key = Key::new(&bid.listing, &bid.bidder, bid.figures, salt);
        let key = key.map_err(|_| step.wrong(Some(seal), "bidder: …"))?;
        let seal = key.seal();
        let name = text("as").unwrap_or_else(|| bid.bidder.clone());
        keys.insert(name, key);
        return Ok((format!("seal {}", bid.bidder), Wanted::Seal(seal)));
    }
    if let Some(bidder) = text("withdraw") {
        return Ok((format!("withdraw {bidder}"), Wanted::Withdraw(bidder)));
    }
    if let Some(name) = text("open") {
        let key = keys.get(&name).cloned().ok_or_else(|| step.wrong(Some(node), "open: (as: …)"))?;
        return Ok((format!("open {name}"), Wanted::Open(key)));
    }
    if let Some(reason) = text("fail") {
        return Ok(("fail".to_owned(), Wanted::Fail(reason)));
    }
    let plain =
        [("publish", Wanted::Publish(draft.clone())), ("rank", Wanted::Rank), ("award", Wanted::Award)];
    let found = plain.into_iter().find(|(key, _)| step.root.get(key).is_some());
    let found = found.map(|(key, wanted)| (key.to_owned(), wanted));
    found.ok_or_else(|| step.wrong(Some(node), "publish | seal | withdraw | open | rank | award | fail"))
}

/// A moment in China.
fn moment(text: &str) -> Option<Timestamp> {
    let moment = text.replace(' ', "T").parse::<DateTime>().ok()?;
    tz::Offset::constant(8).to_timestamp(moment).ok()
}

/// Random bytes as they are written.
fn salt(hex: &str) -> Option<[u8; SALT]> {
    hex.parse::<landcycle_ledger::Digest>().ok().map(|bytes| *bytes.as_bytes())
}

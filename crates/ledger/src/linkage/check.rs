//! What must hold of the books of a store, looked at anew.

use std::collections::BTreeMap;

use super::account::{Account, Unit, total};
use super::book::Book;
use super::desk::{books, case_of};
use super::fixed::Area;
use crate::error::LedgerError;
use crate::ledger::Ledger;

/// 不变量 · what must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Every event of a book is an operation that follows from those before it, and the postings kept
    /// with it are those that it gives.
    Replays,
    /// The postings of every operation add up to zero, in hectares and in yuan.
    Balanced,
    /// All accounts of a book together come to zero, in hectares and in yuan.
    Closed,
    /// No account had, after any operation, a balance that it may not have.
    NotNegative,
    /// Of no parcel is more given up than it has, over all books.
    LandOnce,
    /// Credit and what was used of it come to the land that yielded it, by the rate that was reckoned.
    CreditFromLand,
}

impl Invariant {
    /// All, in the order in which they are looked at.
    pub const ALL: [Self; 6] = [
        Self::Replays,
        Self::Balanced,
        Self::Closed,
        Self::NotNegative,
        Self::LandOnce,
        Self::CreditFromLand,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replays => "replays",
            Self::Balanced => "balanced",
            Self::Closed => "closed",
            Self::NotNegative => "not_negative",
            Self::LandOnce => "land_once",
            Self::CreditFromLand => "credit_from_land",
        }
    }
}

/// 查核结果 · what was found of one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// How many things were looked at.
    pub looked_at: usize,
    /// What does not hold.
    pub faults: Vec<String>,
}

/// Looks at every book of a store. The balances are added up here anew, line by line, and not taken
/// from the books.
pub fn check(ledger: &dyn Ledger) -> Result<Vec<Finding>, LedgerError> {
    let mut findings =
        Invariant::ALL.map(|invariant| Finding { invariant, looked_at: 0, faults: Vec::new() });
    let mut note = |invariant: Invariant, fault: Option<String>| {
        let finding = &mut findings[invariant as usize];
        finding.looked_at += 1;
        finding.faults.extend(fault);
    };
    let mut land: BTreeMap<String, (Area, Area)> = BTreeMap::new();
    for name in books(ledger)? {
        let events = ledger.events_of(&case_of(&name))?;
        let book = match Book::read(&events) {
            Ok(Some(book)) => book,
            Ok(None) => {
                note(Invariant::Replays, Some(format!("{name}: listed, and not there")));
                continue;
            }
            Err((seq, broken)) => {
                note(Invariant::Replays, Some(format!("{name}: event {seq}: {broken}")));
                continue;
            }
        };
        note(Invariant::Replays, None);
        let balances = added_up(&name, &book, &mut note);
        for unit in Unit::ALL {
            let here = balances.iter().filter(|(account, _)| account.unit() == unit);
            let sum: i128 = here.map(|(_, balance)| *balance).sum();
            note(
                Invariant::Closed,
                (sum != 0).then(|| format!("{name}: {} {}", unit.text(sum), unit.name())),
            );
        }
        let of = |kinds: &[&str]| -> i128 {
            let here = balances.iter().filter(|(account, _)| kinds.contains(&account.kind()));
            here.map(|(_, balance)| *balance).sum()
        };
        let apart = of(&["credit", "used"]) + of(&["outside", "pending", "rate"]);
        let sound = apart == 0 && of(&["pending"]) <= -of(&["outside"]);
        note(Invariant::CreditFromLand, (!sound).then(|| name.clone()));
        for (parcel, known) in book.land() {
            let there = land.entry(parcel.clone()).or_insert((known.area, Area::ZERO));
            if known.given_up() > Area::ZERO {
                *there = (there.0.min(known.area), there.1 + known.given_up());
            }
        }
    }
    for (parcel, (has, given_up)) in land {
        note(Invariant::LandOnce, (given_up > has).then(|| format!("{parcel}: {given_up} > {has}")));
    }
    Ok(findings.into())
}

/// The balances of a book, from its lines alone.
fn added_up(
    name: &str,
    book: &Book,
    note: &mut dyn FnMut(Invariant, Option<String>),
) -> BTreeMap<Account, i128> {
    let mut balances: BTreeMap<Account, i128> = BTreeMap::new();
    for line in book.lines() {
        let key = &line.key;
        for unit in Unit::ALL {
            let sum = total(&line.postings, unit);
            let fault = (sum != 0).then(|| format!("{name}: {key}: {} {}", unit.text(sum), unit.name()));
            note(Invariant::Balanced, fault);
        }
        for posting in &line.postings {
            *balances.entry(posting.account.clone()).or_default() += posting.amount;
        }
        for posting in &line.postings {
            let balance = balances.get(&posting.account).copied().unwrap_or_default();
            let account = &posting.account;
            let fault = (!account.admits(balance))
                .then(|| format!("{name}: {key}: {account} {}", account.unit().text(balance)));
            note(Invariant::NotNegative, fault);
        }
    }
    balances
}

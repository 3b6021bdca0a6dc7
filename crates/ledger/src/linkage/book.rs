//! A book as its events give it: balances, land, shares. Reading asks no law and trusts no event.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;

use super::account::{Account, Place, Posting, Unit, total};
use super::deed::{Deed, GivenUp, Scheme, Shared};
use super::fixed::{Area, Money};
use crate::body::Body;
use crate::event::Event;

/// Under which name an event keeps its postings, so that others can add them up.
pub const POSTINGS: &str = "§postings";
/// Under which name an event keeps what the law said.
pub const GROUNDS: &str = "§grounds";

/// 台账 · a book after its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// What people call it.
    pub title: String,
    /// The package whose law judges its operations.
    pub package: String,
    /// Every account that was ever posted to.
    balances: BTreeMap<Account, i128>,
    lines: Vec<Line>,
    places: BTreeMap<String, usize>,
    land: BTreeMap<String, Parcel>,
}

/// 记录 · an operation of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub key: String,
    /// The day on which it took effect.
    pub on: Date,
    /// What it says.
    pub deed: Deed,
    /// What it moved; in each unit it sums to zero.
    pub postings: Vec<Posting>,
    /// Which operation has undone it.
    pub undone_by: Option<String>,
    /// Operations that rest on it and are not undone.
    relied_on_by: BTreeSet<String>,
}

/// 宗地 · what of a parcel was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// How much it has.
    pub area: Area,
    /// How much of each part was given up, and by which operation.
    pub parts: BTreeMap<String, (Area, String)>,
}

impl Parcel {
    /// How much of it was given up.
    pub fn given_up(&self) -> Area {
        self.parts.values().map(|(area, _)| *area).sum()
    }
}

/// Why the record of a book cannot be what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A fact of an event cannot be read.
    Unreadable(String),
    /// The first event does not open the book, or a later one does.
    Opening,
    /// The number was there already.
    KeyTwice,
    /// The day lies before that of the operation before.
    Order,
    /// It names an operation that cannot be meant.
    NoOperation(String),
    /// Its postings do not add up to zero.
    Unbalanced(Unit),
    /// An account is left with a balance that it may not have.
    Balance(Account, String),
    /// More of a parcel is given up than it has, or a part of it twice.
    Land(String),
    /// The postings kept with the event are not those that it gives.
    Postings,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(fact) => write!(f, "{fact} cannot be read"),
            Self::Opening => write!(f, "a book is opened once, by its first operation"),
            Self::KeyTwice => write!(f, "its number was there already"),
            Self::Order => write!(f, "its day lies before the operation before it"),
            Self::NoOperation(key) => write!(f, "the operation {key} that it names cannot be meant"),
            Self::Unbalanced(unit) => write!(f, "its postings in {} do not add up to zero", unit.name()),
            Self::Balance(account, balance) => write!(f, "it leaves {account} at {balance}"),
            Self::Land(parcel) => write!(f, "more of parcel {parcel} is given up than it has"),
            Self::Postings => write!(f, "the postings kept with it are not those that it gives"),
        }
    }
}

impl Book {
    /// Reads a book from the events of its case; none where there are none. Tells the number of the
    /// event at fault.
    pub fn read(events: &[Event]) -> Result<Option<Self>, (i64, Broken)> {
        let mut book = Self::default();
        for event in events {
            book.take(event).map_err(|broken| (event.seq, broken))?;
        }
        Ok((!events.is_empty()).then_some(book))
    }

    fn take(&mut self, event: &Event) -> Result<(), Broken> {
        let deed = Deed::read(&event.kind, &event.body).map_err(Broken::Unreadable)?;
        let key = event.body.get("key").ok_or_else(|| Broken::Unreadable("key".to_owned()))?;
        let postings = self.evolve(&key, event.happened_on, deed)?;
        let kept = event.body.get(POSTINGS).unwrap_or_default();
        if kept == postings_text(&postings) { Ok(()) } else { Err(Broken::Postings) }
    }

    /// The book after one more operation; gives what it moved. A book that refuses is as it was.
    pub fn evolve(&mut self, key: &str, on: Date, deed: Deed) -> Result<Vec<Posting>, Broken> {
        if self.lines.is_empty() != matches!(deed, Deed::Opened { .. }) {
            return Err(Broken::Opening);
        }
        if self.places.contains_key(key) {
            return Err(Broken::KeyTwice);
        }
        if self.last_day().is_some_and(|last| on < last) {
            return Err(Broken::Order);
        }
        let postings = self.postings(&deed)?;
        self.check_land(&deed)?;
        self.check_named(&deed)?;
        let after = self.after(&postings)?;
        self.balances.extend(after);
        self.note(key, &deed);
        self.places.insert(key.to_owned(), self.lines.len());
        self.lines.push(Line {
            key: key.to_owned(),
            on,
            deed,
            postings: postings.clone(),
            undone_by: None,
            relied_on_by: BTreeSet::new(),
        });
        Ok(postings)
    }

    /// The balances that postings lead to; an error where one may not be.
    fn after(&self, postings: &[Posting]) -> Result<BTreeMap<Account, i128>, Broken> {
        if let Some(unit) = Unit::ALL.into_iter().find(|unit| total(postings, *unit) != 0) {
            return Err(Broken::Unbalanced(unit));
        }
        let mut after = BTreeMap::new();
        for posting in postings {
            let balance =
                after.entry(posting.account.clone()).or_insert_with(|| self.balance(&posting.account));
            *balance += posting.amount;
        }
        let bad = after.iter().find(|(account, balance)| !account.admits(**balance));
        match bad {
            Some((account, balance)) => Err(Broken::Balance(account.clone(), account.unit().text(*balance))),
            None => Ok(after),
        }
    }

    /// What an operation moves.
    pub(super) fn postings(&self, deed: &Deed) -> Result<Vec<Posting>, Broken> {
        let mut postings = Vec::new();
        let mut post = |account, amount: i128| {
            if amount != 0 {
                postings.push(Posting { account, amount });
            }
        };
        match deed {
            Deed::Opened { .. } | Deed::SharePublished(_) => {}
            Deed::GivenUp(land) => {
                post(Account::Outside, -land.area.smallest());
                post(Account::Pending(land.place.clone()), land.area.smallest());
            }
            Deed::Credited { land, parts, .. } => {
                let given = self.waiting(land).ok_or_else(|| Broken::NoOperation(land.clone()))?;
                let credit: Area = parts.iter().map(|(_, area)| *area).sum();
                post(Account::Pending(given.place.clone()), -given.area.smallest());
                post(Account::Rate, (given.area - credit).smallest());
                for (holder, area) in parts {
                    let account = Account::Credit { holder: holder.clone(), giving: given.place.clone() };
                    post(account, area.smallest());
                }
            }
            Deed::Moved { from, to, giving, area, .. } => {
                let credit =
                    |holder: &Place| Account::Credit { holder: holder.clone(), giving: giving.clone() };
                post(credit(from), -area.smallest());
                post(credit(to), area.smallest());
            }
            Deed::Used(used) => {
                let credit = Account::Credit { holder: used.place.clone(), giving: used.giving.clone() };
                post(credit, -used.area.smallest());
                post(Account::Used(used.project.clone()), used.area.smallest());
                let revenue = used.revenue.unwrap_or_default();
                post(Account::Revenue(used.place.clone()), -revenue.smallest());
                for (payee, amount) in &used.parts {
                    let account = Account::Owed { payer: used.place.clone(), payee: payee.clone() };
                    post(account, amount.smallest());
                }
                let owed: Money = used.parts.iter().map(|(_, amount)| *amount).sum();
                post(Account::Kept(used.place.clone()), (revenue - owed).smallest());
            }
            Deed::Paid { payer, payee, amount } => {
                post(Account::Owed { payer: payer.clone(), payee: payee.clone() }, -amount.smallest());
                post(Account::Paid { payer: payer.clone(), payee: payee.clone() }, amount.smallest());
            }
            Deed::Reversed { of, .. } => {
                let line = self.standing(of).ok_or_else(|| Broken::NoOperation(of.clone()))?;
                postings.extend(
                    line.postings
                        .iter()
                        .map(|posting| Posting { account: posting.account.clone(), amount: -posting.amount }),
                );
            }
        }
        Ok(postings)
    }

    fn check_land(&self, deed: &Deed) -> Result<(), Broken> {
        let Deed::GivenUp(land) = deed else { return Ok(()) };
        let known = self.land.get(&land.parcel);
        let before = known.map(Parcel::given_up).unwrap_or_default();
        let area = known.filter(|known| !known.parts.is_empty()).map_or(land.parcel_area, |known| known.area);
        let twice = known.is_some_and(|known| known.parts.contains_key(&land.part));
        if twice || area != land.parcel_area || before + land.area > area || land.area <= Area::ZERO {
            return Err(Broken::Land(land.parcel.clone()));
        }
        Ok(())
    }

    /// What an operation rests on stands, and on what it undoes nothing rests.
    fn check_named(&self, deed: &Deed) -> Result<(), Broken> {
        let missing = relied_upon(deed).into_iter().find(|key| self.standing(key).is_none());
        let relied = match deed {
            Deed::Reversed { of, .. } => self.resting_on(of).map(|_| of.as_str()),
            _ => None,
        };
        missing.or(relied).map_or(Ok(()), |key| Err(Broken::NoOperation(key.to_owned())))
    }

    /// Keeps what is not a balance: land, what was undone, what rests on what.
    fn note(&mut self, key: &str, deed: &Deed) {
        for relied in relied_upon(deed) {
            if let Some(line) = self.standing_mut(relied) {
                line.relied_on_by.insert(key.to_owned());
            }
        }
        match deed {
            Deed::Opened { title, package } => {
                self.title.clone_from(title);
                self.package.clone_from(package);
            }
            Deed::GivenUp(land) => {
                let parcel = self.land.entry(land.parcel.clone()).or_default();
                parcel.area = land.parcel_area;
                parcel.parts.insert(land.part.clone(), (land.area, key.to_owned()));
            }
            Deed::Reversed { of, .. } => {
                let Some(line) = self.standing_mut(of) else { return };
                line.undone_by = Some(key.to_owned());
                let undone = line.deed.clone();
                for relied in relied_upon(&undone) {
                    if let Some(line) = self.standing_mut(relied) {
                        line.relied_on_by.remove(of);
                    }
                }
                if let Deed::GivenUp(land) = undone
                    && let Some(parcel) = self.land.get_mut(&land.parcel)
                {
                    parcel.parts.remove(&land.part);
                }
            }
            _ => {}
        }
    }

    /// What its accounts of a unit come to; zero in a sound book.
    pub fn sum(&self, unit: Unit) -> i128 {
        self.balances().filter(|(account, _)| account.unit() == unit).map(|(_, balance)| balance).sum()
    }

    /// What is on an account.
    pub fn balance(&self, account: &Account) -> i128 {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// Every account that was ever posted to, with what is on it.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, i128)> {
        self.balances.iter().map(|(account, balance)| (account, *balance))
    }

    /// Its operations, in the order in which they were recorded.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The operation of a number.
    pub fn line(&self, key: &str) -> Option<&Line> {
        self.places.get(key).and_then(|at| self.lines.get(*at))
    }

    /// What was given up, by parcel.
    pub fn land(&self) -> &BTreeMap<String, Parcel> {
        &self.land
    }

    /// The book as it was at the end of a day; none before it was opened.
    pub fn as_of(&self, day: Date) -> Option<Self> {
        let mut book = Self::default();
        // Days never go back, so the operations up to one are the first ones.
        for line in self.lines.iter().take_while(|line| line.on <= day) {
            book.evolve(&line.key, line.on, line.deed.clone()).ok()?;
        }
        (!book.lines.is_empty()).then_some(book)
    }

    /// The day of the last operation.
    pub fn last_day(&self) -> Option<Date> {
        self.lines.last().map(|line| line.on)
    }

    /// The operation of a number, unless it was undone or undoes another.
    pub(super) fn standing(&self, key: &str) -> Option<&Line> {
        let undoable = |line: &&Line| {
            line.undone_by.is_none() && !matches!(line.deed, Deed::Reversed { .. } | Deed::Opened { .. })
        };
        self.line(key).filter(undoable)
    }

    fn standing_mut(&mut self, key: &str) -> Option<&mut Line> {
        let at = *self.places.get(key)?;
        self.standing(key)?;
        self.lines.get_mut(at)
    }

    /// The land of a number that waits for its credit.
    pub fn waiting(&self, key: &str) -> Option<&GivenUp> {
        let line = self.standing(key)?;
        match &line.deed {
            Deed::GivenUp(land) if line.relied_on_by.is_empty() => Some(land),
            _ => None,
        }
    }

    /// An operation that rests on one of a number.
    pub(super) fn resting_on(&self, key: &str) -> Option<&str> {
        self.line(key)?.relied_on_by.first().map(String::as_str)
    }

    /// The shares that hold: those published last for the places, and not withdrawn.
    pub fn scheme(&self, of: Shared, giving: &Place, receiving: Option<&Place>) -> Option<(&str, &Scheme)> {
        self.lines.iter().rev().find_map(|line| match &line.deed {
            Deed::SharePublished(scheme)
                if line.undone_by.is_none()
                    && scheme.of == of
                    && scheme.giving == *giving
                    && scheme.receiving.as_ref() == receiving =>
            {
                Some((line.key.as_str(), scheme))
            }
            _ => None,
        })
    }

    /// The places whose land the credit of a holder comes from.
    pub(super) fn givings(&self, holder: &Place) -> Vec<Place> {
        let credits = self.balances.iter().filter(|(_, balance)| **balance > 0);
        credits
            .filter_map(|(account, _)| match account {
                Account::Credit { holder: held_by, giving } if held_by == holder => Some(giving.clone()),
                _ => None,
            })
            .collect()
    }
}

/// The operations that one rests on.
fn relied_upon(deed: &Deed) -> Vec<&str> {
    match deed {
        Deed::Credited { land, share, .. } => {
            [Some(land), share.as_ref()].into_iter().flatten().map(String::as_str).collect()
        }
        Deed::Moved { share, .. } | Deed::Used(super::deed::Use { share, .. }) => {
            share.iter().map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}

/// The body of an event: number, facts, postings, what the law said.
pub(super) fn body(key: &str, deed: &Deed, postings: &[Posting], grounds: Option<&str>) -> Option<Body> {
    let mut facts = deed.facts();
    facts.push(("key", key.to_owned()));
    facts.push((POSTINGS, postings_text(postings)));
    facts.extend(grounds.map(|grounds| (GROUNDS, grounds.to_owned())));
    Body::new(facts).ok()
}

/// Postings as JSON: kind of account, holder, other side, unit, amount.
fn postings_text(postings: &[Posting]) -> String {
    let each = postings.iter().map(|posting| {
        let account = &posting.account;
        let unit = account.unit();
        serde_json::json!([
            account.kind(),
            account.holder(),
            account.other(),
            unit.name(),
            unit.text(posting.amount)
        ])
    });
    serde_json::Value::Array(each.collect()).to_string()
}

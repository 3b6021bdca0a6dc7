//! Recording orders: read, decide, append under a guard, and decide anew where others came between.
//!
//! Two guards hold a decision: the last event of the book, so that no credit is spent twice; and, for
//! land, the last event of every other book and of the register of books, so that no hectare is in two.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::account::{Place, Posting};
use super::book::{Book, Broken, body};
use super::decide::{Question, Verdict, draft, not_taken};
use super::deed::Deed;
use super::fixed::Area;
use super::order::{Act, Order};
use super::refusal::Refusal;
use crate::body::Body;
use crate::error::LedgerError;
use crate::event::{Event, NewEvent};
use crate::ledger::{Entry, Ledger};

/// The case that lists the books of a store.
pub const REGISTER: &str = "@linkage";

/// How often orders are decided anew when others record in between: every try that fails is one that
/// somebody else succeeded in.
const TRIES: usize = 200;

/// The case of a book.
pub fn case_of(book: &str) -> String {
    format!("{REGISTER}/{book}")
}

/// 办理 · who records, when, from where.
#[derive(Clone, Copy, Debug)]
pub struct Clerk<'c> {
    /// Who.
    pub by: &'c str,
    /// The moment.
    pub now: Timestamp,
    /// The day.
    pub today: Date,
}

/// 已记 · an operation as it was recorded, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its number.
    pub key: String,
    /// The day.
    pub on: Date,
    /// What it says.
    pub deed: Deed,
    /// What it moved.
    pub postings: Vec<Posting>,
    /// What the law said.
    pub grounds: Option<String>,
    /// Whether it was there before, under its number.
    pub there: bool,
}

/// Why orders were not recorded. Nothing of them was.
#[derive(Debug)]
pub enum NotDone<E> {
    /// The structure of the book says no to one of them.
    Refused {
        /// Which, from 0.
        at: usize,
        /// Why.
        refusal: Refusal,
    },
    /// The law says no to one of them.
    Law {
        /// Which, from 0.
        at: usize,
        /// Why.
        why: E,
    },
    /// Others recorded in between each time.
    Busy,
    /// A book is not what was recorded.
    Broken {
        /// Which book.
        book: String,
        /// The event at fault.
        seq: i64,
        /// What is wrong.
        why: Broken,
    },
    /// The store failed.
    Store(LedgerError),
}

impl<E> From<LedgerError> for NotDone<E> {
    fn from(error: LedgerError) -> Self {
        Self::Store(error)
    }
}

/// The names of all books of a store, in the order in which they were opened.
pub fn books(ledger: &dyn Ledger) -> Result<Vec<String>, LedgerError> {
    let listed = ledger.events_of(REGISTER)?;
    Ok(listed.iter().filter_map(|event| event.body.get("book")).map(std::borrow::Cow::into_owned).collect())
}

/// A book as it stands; none where there is none.
pub fn read<E>(ledger: &dyn Ledger, book: &str) -> Result<Option<Book>, NotDone<E>> {
    read_with_head(ledger, book).map(|(book, _)| book)
}

fn read_with_head<E>(ledger: &dyn Ledger, book: &str) -> Result<(Option<Book>, Option<i64>), NotDone<E>> {
    let events = ledger.events_of(&case_of(book))?;
    let head = events.last().map(|event| event.seq);
    match Book::read(&events) {
        Ok(read) => Ok((read, head)),
        Err((seq, why)) => Err(NotDone::Broken { book: book.to_owned(), seq, why }),
    }
}

/// Records orders in their order, all or none; `judge` answers for the law. With `dry`, nothing is
/// recorded.
pub fn record<E>(
    ledger: &mut dyn Ledger,
    book: &str,
    orders: &[Order],
    clerk: Clerk<'_>,
    judge: &mut dyn FnMut(&Question<'_>) -> Result<Verdict, E>,
    dry: bool,
) -> Result<Vec<Done>, NotDone<E>> {
    // A colon ends the name of a book in the keys of its events.
    if Place::parse(book).is_none_or(|name| !name.township().is_empty()) || book.contains(':') {
        return Err(NotDone::Refused { at: 0, refusal: Refusal::BadName { name: book.to_owned() } });
    }
    for _ in 0..TRIES {
        let mut attempt = Attempt::begin(ledger, book, orders)?;
        let mut done = Vec::new();
        for (at, order) in orders.iter().enumerate() {
            done.push(attempt.take(at, order, clerk, judge)?);
        }
        if dry || attempt.entries.is_empty() {
            return Ok(done);
        }
        let entries = attempt.guards.into_iter().chain(attempt.entries);
        match ledger.append(&mut entries.map(Ok)) {
            Ok(_) => return Ok(done),
            Err(LedgerError::ChangedMeanwhile { .. } | LedgerError::KeyTaken(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(NotDone::Busy)
}

/// One try: what was read, and what is to be appended upon it.
struct Attempt<'a> {
    name: &'a str,
    book: Option<Book>,
    events: BTreeMap<String, Event>,
    /// Of each parcel of other books: which book, its area there, how much was given up.
    elsewhere: BTreeMap<String, (String, Area, Area)>,
    guards: Vec<Entry>,
    entries: Vec<Entry>,
}

impl<'a> Attempt<'a> {
    fn begin<E>(ledger: &dyn Ledger, name: &'a str, orders: &[Order]) -> Result<Self, NotDone<E>> {
        let case_id = case_of(name);
        let events = ledger.events_of(&case_id)?;
        let last_seq = events.last().map(|event| event.seq);
        let book =
            Book::read(&events).map_err(|(seq, why)| NotDone::Broken { book: name.to_owned(), seq, why })?;
        let events = events.into_iter().map(|event| (event.key.clone(), event)).collect();
        let guards = vec![Entry::Expect { case_id, last_seq }];
        let elsewhere = BTreeMap::new();
        let mut attempt = Self { name, book, events, elsewhere, guards, entries: Vec::new() };
        if orders.iter().any(|order| matches!(order.act, Act::GiveUp(_) | Act::Open { .. })) {
            attempt.look_elsewhere(ledger)?;
        }
        Ok(attempt)
    }

    /// Reads the other books, and guards them and the register against change.
    fn look_elsewhere<E>(&mut self, ledger: &dyn Ledger) -> Result<(), NotDone<E>> {
        let listed = ledger.events_of(REGISTER)?;
        let last_seq = listed.last().map(|event| event.seq);
        self.guards.push(Entry::Expect { case_id: REGISTER.to_owned(), last_seq });
        let names = listed.iter().filter_map(|event| event.body.get("book"));
        for other in names.filter(|other| other != self.name) {
            let (book, head) = read_with_head(ledger, &other)?;
            self.guards.push(Entry::Expect { case_id: case_of(&other), last_seq: head });
            for (parcel, land) in book.iter().flat_map(Book::land) {
                let given_up = land.given_up();
                if given_up > Area::ZERO {
                    let there = self.elsewhere.entry(parcel.clone());
                    let there = there.or_insert_with(|| (other.to_string(), land.area, Area::ZERO));
                    there.2 = there.2 + given_up;
                }
            }
        }
        Ok(())
    }

    fn take<E>(
        &mut self,
        at: usize,
        order: &Order,
        clerk: Clerk<'_>,
        judge: &mut dyn FnMut(&Question<'_>) -> Result<Verdict, E>,
    ) -> Result<Done, NotDone<E>> {
        let refused = |refusal| NotDone::Refused { at, refusal };
        if let Some(there) = self.repeated(order).map_err(refused)? {
            return Ok(there);
        }
        let elsewhere = |parcel: &str| self.elsewhere.get(parcel).cloned();
        let draft = draft(self.book.as_ref(), order, &elsewhere, clerk.today).map_err(refused)?;
        let verdict =
            judge(&draft.question(self.book.as_ref(), order)).map_err(|why| NotDone::Law { at, why })?;
        let deed = draft.settle(&verdict).map_err(refused)?;
        let opening = self.book.is_none();
        let book = self.book.get_or_insert_default();
        let key = order.key.clone().unwrap_or_else(|| made_key(book, order));
        let postings =
            book.evolve(&key, order.on, deed.clone()).map_err(|broken| refused(not_taken(&broken)))?;
        let unwritable = || refused(Refusal::BadName { name: key.clone() });
        let body = body(&key, &deed, &postings, verdict.grounds.as_deref()).ok_or_else(unwritable)?;
        let event = NewEvent {
            case_id: case_of(self.name),
            kind: deed.kind(),
            happened_on: order.on,
            recorded_at: clerk.now,
            actor: clerk.by.to_owned(),
            origin: order.origin.clone(),
            key: event_key(self.name, &key),
            package: verdict.package.clone(),
            corrects: None,
            body,
        };
        if opening {
            let listed = Body::new([("book", self.name)]).map_err(|_| unwritable())?;
            let key = format!("{REGISTER}:{}", self.name);
            let (case_id, kind) = (REGISTER.to_owned(), "linkage.listed/1".to_owned());
            self.entries
                .push(NewEvent { case_id, kind, key, package: None, body: listed, ..event.clone() }.into());
        }
        self.entries.push(event.into());
        Ok(Done { key, on: order.on, deed, postings, grounds: verdict.grounds, there: false })
    }

    /// The operation of an order's number, where it says what is asked: then it is not recorded again.
    fn repeated(&self, order: &Order) -> Result<Option<Done>, Refusal> {
        let (Some(key), Some(book)) = (&order.key, &self.book) else { return Ok(None) };
        let Some(line) = book.line(key) else { return Ok(None) };
        let undone = line.undone_by.as_ref().map(|by| format!("undone by {by}"));
        if let Some(fact) = undone.or_else(|| first_difference(&line.deed, line.on, order)) {
            return Err(Refusal::KeyTaken { key: key.clone(), fact });
        }
        let grounds = self.events.get(&event_key(self.name, key));
        let grounds = grounds.and_then(|event| event.body.get(super::book::GROUNDS));
        Ok(Some(Done {
            key: key.clone(),
            on: line.on,
            deed: line.deed.clone(),
            postings: line.postings.clone(),
            grounds: grounds.map(std::borrow::Cow::into_owned),
            there: true,
        }))
    }
}

fn event_key(book: &str, key: &str) -> String {
    format!("{REGISTER}/{book}:{key}")
}

/// A number for an order that brings none: the act, and the how manieth operation it is.
fn made_key(book: &Book, order: &Order) -> String {
    let first = book.lines().len() + 1;
    let mut keys = (first..).map(|number| format!("{}-{number}", order.act.name()));
    keys.find(|key| book.line(key).is_none()).unwrap_or_default()
}

/// The first thing in which a recorded operation differs from what is asked, the law's part left out.
fn first_difference(deed: &Deed, on: Date, order: &Order) -> Option<String> {
    let asked = match (&order.act, deed) {
        (Act::Open { title, package }, Deed::Opened { .. }) => {
            Deed::Opened { title: title.clone(), package: package.clone() }
        }
        (Act::Share(scheme), Deed::SharePublished(_)) => Deed::SharePublished(scheme.clone()),
        (Act::GiveUp(land), Deed::GivenUp(_)) => Deed::GivenUp(land.clone()),
        (Act::Credit { land, verified }, Deed::Credited { share, parts, .. }) => Deed::Credited {
            land: land.clone(),
            verified: verified.unwrap_or_default(),
            share: share.clone(),
            parts: parts.clone(),
        },
        (Act::Move { from, to, giving, area }, Deed::Moved { giving: there, share, .. }) => Deed::Moved {
            from: from.clone(),
            to: to.clone(),
            giving: giving.as_ref().unwrap_or(there).clone(),
            area: *area,
            share: share.clone(),
        },
        (Act::Use { place, giving, project, area, in_park, revenue }, Deed::Used(there)) => {
            Deed::Used(super::deed::Use {
                place: place.clone(),
                giving: giving.as_ref().unwrap_or(&there.giving).clone(),
                project: project.clone(),
                area: *area,
                in_park: *in_park,
                revenue: *revenue,
                share: there.share.clone(),
                parts: there.parts.clone(),
            })
        }
        (Act::Pay { payer, payee, amount }, Deed::Paid { .. }) => {
            Deed::Paid { payer: payer.clone(), payee: payee.clone(), amount: *amount }
        }
        (Act::Reverse { of, reason }, Deed::Reversed { .. }) => {
            Deed::Reversed { of: of.clone(), reason: reason.clone() }
        }
        _ => return Some(deed.name().to_owned()),
    };
    if on != order.on {
        return Some("on".to_owned());
    }
    let (there, asked) = (deed.facts(), asked.facts());
    let differs = asked.iter().chain(&there).find(|fact| !(there.contains(fact) && asked.contains(fact)));
    differs.map(|(name, _)| (*name).to_owned())
}

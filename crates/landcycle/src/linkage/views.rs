//! What a book shows: balances by place, debts, uses, and the journal.

use std::collections::BTreeMap;

use landcycle_ledger::Event;
use landcycle_ledger::linkage::{Account, Area, Book, Deed, Done, GROUNDS, Money, Unit};
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use crate::say::words;

/// A heading and rows of texts, as every form of output takes them.
pub(crate) struct Listing {
    /// Names of the columns; their titles are messages `linkage_head_…`.
    pub(crate) heading: &'static [&'static str],
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
}

/// What an account is called, with whose it is.
pub(crate) fn account_title(account: &Account) -> Text {
    let kind = words(&format!("linkage_account_{}", account.kind()));
    let of = |form: &str| {
        let mut told = form.to_owned();
        if !account.holder().is_empty() {
            told = format!("{told} {}", account.holder());
        }
        if !account.other().is_empty() {
            told = format!("{told} ({})", account.other());
        }
        told
    };
    Text { zh: of(&kind.zh), en: of(&kind.en) }
}

/// Columns of the balances of places.
const PLACES: [&str; 9] =
    ["district", "township", "pending", "credit", "kept", "owes", "is_owed", "has_paid", "was_paid"];
/// Columns of accounts.
const ACCOUNTS: [&str; 5] = ["account", "holder", "other", "unit", "balance"];
/// Columns of the journal.
const JOURNAL: [&str; 17] = [
    "line",
    "seq",
    "key",
    "on",
    "act",
    "account",
    "holder",
    "other",
    "unit",
    "amount",
    "undone_by",
    "parcel",
    "part",
    "parcel_area",
    "by",
    "origin",
    "grade",
];

/// Balances by district and township, a district as such before its townships.
pub(crate) fn places(book: &Book) -> Listing {
    let mut rows: BTreeMap<(String, String), [i128; 7]> = BTreeMap::new();
    let mut add = |place: &str, column: usize, balance: i128| {
        let (district, township) = place.split_once('/').unwrap_or((place, ""));
        rows.entry((district.to_owned(), township.to_owned())).or_default()[column] += balance;
    };
    for (account, balance) in book.balances() {
        match account {
            Account::Pending(place) => add(place.as_str(), 0, balance),
            Account::Credit { holder, .. } => add(holder.as_str(), 1, balance),
            Account::Kept(place) => add(place.as_str(), 2, balance),
            Account::Owed { payer, payee } | Account::Paid { payer, payee } => {
                let owed = usize::from(matches!(account, Account::Paid { .. })) * 2;
                add(payer.as_str(), 3 + owed, balance);
                // A payee that is no place has its line too: it is owed.
                add(payee, 4 + owed, balance);
            }
            Account::Outside | Account::Rate | Account::Used(_) | Account::Revenue(_) => {}
        }
    }
    let text = |column: usize, balance: i128| {
        if column < 2 {
            Area::of_smallest(balance).to_string()
        } else {
            Money::of_smallest(balance).to_string()
        }
    };
    let rows = rows.into_iter().map(|((district, township), balances)| {
        let numbers = balances.iter().enumerate().map(|(column, balance)| text(column, *balance));
        [district, township].into_iter().chain(numbers).collect()
    });
    Listing { heading: &PLACES, rows: rows.collect() }
}

/// Every account with what is on it.
pub(crate) fn accounts(book: &Book) -> Listing {
    let rows = book.balances().map(|(account, balance)| {
        let unit = account.unit();
        let texts = [account.kind(), account.holder(), account.other(), unit.name()];
        texts.into_iter().map(str::to_owned).chain([unit.text(balance)]).collect()
    });
    Listing { heading: &ACCOUNTS, rows: rows.collect() }
}

/// The journal: a row for each posting, and one for an operation that moves nothing.
pub(crate) fn journal(book: &Book, events: &[Event]) -> Listing {
    let mut rows = Vec::new();
    for (at, line) in book.lines().iter().enumerate() {
        let event = events.get(at);
        let of_event = |read: &dyn Fn(&Event) -> String| event.map(read).unwrap_or_default();
        let head = [
            (at + 1).to_string(),
            of_event(&|event| event.seq.to_string()),
            line.key.clone(),
            line.on.to_string(),
            line.deed.name().to_owned(),
        ];
        let land = match &line.deed {
            Deed::GivenUp(land) => [land.parcel.clone(), land.part.clone(), land.parcel_area.to_string()],
            _ => <[String; 3]>::default(),
        };
        let tail = [
            of_event(&|event| event.actor.clone()),
            of_event(&|event| event.origin.clone()),
            of_event(&|event| weakest(event).unwrap_or_default()),
        ];
        let undone_by = line.undone_by.clone().unwrap_or_default();
        let postings = line.postings.iter().map(|posting| {
            let account = &posting.account;
            let unit = account.unit();
            let texts = [account.kind(), account.holder(), account.other(), unit.name()];
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            (texts, unit.text(posting.amount))
        });
        let mut postings: Vec<(Vec<String>, String)> = postings.collect();
        if postings.is_empty() {
            postings.push((vec![String::new(); 4], String::new()));
        }
        for (account, amount) in postings {
            let row = head.iter().cloned().chain(account).chain([amount, undone_by.clone()]);
            rows.push(row.chain(land.iter().cloned()).chain(tail.iter().cloned()).collect());
        }
    }
    Listing { heading: &JOURNAL, rows }
}

/// The weakest grade among the grounds of an event.
fn weakest(event: &Event) -> Option<String> {
    let grounds: Value = serde_json::from_str(&event.body.get(GROUNDS)?).ok()?;
    let grades = grounds.as_array()?.iter().filter_map(|ground| ground["grade"].as_str());
    let order = ["text", "paper", "press", "illustrative"];
    grades.max_by_key(|grade| order.iter().position(|known| known == grade)).map(str::to_owned)
}

/// Whether something of a book rests on a stand-in.
pub(crate) fn rests_on_stand_in(events: &[Event]) -> bool {
    events.iter().any(|event| weakest(event).as_deref() == Some("illustrative"))
}

/// A book for other programs and the page.
pub(crate) fn book_json(name: &str, book: &Book, events: &[Event]) -> Value {
    let totals: BTreeMap<&str, String> =
        ["outside", "pending", "credit", "used", "revenue", "kept", "owed", "paid"]
            .into_iter()
            .map(|kind| {
                let of = book.balances().filter(|(account, _)| account.kind() == kind);
                let (mut unit, mut sum) = (Unit::Hectare, 0);
                for (account, balance) in of {
                    unit = account.unit();
                    sum += balance;
                }
                (kind, unit.text(sum))
            })
            .collect();
    json!({
        "book": name, "title": book.title, "package": book.package,
        "last_day": book.last_day().map(|day| day.to_string()),
        "operations": book.lines().len(),
        "illustrative": rests_on_stand_in(events),
        "totals": totals,
        "places": places(book).json(),
        "accounts": accounts(book).json(),
    })
}

/// What was done, for other programs and the page.
pub(crate) fn done_json(done: &Done) -> Value {
    let postings = done.postings.iter().map(|posting| {
        let account = &posting.account;
        json!({
            "account": account.kind(), "holder": account.holder(), "other": account.other(),
            "unit": account.unit().name(), "amount": account.unit().text(posting.amount),
        })
    });
    let facts = done.deed.facts().into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
    let grounds = done.grounds.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    json!({
        "key": done.key, "on": done.on.to_string(), "act": done.deed.name(), "there": done.there,
        "facts": facts.collect::<serde_json::Map<_, _>>(), "postings": postings.collect::<Vec<_>>(),
        "grounds": grounds,
    })
}

/// Columns of the movements by year.
const YEARS: [&str; 5] = ["year", "account", "unit", "change", "balance"];

/// What each year added to each kind of account, and what stood on it at the year's end.
pub(crate) fn years(book: &Book) -> Listing {
    let mut moved: BTreeMap<i16, BTreeMap<(&str, Unit), i128>> = BTreeMap::new();
    for line in book.lines() {
        let year = moved.entry(line.on.year()).or_default();
        for posting in &line.postings {
            let account = &posting.account;
            *year.entry((account.kind(), account.unit())).or_default() += posting.amount;
        }
    }
    let mut standing: BTreeMap<(&str, Unit), i128> = BTreeMap::new();
    let mut rows = Vec::new();
    for (year, changes) in moved {
        for (kind, change) in &changes {
            *standing.entry(*kind).or_default() += change;
        }
        for ((kind, unit), balance) in &standing {
            let change = changes.get(&(*kind, *unit)).copied().unwrap_or_default();
            let texts = [*kind, unit.name()].map(str::to_owned);
            rows.push(
                [year.to_string()]
                    .into_iter()
                    .chain(texts)
                    .chain([unit.text(change), unit.text(*balance)])
                    .collect(),
            );
        }
    }
    Listing { heading: &YEARS, rows }
}

impl Listing {
    /// Objects by the names of the columns.
    pub(crate) fn json(&self) -> Value {
        let object = |row: &Vec<String>| -> Value {
            self.heading.iter().zip(row).map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// A table for a terminal, of some of the columns.
    pub(crate) fn table(&self, columns: &[&str], language: Language) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
        table.set_header(
            columns.iter().map(|name| words(&format!("linkage_head_{name}")).get(language).to_owned()),
        );
        for row in &self.rows {
            let cell = |wanted: &&str| {
                let at = self.heading.iter().position(|name| name == wanted);
                let text = at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
                let title = match *wanted {
                    "account" if !text.is_empty() => words(&format!("linkage_account_{text}")),
                    "act" => words(&format!("linkage_deed_{text}")),
                    _ => Text::same(text),
                };
                title.get(language).to_owned()
            };
            table.add_row(columns.iter().map(cell));
        }
        table.to_string()
    }
}

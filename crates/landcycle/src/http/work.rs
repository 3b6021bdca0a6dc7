//! A work list as somebody asks for it: from the open duties that the book keeps, or, with what is done,
//! worked out anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::App;
use super::book::{Book, Row};
use super::caller::Caller;
use super::problem::Problem;
use super::query::{self, Pairs};
use crate::cli::tree::text_json;
use crate::duties::{self, Line, Slip, State, Wanted};
use crate::{clock, store};

/// Days ahead that a work list may look.
const AHEAD: usize = 36_500;

/// 工作单 · what a query finds.
pub(super) struct Work {
    /// The day.
    pub(super) on: Date,
    /// Lines by state, of all states.
    pub(super) counts: BTreeMap<&'static str, usize>,
    /// The duties that there are, by name and title.
    pub(super) duties: Vec<Value>,
    found: Found,
}

enum Found {
    /// Places of slips in the book's roll.
    Open(Arc<Book>, Vec<usize>),
    /// Lines that were worked out.
    All(Vec<Line>),
}

/// What a work list is narrowed to, beside department and district.
struct Narrowed {
    state: Option<State>,
    within: Option<i64>,
    duty: Option<String>,
}

impl Narrowed {
    fn has(&self, state: State, left: Option<i64>) -> bool {
        self.state.is_none_or(|wanted| wanted == state)
            && self.within.is_none_or(|within| left.is_some_and(|left| (0..=within).contains(&left)))
    }
}

impl Work {
    /// Reads the query and finds its lines, those alone that the caller sees.
    pub(super) fn find(app: &App, pairs: &Pairs, caller: &Caller) -> Result<Self, Problem> {
        let on = app.asked_day(pairs)?;
        let text = |name: &str| pairs.get(name).filter(|text| !text.is_empty()).cloned();
        let department = text("department");
        if let Some(id) = department.as_ref().filter(|id| *id != "holder") {
            let known: Vec<&str> = app.library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
            if !known.contains(&id.as_str()) {
                return Err(Problem::query("department", id, &known.join(", ")));
            }
        }
        let department = department.map(|id| if id == "holder" { String::new() } else { id });
        let wanted = Wanted { department, district: text("district"), done: text("done").is_some() };
        let state = text("state").map(|name| query::one_of("state", &name, &State::ALL, State::name));
        let within = text("within").map(|_| query::number(pairs, "within", 0, AHEAD)).transpose()?;
        let narrowed = Narrowed {
            state: state.transpose()?,
            within: within.map(|days| days as i64),
            duty: text("duty"),
        };
        let book = app.book(on)?;
        if wanted.done {
            Self::with_done(app, (on, book), (wanted, narrowed), caller)
        } else {
            Ok(Self::open(book, on, &wanted, &narrowed, caller))
        }
    }

    fn open(book: Arc<Book>, on: Date, wanted: &Wanted, narrowed: &Narrowed, caller: &Caller) -> Self {
        let mut counts = BTreeMap::new();
        let mut duties = BTreeMap::new();
        let mut found = Vec::new();
        let all = caller.sees_all();
        for (at, slip) in book.roll.slips().iter().enumerate() {
            let owed = book.roll.kind(slip);
            let Some(row) = book.row(slip.row as usize) else { continue };
            let district =
                || wanted.district.as_deref().is_none_or(|wanted| row.fact("district") == Some(wanted));
            if !wanted.concerns(&owed.duty) || !(all || caller.sees(|name| row.fact(name))) || !district() {
                continue;
            }
            duties.entry(&owed.duty.name).or_insert_with(|| text_json(&owed.duty.title));
            if narrowed.duty.as_ref().is_some_and(|duty| *duty != owed.duty.name) {
                continue;
            }
            *counts.entry(slip.state.name()).or_insert(0) += 1;
            if narrowed.has(slip.state, slip.days_left()) {
                found.push(at);
            }
        }
        let duties = duties.into_iter().map(|(name, title)| json!({"name": name, "title": title})).collect();
        Self { on, counts, duties, found: Found::Open(book, found) }
    }

    fn with_done(
        app: &App,
        (on, book): (Date, Arc<Book>),
        (wanted, narrowed): (Wanted, Narrowed),
        caller: &Caller,
    ) -> Result<Self, Problem> {
        let batches = app.with_ledger(|ledger| store::batches(ledger, &app.library, None, on, None))?;
        let mut lines = duties::lines(&app.library, &batches, clock::day_number(on), &wanted)?;
        if !caller.sees_all() {
            let seen: std::collections::BTreeSet<&str> =
                book.seen(caller).map(|(_, row)| row.case_id.as_str()).collect();
            lines.retain(|line| seen.contains(line.case.as_str()));
        }
        let mut duties = BTreeMap::new();
        for line in &lines {
            let duty = &line.owed.duty;
            duties.entry(duty.name.clone()).or_insert_with(|| text_json(&duty.title));
        }
        lines.retain(|line| narrowed.duty.as_ref().is_none_or(|duty| *duty == line.owed.duty.name));
        let mut counts = BTreeMap::new();
        for line in &lines {
            *counts.entry(line.owed.state.name()).or_insert(0) += 1;
        }
        lines.retain(|line| narrowed.has(line.owed.state, line.owed.due.map(|_| -line.owed.days)));
        let duties = duties.into_iter().map(|(name, title)| json!({"name": name, "title": title})).collect();
        Ok(Self { on, counts, duties, found: Found::All(lines) })
    }

    /// How many lines there are.
    pub(super) fn total(&self) -> usize {
        match &self.found {
            Found::Open(_, found) => found.len(),
            Found::All(lines) => lines.len(),
        }
    }

    /// Lines, the most pressing first.
    pub(super) fn lines(&self, offset: usize, limit: usize) -> Box<dyn Iterator<Item = Line> + '_> {
        match &self.found {
            Found::Open(book, found) => Box::new(found.iter().skip(offset).take(limit).filter_map(|at| {
                let slip = book.roll.slips().get(*at)?;
                Some(line(book, slip, book.row(slip.row as usize)?))
            })),
            Found::All(lines) => Box::new(lines.iter().skip(offset).take(limit).cloned()),
        }
    }
}

/// A slip of the roll as a line.
pub(super) fn line(book: &Book, slip: &Slip, row: &Row) -> Line {
    Line {
        case: row.case_id.clone(),
        district: Arc::from(row.fact("district").unwrap_or_default()),
        owed: book.roll.owed(slip),
    }
}

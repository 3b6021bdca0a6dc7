//! Reports of departments: a form generated from the vocabulary, with the department's own facts alone,
//! and what comes back of it as events. A report that says something else than the one there is refused,
//! or recorded as a correction that names it.

mod form;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::{Body, Entry, Event, Ledger, NewEvent};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};

pub(crate) use self::form::{CaseRow, form};
use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, words};
use crate::store;
use crate::tabular::{ReadOptions, Row, Table};

/// The fact by which a case is named.
const CASE: &str = "case_id";
/// The fact that tells the day of which a row speaks.
const DAY: &str = "reported_on";
/// The kind of event that a row becomes.
const KIND: &str = "report.filed/1";
const CORRECTED: &str = "event.corrected/1";
/// Faulty rows that are shown; the rest is counted.
const SHOWN: usize = 20;

/// What a report says about itself.
pub(crate) struct Filing<'f> {
    /// The department that reports.
    pub(crate) department: &'f str,
    /// Who files it.
    pub(crate) by: &'f str,
    /// The moment.
    pub(crate) now: Timestamp,
    /// The day; what lies after it cannot be reported.
    pub(crate) today: Date,
    /// Correct what was reported otherwise before.
    pub(crate) correct: bool,
    /// Sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// Cases that who files it does not see.
    pub(crate) barred: HashSet<String>,
    /// Say what filing would do, and record nothing.
    pub(crate) dry_run: bool,
}

/// What filing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filed {
    /// Rows recorded.
    pub(crate) added: usize,
    /// Rows that were there word for word.
    pub(crate) there: usize,
    /// Rows recorded as corrections.
    pub(crate) corrected: usize,
}

/// The facts that a department reports: its own, of parcels, that no act settles by itself.
pub(crate) fn own_facts<'l>(library: &'l Library, department: &str) -> Vec<&'l Fact> {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    for (_, law) in library.laws() {
        for lawful in law.acts.values() {
            settled.extend(lawful.act.days.iter().map(String::as_str));
            settled.extend(lawful.act.sets.iter().map(|(name, _)| name.as_str()));
        }
    }
    let facts = library.vocabulary.facts().iter();
    facts
        .filter(|fact| fact.owner == department && fact.subject.is_none_or(|at| at == 0))
        .filter(|fact| {
            // Works and production are reported from the site as well as by acts.
            let seen_on_site =
                matches!(fact.kind, FactKind::Date { occurrence: true }) && fact.otherwise.is_none();
            !settled.contains(fact.name.as_str()) || seen_on_site
        })
        .collect()
}

/// Refuses a department that the vocabulary does not have.
pub(crate) fn check_department(library: &Library, department: &str) -> Result<(), Failure> {
    let known: Vec<&str> = library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
    if known.contains(&department) {
        return Ok(());
    }
    let values = [("department", department), ("known", &known.join(", "))];
    Err(Failure::new("no_department", &values).misuse())
}

/// Files a report, whole or not at all.
pub(crate) fn file(
    library: &Library,
    ledger: &mut dyn Ledger,
    store_path: &Path,
    path: &Path,
    filing: &Filing<'_>,
) -> Result<Filed, Failure> {
    check_department(library, filing.department)?;
    let options = ReadOptions { sheet: filing.sheet.clone(), ..ReadOptions::default() };
    let mut table = Table::open(path, &options).map_err(|error| cells::failure(&error))?;
    let columns = columns(library, &table, filing.department)?;
    let failed = |error| store::failure(store_path, &error);
    let all = ledger.cases().map_err(failed)?.into_iter();
    let cases: BTreeSet<String> = all.filter(|case| !filing.barred.contains(case)).collect();
    let mut reader = Reader { library, columns, cases, seen: HashMap::new(), filing };
    let (mut rows, mut faults, mut faulty) = (Vec::new(), Vec::new(), 0_usize);
    while let Some(row) = table.next() {
        let read = match row {
            Ok(row) => reader.read(&table, &row),
            Err(error) if error.fault().concerns_one_row() => Err(cells::reasons(&error)),
            Err(error) => return Err(cells::failure(&error)),
        };
        match read {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {}
            Err(found) => {
                faulty += 1;
                if faulty <= SHOWN {
                    faults.extend(found);
                }
            }
        }
    }
    let mut filed = Filed::default();
    let mut entries = Vec::new();
    if faulty == 0 {
        for row in rows {
            match entry(ledger, &table, row, filing, &mut filed).map_err(failed)? {
                Ok(entry) => entries.extend(entry),
                Err(fault) => {
                    faulty += 1;
                    faults.push(fault);
                }
            }
        }
    }
    if faulty > 0 {
        if faulty > SHOWN {
            faults.push(filled("more_refused", &[("more", &(faulty - SHOWN).to_string())]));
        }
        faults.push(filled("report_refused", &[("rows", &faulty.to_string())]));
        let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
        return Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }));
    }
    if !filing.dry_run {
        ledger.append(&mut entries.into_iter().map(Ok)).map_err(failed)?;
    }
    Ok(filed)
}

/// A column: the fact and the unit of its heading.
type Columns<'l> = Vec<(&'l Fact, Option<String>)>;

/// The columns of a report; what is another department's is refused by name.
fn columns<'l>(library: &'l Library, table: &Table, department: &str) -> Result<Columns<'l>, Failure> {
    let vocabulary = &library.vocabulary;
    let file = &table.origin().file;
    let mut columns = Columns::new();
    let mut unknown = Vec::new();
    let mut seen = BTreeMap::new();
    for header in table.header() {
        let fact = vocabulary.by_header(&header.name).or_else(|| vocabulary.by_header(&header.raw));
        let Some(fact) = fact else {
            unknown.push(header.raw.clone());
            continue;
        };
        let shown_only = [CASE, DAY, "project_name", "district", "holder"].contains(&fact.name.as_str());
        if fact.owner != department && !fact.owner.is_empty() && !shown_only {
            let values = [
                ("file", Text::same(file)),
                ("header", Text::same(&header.raw)),
                ("owner", vocabulary.department(&fact.owner)),
                ("department", vocabulary.department(department)),
            ];
            return Err(Failure::text(words("report_not_own").fill(&values)));
        }
        cells::check_unit(library, fact, header.unit.as_deref(), header, file)?;
        cells::once(&mut seen, fact, header, file)?;
        columns.push((fact, header.unit.clone()));
    }
    if !unknown.is_empty() {
        return Err(cells::unknown_headers(file, &unknown, columns.len()));
    }
    let lacking: Vec<&str> =
        [CASE, DAY].into_iter().filter(|name| columns.iter().all(|(fact, _)| fact.name != *name)).collect();
    if lacking.is_empty() {
        return Ok(columns);
    }
    let titles: Vec<String> = lacking
        .iter()
        .filter_map(|name| vocabulary.fact(name))
        .map(|fact| format!("{}（{}）", fact.title.zh, fact.name))
        .collect();
    Err(Failure::new("lacking_headers", &[("file", file), ("headers", &titles.join(", "))]))
}

struct Reader<'r> {
    library: &'r Library,
    columns: Columns<'r>,
    cases: BTreeSet<String>,
    /// The row of each case and day.
    seen: HashMap<(String, Date), u64>,
    filing: &'r Filing<'r>,
}

/// A sound row.
struct Reported {
    case: String,
    day: Date,
    line: u64,
    facts: Vec<(String, String)>,
}

impl Reader<'_> {
    /// A row that says something, nothing of one that does not, or all that is wrong with it.
    fn read(&mut self, table: &Table, row: &Row) -> Result<Option<Reported>, Vec<Text>> {
        let mut faults = Vec::new();
        let (mut case, mut day) = (String::new(), None);
        let (mut case_at, mut day_at) = (None, None);
        let mut facts = Vec::new();
        for (at, (fact, unit)) in self.columns.iter().enumerate() {
            let value =
                match cells::value(self.library, fact, row.get(at), unit.as_deref(), Numbers::WithUnits) {
                    Ok(value) => value,
                    Err(why) => {
                        faults.push(cells::at(table, row.line, Some(at), &why));
                        continue;
                    }
                };
            match fact.name.as_str() {
                CASE => (case, case_at) = (value, Some(at)),
                DAY => (day, day_at) = (value.parse::<Date>().ok(), Some(at)),
                _ if fact.owner != self.filing.department => {}
                _ if !value.is_empty() => facts.push((fact.name.clone(), value)),
                _ => {}
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if facts.is_empty() {
            return Ok(None);
        }
        let mut wrong = |at: Option<usize>, why: Text| faults.push(cells::at(table, row.line, at, &why));
        if case.is_empty() {
            wrong(case_at, words("case_empty"));
        } else if !self.cases.contains(&case) {
            wrong(case_at, filled("report_no_case", &[("case", &case)]));
        }
        let Some(day) = day else {
            wrong(day_at, words("report_no_day"));
            return Err(faults);
        };
        if day > self.filing.today {
            let values = [("day", day.to_string()), ("today", self.filing.today.to_string())];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            wrong(day_at, filled("report_ahead", &values));
        }
        let first = *self.seen.entry((case.clone(), day)).or_insert(row.line);
        if first != row.line {
            wrong(case_at, filled("report_twice", &[("case", &case), ("first", &first.to_string())]));
        }
        if faults.is_empty() { Ok(Some(Reported { case, day, line: row.line, facts })) } else { Err(faults) }
    }
}

/// What a row becomes: an event, a correction of the one that stands, nothing where it is there, or a
/// fault where it says something else and nobody asked for a correction.
fn entry(
    ledger: &dyn Ledger,
    table: &Table,
    row: Reported,
    filing: &Filing<'_>,
    filed: &mut Filed,
) -> Result<Result<Option<Entry>, Text>, landcycle_ledger::LedgerError> {
    let key = format!("report:{}:{}:{}", filing.department, row.case, row.day);
    let facts = row.facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = match Body::new(facts) {
        Ok(body) => body,
        Err(error) => return Ok(Err(cells::at(table, row.line, None, &Text::same(error.to_string())))),
    };
    let events = ledger.events_of(&row.case)?;
    let first = events.iter().find(|event| event.key == key);
    let standing = first.map(|first| last_correction(&events, first));
    let mut event = NewEvent {
        case_id: row.case.clone(),
        kind: KIND.to_owned(),
        happened_on: row.day,
        recorded_at: filing.now,
        actor: filing.by.to_owned(),
        origin: origin(table, row.line),
        key: key.clone(),
        package: None,
        corrects: None,
        body,
    };
    let Some(standing) = standing else {
        filed.added += 1;
        return Ok(Ok(Some(event.into())));
    };
    if standing.body == event.body {
        filed.there += 1;
        return Ok(Ok(None));
    }
    if !filing.correct {
        let values =
            [("case", row.case.as_str()), ("seq", &standing.seq.to_string()), ("day", &row.day.to_string())];
        return Ok(Err(cells::at(table, row.line, None, &filled("report_differs", &values))));
    }
    CORRECTED.clone_into(&mut event.kind);
    event.key = format!("{key}:corrects:{}", standing.seq);
    event.corrects = Some(standing.seq);
    filed.corrected += 1;
    Ok(Ok(Some(event.into())))
}

/// The last of the line of corrections of an event.
fn last_correction<'e>(events: &'e [Event], first: &'e Event) -> &'e Event {
    let mut last = first;
    while let Some(next) = events.iter().find(|event| event.corrects == Some(last.seq)) {
        last = next;
    }
    last
}

/// Where a row stands: file, sheet and row.
fn origin(table: &Table, line: u64) -> String {
    let place = table.place_of(line, None);
    let sheet = place.sheet.map(|sheet| format!(", {sheet}")).unwrap_or_default();
    format!("{}{sheet}, row {line}", place.file)
}

#[cfg(test)]
mod tests {
    //! What a department may say, and how it is corrected.

    use std::collections::HashSet;

    use jiff::civil::date;
    use landcycle_ledger::{Body, Cut, Ledger, MemoryLedger, NewEvent, entries};
    use landcycle_policy::package::library::Library;

    use super::{Filed, Filing, file};
    use crate::packages;

    fn library() -> Library {
        packages::sound(None).map_err(|failure| failure.message).expect("sound packages")
    }

    fn ledger() -> MemoryLedger {
        let event = |case: &str| NewEvent {
            case_id: case.into(),
            kind: "contract.signed/1".into(),
            happened_on: date(2020, 1, 1),
            recorded_at: "2020-01-01T08:00:00Z".parse().expect("a moment"),
            actor: "import".into(),
            origin: String::new(),
            key: case.into(),
            package: None,
            corrects: None,
            body: Body::new([("signed_on", "2020-01-01")]).expect("a body"),
        };
        let mut ledger = MemoryLedger::new();
        ledger.append(&mut entries([event("A-1"), event("A-2")])).expect("appended");
        ledger
    }

    fn filed(ledger: &mut MemoryLedger, text: &str, correct: bool) -> Result<Filed, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        std::fs::write(&path, text).expect("written");
        let filing = Filing {
            department: "tax",
            by: "clerk",
            now: "2026-01-15T08:00:00Z".parse().expect("a moment"),
            today: date(2026, 1, 15),
            correct,
            sheet: None,
            barred: HashSet::new(),
            dry_run: false,
        };
        file(&library(), ledger, folder.path(), &path, &filing).map_err(|failure| failure.message.en)
    }

    fn tax(ledger: &MemoryLedger, case: &str) -> Option<String> {
        let mut found = None;
        let cut = Cut { as_of: date(2026, 1, 15), known_at: None, is_occurrence: &|_| true };
        let show = ledger
            .fold_case(case, &cut, &mut |case| found = case.get("tax").map(|fact| fact.value.to_string()));
        show.expect("folded");
        found
    }

    #[test]
    fn a_report_is_filed_once_and_corrected_by_name() {
        let mut ledger = ledger();
        let text = "case_id,reported_on,tax [万元/年]\nA-1,2024-12-31,12.5\nA-2,2024-12-31,\n";
        let first = filed(&mut ledger, text, false).expect("filed");
        assert_eq!(first, Filed { added: 1, there: 0, corrected: 0 });
        assert_eq!(tax(&ledger, "A-1").as_deref(), Some("125000"));
        assert_eq!(
            filed(&mut ledger, text, false).expect("there"),
            Filed { added: 0, there: 1, corrected: 0 }
        );
        let other = text.replace("12.5", "13");
        let refused = filed(&mut ledger, &other, false).expect_err("it says something else");
        assert!(refused.contains("line 2") && refused.contains("event 3"), "{refused}");
        assert_eq!(filed(&mut ledger, &other, true).expect("corrected").corrected, 1);
        assert_eq!(tax(&ledger, "A-1").as_deref(), Some("130000"));
        let again = other.replace("13", "14");
        assert_eq!(filed(&mut ledger, &again, true).expect("corrected again").corrected, 1);
        let events = ledger.events_of("A-1").expect("events");
        let corrects: Vec<Option<i64>> = events.iter().map(|event| event.corrects).collect();
        assert_eq!(corrects, [None, None, Some(3), Some(4)]);
    }

    #[test]
    fn what_is_not_the_department_s_own_is_refused_whole() {
        let mut ledger = ledger();
        let foreign = filed(&mut ledger, "case_id,reported_on,output\nA-1,2024-12-31,5\n", false);
        let foreign = foreign.expect_err("another department's");
        assert!(foreign.contains("\"output\"") && foreign.contains("Statistics"), "{foreign}");
        let faulty =
            "case_id,reported_on,tax\nA-1,2024-12-31,5\nA-9,2024-12-31,5\nA-2,2027-01-01,5\nA-2,,x\n";
        let faulty = filed(&mut ledger, faulty, false).expect_err("faulty rows");
        for told in ["line 3", "A-9", "line 4", "2027-01-01", "line 5", "3 rows are faulty"] {
            assert!(faulty.contains(told), "{told}: {faulty}");
        }
        assert_eq!(ledger.size().expect("a size").events, 2);
    }
}

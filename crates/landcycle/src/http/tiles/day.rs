//! What a map shows of every parcel on a day: facts, stage, the worst finding, the rest of the term.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use landcycle_analysis::tiles::{Cells, Tags};
use landcycle_ledger::life::Stage;
use landcycle_ledger::{FoldedCase, NOT_HAPPENED, Store};
use landcycle_policy::calendar::NEVER;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::OutcomeValue;
use landcycle_policy::program::outcome::raw::State;
use landcycle_policy::vocabulary::{FactKind, MISSING, Vocabulary};

use super::parcels::Parcels;
use super::theme::{self, Theme};
use crate::http::caller::Caller;
use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;
use crate::{assessment, clock, findings, store};

/// The rule that says when the term of a right ends.
pub(super) const TERM_ENDS: &str = "tenure_ends_on";
/// The fact whose codes are the grades of an evaluation: the rule that gives them is the evaluation.
const GRADES: &str = "efficiency_grade";
/// The facts that are told of a mu of ground.
pub(super) const YIELDS: [(&str, &str); 2] = [("output_per_mu", "output"), ("tax_per_mu", "tax")];
const DAYS_OF_A_YEAR: f64 = 365.2425;

/// A parcel on the day.
pub(super) struct Known {
    pub(super) project: Box<str>,
    holder: Arc<str>,
    pub(super) district: Arc<str>,
    pub(super) stage: Stage,
    /// `bad`, `warn` or empty.
    pub(super) tone: &'static str,
    pub(super) area: Option<f64>,
    pub(super) floor_area: Option<f64>,
    /// Ten thousand yuan a mu and year, by [`YIELDS`].
    pub(super) yields: [Option<f64>; 2],
    /// Years until the term ends; below 0 where it has ended.
    pub(super) term_left: Option<f64>,
}

impl Known {
    /// Whether a caller may see it.
    pub(super) fn seen_by(&self, caller: &Caller) -> bool {
        caller.sees(|fact| match fact {
            "district" => Some(&*self.district).filter(|text| !text.is_empty()),
            "holder" => Some(&*self.holder).filter(|text| !text.is_empty()),
            _ => None,
        })
    }
}

/// 一日的宗地 · every parcel as it stood on a day.
pub(super) struct Day {
    pub(super) as_of: Date,
    /// The last event of the store when this was made.
    pub(super) seq: i64,
    /// By the rows of the outlines; none where there was no parcel yet on the day.
    pub(super) known: Vec<Option<Known>>,
    /// Cases of the day that have no outline.
    pub(super) without_outline: Vec<Known>,
    pub(super) batches: Vec<Batch>,
    /// The rows of the cases of each batch.
    pub(super) places: Vec<Vec<Option<u32>>>,
    /// The evaluation, if a package has one.
    pub(super) grades: Option<Arc<Theme>>,
    themes: Mutex<HashMap<String, Arc<Theme>>>,
    cells: Mutex<HashMap<(String, String), Arc<Cells>>>,
}

/// What the fold tells beside the facts that rules read.
struct Said {
    project: Box<str>,
    holder: Arc<str>,
    district: Arc<str>,
}

struct Part<'l> {
    sorter: Sorter<'l>,
    said: HashMap<String, Said>,
    names: HashMap<String, Arc<str>>,
    bad: Option<Failure>,
}

impl Part<'_> {
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = Arc::from(text);
        self.names.insert(text.to_owned(), Arc::clone(&made));
        made
    }

    fn add(&mut self, case: &FoldedCase<'_>) {
        let fact =
            |name: &str| case.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &*fact.value);
        let said = Said {
            project: fact("project_name").into(),
            holder: self.name(fact("holder")),
            district: self.name(fact("district")),
        };
        self.said.insert(case.case_id.to_owned(), said);
        let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
        if let Err(error) = self.sorter.add(case.case_id, facts) {
            self.bad = self.bad.take().or(Some(Failure::text(error.message)));
        }
    }
}

impl Day {
    /// Folds and judges every case.
    pub(super) fn make(
        ledger: &Store,
        library: &Library,
        parcels: &Parcels,
        (as_of, seq): (Date, i64),
    ) -> Result<Self, Failure> {
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let part = || Part {
            sorter: Sorter::new(library, None),
            said: HashMap::new(),
            names: HashMap::new(),
            bad: None,
        };
        let mut parts: Vec<Part<'_>> = (0..assessment::default_threads()).map(|_| part()).collect();
        let visitors = parts.iter_mut().map(|part| |case: &FoldedCase<'_>| part.add(case)).collect();
        let folded = ledger.fold_in_parts((as_of, None), &occurrence, visitors).map(drop);
        folded.map_err(|error| store::failure(ledger.name(), &error))?;
        let mut all = part();
        for part in parts {
            all.sorter.append(part.sorter);
            all.said.extend(part.said);
            all.bad = all.bad.or(part.bad);
        }
        if let Some(bad) = all.bad {
            return Err(bad);
        }
        let batches = all.sorter.finish();
        let mut day = Self {
            as_of,
            seq,
            known: Vec::new(),
            without_outline: Vec::new(),
            places: batches.iter().map(|batch| places(batch, parcels)).collect(),
            batches,
            grades: None,
            themes: Mutex::default(),
            cells: Mutex::default(),
        };
        day.known.resize_with(parcels.cases.len(), || None);
        day.fill(library, all.said)?;
        if let Some(rule) = evaluation(library, &day.batches) {
            day.grades = Some(day.theme(library, &rule)?);
        }
        Ok(day)
    }

    fn fill(&mut self, library: &Library, mut said: HashMap<String, Said>) -> Result<(), Failure> {
        let day = clock::day_number(self.as_of);
        for (batch, places) in self.batches.iter().zip(&self.places) {
            let tones = tones(library, batch, day)?;
            let ends = term_ends(library, batch, day)?;
            let facts = Facts::new(&library.vocabulary, batch);
            for (row, (case, place)) in batch.cases.iter().zip(places).enumerate() {
                let Some(said) = said.remove(case) else { continue };
                let stage = facts.stage(row);
                let known = Known {
                    project: said.project,
                    holder: said.holder,
                    district: said.district,
                    stage,
                    // On a right that has ended nothing is open any more.
                    tone: if stage == Stage::Ended { "" } else { tones[row] },
                    area: facts.number(row, "area"),
                    floor_area: facts.number(row, "floor_area"),
                    yields: YIELDS.map(|(_, fact)| facts.per_mu(row, fact)),
                    term_left: ends[row].map(|ends| (ends - day) as f64 / DAYS_OF_A_YEAR),
                };
                match place {
                    Some(place) => self.known[*place as usize] = Some(known),
                    None => self.without_outline.push(known),
                }
            }
        }
        Ok(())
    }

    /// The colouring of a name, made once.
    pub(super) fn theme(&self, library: &Library, name: &str) -> Result<Arc<Theme>, Failure> {
        let mut themes = self.themes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = themes.get(name) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(theme::make(library, self, name)?);
        themes.insert(name.to_owned(), Arc::clone(&made));
        Ok(made)
    }

    /// Counts for low zooms by the classes of a colouring, of what a caller sees.
    pub(super) fn cells(&self, parcels: &Parcels, theme: &Theme, caller: &Caller) -> Arc<Cells> {
        let scope = scope(caller);
        let key = (theme.name.clone(), scope);
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cells.get(&key) {
            return Arc::clone(known);
        }
        let all = caller.sees_all();
        let made = Cells::count(&parcels.outlines, theme.classes.len(), |row| {
            let known = self.known[row as usize].as_ref()?;
            (all || known.seen_by(caller)).then(|| usize::from(theme.of[row as usize]))
        });
        let made = Arc::new(made);
        cells.insert(key, Arc::clone(&made));
        made
    }

    /// Puts what is known of a row into the attributes of a tile.
    pub(super) fn tell(
        &self,
        parcels: &Parcels,
        theme: &Theme,
        caller: Option<&Caller>,
        row: u32,
        tags: &mut Tags,
    ) -> bool {
        let at = row as usize;
        let Some(known) = &self.known[at] else { return false };
        if caller.is_some_and(|caller| !known.seen_by(caller)) {
            return false;
        }
        tags.own_text("case_id", &parcels.cases[at]);
        if !known.project.is_empty() {
            tags.own_text("project_name", &known.project);
        }
        tags.text("stage", known.stage.name());
        tags.text("finding", if known.tone.is_empty() { theme::NO_FINDING } else { known.tone });
        if let Some(grades) = &self.grades {
            tags.text("grade", &grades.classes[usize::from(grades.of[at])].code);
        }
        for ((name, _), value) in YIELDS.iter().zip(known.yields) {
            rounded(tags, name, value, 100.0);
        }
        rounded(tags, "term_left", known.term_left, 10.0);
        rounded(tags, "floor_area", known.floor_area, 1.0);
        let density = known.floor_area.zip(known.area).filter(|(_, area)| *area > 0.0);
        rounded(tags, "density", density.map(|(floors, area)| floors / area), 100.0);
        if theme.marked(at) {
            tags.yes("illustrative", true);
        }
        tags.text("class", &theme.classes[usize::from(theme.of[at])].code);
        true
    }
}

/// A number as a map needs it: equal numbers are sent once.
fn rounded(tags: &mut Tags, name: &str, value: Option<f64>, steps: f64) {
    if let Some(value) = value {
        tags.number(name, (value * steps).round() / steps);
    }
}

/// Whose parcels a caller sees, as a key.
pub(super) fn scope(caller: &Caller) -> String {
    if caller.sees_all() { String::new() } else { format!("{:?} {:?}", caller.districts, caller.holder) }
}

fn places(batch: &Batch, parcels: &Parcels) -> Vec<Option<u32>> {
    batch.cases.iter().map(|case| parcels.rows.get(case).copied()).collect()
}

/// The rule that gives the grades of an evaluation, by its outcomes.
fn evaluation(library: &Library, batches: &[Batch]) -> Option<String> {
    let Some(FactKind::Code(grades)) = library.vocabulary.fact(GRADES).map(|fact| &fact.kind) else {
        return None;
    };
    let gives = |field: &landcycle_policy::law::Field| {
        field.codes.len() == grades.len()
            && grades.iter().all(|grade| field.codes.iter().any(|c| c.code == grade.code))
    };
    let mut rules = batches.iter().flat_map(|batch| batch.law.of_subject(batch.subject));
    rules
        .find(|(_, rule)| {
            rule.kind == RuleKind::Choice && !rule.definition && rule.fields.first().is_some_and(gives)
        })
        .map(|(_, rule)| rule.name.clone())
}

/// The strongest tone of the findings on each case.
fn tones(library: &Library, batch: &Batch, day: i64) -> Result<Vec<&'static str>, Failure> {
    let law = &batch.law;
    let wanted =
        law.of_subject(batch.subject).filter(|(_, rule)| !rule.definition && rule.stage == findings::STAGE);
    let wanted: BTreeSet<usize> = wanted.map(|(at, _)| at).collect();
    assessment::column(library, batch, day, &wanted, &|_| {
        |outcomes, row| {
            let mut strongest = "";
            for at in &wanted {
                let Some(found) = outcomes.raw(*at).filter(|found| found.state(row) == State::Known) else {
                    continue;
                };
                match findings::tone_of(&law.rules[*at], &found.value(&law.rules[*at], row)) {
                    "bad" => return "bad",
                    "warn" => strongest = "warn",
                    _ => {}
                }
            }
            strongest
        }
    })
}

/// The day on which the term of each case ends, where it is known.
fn term_ends(library: &Library, batch: &Batch, day: i64) -> Result<Vec<Option<i64>>, Failure> {
    let law = &batch.law;
    let Some((at, rule)) = law.rule(TERM_ENDS) else { return Ok(vec![None; batch.cases.len()]) };
    assessment::column(library, batch, day, &BTreeSet::from([at]), &|_| {
        |outcomes, row| {
            let found = outcomes.raw(at).filter(|found| found.state(row) == State::Known)?;
            match found.value(rule, row) {
                OutcomeValue::Day(ends) if ends != NEVER => Some(ends),
                _ => None,
            }
        }
    })
}

/// Facts of a batch as a map shows them.
struct Facts<'b> {
    vocabulary: &'b Vocabulary,
    batch: &'b Batch,
}

impl<'b> Facts<'b> {
    fn new(vocabulary: &'b Vocabulary, batch: &'b Batch) -> Self {
        Self { vocabulary, batch }
    }

    fn lane(&self, row: usize, fact: &str) -> Option<i64> {
        let lane = self.batch.facts.lane(row, self.vocabulary.index(fact)?);
        (lane != MISSING).then_some(lane)
    }

    fn stage(&self, row: usize) -> Stage {
        // Only whether something happened decides the stage, not when.
        let fact =
            |name: &str| self.lane(row, name).map(|lane| if lane == NEVER { NOT_HAPPENED } else { "" });
        Stage::of(&fact)
    }

    /// A number in its own unit.
    fn number(&self, row: usize, fact: &str) -> Option<f64> {
        let lane = self.lane(row, fact)?;
        let FactKind::Number { quantum, .. } = &self.vocabulary.fact(fact)?.kind else { return None };
        Some(lane as f64 * quantum.num() as f64 / quantum.den() as f64)
    }

    /// A yearly sum of money in ten thousand yuan a mu.
    fn per_mu(&self, row: usize, fact: &str) -> Option<f64> {
        let size = |unit: &str| {
            let factor = self.vocabulary.units.symbol(unit)?.unit.factor;
            Some(factor.num() as f64 / factor.den() as f64)
        };
        let ground = self.number(row, "area").filter(|area| *area > 0.0)? / size("mu")?;
        Some(self.number(row, fact)? / size("wan_CNY")? / ground)
    }
}

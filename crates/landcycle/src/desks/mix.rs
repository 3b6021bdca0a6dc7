//! A building schedule under the rules on mixed use, and the largest change that they still let pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use landcycle_policy::exact::Exact;
use landcycle_policy::package::desk::{Desk, FloorUse};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Decoder, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Machine, Program};
use landcycle_policy::text::Text;

use super::answer::{Answer, answer};
use super::{Given, Matter};
use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, words};
use crate::tabular::{ReadOptions, Table};

/// The smallest area that a schedule tells apart: 0.01 m², a hundredth.
const STEPS: i128 = 100;
/// A change beyond this is no building: 100 km², in steps.
const MOST: i128 = 100_000_000 * STEPS;

/// 楼层 · one line of a schedule.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    /// Building and floor, as written.
    pub(crate) name: String,
    /// Its use, as written.
    pub(crate) used: String,
    /// Its area, m².
    pub(crate) area: Exact,
}

impl Floor {
    /// A line of a schedule; the area in words of people.
    pub(crate) fn new(
        library: &Library,
        name: String,
        used: String,
        area: &str,
        unit: Option<&str>,
    ) -> Result<Self, Text> {
        let fact = library.vocabulary.fact(AREA).ok_or_else(|| words("schedule_no_area"))?;
        let text = cells::value(library, fact, area, unit, Numbers::WithUnits)?;
        let area = Exact::parse(&text).ok_or_else(|| words("schedule_no_area"))?;
        Ok(Self { name, used, area })
    }
}

/// The fact whose unit and bounds an area in a schedule has.
const AREA: &str = "floor_area";

/// 混合测算 · the sums of a schedule, what the rules say of them, and the changes they leave room for.
#[derive(Debug)]
pub(crate) struct Tested {
    /// Area by use, in the order of the desk.
    pub(crate) sums: Vec<(Text, Exact)>,
    /// All floors together.
    pub(crate) total: Exact,
    /// The answers of the desk.
    pub(crate) answers: Vec<Answer>,
    /// Changes, each with the largest area of it that passes.
    pub(crate) changes: Vec<Change>,
}

/// 变动 · one kind of change to a schedule.
#[derive(Debug)]
pub(crate) struct Change {
    /// The use that loses area; none where the building grows.
    pub(crate) from: Option<Text>,
    /// The use that gains it.
    pub(crate) to: Text,
    /// What the rule leaves room for.
    pub(crate) room: Room,
}

/// 余地 · how much of a change passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// At most so much, m²: 0.01 more no longer passes.
    AtMost(Exact),
    /// At least so much, m², to pass at all: 0.01 less does not.
    AtLeast(Exact),
    /// Any amount that there is.
    Any,
    /// No amount.
    None,
    /// The rule gives no answer.
    Unknown,
}

/// Reads a schedule from a workbook or a CSV file.
pub(crate) fn schedule(library: &Library, path: &Path, sheet: Option<String>) -> Result<Vec<Floor>, Failure> {
    let options = ReadOptions { sheet, ..ReadOptions::default() };
    let table = Table::open(path, &options).map_err(|error| cells::failure(&error))?;
    read(library, table)
}

fn read(library: &Library, mut table: Table) -> Result<Vec<Floor>, Failure> {
    let find = |key: &str| {
        let known = words(key);
        let spelt = |name: &str| known.zh.split('|').chain(known.en.split('|')).any(|word| word == name);
        table.header().iter().position(|header| spelt(&header.name) || spelt(&header.raw))
    };
    let file = table.origin().file.clone();
    let (used, area) = (find("schedule_use"), find("schedule_area"));
    let (Some(used), Some(area)) = (used, area) else {
        let lacks = if used.is_none() { "schedule_use" } else { "schedule_area" };
        let head = words(lacks);
        let first = |text: &str| text.split('|').next().unwrap_or_default().to_owned();
        let head = Text { zh: first(&head.zh), en: first(&head.en) };
        return Err(Failure::text(
            words("schedule_lacks").fill(&[("file", Text::same(file)), ("column", head)]),
        ));
    };
    let names = [find("schedule_building"), find("schedule_floor")];
    let unit = table.header()[area].unit.clone();
    let (mut floors, mut faults) = (Vec::new(), Vec::new());
    while let Some(row) = table.next() {
        let row = row.map_err(|error| cells::failure(&error))?;
        let name: Vec<&str> =
            names.iter().flatten().map(|at| row.get(*at)).filter(|t| !t.is_empty()).collect();
        if row.get(used).is_empty() {
            faults.push(cells::at(&table, row.line, Some(used), &words("schedule_use_empty")));
            continue;
        }
        match Floor::new(library, name.join(" "), row.get(used).to_owned(), row.get(area), unit.as_deref()) {
            Ok(floor) => floors.push(floor),
            Err(why) => faults.push(cells::at(&table, row.line, Some(area), &why)),
        }
    }
    if faults.is_empty() {
        return Ok(floors);
    }
    let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
    Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }))
}

fn use_of<'d>(desk: &'d Desk, floor: &Floor) -> Result<&'d FloorUse, Failure> {
    let word = floor.used.trim();
    let called = |of: &&FloorUse| {
        of.name == word
            || of.title.zh == word
            || of.title.en.eq_ignore_ascii_case(word)
            || of.aliases.iter().any(|alias| alias == word)
    };
    desk.uses.iter().find(called).ok_or_else(|| {
        let known = desk.uses.iter().map(|of| {
            let name = Text::same(&of.name);
            words("fact_named").fill(&[("fact", of.title.clone()), ("name", name)])
        });
        let known = crate::say::listed(&known.collect::<Vec<_>>());
        let values = [("floor", Text::same(&floor.name)), ("use", Text::same(word)), ("known", known)];
        Failure::text(words("schedule_use_unknown").fill(&values))
    })
}

/// Areas by use, with the facts that they make.
#[derive(Clone)]
struct Sums<'d> {
    desk: &'d Desk,
    areas: BTreeMap<&'d str, Exact>,
}

impl<'d> Sums<'d> {
    fn of(desk: &'d Desk, floors: &[Floor]) -> Result<Self, Failure> {
        let mut areas: BTreeMap<&str, Exact> = BTreeMap::new();
        for floor in floors {
            let of = use_of(desk, floor)?;
            let sum = areas.entry(&of.name).or_default();
            *sum = sum.plus(floor.area).ok_or_else(too_large)?;
        }
        Ok(Self { desk, areas })
    }

    fn area(&self, of: &FloorUse) -> Exact {
        self.areas.get(of.name.as_str()).copied().unwrap_or(Exact::ZERO)
    }

    fn total(&self) -> Result<Exact, Failure> {
        self.areas.values().try_fold(Exact::ZERO, |sum, area| sum.plus(*area)).ok_or_else(too_large)
    }

    fn facts(&self) -> Result<Given, Failure> {
        let mut sums: BTreeMap<&str, Exact> = BTreeMap::new();
        for of in &self.desk.uses {
            for fact in &of.adds {
                let sum = sums.entry(fact).or_default();
                *sum = sum.plus(self.area(of)).ok_or_else(too_large)?;
            }
        }
        if let Some(total) = &self.desk.total {
            sums.insert(total, self.total()?);
        }
        Ok(sums.into_iter().map(|(fact, sum)| (fact.to_owned(), sum.to_string())).collect())
    }

    /// The sums after a change by so many steps.
    fn changed(&self, from: Option<&'d FloorUse>, to: &'d FloorUse, steps: i128) -> Option<Self> {
        let by = Exact::new(steps, STEPS)?;
        let mut sums = self.clone();
        if let Some(from) = from {
            let left = self.area(from).minus(by)?;
            sums.areas.insert(&from.name, left);
        }
        let grown = sums.area(to).plus(by)?;
        sums.areas.insert(&to.name, grown);
        Some(sums)
    }
}

fn too_large() -> Failure {
    Failure::new("schedule_too_large", &[])
}

/// Tests a schedule at a desk.
pub(crate) fn test(
    library: &Library,
    matter: &Matter,
    desk_name: &str,
    floors: &[Floor],
) -> Result<Tested, Failure> {
    let desk = &matter.desk(desk_name)?.desk;
    let sums = Sums::of(desk, floors)?;
    let made = matter.with(library, &sums.facts()?)?;
    let answers = desk.results.iter().map(|rule| answer(library, &made, rule)).collect::<Result<_, _>>()?;
    let mut changes = Vec::new();
    if let Some(verdict) = desk.results.first() {
        let mut tester = Tester::new(library, &made, verdict)?;
        for to in &desk.uses {
            let from = desk.uses.iter().filter(|from| from.name != to.name && sums.area(from) > Exact::ZERO);
            let ways = std::iter::once(None).chain(from.map(Some));
            for from in ways {
                let room = tester.room(&sums, from, to)?;
                let from = from.map(|of| of.title.clone());
                changes.push(Change { from, to: to.title.clone(), room });
            }
        }
    }
    let listed = desk.uses.iter().map(|of| (of.title.clone(), sums.area(of)));
    Ok(Tested { sums: listed.collect(), total: sums.total()?, answers, changes })
}

/// The verdict compiled once, to be asked of many schedules.
struct Tester<'t> {
    library: &'t Library,
    matter: &'t Matter,
    rule: usize,
    program: Program,
    machine: Machine,
    outcomes: Outcomes,
}

impl<'t> Tester<'t> {
    fn new(library: &'t Library, matter: &'t Matter, verdict: &str) -> Result<Self, Failure> {
        let law = matter.law();
        let unknown = || Failure::new("no_rule_known", &[("rule", verdict), ("known", "")]);
        let (rule, _) = law.rule(verdict).ok_or_else(unknown)?;
        let rules = BTreeSet::from([rule]);
        let program = Program::of_rules(law, &library.vocabulary, matter.day, false, &rules)
            .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
        let (machine, outcomes) = (Machine::with_block(&program, 1), Outcomes::new(&program, 1));
        Ok(Self { library, matter, rule, program, machine, outcomes })
    }

    fn passes(&mut self, sums: &Sums<'_>) -> Result<Option<bool>, Failure> {
        let made = self.matter.with(self.library, &sums.facts()?)?;
        self.machine.run(&self.program, &made.batch.facts, 0, 1, &mut self.outcomes);
        let found = Decoder::new(made.law(), &self.program).read(&self.outcomes, self.rule, 0);
        Ok(match found.map(|found| found.outcome) {
            Some(Outcome::Value(OutcomeValue::Flag(passed))) => Some(passed),
            _ => None,
        })
    }

    /// The largest area of a change that passes; where the schedule itself does not, the smallest that
    /// mends it. The rules on mixes are shares, which a change moves one way only; that the next step
    /// fails is asked of the rule itself.
    fn room<'d>(
        &mut self,
        sums: &Sums<'d>,
        from: Option<&'d FloorUse>,
        to: &'d FloorUse,
    ) -> Result<Room, Failure> {
        let most = match from {
            Some(from) => steps_in(sums.area(from)),
            None => MOST,
        };
        let ask = |steps: i128, tester: &mut Self| match sums.changed(from, to, steps) {
            Some(changed) => tester.passes(&changed),
            None => Ok(None),
        };
        let (Some(now), Some(end)) = (self.passes(sums)?, ask(most, self)?) else { return Ok(Room::Unknown) };
        let (mut low, mut high) = (0, most);
        if now == end {
            return Ok(if now { Room::Any } else { Room::None });
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let Some(passed) = ask(middle, self)? else { return Ok(Room::Unknown) };
            if passed == now { low = middle } else { high = middle }
        }
        let area = |steps| Exact::new(steps, STEPS).unwrap_or_default();
        Ok(if now { Room::AtMost(area(low)) } else { Room::AtLeast(area(high)) })
    }
}

/// Whole steps in an area.
fn steps_in(area: Exact) -> i128 {
    area.times(Exact::whole(STEPS)).map_or(0, |steps| steps.num() / steps.den())
}

/// The words of a change.
pub(crate) fn change_text(change: &Change) -> Text {
    let to = ("to", change.to.clone());
    match &change.from {
        Some(from) => words("mix_turned").fill(&[("from", from.clone()), to]),
        None => words("mix_added").fill(&[to]),
    }
}

/// The words of a room.
pub(crate) fn room_text(room: Room) -> Text {
    let area = |key: &str, area: Exact| filled(key, &[("area", &landcycle_policy::exact::grouped(area))]);
    match room {
        Room::AtMost(most) => area("mix_at_most", most),
        Room::AtLeast(least) => area("mix_at_least", least),
        Room::Any => words("mix_any"),
        Room::None => words("mix_none"),
        Room::Unknown => words("outcome_unknown"),
    }
}

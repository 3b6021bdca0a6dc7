//! Invented cases: contracts of two decades with progress, in every state that the rules know, some
//! facts unknown. The same for the same number of rows.

use std::path::Path;

use landcycle_policy::calendar::{NEVER, day_of};
use landcycle_policy::exact::Exact;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::vocabulary::{FactKind, MISSING, Vocabulary};

use crate::{Failure, numpy};

/// A column in the making: whole numbers as written to the file, before they become lanes.
struct Column {
    name: &'static str,
    /// How many of the written numbers make one unit of the vocabulary.
    per_unit: i128,
    values: Vec<i64>,
}

/// Random numbers (`SplitMix64`): the same everywhere.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: i64) -> i64 {
        ((u128::from(self.next()) * bound as u128) >> 64) as i64
    }

    /// True so many times in a hundred.
    fn percent(&mut self, share: i64) -> bool {
        self.below(100) < share
    }
}

const NAMES: [(&str, i128); 24] = [
    ("signed_on", 1),
    ("start_due_on", 1),
    ("delivered_on", 1),
    ("started_on", 1),
    ("suspended_on", 1),
    ("produced_on", 1),
    ("full_capacity_on", 1),
    ("produce_due_on", 1),
    ("full_capacity_due_on", 1),
    ("idle_cause", 1),
    ("idle_cause_detail", 1),
    ("price_paid_in_full", 1),
    ("project_funds_ready", 1),
    ("supply_mode", 1),
    ("term_years", 1),
    ("price", 100),
    ("investment_total", 100),
    ("investment_paid", 100),
    ("construction_area_due", 100),
    ("construction_area_started", 100),
    ("service_floor_area", 100),
    ("original_floor_area", 100),
    ("floor_area", 100),
    ("support_floor_area", 100),
];

/// Invents the cases, writes each column to the folder, and returns them as facts.
pub(crate) fn invent(vocabulary: &Vocabulary, rows: usize, folder: &Path) -> Result<Facts, Failure> {
    std::fs::create_dir_all(folder)?;
    let mut columns: Vec<Column> = NAMES
        .iter()
        .map(|(name, per_unit)| Column { name, per_unit: *per_unit, values: Vec::with_capacity(rows) })
        .collect();
    let mut draws = Draws(20_120_701);
    for _ in 0..rows {
        for (column, value) in columns.iter_mut().zip(case(&mut draws)) {
            // One fact in thirty is not known.
            let known = !draws.percent(3);
            column.values.push(if known { value } else { MISSING });
        }
    }
    let mut facts = Facts::new(vocabulary);
    for _ in 0..rows {
        facts.push();
    }
    for column in &columns {
        numpy::write(&folder.join(format!("{}.npy", column.name)), &column.values)?;
        let index = vocabulary.index(column.name).ok_or_else(|| format!("no fact {}", column.name))?;
        let scale = match &vocabulary.facts()[index].kind {
            FactKind::Number { quantum, .. } => scale(*quantum, column.per_unit)?,
            _ => 1,
        };
        for (row, value) in column.values.iter().enumerate() {
            facts.set(row, index, if *value == MISSING { MISSING } else { value * scale });
        }
    }
    Ok(facts)
}

/// Lane steps of one written number.
fn scale(quantum: Exact, per_unit: i128) -> Result<i64, Failure> {
    let steps = Exact::new(1, per_unit).and_then(|unit| unit.over(quantum)).filter(|steps| steps.den() == 1);
    Ok(i64::try_from(steps.ok_or("a step that is coarser than the file")?.num())?)
}

fn case(draws: &mut Draws) -> [i64; NAMES.len()] {
    let day = |year| day_of(year, 1, 1);
    let signed = day(2004) + draws.below(day(2024) - day(2004));
    let delivered = signed + draws.below(400);
    let due = if draws.percent(8) { NEVER } else { signed + 90 + draws.below(400) };
    let from = if due == NEVER { delivered + 365 } else { due };
    let started = if draws.percent(70) { from - 60 + draws.below(1_200) } else { NEVER };
    let suspended = if draws.percent(20) && started != NEVER { started + draws.below(900) } else { NEVER };
    let produce_due = from + 700 + draws.below(400);
    let full_due = produce_due + 365 + draws.below(400);
    let produced = if draws.percent(60) { produce_due + draws.below(900) - 200 } else { NEVER };
    let full = if produced != NEVER && draws.percent(70) { produced + 200 + draws.below(900) } else { NEVER };
    let total = 100 * (5_000_000 + draws.below(2_000_000_000));
    let area = 100 * (4_000 + draws.below(80_000));
    let floor = area * (80 + draws.below(200)) / 100;
    [
        signed,
        due,
        delivered,
        started,
        suspended,
        produced,
        full,
        produce_due,
        full_due,
        draws.below(3),
        draws.below(7),
        draws.below(2),
        draws.below(2),
        draws.below(7),
        [20, 30, 50, 50, 50, 70][draws.below(6) as usize],
        100 * (1_000_000 + draws.below(300_000_000)),
        total,
        total / 100 * draws.below(110),
        area,
        area / 100 * draws.below(100),
        floor / 100 * draws.below(30),
        floor,
        floor,
        floor / 100 * draws.below(40),
    ]
}

//! Finding the row of a table: every key becomes a position, the positions together a cell, so that
//! a look-up is a few array reads however many rows there are.

use std::collections::BTreeMap;

use super::NO_ROW;
use super::compile::CompileFault;
use super::encode::Number;
use super::kernels::Filled;
use crate::exact::Exact;
use crate::law::SetTable;
use crate::package::table::{Key, Matching};
use crate::vocabulary::{FactKind, Symbols, Vocabulary};

/// Cells of all combinations of keys that one table may span.
const CELLS_MAX: usize = 1 << 22;
/// Lanes that a key may span to be looked up in an array.
const DENSE_MAX: i64 = 1 << 16;
/// No position.
const NOWHERE: u32 = u32::MAX;

/// The rows of a table, found by the lanes of its keys: once for all columns that are read by them.
#[derive(Debug, PartialEq)]
pub(crate) struct Rows {
    keys: Vec<Positions>,
    /// Row number of each cell, from 1; 0 where there is none.
    rows: Vec<u32>,
}

/// A column of a table by row number; the first stands for no row.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    values: Vec<i64>,
    lacks: Vec<u64>,
}

/// The positions of a key's values, by lane.
#[derive(Debug, PartialEq)]
struct Positions {
    /// How many there are: the radix of the cell's number.
    count: usize,
    /// For each, the next wider one that stands in for it; none for keys that match exactly.
    wider: Vec<Option<usize>>,
    by_lane: ByLane,
}

#[derive(Debug, PartialEq)]
enum ByLane {
    Dense {
        first: i64,
        at: Vec<u32>,
    },
    Sparse {
        lanes: Vec<i64>,
        at: Vec<u32>,
    },
    /// The greatest bound that is reached.
    Reached {
        bounds: Vec<i64>,
    },
}

/// What a column gives: how large its lanes get and what one step of them is worth.
pub(crate) struct Measure {
    pub(crate) bits: u32,
    /// No value is below zero.
    pub(crate) natural: bool,
    pub(crate) quantum: Exact,
}

impl Rows {
    /// Makes the rows and a column of an edition ready. `steps` are the sizes of a step of each number key.
    pub(crate) fn new(
        set: &SetTable,
        column: &str,
        steps: &[Exact],
        vocabulary: &Vocabulary,
        symbols: &Symbols,
    ) -> Result<(Self, Column, Measure), CompileFault> {
        let (table, edition) = (&set.table, set.edition());
        let mut keys = Vec::new();
        // The position of each row's value, key by key.
        let mut positions: Vec<Vec<usize>> = Vec::new();
        for (at, key) in table.keys.iter().enumerate() {
            let texts: Vec<&str> = edition.rows.iter().map(|row| row.keys[at].as_str()).collect();
            let (own, of_rows) = Positions::new(key, &texts, steps[at], vocabulary, symbols)?;
            keys.push(own);
            positions.push(of_rows);
        }
        let cells = keys.iter().try_fold(1_usize, |n, key| n.checked_mul(key.count));
        let cells = cells.filter(|n| *n <= CELLS_MAX).ok_or(CompileFault::TooLarge)?;
        let mut rows = vec![0_u32; cells];
        for row in 0..edition.rows.len() {
            let cell = keys.iter().zip(&positions).fold(0, |cell, (key, of)| cell * key.count + of[row]);
            rows[cell] = row as u32 + 1;
        }
        inherit(&mut rows, &keys);
        let place = table.columns.iter().position(|c| c.name == column).ok_or(CompileFault::TooLarge)?;
        let found: Vec<Option<Exact>> = edition.rows.iter().map(|row| row.cells[place].value).collect();
        let known: Vec<Number> = found.iter().flatten().map(|value| Number::Known(*value)).collect();
        let quantum = super::part::PartBuilder::common_step(&known)?;
        let (mut values, mut lacks, mut most) = (vec![0], vec![NO_ROW], 1_u64);
        for value in found {
            let steps = value.map(|v| v.over(quantum).map(Exact::num).ok_or(CompileFault::TooLarge));
            let lane = steps.transpose()?.map(|n| i64::try_from(n).map_err(|_| CompileFault::TooLarge));
            let lane = lane.transpose()?;
            most = most.max(lane.unwrap_or(0).unsigned_abs());
            values.push(lane.unwrap_or(0));
            lacks.push(if lane.is_some() { 0 } else { NO_ROW });
        }
        let (bits, natural) = (64 - most.leading_zeros(), values.iter().all(|value| *value >= 0));
        Ok((Self { keys, rows }, Column { values, lacks }, Measure { bits, natural, quantum }))
    }

    /// Finds the row of the table for every row of a block.
    pub(crate) fn run(&self, keys: &[&[i64]], out: &mut [i64]) {
        if let ([key], [positions]) = (keys, self.keys.as_slice()) {
            // One key is the common case: its position is the cell.
            for (out, lane) in out.iter_mut().zip(*key) {
                *out = self.row(positions.of(*lane));
            }
            return;
        }
        for (at, out) in out.iter_mut().enumerate() {
            let (mut cell, mut found) = (0, true);
            for (key, positions) in keys.iter().zip(&self.keys) {
                let position = positions.of(key[at]);
                found &= position != NOWHERE;
                cell = cell * positions.count + if position == NOWHERE { 0 } else { position as usize };
            }
            *out = if found { self.rows.get(cell).map_or(0, |row| i64::from(*row)) } else { 0 };
        }
    }

    #[inline]
    fn row(&self, cell: u32) -> i64 {
        self.rows.get(cell as usize).map_or(0, |row| i64::from(*row))
    }
}

impl Column {
    /// Reads the column in the rows that were found.
    pub(crate) fn run(&self, rows: &[i64], lacks: &[u64], (values, out): Filled<'_, i64>) {
        for (((value, out), row), lacks) in values.iter_mut().zip(out).zip(rows).zip(lacks) {
            let row = *row as usize;
            *value = self.values.get(row).copied().unwrap_or(0);
            *out = if *lacks == 0 { self.lacks.get(row).copied().unwrap_or(NO_ROW) } else { *lacks };
        }
    }
}

/// A combination of keys without a row of its own has that of the next wider position.
fn inherit(rows: &mut [u32], keys: &[Positions]) {
    let mut stride = rows.len();
    for key in keys {
        stride /= key.count;
        // A wider position comes before those within it.
        for cell in 0..rows.len() {
            let wider = key.wider.get(cell / stride % key.count).copied().flatten();
            if let Some(wider) = wider.filter(|_| rows[cell] == 0) {
                rows[cell] = rows[cell - (cell / stride % key.count - wider) * stride];
            }
        }
    }
}

impl Positions {
    /// The positions of a key, and that of every row.
    fn new(
        key: &Key,
        texts: &[&str],
        step: Exact,
        vocabulary: &Vocabulary,
        symbols: &Symbols,
    ) -> Result<(Self, Vec<usize>), CompileFault> {
        let fact = &vocabulary.facts()[key.fact];
        if matches!(fact.kind, FactKind::Number { .. }) {
            return Self::of_numbers(key.matching, texts, step);
        }
        let mut distinct: Vec<&str> = texts.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let place = |text: &str| distinct.binary_search(&text).ok();
        let of_rows = texts.iter().filter_map(|text| place(text)).collect();
        let mut by_lane: BTreeMap<i64, u32> = BTreeMap::new();
        let mut wider = Vec::new();
        if key.matching == Matching::Prefix {
            let beginning =
                |text: &str| text.char_indices().rev().find_map(|(end, _)| place(text.get(..end)?));
            wider = distinct.iter().map(|text| beginning(text)).collect();
            for (code, lane) in symbols.lanes() {
                let mut ends = code.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
                let longest = ends.find_map(|end| place(code.get(..end)?));
                by_lane.extend(longest.map(|at| (lane, at as u32)));
            }
        } else {
            for (at, text) in distinct.iter().enumerate() {
                let lane = vocabulary.lane(fact, text, symbols).map_err(|_| CompileFault::TooLarge)?;
                by_lane.insert(lane, at as u32);
            }
        }
        let count = distinct.len().max(1);
        Ok((Self { count, wider, by_lane: ByLane::new(&by_lane) }, of_rows))
    }

    fn of_numbers(
        matching: Matching,
        texts: &[&str],
        step: Exact,
    ) -> Result<(Self, Vec<usize>), CompileFault> {
        let read = |text: &&str| Exact::parse(text).ok_or(CompileFault::TooLarge);
        let numbers: Vec<Exact> = texts.iter().map(read).collect::<Result<_, _>>()?;
        let mut distinct = numbers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let of_rows = numbers.iter().filter_map(|n| distinct.binary_search(n).ok()).collect();
        let count = distinct.len().max(1);
        let steps = |n: &Exact| n.over(step).ok_or(CompileFault::TooLarge);
        let lane = |n: i128| i64::try_from(n).map_err(|_| CompileFault::TooLarge);
        if matching == Matching::AtLeast {
            // A bound between two steps is reached by the upper one.
            let up = |n: Exact| lane(-(-n.num()).div_euclid(n.den()));
            let bounds = distinct.iter().map(|n| up(steps(n)?)).collect::<Result<_, _>>()?;
            let wider = (0..count).map(|at| at.checked_sub(1)).collect();
            return Ok((Self { count, wider, by_lane: ByLane::Reached { bounds } }, of_rows));
        }
        let mut by_lane = BTreeMap::new();
        for (at, number) in distinct.iter().enumerate() {
            let steps = steps(number)?;
            // A number between two steps is no value of the fact.
            if steps.den() == 1 {
                by_lane.insert(lane(steps.num())?, at as u32);
            }
        }
        Ok((Self { count, wider: Vec::new(), by_lane: ByLane::new(&by_lane) }, of_rows))
    }

    #[inline]
    fn of(&self, lane: i64) -> u32 {
        match &self.by_lane {
            ByLane::Dense { first, at } => {
                let place = usize::try_from(lane.wrapping_sub(*first)).unwrap_or(usize::MAX);
                at.get(place).copied().unwrap_or(NOWHERE)
            }
            ByLane::Sparse { lanes, at } => lanes.binary_search(&lane).map_or(NOWHERE, |place| at[place]),
            ByLane::Reached { bounds } => {
                let reached = bounds.partition_point(|bound| *bound <= lane);
                if reached == 0 { NOWHERE } else { reached as u32 - 1 }
            }
        }
    }
}

impl ByLane {
    fn new(found: &BTreeMap<i64, u32>) -> Self {
        let ends = found.first_key_value().zip(found.last_key_value());
        match ends {
            Some(((first, _), (last, _))) if last.saturating_sub(*first) < DENSE_MAX => {
                let mut at = vec![NOWHERE; (last - first + 1) as usize];
                for (lane, position) in found {
                    at[(lane - first) as usize] = *position;
                }
                Self::Dense { first: *first, at }
            }
            _ => {
                Self::Sparse { lanes: found.keys().copied().collect(), at: found.values().copied().collect() }
            }
        }
    }
}

//! Units of measure, read from the vocabulary, and the arithmetic of dimensions.
//!
//! **Invariant:** two numbers may be added or compared only when both dimension *and* unit agree;
//! a person who means to convert 亩 to m² writes so.

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::text::Text;

/// How many base dimensions there are.
pub const DIMENSIONS: usize = 6;

/// The base dimensions by the names used in `units.yaml`; `ratio` is the absence of all.
pub const DIMENSION_NAMES: [&str; DIMENSIONS] = ["money", "area", "year", "day", "energy", "persons"];

/// 量纲与单位 · a dimension (an exponent per base dimension) and the size of one unit of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// Exponents, in the order of [`DIMENSION_NAMES`].
    pub dimension: [i8; DIMENSIONS],
    /// How many base units one of this unit is: 2000/3 for 亩.
    pub factor: Exact,
}

impl Unit {
    /// A plain number.
    pub const RATIO: Self = Self { dimension: [0; DIMENSIONS], factor: Exact::ONE };

    /// The base unit of one dimension.
    pub fn base(dimension: usize) -> Self {
        let mut unit = Self::RATIO;
        unit.dimension[dimension] = 1;
        unit
    }

    /// The unit of a product.
    pub fn times(self, other: Self) -> Option<Self> {
        let mut dimension = self.dimension;
        for (mine, theirs) in dimension.iter_mut().zip(other.dimension) {
            *mine = mine.checked_add(theirs)?;
        }
        Some(Self { dimension, factor: self.factor.times(other.factor)? })
    }

    /// The unit of a quotient.
    pub fn over(self, other: Self) -> Option<Self> {
        let mut dimension = self.dimension;
        for (mine, theirs) in dimension.iter_mut().zip(other.dimension) {
            *mine = mine.checked_sub(theirs)?;
        }
        Some(Self { dimension, factor: self.factor.over(other.factor)? })
    }

    /// Whether the two measure the same thing, in whatever unit.
    pub fn same_dimension(self, other: Self) -> bool {
        self.dimension == other.dimension
    }
}

/// A named unit of the vocabulary.
#[derive(Clone, Debug)]
pub struct NamedUnit {
    /// Its id, such as `mu`.
    pub id: String,
    /// Its size.
    pub unit: Unit,
    /// How it is shown.
    pub display: Text,
}

/// 单位表 · all units by every symbol that people write.
#[derive(Clone, Debug, Default)]
pub struct Units {
    named: Vec<NamedUnit>,
    by_symbol: BTreeMap<String, usize>,
}

impl Units {
    /// Adds a unit under its id and symbols. Returns the symbol that was already taken, if any.
    pub(crate) fn add(&mut self, named: NamedUnit, symbols: &[String]) -> Option<String> {
        let at = self.named.len();
        let id = named.id.clone();
        self.named.push(named);
        let mut taken = None;
        for symbol in std::iter::once(&id).chain(symbols) {
            if self.by_symbol.insert(symbol.clone(), at).is_some_and(|old| old != at) {
                taken = Some(symbol.clone());
            }
        }
        taken
    }

    /// The unit written as one symbol.
    pub fn symbol(&self, symbol: &str) -> Option<&NamedUnit> {
        self.by_symbol.get(symbol.trim()).map(|at| &self.named[*at])
    }

    /// Reads a simple or compound unit: `m2`, `万元/亩`, `CNY/year`, `m2*CNY`.
    pub fn parse(&self, text: &str) -> Option<Unit> {
        let mut unit = Unit::RATIO;
        let mut over = false;
        for part in text.split_inclusive(['/', '*', '·']) {
            let symbol = part.trim_end_matches(['/', '*', '·']);
            let next = self.symbol(symbol)?.unit;
            unit = if over { unit.over(next)? } else { unit.times(next)? };
            over = part.ends_with('/');
        }
        Some(unit)
    }

    /// The words for a unit: its own name, or one composed of base units.
    pub fn display(&self, unit: Unit) -> Text {
        if let Some(named) = self.named.iter().find(|n| n.unit == unit) {
            return named.display.clone();
        }
        for top in &self.named {
            for bottom in &self.named {
                if top.unit.over(bottom.unit) == Some(unit) && bottom.unit != Unit::RATIO {
                    let join = |a: &str, b: &str| format!("{a}/{b}");
                    return Text {
                        zh: join(&top.display.zh, &bottom.display.zh),
                        en: join(&top.display.en, &bottom.display.en),
                    };
                }
            }
        }
        self.over_two(unit).unwrap_or_else(|| self.composed(unit))
    }

    /// One unit over two others, as yields per area and year are said: 万元/亩/年.
    fn over_two(&self, unit: Unit) -> Option<Text> {
        let parts = || self.named.iter().filter(|n| n.unit != Unit::RATIO);
        for (at, top) in self.named.iter().enumerate() {
            for first in parts() {
                let Some(half) = top.unit.over(first.unit) else { continue };
                // Alike in dimension to a part above it, it would say nothing.
                let last = parts().find(|last| half.over(last.unit) == Some(unit) && last.unit != first.unit);
                let Some(last) = last.filter(|last| !last.unit.same_dimension(self.named[at].unit)) else {
                    continue;
                };
                let join =
                    |form: fn(&Text) -> &str| [top, first, last].map(|part| form(&part.display)).join("/");
                return Some(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) });
            }
        }
        None
    }

    fn composed(&self, unit: Unit) -> Text {
        let mut text = Text::default();
        for (at, exponent) in unit.dimension.iter().enumerate().filter(|(_, e)| **e != 0) {
            let base = self.named.iter().find(|n| n.unit == Unit::base(at));
            let name = base.map_or_else(|| Text::same(DIMENSION_NAMES[at]), |n| n.display.clone());
            let power = if *exponent == 1 { String::new() } else { format!("^{exponent}") };
            for (out, part) in [(&mut text.zh, name.zh), (&mut text.en, name.en)] {
                let gap = if out.is_empty() { "" } else { "·" };
                out.push_str(&format!("{gap}{part}{power}"));
            }
        }
        if unit.factor != Exact::ONE {
            text = Text::new(format!("{}×{}", unit.factor, text.zh), format!("{}×{}", unit.factor, text.en));
        }
        text
    }

    /// All units.
    pub fn iter(&self) -> impl Iterator<Item = &NamedUnit> {
        self.named.iter()
    }
}

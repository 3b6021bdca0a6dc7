//! A law compiled once for cases that are each judged on a day of their own.

use std::collections::BTreeSet;

use super::compile::CompileFault;
use super::facts::Facts;
use super::machine::Machine;
use super::op::Program;
use super::outcome::Outcomes;
use super::part::AsOf;
use crate::law::Law;
use crate::vocabulary::Vocabulary;

/// 逐案定日的程序 · rules for rows that have a day of assessment each. A program for one day is quicker;
/// of many days there would be many programs.
#[derive(Debug)]
pub struct Dated {
    program: Program,
    machine: Machine,
    /// The facts that the rules read, by index.
    facts: Vec<usize>,
}

impl Dated {
    /// Compiles some rules of a law, by index, and those that they use. On a fault the rule is named.
    pub fn of_rules(
        law: &Law,
        vocabulary: &Vocabulary,
        wanted: &BTreeSet<usize>,
    ) -> Result<Self, (String, CompileFault)> {
        let column = vocabulary.facts().len();
        let program = Program::judging(law, vocabulary, AsOf::Column(column), false, wanted)?;
        let facts: BTreeSet<usize> =
            program.parts.iter().flat_map(|part| part.facts.iter().copied()).collect();
        let machine = Machine::new(&program);
        Ok(Self { program, machine, facts: facts.into_iter().collect() })
    }

    /// The program, for a decoder.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Judges rows of a table, each on its day: the outcomes in the order of `cases`.
    pub fn judge(&mut self, facts: &Facts, cases: &[(usize, i64)]) -> Outcomes {
        let dated = facts.dated(cases, &self.facts);
        let mut outcomes = Outcomes::new(&self.program, cases.len());
        self.machine.run(&self.program, &dated, 0, cases.len(), &mut outcomes);
        outcomes
    }
}

//! What the law says of a listing and its bids: the rules of the package that it was published under.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::{self, Step};
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes, Words};
use landcycle_policy::program::{Machine, Program};

use crate::clock;
use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;

/// Facts by name, canonical.
pub(crate) type Known = BTreeMap<String, String>;

/// The standing of a bid; the one that is ranked has the code [`VALID`].
pub(crate) const OUTCOME: &str = "supply/bid_outcome";
/// The order of bids: numbers that are compared in their order, the greater first.
pub(crate) const ORDER: &str = "supply/bid_order";
/// What a notice states.
pub(crate) const INDICATORS: &str = "supply/listing_indicators";
/// Whether a winner may be named; the code of yes is [`AWARD`].
pub(crate) const AWARDED: &str = "supply/listing_award";
/// A bid that is ranked.
pub(crate) const VALID: &str = "valid";
/// A winner may be named.
pub(crate) const AWARD: &str = "award";

/// The law of a digest `package@sha256:…`, if it is among the packages.
pub(crate) fn law_named<'l>(library: &'l Library, digest: &str) -> Option<&'l Arc<Law>> {
    let package = digest.split('@').next().unwrap_or(digest);
    library.law(package).filter(|law| law.digest == digest)
}

/// 评判 · the rules of listings under one law, for the day on which a listing closes.
pub(crate) struct Bench<'l> {
    library: &'l Library,
    /// The law.
    pub(crate) law: Arc<Law>,
    day: i64,
    program: Program,
}

/// 判定 · what a rule says, in words.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Its fields and their words; one without a name for most rules, none where there is no outcome.
    pub(crate) fields: Vec<(String, String)>,
    /// Amounts by field, for rules that are numbers.
    pub(crate) amounts: Vec<Exact>,
    /// Whether the rule gives no answer.
    pub(crate) unknown: bool,
    /// Facts that are missing.
    pub(crate) missing: Vec<String>,
    /// What it rests on.
    pub(crate) cites: Vec<String>,
    /// The weakest grade of that.
    pub(crate) grade: &'static str,
}

impl Said {
    /// The one word of a rule that gives one.
    pub(crate) fn word(&self) -> Option<&str> {
        self.fields.first().map(|(_, word)| word.as_str())
    }

    /// Whether it is a number in every field.
    pub(crate) fn is_order(&self) -> bool {
        !self.amounts.is_empty()
    }
}

impl<'l> Bench<'l> {
    /// The rules under a law, as of a day.
    pub(crate) fn new(library: &'l Library, law: &Arc<Law>, day: Date) -> Result<Self, Failure> {
        let day = clock::day_number(day);
        let mut wanted = BTreeSet::new();
        for name in [OUTCOME, ORDER, INDICATORS, AWARDED] {
            let absent = || Failure::new("listing_no_rule", &[("rule", name)]);
            wanted.insert(law.rule(name).ok_or_else(absent)?.0);
        }
        let program = Program::of_rules(law, &library.vocabulary, day, false, &wanted);
        let program =
            program.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", rule.as_str())]))?;
        Ok(Self { library, law: Arc::clone(law), day, program })
    }

    /// A rule by its path; all those named here are there.
    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        self.law.rule(name).map(|(_, rule)| rule)
    }

    fn batch<'k>(&self, rows: impl Iterator<Item = &'k Known>) -> Result<Batch, Failure> {
        let package = self.law.package().id.clone();
        let mut sorter = Sorter::new(self.library, Some(&package));
        for facts in rows {
            let facts = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            sorter.add("", facts).map_err(|bad| Failure::text(bad.message))?;
        }
        let none = || Failure::new("not_computable", &[("rule", OUTCOME)]);
        sorter.finish().into_iter().next().ok_or_else(none)
    }

    /// What rules say of cases: an answer for each rule of each case.
    pub(crate) fn judge<const N: usize>(
        &self,
        rows: &[Known],
        rules: [&str; N],
    ) -> Result<Vec<[Said; N]>, Failure> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let batch = self.batch(rows.iter())?;
        let mut outcomes = Outcomes::new(&self.program, rows.len());
        Machine::new(&self.program).run(&self.program, &batch.facts, 0, rows.len(), &mut outcomes);
        let mut decoder = Decoder::new(&self.law, &self.program);
        let mut all = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            let mut said = Vec::with_capacity(N);
            for name in rules {
                let absent = || Failure::new("listing_no_rule", &[("rule", name)]);
                let (at, rule) = self.law.rule(name).ok_or_else(absent)?;
                let found = decoder.read(&outcomes, at, row).ok_or_else(absent)?;
                said.push(self.said(rule, &found));
            }
            let said = <[Said; N]>::try_from(said);
            all.push(said.map_err(|_| Failure::new("not_computable", &[("rule", OUTCOME)]))?);
        }
        Ok(all)
    }

    /// The same of one case.
    pub(crate) fn one<const N: usize>(&self, facts: &Known, rules: [&str; N]) -> Result<[Said; N], Failure> {
        let none = || Failure::new("not_computable", &[("rule", OUTCOME)]);
        self.judge(std::slice::from_ref(facts), rules)?.into_iter().next().ok_or_else(none)
    }

    fn said(&self, rule: &Rule, found: &Determination) -> Said {
        let facts = self.library.vocabulary.facts();
        let amount = |value: &OutcomeValue| match value {
            OutcomeValue::Amount(amount) => Some(*amount),
            _ => None,
        };
        let (fields, amounts) = match &found.outcome {
            Outcome::Value(value) => {
                let amounts = match value {
                    OutcomeValue::Record(values) => values.iter().map(amount).collect::<Option<Vec<_>>>(),
                    value => amount(value).map(|amount| vec![amount]),
                };
                let amounts = amounts.unwrap_or_default();
                let fields = match value.words(rule) {
                    Words::One(word) => vec![(String::new(), word)],
                    Words::Many(words) => words.into_iter().map(|word| (String::new(), word)).collect(),
                    Words::Fields(fields) if amounts.len() == fields.len() => {
                        let exact = amounts.iter().map(Exact::to_string);
                        fields.into_iter().map(|(name, _)| name).zip(exact).collect()
                    }
                    Words::Fields(fields) => fields,
                };
                (fields, amounts)
            }
            _ => (Vec::new(), Vec::new()),
        };
        Said {
            fields,
            amounts,
            unknown: !matches!(found.outcome, Outcome::Value(_)),
            missing: found.missing.iter().map(|at| facts[*at].name.clone()).collect(),
            cites: found.basis.cites.clone(),
            grade: found.basis.grade.word(),
        }
    }

    /// The tree behind what a rule says of a case.
    pub(crate) fn explain<T>(
        &self,
        facts: &Known,
        rule: &str,
        tell: impl FnOnce(&Step<'_>) -> T,
    ) -> Result<T, Failure> {
        let batch = self.batch(std::iter::once(facts))?;
        let absent = || Failure::new("listing_no_rule", &[("rule", rule)]);
        let (at, _) = self.law.rule(rule).ok_or_else(absent)?;
        let told = explain::explain(&self.law, &self.library.vocabulary, &batch.facts, 0, at, self.day);
        let told = told.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", rule.as_str())]))?;
        Ok(tell(&told))
    }

    /// The facts that a bid must state, given those of the notice; those that the notice itself lacks
    /// come first.
    pub(crate) fn asks(&self, notice: &Known, closes_on: Date) -> Result<Asks, Failure> {
        let mut facts = notice.clone();
        let day = closes_on.to_string();
        for name in ["bid_deadline_on", "bid_received_on", "bid_opening_ends_on", "bid_opened_on"] {
            facts.insert(name.to_owned(), day.clone());
        }
        for name in ["bid_withdrawn_on", "bid_next_received_on"] {
            facts.insert(name.to_owned(), "none".to_owned());
        }
        facts.insert("bid_complete".to_owned(), "yes".to_owned());
        for name in ["bid_lead", "bid_lot"] {
            facts.insert(name.to_owned(), "0".to_owned());
        }
        let [indicators, outcome, order] = self.one(&facts, [INDICATORS, OUTCOME, ORDER])?;
        let vocabulary = &self.library.vocabulary;
        let mut of_bid: Vec<String> = outcome.missing.into_iter().chain(order.missing).collect();
        of_bid.retain(|name| !indicators.missing.contains(name));
        of_bid.sort_by_key(|name| vocabulary.index(name));
        of_bid.dedup();
        // A bid that states one of everything: where it has no place in the order, no bid has.
        facts.extend(of_bid.iter().map(|name| (name.clone(), "1".to_owned())));
        let [indicated, tried] = self.one(&facts, [INDICATORS, ORDER])?;
        let sound = indicators.missing.is_empty();
        let ordered = !sound || (tried.is_order() && !indicated.unknown);
        Ok(Asks { of_notice: indicators.missing, of_bid, ordered, cites: indicators.cites })
    }
}

/// 应载事项 · who has to state what.
#[derive(Clone, Debug)]
pub(crate) struct Asks {
    /// Facts that the notice lacks.
    pub(crate) of_notice: Vec<String>,
    /// Facts that a bid states.
    pub(crate) of_bid: Vec<String>,
    /// Whether bids can be put in an order under this notice.
    pub(crate) ordered: bool,
    /// What says so.
    pub(crate) cites: Vec<String>,
}

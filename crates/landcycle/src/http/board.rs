//! 闲置土地处置台 · the idle-land procedure as a board of its steps, and what can be done next at each
//! case: from what is open on a case, the acts that the structure of a life admits there, and the papers
//! of the law that go with them.

use std::collections::HashMap;

use landcycle_ledger::life::{Act, Condition, Standing};
use landcycle_policy::law::Law;
use landcycle_policy::package::paper::Paper;
use serde_json::{Value, json};

use super::App;
use super::book::{Book, Row};
use crate::cli::tree::{cite_json, text_json};
use crate::papers;
use crate::say::words;

/// The rule whose findings begin the procedure; its name stands in the vocabulary for others to rely on.
pub(super) const IDLE: &str = "idle_land";

/// What is open on a case while the procedure runs.
const IN_COURSE: [Condition; 17] = [
    Condition::Suspected,
    Condition::Inquired,
    Condition::Answered,
    Condition::FoundIdle,
    Condition::Filed,
    Condition::Published,
    Condition::DisposalAgreed,
    Condition::BuyBackAgreed,
    Condition::SwapAgreed,
    Condition::HearingTold,
    Condition::HearingRequested,
    Condition::HearingHeld,
    Condition::Decided,
    Condition::FeeOwed,
    Condition::TakebackDecided,
    Condition::Contested,
    Condition::Upheld,
];

/// 步骤 · where a case is in the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The facts make it idle, and nobody has taken it up.
    Found,
    /// Taken up as suspected.
    Suspected,
    /// The notice of inquiry is served.
    Inquiry,
    /// The finding is served.
    Finding,
    /// The hearing runs.
    Hearing,
    /// A way out is agreed.
    Remedy,
    /// The fee is decided and not paid.
    Fee,
    /// Taking back is decided.
    Takeback,
    /// The decision is contested.
    Contested,
}

impl Step {
    /// All steps in their order.
    pub(super) const ALL: [Self; 9] = [
        Self::Found,
        Self::Suspected,
        Self::Inquiry,
        Self::Finding,
        Self::Hearing,
        Self::Remedy,
        Self::Fee,
        Self::Takeback,
        Self::Contested,
    ];

    /// Its name in data.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Suspected => "suspected",
            Self::Inquiry => "inquiry",
            Self::Finding => "finding",
            Self::Hearing => "hearing",
            Self::Remedy => "remedy",
            Self::Fee => "fee",
            Self::Takeback => "takeback",
            Self::Contested => "contested",
        }
    }

    /// The step of a case; `idle` says whether the facts make it idle. The furthest that is open counts.
    pub(super) fn of(standing: Standing, idle: bool) -> Option<Self> {
        let open = |condition: Condition| standing.conditions.has(condition);
        let hearing = [Condition::HearingTold, Condition::HearingRequested, Condition::HearingHeld];
        Some(if open(Condition::Contested) {
            Self::Contested
        } else if open(Condition::TakebackDecided) {
            Self::Takeback
        } else if open(Condition::FeeOwed) {
            Self::Fee
        } else if open(Condition::DisposalAgreed) {
            Self::Remedy
        } else if hearing.into_iter().any(open) {
            Self::Hearing
        } else if open(Condition::FoundIdle) {
            Self::Finding
        } else if open(Condition::Inquired) {
            Self::Inquiry
        } else if open(Condition::Suspected) {
            Self::Suspected
        } else if idle {
            Self::Found
        } else {
            return None;
        })
    }

    /// For the page: name and title.
    pub(super) fn json(self) -> Value {
        json!({"name": self.name(), "title": text_json(&words(&format!("idle_step_{}", self.name())))})
    }
}

/// Whether an act belongs to the procedure: it begins it, or needs something of it to be open.
fn of_procedure(act: Act) -> bool {
    act == Act::Suspect || act.needs().iter().any(|needed| IN_COURSE.contains(needed))
}

/// Whether the outcome of the idle-land rule asks for something.
pub(super) fn is_idle(book: &Book, row: &Row) -> bool {
    let law = book.law(&row.package);
    let rule = law.and_then(|law| law.rule(IDLE)).map(|(_, rule)| rule);
    let codes = book.column(IDLE).and_then(|column| row.outcome(column)).map(|shown| &shown.codes);
    let tone = |code: &String| {
        let known = rule.into_iter().flat_map(|rule| &rule.fields).flat_map(|field| &field.codes);
        known.into_iter().find(|known| known.code == *code).map_or("", |known| known.tone.as_str())
    };
    codes.into_iter().flatten().any(|code| matches!(tone(code), "bad" | "warn"))
}

/// What the procedure of a law consists of.
pub(super) struct Procedure<'l> {
    law: &'l Law,
    acts: Vec<Act>,
    /// The papers of the procedure, each with the act that it goes with.
    papers: Vec<(&'l Paper, Act)>,
    /// Facts that an act of the procedure dates: a duty that ends with one is a duty of the procedure.
    days: Vec<&'l str>,
}

impl<'l> Procedure<'l> {
    /// The acts and papers of idle land in a law.
    pub(super) fn of(law: &'l Law) -> Self {
        let acts: Vec<Act> =
            Act::all().filter(|act| of_procedure(*act) && law.acts.contains_key(act.name())).collect();
        let lawful = acts.iter().filter_map(|act| law.acts.get(act.name()));
        let days = lawful.flat_map(|lawful| &lawful.act.days).map(String::as_str).collect();
        let with_act =
            papers::of_law(law).into_values().filter_map(|paper| Some((&**paper, act_of(law, paper)?)));
        let papers = with_act.filter(|(_, act)| acts.contains(act)).collect();
        Self { law, acts, papers, days }
    }

    /// Whether a duty belongs to the procedure, by the fact that ends it.
    pub(super) fn has_duty(&self, done: &str) -> bool {
        self.days.contains(&done)
    }

    /// The acts that the structure of a life admits for a case; first of all it has to be taken over.
    pub(super) fn next(&self, standing: Standing) -> Vec<Act> {
        if standing.admits(Act::TakeOver).is_ok() {
            return vec![Act::TakeOver];
        }
        self.acts.iter().copied().filter(|act| standing.admits(*act).is_ok()).collect()
    }

    /// Papers that go with acts and fit the case as it is known.
    pub(super) fn papers(&self, book: &Book, row: &Row, acts: &[Act]) -> Vec<&'l Paper> {
        let fits = |paper: &Paper| {
            paper.fits.iter().all(|fit| {
                let shown = book.column(&fit.of.rule).and_then(|column| row.outcome(column));
                shown.and_then(|shown| shown.says(fit.of.field.as_deref(), &fit.words)) == Some(true)
            })
        };
        let next = self.papers.iter().filter(|(_, act)| acts.contains(act));
        next.map(|(paper, _)| *paper).filter(|paper| fits(paper)).collect()
    }

    /// An act for the page.
    pub(super) fn act_json(&self, app: &App, act: Act) -> Value {
        let Some(lawful) = self.law.acts.get(act.name()) else { return Value::Null };
        let owner = &lawful.act.owner;
        let cites: Vec<Value> = lawful.cites.iter().map(|cite| cite_json(&app.library, &cite.id)).collect();
        json!({
            "name": act.name(), "title": text_json(&lawful.act.title), "cites": cites,
            "owner": {"id": owner, "title": text_json(&app.library.vocabulary.department(owner))},
        })
    }
}

/// The act that a paper goes with: the one that rests on the same articles more than any other does.
fn act_of(law: &Law, paper: &Paper) -> Option<Act> {
    let cited: Vec<&str> = paper.cites.iter().map(|cite| cite.id.as_str()).collect();
    let mut best: Option<(usize, usize, Act)> = None;
    for act in Act::all() {
        let Some(lawful) = law.acts.get(act.name()) else { continue };
        let common = lawful.cites.iter().filter(|cite| cited.contains(&cite.id.as_str())).count();
        let all = cited.len() + lawful.cites.len() - common;
        // Shares are compared crosswise, and of equals the earlier act in a life counts.
        if common > 0 && best.is_none_or(|(most, of, _)| common * of > most * all) {
            best = Some((common, all, act));
        }
    }
    best.map(|(_, _, act)| act)
}

/// The procedures of the packages of a book, by package.
pub(super) fn procedures(book: &Book) -> HashMap<&str, Procedure<'_>> {
    book.packages.iter().map(|(law, _)| (law.package().id.as_str(), Procedure::of(law))).collect()
}

#[cfg(test)]
mod tests {
    //! Where a case stands on the board.

    use landcycle_ledger::life::Standing;

    use super::Step;

    fn step(known: &[&str], idle: bool) -> Option<Step> {
        let standing = Standing::of(&|name| known.contains(&name).then_some("2024-01-01"));
        Step::of(standing, idle)
    }

    #[test]
    fn the_furthest_step_that_is_open_counts() {
        assert_eq!(step(&[], false), None);
        assert_eq!(step(&[], true), Some(Step::Found));
        assert_eq!(step(&["idle_suspected_on"], true), Some(Step::Suspected));
        let told =
            ["idle_suspected_on", "inquiry_notice_served_on", "idle_found_on", "hearing_right_told_on"];
        for (known, expected) in [(2, Step::Inquiry), (3, Step::Finding), (4, Step::Hearing)] {
            assert_eq!(step(&told[..known], true), Some(expected));
        }
        assert_eq!(step(&["fee_decision_served_on"], false), Some(Step::Fee));
        assert_eq!(step(&["idle_suspected_on", "idle_cleared_on"], false), None);
    }
}

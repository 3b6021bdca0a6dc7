//! Whether conditions can hold together, over the finite lists that a rule tests.
//!
//! Codes and yes/no facts are tried with every value; any other test (a date, an amount) is taken
//! as free to hold or not. So "impossible" is certain, and "possible" errs towards asking the
//! author for a priority.

use crate::expression::syntax::Comparison;
use crate::expression::typed::{Ty, Typed, TypedKind};
use crate::vocabulary::{FactKind, Vocabulary};

/// More combinations than this are taken as possible.
const TRIALS_MAX: usize = 20_000;

/// Whether all conditions can be true of one case.
pub(super) fn possible(conditions: &[&Typed], vocabulary: &Vocabulary) -> bool {
    let mut atoms: Vec<(Atom, usize)> = Vec::new();
    for condition in conditions {
        collect(condition, vocabulary, &mut atoms);
    }
    let trials = atoms.iter().try_fold(1_usize, |n, (_, size)| n.checked_mul(*size));
    let Some(trials) = trials.filter(|n| *n <= TRIALS_MAX) else { return true };
    (0..trials).any(|trial| {
        let mut rest = trial;
        let world: Vec<usize> = atoms
            .iter()
            .map(|(_, size)| {
                let value = rest % size;
                rest /= size;
                value
            })
            .collect();
        conditions.iter().all(|condition| holds(condition, vocabulary, &atoms, &world))
    })
}

/// What is tried: a coded fact, or a test that we do not look into.
#[derive(PartialEq)]
enum Atom {
    Fact(usize),
    Opaque(String),
}

fn opaque(typed: &Typed) -> Atom {
    Atom::Opaque(format!("{:?}", typed.kind))
}

/// A test of one coded fact: the fact, how many values it has, and those for which the test holds.
fn coded(typed: &Typed, vocabulary: &Vocabulary) -> Option<(usize, usize, Vec<i64>)> {
    let size = |value: &Typed| match (&value.kind, &value.ty) {
        (TypedKind::Fact(fact), Ty::Bool | Ty::Code(_)) => match &vocabulary.facts()[*fact].kind {
            FactKind::Code(values) => Some((*fact, values.len())),
            FactKind::YesNo => Some((*fact, 2)),
            _ => None,
        },
        _ => None,
    };
    match &typed.kind {
        TypedKind::Fact(_) => size(typed).map(|(fact, n)| (fact, n, vec![1])),
        TypedKind::InLanes(value, lanes) => size(value).map(|(fact, n)| (fact, n, lanes.clone())),
        TypedKind::Compare(op, value, constant) => {
            let TypedKind::Constant(lane) = constant.kind else { return None };
            let (fact, n) = size(value)?;
            match op {
                Comparison::Equal => Some((fact, n, vec![lane])),
                Comparison::NotEqual => Some((fact, n, (0..n as i64).filter(|v| *v != lane).collect())),
                _ => None,
            }
        }
        _ => None,
    }
}

fn collect(typed: &Typed, vocabulary: &Vocabulary, atoms: &mut Vec<(Atom, usize)>) {
    let (atom, size) = match (&typed.kind, coded(typed, vocabulary)) {
        (_, Some((fact, size, _))) => (Atom::Fact(fact), size),
        (TypedKind::Not(_) | TypedKind::And(_) | TypedKind::Or(_), None) => {
            for child in typed.children() {
                collect(child, vocabulary, atoms);
            }
            return;
        }
        (TypedKind::Constant(_), None) => return,
        _ => (opaque(typed), 2),
    };
    if !atoms.iter().any(|(known, _)| *known == atom) {
        atoms.push((atom, size));
    }
}

fn holds(typed: &Typed, vocabulary: &Vocabulary, atoms: &[(Atom, usize)], world: &[usize]) -> bool {
    let value = |atom: &Atom| {
        let at = atoms.iter().position(|(known, _)| known == atom);
        at.and_then(|at| world.get(at)).copied().unwrap_or(1)
    };
    if let Some((fact, _, allowed)) = coded(typed, vocabulary) {
        return allowed.contains(&(value(&Atom::Fact(fact)) as i64));
    }
    match &typed.kind {
        TypedKind::Not(inner) => !holds(inner, vocabulary, atoms, world),
        TypedKind::And(parts) => parts.iter().all(|part| holds(part, vocabulary, atoms, world)),
        TypedKind::Or(parts) => parts.iter().any(|part| holds(part, vocabulary, atoms, world)),
        TypedKind::Constant(lane) => *lane != 0,
        _ => value(&opaque(typed)) == 1,
    }
}

//! Steps of a long command: each is announced, timed and counted, and a table at the end tells of all.
//!
//! **Invariant:** a step that did not run is never counted as passed, and is always told.

use std::time::{Duration, Instant};

/// The steps taken so far.
pub(crate) struct Steps {
    expected: usize,
    begun: Instant,
    taken: Vec<Step>,
}

struct Step {
    name: String,
    took: Duration,
    result: Outcome,
    note: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun,
}

impl Steps {
    /// Begins a sequence of as many steps.
    pub(crate) fn begin(expected: usize) -> Self {
        Self { expected, begun: Instant::now(), taken: Vec::new() }
    }

    /// Takes a step, whose success is told by a short note (or none).
    pub(crate) fn take<T>(
        &mut self,
        name: &str,
        action: impl FnOnce() -> Result<(T, String), String>,
    ) -> Option<T> {
        let number = self.taken.len() + 1;
        self.announce(name);
        let begun = Instant::now();
        let (value, result, note) = match action() {
            Ok((value, note)) => (Some(value), Outcome::Passed, note),
            Err(fault) => (None, Outcome::Failed, fault),
        };
        let took = begun.elapsed();
        let colon = if note.is_empty() { "" } else { ": " };
        println!("[{number}/{}] {name}: {}, {}{colon}{note}", self.expected, result.word(), seconds(took));
        self.taken.push(Step { name: name.to_owned(), took, result, note });
        value
    }

    /// Tells of a step that is left out, and why.
    pub(crate) fn leave_out(&mut self, name: &str, why: &str) {
        self.announce(name);
        println!("NOT RUN: {name}: {why}");
        let (took, result) = (Duration::ZERO, Outcome::NotRun);
        self.taken.push(Step { name: name.to_owned(), took, result, note: why.to_owned() });
    }

    /// Takes a step without which there is no going on.
    pub(crate) fn need<T>(
        &mut self,
        name: &str,
        action: impl FnOnce() -> Result<(T, String), String>,
    ) -> Result<T, String> {
        self.take(name, action).ok_or_else(|| format!("{name}: see above"))
    }

    /// Names a step that this sequence does not see the end of.
    pub(crate) fn announce(&self, name: &str) {
        let number = self.taken.len() + 1;
        println!("\n[{number}/{}] {name}  (elapsed {})", self.expected, seconds(self.begun.elapsed()));
    }

    /// Takes a step that needs what an earlier one gave.
    pub(crate) fn take_with<S, T>(
        &mut self,
        name: &str,
        needed: Option<&S>,
        action: impl FnOnce(&S) -> Result<(T, String), String>,
    ) -> Option<T> {
        self.take(name, || match needed {
            Some(value) => action(value),
            None => Err("did not run: it needs an earlier step that failed".to_owned()),
        })
    }

    /// Prints the table; an error if any step failed.
    pub(crate) fn finish(self) -> Result<(), String> {
        let width = self.taken.iter().map(|step| step.name.len()).max().unwrap_or(0);
        println!("\n{:width$}  result       time", "step");
        for Step { name, took, result, note } in &self.taken {
            let note = note.lines().next().unwrap_or_default();
            println!(
                "{}",
                format!("{name:width$}  {:7}  {:>8}  {note}", result.word(), seconds(*took)).trim_end()
            );
        }
        let count = |wanted| self.taken.iter().filter(|step| step.result == wanted).count();
        let (passed, failed) = (count(Outcome::Passed), count(Outcome::Failed));
        println!("total {}, {} not run", seconds(self.begun.elapsed()), count(Outcome::NotRun));
        println!("{passed} passed, {failed} failed");
        if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} steps failed", self.taken.len())) }
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::NotRun => "NOT RUN",
        }
    }
}

/// A duration as a person reads it.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{}m {:02}s", whole / 60, whole % 60)
    }
}

/// A count of things in words.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

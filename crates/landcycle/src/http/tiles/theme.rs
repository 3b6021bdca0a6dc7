//! By what a map is coloured: stage, findings, a number in classes of equal size, or the outcomes of a rule.

use std::collections::BTreeSet;

use landcycle_ledger::life::Stage;
use landcycle_policy::law::Rule;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::{Decoder, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use super::day::{Day, Known, TERM_ENDS, YIELDS};
use crate::acts::refusal::stage_title;
use crate::cli::tree::text_json;
use crate::http::outcomes::{codes, possible};
use crate::say::{Failure, words};
use crate::{assessment, clock};

/// The class of parcels on which nothing is found.
pub(super) const NO_FINDING: &str = "none";
/// Classes of numbers: as many cases in each as can be.
const BINS: usize = 5;
/// The colourings that need no rule of a package.
pub(super) const PLAIN: [&str; 5] = ["stage", "finding", YIELDS[0].0, YIELDS[1].0, "term_left"];

/// A class of a colouring.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) code: String,
    pub(super) title: Text,
    pub(super) tone: String,
}

/// 专题 · the class of every parcel.
#[derive(Debug, Default)]
pub(super) struct Theme {
    pub(super) name: String,
    pub(super) title: Text,
    /// `classes` are told apart, or `steps` follow each other.
    pub(super) steps: bool,
    pub(super) unit: Option<Text>,
    /// The rule that explains it, by name.
    pub(super) rule: Option<String>,
    pub(super) classes: Vec<Class>,
    /// Places of classes by row.
    pub(super) of: Vec<u8>,
    /// Whether the outcome of a row rests on a stand-in.
    marks: Vec<bool>,
}

impl Theme {
    /// Whether the class of a row rests on a stand-in.
    pub(super) fn marked(&self, row: usize) -> bool {
        self.marks.get(row).copied().unwrap_or(false)
    }

    /// The name under which counts of a class are told in tiles.
    pub(super) fn counted(&self) -> Vec<String> {
        self.classes.iter().map(|class| format!("n:{}", class.code)).collect()
    }
}

/// What maps may be coloured by, for the page.
pub(super) fn offered(day: &Day) -> Vec<Value> {
    let plain = PLAIN.iter().map(
        |name| json!({"name": name, "title": text_json(&words(&format!("map_by_{name}"))), "rule": null}),
    );
    let mut all: Vec<Value> = plain.collect();
    let mut met = BTreeSet::new();
    for batch in &day.batches {
        for (_, rule) in batch.law.of_subject(batch.subject).filter(|(_, rule)| !rule.definition) {
            if met.insert(rule.name.clone()) {
                all.push(json!({"name": rule.name, "title": text_json(&rule.title), "rule": rule.name}));
            }
        }
    }
    all
}

/// Whether a map may be coloured by it.
pub(super) fn is_offered(day: &Day, name: &str) -> bool {
    let ruled =
        |batch: &crate::portfolio::Batch| batch.law.rule(name).is_some_and(|(_, rule)| !rule.definition);
    PLAIN.contains(&name) || day.batches.iter().any(ruled)
}

pub(super) fn make(library: &Library, day: &Day, name: &str) -> Result<Theme, Failure> {
    let title = words(&format!("map_by_{name}"));
    let plain = |classes: Vec<Class>, class: &dyn Fn(&Known) -> usize| {
        let of = day.known.iter().map(|known| known.as_ref().map_or(0, |known| class(known) as u8)).collect();
        Theme { name: name.to_owned(), title: title.clone(), classes, of, ..Theme::default() }
    };
    let values = |value: &dyn Fn(&Known) -> Option<f64>| -> Vec<Option<f64>> {
        day.known.iter().map(|known| known.as_ref().and_then(value)).collect()
    };
    Ok(match name {
        "stage" => {
            let class = |stage: &Stage| Class {
                code: stage.name().to_owned(),
                title: stage_title(*stage),
                tone: "neutral".to_owned(),
            };
            let place =
                |known: &Known| Stage::ALL.iter().position(|stage| *stage == known.stage).unwrap_or(0);
            plain(Stage::ALL.iter().map(class).collect(), &place)
        }
        "finding" => {
            let tones = [("bad", "bad"), ("warn", "warn"), (NO_FINDING, "neutral")];
            let class = |(code, tone): (&str, &str)| Class {
                code: code.to_owned(),
                title: words(&format!("map_finding_{code}")),
                tone: tone.to_owned(),
            };
            let place = |known: &Known| tones.iter().position(|(tone, _)| *tone == known.tone).unwrap_or(2);
            plain(tones.map(class).to_vec(), &place)
        }
        "term_left" => Theme {
            rule: Some(TERM_ENDS.to_owned()),
            marks: ruled(library, day, TERM_ENDS)?.marks,
            ..stepped(name, title, Some(words("map_unit_years")), &values(&|known| known.term_left))
        },
        _ => match YIELDS.iter().position(|(theme, _)| *theme == name) {
            Some(at) => {
                stepped(name, title, Some(words("map_unit_per_mu")), &values(&|known| known.yields[at]))
            }
            None => ruled(library, day, name)?,
        },
    })
}

/// Numbers in classes of as many cases each as can be; where nothing is known is a class of its own.
fn stepped(name: &str, title: Text, unit: Option<Text>, values: &[Option<f64>]) -> Theme {
    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut bounds: Vec<f64> = Vec::new();
    for at in 1..BINS {
        let bound = sorted.get(sorted.len() * at / BINS).copied().map(short);
        // Where many are alike two classes would be one.
        bounds.extend(bound.filter(|bound| bounds.last().is_none_or(|last| last < bound)));
    }
    let (least, greatest) = (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(0.0));
    bounds.retain(|bound| *bound > least && *bound <= greatest);
    let edge = |at: usize| bounds.get(at).map(|bound| shown(*bound));
    let mut classes: Vec<Class> = Vec::new();
    if !sorted.is_empty() {
        for at in 0..=bounds.len() {
            let text = match (at.checked_sub(1).and_then(edge), edge(at)) {
                (None, None) => format!("{} – {}", shown(least), shown(greatest)),
                (None, Some(until)) => format!("< {until}"),
                (Some(from), None) => format!("≥ {from}"),
                (Some(from), Some(until)) => format!("{from} – {until}"),
            };
            classes.push(Class {
                code: format!("step_{at}"),
                title: Text::same(text),
                tone: "neutral".to_owned(),
            });
        }
    }
    let unknown = classes.len();
    classes.push(Class {
        code: "unknown".to_owned(),
        title: words("outcome_unknown"),
        tone: "neutral".to_owned(),
    });
    let place =
        |value: &Option<f64>| value.map_or(unknown, |value| bounds.partition_point(|bound| *bound <= value));
    let of = values.iter().map(|value| place(value) as u8).collect();
    Theme { name: name.to_owned(), title, steps: true, unit, classes, of, ..Theme::default() }
}

/// A bound of two digits: a class needs no more.
fn short(value: f64) -> f64 {
    if value == 0.0 {
        return value;
    }
    let scale = 10_f64.powf(value.abs().log10().floor() - 1.0);
    (value / scale).round() * scale
}

fn shown(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What a rule says of a case: the code of its class, or its number; whether on a stand-in.
#[derive(Clone, Default)]
struct Said {
    code: Option<String>,
    number: Option<f64>,
    mark: bool,
}

/// The outcomes of a rule; of amounts, in classes.
fn ruled(library: &Library, day: &Day, name: &str) -> Result<Theme, Failure> {
    let on = clock::day_number(day.as_of);
    let mut said: Vec<Said> = vec![Said::default(); day.known.len()];
    let mut first: Option<&Rule> = None;
    for (batch, places) in day.batches.iter().zip(&day.places) {
        let Some((at, rule)) = batch.law.rule(name) else { continue };
        first = first.or(Some(rule));
        let law = &batch.law;
        let column = assessment::column(library, batch, on, &BTreeSet::from([at]), &|program| {
            let mut decoder = Decoder::new(law, program);
            move |outcomes: &Outcomes, row: usize| {
                let Some(found) = decoder.read(outcomes, at, row) else { return Said::default() };
                let number = match &found.outcome {
                    Outcome::Value(OutcomeValue::Amount(amount)) => {
                        Some(amount.num() as f64 / amount.den() as f64)
                    }
                    _ => None,
                };
                let mark = found.basis.grade == Grade::Illustrative;
                Said { code: strongest(rule, codes(&found.outcome, rule)), number, mark }
            }
        })?;
        for (value, place) in column.into_iter().zip(places) {
            if let Some(place) = place {
                said[*place as usize] = value;
            }
        }
    }
    let Some(rule) = first else { return Ok(Theme::default()) };
    let marks = said.iter().map(|said| said.mark).collect();
    let head = Theme { rule: Some(rule.name.clone()), marks, ..Theme::default() };
    if rule.kind == RuleKind::Quantity && said.iter().any(|said| said.number.is_some()) {
        let numbers: Vec<Option<f64>> = said.iter().map(|said| said.number).collect();
        let unit = rule.fields.first().and_then(|field| field.unit.clone());
        let mut theme = stepped(name, rule.title.clone(), unit, &numbers);
        let aside = theme.classes.len();
        theme.classes.push(Class {
            code: "not_applicable".to_owned(),
            title: words("outcome_not_applicable"),
            tone: "neutral".to_owned(),
        });
        for (of, said) in theme.of.iter_mut().zip(&said) {
            if said.code.as_deref() == Some("not_applicable") {
                *of = aside as u8;
            }
        }
        return Ok(Theme { rule: head.rule, marks: head.marks, ..theme });
    }
    let classes: Vec<Class> =
        possible(rule).as_array().map(Vec::as_slice).unwrap_or_default().iter().map(class).collect();
    let unknown = classes.iter().position(|class| class.code == "unknown").unwrap_or(0);
    let place = |said: &Said| {
        let code = said.code.as_deref()?;
        classes.iter().position(|class| class.code == code)
    };
    let of = said.iter().map(|said| place(said).unwrap_or(unknown) as u8).collect();
    Ok(Theme { name: name.to_owned(), title: rule.title.clone(), classes, of, ..head })
}

fn class(possible: &Value) -> Class {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Class {
        code: text(&possible["code"]),
        title: Text { zh: text(&possible["title"]["zh"]), en: text(&possible["title"]["en"]) },
        tone: text(&possible["tone"]),
    }
}

/// Of several codes the one that asks for action most.
fn strongest(rule: &Rule, codes: Vec<String>) -> Option<String> {
    let tone = |code: &String| {
        let known = rule.fields.iter().flat_map(|field| &field.codes).find(|known| known.code == *code);
        match known.map(|known| known.tone.as_str()) {
            Some("bad") => 0,
            Some("warn") => 1,
            _ => 2,
        }
    };
    codes.into_iter().min_by_key(tone)
}

//! Objections to operations of a book: codes, words, citations, what to do, and a page each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use landcycle_ledger::linkage::Refusal;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::Determination;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use crate::cli::tree::{cite_json, cite_line, text_json};
use crate::say::{self, filled, refusals, words};

/// Codes of objections that do not come from the structure of a book, after those that do.
const FORBIDDEN: &str = "L20";
const UNDECIDED: &str = "L21";
const NO_LAW: &str = "L22";
const BUSY: &str = "L23";
const FAULTY: &str = "L24";

static WORDS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| refusals(include_str!("refusals.yaml")));

/// All codes, in the order in which they are checked.
pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    WORDS.keys().filter_map(|key| key.strip_suffix(".title"))
}

fn part(code: &str, part: &str) -> Text {
    WORDS.get(&format!("{code}.{part}")).cloned().unwrap_or_default()
}

/// 异议 · one reason against an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    /// Its code.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) detail: Text,
    /// What to do.
    pub(crate) remedy: Text,
    /// The law it rests on.
    pub(crate) cites: Vec<String>,
    /// The weakest grade of that law, as a word; empty where no law speaks.
    pub(crate) grade: &'static str,
}

impl Objection {
    fn new(code: &'static str, values: &[(&str, Text)]) -> Self {
        let told = |name| part(code, name).fill(values);
        Self { code, detail: told("detail"), remedy: told("remedy"), cites: Vec::new(), grade: "" }
    }

    /// What the structure of a book says.
    pub(crate) fn of_book(book: &str, refusal: &Refusal) -> Self {
        let mut values: Vec<(&str, Text)> = vec![("book", Text::same(book))];
        values.extend(refusal.values().into_iter().map(|(name, value)| (name, Text::same(value))));
        if let Refusal::NotEnough { account, .. } = refusal {
            values.retain(|(name, _)| *name != "account");
            values.push(("account", super::views::account_title(account)));
        }
        Self::new(refusal.code(), &values)
    }

    fn by_law(code: &'static str, found: &Determination, values: &[(&str, Text)]) -> Self {
        let basis = &found.basis;
        Self { cites: basis.cites.clone(), grade: basis.grade.word(), ..Self::new(code, values) }
    }

    pub(super) fn forbidden(rule: Text, outcome: &str, found: &Determination) -> Self {
        let outcome = match outcome {
            "fail" => words("flag_no"),
            other => Text::same(other),
        };
        Self::by_law(FORBIDDEN, found, &[("rule", rule), ("outcome", outcome)])
    }

    pub(super) fn undecided(library: &Library, rule: Text, found: &Determination) -> Self {
        let vocabulary = &library.vocabulary;
        let owed = found.missing.iter().map(|at| &vocabulary.facts()[*at]).map(|fact| {
            let owner = vocabulary.department(&fact.owner);
            words("fact_of").fill(&[("fact", fact.title.clone()), ("owner", owner)])
        });
        let mut missing = say::listed(&owed.collect::<Vec<_>>());
        if let (true, Some(reason)) = (found.missing.is_empty(), &found.reason) {
            missing = reason.clone();
        }
        Self::by_law(UNDECIDED, found, &[("rule", rule), ("missing", missing)])
    }

    pub(super) fn no_law(rule: Text, found: &Determination) -> Self {
        Self::by_law(NO_LAW, found, &[("rule", rule)])
    }

    pub(super) fn busy(book: &str) -> Self {
        Self::new(BUSY, &[("book", Text::same(book))])
    }

    pub(super) fn broken(book: &str, seq: i64, why: &str) -> Self {
        let values = [("book", book), ("seq", &seq.to_string()), ("why", why)];
        Self::faulty(filled("linkage_broken", &values))
    }

    pub(super) fn not_computable(rule: &str) -> Self {
        Self::faulty(filled("not_computable", &[("rule", rule)]))
    }

    pub(super) fn no_package(package: &str, known: &[&str]) -> Self {
        let values = [("package", package), ("known", &known.join(", "))];
        Self::faulty(filled("linkage_no_package", &values))
    }

    pub(super) fn faulty(why: Text) -> Self {
        Self::new(FAULTY, &[("why", why)])
    }

    /// For a person at a terminal: code, what is wrong, the clauses, what to do.
    pub(crate) fn report(&self, library: &Library) -> Text {
        let one = |language: Language| {
            let mut lines = vec![format!("{} {}", self.code, self.detail.get(language))];
            lines.extend(self.cites.iter().map(|cite| format!("  ▸ {}", cite_line(library, cite, language))));
            if self.grade == "illustrative" {
                lines.push(format!("  ▸ {}", words("linkage_stand_in").get(language)));
            }
            lines.push(format!("  → {}", self.remedy.get(language)));
            lines.join("\n")
        };
        Text { zh: one(Language::Zh), en: one(Language::En) }
    }

    /// For other programs and the page.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let cites: Vec<Value> = self.cites.iter().map(|cite| cite_json(library, cite)).collect();
        json!({
            "code": self.code, "title": text_json(&part(self.code, "title")),
            "detail": text_json(&self.detail), "remedy": text_json(&self.remedy),
            "cites": cites, "grade": self.grade,
        })
    }
}

/// The words of a code as the guide has them, for the page.
pub(crate) fn words_json(code: &str) -> Value {
    let of = |name| text_json(&part(code, name));
    json!({"code": code, "title": of("title"), "detail": of("detail"), "remedy": of("remedy"), "why": of("why")})
}

/// The page of the guide on a code.
pub(crate) fn page(code: &str) -> String {
    let of = |name| part(code, name);
    let (title, detail, why, remedy) = (of("title"), of("detail"), of("why"), of("remedy"));
    let to_do = words("to_do");
    format!(
        "# {code} · {} · {}\n\n> {}\n>\n> {}\n\n{}\n\n{}\n\n**{}** {}\n\n**{}** {}\n",
        title.zh, title.en, detail.zh, detail.en, why.zh, why.en, to_do.zh, remedy.zh, to_do.en, remedy.en,
    )
}

#[cfg(test)]
mod tests {
    //! Every code has its words, its order and its page.

    use std::path::Path;

    use super::{codes, page, part};

    #[test]
    fn every_code_has_all_its_words_in_both_languages_and_a_page() {
        let wanted: Vec<String> = (1..=24).map(|number| format!("L{number:02}")).collect();
        assert_eq!(codes().collect::<Vec<_>>(), wanted);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals");
        for code in codes() {
            for name in ["title", "detail", "remedy", "why"] {
                let words = part(code, name);
                assert!(!words.zh.is_empty() && !words.en.is_empty(), "{code} {name}");
            }
            let path = folder.join(format!("{code}.md"));
            if std::env::var_os("LANDCYCLE_BLESS").is_some() {
                std::fs::write(&path, page(code)).expect("written");
            }
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(there, page(code), "{}: LANDCYCLE_BLESS=1 writes it anew", path.display());
        }
    }
}

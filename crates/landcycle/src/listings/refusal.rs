//! Refusals of what is wanted of a listing: an ordered list of codes, each with its words, its remedy
//! and a page of the guide.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use landcycle_ledger::listing::{Bar, End, Listing};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use super::bench::{Asks, INDICATORS};
use crate::cli::tree::{cite_json, cite_line, text_json};
use crate::say::{self, refusals, words};

/// 竞买拒绝代码 · why nothing was recorded, in the order in which it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    /// There is no such listing.
    NoListing,
    /// The number is taken.
    ListingThere,
    /// The days do not follow each other.
    Days,
    /// The notice lacks what the law asks of it.
    NoticeLacks,
    /// Under this notice bids have no order.
    NoOrder,
    /// The listing has ended.
    Ended,
    /// The seal or key is of another listing.
    OtherListing,
    /// The opening period is over.
    OpeningOver,
    /// The digest is on record.
    Copied,
    /// Bids are still taken.
    NotClosed,
    /// No bid was sealed with this key.
    NoSeal,
    /// By the law the bid is not to be opened.
    NotAdmitted,
    /// A figure that is not asked.
    NotAsked,
    /// A figure that cannot be used.
    BadFigure,
    /// Nothing to withdraw.
    NothingToWithdraw,
    /// Opened already.
    Opened,
    /// The opening period still runs.
    OpeningRuns,
    /// Not ranked yet.
    NotRanked,
    /// Too few valid bids.
    TooFew,
    /// The first are tied.
    Tied,
    /// Others changed the listing meanwhile.
    Busy,
}

impl Code {
    /// All codes, in their order.
    pub(crate) const ALL: [Self; 21] = [
        Self::NoListing,
        Self::ListingThere,
        Self::Days,
        Self::NoticeLacks,
        Self::NoOrder,
        Self::Ended,
        Self::OtherListing,
        Self::OpeningOver,
        Self::Copied,
        Self::NotClosed,
        Self::NoSeal,
        Self::NotAdmitted,
        Self::NotAsked,
        Self::BadFigure,
        Self::NothingToWithdraw,
        Self::Opened,
        Self::OpeningRuns,
        Self::NotRanked,
        Self::TooFew,
        Self::Tied,
        Self::Busy,
    ];

    /// `B01` …
    pub(crate) fn text(self) -> String {
        format!("B{:02}", self as usize + 1)
    }

    /// One part of its words.
    pub(crate) fn words(self, part: &str) -> Text {
        WORDS.get(&format!("{}.{part}", self.text())).cloned().unwrap_or_default()
    }
}

static WORDS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| refusals(include_str!("refusals.yaml")));

/// 拒绝 · the reason against what is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// Its code.
    pub(crate) code: Code,
    /// What is wrong.
    pub(crate) detail: Text,
    /// What to do.
    pub(crate) remedy: Text,
    /// The law it rests on.
    pub(crate) cites: Vec<String>,
    /// The rule that speaks against it.
    pub(crate) rule: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(code: Code, values: &[(&str, &str)]) -> Self {
        let values: Vec<(&str, Text)> =
            values.iter().map(|(name, value)| (*name, Text::same(*value))).collect();
        Self::with_text(code, &values)
    }

    pub(super) fn with_text(code: Code, values: &[(&str, Text)]) -> Self {
        Self {
            code,
            detail: code.words("detail").fill(values),
            remedy: code.words("remedy").fill(values),
            cites: Vec::new(),
            rule: None,
        }
    }

    pub(super) fn with_cites(self, cites: Vec<String>) -> Self {
        Self { cites, ..self }
    }

    pub(super) fn by(self, rule: &'static str, cites: Vec<String>) -> Self {
        Self { rule: Some(rule), cites, ..self }
    }

    pub(crate) fn no_listing(listing: &str) -> Self {
        Self::new(Code::NoListing, &[("listing", listing)])
    }

    pub(super) fn busy(listing: &str) -> Self {
        Self::new(Code::Busy, &[("listing", listing)])
    }

    pub(super) fn notice_lacks(library: &Library, asks: &Asks) -> Self {
        let vocabulary = &library.vocabulary;
        let facts = asks.of_notice.iter().filter_map(|name| vocabulary.fact(name));
        let named = facts.map(|fact| {
            words("fact_named").fill(&[("fact", fact.title.clone()), ("name", Text::same(&fact.name))])
        });
        let listed = say::listed(&named.collect::<Vec<_>>());
        Self::with_text(Code::NoticeLacks, &[("facts", listed)]).by(INDICATORS, asks.cites.clone())
    }

    pub(crate) fn barred(bar: Bar, listing: &Listing) -> Self {
        let code = match bar {
            Bar::Ended => Code::Ended,
            Bar::OtherListing => Code::OtherListing,
            Bar::OpeningOver => Code::OpeningOver,
            Bar::Copied => Code::Copied,
            Bar::NotClosed => Code::NotClosed,
            Bar::NoSeal => Code::NoSeal,
            Bar::NothingToWithdraw => Code::NothingToWithdraw,
            Bar::Opened => Code::Opened,
            Bar::OpeningRuns => Code::OpeningRuns,
            Bar::NotRanked => Code::NotRanked,
        };
        let notice = &listing.notice;
        let (closes, ends) = (notice.closes_on.to_string(), notice.opening_ends_on.to_string());
        let end = match &listing.end {
            Some(End::Awarded { bidder }) => say::filled("listing_awarded", &[("bidder", bidder)]),
            Some(End::Failed { reason }) => say::filled("listing_failed", &[("reason", reason)]),
            None => Text::default(),
        };
        let same = |text: &str| Text::same(text);
        let values = [
            ("listing", same(&notice.listing)),
            ("closes", same(&closes)),
            ("ends", same(&ends)),
            ("end", end),
        ];
        Self::with_text(code, &values)
    }

    /// For other programs.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let cites: Vec<Value> = self.cites.iter().map(|cite| cite_json(library, cite)).collect();
        json!({
            "code": self.code.text(), "title": text_json(&self.code.words("title")),
            "detail": text_json(&self.detail), "remedy": text_json(&self.remedy),
            "rule": self.rule, "cites": cites,
        })
    }

    /// For a person at a terminal: code, what is wrong, the clauses, what to do.
    pub(crate) fn report(&self, library: &Library) -> Text {
        let one = |language: Language| {
            let mut lines = vec![format!("{} {}", self.code.text(), self.detail.get(language))];
            lines.extend(self.cites.iter().map(|cite| format!("  ▸ {}", cite_line(library, cite, language))));
            lines.push(format!("  → {}", self.remedy.get(language)));
            lines.join("\n")
        };
        Text { zh: one(Language::Zh), en: one(Language::En) }
    }
}

/// The page of the guide on a refusal.
pub(crate) fn page(code: Code) -> String {
    let text = code.text();
    let (title, detail, why, remedy) =
        (code.words("title"), code.words("detail"), code.words("why"), code.words("remedy"));
    format!(
        "# {text} · {} · {}\n\n> {}\n>\n> {}\n\n{}\n\n{}\n\n**{}** {}\n\n**{}** {}\n",
        title.zh,
        title.en,
        detail.zh,
        detail.en,
        why.zh,
        why.en,
        words("to_do").zh,
        remedy.zh,
        words("to_do").en,
        remedy.en,
    )
}

#[cfg(test)]
mod tests {
    //! Every refusal has its words, and its page.

    use super::{Code, page};

    #[test]
    fn every_code_has_all_its_words_in_both_languages() {
        for code in Code::ALL {
            for part in ["title", "detail", "remedy", "why"] {
                let words = code.words(part);
                assert!(!words.zh.is_empty() && !words.en.is_empty(), "{} {part}", code.text());
            }
        }
    }

    #[test]
    fn every_code_has_its_page() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals");
        for code in Code::ALL {
            let path = folder.join(format!("{}.md", code.text()));
            if std::env::var_os("LANDCYCLE_BLESS").is_some() {
                std::fs::write(&path, page(code)).expect("written");
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), page(code), "{}", path.display());
        }
    }
}

//! Publications (信息公开): what the law makes public, of what, and which facts of it. What no publication
//! names is nobody's but the office's; a package without a clause publishes nothing.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::{Placed, Reader, nearest};
use crate::fault::{Fault, Source};
use crate::law::Law;
use crate::node::{Kind, Node};
use crate::package::rule::RuleKind;
use crate::text::Text;
use crate::vocabulary::{FactKind, Vocabulary};

/// 公开事项 · a kind of things that are published, and what is published of each.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its id, the name of its file.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// What is published.
    pub of: Of,
    /// The department that publishes.
    pub owner: String,
    /// The law that makes it public.
    pub cites: Vec<Cited>,
    /// Why it is a stand-in, if no text asks for it.
    pub illustrative: Option<Text>,
    /// Of parcels: the rule that says yes as long as the publication stands.
    pub when: Option<String>,
    /// The fact by whose day a parcel's publication is dated.
    pub dated: Option<String>,
    /// The facts that are published, and no others.
    pub shows: Vec<Shown>,
    /// Rules whose outcomes are published.
    pub outcomes: Vec<String>,
    /// Of plans: the facts that are published of each line.
    pub lines: Vec<String>,
    /// What a reader should know.
    pub note: Option<Text>,
    /// The file.
    pub file: Arc<Source>,
    named: Names,
}

/// 公开对象 · what a publication is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Parcels.
    Parcel,
    /// Adopted supply plans.
    Plan,
    /// Listings from their notice on.
    Listing,
    /// Listings that have ended: the winner and what the winner committed to.
    ListingResult,
}

/// What a publication can be of, by its word.
const KINDS: [(&str, Of); 4] = [
    ("parcel", Of::Parcel),
    ("plan", Of::Plan),
    ("listing", Of::Listing),
    ("listing_result", Of::ListingResult),
];

/// 公开内容 · a fact that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The fact.
    pub fact: String,
    /// Only where it has one of these values; any, where there are none.
    pub only: Vec<String>,
}

/// Names that must be known elsewhere.
#[derive(Clone, Debug, Default)]
struct Names {
    facts: Vec<Placed>,
    dates: Vec<Placed>,
    rules: Vec<Placed>,
    when: Option<Placed>,
    owner: Option<Placed>,
}

const KEYS: [&str; 11] =
    ["title", "of", "owner", "cite", "illustrative", "when", "dated", "shows", "outcomes", "lines", "note"];

impl Publication {
    pub(crate) fn read(id: &str, root: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(root, &KEYS) {
            return None;
        }
        let mut named = Names::default();
        let of = reader.required_text(root, "of")?;
        let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
        if !reader.one_of(&of, &words) {
            return None;
        }
        let of = KINDS.iter().find(|(word, _)| *word == of.text).map(|(_, of)| *of)?;
        let owner = reader.required_text(root, "owner")?;
        let cites = citations(root, reader);
        let illustrative = reader.optional_bilingual(root, "illustrative");
        // What rests on nothing is published by nobody.
        if cites.is_empty() {
            reader.required(root, "cite");
        }
        if of == Of::Parcel {
            reader.required(root, "when");
            reader.required(root, "dated");
        }
        let when = reader.optional_text(root, "when");
        let dated = reader.optional_text(root, "dated");
        let shows = reader.required(root, "shows").map(Node::items).unwrap_or_default();
        let shows = shows.into_iter().filter_map(|node| Shown::read(node, &mut named, reader)).collect();
        let mut list = |key: &str, into: &mut Vec<Placed>| -> Vec<String> {
            let items = root.get(key).map(Node::items).unwrap_or_default();
            let placed: Vec<Placed> = items.into_iter().filter_map(|item| reader.placed(item)).collect();
            let names = placed.iter().map(|placed| placed.text.clone()).collect();
            into.extend(placed);
            names
        };
        let outcomes = list("outcomes", &mut named.rules);
        let lines = list("lines", &mut named.facts);
        named.dates.extend(dated.clone());
        named.when.clone_from(&when);
        named.owner = Some(owner.clone());
        if cites.is_empty() {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            title: reader.required_bilingual(root, "title"),
            of,
            owner: owner.text,
            cites,
            illustrative,
            when: when.map(|when| when.text),
            dated: dated.map(|dated| dated.text),
            shows,
            outcomes,
            lines,
            note: reader.optional_bilingual(root, "note"),
            file: Arc::clone(&reader.file),
            named,
        })
    }

    /// What the vocabulary and the law do not have of that which it names.
    pub(crate) fn check(&self, law: &Law, vocabulary: &Vocabulary, faults: &mut Vec<Fault>) {
        let mut complain = |code, placed: &Placed, near: Option<&str>| {
            let fault = Fault::new(code, &self.file, placed.span).with("name", &placed.text);
            faults.push(fault.with("near", near.unwrap_or("–")));
        };
        if let Some(owner) = self.named.owner.as_ref()
            && vocabulary.departments().all(|(id, _)| *id != owner.text)
        {
            complain("P011", owner, None);
        }
        let facts = || vocabulary.facts().iter().map(|fact| fact.name.as_str());
        for placed in self.named.facts.iter().chain(&self.named.dates) {
            if vocabulary.fact(&placed.text).is_none() {
                complain("P034", placed, nearest(&placed.text, facts()));
            }
        }
        for placed in &self.named.dates {
            let fact = vocabulary.fact(&placed.text);
            if fact.is_some_and(|fact| !matches!(fact.kind, FactKind::Date { .. })) {
                complain("P065", placed, None);
            }
        }
        let rules = || law.rules.iter().map(|rule| rule.name.as_str());
        for placed in self.named.rules.iter().chain(&self.named.when) {
            if law.rule(&placed.text).is_none() {
                complain("P037", placed, nearest(&placed.text, rules()));
            }
        }
        if let Some(when) = &self.named.when
            && let Some((_, rule)) = law.rule(&when.text)
            && rule.kind != RuleKind::YesNo
        {
            let fault = Fault::new("P121", &self.file, when.span).with("rule", &rule.name);
            faults.push(fault.with("kind", rule.kind.word()));
        }
        for cite in &self.cites {
            if law.chain.iter().all(|package| package.article(cite).is_none()) {
                let fault = Fault::new("P060", &self.file, cite.span).with("cite", &cite.id);
                faults.push(fault.with("near", "–"));
            }
        }
    }
}

impl Shown {
    fn read(node: &Node, named: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        let (fact, only) = if matches!(node.kind, Kind::Map(_)) {
            if !reader.mapping(node, &["fact", "only"]) {
                return None;
            }
            let only = reader.required(node, "only")?.items();
            let only = only.into_iter().filter_map(Node::text).map(str::to_owned).collect();
            (reader.required_text(node, "fact")?, only)
        } else {
            (reader.placed(node)?, Vec::new())
        };
        let shown = Self { fact: fact.text.clone(), only };
        named.facts.push(fact);
        Some(shown)
    }
}

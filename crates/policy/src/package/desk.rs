//! Desks as data: what an officer works on before a decision is taken, which facts the desk asks for,
//! which rules answer, and which ways to do it are held against each other.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::Reader;
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;

/// 工作台 · questions that belong together, with the rules that answer them.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its name, such as `price`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The department that works at it.
    pub owner: String,
    /// The law that it rests on.
    pub cites: Vec<Cited>,
    /// Facts of its form, in the order in which people think of them.
    pub asks: Vec<String>,
    /// Rules that answer, each told with all that it is made from.
    pub results: Vec<String>,
    /// Tests of which value, bar and margin are shown.
    pub standards: Vec<Standard>,
    /// The rule that says how a project stands on the lists of each layer.
    pub lists: Option<String>,
    /// Ways of doing it that are held against each other.
    pub forms: Vec<Form>,
    /// Rules that are told of every form.
    pub compares: Vec<String>,
    /// What floors can be used for.
    pub uses: Vec<FloorUse>,
    /// The fact that is the sum of all floors.
    pub total: Option<String>,
    /// The paper in which the answers are handed out.
    pub paper: Option<String>,
    /// How the law was read.
    pub note: Option<Text>,
    pub(crate) owner_span: Span,
    pub(crate) fact_spans: Vec<(String, Span)>,
    pub(crate) rule_spans: Vec<(String, Span)>,
    /// Names of rules or of facts.
    pub(crate) either_spans: Vec<(String, Span)>,
    pub(crate) file: Arc<Source>,
}

/// 标准 · a test with a margin to its bar.
#[derive(Clone, Debug)]
pub struct Standard {
    /// The rule that says whether it is met.
    pub met: String,
    /// What is undertaken: a rule, or a fact as it is.
    pub value: String,
    /// The rule that says how much is asked for.
    pub bar: String,
    /// The rule that says by how much it is exceeded.
    pub margin: Option<String>,
}

/// 方式 · one way of doing it: facts that take these values.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its name, such as `grant_20`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Facts with their values, as written.
    pub given: Vec<(String, String)>,
    /// Where it is from.
    pub cites: Vec<Cited>,
    /// Why its figures are stand-ins, if they are.
    pub illustrative: Option<Text>,
}

/// 建筑用途 · what a floor is used for, and the sums that it counts towards.
#[derive(Clone, Debug)]
pub struct FloorUse {
    /// Its name, such as `living_support`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Other words for it in schedules.
    pub aliases: Vec<String>,
    /// Facts to which its area is added.
    pub adds: Vec<String>,
}

/// Names in a file that must be known elsewhere, gathered as they are read.
#[derive(Default)]
struct Names {
    facts: Vec<(String, Span)>,
    rules: Vec<(String, Span)>,
    either: Vec<(String, Span)>,
}

impl Names {
    fn fact(&mut self, node: &Node, reader: &mut Reader<'_>) -> Option<String> {
        let placed = reader.placed(node)?;
        self.facts.push((placed.text.clone(), placed.span));
        Some(placed.text)
    }

    fn rule(&mut self, node: &Node, reader: &mut Reader<'_>) -> Option<String> {
        let placed = reader.placed(node)?;
        self.rules.push((placed.text.clone(), placed.span));
        Some(placed.text)
    }

    fn facts(&mut self, node: &Node, key: &str, reader: &mut Reader<'_>) -> Vec<String> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.into_iter().filter_map(|item| self.fact(item, reader)).collect()
    }

    fn rules(&mut self, node: &Node, key: &str, reader: &mut Reader<'_>) -> Vec<String> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.into_iter().filter_map(|item| self.rule(item, reader)).collect()
    }
}

impl Desk {
    /// The desks of a file.
    pub(crate) fn read_file(root: &Node, reader: &mut Reader<'_>) -> Vec<Self> {
        if !reader.mapping(root, &["desks"]) {
            return Vec::new();
        }
        let Some(desks) = reader.required(root, "desks") else { return Vec::new() };
        desks.entries().filter_map(|(name, node)| Self::read(name, node, reader)).collect()
    }

    fn read(name: &Node, node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 13] = [
            "title",
            "owner",
            "cite",
            "asks",
            "results",
            "standards",
            "lists",
            "forms",
            "compares",
            "uses",
            "total",
            "paper",
            "note",
        ];
        let name = reader.placed(name)?;
        if !reader.mapping(node, &KEYS) {
            return None;
        }
        let owner = reader.required_text(node, "owner")?;
        let mut names = Names::default();
        let entries = |key: &str| node.get(key).into_iter().flat_map(Node::entries);
        let standards = node.get("standards").map(Node::items).unwrap_or_default();
        let standards = standards.into_iter().filter_map(|item| Standard::read(item, &mut names, reader));
        let standards = standards.collect();
        let forms = entries("forms").filter_map(|(name, node)| Form::read(name, node, &mut names, reader));
        let forms = forms.collect();
        let uses = entries("uses").filter_map(|(name, node)| FloorUse::read(name, node, &mut names, reader));
        let uses = uses.collect();
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            cites: citations(node, reader),
            asks: names.facts(node, "asks", reader),
            results: names.rules(node, "results", reader),
            standards,
            lists: node.get("lists").and_then(|node| names.rule(node, reader)),
            forms,
            compares: names.rules(node, "compares", reader),
            uses,
            total: node.get("total").and_then(|node| names.fact(node, reader)),
            paper: reader.optional_text(node, "paper").map(|paper| paper.text),
            note: reader.optional_bilingual(node, "note"),
            owner: owner.text,
            owner_span: owner.span,
            fact_spans: names.facts,
            rule_spans: names.rules,
            either_spans: names.either,
            file: Arc::clone(&reader.file),
        })
    }
}

impl Standard {
    fn read(node: &Node, names: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(node, &["met", "value", "bar", "margin"]) {
            return None;
        }
        let (met, value, bar) =
            (reader.required(node, "met"), reader.required(node, "value"), reader.required(node, "bar"));
        let (met, value, bar) =
            (names.rule(met?, reader)?, reader.placed(value?)?, names.rule(bar?, reader)?);
        names.either.push((value.text.clone(), value.span));
        let margin = node.get("margin").and_then(|node| names.rule(node, reader));
        Some(Self { met, value: value.text, bar, margin })
    }
}

impl Form {
    fn read(name: &Node, node: &Node, names: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        let name = reader.placed(name)?;
        if !reader.mapping(node, &["title", "given", "cite", "illustrative"]) {
            return None;
        }
        let mut given = Vec::new();
        for (fact, value) in reader.required(node, "given")?.entries() {
            let (Some(fact), Some(value)) = (names.fact(fact, reader), reader.placed(value)) else {
                continue;
            };
            given.push((fact, value.text));
        }
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            given,
            cites: citations(node, reader),
            illustrative: reader.optional_bilingual(node, "illustrative"),
        })
    }
}

impl FloorUse {
    fn read(name: &Node, node: &Node, names: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        let name = reader.placed(name)?;
        if !reader.mapping(node, &["title", "aliases", "adds"]) {
            return None;
        }
        let aliases = node.get("aliases").map(Node::items).unwrap_or_default();
        let aliases = aliases.into_iter().filter_map(|item| reader.placed(item)).map(|p| p.text).collect();
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            aliases,
            adds: names.facts(node, "adds", reader),
        })
    }
}

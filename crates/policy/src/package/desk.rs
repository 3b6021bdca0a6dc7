//! Desks as data: what an officer works on before a decision is taken, which facts the desk asks for,
//! which rules answer, and which ways to do it are held against each other.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::Reader;
use crate::exact::Exact;
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
    /// Figures of a source that stand beside the answers of rules.
    pub beside: Vec<Beside>,
    /// Facts that are sums over the parcels of a store.
    pub sums: Vec<Sum>,
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

/// 对照数字 · what a source says of the quantity that a rule computes.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The rule.
    pub rule: String,
    /// What the source says, in its words.
    pub said: Text,
    /// The least of it, in the unit of the rule; none where it is open below.
    pub low: Option<Exact>,
    /// The most of it; none where it is open above.
    pub high: Option<Exact>,
    /// Where it says so.
    pub cites: Vec<Cited>,
}

/// 汇总 · a fact that is the sum of a quantity over parcels.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The fact that it makes.
    pub fact: String,
    /// The quantity that is summed.
    pub of: String,
    /// The date that a parcel must have to count at all.
    pub since: String,
    /// The rule that says which parcels count; all, where there is none.
    pub rule: Option<String>,
    /// Fields of its outcome, one of which must be among the codes.
    pub fields: Vec<String>,
    /// The codes with which a parcel counts.
    pub codes: Vec<String>,
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
        const KEYS: [&str; 15] = [
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
            "beside",
            "sums",
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
        let beside =
            entries("beside").filter_map(|(name, node)| Beside::read(name, node, &mut names, reader));
        let beside = beside.collect();
        let sums = entries("sums").filter_map(|(name, node)| Sum::read(name, node, &mut names, reader));
        let sums = sums.collect();
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            cites: citations(node, reader),
            beside,
            sums,
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

impl Beside {
    fn read(name: &Node, node: &Node, names: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        let rule = names.rule(name, reader)?;
        if !reader.mapping(node, &["said", "low", "high", "cite"]) {
            return None;
        }
        Some(Self {
            rule,
            said: reader.required_bilingual(node, "said"),
            low: node.get("low").and_then(|node| reader.exact(node)),
            high: node.get("high").and_then(|node| reader.exact(node)),
            cites: citations(node, reader),
        })
    }
}

impl Sum {
    fn read(name: &Node, node: &Node, names: &mut Names, reader: &mut Reader<'_>) -> Option<Self> {
        let fact = names.fact(name, reader)?;
        if !reader.mapping(node, &["of", "since", "rule", "fields", "in"]) {
            return None;
        }
        let (of, since) = (reader.required(node, "of"), reader.required(node, "since"));
        let (of, since) = (names.fact(of?, reader)?, names.fact(since?, reader)?);
        let mut words = |key: &str| {
            let items = node.get(key).map(Node::items).unwrap_or_default();
            items.into_iter().filter_map(|item| reader.placed(item)).map(|p| p.text).collect::<Vec<_>>()
        };
        let (fields, codes) = (words("fields"), words("in"));
        let rule = node.get("rule").and_then(|node| names.rule(node, reader));
        Some(Self { fact, of, since, rule, fields, codes })
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

//! The vocabulary: every fact once, with its type, unit, owner and names; departments and units.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use crate::calendar::{self, NEVER};
use crate::exact::{Exact, gcd, grouped};
use crate::fault::{Fault, Source};
use crate::messages::words;
use crate::node::Node;
use crate::package::reader::{Reader, tree};
use crate::text::Text;
use crate::unit::{DIMENSION_NAMES, NamedUnit, Unit, Units};

/// The lane value of a missing fact. No stored value equals it.
pub const MISSING: i64 = i64::MIN;

/// The lane value of an open code that no rule mentions.
pub const OTHER_CODE: i64 = -1;

/// 事实类型 · what kind of value a fact has.
#[derive(Clone, Debug)]
pub enum FactKind {
    /// A number; lanes hold whole multiples of `quantum` units.
    Number {
        /// The unit of the vocabulary.
        unit: Unit,
        /// The unit as written there.
        unit_text: String,
        /// The size of one lane step, in that unit.
        quantum: Exact,
        /// The smallest possible value.
        min: Exact,
        /// The largest possible value: what is beyond is an error of the data.
        max: Exact,
    },
    /// A civil date, `none` or missing.
    Date {
        /// The date of something that happens: `none` holds only for the day it is reported on.
        occurrence: bool,
    },
    /// One of a list of codes.
    Code(Vec<CodeValue>),
    /// A code from an outside list (industry, district): not enumerated here.
    OpenCode,
    /// Yes or no.
    YesNo,
    /// A text that no rule reads.
    Text,
}

/// A code with its names.
#[derive(Clone, Debug)]
pub struct CodeValue {
    /// The code.
    pub code: String,
    /// What it means.
    pub title: Text,
    /// Other spellings, such as the labels of the notices.
    pub aliases: Vec<String>,
}

/// 事实 · one fact of the vocabulary.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The English name that rules use.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Other headers under which it may come.
    pub aliases: Vec<String>,
    /// Its type.
    pub kind: FactKind,
    /// The department that owes it; empty for keys.
    pub owner: String,
    /// A remark.
    pub note: Option<Text>,
    /// The subject it is said of, by its index; none where it may be said of any.
    pub subject: Option<usize>,
    /// What it is in a complete record that says nothing of it, as canonical text and as a lane.
    pub otherwise: Option<(String, i64)>,
}

/// 案件对象 · what a case can be: a parcel, a plan, a bid.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Text,
}

/// The word for a fact that may be said of any subject.
const EVERY: &str = "every";

/// Why a text is not a value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadValue {
    /// Stable code `V001` …
    pub code: &'static str,
    /// What is wrong, what was expected.
    pub message: Text,
}

/// 词汇表 · facts, departments and units.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    facts: Vec<Fact>,
    by_name: HashMap<String, usize>,
    by_header: BTreeMap<String, usize>,
    departments: BTreeMap<String, Text>,
    subjects: Vec<Subject>,
    /// The fact that says since when a record is complete.
    completes: Option<usize>,
    /// The facts that a complete record need not mention.
    otherwise: Vec<usize>,
    /// The units.
    pub units: Units,
}

impl Vocabulary {
    /// Reads the files of `vocabulary/`. Units first, since facts refer to them.
    pub(crate) fn read(files: &[Arc<Source>], faults: &mut Vec<Fault>) -> Self {
        let mut vocabulary = Self::default();
        let mut parsed = Vec::new();
        for file in files {
            parsed.extend(tree(file, faults).map(|root| (file, root)));
        }
        for (file, root) in &parsed {
            let mut reader = Reader { file: Arc::clone(file), faults };
            reader.mapping(root, &["departments", "facts", "subject", "subjects", "units"]);
            vocabulary.read_units(root, &mut reader);
            for item in root.get("departments").map(Node::items).unwrap_or_default() {
                let id = reader.required_text(item, "id").map(|p| p.text).unwrap_or_default();
                let title = reader.bilingual(item);
                vocabulary.departments.insert(id, title);
            }
            for item in root.get("subjects").map(Node::items).unwrap_or_default() {
                let id = reader.required_text(item, "id").map(|p| p.text).unwrap_or_default();
                let title = reader.bilingual(item);
                vocabulary.subjects.push(Subject { id, title });
            }
        }
        for (file, root) in &parsed {
            let mut reader = Reader { file: Arc::clone(file), faults };
            let first = (!vocabulary.subjects.is_empty()).then_some(0);
            let subject = vocabulary.read_subject(root, first, &mut reader);
            for item in root.get("facts").map(Node::items).unwrap_or_default() {
                vocabulary.read_fact(item, subject, &mut reader);
            }
        }
        vocabulary
    }

    fn read_units(&mut self, root: &Node, reader: &mut Reader<'_>) {
        for item in root.get("units").map(Node::items).unwrap_or_default() {
            let id = reader.required_text(item, "id").map(|p| p.text).unwrap_or_default();
            let dimension = reader.required_text(item, "dimension");
            let factor = item.get("factor").map_or(Some(Exact::ONE), |node| reader.exact(node));
            let (Some(dimension), Some(factor)) = (dimension, factor) else { continue };
            let base = match DIMENSION_NAMES.iter().position(|name| *name == dimension.text) {
                Some(at) => Unit::base(at),
                None if dimension.text == "ratio" => Unit::RATIO,
                None => {
                    let mut words = DIMENSION_NAMES.to_vec();
                    words.push("ratio");
                    reader.one_of(&dimension, &words);
                    continue;
                }
            };
            let symbols: Vec<String> = item
                .get("symbols")
                .map(Node::items)
                .unwrap_or_default()
                .into_iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect();
            let zh = symbols.first().cloned().unwrap_or_else(|| id.clone());
            let en = item.get("display_en").and_then(Node::text).map_or_else(|| id.clone(), str::to_owned);
            let unit = Unit { dimension: base.dimension, factor };
            let named = NamedUnit { id, unit, display: Text { zh, en } };
            if let Some(taken) = self.units.add(named, &symbols) {
                reader.complain("P010", item.span, "name", taken);
            }
        }
    }

    /// The subject that a file or a fact names, none for every one; `otherwise` where it names none.
    fn read_subject(&self, node: &Node, otherwise: Option<usize>, reader: &mut Reader<'_>) -> Option<usize> {
        let Some(named) = reader.optional_text(node, "subject") else { return otherwise };
        let mut words: Vec<&str> = self.subjects.iter().map(|subject| subject.id.as_str()).collect();
        let at = words.iter().position(|id| *id == named.text);
        words.push(EVERY);
        reader.one_of(&named, &words);
        at
    }

    fn read_fact(&mut self, item: &Node, subject: Option<usize>, reader: &mut Reader<'_>) {
        const KEYS: [&str; 17] = [
            "name",
            "zh",
            "en",
            "aliases",
            "type",
            "unit",
            "decimals",
            "min",
            "max",
            "occurrence",
            "agreed",
            "values",
            "owner",
            "note",
            "subject",
            "otherwise",
            "completes",
        ];
        reader.mapping(item, &KEYS);
        let Some(name) = reader.required_text(item, "name") else { return };
        let title = reader.bilingual(item);
        let Some(kind) = self.read_kind(item, reader) else { return };
        let owner = reader.optional_text(item, "owner").filter(|o| o.text != "–");
        if let Some(owner) = owner.as_ref().filter(|o| !self.departments.contains_key(&o.text)) {
            reader.complain("P011", owner.span, "name", &owner.text);
        }
        let owner = owner.map(|o| o.text).unwrap_or_default();
        let aliases = texts(item.get("aliases"));
        let note = reader.optional_bilingual(item, "note");
        let at = self.facts.len();
        let headers = [&name.text, &title.zh, &title.en].into_iter().chain(&aliases);
        for header in headers {
            // A column under this heading could be either fact.
            let taken = self.by_header.insert(normal_header(header), at);
            if taken.is_some_and(|other| other != at) {
                reader.complain("P010", name.span, "name", header);
            }
        }
        self.by_name.insert(name.text.clone(), at);
        let subject = self.read_subject(item, subject, reader);
        if reader.flag(item, "completes") {
            self.completes = Some(at);
        }
        let mut fact = Fact { name: name.text, title, aliases, kind, owner, note, subject, otherwise: None };
        if let Some(written) = reader.optional_text(item, "otherwise") {
            let text = self.canonical(&fact, &written.text, None);
            // No open code: of those a record that says nothing leaves nothing to guess.
            let read = text.and_then(|text| Ok((self.lane(&fact, &text, &Symbols::default())?, text)));
            match read {
                Ok((lane, text)) => {
                    fact.otherwise = Some((text, lane));
                    self.otherwise.push(at);
                }
                Err(bad) => {
                    reader.fault("P120", written.span).add("name", &fact.name).add_text("why", bad.message);
                }
            }
        }
        self.facts.push(fact);
    }

    fn read_kind(&self, item: &Node, reader: &mut Reader<'_>) -> Option<FactKind> {
        let kind = reader.required_text(item, "type")?;
        reader.one_of(&kind, &["number", "date", "code", "yes_no", "text"]);
        match kind.text.as_str() {
            "number" => self.read_number(item, reader),
            "date" => Some(FactKind::Date { occurrence: reader.flag(item, "occurrence") }),
            "code" => Some(match item.get("values") {
                None => FactKind::OpenCode,
                Some(values) => FactKind::Code(code_values(values, reader)),
            }),
            "yes_no" => Some(FactKind::YesNo),
            "text" => Some(FactKind::Text),
            _ => None,
        }
    }

    fn read_number(&self, item: &Node, reader: &mut Reader<'_>) -> Option<FactKind> {
        let written = reader.required_text(item, "unit")?;
        let Some(unit) = self.units.parse(&written.text) else {
            reader.complain("P012", written.span, "unit", &written.text);
            return None;
        };
        let decimals = item.get("decimals").and_then(Node::text).and_then(|t| t.parse::<u32>().ok());
        let decimals = decimals.unwrap_or(4).min(9);
        // Every unit of the dimension must be exact: 亩 (2000/3 m²) needs thirds of the decimal.
        let thirds = self
            .units
            .iter()
            .filter(|n| n.unit.same_dimension(unit))
            .map(|n| n.unit.factor.den())
            .fold(1, |lcm, den| lcm / gcd(lcm, den) * den);
        let quantum = Exact::new(1, thirds * 10_i128.pow(decimals))?;
        let min = item.get("min").map_or(Some(Exact::ZERO), |node| reader.exact(node))?;
        let largest = Exact::whole(1_000_000_000_000);
        let max = item.get("max").map_or(Some(largest), |node| reader.exact(node))?;
        Some(FactKind::Number { unit, unit_text: written.text, quantum, min, max })
    }

    /// All facts, in the order of their index.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The index of a fact by its name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A fact by its name.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.index(name).map(|at| &self.facts[at])
    }

    /// A fact by any header under which it may come (name, Chinese term, alias).
    pub fn by_header(&self, header: &str) -> Option<&Fact> {
        self.by_header.get(&normal_header(header)).map(|at| &self.facts[*at])
    }

    /// The fact that says since when a record is complete, and the facts that such a record need not
    /// mention: where it says nothing of them, [`Fact::otherwise`] holds.
    pub fn completion(&self) -> Option<(usize, &[usize])> {
        self.completes.map(|at| (at, self.otherwise.as_slice()))
    }

    /// The names of a department.
    pub fn department(&self, id: &str) -> Text {
        self.departments.get(id).cloned().unwrap_or_else(|| Text::same(id))
    }

    /// What cases can be. The first is meant where nothing is said.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// Departments by id.
    pub fn departments(&self) -> impl Iterator<Item = (&String, &Text)> {
        self.departments.iter()
    }

    /// Reads what a person wrote for a fact (`15 亩`, `listing`, `挂牌出让`, `none`, `2012-01-05`)
    /// into canonical text. `unit` is that of the column, when the header named one.
    pub fn canonical(&self, fact: &Fact, text: &str, unit: Option<&str>) -> Result<String, BadValue> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(String::new());
        }
        match &fact.kind {
            FactKind::Number { unit: own, unit_text, quantum, min, max } => {
                let (number, written) = split_unit(text);
                let value = Exact::parse(number).ok_or_else(|| bad("V001", text, fact, unit_text))?;
                let written = if written.is_empty() { unit.unwrap_or("") } else { written };
                let value = self.convert(value, written, *own, fact, unit_text)?;
                if value < *min || value > *max {
                    let range = format!("{min} … {max} {unit_text}");
                    return Err(bad("V004", text, fact, &range));
                }
                let steps = value.over(*quantum).filter(|steps| steps.den() == 1);
                steps.ok_or_else(|| bad("V005", text, fact, unit_text))?;
                Ok(value.to_string())
            }
            FactKind::Date { .. } => match text {
                _ if self.says_none(text) => Ok("none".into()),
                _ => calendar::parse_iso(text).map(calendar::iso).ok_or_else(|| bad("V002", text, fact, "")),
            },
            FactKind::Code(values) => values
                .iter()
                .find(|v| v.code == text || v.title.zh == text || v.aliases.iter().any(|a| a == text))
                .map(|v| v.code.clone())
                .ok_or_else(|| {
                    let codes: Vec<&str> = values.iter().map(|v| v.code.as_str()).collect();
                    bad("V003", text, fact, &codes.join(", "))
                }),
            FactKind::YesNo => {
                let yes = words("values.yes_spellings").zh;
                let no = words("values.no_spellings").zh;
                let lower = text.to_lowercase();
                if yes.split('|').any(|w| w == lower) {
                    Ok("yes".into())
                } else if no.split('|').any(|w| w == lower) {
                    Ok("no".into())
                } else {
                    Err(bad("V003", text, fact, "yes, no"))
                }
            }
            FactKind::OpenCode | FactKind::Text => Ok(text.to_owned()),
        }
    }

    /// Whether a text says of a date that there is none: it has not happened, or was not agreed.
    pub fn says_none(&self, text: &str) -> bool {
        static SPELLINGS: LazyLock<Text> = LazyLock::new(|| words("values.none_spellings"));
        text == "none" || SPELLINGS.zh.split('|').any(|spelling| spelling == text)
    }

    fn convert(
        &self,
        value: Exact,
        written: &str,
        own: Unit,
        fact: &Fact,
        own_text: &str,
    ) -> Result<Exact, BadValue> {
        if written.is_empty() {
            return Ok(value);
        }
        let from = self.units.parse(written).ok_or_else(|| bad("V006", written, fact, own_text))?;
        if !from.same_dimension(own) {
            return Err(bad("V007", written, fact, own_text));
        }
        let factor = from.factor.over(own.factor).and_then(|f| value.times(f));
        factor.ok_or_else(|| bad("V004", written, fact, own_text))
    }

    /// The lane value of a canonical text; [`MISSING`] for an empty one.
    pub fn lane(&self, fact: &Fact, text: &str, symbols: &Symbols) -> Result<i64, BadValue> {
        if text.is_empty() {
            return Ok(MISSING);
        }
        match &fact.kind {
            FactKind::Number { quantum, unit_text, .. } => fast_decimal(text, *quantum)
                .or_else(|| {
                    let steps = Exact::parse(text)?.over(*quantum)?;
                    (steps.den() == 1).then(|| i64::try_from(steps.num()).ok()).flatten()
                })
                .ok_or_else(|| bad("V001", text, fact, unit_text)),
            FactKind::Date { .. } if text == "none" => Ok(NEVER),
            FactKind::Date { .. } => calendar::parse_iso(text).ok_or_else(|| bad("V002", text, fact, "")),
            FactKind::Code(values) => values
                .iter()
                .position(|v| v.code == text)
                .map(|at| at as i64)
                .ok_or_else(|| bad("V003", text, fact, "")),
            FactKind::YesNo => match text {
                "yes" => Ok(1),
                "no" => Ok(0),
                _ => Err(bad("V003", text, fact, "yes, no")),
            },
            FactKind::OpenCode => Ok(symbols.lane(text)),
            FactKind::Text => Ok(MISSING),
        }
    }

    /// The canonical text of a lane; empty when missing or when the lane does not hold the text.
    pub fn text_of(&self, fact: &Fact, lane: i64) -> String {
        if lane == MISSING {
            return String::new();
        }
        match &fact.kind {
            FactKind::Number { quantum, .. } => {
                Exact::whole(i128::from(lane)).times(*quantum).map(|v| v.to_string()).unwrap_or_default()
            }
            FactKind::Date { .. } => calendar::iso(lane),
            FactKind::Code(values) => usize::try_from(lane)
                .ok()
                .and_then(|at| values.get(at))
                .map(|v| v.code.clone())
                .unwrap_or_default(),
            FactKind::YesNo => if lane == 0 { "no" } else { "yes" }.to_owned(),
            FactKind::OpenCode | FactKind::Text => String::new(),
        }
    }

    /// How a canonical value is shown to a person.
    pub fn display(&self, fact: &Fact, text: &str) -> Text {
        match &fact.kind {
            FactKind::Number { unit, .. } => {
                let Some(value) = Exact::parse(text) else { return Text::same(text) };
                let name = self.units.display(*unit);
                let shown = grouped(value);
                let join =
                    |unit: &str| if unit.is_empty() { shown.clone() } else { format!("{shown} {unit}") };
                if unit.same_dimension(Unit::RATIO) {
                    return Text::same(shown);
                }
                Text { zh: join(&name.zh), en: join(&name.en) }
            }
            FactKind::Date { occurrence: true } if text == "none" => words("values.not_happened"),
            FactKind::Date { .. } if text == "none" => words("values.not_agreed"),
            FactKind::Code(values) => {
                values.iter().find(|v| v.code == text).map_or_else(|| Text::same(text), |v| v.title.clone())
            }
            FactKind::YesNo => words(if text == "yes" { "values.yes" } else { "values.no" }),
            _ => Text::same(text),
        }
    }
}

/// 代码表 · the open codes that rules mention, so that comparing them is comparing numbers.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    ids: BTreeMap<String, i64>,
    /// Those that stand for every code that begins with them, in the rows of tables.
    prefixes: BTreeMap<String, i64>,
}

impl Symbols {
    /// How many codes and beginnings of codes there are; none is ever taken away.
    pub(crate) fn count(&self) -> usize {
        self.ids.len() + self.prefixes.len()
    }

    /// The lane of a code, made when a rule mentions it for the first time.
    pub(crate) fn intern(&mut self, code: &str) -> i64 {
        let next = self.ids.len() as i64;
        *self.ids.entry(code.to_owned()).or_insert(next)
    }

    /// The lane of a code by which rows are found, its own and for all that begin with it.
    pub(crate) fn intern_prefix(&mut self, code: &str) -> i64 {
        let id = self.intern(code);
        self.prefixes.insert(code.to_owned(), id);
        id
    }

    /// The lane of a code; [`OTHER_CODE`] when no rule mentions it, and below that, one for each
    /// longest beginning by which a table knows it.
    pub fn lane(&self, code: &str) -> i64 {
        let known = self.ids.get(code).copied();
        known.or_else(|| Some(OTHER_CODE - 1 - self.beginning(code)?)).unwrap_or(OTHER_CODE)
    }

    fn beginning(&self, code: &str) -> Option<i64> {
        if self.prefixes.is_empty() {
            return None;
        }
        code.char_indices().rev().find_map(|(at, _)| self.prefixes.get(code.get(..at)?)).copied()
    }

    /// Every code with its lane, and the lanes of codes that are known by their beginning only.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = (&str, i64)> {
        let known = self.ids.iter().map(|(code, id)| (code.as_str(), *id));
        known.chain(self.prefixes.iter().map(|(code, id)| (code.as_str(), OTHER_CODE - 1 - id)))
    }
}

/// Parses the common case `digits[.digits]` straight into lane steps, without fractions.
fn fast_decimal(text: &str, quantum: Exact) -> Option<i64> {
    if quantum.num() != 1 || text.len() > 17 {
        return None;
    }
    // Seventeen digits fit, and so do their steps where those of the fact are not too small.
    let (mut value, mut scale, mut seen_point) = (0_i64, 1_i64, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                scale *= if seen_point { 10 } else { 1 };
            }
            b'.' if !seen_point => seen_point = true,
            _ => return None,
        }
    }
    let steps = value.checked_mul(i64::try_from(quantum.den()).ok()?)?;
    (steps % scale == 0).then_some(steps / scale)
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '/')))
        .map_or(text.len(), |(at, _)| at);
    let (number, unit) = text.split_at(end);
    (number.trim(), unit.trim())
}

fn bad(code: &'static str, text: &str, fact: &Fact, expected: &str) -> BadValue {
    let message = words(&format!("values.{code}")).fill(&[
        ("text", Text::same(text)),
        ("fact", fact.title.clone()),
        ("name", Text::same(&fact.name)),
        ("expected", Text::same(expected)),
    ]);
    BadValue { code, message }
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn code_values(values: &Node, reader: &mut Reader<'_>) -> Vec<CodeValue> {
    values
        .entries()
        .map(|(key, value)| CodeValue {
            code: key.text().unwrap_or_default().to_owned(),
            title: reader.bilingual(value),
            aliases: texts(value.get("aliases")),
        })
        .collect()
}

fn normal_header(header: &str) -> String {
    header.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

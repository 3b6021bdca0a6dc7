//! Policy documents and their articles: what every citation leads to.

use std::sync::Arc;

use super::reader::{Placed, Reader};
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;

/// 依据等级 · how well a statement is known. Ordered from the best to the weakest; whatever is
/// computed from several has the weakest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Read in the legal text.
    Text,
    /// Stated in the source paper.
    Paper,
    /// Known from a press or secondary report.
    Press,
    /// A stand-in that the city must replace.
    Illustrative,
}

impl Grade {
    /// The word used in files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Paper => "paper",
            Self::Press => "press",
            Self::Illustrative => "illustrative",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Text, Self::Paper, Self::Press, Self::Illustrative].into_iter().find(|g| g.word() == word)
    }
}

/// 政策文件 · a document of law or policy.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id; citations are `<id>#<article key>`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Document number, such as 国土资源部令第53号.
    pub number: Option<String>,
    /// Who issued it.
    pub issuer: Text,
    /// Legal rank.
    pub rank: String,
    /// Issued on a date, in a year, or unknown.
    pub issued: Option<String>,
    /// In force from: a date, a year, or unknown.
    pub in_force_from: Option<String>,
    /// In force until.
    pub in_force_until: Option<String>,
    /// `in_force`, `lapsed`, `superseded`, `consultation_draft`, `reference` or `event`.
    pub status: String,
    /// What it replaced.
    pub replaces: Vec<String>,
    /// What replaced it.
    pub replaced_by: Vec<String>,
    /// Place in the paper's Table 1: city and order.
    pub table1: Option<(String, u32)>,
    /// Place in the paper's Fig. 1: order, year and label.
    pub fig1: Option<(u32, Option<String>, Text)>,
    /// How well its content is known.
    pub grade: Grade,
    /// Where the content was read.
    pub source: Text,
    /// The day on which a person last compared it with its source.
    pub reviewed: Option<String>,
    /// Articles in the order of the file.
    pub articles: Vec<Article>,
    /// The file.
    pub file: Arc<Source>,
    pub(crate) id_span: Span,
}

/// 条款 · an article, in our own words.
#[derive(Clone, Debug)]
pub struct Article {
    /// Key within the document, such as `art-14`.
    pub key: String,
    /// What it is called, where the key is no number.
    pub label: Option<Text>,
    /// What it says, in our own words.
    pub text: Text,
    /// How well it is known.
    pub grade: Grade,
    /// Encoded by which rules, or why not.
    pub status: Encoding,
    pub(crate) span: Span,
}

/// Whether an article is encoded.
#[derive(Clone, Debug)]
pub enum Encoding {
    /// By these rules, parameters or tables.
    Encoded(Vec<String>),
    /// For this reason it is not.
    NotEncoded(Text),
}

impl Document {
    /// An article by its key.
    pub fn article(&self, key: &str) -> Option<&Article> {
        self.articles.iter().find(|article| article.key == key)
    }

    /// How many articles are rules, parameters or tables.
    pub fn encoded(&self) -> usize {
        self.articles.iter().filter(|article| matches!(article.status, Encoding::Encoded(_))).count()
    }

    pub(crate) fn read(root: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 13] = [
            "id",
            "title",
            "number",
            "issuer",
            "rank",
            "issued",
            "in_force",
            "status",
            "replaces",
            "replaced_by",
            "views",
            "source",
            "articles",
        ];
        const RANKS: [&str; 12] = [
            "law",
            "administrative_regulation",
            "local_regulation",
            "department_rule",
            "normative_document",
            "plan",
            "standard",
            "statistics",
            "study",
            "draft",
            "event",
            "party_document",
        ];
        const STATES: [&str; 6] =
            ["in_force", "lapsed", "superseded", "consultation_draft", "reference", "event"];
        if !reader.mapping(root, &KEYS) {
            return None;
        }
        let id = reader.required_text(root, "id")?;
        let rank = word(root, reader, "rank", &RANKS)?;
        let status = word(root, reader, "status", &STATES)?;
        let source = reader.required(root, "source")?;
        let grade = grade_of(source, reader).unwrap_or(Grade::Illustrative);
        let force = root.get("in_force");
        let when = |key: &str| force.and_then(|f| f.get(key)).and_then(Node::text).map(str::to_owned);
        let views = root.get("views");
        let articles = root
            .get("articles")
            .into_iter()
            .flat_map(Node::entries)
            .filter_map(|(key, value)| Article::read(key, value, grade, reader))
            .collect();
        Some(Self {
            id: id.text,
            title: reader.required_bilingual(root, "title"),
            number: reader.optional_text(root, "number").map(|p| p.text),
            issuer: reader.required_bilingual(root, "issuer"),
            rank,
            issued: reader.optional_text(root, "issued").map(|p| p.text),
            in_force_from: when("from"),
            in_force_until: when("until"),
            status,
            replaces: ids(root.get("replaces")),
            replaced_by: ids(root.get("replaced_by")),
            table1: views.and_then(|v| v.get("table1")).and_then(table1),
            fig1: views.and_then(|v| v.get("fig1")).map(|node| fig1(node, reader)),
            grade,
            source: reader.optional_bilingual(source, "where").unwrap_or_default(),
            reviewed: reader.optional_text(source, "reviewed").map(|p| p.text),
            articles,
            file: Arc::clone(&reader.file),
            id_span: id.span,
        })
    }
}

impl Article {
    fn read(key: &Node, value: &Node, grade: Grade, reader: &mut Reader<'_>) -> Option<Self> {
        reader.mapping(value, &["label", "zh", "en", "grade", "status"]);
        let text = reader.bilingual(value);
        let own = value.get("grade").is_some().then(|| grade_of(value, reader)).flatten();
        let status = reader.required(value, "status")?;
        let status = match (status.get("encoded"), status.get("not_encoded")) {
            (Some(rules), None) => Encoding::Encoded(ids(Some(rules))),
            (None, Some(why)) => Encoding::NotEncoded(reader.bilingual(why)),
            _ => {
                reader.fault("P013", status.span);
                return None;
            }
        };
        let key_text = key.text()?.to_owned();
        let label = reader.optional_bilingual(value, "label");
        Some(Self { key: key_text, label, text, grade: own.unwrap_or(grade), status, span: key.span })
    }
}

fn word(root: &Node, reader: &mut Reader<'_>, key: &'static str, words: &[&str]) -> Option<String> {
    let found = reader.required_text(root, key)?;
    reader.one_of(&found, words).then_some(found.text)
}

fn grade_of(node: &Node, reader: &mut Reader<'_>) -> Option<Grade> {
    let found: Placed = reader.required_text(node, "grade")?;
    reader.one_of(&found, &["text", "paper", "press", "illustrative"]);
    Grade::parse(&found.text)
}

fn ids(node: Option<&Node>) -> Vec<String> {
    node.map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn table1(node: &Node) -> Option<(String, u32)> {
    let order = node.get("order")?.text()?.parse().ok()?;
    Some((node.get("city")?.text()?.to_owned(), order))
}

fn fig1(node: &Node, reader: &mut Reader<'_>) -> (u32, Option<String>, Text) {
    let order = node.get("order").and_then(Node::text).and_then(|t| t.parse().ok()).unwrap_or(0);
    let year = node.get("year").and_then(Node::text).map(str::to_owned);
    let label = reader.optional_bilingual(node, "label").unwrap_or_default();
    (order, year, label)
}

//! What the law makes public of a store, as the packages say it, and nothing else.
//!
//! **Invariant:** a published item holds the facts that its publication names, by which clause, and no
//! other fact of the store; a package without a clause publishes nothing.

pub(crate) mod feed;
mod items;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use landcycle_ledger::Store;
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::publication::Publication;
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use crate::cli::tree::{cite_json, text_json};
use crate::say::Failure;

/// 公开信息 · one published item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The publication it belongs to.
    pub(crate) kind: String,
    /// Its name in addresses, which stays.
    pub(crate) key: String,
    /// What people call it.
    pub(crate) heading: Text,
    /// The day by which it is dated.
    pub(crate) dated: String,
    /// The package by whose clause it is published.
    pub(crate) package: String,
    /// Facts and outcomes, in the order of the publication.
    pub(crate) shown: Vec<ShownFact>,
    /// Lines of a plan: the facts of their columns, and rows of texts.
    pub(crate) lines: Option<Lines>,
}

/// 公开内容 · one thing that is published of an item.
#[derive(Clone, Debug)]
pub(crate) struct ShownFact {
    /// The fact, or the rule whose outcome it is.
    pub(crate) name: String,
    /// What it is called.
    pub(crate) title: Text,
    /// What it is.
    pub(crate) display: Text,
}

/// 分行内容 · the lines of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The facts of the columns.
    pub(crate) columns: Vec<(String, Text)>,
    /// Their texts, line by line.
    pub(crate) rows: Vec<Vec<Text>>,
}

impl Item {
    fn value(&self, name: &str) -> Option<&Text> {
        self.shown.iter().find(|shown| shown.name == name).map(|shown| &shown.display)
    }

    /// Whether a text stands anywhere in what is published of it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let has = |of: &Text| of.zh.to_lowercase().contains(text) || of.en.to_lowercase().contains(text);
        let lines = self.lines.iter().flat_map(|lines| lines.rows.iter().flatten());
        has(&self.heading) || self.shown.iter().map(|shown| &shown.display).chain(lines).any(has)
    }

    /// Its line in a list.
    pub(crate) fn line(&self) -> Value {
        json!({
            "kind": self.kind, "key": self.key, "heading": text_json(&self.heading), "dated": self.dated,
            "package": self.package, "district": self.value("district").map(text_json),
        })
    }

    /// All of it.
    pub(crate) fn json(&self) -> Value {
        let shown = self.shown.iter().map(|shown| {
            json!({"name": shown.name, "title": text_json(&shown.title), "display": text_json(&shown.display)})
        });
        let lines = self.lines.as_ref().map(|lines| {
            let columns =
                lines.columns.iter().map(|(name, title)| json!({"name": name, "title": text_json(title)}));
            let rows = lines.rows.iter().map(|row| row.iter().map(text_json).collect::<Vec<_>>());
            json!({"columns": columns.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>()})
        });
        let mut item = self.line();
        if let Some(object) = item.as_object_mut() {
            object.insert("shown".to_owned(), shown.collect());
            object.insert("lines".to_owned(), lines.into());
        }
        item
    }
}

/// Every publication of a law by its id: of several layers the lowest counts.
pub(crate) fn of_law(law: &Law) -> BTreeMap<&str, &Arc<Publication>> {
    let layers = law.chain.iter().rev();
    layers.flat_map(|package| package.publications.iter().map(|(id, found)| (id.as_str(), found))).collect()
}

/// A publication as readers see it: what it is, by which clause, which facts it names.
pub(crate) fn publication_json(library: &Library, law: &Law, found: &Publication) -> Value {
    let vocabulary = &library.vocabulary;
    let title = |name: &String| vocabulary.fact(name).map(|fact| text_json(&fact.title));
    let outcomes = found.outcomes.iter().filter_map(|name| law.rule(name));
    let outcomes = outcomes.map(|(_, rule)| text_json(&rule.title));
    let shows: Vec<Value> =
        found.shows.iter().filter_map(|shown| title(&shown.fact)).chain(outcomes).collect();
    json!({
        "kind": found.id, "package": law.package().id, "title": text_json(&found.title),
        "owner": text_json(&vocabulary.department(&found.owner)),
        "cites": found.cites.iter().map(|cite| cite_json(library, &cite.id)).collect::<Vec<_>>(),
        "illustrative": found.illustrative.as_ref().map(text_json),
        "note": found.note.as_ref().map(text_json), "shows": shows,
        "lines": found.lines.iter().filter_map(title).collect::<Vec<_>>(),
    })
}

/// Everything that is published of a store: parcels as of the day of assessment, the rest as of today.
/// The latest comes first.
pub(crate) fn all(
    ledger: &Store,
    library: &Library,
    (as_of, today): (Date, Date),
) -> Result<Vec<Item>, Failure> {
    let mut items = items::parcels(ledger, library, as_of)?;
    items.extend(items::plans(ledger, library)?);
    items.extend(items::listings(ledger, library, today)?);
    items.sort_by(|a, b| b.dated.cmp(&a.dated).then_with(|| (&a.kind, &a.key).cmp(&(&b.kind, &b.key))));
    Ok(items)
}

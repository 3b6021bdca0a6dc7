//! `landcycle policy coverage`: of every document, which articles are rules, and why the others are not.

use std::fmt::Write as _;

use clap::Args;
use landcycle_policy::package::document::{Document, Encoding};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use super::Context;
use super::assess::no_package;
use crate::packages;
use crate::say::{Failure, filled, out, words};

/// Options of `coverage`.
#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// 政策包 · only this package
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Coverage {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = self.package.as_ref().filter(|id| !library.packages.contains_key(*id)) {
            return Err(no_package(&library, package));
        }
        let documents = documents(&library, self.package.as_deref());
        if self.json {
            let all: Vec<Value> =
                documents.iter().map(|(package, document)| value(package, document)).collect();
            return out(&Value::Array(all).to_string());
        }
        out(text(&documents, context.language).trim_end())
    }
}

/// Documents with their packages: those of the study's Table 1 first, in its order.
fn documents<'l>(library: &'l Library, only: Option<&str>) -> Vec<(&'l str, &'l Document)> {
    let packages = library.packages.values().filter(|package| only.is_none_or(|id| id == package.id));
    let mut all: Vec<(&str, &Document)> = packages
        .flat_map(|package| package.documents.iter().map(|document| (package.id.as_str(), &**document)))
        .collect();
    all.sort_by_key(|(package, document)| {
        let order = document.table1.as_ref().map_or(u32::MAX, |(_, order)| *order);
        (order, (*package).to_owned(), document.id.clone())
    });
    all
}

fn value(package: &str, document: &Document) -> Value {
    let (encoded, articles) = (document.encoded(), document.articles.len());
    let listed: Vec<Value> = document
        .articles
        .iter()
        .map(|article| match &article.status {
            Encoding::Encoded(by) => json!({"article": article.key, "encoded": by, "grade": article.grade.word()}),
            Encoding::NotEncoded(why) => {
                json!({"article": article.key, "not_encoded": {"zh": why.zh, "en": why.en}, "grade": article.grade.word()})
            }
        })
        .collect();
    json!({
        "package": package, "document": document.id, "title": {"zh": document.title.zh, "en": document.title.en},
        "table1": document.table1.as_ref().map(|(city, order)| json!({"city": city, "order": order})),
        "encoded": encoded, "articles": articles, "grade": document.grade.word(), "reviewed": document.reviewed,
        "list": listed,
    })
}

fn text(documents: &[(&str, &Document)], language: Language) -> String {
    let mut told = String::new();
    let mut all = (0, 0);
    for (package, document) in documents {
        let (encoded, articles) = (document.encoded(), document.articles.len());
        all = (all.0 + encoded, all.1 + articles);
        let table = document.table1.as_ref().map(|(_, order)| format!("{order}. ")).unwrap_or_default();
        let number = document.number.as_deref().unwrap_or_default();
        let title = document.title.get(language);
        let _ = writeln!(
            told,
            "{table}{title} {number}  [{package} · {} · {}] {encoded}/{articles}",
            document.id,
            document.grade.word()
        );
        for article in &document.articles {
            let said = match &article.status {
                Encoding::Encoded(by) => by.join(", "),
                Encoding::NotEncoded(why) => {
                    format!("{}{}", words("coverage_not").get(language), why.get(language))
                }
            };
            let _ = writeln!(told, "    {}: {said}", article.key);
        }
    }
    let share = (all.0 * 100).checked_div(all.1).unwrap_or(0);
    let values =
        [("encoded", all.0.to_string()), ("articles", all.1.to_string()), ("share", share.to_string())];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let _ = writeln!(told, "{}", filled("coverage_all", &values).get(language));
    told
}

#[cfg(test)]
mod tests {
    use super::documents;
    use crate::packages;

    /// The study's Table 1 has twelve documents; every one is here, in its order.
    #[test]
    fn every_document_of_the_table_is_told_first() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let orders: Vec<u32> = documents(&library, None)
            .iter()
            .map_while(|(_, d)| d.table1.as_ref().map(|(_, order)| *order))
            .collect();
        assert_eq!(orders, (1..=12).collect::<Vec<u32>>());
    }
}

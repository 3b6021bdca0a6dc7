//! `landcycle policy check | test | list | show`.

use clap::{Args, Subcommand};
use landcycle_policy::calendar::iso;
use landcycle_policy::package::case::Expectation;
use landcycle_policy::package::document::{Encoding, Grade};
use landcycle_policy::package::library::Library;
use landcycle_policy::package::parameter::Cited;
use landcycle_policy::package::table::Table;
use landcycle_policy::program::trial;
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use super::tree::{article_label, cite_json, text_json};
use super::{Context, coverage, glossary};
use crate::packages;
use crate::say::{Failure, filled, filled_with, out, tell, words};

/// What can be done with packages.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// 检查 · types, units, citations, dates, exceptions; all faults at once
    Check(Plain),
    /// 测试 · run the cases beside the rules
    Test(Plain),
    /// 列出 · packages, rules, parameters and documents
    List(Plain),
    /// 编码情况 · which articles of each document are rules, and why the others are not
    Coverage(coverage::Coverage),
    /// 词汇 · glossary of facts, codes, departments and rules, as Markdown
    Glossary,
    /// 查看 · one rule, parameter or document
    Show(Show),
}

/// Options of `check`, `test` and `list`.
#[derive(Debug, Args)]
pub(crate) struct Plain {
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// 规则、参数或文件的编号 · id of a rule, parameter or document, such as order-53-2012
    id: String,
    /// 政策包 · in this package's law
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Policy {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Check(options) => check(options, context),
            Self::Test(options) => test(options, context),
            Self::List(options) => list(options, context),
            Self::Coverage(options) => options.run(context),
            Self::Glossary => out(glossary::markdown(&packages::sound(context.packages())?).trim_end()),
            Self::Show(options) => show(options, context),
        }
    }
}

fn quiet() -> Failure {
    Failure::text(Text::default())
}

fn check(options: &Plain, context: &Context) -> Result<(), Failure> {
    let (library, faults) = packages::read(context.packages())?;
    // A template is held against definitions that are sound.
    let templates =
        if faults.is_empty() { crate::papers::all_faults(&library, context.packages())? } else { Vec::new() };
    if options.json {
        let of_template = |(file, fault): &(String, Text)| json!({"code": "template", "file": file, "message": text_json(fault), "help": Value::Null});
        let list: Vec<Value> = faults
            .iter()
            .map(|fault| {
                let (line, column) = fault.line_column();
                json!({
                    "code": fault.code, "file": fault.file.path, "line": line, "column": column,
                    "message": text_json(&fault.message()), "help": text_json(&fault.help()),
                    "also": fault.other_place(),
                })
            })
            .chain(templates.iter().map(of_template))
            .collect();
        out(&serde_json::to_string_pretty(&list).unwrap_or_default())?;
    } else {
        for fault in &faults {
            out(fault.render(context.language).trim_end())?;
            out("")?;
        }
        for (file, fault) in &templates {
            let told = [("file", Text::same(file)), ("fault", fault.clone())];
            out(words("paper_template_fault").fill(&told).get(context.language))?;
        }
    }
    let count = (faults.len() + templates.len()).to_string();
    if faults.is_empty() && templates.is_empty() {
        let rules: usize = library.laws().map(|(_, law)| law.package().parameters.len()).sum();
        let packages = library.packages.len().to_string();
        let values = [("packages", packages.as_str()), ("parameters", &rules.to_string())];
        tell(filled("checked", &values).get(context.language));
        return Ok(());
    }
    Err(Failure::new("check_failed", &[("count", &count)]))
}

fn test(options: &Plain, context: &Context) -> Result<(), Failure> {
    let library = packages::sound(context.packages())?;
    let (trials, coverage, faults) = trial::run(&library);
    for fault in &faults {
        tell(fault.render(context.language).trim_end());
    }
    let failed: Vec<&trial::Trial> = trials.iter().filter(|trial| !trial.passed).collect();
    for trial in &failed {
        let (line, _) = trial.place();
        out(&format!("✗ {}:{line} {}", trial.case.file.path, trial.case.name.get(context.language)))?;
        for (key, said) in [("expected", &trial.case.expect), ("got", &trial.got)] {
            let said = in_words(said);
            out(&format!("    {} {}", words(key).get(context.language), said.get(context.language)))?;
        }
    }
    let (seen, all) = coverage.count();
    if options.json {
        let value = json!({
            "cases": trials.len(), "failed": failed.len(), "branches": all, "branches_seen": seen,
        });
        out(&value.to_string())?;
    } else {
        for ((package, rule), branches) in &coverage.rules {
            let hit = branches.values().filter(|seen| **seen).count();
            let unseen: Vec<&str> =
                branches.iter().filter(|(_, seen)| !**seen).map(|(name, _)| name.as_str()).collect();
            let rest = if unseen.is_empty() {
                String::new()
            } else {
                format!(" {} {}", words("unseen").get(context.language), unseen.join(", "))
            };
            out(&format!("{package:18} {rule:34} {hit}/{}{rest}", branches.len()))?;
        }
    }
    let values = [
        ("cases", trials.len().to_string()),
        ("failed", (failed.len() + faults.len()).to_string()),
        ("seen", seen.to_string()),
        ("all", all.to_string()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tell(filled("tested", &values).get(context.language));
    if failed.is_empty() && faults.is_empty() { Ok(()) } else { Err(quiet()) }
}

/// An expectation as the file of a case writes it.
fn in_words(expectation: &Expectation) -> Text {
    let list = |items: &[String]| {
        if items.is_empty() { words("expected_fact_list_empty") } else { Text::same(items.join(", ")) }
    };
    match expectation {
        Expectation::Value(word) => Text::same(word),
        Expectation::Members(members) => filled_with("expected_members", &[("members", list(members))]),
        Expectation::Fields(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, word)| format!("{name}: {word}")).collect();
            Text::same(fields.join(", "))
        }
        Expectation::Unknown(facts) => filled_with("expected_unknown", &[("facts", list(facts))]),
        Expectation::NotApplicable => words("outcome_not_applicable"),
    }
}

fn list(options: &Plain, context: &Context) -> Result<(), Failure> {
    let library = packages::sound(context.packages())?;
    if options.json {
        let packages: Vec<Value> = library.laws().map(|(_, law)| package_json(law)).collect();
        out(&serde_json::to_string_pretty(&packages).unwrap_or_default())?;
        return Ok(());
    }
    for (id, law) in library.laws() {
        let package = law.package();
        out(&format!("{id} · {} [{}]", package.title.get(context.language), package.layer))?;
        for (_, rule) in law.listed().filter(|(_, rule)| package.has_rule(&rule.id)) {
            out(&format!("  {} · {}", rule.id, rule.title.get(context.language)))?;
        }
        for parameter in package.parameters.values() {
            let now = parameter.values.last();
            let value = now.and_then(|v| v.value).map_or_else(|| "–".to_owned(), |v| v.to_string());
            let title = parameter.title.get(context.language);
            let mark = now.and_then(|v| v.illustrative.as_ref()).map(|_| words("illustrative"));
            let mark = mark.map(|m| format!(" ({})", m.get(context.language))).unwrap_or_default();
            out(&format!("  ${} · {title} = {value} {}{mark}", parameter.path, parameter.unit_text))?;
        }
        for table in package.tables.values() {
            let header = table.header().join(", ");
            out(&format!("  ${}[…] · {} ({header})", table.path, table.title.get(context.language)))?;
        }
        for document in &package.documents {
            out(&format!("  {} · {}", document.id, document.title.get(context.language)))?;
        }
    }
    Ok(())
}

fn package_json(law: &landcycle_policy::law::Law) -> Value {
    let package = law.package();
    json!({
        "id": package.id, "title": text_json(&package.title), "layer": package.layer, "digest": law.digest,
        "rules": law.listed().map(|(_, r)| r.id.as_str()).collect::<Vec<_>>(),
        "parameters": package.parameters.keys().collect::<Vec<_>>(),
        "tables": package.tables.keys().collect::<Vec<_>>(),
        "documents": package.documents.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(),
    })
}

fn show(options: &Show, context: &Context) -> Result<(), Failure> {
    let library = packages::sound(context.packages())?;
    let Some(law) = library.law(&options.package) else {
        return Err(super::assess::no_package(&library, &options.package));
    };
    let id = options.id.trim_start_matches('$').replace('.', "/");
    let value = if let Some((_, rule)) = law.rule(&options.id) {
        rule_json(&library, law, rule)
    } else if let Some(layers) = law.parameters.get(&id) {
        json!(
            layers.iter().map(|(at, p)| parameter_json(&library, &law.chain[*at].id, p)).collect::<Vec<_>>()
        )
    } else if let Some(layers) = law.tables.get(&id) {
        json!(layers.iter().map(|(at, t)| table_json(&library, &law.chain[*at].id, t)).collect::<Vec<_>>())
    } else if let Some((package, document)) = library.document(&options.id) {
        document_json(&package.id, document)
    } else {
        return Err(Failure::new("nothing_to_show", &[("id", &options.id)]).misuse());
    };
    if options.json {
        out(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
    } else {
        outline(&value, 0, context.language)?;
    }
    Ok(())
}

/// A rule with its versions.
pub(crate) fn rule_json(
    library: &Library,
    law: &landcycle_policy::law::Law,
    rule: &landcycle_policy::law::Rule,
) -> Value {
    let versions: Vec<Value> = rule
        .history()
        .map(|past| {
            json!({
                "layer": law.chain[past.layer].id, "from": iso(past.from), "until": past.until.map(iso),
                "grade": past.grade().word(), "illustrative": past.illustrative.map(text_json),
                "note": past.note.map(text_json),
                "cites": past.cites.iter().map(|c| cite_json(library, &c.id)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "id": rule.id, "title": text_json(&rule.title), "stage": rule.stage,
        "owner": text_json(&library.vocabulary.department(&rule.owner)), "kind": rule.kind.word(),
        "definition": rule.definition, "versions": versions,
    })
}

/// A parameter with its history.
pub(crate) fn parameter_json(
    library: &Library,
    package: &str,
    parameter: &landcycle_policy::package::parameter::Parameter,
) -> Value {
    let unit = library.vocabulary.units.display(parameter.unit);
    let values: Vec<Value> = parameter
        .values
        .iter()
        .map(|dated| {
            let number = dated.value.map(|v| v.to_string());
            let shown = |unit: &str| {
                number.as_ref().map(|n| format!("{n} {unit}").trim_end().to_owned()).unwrap_or_default()
            };
            json!({
                "from": iso(dated.from), "from_note": dated.from_note.as_ref().map(text_json), "value": number,
                "display": {"zh": shown(&unit.zh), "en": shown(&unit.en)},
                "cites": dated.cites.iter().map(|c| cite_json(library, &c.id)).collect::<Vec<_>>(),
                "grade": grade_word(library, &dated.cites, dated.illustrative.is_some()),
                "illustrative": dated.illustrative.as_ref().map(text_json),
            })
        })
        .collect();
    json!({
        "id": format!("{package}/{}", parameter.path), "title": text_json(&parameter.title),
        "unit": parameter.unit_text, "package": package, "values": values, "reviewed": parameter.reviewed,
    })
}

/// A table with its editions, in the form of a parameter whose values are rows.
pub(crate) fn table_json(library: &Library, package: &str, table: &Table) -> Value {
    let keys = table.keys.iter().map(|key| {
        let title = &library.vocabulary.facts()[key.fact].title;
        json!({"name": key.name, "title": text_json(title), "unit": ""})
    });
    let columns = table.columns.iter().map(
        |column| json!({"name": column.name, "title": text_json(&column.title), "unit": column.unit_text}),
    );
    let editions: Vec<Value> = table
        .editions
        .iter()
        .map(|edition| {
            let rows: Vec<Vec<&str>> = Table::texts(edition).collect();
            let given = edition.source.is_some();
            let count = rows.len().to_string();
            let shown = filled("table_rows", &[("count", &count)]);
            json!({
                "from": iso(edition.from), "from_note": edition.from_note.as_ref().map(text_json),
                "value": given.then_some(count), "display": text_json(&shown), "rows": rows,
                "cites": edition.cites.iter().map(|c| cite_json(library, &c.id)).collect::<Vec<_>>(),
                "grade": grade_word(library, &edition.cites, edition.illustrative.is_some()),
                "illustrative": edition.illustrative.as_ref().map(text_json),
            })
        })
        .collect();
    json!({
        "id": format!("{package}/{}", table.path), "title": text_json(&table.title), "unit": "",
        "package": package, "columns": keys.chain(columns).collect::<Vec<_>>(), "values": editions,
        "reviewed": table.reviewed,
    })
}

/// The weakest grade of some citations, or that of a stand-in.
fn grade_word(library: &Library, cites: &[Cited], stand_in: bool) -> Option<&'static str> {
    let grade = |cited: &Cited| {
        let (id, key) = cited.id.split_once('#')?;
        Some(library.document(id)?.1.article(key)?.grade)
    };
    let weakest = cites.iter().filter_map(grade).max();
    if stand_in { Some(Grade::Illustrative.word()) } else { weakest.map(Grade::word) }
}

/// A document with its articles.
pub(crate) fn document_json(
    package: &str,
    document: &landcycle_policy::package::document::Document,
) -> Value {
    let articles: Vec<Value> = document
        .articles
        .iter()
        .map(|article| {
            let (encoded, not_encoded) = match &article.status {
                Encoding::Encoded(rules) => (json!(rules), Value::Null),
                Encoding::NotEncoded(why) => (Value::Null, text_json(why)),
            };
            json!({
                "key": article.key, "label": text_json(&article_label(article)),
                "text": text_json(&article.text), "grade": article.grade.word(),
                "encoded": encoded, "not_encoded": not_encoded,
            })
        })
        .collect();
    let mut value = document_head_json(package, document);
    if let Value::Object(object) = &mut value {
        object.insert("replaces".into(), json!(document.replaces));
        object.insert("replaced_by".into(), json!(document.replaced_by));
        object.insert(
            "source".into(),
            json!({"where": text_json(&document.source), "reviewed": document.reviewed}),
        );
        object.insert("articles".into(), json!(articles));
    }
    value
}

/// A document without its articles.
pub(crate) fn document_head_json(
    package: &str,
    document: &landcycle_policy::package::document::Document,
) -> Value {
    let table1 = document.table1.as_ref().map(|(city, order)| json!({"city": city, "order": order}));
    let fig1 = document
        .fig1
        .as_ref()
        .map(|(order, year, label)| json!({"order": order, "year": year, "label": text_json(label)}));
    json!({
        "id": document.id, "title": text_json(&document.title), "number": document.number,
        "issuer": text_json(&document.issuer), "rank": document.rank, "issued": document.issued,
        "in_force": {"from": document.in_force_from, "until": document.in_force_until},
        "status": document.status, "grade": document.grade.word(), "package": package,
        "views": {"table1": table1, "fig1": fig1}, "reviewed": document.reviewed,
        "coverage": {"encoded": document.encoded(), "articles": document.articles.len()},
    })
}

/// JSON as indented lines in one language, for reading on a terminal.
fn outline(value: &Value, depth: usize, language: landcycle_policy::text::Language) -> Result<(), Failure> {
    let pad = "  ".repeat(depth);
    let key = match language {
        landcycle_policy::text::Language::Zh => "zh",
        landcycle_policy::text::Language::En => "en",
    };
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner {
                    Value::Null => {}
                    Value::Object(o) if o.contains_key(key) => {
                        out(&format!("{pad}{name}: {}", o[key].as_str().unwrap_or_default()))?;
                    }
                    Value::Object(_) | Value::Array(_) => {
                        out(&format!("{pad}{name}:"))?;
                        outline(inner, depth + 1, language)?;
                    }
                    other => out(&format!("{pad}{name}: {}", plain(other)))?,
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(_) | Value::Array(_) => {
                        out(&format!("{pad}-"))?;
                        outline(item, depth + 1, language)?;
                    }
                    other => out(&format!("{pad}- {}", plain(other)))?,
                }
            }
        }
        other => out(&format!("{pad}{}", plain(other)))?,
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

//! `landcycle policy glossary`: every fact, code, department and unit of the vocabulary in both
//! languages, as Markdown. `docs/glossary.md` is this output.

use std::fmt::Write as _;

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind, Vocabulary};

use crate::say::words;

/// The glossary of a library's vocabulary.
pub(super) fn markdown(library: &Library) -> String {
    let vocabulary = &library.vocabulary;
    let both = |key: &str| {
        let text = words(key);
        format!("{} · {}", text.zh, text.en)
    };
    let mut out = format!("# {}\n\n{}\n", both("glossary"), both("glossary_about"));
    let _ = write!(out, "\n## {}\n\n", both("glossary_facts"));
    let columns = ["glossary_name", "glossary_zh", "glossary_en", "glossary_type", "glossary_owner"];
    out.push_str(&row(columns.map(both)));
    out.push_str(&row(columns.map(|_| "---".to_owned())));
    for fact in vocabulary.facts() {
        let owner = vocabulary.department(&fact.owner);
        out.push_str(&row([
            format!("`{}`", fact.name),
            fact.title.zh.clone(),
            fact.title.en.clone(),
            kind(vocabulary, fact),
            owner.zh,
        ]));
    }
    let _ = write!(out, "\n## {}\n", both("glossary_codes"));
    for fact in vocabulary.facts() {
        let FactKind::Code(values) = &fact.kind else { continue };
        let _ = write!(out, "\n### {} · {} (`{}`)\n\n", fact.title.zh, fact.title.en, fact.name);
        for value in values {
            let _ = writeln!(out, "- `{}` {} · {}", value.code, value.title.zh, value.title.en);
        }
    }
    let _ = write!(out, "\n## {}\n\n", both("glossary_departments"));
    for (id, Text { zh, en }) in vocabulary.departments() {
        let _ = writeln!(out, "- `{id}` {zh} · {en}");
    }
    let _ = write!(out, "\n## {}\n\n", both("glossary_rules"));
    for law in library.packages.keys().filter_map(|id| library.law(id)) {
        for (_, rule) in law.listed().filter(|(_, rule)| law.package().introduces_rule(&rule.id)) {
            let _ = writeln!(out, "- `{}` {} · {}", rule.name, rule.title.zh, rule.title.en);
        }
    }
    out
}

fn row<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// The type of a fact, with its unit.
fn kind(vocabulary: &Vocabulary, fact: &Fact) -> String {
    let word = |key: &str| words(key).zh;
    match &fact.kind {
        FactKind::Number { unit, .. } => {
            let unit = vocabulary.units.display(*unit).zh;
            format!("{} {unit}", word("glossary_number")).trim_end().to_owned()
        }
        FactKind::Date { .. } => word("glossary_date"),
        FactKind::Code(_) => word("glossary_code"),
        FactKind::OpenCode => word("glossary_open_code"),
        FactKind::YesNo => word("glossary_yes_no"),
        FactKind::Text => word("glossary_text"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::markdown;
    use crate::packages;

    /// After a change of the vocabulary: `LANDCYCLE_BLESS=1 cargo test -p landcycle`, or `cargo xtask bless`.
    #[test]
    fn the_glossary_in_the_documentation_is_that_of_the_packages() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/glossary.md");
        let made = markdown(&library);
        if std::env::var_os("LANDCYCLE_BLESS").is_some() {
            std::fs::write(&path, &made).expect("the glossary can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == made, "docs/glossary.md is not what `landcycle policy glossary` prints");
    }
}

//! The table of stages and acts, and the diagram of stages, as Markdown: one reviewed snapshot, from the
//! structure and the law.

use landcycle_ledger::life::{Act, Stage};
use landcycle_policy::package::library::Library;

use super::refusal::stage_title;
use crate::say::{both, words};

/// The table for the guide, in both languages.
pub(crate) fn markdown(library: &Library) -> String {
    let nation = library.laws().find(|(_, law)| law.package().layer == "nation");
    let Some((_, law)) = nation else { return String::new() };
    let mut text = format!(
        "# {}\n\n<!-- Made by `landcycle act table`; `cargo xtask bless` after a change. -->\n\n```mermaid\nstateDiagram-v2\n",
        both("lifecycle"),
    );
    for stage in Stage::ALL {
        let title = stage_title(stage);
        text.push_str(&format!("    {} : {} · {}\n", stage.name(), title.zh, title.en));
    }
    for act in Act::all() {
        let Some(to) = act.leads_to() else { continue };
        let title = law.acts.get(act.name()).map(|lawful| lawful.act.title.clone()).unwrap_or_default();
        for from in act.stages().iter().filter(|from| **from != to) {
            text.push_str(&format!("    {} --> {} : {}\n", from.name(), to.name(), title.zh));
        }
    }
    text.push_str(&format!("```\n\n| {} |", both("head_act")));
    for stage in Stage::ALL {
        text.push_str(&format!(" {} |", stage_title(stage).zh));
    }
    for head in ["lifecycle_needs", "lifecycle_not", "lifecycle_rules", "lifecycle_law"] {
        text.push_str(&format!(" {} |", both(head)));
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Stage::ALL.len() + 4));
    text.push('\n');
    for act in Act::all() {
        let Some(lawful) = law.acts.get(act.name()) else { continue };
        let title = &lawful.act.title;
        text.push_str(&format!("| {} · {} `{}` |", title.zh, title.en, act.name()));
        for stage in Stage::ALL {
            let here = act.stages().contains(&stage);
            let mark = match act.leads_to().filter(|_| here) {
                Some(to) if to != stage => format!("→ {}", stage_title(to).zh),
                _ if here => "●".to_owned(),
                _ => String::new(),
            };
            text.push_str(&format!(" {mark} |"));
        }
        let titles = |list: &[landcycle_ledger::life::Condition]| {
            let titles = list.iter().map(|condition| words(&format!("condition_{}", condition.name())).zh);
            titles.collect::<Vec<_>>().join(&words("comma").zh)
        };
        let rules: Vec<&str> = lawful.act.requires.iter().map(|wanted| wanted.rule.as_str()).collect();
        let rules = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(" ");
        let cites: Vec<&str> = lawful.cites.iter().map(|cite| cite.id.as_str()).collect();
        let (needs, bars) = (titles(act.needs()), titles(act.barred_by()));
        text.push_str(&format!(" {needs} | {bars} | {rules} | {} |\n", cites.join(" ")));
    }
    text
}

#[cfg(test)]
mod tests {
    //! The snapshot that people review, and a page for each refusal.

    use std::path::Path;

    use super::markdown;
    use crate::acts::refusal::{Code, page};
    use crate::packages;

    fn kept_as(path: &Path, made: &str) {
        if std::env::var_os("LANDCYCLE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, made).expect("written");
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == made, "{} is not what the program says; `cargo xtask bless`", path.display());
    }

    #[test]
    fn the_table_of_states_and_acts_is_the_reviewed_one() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lifecycle.md");
        kept_as(&path, &markdown(&library));
    }

    #[test]
    fn every_refusal_has_its_page() {
        for code in Code::ALL {
            let name = format!("../../docs/refusals/{}.md", code.text());
            kept_as(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &page(code));
        }
    }
}

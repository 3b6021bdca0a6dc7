//! `landcycle rehearse`: written lives, run through the real acts and rules without a store.

use std::path::PathBuf;

use clap::Args;
use landcycle_policy::text::Text;

use super::Context;
use crate::acts::Judge;
use crate::acts::rehearse::Script;
use crate::packages;
use crate::say::{Failure, io_reason, out, words};

/// Options of `rehearse`.
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// 剧本 · scripts (YAML)
    #[arg(required = true, value_name = "FILE")]
    scripts: Vec<PathBuf>,
}

impl Rehearse {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut judge = Judge::default();
        let mut astray: Vec<Text> = Vec::new();
        for path in &self.scripts {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| {
                let values = [("file", Text::same(&name)), ("why", io_reason(&error))];
                Failure::text(words("unreadable").fill(&values))
            })?;
            let script = Script::read(&name, &text)?;
            let rehearsed = script.run(&library, &mut judge, context.language)?;
            out(rehearsed.text.trim_end())?;
            astray.extend(rehearsed.astray.into_iter().map(|(line, why)| {
                let values =
                    [("file", Text::same(&name)), ("line", Text::same(line.to_string())), ("why", why)];
                words("script_astray").fill(&values)
            }));
        }
        if astray.is_empty() {
            return Ok(());
        }
        let join = |form: fn(&Text) -> &str| astray.iter().map(form).collect::<Vec<_>>().join("\n");
        Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }))
    }
}

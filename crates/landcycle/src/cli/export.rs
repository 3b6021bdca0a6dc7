//! `landcycle export`: what a store holds, for other programs.

mod determinations;
mod events;
mod layers;
mod parcels;
mod tables;

use std::io::BufWriter;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use landcycle_analysis::parquet::{DeterminationError, FactTable};
use landcycle_ledger::{FoldedCase, Ledger};

use super::target::Target;
use super::{Context, parse_date};
use crate::say::{Failure, filled, tell};
use crate::{assessment, clock, packages, store};

/// What is exported.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// 事实 · the facts of every case as of a day, as Parquet: `assess` and `compare` read it again
    Facts(Facts),
    /// 宗地 · parcels as of a day: facts in columns of their own types, and outlines (GeoParquet)
    Parcels(parcels::Parcels),
    /// 事件 · the events of parcels, as Parquet
    Events(events::Events),
    /// 结果 · what every rule says of every parcel as of a day, as Parquet
    Determinations(determinations::Determinations),
    /// 图层 · the zones of all layers in one table (GeoParquet)
    Layers(layers::Layers),
}

/// Options of `export facts`.
#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 截至日 · the day of the facts (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 输出文件 · Parquet file
    #[arg(long, alias = "to", value_name = "FILE")]
    out: PathBuf,
}

impl Export {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Facts(facts) => facts.run(context),
            Self::Parcels(parcels) => parcels.run(context),
            Self::Events(events) => events.run(context),
            Self::Determinations(determinations) => determinations.run(context),
            Self::Layers(layers) => layers.run(context),
        }
    }
}

impl Facts {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let kept = ledger.meta(store::AS_OF_META).ok().flatten().and_then(|day| day.parse().ok());
        let as_of = self.as_of.or(kept).unwrap_or_else(clock::today);
        let target = Target::open(Some(&self.out), &[&self.store])?;
        let mut parts: Vec<(FactTable, Option<DeterminationError>, usize)> =
            (0..assessment::default_threads()).map(|_| (FactTable::default(), None, 0)).collect();
        let visitors = parts.iter_mut().map(|(table, fault, cases)| {
            |case: &FoldedCase<'_>| {
                // What the vocabulary does not know could not be read again.
                let known = case.facts.iter().filter(|fact| library.vocabulary.index(fact.name).is_some());
                let facts = known.map(|fact| (fact.name, fact.value.as_ref()));
                *cases += 1;
                if let Err(error) = table.push(case.case_id, facts) {
                    fault.get_or_insert(error);
                }
            }
        });
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let read = ledger.fold_in_parts((as_of, None), &occurrence, visitors.collect());
        read.map(|_| ()).map_err(|error| store::failure(&self.store, &error))?;
        let cases: usize = parts.iter().map(|(.., cases)| cases).sum();
        let mut tables = Vec::new();
        for (table, fault, _) in parts {
            match fault {
                Some(error) => return Err(target.failure(&error)),
                None => tables.push(table),
            }
        }
        FactTable::write(tables, BufWriter::new(target.pen()?)).map_err(|error| target.failure(&error))?;
        target.finish()?;
        let said = filled("exported", &[("cases", &cases.to_string()), ("day", &as_of.to_string())]);
        tell(said.get(context.language));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    //! What is exported is what was there.

    use std::collections::BTreeSet;
    use std::path::Path;

    use clap::Parser;
    use landcycle_policy::text::Language;

    use super::super::{Arguments, Context};

    fn run(words: &[&str]) {
        let arguments = Arguments::try_parse_from([&["landcycle"], words].concat()).expect("arguments");
        let context = Context { language: Language::En, packages: None };
        arguments.command.run(&context).map_err(|failure| failure.message.en).expect("done");
    }

    fn lines(path: &Path) -> BTreeSet<String> {
        let text = std::fs::read_to_string(path).expect("lines");
        text.lines().filter(|line| !line.contains("\"summary\"")).map(str::to_owned).collect()
    }

    #[test]
    fn the_same_is_determined_and_compared_from_the_store_and_from_its_export() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (store, facts, one, other) = (at("s.gpkg"), at("f.parquet"), at("a.jsonl"), at("b.jsonl"));
        run(&["sample", "--parcels", "1000", "--seed", "7", "--store", &store]);
        run(&["export", "facts", "--store", &store, "--out", &facts]);
        let day = "2026-06-30";
        run(&["assess", "--store", &store, "--as-of", day, "--json", "--out", &one]);
        run(&["assess", "--facts", &facts, "--as-of", day, "--json", "--out", &other]);
        let found = lines(Path::new(&one));
        assert!(found.len() > 1000 * 50, "{} lines", found.len());
        assert_eq!(found, lines(Path::new(&other)));
        let sides =
            ["--left", "shanghai", "--right", "shenzhen", "--as-of", day, "--format", "json", "--out"];
        run(&[&["compare", "--store", &store], &sides[..], &[&one]].concat());
        run(&[&["compare", "--facts", &facts], &sides[..], &[&other]].concat());
        let found = lines(Path::new(&one));
        assert!(!found.is_empty());
        assert_eq!(found, lines(Path::new(&other)));
        let summary =
            |path: &str| std::fs::read_to_string(path).map(|text| text.lines().last().map(str::to_owned));
        let told = summary(&one).expect("read").expect("a summary");
        assert_eq!(told, summary(&other).expect("read").expect("a summary"));
        // What is counted is what is told one by one.
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        let rules = told["summary"].as_object().expect("rules");
        let counted: u64 = rules.values().filter_map(|rule| rule["totals"]["changed"].as_u64()).sum();
        assert_eq!(counted as usize, found.len());
    }
}

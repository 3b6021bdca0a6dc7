//! The command line: `landcycle <noun> <verb>`. Data to standard output, talk to standard error;
//! exit 0 done, 1 refused or faulty, 2 misuse.

mod assess;
mod explain;
mod facts_file;
mod glossary;
mod import;
pub(crate) mod output;
pub(crate) mod policy;
mod sample;
mod serve;
pub(crate) mod tree;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use landcycle_policy::text::Language;

use crate::say::{Failure, tell};

/// 产业用地全生命周期治理 · industrial land over its whole life, by policy as code.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    /// 语言 · language of messages
    #[arg(long, global = true, value_enum, default_value = "zh")]
    lang: LanguageArgument,
    /// 政策包文件夹 · folder of policy packages, instead of those in the program
    #[arg(long, global = true, value_name = "DIR")]
    packages: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageArgument {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 导入 · import data into a store
    #[command(subcommand)]
    Import(import::Import),
    /// 评估 · determinations of every case
    Assess(assess::Assess),
    /// 说明 · why an outcome is what it is
    Explain(explain::Explain),
    /// 政策包 · check, test, list and show policy packages
    #[command(subcommand)]
    Policy(policy::Policy),
    /// 示例城市 · make the invented sample city
    Sample(sample::Sample),
    /// 核验 · verify the chain of a store
    Verify(verify::Verify),
    /// 网页 · serve the page and the API
    Serve(serve::Serve),
}

/// What every command knows.
pub(crate) struct Context {
    /// Language of messages.
    pub(crate) language: Language,
    /// Folder of packages, if not those in the program.
    pub(crate) packages: Option<PathBuf>,
}

impl Context {
    fn packages(&self) -> Option<&Path> {
        self.packages.as_deref()
    }
}

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let help = !error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if help { 0 } else { 2 });
        }
    };
    let language = match arguments.lang {
        LanguageArgument::Zh => Language::Zh,
        LanguageArgument::En => Language::En,
    };
    let context = Context { language, packages: arguments.packages };
    let done = match &arguments.command {
        Command::Import(command) => command.run(&context),
        Command::Assess(command) => command.run(&context),
        Command::Explain(command) => command.run(&context),
        Command::Policy(command) => command.run(&context),
        Command::Sample(command) => command.run(&context),
        Command::Verify(command) => command.run(&context),
        Command::Serve(command) => command.run(&context),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, language);
            ExitCode::from(failure.code)
        }
    }
}

fn report(failure: &Failure, language: Language) {
    let message = failure.message.get(language);
    if !message.is_empty() {
        tell(message);
    }
}

/// An assessment date given by a person.
fn parse_date(text: &str) -> Result<Date, String> {
    text.parse::<Date>().map_err(|_| format!("{text}: YYYY-MM-DD"))
}

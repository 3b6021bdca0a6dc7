//! The command line: `landcycle <noun> <verb>`. Data to standard output, talk to standard error;
//! exit 0 done, 1 refused or faulty, 2 misuse.

pub(crate) mod account;
mod act;
mod assess;
mod bid;
mod compare;
mod contract;
mod coverage;
pub(crate) mod desk;
mod diagnose;
mod explain;
mod export;
mod facts_file;
mod file;
mod glossary;
mod import;
pub(crate) mod judge_use;
mod layers;
mod linkage;
mod listing;
#[cfg(test)]
mod marks;
mod move_store;
pub(crate) mod output;
mod paper;
mod parquet_facts;
mod plan;
pub(crate) mod policy;
mod rehearse;
mod replay;
mod report;
mod sample;
mod serve;
#[cfg(test)]
mod server_tests;
mod sheets;
mod target;
pub(crate) mod tree;
mod verify;
pub(crate) mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use landcycle_policy::text::Language;

use crate::say::{Failure, both, tell};
pub(crate) use sheets::Sheets;
pub(crate) use target::Target;

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
    /// 行为 · acts on a case: what is possible, and doing it
    #[command(subcommand)]
    Act(act::Act),
    /// 账户 · who may sign in to the page, and what they saw and did
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// 评估 · determinations of every case
    Assess(assess::Assess),
    /// 比较 · two packages, two dates or a reform, over the same cases
    Compare(compare::Compare),
    /// 导出 · what a store holds, for other programs
    #[command(subcommand)]
    Export(export::Export),
    /// 说明 · why an outcome is what it is
    Explain(explain::Explain),
    /// 文书 · notices, decisions and agreements as DOCX
    #[command(subcommand)]
    Paper(paper::Paper),
    /// 政策包 · check, test, list and show policy packages
    #[command(subcommand)]
    Policy(policy::Policy),
    /// 预演 · run a written life through the real acts and rules
    Rehearse(rehearse::Rehearse),
    /// 档案 · a case as it was on a day, as it was known on a day
    File(file::File),
    /// 重演 · a decision again, from what was known then and the law of then
    Replay(replay::Replay),
    /// 部门填报 · the form of a department, and filing it
    #[command(subcommand)]
    Report(report::Report),
    /// 示例城市 · make the invented sample city
    Sample(sample::Sample),
    /// 核验 · verify the chain of a store
    Verify(verify::Verify),
    /// 搬库 · carry a store into an empty one, file or server
    Move(move_store::Move),
    /// 工作单 · who owes what by when
    #[command(subcommand)]
    Work(work::Work),
    /// 网页 · serve the page and the API
    Serve(serve::Serve),
    /// 接口约定 · print the contract of the API (OpenAPI)
    Contract,
    /// 地价测算 · the floor price of a project, factor by factor, and the forms of tenure compared
    Price(desk::Price),
    /// 准入预审 · a project against every standard and list
    Screen(desk::Screen),
    /// 功能混合 · a building schedule against the rules on mixed use
    Mix(desk::Mix),
    /// 错配诊断 · the indicators of misallocation for one's own city
    Diagnose(diagnose::Diagnose),
    /// 竞买 · listings of land that are won on performance
    #[command(subcommand)]
    Listing(listing::Listing),
    /// 竞买文件 · seal, hand in, withdraw and open a bid
    #[command(subcommand)]
    Bid(bid::Bid),
    /// 供应计划 · the yearly supply plan: template, check, adopt, track
    #[command(subcommand)]
    Plan(plan::Plan),
    /// 挂钩台账 · the book of credit from land given up: shares, uses, transfers, balances
    #[command(subcommand)]
    Linkage(linkage::Linkage),
    /// 图层 · zone lines, parks and boundaries, and what parcels share with them
    #[command(subcommand)]
    Layers(layers::Layers),
}

impl Command {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Import(command) => command.run(context),
            Self::Account(command) => command.run(context),
            Self::Act(command) => command.run(context),
            Self::Assess(command) => command.run(context),
            Self::Compare(command) => command.run(context),
            Self::Explain(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Paper(command) => command.run(context),
            Self::Policy(command) => command.run(context),
            Self::Rehearse(command) => command.run(context),
            Self::File(command) => command.run(context),
            Self::Replay(command) => command.run(context),
            Self::Report(command) => command.run(context),
            Self::Sample(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Move(command) => command.run(context),
            Self::Work(command) => command.run(context),
            Self::Serve(command) => command.run(context),
            Self::Contract => contract::print(),
            Self::Price(command) => command.run(context),
            Self::Screen(command) => command.run(context),
            Self::Mix(command) => command.run(context),
            Self::Diagnose(command) => command.run(context),
            Self::Listing(command) => command.run(context),
            Self::Bid(command) => command.run(context),
            Self::Plan(command) => command.run(context),
            Self::Linkage(command) => command.run(context),
            Self::Layers(command) => command.run(context),
        }
    }
}

pub(crate) use assess::no_package;

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
            let printed = error.print();
            let unheard = printed.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
            return ExitCode::from(if error.use_stderr() { 2 } else { u8::from(unheard) });
        }
    };
    let language = match arguments.lang {
        LanguageArgument::Zh => Language::Zh,
        LanguageArgument::En => Language::En,
    };
    let context = Context { language, packages: arguments.packages };
    let done = arguments.command.run(&context);
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

/// An assessment date given by a person. The parser of arguments says it in one form, so the words
/// come in both languages at once.
fn parse_date(text: &str) -> Result<Date, String> {
    let expected = || both("expected_date");
    let written = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = text.parse::<Date>().ok().filter(|day| written && day.year() >= 1);
    day.ok_or_else(expected)
}

/// A number of threads: more than a machine has costs memory and brings nothing.
fn parse_threads(text: &str) -> Result<usize, String> {
    const MOST: usize = 256;
    let threads = text.parse().ok().filter(|threads| (1..=MOST).contains(threads));
    threads.ok_or_else(|| both("expected_threads"))
}

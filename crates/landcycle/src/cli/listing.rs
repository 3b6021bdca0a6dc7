//! `landcycle listing`: what an office does with a listing, and computing its result again.

mod published;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use landcycle_ledger::Store;
use landcycle_ledger::listing::{CASES, End, Listing as Record};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use super::{Context, tree};
use crate::listings::bench::{INDICATORS, ORDER, OUTCOME};
use crate::listings::decide::bench_of;
use crate::listings::refusal::{Code, page};
use crate::listings::result::{Found, result};
use crate::listings::{Asked, NotDone, Wanted, form, law_of, perform, public, read};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages, store};

/// What an office does with a listing.
#[derive(Debug, Subcommand)]
pub(crate) enum Listing {
    /// 公告 · publish a listing
    Publish(Publish),
    /// 列表 · the listings of a store
    List(At),
    /// 公告表 · what a listing states, asks and decides by
    Sheet(Named),
    /// 排序 · rank the opened bids, with what every place rests on
    Rank(Rank),
    /// 确定竞得人 · name the winner
    Award(Named),
    /// 终止 · end it without a winner
    Fail(Fail),
    /// 公开文件 · the result as a file that anyone can compute again
    Public(published::Public),
    /// 重算 · compute a published result again, without the store
    Recompute(published::Recompute),
    /// 预演 · run a written listing without a store
    Rehearse(published::Rehearse),
    /// 拒绝代码 · what a refusal means and what to do about it
    Refusal {
        /// 代码 · its code, such as B10; all of them if not given
        code: Option<String>,
    },
    /// 成批预演 · scripts of listings, a JSON line each, for comparison
    #[command(hide = true)]
    Model {
        /// 文件 · JSON lines
        file: PathBuf,
    },
}

/// Where, and who does it.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 经办人 · who does it
    #[arg(long, value_name = "NAME", default_value = "natural_resources")]
    by: String,
}

/// Options of `listing publish`.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// 公告 · notice (YAML)
    notice: PathBuf,
    #[command(flatten)]
    at: At,
}

/// Options of commands on one listing.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// 竞买编号 · listing
    listing: String,
    #[command(flatten)]
    at: At,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `listing rank`.
#[derive(Debug, Args)]
pub(crate) struct Rank {
    #[command(flatten)]
    named: Named,
    /// 说明 · explain the bids of this bidder, down to clauses and numbers
    #[arg(long, value_name = "BIDDER")]
    explain: Option<String>,
}

/// Options of `listing fail`.
#[derive(Debug, Args)]
pub(crate) struct Fail {
    /// 竞买编号 · listing
    listing: String,
    /// 原因 · why
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    at: At,
}

/// Records what is wanted; a refusal is told as JSON too where that is asked.
pub(super) fn act(
    ledger: &mut Store,
    library: &Library,
    asked: &Asked,
    as_json: bool,
) -> Result<Record, NotDone> {
    let now = clock::now();
    let done = perform(ledger, library, asked, (now, clock::day_in_china(now)));
    if let (Err(NotDone::Refused(refusal)), true) = (&done, as_json) {
        let told = json!({"refused": [refusal.json(library)]});
        out(&serde_json::to_string_pretty(&told).unwrap_or_default())?;
    }
    match done {
        // Its clauses have their words in the packages at hand.
        Err(NotDone::Refused(refusal)) => Err(NotDone::Failed(Failure::text(refusal.report(library)))),
        other => other,
    }
}

/// Why nothing was done, in words.
pub(super) fn failed(path: &Path, error: NotDone) -> Failure {
    match error {
        NotDone::Failed(failure) => failure,
        NotDone::Store(error) => store::failure(path, &error),
        NotDone::Refused(refusal) => Failure::text(refusal.detail),
    }
}

impl Listing {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Publish(command) => command.run(context),
            Self::List(at) => at.list(context),
            Self::Sheet(command) => command.sheet(context),
            Self::Rank(command) => command.run(context),
            Self::Award(command) => command.award(context),
            Self::Fail(command) => {
                let wanted = Wanted::Fail(command.why.clone());
                end(context, &command.listing, &command.at, wanted, false)
            }
            Self::Public(command) => command.run(context),
            Self::Recompute(command) => command.run(context),
            Self::Rehearse(command) => command.run(context),
            Self::Refusal { code } => refusal_pages(code.as_deref()),
            Self::Model { file } => published::model(context, file),
        }
    }
}

fn refusal_pages(code: Option<&str>) -> Result<(), Failure> {
    let wanted = Code::ALL.into_iter().filter(|known| code.is_none_or(|code| known.text() == code));
    let pages: Vec<String> = wanted.map(page).collect();
    if pages.is_empty() {
        let known: Vec<String> = Code::ALL.into_iter().map(Code::text).collect();
        let values = [("code", code.unwrap_or_default()), ("known", &known.join(", "))];
        return Err(Failure::new("no_refusal", &values).misuse());
    }
    out(pages.join("\n").trim_end())
}

impl Publish {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let draft =
            form::Draft::read(&self.notice.display().to_string(), &packages::text(&self.notice)?, &library)?;
        let origin = self.notice.file_name().map(|name| name.to_string_lossy().into_owned());
        let asked = Asked {
            listing: draft.listing.clone(),
            wanted: Wanted::Publish(draft),
            by: self.at.by.clone(),
            origin: origin.unwrap_or_default(),
        };
        let mut writing = store::Writing::begin(&self.at.store)?;
        let listing = act(writing.ledger(), &library, &asked, false);
        let listing = listing.map_err(|error| failed(&self.at.store, error))?;
        writing.finish()?;
        let notice = &listing.notice;
        let (closes, ends) = (notice.closes_on.to_string(), notice.opening_ends_on.to_string());
        let values = [("listing", notice.listing.as_str()), ("closes", &closes), ("ends", &ends)];
        tell(filled("listing_published", &values).get(context.language));
        Ok(())
    }
}

/// A listing from a store, with the packages that it was published under.
fn opened(at: &At, number: &str, library: Library) -> Result<(Store, Record, Library), Failure> {
    let ledger = store::open_to_read(&at.store)?;
    let found = read(&ledger, number).map_err(|error| failed(&at.store, error))?;
    let Some(listing) = found else {
        let refusal = crate::listings::Refusal::no_listing(number);
        return Err(Failure::text(refusal.report(&library)));
    };
    let under = law_of(&ledger, &library, &listing)?;
    let library = match under {
        crate::listings::Under::Present => library,
        crate::listings::Under::Kept(kept) => *kept,
    };
    Ok((ledger, listing, library))
}

impl At {
    fn list(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let cases = ledger.records(CASES).map_err(|error| store::failure(&self.store, &error))?;
        let word = |key: &str| words(key).get(context.language).to_owned();
        let heading = ["listing_row_number", "listing_row_parcel", "listing_row_closes", "listing_row_ends"];
        let heading = heading.into_iter().chain(["listing_row_sealed", "listing_row_end"]);
        let mut rows = vec![heading.map(word).collect::<Vec<String>>()];
        for case in cases {
            let number = case.strip_prefix(CASES).unwrap_or(&case);
            let Some(listing) = read(&ledger, number).map_err(|error| failed(&self.store, error))? else {
                continue;
            };
            let end = match &listing.end {
                Some(End::Awarded { bidder }) => filled("listing_awarded", &[("bidder", bidder)]),
                Some(End::Failed { reason }) => filled("listing_failed", &[("reason", reason)]),
                None => Text::default(),
            };
            let notice = &listing.notice;
            rows.push(vec![
                notice.listing.clone(),
                notice.parcel.clone(),
                notice.closes_on.to_string(),
                notice.opening_ends_on.to_string(),
                listing.bids.len().to_string(),
                end.get(context.language).to_owned(),
            ]);
        }
        out(&table_of(rows))
    }
}

impl Named {
    fn sheet(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (_, listing, library) = opened(&self.at, &self.listing, library)?;
        let found = result(&listing, &library)?;
        let mut sheet = found.public.clone();
        // Of bids a sheet says how many were handed in, which is no secret, and nothing else.
        if let Some(object) = sheet.as_object_mut() {
            for key in ["bids", "ranking", "draw_seed", "valid_bids", "award"] {
                object.remove(key);
            }
            object.insert("sealed_bids".to_owned(), json!(listing.bids.len()));
        }
        if self.json {
            return out(&serde_json::to_string_pretty(&sheet).unwrap_or_default());
        }
        let word = |key: &str| words(key).get(context.language).to_owned();
        let mut table = plain_table();
        table.set_header([word("head_name"), word("listing_head_value")]);
        let notice = &listing.notice;
        let mut rows = vec![
            (word("listing_row_number"), notice.listing.clone()),
            (word("listing_row_parcel"), notice.parcel.clone()),
            (word("listing_row_closes"), notice.closes_on.to_string()),
            (word("listing_row_ends"), notice.opening_ends_on.to_string()),
            (word("listing_row_package"), listing.package.clone()),
        ];
        let vocabulary = &library.vocabulary;
        let facts = notice.facts.iter().filter_map(|(name, value)| Some((vocabulary.fact(name)?, value)));
        rows.extend(facts.map(|(fact, value)| {
            let shown = vocabulary.display(fact, value);
            (fact.title.get(context.language).to_owned(), shown.get(context.language).to_owned())
        }));
        let bench = bench_of(&listing, &library)?;
        let [indicators] = bench.one(&found.totals, [INDICATORS])?;
        let fields = bench.rule(INDICATORS).map(|rule| rule.fields.clone()).unwrap_or_default();
        for ((_, value), field) in indicators.fields.iter().zip(&fields) {
            let unit = field.unit.as_ref().map(|unit| unit.get(context.language)).unwrap_or_default();
            rows.push((
                field.title.get(context.language).to_owned(),
                format!("{value} {unit}").trim().to_owned(),
            ));
        }
        let asks = notice.asks.iter().filter_map(|name| vocabulary.fact(name));
        let asks: Vec<Text> = asks.map(|fact| fact.title.clone()).collect();
        rows.push((word("listing_row_asks"), crate::say::listed(&asks).get(context.language).to_owned()));
        rows.push((word("listing_row_sealed"), listing.bids.len().to_string()));
        for (name, value) in rows {
            table.add_row([name, value]);
        }
        out(&table.to_string())?;
        out(&method_text(&found.public, context.language))
    }

    fn award(&self, context: &Context) -> Result<(), Failure> {
        end(context, &self.listing, &self.at, Wanted::Award, self.json)
    }
}

/// Ends a listing.
fn end(context: &Context, number: &str, at: &At, wanted: Wanted, as_json: bool) -> Result<(), Failure> {
    let library = packages::sound(context.packages())?;
    let mut ledger = store::open(&at.store)?;
    let asked = Asked { listing: number.to_owned(), wanted, by: at.by.clone(), origin: "cli".to_owned() };
    let after = act(&mut ledger, &library, &asked, as_json).map_err(|error| failed(&at.store, error))?;
    let (key, name, value) = match &after.end {
        Some(End::Awarded { bidder }) => ("listing_awarded", "bidder", bidder.as_str()),
        Some(End::Failed { reason }) => ("listing_failed", "reason", reason.as_str()),
        None => return Ok(()),
    };
    if as_json {
        return out(&json!({"listing": number, name: value}).to_string());
    }
    tell(filled(key, &[(name, value)]).get(context.language));
    Ok(())
}

fn plain_table() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table
}

/// Rows under their headings.
fn table_of(rows: Vec<Vec<String>>) -> String {
    let mut table = plain_table();
    let mut rows = rows.into_iter();
    if let Some(heading) = rows.next() {
        table.set_header(heading);
    }
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// The method in lines: what it is, its clauses, and what is remarked on it.
fn method_text(public: &Value, language: Language) -> String {
    let mut rows = public::method_rows(public, language).into_iter();
    let heading = rows.next().and_then(|row| row.into_iter().next()).unwrap_or_default();
    let mut lines = vec![heading];
    for row in rows {
        let [title, value, cites, note] = <[String; 4]>::try_from(row).unwrap_or_default();
        lines.push(format!("  {title}: {value}\n    ▸ {cites}"));
        if !note.is_empty() {
            lines.push(format!("    {note}"));
        }
    }
    lines.join("\n")
}

/// The bids on a terminal, where a digest is told by its beginning.
fn bids_table(public: &Value, language: Language) -> String {
    const SHORT: usize = 12;
    let mut rows = public::rows(public, language);
    for row in rows.iter_mut().skip(1) {
        if let Some(digest) = row.len().checked_sub(2).and_then(|at| row.get_mut(at)) {
            *digest = digest.chars().take(SHORT).collect();
        }
    }
    table_of(rows)
}

impl Rank {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (named, at) = (&self.named, &self.named.at);
        {
            let mut ledger = store::open(&at.store)?;
            let asked = Asked {
                listing: named.listing.clone(),
                wanted: Wanted::Rank,
                by: at.by.clone(),
                origin: "cli".to_owned(),
            };
            act(&mut ledger, &library, &asked, named.json).map_err(|error| failed(&at.store, error))?;
        }
        let (_, listing, library) = opened(at, &named.listing, library)?;
        let found = result(&listing, &library)?;
        // The record keeps the digest of what was found then; the same law finds the same now.
        if listing.ranked.as_deref() != Some(found.digest().to_string().as_str()) {
            return Err(Failure::new("listing_result_moved", &[("listing", &named.listing)]));
        }
        let explained = self.explained(&listing, &library, &found, context.language, named.json)?;
        if named.json {
            let mut value = public::file(&found, &listing);
            if let (Some(object), false) = (value.as_object_mut(), explained.is_empty()) {
                object.insert("explained".to_owned(), explained.into_iter().map(|(_, tree)| tree).collect());
            }
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        out(&bids_table(&found.public, context.language))?;
        out(&method_text(&found.public, context.language))?;
        for (text, _) in explained {
            out(&text)?;
        }
        Ok(())
    }

    /// The trees behind standing and order of a bidder's bids.
    fn explained(
        &self,
        listing: &Record,
        library: &Library,
        found: &Found,
        language: Language,
        as_json: bool,
    ) -> Result<Vec<(String, Value)>, Failure> {
        let Some(bidder) = &self.explain else { return Ok(Vec::new()) };
        let bench = bench_of(listing, library)?;
        let mut told = Vec::new();
        for (at, bid) in listing.bids.iter().enumerate().filter(|(_, bid)| bid.bidder == *bidder) {
            let sources = tree::Sources { texts: found.facts[at].clone(), ..tree::Sources::default() };
            for rule in [OUTCOME, ORDER] {
                told.push(bench.explain(&found.facts[at], rule, |step| {
                    if as_json {
                        let tree = tree::json(step, library, &sources);
                        return (
                            String::new(),
                            json!({"digest": bid.digest.to_string(), "rule": rule, "tree": tree}),
                        );
                    }
                    (tree::text(step, library, &sources, language), Value::Null)
                })?);
            }
        }
        if told.is_empty() {
            return Err(Failure::new("listing_no_bidder", &[("bidder", bidder)]).misuse());
        }
        Ok(told)
    }
}

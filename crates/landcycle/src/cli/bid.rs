//! `landcycle bid`: what a bidder does. Sealing needs no store; the key never enters one before the
//! opening.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use landcycle_ledger::listing::{Key, KeyError, SALT, Seal};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use super::Context;
use super::listing::{act, failed};
use crate::listings::{Asked, Wanted, form, law_of, public, result, view};
use crate::say::{Failure, filled, io_reason, out, tell, words};
use crate::{clock, packages, store};

/// What a bidder does.
#[derive(Debug, Subcommand)]
pub(crate) enum Bid {
    /// 密封 · seal a bid: a file to hand in, and a key to keep until the opening
    Seal(SealBid),
    /// 递交 · hand in a sealed bid
    Submit(Submit),
    /// 撤回 · withdraw the bids of a bidder
    Withdraw(Withdraw),
    /// 揭示 · open a bid with its key, after the deadline
    Open(Open),
}

/// Options of `bid seal`.
#[derive(Debug, Args)]
pub(crate) struct SealBid {
    /// 竞买 · bid (YAML)
    bid: PathBuf,
    /// 公告表 · the sheet of the listing (listing sheet --json), to check the bid by
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    /// 密封件 · where the sealed bid goes
    #[arg(long, value_name = "FILE", default_value = "bid.sealed")]
    sealed: PathBuf,
    /// 密钥 · where the key goes; it is never written over
    #[arg(long, value_name = "FILE", default_value = "bid.key")]
    key: PathBuf,
}

/// Options of `bid submit`.
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// 密封件 · sealed bid
    sealed: PathBuf,
    #[command(flatten)]
    at: At,
}

/// Options of `bid withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// 竞买编号 · listing
    listing: String,
    /// 竞买人 · bidder, as on the seal
    bidder: String,
    #[command(flatten)]
    at: At,
}

/// Options of `bid open`.
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// 密钥 · key
    key: PathBuf,
    #[command(flatten)]
    at: At,
}

/// Where, and who does it.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 经办人 · who records it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Bid {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Seal(command) => command.run(context),
            Self::Submit(command) => {
                let seal = Seal::parse(&packages::text(&command.sealed)?);
                let seal = seal.map_err(|error| no_form(&command.sealed, error, "listing_no_seal"))?;
                let listing = seal.listing.clone();
                let bidder = seal.bidder.clone();
                command.at.record(context, &listing, Wanted::Seal(seal), &bidder)
            }
            Self::Withdraw(command) => {
                let wanted = Wanted::Withdraw(command.bidder.clone());
                command.at.record(context, &command.listing, wanted, &command.bidder)
            }
            Self::Open(command) => {
                let key = Key::parse(&packages::text(&command.key)?);
                let key = key.map_err(|error| no_form(&command.key, error, "listing_no_key"))?;
                let (listing, bidder) = (key.listing().to_owned(), key.bidder().to_owned());
                command.at.record(context, &listing, Wanted::Open(key), &bidder)
            }
        }
    }
}

fn no_form(path: &Path, error: KeyError, key: &str) -> Failure {
    let file = path.display().to_string();
    Failure::new(key, &[("file", &file), ("line", &error.line.to_string())])
}

impl At {
    /// Records what is wanted and tells how the bidder's bids stand by the rule.
    fn record(&self, context: &Context, listing: &str, wanted: Wanted, bidder: &str) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut ledger = store::open(&self.store)?;
        let asked =
            Asked { listing: listing.to_owned(), wanted, by: self.by.clone(), origin: "cli".to_owned() };
        let after =
            act(&mut ledger, &library, &asked, self.json).map_err(|error| failed(&self.store, error))?;
        let law = law_of(&ledger, &library, &after)?;
        let standings = view::standings(&after, law.get(&library), bidder, clock::today())?;
        if self.json {
            let each: Vec<Value> = standings
                .iter()
                .map(|(digest, received, code, _)| {
                    json!({"digest": digest, "received_at": result::moment(*received), "outcome": code})
                })
                .collect();
            let value = json!({"listing": listing, "bidder": bidder, "bids": each});
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        for (digest, received, _, title) in standings {
            let short: String = digest.chars().take(16).collect();
            let values = [
                ("bidder", Text::same(bidder)),
                ("digest", Text::same(short)),
                ("received", Text::same(public::in_china(received))),
                ("standing", title),
            ];
            tell(words("listing_bid_stands").fill(&values).get(context.language));
        }
        Ok(())
    }
}

impl SealBid {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let name = self.bid.display().to_string();
        let bid = form::Bid::read(&name, &packages::text(&self.bid)?, &library)?;
        if let Some(sheet) = &self.sheet {
            check(&bid, sheet, &library)?;
        }
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)
            .map_err(|error| Failure::new("listing_no_random", &[("why", &error.to_string())]))?;
        let key = Key::new(&bid.listing, &bid.bidder, bid.figures, salt);
        let key = key.map_err(|_| Failure::new("listing_no_line", &[("file", &name)]))?;
        let seal = key.seal();
        // The key first: a seal without it would be of no use to anyone.
        write_new(&self.key, &key.text())?;
        if let Err(failure) = write_new(&self.sealed, &seal.text()) {
            let _ = std::fs::remove_file(&self.key);
            return Err(failure);
        }
        let values = [
            ("sealed", self.sealed.display().to_string()),
            ("key", self.key.display().to_string()),
            ("digest", seal.digest.to_string()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(filled("listing_sealed", &values).get(context.language));
        out(seal.text().trim_end())
    }
}

/// Whether a bid is for the listing of a sheet and states what that asks, no less and no more.
fn check(bid: &form::Bid, sheet: &Path, library: &Library) -> Result<(), Failure> {
    let text = packages::text(sheet)?;
    let file = sheet.display().to_string();
    let wrong = |what: &str| Failure::new("listing_public_wrong", &[("file", &file), ("what", what)]);
    let sheet: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let listing = sheet["listing"].as_str().ok_or_else(|| wrong("listing"))?;
    let asks: Vec<&str> = sheet["asks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let lacks = asks.iter().filter(|name| !bid.figures.contains_key(**name)).copied();
    let extra = bid.figures.keys().map(String::as_str).filter(|name| !asks.contains(name));
    let titled = |name: &str| {
        let title = library.vocabulary.fact(name).map(|fact| fact.title.clone()).unwrap_or_default();
        words("fact_named").fill(&[("fact", title), ("name", Text::same(name))])
    };
    let (lacks, extra): (Vec<Text>, Vec<Text>) = (lacks.map(titled).collect(), extra.map(titled).collect());
    if listing == bid.listing && lacks.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let none =
        |texts: &[Text]| if texts.is_empty() { words("none_at_all") } else { crate::say::listed(texts) };
    let values = [
        ("listing", Text::same(listing)),
        ("own", Text::same(&bid.listing)),
        ("lacks", none(&lacks)),
        ("extra", none(&extra)),
    ];
    Err(Failure::text(words("listing_bid_differs").fill(&values)))
}

/// Writes a file that must not be there yet, for its owner alone.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let done = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    done.map_err(|error| {
        let file = Text::same(path.display().to_string());
        let key = if error.kind() == std::io::ErrorKind::AlreadyExists {
            "listing_file_there"
        } else {
            "cannot_write"
        };
        Failure::text(words(key).fill(&[("file", file), ("why", io_reason(&error))]))
    })
}

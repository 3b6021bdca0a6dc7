//! `landcycle linkage`: the book of credit from land given up, its operations, and what it shows.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_ledger::linkage::{Act, Done, Order};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use self::show::{Check, Entries, Show};
use super::{Context, parse_date};
use crate::linkage::file::{self, Load};
use crate::linkage::form::{self, Form, Written};
use crate::linkage::objection;
use crate::linkage::views::{account_title, done_json};
use crate::linkage::{Refused, known_area, perform};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages, store};

/// The book of linkage.
#[derive(Debug, Subcommand)]
pub(crate) enum Linkage {
    /// 开立 · open a book
    Open(Open),
    /// 公布比例 · published shares, of benefit between two places or of credit
    Share(Share),
    /// 退出 · land given up; with --verified yes it yields its credit at once
    GiveUp(GiveUp),
    /// 形成额度 · credit from land given up before, once that is verified
    Credit(Credit),
    /// 流转 · move credit between districts and townships
    Move(Move),
    /// 使用 · use credit for supply in a park
    Use(Use),
    /// 支付 · pay what is owed
    Pay(Pay),
    /// 冲销 · undo an operation
    Reverse(Reverse),
    /// 批量录入 · operations from an XLSX or CSV file, all or none
    Load(LoadFile),
    /// 结存 · balances by district and township
    Show(Show),
    /// 流水 · the journal
    Entries(Entries),
    /// 查核 · recompute every book of a store from its chain
    Check(Check),
    /// 拒绝代码 · what an objection means and what to do about it
    Refusal {
        /// 代码 · its code, such as L16; all of them if not given
        code: Option<String>,
    },
}

/// What every operation says.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// 台账 · book
    book: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 日期 · the day it takes effect; today if not given
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Option<Date>,
    /// 经办人 · who does it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 编号 · its number, under which a repetition is recognised and others refer to it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// 来源 · the document it comes from
    #[arg(long, value_name = "TEXT", default_value = "")]
    origin: String,
    /// 只看不记 · decide and record nothing
    #[arg(long)]
    dry_run: bool,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `linkage open`.
#[derive(Debug, Args)]
pub(crate) struct Open {
    #[command(flatten)]
    common: Common,
    /// 名称 · title
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// 政策包 · the package whose law judges its operations
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
}

/// Options of `linkage share`.
#[derive(Debug, Args)]
pub(crate) struct Share {
    #[command(flatten)]
    common: Common,
    /// 标的 · what is shared: benefit or credit
    #[arg(long, value_name = "WHAT", default_value = "benefit")]
    of: String,
    /// 退出方 · the place that gives land up: district or district/township
    #[arg(long, value_name = "PLACE")]
    giving: String,
    /// 承接方 · the place that uses the credit; of benefit alone
    #[arg(long, value_name = "PLACE")]
    receiving: Option<String>,
    /// 比例 · a party's share: party=0.3 (repeatable)
    #[arg(long = "share", value_name = "PARTY=SHARE", required = true)]
    shares: Vec<String>,
    /// 公布文件 · where they were published
    #[arg(long, value_name = "TEXT")]
    document: String,
}

/// Options of `linkage give-up`.
#[derive(Debug, Args)]
pub(crate) struct GiveUp {
    #[command(flatten)]
    common: Common,
    /// 地区 · where it lies
    #[arg(long, value_name = "PLACE")]
    place: String,
    /// 宗地 · parcel; if it is a case of the store, its area is known
    #[arg(long, value_name = "ID")]
    parcel: String,
    /// 部分 · which part of it; the whole if not given
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// 面积 · how much is given up, in hectares or with a unit (15亩)
    #[arg(long, value_name = "AREA")]
    area: String,
    /// 宗地面积 · how much the parcel has; as much as is given up if not known
    #[arg(long, value_name = "AREA")]
    parcel_area: Option<String>,
    /// 在开发边界外 · outside the development boundary: yes or no
    #[arg(long, value_name = "YES/NO")]
    outside: Option<String>,
    /// 已验收 · giving it up was verified: yes or no
    #[arg(long, value_name = "YES/NO")]
    verified: Option<String>,
}

/// Options of `linkage credit`.
#[derive(Debug, Args)]
pub(crate) struct Credit {
    #[command(flatten)]
    common: Common,
    /// 退出编号 · the number of the operation that gave the land up
    #[arg(long = "land", value_name = "KEY")]
    of: String,
    /// 已验收 · giving it up was verified: yes or no
    #[arg(long, value_name = "YES/NO")]
    verified: Option<String>,
}

/// Options of `linkage move`.
#[derive(Debug, Args)]
pub(crate) struct Move {
    #[command(flatten)]
    common: Common,
    /// 转出 · who holds it
    #[arg(long, value_name = "PLACE")]
    from: String,
    /// 转入 · who is to hold it
    #[arg(long, value_name = "PLACE")]
    to: String,
    /// 退出地 · who gave the land up; needed where `from` holds credit of several
    #[arg(long, value_name = "PLACE")]
    giving: Option<String>,
    /// 面积 · how much, in hectares or with a unit
    #[arg(long, value_name = "AREA")]
    area: String,
}

/// Options of `linkage use`.
#[derive(Debug, Args)]
pub(crate) struct Use {
    #[command(flatten)]
    common: Common,
    /// 地区 · whose credit
    #[arg(long, value_name = "PLACE")]
    place: String,
    /// 退出地 · who gave the land up; needed where `place` holds credit of several
    #[arg(long, value_name = "PLACE")]
    giving: Option<String>,
    /// 项目 · what is supplied
    #[arg(long, value_name = "NAME")]
    project: String,
    /// 面积 · how much, in hectares or with a unit
    #[arg(long, value_name = "AREA")]
    area: String,
    /// 在园区内 · the supply lies in a park: yes or no
    #[arg(long, value_name = "YES/NO")]
    in_park: Option<String>,
    /// 土地收益 · revenue of the supply, in yuan or with a unit (万元)
    #[arg(long, value_name = "MONEY")]
    revenue: Option<String>,
}

/// Options of `linkage pay`.
#[derive(Debug, Args)]
pub(crate) struct Pay {
    #[command(flatten)]
    common: Common,
    /// 付款方 · who pays
    #[arg(long, value_name = "PLACE")]
    from: String,
    /// 收款方 · who is paid
    #[arg(long, value_name = "PARTY")]
    to: String,
    /// 金额 · how much, in yuan or with a unit
    #[arg(long, value_name = "MONEY")]
    amount: String,
}

/// Options of `linkage reverse`.
#[derive(Debug, Args)]
pub(crate) struct Reverse {
    #[command(flatten)]
    common: Common,
    /// 所冲销的编号 · the number of the operation to undo
    #[arg(long, value_name = "KEY")]
    of: String,
    /// 原因 · why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Options of `linkage load`.
#[derive(Debug, Args)]
pub(crate) struct LoadFile {
    /// 台账 · book
    book: String,
    /// 文件 · XLSX or CSV
    file: PathBuf,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 经办人 · who does it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 工作表 · sheet of a workbook; the first if not given
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 只看不记 · decide and record nothing
    #[arg(long)]
    dry_run: bool,
}

/// Fields with what was given for them.
type Given<'g> = Vec<(&'static str, Option<&'g str>)>;

impl Linkage {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Open(open) => open.run(context),
            Self::Share(share) => {
                let shares = share.shares.join(";");
                let given = vec![
                    ("share_of", Some(share.of.as_str())),
                    ("place", Some(&share.giving)),
                    ("to", share.receiving.as_deref()),
                    ("shares", Some(&shares)),
                    ("note", Some(&share.document)),
                ];
                share.common.run(context, "share", given)
            }
            Self::GiveUp(land) => land.run(context),
            Self::Credit(credit) => {
                let given = vec![("of", Some(credit.of.as_str())), ("verified", credit.verified.as_deref())];
                credit.common.run(context, "credit", given)
            }
            Self::Move(moved) => {
                let given = vec![
                    ("place", Some(moved.from.as_str())),
                    ("to", Some(&moved.to)),
                    ("giving", moved.giving.as_deref()),
                    ("area", Some(&moved.area)),
                ];
                moved.common.run(context, "move", given)
            }
            Self::Use(used) => {
                let given = vec![
                    ("place", Some(used.place.as_str())),
                    ("giving", used.giving.as_deref()),
                    ("project", Some(&used.project)),
                    ("area", Some(&used.area)),
                    ("in_park", used.in_park.as_deref()),
                    ("money", used.revenue.as_deref()),
                ];
                used.common.run(context, "use", given)
            }
            Self::Pay(pay) => {
                let given = vec![
                    ("place", Some(pay.from.as_str())),
                    ("to", Some(&pay.to)),
                    ("money", Some(&pay.amount)),
                ];
                pay.common.run(context, "pay", given)
            }
            Self::Reverse(reverse) => {
                let given = vec![("of", Some(reverse.of.as_str())), ("note", Some(&reverse.reason))];
                reverse.common.run(context, "reverse", given)
            }
            Self::Load(load) => load.run(context),
            Self::Show(show) => show.run(context),
            Self::Entries(entries) => entries.run(context),
            Self::Check(check) => check.run(context),
            Self::Refusal { code } => pages(code.as_deref()),
        }
    }
}

fn pages(code: Option<&str>) -> Result<(), Failure> {
    let wanted = objection::codes().filter(|known| code.is_none_or(|code| *known == code));
    let pages: Vec<String> = wanted.map(objection::page).collect();
    if pages.is_empty() {
        let known: Vec<&str> = objection::codes().collect();
        let values = [("code", code.unwrap_or_default()), ("known", &known.join(", "))];
        return Err(Failure::new("no_refusal", &values).misuse());
    }
    out(pages.join("\n").trim_end())
}

impl Common {
    fn run(&self, context: &Context, act: &'static str, given: Given<'_>) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut ledger = store::open(&self.store)?;
        let written = |field: &str| {
            let own = (field == "key").then_some(self.key.as_deref());
            let found = given.iter().find(|(name, _)| *name == field).map(|(_, text)| *text).or(own);
            Written { text: found.flatten().unwrap_or_default(), unit: None }
        };
        let day = self.on.unwrap_or_else(clock::today);
        let known = |parcel: &str| known_area(&ledger, parcel, clock::today());
        let orders = Form::new(&library, &written, &known).orders(act, Some(day), &self.origin);
        let orders = orders.map_err(|wrong| form::told(&wrong).misuse())?;
        self.record(context, &library, &mut ledger, &orders)
    }

    fn record(
        &self,
        context: &Context,
        library: &Library,
        ledger: &mut dyn Ledger,
        orders: &[Order],
    ) -> Result<(), Failure> {
        let circumstances = (self.by.as_str(), clock::now(), clock::today(), self.dry_run);
        match perform(ledger, library, &self.book, orders, circumstances) {
            Ok(done) => self.tell(context.language, &done),
            Err(Refused::Store(error)) => Err(store::failure(&self.store, &error)),
            Err(Refused::Objection(_, objection)) => {
                if self.json {
                    let refused = json!({"refused": [objection.json(library)]});
                    out(&serde_json::to_string_pretty(&refused).unwrap_or_default())?;
                }
                Err(Failure::text(objection.report(library)))
            }
        }
    }

    fn tell(&self, language: Language, done: &[Done]) -> Result<(), Failure> {
        if self.json {
            let done: Vec<Value> = done.iter().map(done_json).collect();
            return out(&serde_json::to_string_pretty(&done).unwrap_or_default());
        }
        for one in done {
            let how = match (one.there, self.dry_run) {
                (true, _) => "linkage_there",
                (false, true) => "linkage_would",
                (false, false) => "linkage_done",
            };
            let act = words(&format!("linkage_deed_{}", one.deed.name()));
            let values = [("key", one.key.as_str()), ("act", act.get(language)), ("on", &one.on.to_string())];
            tell(filled(how, &values).get(language));
            for posting in &one.postings {
                let unit = posting.account.unit();
                let sign = if posting.amount > 0 { "+" } else { "" };
                let account = account_title(&posting.account);
                let amount = unit.text(posting.amount);
                tell(&format!("  {} {sign}{amount} {}", account.get(language), unit.name()));
            }
            tell_grounds(one, language);
        }
        Ok(())
    }
}

/// What the law said, with the mark of what is a stand-in.
fn tell_grounds(done: &Done, language: Language) {
    let grounds: Value = serde_json::from_str(done.grounds.as_deref().unwrap_or("[]")).unwrap_or_default();
    for ground in grounds.as_array().into_iter().flatten() {
        let text = |name: &str| ground[name].as_str().unwrap_or_default().to_owned();
        let cites: Vec<&str> =
            ground["cites"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mark = if text("grade") == "illustrative" {
            format!(" · {}", words("linkage_stand_in").get(language))
        } else {
            String::new()
        };
        tell(&format!("  {} = {} · {}{mark}", text("rule"), text("outcome"), cites.join(", ")));
    }
}

impl Open {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut writing = store::Writing::begin(&self.common.store)?;
        let act = Act::Open { title: self.title.clone(), package: self.package.clone() };
        let on = self.common.on.unwrap_or_else(clock::today);
        let order = Order { key: self.common.key.clone(), on, origin: self.common.origin.clone(), act };
        self.common.record(context, &library, writing.ledger(), &[order])?;
        if self.common.dry_run { Ok(()) } else { writing.finish() }
    }
}

impl GiveUp {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let given = vec![
            ("place", Some(self.place.as_str())),
            ("parcel", Some(&self.parcel)),
            ("part", self.part.as_deref()),
            ("area", Some(&self.area)),
            ("parcel_area", self.parcel_area.as_deref()),
            ("outside", self.outside.as_deref()),
            ("verified", self.verified.as_deref()),
        ];
        self.common.run(context, "give-up", given)
    }
}

impl LoadFile {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut ledger = store::open(&self.store)?;
        let load = Load {
            book: &self.book,
            path: &self.file,
            sheet: self.sheet.clone(),
            by: &self.by,
            now: clock::now(),
            today: clock::today(),
            dry: self.dry_run,
        };
        let done = file::load(&mut ledger, &library, &self.store, &load)?;
        let there = done.iter().filter(|one| one.there).count();
        let values = [("added", (done.len() - there).to_string()), ("there", there.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = if self.dry_run { "linkage_would_load" } else { "linkage_loaded" };
        tell(filled(key, &values).get(context.language));
        Ok(())
    }
}

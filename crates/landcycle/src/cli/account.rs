//! `landcycle account`: accounts of those who sign in, and the record of what they saw and did.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use landcycle_ledger::accounts::{Account, Accounts, Asked};
use serde_json::json;

use super::Context;
use crate::accounts::{self, failure, password};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages};

/// Commands on accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// 建立 · make an empty file of accounts, readable by its owner alone
    Create(File),
    /// 添加 · add an account; its password is read from standard input
    Add(Add),
    /// 列出 · list the accounts
    List(File),
    /// 停用 · an account may no longer sign in
    Disable(Named),
    /// 启用 · an account may sign in again
    Enable(Named),
    /// 密码 · give an account another password, read from standard input, and unlock it
    Password(Named),
    /// 访问记录 · who saw and did what, as lines of JSON, the latest first
    Visits(Visits),
    /// 核验 · that no line of the record was changed, added or taken out
    Verify(File),
}

/// A file of accounts.
#[derive(Debug, Args)]
pub(crate) struct File {
    /// 账户文件 · file of accounts
    accounts: PathBuf,
}

/// An account of a file.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// 账户文件 · file of accounts
    accounts: PathBuf,
    /// 账户名 · name of the account
    name: String,
}

/// Options of `account add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 账户文件 · file of accounts
    accounts: PathBuf,
    /// 账户名 · name that is signed in with
    name: String,
    /// 角色 · planner, supply, supervisor, department, park, firm, researcher, auditor, administrator
    #[arg(long)]
    role: String,
    /// 姓名 · what people call its owner
    #[arg(long, default_value = "")]
    title: String,
    /// 部门 · department, by its id
    #[arg(long)]
    department: Option<String>,
    /// 辖区 · district it works for (repeatable); none for all
    #[arg(long)]
    district: Vec<String>,
    /// 用地企业 · firm whose parcels alone it sees
    #[arg(long)]
    holder: Option<String>,
}

/// Options of `account visits`.
#[derive(Debug, Args)]
pub(crate) struct Visits {
    /// 账户文件 · file of accounts
    accounts: PathBuf,
    /// 账户名 · of this account
    #[arg(long)]
    account: Option<String>,
    /// 宗地 · on this case
    #[arg(long)]
    case: Option<String>,
    /// 条数 · lines at most
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

impl AccountCommand {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let open = |path: &PathBuf| Accounts::open(path).map_err(|error| failure(&error));
        let told = |key: &str, what: &str| tell(filled(key, &[("what", what)]).get(context.language));
        match self {
            Self::Create(File { accounts }) => {
                Accounts::create(accounts).map_err(|error| failure(&error))?;
                told("accounts_made", &accounts.display().to_string());
            }
            Self::Add(add) => {
                let accounts = open(&add.accounts)?;
                add_account(&accounts, &add.account(context)?, &read_password()?)?;
                told("account_added", &add.name);
            }
            Self::List(File { accounts }) => {
                for account in open(accounts)?.accounts().map_err(|error| failure(&error))? {
                    out(&json_of(&account).to_string())?;
                }
            }
            Self::Disable(named) => named.turn(&open(&named.accounts)?, true, &told)?,
            Self::Enable(named) => named.turn(&open(&named.accounts)?, false, &told)?,
            Self::Password(Named { accounts, name }) => {
                set_password(&open(accounts)?, name, &read_password()?)?;
                told("account_changed", name);
            }
            Self::Visits(visits) => {
                let asked = Asked {
                    account: visits.account.clone(),
                    subject: visits.case.clone(),
                    ..Asked::default()
                };
                let found = open(&visits.accounts)?.visits(&asked, (0, visits.limit));
                for visit in found.map_err(|error| failure(&error))?.1 {
                    let what = visit.what;
                    let line = json!({
                        "seq": visit.seq, "at": what.at.to_string(), "account": what.account,
                        "operation": what.operation, "path": what.path, "case": what.subject,
                        "status": what.status, "digest": visit.digest,
                    });
                    out(&line.to_string())?;
                }
            }
            Self::Verify(File { accounts }) => {
                let count = open(accounts)?.verify_visits().map_err(|error| failure(&error))?;
                tell(filled("visits_sound", &[("count", &count.to_string())]).get(context.language));
            }
        }
        Ok(())
    }
}

impl Named {
    fn turn(&self, accounts: &Accounts, disabled: bool, told: &dyn Fn(&str, &str)) -> Result<(), Failure> {
        let found = accounts.account(&self.name).map_err(|error| failure(&error))?;
        let Some((account, _)) = found else {
            return Err(Failure::new("account_unknown", &[("what", &self.name)]));
        };
        accounts.change(&Account { disabled, ..account }).map_err(|error| failure(&error))?;
        told("account_changed", &self.name);
        Ok(())
    }
}

impl Add {
    fn account(&self, context: &Context) -> Result<Account, Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(id) = &self.department {
            let known: Vec<&str> = library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
            if !known.contains(&id.as_str()) {
                let values = [("what", id.as_str()), ("known", &known.join(", "))];
                return Err(Failure::new("account_no_department", &values));
            }
        }
        Ok(Account {
            name: self.name.clone(),
            title: self.title.clone(),
            role: self.role.clone(),
            department: self.department.clone(),
            holder: self.holder.clone(),
            districts: self.district.iter().cloned().collect::<BTreeSet<_>>(),
            disabled: false,
            locked_until: None,
            made_at: clock::now(),
        })
    }
}

/// Adds an account once it and its password are sound.
pub(crate) fn add_account(accounts: &Accounts, account: &Account, word: &str) -> Result<(), Failure> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let length = account.name.chars().count();
    if !(1..=64).contains(&length) || !account.name.chars().all(plain) {
        return Err(Failure::new("account_bad_name", &[("what", &account.name)]));
    }
    accounts::check(account)?;
    password::fits(&account.name, word)?;
    accounts.add(account, &password::hashed(word)?).map_err(|error| failure(&error))
}

/// Gives an account another password.
pub(crate) fn set_password(accounts: &Accounts, name: &str, word: &str) -> Result<(), Failure> {
    password::fits(name, word)?;
    accounts.set_secret(name, &password::hashed(word)?).map_err(|error| failure(&error))
}

/// An account for other programs and the page.
pub(crate) fn json_of(account: &Account) -> serde_json::Value {
    json!({
        "name": account.name, "title": account.title, "role": account.role,
        "department": account.department, "holder": account.holder, "districts": account.districts,
        "disabled": account.disabled,
        "locked_until": account.locked_until.map(|until| until.to_string()),
        "made_at": account.made_at.to_string(),
    })
}

/// The first line of standard input; from a terminal without showing it.
fn read_password() -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        let prompt = words("password_prompt");
        let typed = rpassword::prompt_password(format!("{} · {}: ", prompt.zh, prompt.en));
        return typed.map_err(|_| Failure::new("password_none", &[]));
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(4096).read_to_string(&mut text);
    let line = text.lines().next().filter(|line| !line.is_empty());
    match (read, line) {
        (Ok(_), Some(line)) => Ok(line.to_owned()),
        _ => Err(Failure::new("password_none", &[])),
    }
}

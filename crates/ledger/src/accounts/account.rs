//! Accounts and attempts to sign in.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Accounts, AccountsError, moment, seconds};

/// 账户 · a person, or a firm, that may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name signed in with.
    pub name: String,
    /// What people call its owner.
    pub title: String,
    /// What it may do, by the id of a role.
    pub role: String,
    /// The department it works for.
    pub department: Option<String>,
    /// The firm whose parcels alone it sees.
    pub holder: Option<String>,
    /// The districts it works for; none for all.
    pub districts: BTreeSet<String>,
    /// May not sign in.
    pub disabled: bool,
    /// Locked after wrong passwords, until then.
    pub locked_until: Option<Timestamp>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// 登录尝试的后果 · what a wrong password brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It is counted.
    Counted,
    /// One too many: the account is locked until then.
    Locked(Timestamp),
}

const COLUMNS: &str = "name, title, role, department, holder, disabled, locked_until, made_at, secret";

impl Accounts {
    /// Adds an account with what a slow hash made of its password.
    ///
    /// # Errors
    /// If the name is taken.
    pub fn add(&self, account: &Account, secret: &str) -> Result<(), AccountsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let Account { name, title, role, department, holder, disabled, made_at, .. } = account;
        let done = transaction.execute(
            "INSERT INTO account (name, title, role, department, holder, secret, disabled, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            params![name, title, role, department, holder, secret, disabled, seconds(*made_at)],
        )?;
        if done == 0 {
            return Err(AccountsError::Taken(name.clone()));
        }
        put_districts(&transaction, account)?;
        Ok(transaction.commit()?)
    }

    /// Writes what an account is allowed anew. Its sessions end: they were opened under the old word.
    ///
    /// # Errors
    /// If there is no such account.
    pub fn change(&self, account: &Account) -> Result<(), AccountsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let Account { name, title, role, department, holder, disabled, .. } = account;
        let done = transaction.execute(
            "UPDATE account SET title = ?2, role = ?3, department = ?4, holder = ?5, disabled = ?6 WHERE name = ?1",
            params![name, title, role, department, holder, disabled],
        )?;
        if done == 0 {
            return Err(AccountsError::Unknown(name.clone()));
        }
        transaction.execute("DELETE FROM account_district WHERE account = ?1", [name])?;
        put_districts(&transaction, account)?;
        transaction.execute("DELETE FROM pass WHERE account = ?1", [name])?;
        Ok(transaction.commit()?)
    }

    /// Gives an account another password: it is unlocked, and signed out everywhere.
    ///
    /// # Errors
    /// If there is no such account.
    pub fn set_secret(&self, name: &str, secret: &str) -> Result<(), AccountsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let done = transaction.execute(
            "UPDATE account SET secret = ?2, failed = 0, locked_until = NULL WHERE name = ?1",
            params![name, secret],
        )?;
        if done == 0 {
            return Err(AccountsError::Unknown(name.to_owned()));
        }
        transaction.execute("DELETE FROM pass WHERE account = ?1", [name])?;
        Ok(transaction.commit()?)
    }

    /// An account with its secret, if there is one of that name.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn account(&self, name: &str) -> Result<Option<(Account, String)>, AccountsError> {
        find(&self.lock(), name)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn accounts(&self) -> Result<Vec<Account>, AccountsError> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT name FROM account ORDER BY name")?;
        let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let found = names.iter().map(|name| find(&connection, name));
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(|(account, _)| account).collect())
    }

    /// Counts a wrong password; the one that makes `most` in a row locks the account for a while.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn failed(
        &self,
        name: &str,
        now: Timestamp,
        most: u32,
        pause: SignedDuration,
    ) -> Result<Attempt, AccountsError> {
        let connection = self.lock();
        let failed: u32 = connection.query_row(
            "UPDATE account SET failed = failed + 1 WHERE name = ?1 RETURNING failed",
            [name],
            |row| row.get(0),
        )?;
        if failed < most {
            return Ok(Attempt::Counted);
        }
        let until = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
        connection.execute(
            "UPDATE account SET failed = 0, locked_until = ?2 WHERE name = ?1",
            params![name, seconds(until)],
        )?;
        Ok(Attempt::Locked(until))
    }

    /// Forgets wrong passwords once the right one was given.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn succeeded(&self, name: &str) -> Result<(), AccountsError> {
        let connection = self.lock();
        connection.execute("UPDATE account SET failed = 0, locked_until = NULL WHERE name = ?1", [name])?;
        Ok(())
    }
}

fn put_districts(connection: &Connection, account: &Account) -> Result<(), AccountsError> {
    for district in &account.districts {
        connection.execute(
            "INSERT INTO account_district (account, district) VALUES (?1, ?2)",
            params![account.name, district],
        )?;
    }
    Ok(())
}

pub(super) fn find(connection: &Connection, name: &str) -> Result<Option<(Account, String)>, AccountsError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE name = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([name], read).optional()?;
    let Some((mut account, secret)) = found else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT district FROM account_district WHERE account = ?1")?;
    account.districts = statement.query_map([name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some((account, secret)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Account, String)> {
    let account = Account {
        name: row.get(0)?,
        title: row.get(1)?,
        role: row.get(2)?,
        department: row.get(3)?,
        holder: row.get(4)?,
        districts: BTreeSet::new(),
        disabled: row.get(5)?,
        locked_until: row.get::<_, Option<i64>>(6)?.map(moment),
        made_at: moment(row.get(7)?),
    };
    Ok((account, row.get(8)?))
}

//! The door: signing in, sessions and tokens, and whom a request comes from.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use landcycle_ledger::accounts::{Account, Accounts, Attempt, Pass, PassKind};
use sha2::{Digest, Sha256};

use super::throttle::Throttle;
use super::{failure, password};
use crate::say::Failure;

/// 时限 · how long things hold, and how often they may be tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locks {
    /// A session ends after so long, whatever happens.
    pub(crate) session: SignedDuration,
    /// And after so long without a request.
    pub(crate) idle: SignedDuration,
    /// A token ends after so long.
    pub(crate) token: SignedDuration,
    /// So many wrong passwords in a row lock an account,
    pub(crate) failures: u32,
    /// for so long.
    pub(crate) pause: SignedDuration,
    /// One address may try so often
    pub(crate) attempts: usize,
    /// within so long.
    pub(crate) window: SignedDuration,
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            session: SignedDuration::from_hours(12),
            idle: SignedDuration::from_mins(60),
            token: SignedDuration::from_hours(24 * 90),
            failures: 5,
            pause: SignedDuration::from_mins(15),
            attempts: 20,
            window: SignedDuration::from_mins(5),
        }
    }
}

/// Characters of a name that nobody has, by which it is remembered.
const STRANGER: usize = 64;

/// 门 · the accounts of a server with what guards them.
#[derive(Debug)]
pub(crate) struct Door {
    /// The file.
    pub(crate) accounts: Accounts,
    /// Times and numbers.
    pub(crate) locks: Locks,
    addresses: Throttle<IpAddr>,
    /// Names that no account has lock like those of accounts, so that they are not told apart.
    strangers: Throttle<String>,
}

/// What a request shows.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// The cookie of a session.
    Session(String),
    /// A token, and the name it was sent with if there was one.
    Token(Option<String>, String),
}

/// A session that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What the browser keeps.
    pub(crate) secret: String,
    /// Whose it is.
    pub(crate) account: Account,
    /// When it ends.
    pub(crate) ends_at: Timestamp,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) enum NotIn {
    /// The name or the password is wrong; which of them is not said.
    Wrong,
    /// Too many wrong passwords: wait so many seconds.
    Locked(i64),
    /// Too many attempts from one address: wait so many seconds.
    TooOften(i64),
    /// The file failed.
    Failed(Failure),
}

impl Door {
    /// Opens the file of accounts.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let accounts = Accounts::open(path).map_err(|error| failure(&error))?;
        Ok(Self {
            accounts,
            locks: Locks::default(),
            addresses: Throttle::default(),
            strangers: Throttle::default(),
        })
    }

    /// Signs in with a password. Slow on purpose.
    pub(crate) fn sign_in(
        &self,
        (name, word): (&str, &str),
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Opened, NotIn> {
        let Locks { attempts, window, failures, pause, session, .. } = self.locks;
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        self.addresses.attempt(address, now, (attempts, window)).map_err(NotIn::TooOften)?;
        let failed = |error| NotIn::Failed(failure(&error));
        let found = self.accounts.account(name).map_err(failed)?;
        let found = found.filter(|(account, _)| !account.disabled);
        let until = found.as_ref().and_then(|(account, _)| account.locked_until).filter(|until| *until > now);
        if let Some(until) = until {
            return Err(NotIn::Locked(until.duration_since(now).as_secs().max(1)));
        }
        let same = password::is(word, found.as_ref().map(|(_, secret)| secret.as_str()));
        let Some((account, _)) = found else {
            let most = usize::try_from(failures).unwrap_or(usize::MAX).saturating_sub(1);
            let stranger: String = name.chars().take(STRANGER).collect();
            self.strangers.attempt(stranger, now, (most, pause)).map_err(NotIn::Locked)?;
            return Err(NotIn::Wrong);
        };
        if !same {
            return match self.accounts.failed(name, now, failures, pause).map_err(failed)? {
                Attempt::Counted => Err(NotIn::Wrong),
                Attempt::Locked(until) => Err(NotIn::Locked(until.duration_since(now).as_secs().max(1))),
            };
        }
        self.accounts.succeeded(name).map_err(failed)?;
        let secret = secret().map_err(NotIn::Failed)?;
        let ends_at = now.saturating_add(session).unwrap_or(Timestamp::MAX);
        let given = (fingerprint(&secret), PassKind::Session, "");
        self.accounts.give(name, (&given.0, given.1, given.2), (now, ends_at)).map_err(failed)?;
        Ok(Opened { secret, account, ends_at })
    }

    /// Makes a token of an account: its secret, told once, and when it ends.
    pub(crate) fn token(
        &self,
        account: &str,
        label: &str,
        now: Timestamp,
    ) -> Result<(String, Timestamp), Failure> {
        let secret = secret()?;
        let ends_at = now.saturating_add(self.locks.token).unwrap_or(Timestamp::MAX);
        let given = (fingerprint(&secret), PassKind::Token, label);
        let done = self.accounts.give(account, (&given.0, given.1, given.2), (now, ends_at));
        done.map_err(|error| failure(&error))?;
        Ok((secret, ends_at))
    }

    /// The account that a request comes from, if what it shows still holds.
    pub(crate) fn shown(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Option<(Account, Pass)>, Failure> {
        let (secret, kind, name) = match credentials {
            Credentials::Session(secret) => (secret, PassKind::Session, None),
            Credentials::Token(name, secret) => (secret, PassKind::Token, name.as_ref()),
        };
        let found = self.accounts.shown(&fingerprint(secret), now, self.locks.idle);
        let found = found.map_err(|error| failure(&error))?;
        Ok(found.filter(|(account, pass)| pass.kind == kind && name.is_none_or(|name| *name == account.name)))
    }
}

/// 32 random bytes as text.
fn secret() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new("no_random", &[("why", &error.to_string())]))?;
    Ok(hex(&bytes))
}

/// By what a secret is kept and found. It is random already, so a fast digest does.
pub(crate) fn fingerprint(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

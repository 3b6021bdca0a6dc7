//! 来访者 · who asks: nobody known, an account with its role and scope, or the office itself where the
//! server has no accounts and listens on loopback alone.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use landcycle_ledger::accounts::Account;

use crate::accounts::role;
use crate::scope::Scope;

/// Every account that is signed in may do this.
pub(super) const SIGNED_IN: &str = "signed_in";

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    /// The account, if there are accounts and somebody is signed in.
    pub(super) account: Option<String>,
    /// The department of the account.
    pub(super) department: Option<String>,
    /// The districts the account works for; none for all.
    pub(super) districts: BTreeSet<String>,
    /// The firm whose parcels alone the account sees.
    pub(super) holder: Option<String>,
    /// No accounts: the machine's own user may do everything.
    pub(super) office: bool,
    /// What the account's role allows.
    pub(super) may: BTreeSet<String>,
    /// The stages whose acts the account does.
    pub(super) stages: BTreeSet<String>,
}

impl Caller {
    /// The user of a machine whose server has no accounts.
    pub(super) fn office() -> Self {
        Self { office: true, ..Self::default() }
    }

    /// Somebody who is signed in.
    pub(super) fn of(account: &Account) -> Self {
        let role = role(&account.role);
        let mut may = role.map(|role| role.may.clone()).unwrap_or_default();
        may.insert(SIGNED_IN.to_owned());
        Self {
            account: Some(account.name.clone()),
            department: account.department.clone(),
            districts: account.districts.clone(),
            holder: account.holder.clone(),
            office: false,
            may,
            stages: role.map(|role| role.stages.clone()).unwrap_or_default(),
        }
    }

    /// Whether the role allows something (`parcels.read` and so on).
    pub(super) fn may(&self, what: &str) -> bool {
        self.office || what == "public" || self.may.contains(what)
    }

    /// Whether an act of a department and a stage is the account's to do.
    pub(super) fn does(&self, owner: &str, stage: &str) -> bool {
        self.office || (self.department.as_deref() == Some(owner) && self.stages.contains(stage))
    }

    /// Whether a case with these facts lies in the account's area and is its own, if it is a firm's.
    pub(super) fn sees<'f>(&self, fact: impl Fn(&str) -> Option<&'f str>) -> bool {
        self.sees_all() || self.scope().sees(fact)
    }

    /// Whether every case is seen, so that nothing has to be filtered.
    pub(super) fn sees_all(&self) -> bool {
        self.office || (self.districts.is_empty() && self.holder.is_none())
    }

    /// The cases that are seen.
    pub(super) fn scope(&self) -> Scope {
        if self.office {
            return Scope::default();
        }
        Scope { districts: self.districts.clone(), holder: self.holder.clone() }
    }

    /// Who is written into what is recorded: the account, or what the office writes itself.
    pub(super) fn name<'n>(&'n self, written: &'n str) -> &'n str {
        self.account.as_deref().unwrap_or(written)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

//! 来访者 · who asks: nobody known, an account with its role and scope, or the office itself where the
//! server has no accounts and listens on loopback alone.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Who asks.
#[derive(Clone, Debug)]
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
}

impl Caller {
    /// The user of a machine whose server has no accounts.
    pub(super) fn office() -> Self {
        Self { office: true, ..Self::nobody() }
    }

    /// Somebody who is not signed in.
    pub(super) fn nobody() -> Self {
        Self {
            account: None,
            department: None,
            districts: BTreeSet::new(),
            holder: None,
            office: false,
            may: BTreeSet::new(),
        }
    }

    /// Whether the role allows something (`parcels.read` and so on).
    pub(super) fn may(&self, what: &str) -> bool {
        self.office || what == "public" || self.may.contains(what)
    }

    /// Whether a case with these facts lies in the account's area and is the account's own, if it is a firm's.
    pub(super) fn sees<'f>(&self, fact: impl Fn(&str) -> Option<&'f str>) -> bool {
        self.office
            || (self.districts.is_empty() || fact("district").is_some_and(|d| self.districts.contains(d)))
                && self.holder.as_deref().is_none_or(|own| fact("holder") == Some(own))
    }

    /// Whether every case is seen, so that nothing has to be filtered.
    pub(super) fn sees_all(&self) -> bool {
        self.office || (self.districts.is_empty() && self.holder.is_none())
    }

    /// Who is written into what is recorded: the account, or what the office writes itself.
    pub(super) fn name<'n>(&'n self, written: &'n str) -> &'n str {
        self.account.as_deref().unwrap_or(written)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::nobody))
    }
}

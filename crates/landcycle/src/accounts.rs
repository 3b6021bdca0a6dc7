//! 账户与角色 · who may sign in, with what, and what each may do.

mod door;
pub(crate) mod password;
mod roles;
mod throttle;

pub(crate) use self::door::{Credentials, Door, NotIn, fingerprint};
pub(crate) use self::roles::{check, role, roles};

use landcycle_ledger::accounts::AccountsError;

use crate::say::{Failure, filled};

/// What is said of a file of accounts that cannot be used.
pub(crate) fn failure(error: &AccountsError) -> Failure {
    let (key, what) = match error {
        AccountsError::Exists(what) => ("accounts_exist", what.clone()),
        AccountsError::Missing(what) => ("accounts_missing", what.clone()),
        AccountsError::NotAccounts(what) => ("accounts_other_file", what.clone()),
        AccountsError::Taken(what) => ("account_taken", what.clone()),
        AccountsError::Unknown(what) => ("account_unknown", what.clone()),
        AccountsError::Broken(seq) => ("visits_broken", seq.to_string()),
        AccountsError::Database(error) => ("accounts_failed", error.to_string()),
        AccountsError::Io(error) => ("accounts_failed", error.to_string()),
    };
    Failure::text(filled(key, &[("what", &what)]))
}
